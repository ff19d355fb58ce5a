//! A receiver just good enough for the kernel, until the simulator is there.

use std::collections::VecDeque;
use std::time::Duration;

use solar_status::sim::Firmware;
use solar_status::units::Timestamp;

#[derive(Default)]
pub(crate) struct Stub(VecDeque<(Timestamp, Vec<u8>)>);

impl Stub {
    fn send(&mut self, at: Timestamp, bytes: &[u8]) {
        let length = match bytes[0] {
            0x10 => 7,
            0x11 => 20,
            0x20 => 15,
            _ => 32,
        };
        let mut report = bytes.to_vec();
        report.resize(length, 0);
        self.0.push_back((at, report));
        self.0.make_contiguous().sort_by_key(|(at, _)| *at);
    }
    pub(crate) fn key(&mut self, now: Timestamp, usage: u8) {
        self.send(now, &[0x20, 1, 1, 0, 0, usage]);
    }
}

impl Firmware for Stub {
    fn output_report(&mut self, now: Timestamp, r: &[u8]) {
        let at = now + Duration::from_millis(8);
        match *r {
            [0x20, 0xFF, 0x81, ..] => {
                self.send(at, &[0x20, 1, 0x41, 0, 0x02, 0x40, 0x1A, 0x40]);
                self.send(at, &[0x20, 2, 0x41, 0, 0x1B, 0x10, 0x1E, 0]);
                self.send(at, &[0x20, 3, 0x41, 0, 0x10, 0x20, 0x1A, 0x40]);
                self.send(at, &[0x20, 1, 0x42, 0]);
                self.send(at, &[0x20, 2, 0x42, 0]);
                self.send(at, &[0x20, 3, 0x42, 1]);
            }
            [0x10, 0xFF, 0x80, reg, ..] => self.send(at, &[0x10, 0xFF, 0x80, reg]),
            [_, 0xFF, 0x83, 0xB5, sub @ 0x30..=0x32, ..] => self.send(
                at,
                &[
                    0x11, 0xFF, 0x83, 0xB5, sub, 1, 2, 3, sub, 0x1A, 0x40, 0, 0, 7,
                ],
            ),
            [_, 0xFF, 0x83, 0xB5, sub @ 0x40..=0x42, ..] => {
                self.send(at, &[0x11, 0xFF, 0x83, 0xB5, sub, 4, b'N', b'A', b'M', sub]);
            }
            [_, 0xFF, a, b, ..] => self.send(at, &[0x10, 0xFF, 0x8F, a, b, 3]),
            [_, 3, a, b, ..] => self.send(at, &[0x10, 3, 0x8F, a, b, 9]),
            [_, 2, 0x81, 0x0D, ..] => self.send(at, &[0x10, 2, 0x81, 0x0D, 0x64, 0x47, 0x34]),
            [_, 2, 0x80, b, ..] => self.send(at, &[0x10, 2, 0x80, b]),
            [_, 2, 0x81, b @ 0, ..] => self.send(at, &[0x10, 2, 0x81, b]),
            [_, 2, a, b, ..] => self.send(at, &[0x10, 2, 0x8F, a, b, if a > 0x7F { 2 } else { 1 }]),
            [_, 1, 0, f, _, _, mark, ..] if f >> 4 == 1 => {
                self.send(at, &[0x11, 1, 0, f, 2, 0, mark]);
            }
            [_, 1, 0, f, hi, lo, ..] => {
                let index = match (hi, lo) {
                    (0x1d, 0x4b) => 5,
                    (0, 5) => 3,
                    (0x43, 1) => 9,
                    _ => 0,
                };
                self.send(at, &[0x11, 1, 0, f, index]);
            }
            [_, 1, 3, f, ..] if f >> 4 == 0 => self.send(at, &[0x11, 1, 3, f, 4]),
            [_, 1, 3, f, ..] => self.send(at, &[0x11, 1, 3, f, b'K', b'7', b'5', b'0']),
            [_, 1, 9, f, _, period, ..] => {
                self.send(at, &[0x11, 1, 9, f]);
                self.send(
                    at + Duration::from_secs(u64::from(period)),
                    &[0x11, 1, 9, 0x10, 57, 0, 12, 6, 0x1d, b'G', b'O', b'O', b'D'],
                );
            }
            _ => {}
        }
    }
    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        let due = self.next_due().is_some_and(|at| at <= now);
        if due {
            self.0.pop_front().map(|(_, report)| report)
        } else {
            None
        }
    }
    fn next_due(&self) -> Option<Timestamp> {
        self.0.front().map(|(at, _)| *at)
    }
}
