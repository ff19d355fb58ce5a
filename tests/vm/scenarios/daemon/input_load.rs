//! Continuous typing and mouse motion; all input must arrive in order.

use std::fmt::{self, Display};
use std::ops::AddAssign;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use test_support::wait::eventually;

use crate::input::{Arrivals, Input};
use crate::kernel::PATIENCE;
use crate::scenarios::Desk;
use crate::scenarios::typing::{CODES, USAGE_A};

/// The time between two presses or motions.
const PACE: Duration = Duration::from_millis(30);

/// How far the input may be ahead of this test's reader, for which the kernel buffers 64 events.
const AHEAD: usize = 12;

/// The inputs that were made and arrived.
#[derive(Default)]
pub(super) struct Done {
    presses: usize,
    motions: usize,
}

impl AddAssign for Done {
    fn add_assign(&mut self, more: Self) {
        self.presses += more.presses;
        self.motions += more.motions;
    }
}

impl Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} presses and {} motions", self.presses, self.motions)
    }
}

/// Types on the device in one slot and moves the one in another, from when the kernel has input
/// nodes for them until `meanwhile` returns.
pub(super) fn busy(desk: &Desk, keyboard: u8, mouse: u8, meanwhile: impl FnOnce()) -> Done {
    let seen = desk.seen();
    let keys = eventually("a keyboard's node", PATIENCE, || seen.keyboard_of(keyboard));
    let motions = eventually("a mouse's node", PATIENCE, || seen.mouse_of(mouse));
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Also stops if `meanwhile` panics.
        let _end = AtItsEnd(&over);
        let typist = scope.spawn(|| {
            repeat(Arrivals::of(keys), &over, |number| {
                let letter = number % CODES.len();
                let usage = (USAGE_A..).nth(letter).expect("a letter");
                desk.with(|receiver, now| receiver.hold_keys(now, keyboard, 0, &[usage]));
                thread::sleep(PACE / 2);
                desk.with(|receiver, now| receiver.hold_keys(now, keyboard, 0, &[]));
                let code = CODES[letter];
                [true, false].map(|down| Input::Key { code, down }).to_vec()
            })
        });
        let mover = scope.spawn(|| {
            repeat(Arrivals::of(motions), &over, |number| {
                let right = i8::try_from(1 + number % 100).expect("a short distance");
                desk.with(|receiver, now| receiver.move_mouse(now, mouse, right, 0));
                vec![Input::Right(right.into())]
            })
        });
        meanwhile();
        over.store(true, Ordering::Relaxed);
        Done {
            presses: typist.join().expect("the keys"),
            motions: mover.join().expect("the motions"),
        }
    })
}

/// Repeats an action and compares the resulting inputs with the expected ones. Returns the number
/// of repetitions.
fn repeat(mut arrivals: Arrivals, over: &AtomicBool, act: impl Fn(usize) -> Vec<Input>) -> usize {
    let mut expected = Vec::new();
    let mut count = 0;
    let mut due = Instant::now();
    let mut goes_on = true;
    while goes_on && !over.load(Ordering::Relaxed) {
        expected.extend(act(count));
        count += 1;
        goes_on = arrivals.wait_for(expected.len().saturating_sub(AHEAD));
        due += PACE;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    arrivals.wait_for(expected.len());
    let arrived = arrivals.finish();
    let same = arrived.iter().zip(&expected).take_while(|(a, b)| a == b);
    let same = same.count();
    assert_eq!(
        (arrived.get(same), arrived.len()),
        (None, expected.len()),
        "the input after {same} correct ones, and the count; expected {:?}",
        expected.get(same)
    );
    count
}

struct AtItsEnd<'a>(&'a AtomicBool);

impl Drop for AtItsEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
