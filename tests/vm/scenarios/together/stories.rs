//! The six devices, and all reports of the kernel, `solar-status` and `solaar show` that are
//! allowed for each, in this order.

use hidpp_sim::battery::State;

pub(super) const K750: u8 = 1;
pub(super) const M705: u8 = 2;
pub(super) const K800: u8 = 3;
pub(super) const MX_MASTER: u8 = 4;
pub(super) const G903: u8 = 5;
pub(super) const PRO_X: u8 = 6;

/// A device, and all reports that each of the three may ever make about it, in this order.
/// Infrequent readers may miss some; the last one is the state that all three must reach.
pub(super) struct Story {
    pub(super) codename: &'static str,
    pub(super) slot: u8,
    pub(super) serial: [u8; 4],
    pub(super) state: State,
    pub(super) kernel: &'static [&'static str],
    pub(super) solaar: &'static [&'static str],
    pub(super) ours: &'static [&'static str],
}

pub(super) const STORIES: [Story; 6] = [
    Story {
        codename: "K750",
        slot: K750,
        serial: [0x39, 0x2A, 0x07, 0x50],
        state: State::Discharging,
        // After a reconnection the kernel requests another feature, which a K750 does not have:
        // without our measurement it would stay offline.
        kernel: &[
            "57 %, Discharging, online",
            "57 %, Charging, online",
            "57 %, Unknown, offline",
            "57 %, Charging, online",
        ],
        // Solaar decodes the events of 4301, but does not request them.
        solaar: &[
            "Battery status unavailable.",
            "Battery: unknown (device is offline).",
            "Battery status unavailable.",
        ],
        ours: &[
            "57 %, 2540 mV, discharging, 12 lux",
            "57 %, 2540 mV, charging, 400 lux",
            "57 %, 2540 mV, charging, 400 lux, offline",
            "57 %, 2540 mV, charging, 400 lux",
        ],
    },
    Story {
        codename: "M705 (M-R0009)",
        slot: M705,
        serial: [0x1C, 0x5E, 0x07, 0x05],
        state: State::Discharging,
        // The kernel ignores the notification of register 0D until the next connection.
        kernel: &["65 %, Discharging, online"],
        solaar: &["Battery: 65%, discharging.", "Battery: 40%, discharging."],
        ours: &["65 %, discharging", "40 %, discharging"],
    },
    Story {
        codename: "K800",
        slot: K800,
        serial: [0xFB, 0x84, 0x1B, 0x86],
        state: State::Charging,
        kernel: &["High, Charging, offline", "High, Full, online"],
        solaar: &["Battery: full, recharging.", "Battery: full, full."],
        ours: &["full, charging", "full, full"],
    },
    Story {
        codename: "MX Master",
        slot: MX_MASTER,
        serial: [0x4D, 0x58, 0x40, 0x41],
        state: State::Discharging,
        kernel: &[
            "Normal, Discharging, online",
            "Unknown, Unknown, offline",
            "Low, Discharging, online",
        ],
        solaar: &[
            "Battery: 50%, discharging, next level 20%.",
            // The device fell asleep between two requests.
            "Battery status unavailable.",
            "Battery: unknown (device is offline).",
            "Battery: 20%, discharging, next level 5%.",
        ],
        ours: &[
            "50 %, good, discharging",
            "50 %, good, discharging, offline",
            "20 %, low, discharging",
        ],
    },
    Story {
        codename: "G903 LS",
        slot: G903,
        serial: [0x47, 0x90, 0x40, 0x87],
        state: State::Discharging,
        kernel: &[
            "91 %, 4079 mV, Discharging, online",
            "50 %, 3811 mV, Discharging, online",
        ],
        // Solaar rounds down even if the voltage equals an entry of its table.
        solaar: &[
            "Battery: 90% 4079mV , discharging.",
            "Battery: 40% 3811mV , discharging.",
        ],
        ours: &["91 %, 4079 mV, discharging", "50 %, 3811 mV, discharging"],
    },
    Story {
        codename: "PRO X",
        slot: PRO_X,
        serial: [0x50, 0x58, 0x40, 0x93],
        state: State::Charging,
        kernel: &["71 %, Charging, online", "71 %, Discharging, online"],
        solaar: &["Battery: 71%, recharging.", "Battery: 71%, discharging."],
        ours: &["71 %, good, charging", "71 %, good, discharging"],
    },
];
