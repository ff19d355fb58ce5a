//! Features of keyboards.
//!
//! Source of names: Logitech's cpg-docs, Solaar. Of layouts: AprilNEA/OpenLogi.

use super::entry::{Feature, emits, feature, get, input, named, set};
use super::layout::{Part, SWITCH, bits, byte, bytes, code, id, wide_bits};

const FN_INVERSION: &[Part] = &[
    code("fn_inverted", SWITCH),
    code("default_inverted", SWITCH),
];

/// Keys that can be disabled together.
const LOCKABLE: &[Part] = &[bits(
    "disabled_keys",
    &["Caps Lock", "Num Lock", "Scroll Lock", "Insert", "Windows"],
)];

pub(super) const FEATURES: &[Feature] = &[
    feature(
        0x40A0,
        "Fn inversion",
        &[
            get(0, "get Fn inversion", &[], FN_INVERSION),
            set(1, "set Fn inversion", &[code("fn_inverted", SWITCH)]),
        ],
        &[],
    ),
    feature(
        0x40A2,
        "Fn inversion",
        &[
            get(0, "get Fn inversion", &[], FN_INVERSION),
            set(1, "set Fn inversion", &[code("fn_inverted", SWITCH)]),
        ],
        &[],
    ),
    feature(
        0x40A3,
        "Fn inversion",
        &[
            get(
                0,
                "get Fn inversion",
                &[byte("host")],
                &[
                    byte("host"),
                    code("fn_inverted", SWITCH),
                    code("default_inverted", SWITCH),
                    bits("fn_capabilities", &["Fn Lock"]),
                ],
            ),
            set(
                1,
                "set Fn inversion",
                &[byte("host"), code("fn_inverted", SWITCH)],
            ),
        ],
        &[emits(0, "Fn inversion changed", &[bytes("fn_state")])],
    ),
    named(0x4100, "encryption"),
    feature(
        0x4220,
        "lock key state",
        &[get(0, "get lock keys", &[], &[id("lock_keys")])],
        &[emits(0, "lock keys changed", &[id("lock_keys")])],
    ),
    named(0x4302, "solar dashboard 2"),
    feature(
        0x4520,
        "keyboard layout",
        &[get(0, "get layout", &[], &[id("keyboard_layout")])],
        &[],
    ),
    feature(
        0x4521,
        "disable keys",
        &[
            get(0, "get capabilities", &[], LOCKABLE),
            get(1, "get disabled keys", &[], LOCKABLE),
            set(2, "set disabled keys", LOCKABLE),
        ],
        &[],
    ),
    feature(
        0x4522,
        "disable keys by usage",
        &[
            get(0, "get capabilities", &[], &[byte("most_disabled")]),
            set(1, "disable keys", &[bytes("usages")]),
            set(2, "enable keys", &[bytes("usages")]),
            set(3, "enable all keys", &[]),
        ],
        &[],
    ),
    named(0x4523, "disable controls"),
    feature(
        0x4530,
        "dual platform",
        &[
            get(1, "get platform", &[], &[id("platform")]),
            set(2, "set platform", &[id("platform")]),
        ],
        &[emits(0, "platform changed", &[id("platform")])],
    ),
    feature(
        0x4531,
        "multiplatform",
        &[
            get(
                0,
                "get capabilities",
                &[],
                &[
                    wide_bits("platform_flags", &[]),
                    byte("platforms"),
                    byte("descriptors"),
                    byte("hosts"),
                    byte("current_host"),
                    id("platform"),
                ],
            ),
            get(
                1,
                "get platform descriptor",
                &[byte("entry")],
                &[bytes("descriptor")],
            ),
            get(
                2,
                "get platform of host",
                &[byte("host")],
                &[
                    byte("host"),
                    id("host_status"),
                    id("platform"),
                    id("platform_source"),
                    id("automatic_platform"),
                    id("automatic_descriptor"),
                ],
            ),
            set(3, "set platform of host", &[byte("host"), id("platform")]),
        ],
        &[emits(0, "platform changed", &[bytes("platform_state")])],
    ),
    named(0x4540, "international layouts"),
    input(
        0x4600,
        "crown",
        &[
            get(0, "get capabilities", &[], &[bytes("capabilities")]),
            get(1, "get mode", &[], &[bytes("crown_mode")]),
            set(2, "set mode", &[bytes("crown_mode")]),
        ],
        &[emits(0, "crown movement", &[])],
    ),
];
