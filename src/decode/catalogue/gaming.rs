//! Features of gaming devices: profiles, G keys, wheels.
//!
//! Source of names: Logitech's cpg-docs, Solaar. Of layouts: libratbag, cvuchener/hidpp,
//! AprilNEA/OpenLogi, Solaar.

use super::entry::{Feature, emits, feature, get, input, named, set};
use super::layout::{Part, bits, byte, bytes, code, id, wide_bits, wide_id, word};

const MODES: &[Part] = &[code(
    "profile_mode",
    &[(0, "no change"), (1, "onboard"), (2, "host")],
)];

const PLACE: &[Part] = &[wide_id("sector"), word("offset", "")];

pub(super) const FEATURES: &[Feature] = &[
    input(
        0x8010,
        "G keys",
        &[
            get(0, "count G keys", &[], &[byte("g_keys")]),
            get(1, "get layout", &[], &[id("g_key_layout")]),
            set(2, "set diversion", &[id("diverted")]),
        ],
        &[emits(0, "G keys", &[])],
    ),
    input(
        0x8020,
        "M keys",
        &[
            get(0, "count M keys", &[], &[byte("m_keys")]),
            set(1, "set LEDs", &[bits("m_key_leds", &["M1", "M2", "M3"])]),
        ],
        &[emits(0, "M keys", &[])],
    ),
    input(
        0x8030,
        "MR key",
        &[set(0, "set LED", &[bits("mr_key_led", &["MR"])])],
        &[emits(0, "MR key", &[])],
    ),
    named(0x8051, "modifier keys"),
    named(0x807A, "RPM indicator"),
    named(0x807B, "RPM LED pattern"),
    feature(
        0x8090,
        "mode status",
        &[
            get(0, "get mode", &[], MODE_STATUS),
            set(
                1,
                "set mode",
                &[
                    bits("mode_status", &["performance"]),
                    id("second_status"),
                    id("change_mode"),
                    id("change_second"),
                ],
            ),
            get(
                2,
                "get capabilities",
                &[],
                &[wide_bits(
                    "mode_capabilities",
                    &["hardware switch", "software switch"],
                )],
            ),
        ],
        &[emits(0, "mode changed", &[bytes("mode_state")])],
    ),
    named(0x80A3, "axis response curve (legacy)"),
    named(0x80A4, "axis response curve"),
    named(0x80B1, "banded axis"),
    named(0x80D0, "combined pedals"),
    named(0x80E0, "bunny hopping"),
    feature(
        0x8100,
        "onboard profiles",
        &[
            get(
                0,
                "get description",
                &[],
                &[
                    id("memory_model"),
                    id("profile_format"),
                    id("macro_format"),
                    byte("profiles"),
                    byte("factory_profiles"),
                    byte("buttons"),
                    byte("sectors"),
                    word("sector_size", "bytes"),
                    id("mechanical_layout"),
                    id("various"),
                ],
            ),
            set(1, "set mode", MODES),
            get(2, "get mode", &[], MODES),
            set(3, "set current profile", &[wide_id("profile")]),
            get(4, "get current profile", &[], &[wide_id("profile")]),
            get(5, "read memory", PLACE, &[bytes("data")]),
            set(
                6,
                "start writing memory",
                &[
                    wide_id("sector"),
                    word("offset", ""),
                    word("length", "bytes"),
                ],
            ),
            set(7, "write memory", &[bytes("data")]),
            set(8, "end writing memory", &[]),
            get(11, "get current DPI", &[], &[byte("dpi_entry")]),
            set(12, "set current DPI", &[byte("dpi_entry")]),
        ],
        &[
            emits(0, "current profile changed", &[wide_id("profile")]),
            emits(1, "current DPI changed", &[byte("dpi_entry")]),
        ],
    ),
    named(0x8101, "profile management"),
    input(
        0x8110,
        "mouse button spy",
        &[
            get(0, "count buttons", &[], &[byte("buttons")]),
            set(1, "start spy", &[]),
            set(2, "stop spy", &[]),
            get(3, "get button mapping", &[], &[bytes("mapping")]),
            set(4, "set button mapping", &[bytes("mapping")]),
        ],
        &[emits(0, "mouse buttons", &[])],
    ),
    named(0x8111, "latency monitoring"),
    named(0x8120, "gaming attachments"),
    named(0x8123, "force feedback"),
    named(0x8127, "dual clutch"),
    named(0x812C, "wheel center position"),
    named(0x8130, "display of game data"),
    named(0x8131, "center spring"),
    named(0x8132, "axis mapping"),
    named(0x8133, "global damping"),
    named(0x8134, "brake force"),
    input(0x8135, "pedal status", &[], &[]),
    named(0x8136, "torque limit"),
    named(0x8137, "configuration profiles"),
    named(0x8138, "operating range"),
    named(0x8139, "TrueForce"),
    named(0x8140, "force feedback filter"),
];

const MODE_STATUS: &[Part] = &[bits("mode_status", &["performance"]), id("second_status")];
