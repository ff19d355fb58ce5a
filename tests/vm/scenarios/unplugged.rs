//! A receiver unplugged during a reading ends it with an error that names the node.

use std::time::Duration;

use test_support::wait::eventually;

use crate::kernel::{self, PATIENCE};
use crate::process::LIMIT;
use crate::program::Program;
use crate::scenarios::{plug_in, reading};

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    let node = desk.seen().node().expect("the receiver's node");
    desk.with(|receiver, _| receiver.forget_requests());
    let reading = program.start(&["--json"]);
    eventually("the program's first request", LIMIT, || {
        desk.with(|receiver, _| receiver.requests().next().map(|_| ()))
    });
    // The light alone takes a second, so this is during the reading.
    std::thread::sleep(Duration::from_millis(200));
    drop(desk);
    let run = reading.finish(LIMIT);
    run.expect_status(1);
    let error = run.only_error_line();
    println!("        {error}");
    assert!(
        error.contains(&node.display().to_string()),
        "{error:?} does not name {}",
        node.display()
    );

    eventually("the receiver to be gone", PATIENCE, kernel::unplugged);
    let _desk = plug_in();
    reading::expect_desk(&program.run(&["--json"]).document());
}
