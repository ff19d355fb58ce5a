//! Features of touchpads and touch mice.
//!
//! Source of names: Logitech's cpg-docs, Solaar. Of functions: AprilNEA/OpenLogi, cvuchener/hidpp,
//! Solaar.

use super::entry::{Feature, emits, get, input, named, set};
use super::layout::{bits, bytes};

pub(super) const FEATURES: &[Feature] = &[
    named(0x6010, "touchpad firmware items"),
    named(0x6011, "touchpad software items"),
    named(0x6012, "touchpad Windows 8 firmware items"),
    named(0x6020, "tap"),
    named(0x6021, "tap (extended)"),
    named(0x6030, "cursor ballistics"),
    named(0x6040, "touchpad resolution"),
    input(
        0x6100,
        "raw touchpad",
        &[
            get(0, "get touchpad", &[], &[bytes("touchpad")]),
            get(1, "get raw mode", &[], &[bits("raw_mode", &["raw"])]),
            set(2, "set raw mode", &[bits("raw_mode", &["raw"])]),
        ],
        &[emits(0, "touches", &[])],
    ),
    input(
        0x6110,
        "raw touch mouse",
        &[
            get(0, "get touchpad", &[], &[bytes("touchpad")]),
            get(1, "get raw mode", &[], &[bits("raw_mode", &["raw"])]),
            set(2, "set raw mode", &[bits("raw_mode", &["raw"])]),
        ],
        &[emits(0, "touches", &[])],
    ),
    named(0x6120, "touch mouse settings"),
    input(0x6500, "gestures", &[], &[]),
    input(
        0x6501,
        "gestures 2",
        &[
            get(
                0,
                "get capabilities",
                &[bytes("entry")],
                &[bytes("gestures")],
            ),
            get(
                1,
                "get enabled gestures",
                &[bytes("which")],
                &[bytes("gestures")],
            ),
            set(2, "set enabled gestures", &[bytes("gestures")]),
            get(
                3,
                "get diverted gestures",
                &[bytes("which")],
                &[bytes("gestures")],
            ),
            set(4, "set diverted gestures", &[bytes("gestures")]),
            get(
                5,
                "get specification",
                &[bytes("which")],
                &[bytes("specification")],
            ),
            get(
                6,
                "get default parameter",
                &[bytes("which")],
                &[bytes("parameter")],
            ),
            get(7, "get parameter", &[bytes("which")], &[bytes("parameter")]),
            set(8, "set parameter", &[bytes("parameter")]),
        ],
        &[],
    ),
];
