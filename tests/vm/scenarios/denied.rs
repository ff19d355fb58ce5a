//! A user who may not open the node is told which one, and what helps.

use crate::process::LIMIT;
use crate::program::Program;
use crate::scenarios::plug_in;

/// The exit status that means: permission denied.
const DENIED: i32 = 4;

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    let node = desk
        .seen()
        .node()
        .expect("the receiver's node")
        .display()
        .to_string();
    let run = program.start_as_nobody(&["--json"]).finish(LIMIT);
    run.expect_status(DENIED);
    print!(
        "        {}",
        run.stderr.trim_end().replace('\n', "\n        ") + "\n"
    );
    assert!(
        run.stderr.contains(&node),
        "{:?} does not name {node}",
        run.stderr
    );
    assert!(
        run.stderr.contains("udev"),
        "{:?} does not name a remedy",
        run.stderr
    );
}
