//! The sections of man pages that `--help` does not have: files, environment, and see also.

/// A name and its description.
pub(super) type Entry = (&'static str, &'static str);

/// README and `docs`, as every package installs them.
const DOCUMENTATION: Entry = (
    "/usr/share/doc/solar-status/docs",
    "Status bars, JSON, D-Bus, history, notifications, permissions and devices in detail.",
);

const PROGRAM: &str = "solar-status";
const DAEMON: &str = "solar-statusd";

pub(super) fn files(program: &str) -> &'static [Entry] {
    match program {
        PROGRAM => &[
            ("/dev/hidraw*", "The nodes of receivers and devices."),
            (
                "~/.cache/solar-status/devices.json",
                "What is remembered of devices: last values, names, firmware, places of features. \
                 Of root in /var/cache/solar-status. It may be removed at any time.",
            ),
            DOCUMENTATION,
        ],
        DAEMON => &[
            ("/dev/hidraw*", "The nodes of receivers and devices."),
            (
                "/var/lib/solar-status",
                "What the service learnt of devices, and their history: text files.",
            ),
            (
                "/usr/lib/systemd/system/solar-statusd.service",
                "The service. There is nothing to enable: it starts when a receiver or device is \
                 plugged in, or when somebody asks for its name on the bus. \
                 systemctl mask solar-statusd switches it off.",
            ),
            (
                "/usr/lib/udev/rules.d/71-solar-statusd.rules",
                "Opens the nodes to the service, and starts it.",
            ),
            (
                "/usr/share/dbus-1/interfaces/org.solarstatus.*.xml",
                "What it serves on the bus, explained.",
            ),
            DOCUMENTATION,
        ],
        _ => &[],
    }
}

pub(super) fn environment(program: &str) -> &'static [Entry] {
    match program {
        PROGRAM => &[
            (
                "NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM",
                "Whether to use colour, where --color does not say it.",
            ),
            (
                "LC_ALL, LC_CTYPE, LANG",
                "Whether more than ASCII can be shown.",
            ),
            (
                "XDG_CACHE_HOME",
                "Where the folder of what is remembered is, instead of ~/.cache.",
            ),
            (
                "DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS",
                "Where the buses are, on which solar-statusd may be.",
            ),
        ],
        DAEMON => &[
            (
                "NOTIFY_SOCKET, WATCHDOG_USEC",
                "Where systemd is told that the daemon is ready and alive.",
            ),
            (
                "STATE_DIRECTORY",
                "Where to keep what is learnt, where --state does not say it.",
            ),
            (
                "DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS",
                "Where the buses are.",
            ),
        ],
        _ => &[],
    }
}

pub(super) fn see_also(program: &str) -> Vec<String> {
    let pages: &[&str] = match program {
        PROGRAM => &["solar-statusd(8)", "upower(1)"],
        _ => &["solar-status(1)", "busctl(1)", "systemctl(1)", "udev(7)"],
    };
    pages.iter().copied().map(str::to_owned).collect()
}
