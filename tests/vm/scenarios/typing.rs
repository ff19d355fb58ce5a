//! Keys typed on a device while something else runs arrive at its input node, all of them and in order.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use solar_status::sim::scenario::K750;

use crate::kernel::{PATIENCE, eventually};
use crate::program::Program;
use crate::scenarios::{Desk, plug_in};

const PRESSES: usize = 1000;
/// From one press to the next; the key is let go halfway.
const PACE: Duration = Duration::from_millis(8);
/// So many keys the typist may be ahead of this test's own reader: the kernel keeps 64 events for
/// it, three for each key, and a busy host can stop it for longer than that.
const AHEAD: usize = 12;

/// The HID keyboard page's usage of the letter A; the others follow in alphabetical order.
const USAGE_A: u8 = 0x04;
/// The letters' codes in Linux, in alphabetical order.
const CODES: [u16; 26] = [
    30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45,
    21, 44,
];

/// The size of the kernel's `input_event`: 16 bytes of time, type, code, value.
const EVENT: usize = 24;
/// The kernel's event types: end of a packet, and key.
const EV_SYN: u16 = 0;
const EV_KEY: u16 = 1;
/// In an end of packet: the kernel threw events away because nobody read them.
const SYN_DROPPED: u16 = 3;

/// A key that went down or up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    code: u16,
    down: bool,
}

pub(crate) fn prove(_: &Program) {
    let desk = plug_in();
    type_during(&desk, || {});
}

pub(crate) fn prove_undisturbed(program: &Program) {
    let desk = plug_in();
    type_during(&desk, || {
        program.run(&["--json"]).expect_status(0);
    });
}

/// Types on the K750 while `meanwhile` is called again and again.
pub(super) fn type_during(desk: &Desk, mut meanwhile: impl FnMut()) {
    let node = eventually("the K750's input node", PATIENCE, || {
        desk.seen().keyboard_of(K750)
    });
    let arriving = listen(node);
    let letters = (USAGE_A..).zip(CODES);
    let typed: Vec<(u8, u16)> = letters.cycle().take(PRESSES).collect();
    let started = Instant::now();
    let mut rounds = 0;
    let arrived = thread::scope(|scope| {
        let typist = scope.spawn(|| {
            let mut reader = Reader::new(arriving);
            let mut due = started;
            for (number, &(usage, _)) in (1_usize..).zip(&typed) {
                due += PACE;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                desk.with(|receiver, now| receiver.hold_keys(now, K750, 0, &[usage]));
                thread::sleep(PACE / 2);
                desk.with(|receiver, now| receiver.hold_keys(now, K750, 0, &[]));
                if !reader.wait_for((2 * number).saturating_sub(AHEAD)) {
                    break;
                }
            }
            reader.wait_for(2 * PRESSES);
            reader.finish()
        });
        while !typist.is_finished() {
            meanwhile();
            rounds += 1;
            thread::sleep(Duration::from_millis(1));
        }
        typist.join().expect("the typist's keys")
    });
    let took = started.elapsed();
    let expected = typed
        .iter()
        .flat_map(|&(_, code)| [true, false].map(|down| Key { code, down }));
    for (number, key) in expected.enumerate() {
        assert_eq!(
            arrived.get(number),
            Some(&key),
            "after {number} keys down or up of {}",
            2 * PRESSES
        );
    }
    assert_eq!(arrived.len(), 2 * PRESSES, "more keys than were typed");
    println!(
        "        {PRESSES} presses in {:.1} s, {rounds} rounds meanwhile: all arrived, in order",
        took.as_secs_f32()
    );
}

/// What has arrived so far.
struct Reader {
    arriving: Receiver<Key>,
    arrived: Vec<Key>,
}

impl Reader {
    fn new(arriving: Receiver<Key>) -> Self {
        Self {
            arriving,
            arrived: Vec::new(),
        }
    }

    /// Whether so many keys arrive before they stay away for long.
    fn wait_for(&mut self, count: usize) -> bool {
        while self.arrived.len() < count {
            match self.arriving.recv_timeout(Duration::from_secs(5)) {
                Ok(key) => self.arrived.push(key),
                Err(_) => return false,
            }
        }
        true
    }

    fn finish(mut self) -> Vec<Key> {
        self.arrived.extend(self.arriving.try_iter());
        self.arrived
    }
}

/// Reads the keys that arrive at an input node, until the device goes.
fn listen(node: PathBuf) -> Receiver<Key> {
    let (arrived, arriving) = mpsc::channel();
    let node = File::open(node).expect("the input node opens");
    // Many events at a time, as the kernel keeps only few for a slow reader.
    let mut events = BufReader::with_capacity(64 * EVENT, node);
    thread::spawn(move || {
        let mut event = [0; EVENT];
        while events.read_exact(&mut event).is_ok() {
            let [.., t0, t1, c0, c1, v0, v1, v2, v3] = event;
            let code = u16::from_ne_bytes([c0, c1]);
            let key = match (
                u16::from_ne_bytes([t0, t1]),
                code,
                i32::from_ne_bytes([v0, v1, v2, v3]),
            ) {
                (EV_SYN, SYN_DROPPED, _) => panic!("the guest read its keys too slowly"),
                (EV_KEY, code, 0) => Key { code, down: false },
                (EV_KEY, code, 1) => Key { code, down: true },
                // Other kinds; and a key that is held down repeats with value 2.
                _ => continue,
            };
            if arrived.send(key).is_err() {
                break;
            }
        }
    });
    arriving
}
