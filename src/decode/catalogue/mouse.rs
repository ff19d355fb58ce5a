//! Features of mice: wheels, resolution, pointer.
//!
//! Source of names: Logitech's cpg-docs, Solaar. Of layouts: libratbag, AprilNEA/OpenLogi, the
//! kernel's hid-logitech-hidpp.

use super::entry::{Feature, emits, feature, get, input, named, set};
use super::layout::{
    Part, SWITCH, bits, byte, bytes, code, id, steps, unit, wide_bits, wide_id, word,
};

/// Whether the wheel turns freely.
const WHEEL_MODES: &[(u8, &str)] = &[(0, "no change"), (1, "free"), (2, "ratchet")];

const SMART_SHIFT: &[Part] = &[
    code("wheel_mode", WHEEL_MODES),
    byte("auto_disengage"),
    byte("default_auto_disengage"),
];

const WHEEL_MODE: &[Part] = &[bits(
    "wheel_mode",
    &["diverted", "high resolution", "inverted"],
)];

const AXES: &[(u8, &str)] = &[(0, "x"), (1, "y")];

const RATCHET: &[(u8, &str)] = &[(0, "free"), (1, "ratchet")];

pub(super) const FEATURES: &[Feature] = &[
    feature(
        0x2001,
        "left and right swap",
        &[
            get(0, "get swap", &[], &[code("swapped", SWITCH)]),
            set(1, "set swap", &[code("swapped", SWITCH)]),
        ],
        &[],
    ),
    named(0x2005, "button swap cancel"),
    named(0x2006, "pointer axes orientation"),
    feature(
        0x2100,
        "vertical scrolling",
        &[get(
            0,
            "get wheel",
            &[],
            &[
                id("wheel_type"),
                byte("ratchets_per_turn"),
                byte("scroll_lines"),
            ],
        )],
        &[],
    ),
    feature(
        0x2110,
        "SmartShift",
        &[
            get(0, "get wheel mode", &[], SMART_SHIFT),
            set(1, "set wheel mode", SMART_SHIFT),
        ],
        &[],
    ),
    feature(
        0x2111,
        "SmartShift with torque",
        &[
            get(
                0,
                "get capabilities",
                &[],
                &[
                    id("capabilities"),
                    byte("default_auto_disengage"),
                    byte("default_torque"),
                    byte("highest_force"),
                ],
            ),
            get(
                1,
                "get wheel mode",
                &[],
                &[
                    code("wheel_mode", WHEEL_MODES),
                    byte("auto_disengage"),
                    byte("torque"),
                ],
            ),
            set(
                2,
                "set wheel mode",
                &[
                    code("wheel_mode", WHEEL_MODES),
                    byte("auto_disengage"),
                    byte("torque"),
                ],
            ),
        ],
        &[],
    ),
    feature(
        0x2120,
        "high-resolution scrolling",
        &[
            get(
                0,
                "get wheel mode",
                &[],
                &[code("high_resolution", SWITCH), byte("multiplier")],
            ),
            set(1, "set wheel mode", &[code("high_resolution", SWITCH)]),
        ],
        &[],
    ),
    input(
        0x2121,
        "high-resolution wheel",
        &[
            get(
                0,
                "get capabilities",
                &[],
                &[
                    byte("multiplier"),
                    bits(
                        "wheel_capabilities",
                        &["", "", "ratchet switch", "inversion"],
                    ),
                    byte("ratchets_per_turn"),
                    byte("wheel_diameter"),
                ],
            ),
            get(1, "get wheel mode", &[], WHEEL_MODE),
            set(2, "set wheel mode", WHEEL_MODE),
            get(3, "get ratchet", &[], &[code("ratchet", RATCHET)]),
        ],
        &[
            emits(0, "wheel movement", &[]),
            emits(1, "ratchet switch", &[]),
        ],
    ),
    input(0x2130, "low-resolution wheel", &[], &[]),
    input(
        0x2150,
        "thumb wheel",
        &[
            get(
                0,
                "get capabilities",
                &[],
                &[
                    word("native_resolution", ""),
                    word("diverted_resolution", ""),
                    id("default_direction"),
                    id("capabilities"),
                    word("time_unit", ""),
                ],
            ),
            get(
                1,
                "get reporting",
                &[],
                &[
                    code("diverted", SWITCH),
                    bits("wheel_state", &["inverted", "touched", "near"]),
                ],
            ),
            set(
                2,
                "set reporting",
                &[code("diverted", SWITCH), code("inverted", SWITCH)],
            ),
        ],
        &[emits(0, "thumb wheel movement", &[])],
    ),
    feature(
        0x2200,
        "mouse pointer",
        &[get(
            0,
            "get pointer",
            &[],
            &[word("dpi", ""), id("pointer_flags")],
        )],
        &[],
    ),
    feature(
        0x2201,
        "adjustable DPI",
        &[
            get(0, "count sensors", &[], &[byte("sensors")]),
            get(
                1,
                "list DPI",
                &[byte("sensor")],
                &[byte("sensor"), steps("dpi_list")],
            ),
            get(
                2,
                "get DPI",
                &[byte("sensor")],
                &[byte("sensor"), word("dpi", ""), word("default_dpi", "")],
            ),
            set(3, "set DPI", &[byte("sensor"), word("dpi", "")]),
        ],
        &[],
    ),
    feature(
        0x2202,
        "extended adjustable DPI",
        &[
            get(0, "count sensors", &[], &[byte("sensors")]),
            get(
                1,
                "get sensor",
                &[byte("sensor")],
                &[byte("sensor"), byte("dpi_levels"), id("capabilities")],
            ),
            get(
                2,
                "list DPI ranges",
                &[byte("sensor"), code("axis", AXES), byte("page")],
                &[
                    byte("sensor"),
                    code("axis", AXES),
                    byte("page"),
                    steps("dpi_list"),
                ],
            ),
            get(
                3,
                "list DPI",
                &[byte("sensor"), code("axis", AXES)],
                &[byte("sensor"), code("axis", AXES), steps("dpi_list")],
            ),
            get(
                4,
                "list lift-off distances",
                &[byte("sensor")],
                &[byte("sensor"), bytes("lift_off_list")],
            ),
            get(
                5,
                "get DPI",
                &[byte("sensor")],
                &[
                    byte("sensor"),
                    word("dpi", ""),
                    word("default_dpi", ""),
                    word("dpi_y", ""),
                    word("default_dpi_y", ""),
                    id("lift_off"),
                ],
            ),
            set(
                6,
                "set DPI",
                &[
                    byte("sensor"),
                    word("dpi", ""),
                    word("dpi_y", ""),
                    id("lift_off"),
                ],
            ),
            set(7, "show DPI", &[byte("sensor"), bytes("dpi_status")]),
            get(
                8,
                "get calibration",
                &[byte("sensor")],
                &[byte("sensor"), bytes("calibration")],
            ),
            set(
                9,
                "start calibration",
                &[byte("sensor"), bytes("calibration")],
            ),
            set(
                10,
                "set calibration",
                &[byte("sensor"), bytes("calibration")],
            ),
        ],
        &[
            emits(
                0,
                "DPI changed",
                &[
                    byte("sensor"),
                    word("dpi", ""),
                    word("dpi_y", ""),
                    id("lift_off"),
                ],
            ),
            emits(
                1,
                "calibration completed",
                &[byte("sensor"), code("axis", AXES), bytes("calibration")],
            ),
        ],
    ),
    feature(
        0x2205,
        "pointer motion scaling",
        &[
            get(0, "get speed", &[], &[wide_id("speed")]),
            set(1, "set speed", &[wide_id("speed")]),
        ],
        &[],
    ),
    named(0x2230, "angle snapping"),
    named(0x2240, "surface tuning"),
    named(0x2250, "motion statistics"),
    named(0x2251, "wheel statistics"),
    named(0x2400, "hybrid tracking"),
    feature(
        0x8060,
        "report rate",
        &[
            get(
                0,
                "list report rates",
                &[],
                &[bits(
                    "report_intervals",
                    &[
                        "1 ms", "2 ms", "3 ms", "4 ms", "5 ms", "6 ms", "7 ms", "8 ms",
                    ],
                )],
            ),
            get(
                1,
                "get report rate",
                &[],
                &[unit("report_interval_ms", "ms")],
            ),
            set(2, "set report rate", &[unit("report_interval_ms", "ms")]),
        ],
        &[],
    ),
    feature(
        0x8061,
        "extended report rate",
        &[
            get(0, "list report rates", &[code("link", LINKS)], RATES),
            get(1, "list report rates of this link", &[], RATES),
            get(
                2,
                "get report rate",
                &[code("link", LINKS)],
                &[code("report_rate", RATE)],
            ),
            set(3, "set report rate", &[code("report_rate", RATE)]),
        ],
        &[],
    ),
];

const LINKS: &[(u8, &str)] = &[(0, "cable"), (1, "wireless")];

const RATE: &[(u8, &str)] = &[
    (0, "125 Hz"),
    (1, "250 Hz"),
    (2, "500 Hz"),
    (3, "1000 Hz"),
    (4, "2000 Hz"),
    (5, "4000 Hz"),
    (6, "8000 Hz"),
];

const RATES: &[Part] = &[wide_bits(
    "report_rates",
    &[
        "125 Hz", "250 Hz", "500 Hz", "1000 Hz", "2000 Hz", "4000 Hz", "8000 Hz",
    ],
)];
