//! Rooms that another room passes on.

use super::forbidden_in;

fn through(passes: &str, uses: &str) -> Vec<String> {
    forbidden_in(&[("middle/mod.rs", passes), ("high/mod.rs", uses)])
}

#[test]
fn a_room_that_another_one_passes_on_is_used_all_the_same() {
    for (passes, uses) in [
        ("pub use crate::low::Low;", "use crate::middle::Low;"),
        (
            "pub use crate::low::Low as Other;",
            "fn act(_: crate::middle::Other) {}",
        ),
        ("pub use crate::low::*;", "use crate::middle::Low;"),
        (
            "pub use crate::low::*;",
            "use crate::middle::*; fn act(_: Low) {}",
        ),
        ("pub use crate::low;", "use crate::middle::low::Low;"),
        (
            "pub use {crate as all};",
            "use crate::middle::all::low::Low;",
        ),
        (
            "pub mod inner { pub use crate::low::Low; } pub use inner::Low;",
            "use crate::middle::Low;",
        ),
        (
            "mod inner { pub use crate::low::*; } pub use inner::*;",
            "use crate::middle::*; fn act() { below() }",
        ),
        (
            "pub type Other = crate::low::Low;",
            "use crate::middle::Other;",
        ),
        (
            "pub type Other = crate::low::Low;",
            "fn act() { crate::middle::Other::act() }",
        ),
        // A module and a function of one name.
        (
            "pub mod below {} pub use crate::low::below;",
            "fn act() { crate::middle::below() }",
        ),
        // Through a module that is only seen in its room.
        (
            "mod deep { pub(super) use crate::low::Low; } pub use deep::Low;",
            "use crate::middle::Low;",
        ),
    ] {
        assert_eq!(through(passes, uses), ["high uses low"], "{passes} {uses}");
    }
}

#[test]
fn what_a_room_keeps_to_itself_is_not_passed_on() {
    for (passes, uses) in [
        ("pub struct Low;", "use crate::middle::Low;"),
        (
            "pub struct Own(crate::low::Low);",
            "use crate::middle::Own;",
        ),
        ("use crate::low::Low;", "use crate::middle::*; struct Low;"),
        (
            "use crate::low::*;",
            "use crate::middle::*; fn act(_: u8) {}",
        ),
        (
            "pub use crate::low::*;",
            "use crate::middle::*; fn act(it: u8) -> u8 { it }",
        ),
        (
            "fn act() { use crate::low::Low; } pub struct Low;",
            "use crate::middle::Low;",
        ),
    ] {
        assert_eq!(
            through(passes, uses),
            Vec::<String>::new(),
            "{passes} {uses}"
        );
    }
}
