//! A user without permission to open the node gets an error with the node and the remedy.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;
use test_support::wait::eventually;

use crate::kernel::PATIENCE;
use crate::monitor::INTERRUPTED;
use crate::process::{Finished, LIMIT};
use crate::program::Program;
use crate::scenarios::plug_in;

/// The exit status for a permission error.
pub(super) const DENIED: i32 = 4;

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    let node = desk.seen().node().expect("the receiver's node");
    let run = program.start_unprivileged(&["--json"]).finish(LIMIT);
    run.expect_status(DENIED);
    expect_remedy(&run, &node);
}

/// The monitor keeps running, and finds the receiver once it has permission.
pub(crate) fn prove_monitor(program: &Program) {
    let desk = plug_in();
    let node = desk.seen().node().expect("the receiver's node");
    let short = program.start_unprivileged(&["monitor", "--json", "--no-cache", "--duration", "5"]);
    let long = program.start_unprivileged(&["monitor", "--json", "--no-cache"]);
    let run = short.finish(LIMIT);
    run.expect_status(DENIED);
    expect_remedy(&run, &node);
    assert_eq!(run.stdout, "", "no devices without permission");

    fs::set_permissions(&node, Permissions::from_mode(0o666)).expect("the node can be opened");
    eventually("the receiver and its devices", PATIENCE, || {
        (long.stdout_so_far().lines().count() >= 4).then_some(())
    });
    long.signal(Signal::TERM);
    let run = long.finish(LIMIT);
    run.expect_status(INTERRUPTED);
    expect_remedy(&run, &node);
}

/// Asserts that one line names the node and the remedy.
fn expect_remedy(run: &Finished, node: &Path) {
    let error = run.only_error_line();
    println!("        {error}");
    for word in [&*node.to_string_lossy(), "udev"] {
        assert!(error.contains(word), "{error:?} lacks {word}");
    }
}
