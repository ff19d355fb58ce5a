//! Reports on the receiver's node that are meant for other programs: every reader gets all of them.

use super::Random;

/// Traffic of other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// The answer to the same call by another program: the report with another software id. If the
    /// report has none (a register, an event), the answer to a ping by that program on the same
    /// slot.
    OtherSoftware,
    /// The answer to the same call by another program with software id 0 and the same values: it
    /// has the header of an event (the kernel before 5.19, upower). If the report is not the answer
    /// to a call, the answer to a ping.
    SoftwareZero,
    /// The answer to the kernel's probe of the same slot (software id 1, ping mark `5A`).
    KernelProbe,
    /// A key is pressed: a DJ keyboard report from the same slot.
    Keystroke,
    /// An unknown report id, or a known one with a wrong length.
    Garbage,
}

impl Foreign {
    /// Any of them.
    pub(super) fn any(random: &mut Random) -> Self {
        match random.below(5) {
            0 => Self::OtherSoftware,
            1 => Self::SoftwareZero,
            2 => Self::KernelProbe,
            3 => Self::Keystroke,
            _ => Self::Garbage,
        }
    }

    /// The report of another program that accompanies `report`.
    pub(super) fn report_for(self, report: &[u8], random: &mut Random) -> Vec<u8> {
        let slot = match report {
            [_, slot @ 1..=6, ..] => *slot,
            _ => 1,
        };
        match self {
            Self::OtherSoftware => other_software(report, slot, random),
            Self::SoftwareZero => software_zero(report, slot, random),
            Self::KernelProbe => answer_to_ping(slot, 1, 0x5A),
            Self::Keystroke => {
                let usage = 0x04 + random.byte() % 26;
                sized(&[0x20, slot, 0x01, 0x00, usage], 15)
            }
            Self::Garbage => garbage(slot, random),
        }
    }
}

fn other_software(report: &[u8], slot: u8, random: &mut Random) -> Vec<u8> {
    // The ids of the kernel, fwupd, libratbag and others; 0 would look like an event.
    let ids = [0x1, 0x2, 0x7, 0x8, 0xA, 0xB];
    let id = |random: &mut Random, not: u8| {
        let others = ids.iter().copied().filter(|id| *id != not);
        let others: Vec<u8> = others.collect();
        others
            .get(random.below(others.len()))
            .copied()
            .unwrap_or(0x1)
    };
    match report {
        // A long answer to a call, neither register nor event: the software id is the low nibble.
        [0x11, index, feature @ ..=0x7F, call, rest @ ..] if call & 0x0F != 0 => {
            let call = (call & 0xF0) | id(random, call & 0x0F);
            let mut other = vec![0x11, *index, *feature, call];
            // With other values, so that a test fails if a session confuses the answers.
            other.extend(rest.iter().map(|byte| byte ^ 0x15));
            other
        }
        _ => {
            let id = id(random, 0);
            answer_to_ping(slot, id, random.byte())
        }
    }
}

fn software_zero(report: &[u8], slot: u8, random: &mut Random) -> Vec<u8> {
    match report {
        [0x11, index, feature @ ..=0x7F, call, values @ ..] if call & 0x0F != 0 => {
            let header = [0x11, *index, *feature, call & 0xF0];
            header.iter().chain(values).copied().collect()
        }
        _ => answer_to_ping(slot, 0, random.byte()),
    }
}

fn answer_to_ping(slot: u8, software: u8, mark: u8) -> Vec<u8> {
    sized(&[0x11, slot, 0x00, 0x10 | software, 0x02, 0x00, mark], 20)
}

fn garbage(slot: u8, random: &mut Random) -> Vec<u8> {
    match random.below(4) {
        // Five bytes with an unknown report id, as in a recording of a nano receiver.
        0 => vec![0x80, 0x01, 0x00, 0x80, 0x00],
        // A long report that ends after seven bytes.
        1 => sized(&[0x11, slot, 0x00, 0x1E], 7),
        // A HID++ report id with a wrong length.
        2 => sized(&[0x10, slot, 0x81], 3 + random.below(4)),
        _ => {
            let length = 1 + random.below(64);
            let mut bytes = vec![0x30 | (random.byte() & 0x0F)];
            bytes.resize_with(length, || random.byte());
            bytes
        }
    }
}

fn sized(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut report = bytes.to_vec();
    report.resize(length, 0);
    report
}
