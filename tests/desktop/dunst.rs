//! Notifications on a real notification server, dunst.

use test_support::tools::text;

use crate::bus::{command, start};

/// dunst prints every notification, until three simulated days have passed.
const SESSION: &str = r#"
dunst -print &
server=$!
for _ in $(seq 100); do
    dunstctl count >/dev/null 2>&1 && break
    sleep 0.1
done
"$0" notify --simulate=fading --duration 290000 || exit
kill $server
wait $server || true
"#;

/// The value in a line of dunst's output.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let value = line.trim().strip_prefix(key)?.strip_prefix(": ")?;
    Some(value.trim_matches('\''))
}

#[test]
fn dunst_shows_the_notifications() {
    let (bus, home) = (start(), tempfile::tempdir().unwrap());
    let mut session = command(&bus, "xvfb-run");
    session
        .args(["-a", "sh", "-c", SESSION])
        .arg(env!("CARGO_BIN_EXE_solar-status"))
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .env("XDG_CONFIG_HOME", home.path())
        .env("XDG_CONFIG_DIRS", home.path())
        .env("XDG_STATE_HOME", home.path());
    let printed = text(&mut session, "xvfb, xauth and dunst");
    let keys = ["summary", "body", "icon", "desktop_entry", "urgency"];
    let shown: Vec<&str> = printed
        .lines()
        .filter_map(|line| keys.iter().find_map(|key| value(line, key)))
        .collect();
    let entry = "solar-status-notify";
    let expected = [
        [
            "M705: battery low",
            "20 % left.",
            "battery-low",
            entry,
            "NORMAL",
        ],
        [
            "MX Master 3: battery low",
            "≈20 % left.",
            "battery-low",
            entry,
            "NORMAL",
        ],
        ["K800: battery low", "", "battery-low", entry, "NORMAL"],
        [
            "M705: battery almost empty",
            "9 % left. Charge it, or keep new batteries at hand.",
            "battery-caution",
            entry,
            "CRITICAL",
        ],
        [
            "MX Master 3: charged",
            "It can be taken off its charger.",
            "battery-full-charged",
            entry,
            "LOW",
        ],
        [
            "K800: battery almost empty",
            "Charge it, or keep new batteries at hand.",
            "battery-caution",
            entry,
            "CRITICAL",
        ],
        [
            "K750: not enough light for 3 days",
            "The charge fell from 33 % to 31 %. The brightest light was 12 lux; it charges above 200 lux. \
             Move it closer to a window or lamp.",
            "weather-overcast",
            entry,
            "NORMAL",
        ],
    ];
    assert_eq!(shown, expected.concat());
}
