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
                "The device cache: last values, names, firmware versions and feature indexes. Root's \
                 is in /var/cache/solar-status. It can be deleted at any time.",
            ),
            DOCUMENTATION,
        ],
        DAEMON => &[
            ("/dev/hidraw*", "The nodes of receivers and devices."),
            (
                "/var/lib/solar-status",
                "The service's device cache, and the history of the devices, as text files.",
            ),
            (
                "/usr/lib/systemd/system/solar-statusd.service",
                "The service. There is nothing to enable: it starts when a receiver or device is \
                 plugged in, or when a program calls its bus name. \
                 To stop it and to prevent further starts, run systemctl mask --now solar-statusd.",
            ),
            (
                "/usr/lib/udev/rules.d/71-solar-statusd.rules",
                "Gives the service access to the nodes, and starts it.",
            ),
            (
                "/usr/share/dbus-1/interfaces/org.solarstatus.*.xml",
                "Its D-Bus interfaces, with documentation.",
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
                "Whether to use colour, unless --color is given.",
            ),
            (
                "LC_ALL, LC_CTYPE, LANG",
                "Whether characters outside ASCII can be shown.",
            ),
            (
                "XDG_CACHE_HOME",
                "The parent directory of the cache, instead of ~/.cache.",
            ),
            (
                "DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS",
                "The addresses of the buses on which solar-statusd may run.",
            ),
        ],
        DAEMON => &[
            (
                "NOTIFY_SOCKET, WATCHDOG_USEC",
                "How the daemon notifies systemd that it is ready and alive.",
            ),
            (
                "STATE_DIRECTORY",
                "The directory of the cache and the history, unless --state is given.",
            ),
            (
                "DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS",
                "The addresses of the buses.",
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
