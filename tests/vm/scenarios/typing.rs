//! Keys typed on a device while other programs run arrive at its input node, all of them and in
//! order.

use std::thread;
use std::time::{Duration, Instant};

use hidpp_sim::scenario::K750;
use test_support::wait::eventually;

use crate::input::{Arrivals, Input};
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::scenarios::{Desk, plug_in};

const PRESSES: usize = 1000;
/// The time between two presses; the key is released halfway.
const PACE: Duration = Duration::from_millis(8);
/// How many keys the typist may be ahead of this test's reader: the kernel buffers 64 events for
/// it, three per key, and a busy host can suspend it for longer than that.
const AHEAD: usize = 12;

/// The usage of the letter A on the HID keyboard page; the others follow in alphabetical order.
pub(super) const USAGE_A: u8 = 0x04;
/// The letters' codes in Linux, in alphabetical order.
pub(super) const CODES: [u16; 26] = [
    30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45,
    21, 44,
];

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

/// Types on the K750 while `meanwhile` is called repeatedly.
pub(super) fn type_during(desk: &Desk, mut meanwhile: impl FnMut()) {
    let node = eventually("the K750's input node", PATIENCE, || {
        desk.seen().keyboard_of(K750)
    });
    let mut arrivals = Arrivals::of(node);
    let letters = (USAGE_A..).zip(CODES);
    let typed: Vec<(u8, u16)> = letters.cycle().take(PRESSES).collect();
    let started = Instant::now();
    let mut rounds = 0;
    let arrived = thread::scope(|scope| {
        let typist = scope.spawn(|| {
            let mut due = started;
            for (number, &(usage, _)) in (1_usize..).zip(&typed) {
                due += PACE;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                desk.with(|receiver, now| receiver.hold_keys(now, K750, 0, &[usage]));
                thread::sleep(PACE / 2);
                desk.with(|receiver, now| receiver.hold_keys(now, K750, 0, &[]));
                if !arrivals.wait_for((2 * number).saturating_sub(AHEAD)) {
                    break;
                }
            }
            arrivals.wait_for(2 * PRESSES);
            arrivals.finish()
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
        .flat_map(|&(_, code)| [true, false].map(|down| Input::Key { code, down }));
    for (number, key) in expected.enumerate() {
        assert_eq!(
            arrived.get(number),
            Some(&key),
            "input {number} of {}",
            2 * PRESSES
        );
    }
    assert_eq!(arrived.len(), 2 * PRESSES, "more keys than were typed");
    println!(
        "        {PRESSES} presses in {:.1} s, {rounds} rounds meanwhile: all arrived, in order",
        took.as_secs_f32()
    );
}
