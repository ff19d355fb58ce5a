//! Features of lamps with color and brightness.
//!
//! Source of names: Logitech's cpg-docs, Solaar. Of layouts: AprilNEA/OpenLogi, libratbag.

use super::entry::{Feature, emits, feature, get, set};
use super::layout::{
    Part, SKIP, SWITCH, bits, byte, bytes, code, color, id, wide_bits, wide_code, wide_id, word,
};

/// The effects of a zone.
const EFFECTS: &[(u8, &str)] = &[
    (0, "off"),
    (1, "fixed color"),
    (2, "pulsing"),
    (3, "cycling"),
    (4, "color wave"),
    (5, "starlight"),
    (6, "light on press"),
    (7, "audio visualizer"),
    (8, "boot-up"),
    (9, "demo"),
    (10, "breathing"),
    (11, "ripple"),
    (12, "custom"),
];

/// Where a zone is.
const LOCATIONS: &[(u8, &str)] = &[
    (0, "undefined"),
    (1, "primary"),
    (2, "logo"),
    (3, "left"),
    (4, "right"),
    (5, "combined"),
    (6, "primary 1"),
    (7, "primary 2"),
    (8, "primary 3"),
    (9, "primary 4"),
    (10, "primary 5"),
    (11, "primary 6"),
];

const PERSISTENCY: &[&str] = &["always on", "always off", "on, then off"];

const STORED: &[&str] = &[
    "boot-up effect",
    "demo",
    "user demo",
    "event display",
    "active dimming",
    "ramp down to off",
    "shutdown effect",
];

const STATE: &[(u8, &str)] = &[(0, "no change"), (1, "on"), (2, "off")];

const CONTROL: &[(u8, &str)] = &[(0, "firmware"), (1, "software")];

/// The memory that a setting is read from.
const MEMORY: &[(u8, &str)] = &[(0, "RAM"), (1, "EEPROM")];

const GET_OR_SET: &[(u8, &str)] = &[(0, "get"), (1, "set")];

/// An effect and its settings, which depend on the effect.
const ZONE_EFFECT: &[Part] = &[byte("zone"), byte("zone_effect"), bytes("effect_settings")];

const CLUSTER_EFFECT: &[Part] = &[
    byte("cluster"),
    byte("cluster_effect"),
    bytes("effect_settings"),
];

const STORED_STATE: &[Part] = &[
    wide_bits("stored_effect", STORED),
    code("stored_state", STATE),
    id("first_setting"),
    id("second_setting"),
];

const GET_OR_SET_BYTES: &[Part] = &[code("action", GET_OR_SET), bytes("lamp_settings")];

const ZONE_COLORS: &[Part] = &[bytes("zones_and_colors")];

pub(super) const FEATURES: &[Feature] = &[
    feature(
        0x8040,
        "brightness control",
        &[
            get(
                0,
                "get range",
                &[],
                &[
                    word("highest", ""),
                    byte("steps"),
                    bits(
                        "brightness_flags",
                        &[
                            "hardware brightness",
                            "events",
                            "illumination",
                            "hardware switch",
                            "transient",
                        ],
                    ),
                    word("lowest", ""),
                    byte("more_steps"),
                ],
            ),
            get(1, "get brightness", &[], &[word("brightness", "")]),
            set(2, "set brightness", &[word("brightness", "")]),
            get(3, "get illumination", &[], &[code("illumination", SWITCH)]),
            set(4, "set illumination", &[code("illumination", SWITCH)]),
        ],
        &[
            emits(0, "brightness changed", &[word("brightness", "")]),
            emits(1, "illumination changed", &[code("illumination", SWITCH)]),
        ],
    ),
    feature(
        0x8070,
        "color LED effects",
        &[
            get(
                0,
                "get zones",
                &[],
                &[
                    byte("zones"),
                    wide_bits("stored_effects", STORED),
                    wide_bits(
                        "lamp_capabilities",
                        &[
                            "get effect",
                            "no effect settings",
                            "set bins",
                            "one color",
                            "no synchronization",
                        ],
                    ),
                ],
            ),
            get(
                1,
                "get zone",
                &[byte("zone")],
                &[
                    byte("zone"),
                    wide_code("location", LOCATIONS),
                    byte("effects"),
                    bits("persistency", PERSISTENCY),
                ],
            ),
            get(
                2,
                "get effect of zone",
                &[byte("zone"), byte("zone_effect")],
                &[
                    byte("zone"),
                    byte("zone_effect"),
                    wide_code("effect", EFFECTS),
                    wide_id("effect_capabilities"),
                    word("period", ""),
                ],
            ),
            set(3, "set effect", ZONE_EFFECT),
            get(
                4,
                "get stored effect",
                &[wide_bits("stored_effect", STORED)],
                STORED_STATE,
            ),
            set(5, "set stored effect", STORED_STATE),
            get(
                6,
                "get LED bins",
                &[byte("zone"), id("bin")],
                &[byte("zone"), id("bin"), bytes("bins")],
            ),
            get(
                7,
                "get control",
                &[],
                &[code("lamp_control", CONTROL), code("effect_events", SWITCH)],
            ),
            set(
                8,
                "set control",
                &[code("lamp_control", CONTROL), code("effect_events", SWITCH)],
            ),
            get(
                9,
                "get effect settings",
                &[byte("zone"), code("memory", MEMORY)],
                &[
                    byte("zone"),
                    color("color"),
                    word("period", ""),
                    byte("brightness"),
                    id("effect_setting"),
                ],
            ),
            set(10, "clear effect settings", &[byte("zone")]),
            set(
                11,
                "set cycling direction",
                &[code(
                    "cycling",
                    &[(0, "clockwise"), (1, "counterclockwise")],
                )],
            ),
            get(
                12,
                "get color",
                &[byte("zone")],
                &[byte("zone"), color("color")],
            ),
            set(
                13,
                "synchronize effect",
                &[byte("zone"), SKIP, word("drift", "")],
            ),
            get(
                14,
                "get effect",
                &[byte("zone"), code("memory", MEMORY)],
                ZONE_EFFECT,
            ),
            set(
                15,
                "set LED bins",
                &[byte("zone"), id("bin"), bytes("bins")],
            ),
        ],
        &[emits(
            0,
            "effect synchronization",
            &[byte("zone"), word("effect_counter", "")],
        )],
    ),
    feature(
        0x8071,
        "RGB effects",
        &[
            // The reply depends on what is asked: the device, a cluster or an effect.
            get(
                0,
                "get information",
                &[
                    id("cluster_index"),
                    id("effect_index"),
                    id("kind_of_information"),
                ],
                &[
                    id("cluster_index"),
                    id("effect_index"),
                    bytes("lamp_information"),
                ],
            ),
            set(1, "set effect", CLUSTER_EFFECT),
            set(2, "set pattern", &[byte("cluster"), id("pattern")]),
            get(3, "stored effect", GET_OR_SET_BYTES, GET_OR_SET_BYTES),
            get(4, "LED bins", GET_OR_SET_BYTES, GET_OR_SET_BYTES),
            get(5, "control", CONTROL_STATE, CONTROL_STATE),
            set(
                6,
                "synchronize effect",
                &[byte("cluster"), SKIP, word("drift", "")],
            ),
            get(7, "power mode settings", GET_OR_SET_BYTES, POWER_SETTINGS),
            get(8, "power mode", POWER_MODE, POWER_MODE),
            set(9, "shut down", &[]),
        ],
        &[
            emits(
                0,
                "effect synchronization",
                &[byte("cluster"), word("effect_counter", "")],
            ),
            emits(
                1,
                "user activity",
                &[code("user", &[(0, "idle"), (1, "active")])],
            ),
            emits(2, "cluster changed", CLUSTER_EFFECT),
        ],
    ),
    feature(0x8080, "per-key lighting", &[], &[]),
    feature(
        0x8081,
        "per-key lighting 2",
        &[
            get(
                0,
                "get zones",
                &[id("kind_of_information"), byte("page")],
                &[id("kind_of_information"), byte("page"), bytes("zone_bits")],
            ),
            set(1, "set zones", ZONE_COLORS),
            set(2, "set consecutive zones", ZONE_COLORS),
            set(3, "set consecutive zones, 5 bits", ZONE_COLORS),
            set(4, "set consecutive zones, 4 bits", ZONE_COLORS),
            set(5, "set range of zones", ZONE_COLORS),
            set(
                6,
                "set zones to one color",
                &[color("color"), bytes("lamp_zones")],
            ),
            set(
                7,
                "end frame",
                &[
                    id("persistence"),
                    word("current_frame", ""),
                    word("next_frames", ""),
                ],
            ),
        ],
        &[],
    ),
];

const CONTROL_STATE: &[Part] = &[
    code("action", GET_OR_SET),
    bits("software_controls", &["all clusters", "power modes"]),
    bits(
        "lamp_events",
        &[
            "effect synchronization",
            "user activity",
            "no user activity",
        ],
    ),
];

const POWER_SETTINGS: &[Part] = &[
    code("action", GET_OR_SET),
    wide_id("power_flags"),
    word("power_save_after_s", "s"),
    word("off_after_s", "s"),
];

const POWER_MODE: &[Part] = &[
    code("action", GET_OR_SET),
    code("power_mode", &[(1, "full"), (2, "power save"), (3, "off")]),
];
