//! Features of any device: identity, hosts, firmware, power.
//!
//! Source of names: Logitech's cpg-docs, Solaar, AprilNEA/OpenLogi. Of layouts: OpenLogi; Solaar for
//! the names of hosts.

use super::entry::{Feature, emits, feature, get, named, set};
use super::layout::{SWITCH, bits, byte, bytes, code, id, letters, unit, wide_id};

/// How a host is connected.
const BUSES: &[(u8, &str)] = &[
    (0, "undefined"),
    (1, "eQUAD"),
    (2, "USB"),
    (3, "Bluetooth"),
    (4, "Bluetooth LE"),
    (5, "Bolt"),
];

pub(super) const FEATURES: &[Feature] = &[
    feature(
        0x0000,
        "root",
        &[get(0, "find feature", &[], &[]), get(1, "ping", &[], &[])],
        &[emits(0, "no operation", &[])],
    ),
    feature(
        0x0001,
        "feature set",
        &[
            get(0, "count features", &[], &[]),
            get(1, "name feature", &[], &[]),
        ],
        &[],
    ),
    named(0x0002, "feature information"),
    feature(
        0x0003,
        "device information",
        &[
            get(0, "get identity", &[], &[]),
            get(1, "get firmware", &[], &[]),
            get(2, "get serial number", &[], &[]),
        ],
        &[],
    ),
    named(0x0004, "unit id"),
    feature(
        0x0005,
        "device name",
        &[
            get(0, "get name length", &[], &[]),
            get(1, "get name", &[], &[]),
            get(2, "get type", &[], &[]),
        ],
        &[],
    ),
    named(0x0006, "device groups"),
    feature(
        0x0007,
        "friendly name",
        &[
            get(
                0,
                "get name length",
                &[],
                &[
                    unit("name_length", "bytes"),
                    unit("most", "bytes"),
                    unit("default_length", "bytes"),
                ],
            ),
            get(
                1,
                "get name",
                &[byte("offset")],
                &[byte("offset"), letters("name")],
            ),
            get(
                2,
                "get default name",
                &[byte("offset")],
                &[byte("offset"), letters("default_name")],
            ),
            get(
                3,
                "set name",
                &[byte("offset"), letters("name")],
                &[unit("name_length", "bytes")],
            ),
            get(4, "reset name", &[], &[unit("name_length", "bytes")]),
        ],
        &[],
    ),
    named(0x0008, "keep-alive"),
    named(0x0011, "property access"),
    feature(
        0x0020,
        "configuration change",
        &[
            get(0, "get configuration cookie", &[], &[wide_id("cookie")]),
            set(1, "set configuration complete", &[wide_id("cookie")]),
        ],
        &[],
    ),
    named(0x0021, "unique random id"),
    named(0x0030, "target software"),
    named(0x0080, "wireless signal strength"),
    named(0x00C0, "firmware update control (legacy)"),
    named(0x00C1, "firmware update control (unsigned)"),
    named(0x00C2, "firmware update control (signed)"),
    named(0x00C3, "firmware update control (Bolt)"),
    named(0x00D0, "firmware update"),
    named(0x00D1, "firmware update (resumable)"),
    named(0x1010, "charging control"),
    named(0x1500, "force pairing"),
    named(0x1800, "generic test"),
    named(0x1802, "device reset"),
    named(0x1805, "out-of-box state"),
    named(0x1806, "configurable properties"),
    feature(
        0x1814,
        "change host",
        &[
            get(
                0,
                "get host information",
                &[],
                &[
                    byte("hosts"),
                    byte("current_host"),
                    bits("host_flags", &["enhanced switch"]),
                ],
            ),
            set(1, "set current host", &[byte("host")]),
            get(2, "get cookies", &[], &[bytes("cookies")]),
            set(3, "set cookie", &[byte("host"), id("cookie")]),
        ],
        &[],
    ),
    feature(
        0x1815,
        "host information",
        &[
            get(
                0,
                "get capabilities",
                &[],
                &[
                    bits(
                        "host_flags",
                        &[
                            "get name",
                            "set name",
                            "move",
                            "delete",
                            "set system version",
                        ],
                    ),
                    bits("host_buses", &["eQUAD", "USB", "Bluetooth", "Bluetooth LE"]),
                    byte("hosts"),
                    byte("current_host"),
                ],
            ),
            get(
                1,
                "get host",
                &[byte("host")],
                &[
                    byte("host"),
                    code("host_status", &[(0, "empty"), (1, "paired")]),
                    code("host_bus", BUSES),
                    byte("pages"),
                    unit("name_length", "bytes"),
                    unit("most", "bytes"),
                ],
            ),
            get(
                2,
                "get host descriptor",
                &[byte("host"), byte("page")],
                &[byte("host"), id("bus_and_page"), bytes("descriptor")],
            ),
            get(
                3,
                "get host name",
                &[byte("host"), byte("offset")],
                &[byte("host"), byte("offset"), letters("host_name")],
            ),
            set(
                4,
                "set host name",
                &[byte("host"), byte("offset"), letters("host_name")],
            ),
        ],
        &[],
    ),
    named(0x1816, "pre-pairing (Bolt)"),
    feature(
        0x1D4B,
        "wireless device status",
        &[],
        &[emits(0, "device status", &[])],
    ),
    named(0x1DF0, "remaining pairings"),
    feature(
        0x1E00,
        "hidden features",
        &[
            get(0, "get state", &[], &[code("hidden_features", SWITCH)]),
            set(1, "set state", &[code("hidden_features", SWITCH)]),
        ],
        &[],
    ),
    named(0x1F1F, "firmware properties"),
];
