//! The events of an input node of the guest: keys and motions, in order.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// The size of the kernel's `input_event`: 16 bytes of time, type, code, value.
const EVENT: usize = 24;
/// The kernel's event types: end of a packet, key, and relative motion.
const EV_SYN: u16 = 0;
const EV_KEY: u16 = 1;
const EV_REL: u16 = 2;
/// The code of an end of packet after the kernel dropped events because they were not read in time.
const SYN_DROPPED: u16 = 3;
/// Motion to the right.
const REL_X: u16 = 0;
/// The value of a repeating key.
const REPEATED: i32 = 2;

/// An input of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key with this code was pressed or released.
    Key { code: u16, down: bool },
    /// The pointer moved this far to the right.
    Right(i32),
}

/// The inputs received so far.
pub(crate) struct Arrivals {
    arriving: Receiver<Input>,
    arrived: Vec<Input>,
}

impl Arrivals {
    /// Records the inputs of a node from now on, until the device is removed.
    pub(crate) fn of(node: PathBuf) -> Self {
        let (arrived, arriving) = mpsc::channel();
        let node = File::open(node).expect("the input node opens");
        // Reads many events at a time, because the kernel buffers only a few for a slow reader.
        let mut events = BufReader::with_capacity(64 * EVENT, node);
        thread::spawn(move || {
            let mut event = [0; EVENT];
            while events.read_exact(&mut event).is_ok() {
                let [.., t0, t1, c0, c1, v0, v1, v2, v3] = event;
                let code = u16::from_ne_bytes([c0, c1]);
                let value = i32::from_ne_bytes([v0, v1, v2, v3]);
                let input = match (u16::from_ne_bytes([t0, t1]), code) {
                    (EV_SYN, SYN_DROPPED) => panic!("the guest read its input too slowly"),
                    (EV_KEY, code) if value != REPEATED => Input::Key {
                        code,
                        down: value != 0,
                    },
                    (EV_REL, REL_X) => Input::Right(value),
                    _ => continue,
                };
                if arrived.send(input).is_err() {
                    break;
                }
            }
        });
        Self {
            arriving,
            arrived: Vec::new(),
        }
    }

    /// Whether this many inputs arrive, each within a few seconds of the previous one.
    pub(crate) fn wait_for(&mut self, count: usize) -> bool {
        while self.arrived.len() < count {
            match self.arriving.recv_timeout(Duration::from_secs(5)) {
                Ok(input) => self.arrived.push(input),
                Err(_) => return false,
            }
        }
        true
    }

    /// All inputs received.
    pub(crate) fn finish(mut self) -> Vec<Input> {
        self.arrived.extend(self.arriving.try_iter());
        self.arrived
    }
}
