//! Features of headsets that use HID++ 2.0. Those of Centurion have ids of their own.
//!
//! Source of names: Solaar. Of layouts: AprilNEA/OpenLogi, ashkitten/g933-utils.

use super::entry::{Feature, feature, get, named, set};
use super::layout::{SWITCH, bits, bytes, code, id, signed, unit};

pub(super) const FEATURES: &[Feature] = &[
    feature(
        0x8300,
        "sidetone",
        &[
            get(0, "get sidetone", &[], &[unit("sidetone", "%")]),
            set(1, "set sidetone", &[unit("sidetone", "%")]),
            get(2, "get mute", &[], &[id("muted")]),
            set(3, "set mute", &[id("change_mute"), id("muted")]),
        ],
        &[],
    ),
    feature(
        0x8310,
        "equalizer",
        &[
            get(
                0,
                "get bands",
                &[],
                &[
                    unit("bands", ""),
                    unit("range_db", "dB"),
                    bits("equalizer_flags", &[]),
                    signed("lowest_db", "dB"),
                    signed("highest_db", "dB"),
                ],
            ),
            get(
                1,
                "get frequencies",
                &[id("page")],
                &[id("page"), bytes("frequencies")],
            ),
            get(2, "get gains", &[id("memory")], &[bytes("gains")]),
            set(3, "set gains", &[bytes("gains")]),
            get(
                4,
                "get noise reduction",
                &[],
                &[code("noise_reduction", SWITCH)],
            ),
            set(5, "set noise reduction", &[code("noise_reduction", SWITCH)]),
        ],
        &[],
    ),
    named(0x8320, "headset output"),
];
