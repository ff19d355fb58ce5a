//! Features of keys, buttons, knobs and lamps of keyboards and mice.
//!
//! Source of names: Logitech's cpg-docs, Solaar. Of layouts: AprilNEA/OpenLogi, Solaar, libratbag,
//! cvuchener/hidpp.

use super::entry::{Feature, emits, feature, get, input, named, set};
use super::layout::{
    Part, SKIP, SWITCH, bits, byte, bytes, code, id, little, wide_bits, wide_code, wide_id,
};

/// What a control is, in the low byte of its flags.
const CONTROL_FLAGS: &[&str] = &[
    "mouse button",
    "F key",
    "hot key",
    "Fn toggle",
    "reprogrammable",
    "divertable",
    "persistently divertable",
    "virtual",
];

/// The high byte of those flags.
const MORE_CONTROL_FLAGS: &[&str] = &["raw XY", "force raw XY", "analytics", "raw wheel"];

/// How a control reports. The odd bits are those that a request changes.
const REPORTING: &[Part] = &[
    wide_id("control"),
    bits(
        "reporting",
        &[
            "diverted",
            "change diverted",
            "persistently diverted",
            "change persistently diverted",
            "raw XY",
            "change raw XY",
            "force raw XY",
            "change force raw XY",
        ],
    ),
    wide_id("remapped_to"),
    bits(
        "more_reporting",
        &[
            "analytics",
            "change analytics",
            "raw wheel",
            "change raw wheel",
        ],
    ),
];

/// A key or button, and what it does.
const CONTROL: &[Part] = &[
    wide_id("control"),
    wide_id("task"),
    bits("control_flags", CONTROL_FLAGS),
];

pub(super) const FEATURES: &[Feature] = &[
    feature(
        0x1300,
        "LED control",
        &[
            get(0, "count LEDs", &[], &[byte("leds")]),
            get(
                1,
                "get LED",
                &[byte("led")],
                &[
                    byte("led"),
                    code(
                        "led_type",
                        &[
                            (1, "battery"),
                            (2, "DPI"),
                            (3, "profile"),
                            (4, "logo"),
                            (5, "cosmetic"),
                        ],
                    ),
                    byte("lamps"),
                    wide_bits("led_modes", LED_MODES),
                    id("stored_modes"),
                ],
            ),
            get(
                2,
                "get software control",
                &[],
                &[code("software_control", SWITCH)],
            ),
            set(
                3,
                "set software control",
                &[code("software_control", SWITCH)],
            ),
            get(4, "get LED state", &[byte("led")], LED_STATE),
            set(5, "set LED state", LED_STATE),
            get(6, "get stored LED", &[byte("led")], STORED_LED),
            set(7, "set stored LED", STORED_LED),
        ],
        &[],
    ),
    named(0x1981, "backlight"),
    feature(
        0x1982,
        "backlight 2",
        &[
            get(0, "get backlight", &[], BACKLIGHT),
            set(1, "set backlight", BACKLIGHT),
            get(
                2,
                "get backlight levels",
                &[],
                &[
                    byte("levels"),
                    byte("backlight_level"),
                    id("backlight_status"),
                    id("backlight_effect"),
                    little("hands_out_5s", ""),
                    little("hands_in_5s", ""),
                    little("powered_5s", ""),
                ],
            ),
            set(3, "set backlight effect", &[id("backlight_effect")]),
        ],
        &[emits(
            0,
            "backlight changed",
            &[
                byte("levels"),
                byte("backlight_level"),
                id("backlight_status"),
                id("backlight_effect"),
            ],
        )],
    ),
    named(0x1983, "backlight 3"),
    feature(
        0x1990,
        "illumination",
        &[
            get(0, "get illumination", &[], &[code("illumination", SWITCH)]),
            set(1, "set illumination", &[code("illumination", SWITCH)]),
            get(2, "get brightness range", &[], &[bytes("range")]),
            get(3, "get brightness", &[], &[bytes("brightness")]),
            set(4, "set brightness", &[bytes("brightness")]),
            get(
                5,
                "get brightness levels",
                &[bytes("page")],
                &[bytes("levels")],
            ),
            set(6, "set brightness levels", &[bytes("levels")]),
            get(7, "get color temperature range", &[], &[bytes("range")]),
            get(
                8,
                "get color temperature",
                &[],
                &[bytes("color_temperature")],
            ),
            set(9, "set color temperature", &[bytes("color_temperature")]),
            get(
                10,
                "get color temperature levels",
                &[bytes("page")],
                &[bytes("levels")],
            ),
            set(11, "set color temperature levels", &[bytes("levels")]),
            get(12, "get highest brightness", &[], &[bytes("brightness")]),
        ],
        &[],
    ),
    feature(
        0x19B0,
        "haptic feedback",
        &[
            get(0, "get capabilities", &[], &[bytes("capabilities")]),
            get(1, "get configuration", &[], &[bytes("configuration")]),
            set(2, "set configuration", &[bytes("configuration")]),
            set(4, "play", &[id("waveform")]),
        ],
        &[],
    ),
    input(
        0x19C0,
        "force-sensing button",
        &[
            get(0, "count buttons", &[], &[byte("buttons")]),
            get(1, "get button", &[byte("button")], &[bytes("capabilities")]),
            get(2, "get force", &[byte("button")], &[bytes("force")]),
            set(3, "set force", &[byte("button"), bytes("force")]),
        ],
        &[],
    ),
    input(0x1A00, "presenter control", &[], &[]),
    input(0x1A01, "3D sensor", &[], &[]),
    input(
        0x1B00,
        "reprogrammable controls",
        &[
            get(0, "count controls", &[], &[byte("controls")]),
            get(1, "get control", &[byte("entry")], CONTROL),
        ],
        &[],
    ),
    input(
        0x1B01,
        "reprogrammable controls",
        &[
            get(0, "count controls", &[], &[byte("controls")]),
            get(1, "get control", &[byte("entry")], CONTROL),
        ],
        &[],
    ),
    input(0x1B02, "reprogrammable controls", &[], &[]),
    input(0x1B03, "reprogrammable controls", &[], &[]),
    input(
        0x1B04,
        "reprogrammable controls",
        &[
            get(0, "count controls", &[], &[byte("controls")]),
            get(
                1,
                "get control",
                &[byte("entry")],
                &[
                    wide_id("control"),
                    wide_id("task"),
                    bits("control_flags", CONTROL_FLAGS),
                    byte("position"),
                    byte("group"),
                    id("group_mask"),
                    bits("more_flags", MORE_CONTROL_FLAGS),
                ],
            ),
            get(2, "get reporting", &[wide_id("control")], REPORTING),
            set(3, "set reporting", REPORTING),
            get(
                4,
                "get capabilities",
                &[],
                &[bits("control_capabilities", &["reset of all"])],
            ),
            set(5, "reset all reporting", &[]),
        ],
        &[
            emits(0, "diverted controls", &[]),
            emits(1, "diverted motion", &[]),
        ],
    ),
    input(0x1B05, "full key customization", &[], &[]),
    input(0x1B0C, "analog buttons", &[], &[]),
    named(0x1B10, "control list"),
    named(0x1B20, "switch swappability"),
    named(0x1B30, "device mode"),
    input(0x1BC0, "report HID usage", &[], &[]),
    feature(
        0x1C00,
        "persistent remappable action",
        &[
            get(0, "get capabilities", &[], &[bytes("capabilities")]),
            get(1, "count controls", &[], &[byte("controls")]),
            get(
                2,
                "get control",
                &[byte("entry"), id("host")],
                &[bytes("control")],
            ),
            get(
                3,
                "get action",
                &[wide_id("control"), id("host")],
                &[wide_id("control"), id("host"), bytes("action")],
            ),
            set(
                4,
                "set action",
                &[wide_id("control"), id("host"), bytes("action")],
            ),
            set(5, "reset action", &[wide_id("control"), id("host")]),
            set(6, "reset to factory settings", &[id("host")]),
        ],
        &[],
    ),
];

/// The modes of a LED, lowest bit first.
const LED_MODES: &[&str] = &[
    "off",
    "on",
    "blink",
    "travel",
    "ramp up",
    "ramp down",
    "heartbeat",
    "breathing",
];

/// One of these modes, with its parameters.
const LED_STATE: &[Part] = &[
    byte("led"),
    wide_code(
        "led_mode",
        &[
            (0x01, "off"),
            (0x02, "on"),
            (0x04, "blink"),
            (0x08, "travel"),
            (0x10, "ramp up"),
            (0x20, "ramp down"),
            (0x40, "heartbeat"),
            (0x80, "breathing"),
        ],
    ),
    bytes("led_settings"),
];

/// What a LED does without software. The meaning of the byte is not public.
const STORED_LED: &[Part] = &[byte("led"), id("stored_state")];

/// The state of the backlight; durations are in steps of 5 s (Solaar).
const BACKLIGHT: &[Part] = &[
    code("backlight", SWITCH),
    id("backlight_options"),
    id("backlight_modes"),
    id("backlight_effects"),
    SKIP,
    byte("backlight_level"),
    little("hands_out_5s", ""),
    little("hands_in_5s", ""),
    little("powered_5s", ""),
];
