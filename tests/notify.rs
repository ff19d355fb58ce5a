//! `solar-status notify` as a person runs it, on simulated devices in virtual time.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::fs;
use std::path::Path;
use std::process::Output;

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use test_support::documents;
use test_support::program::{Program, stdout};

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

const TEN_DAYS: [&str; 4] = ["--dry-run", "--simulate=fading", "--duration", "864000"];

fn notify(arguments: &[&str], home: &Path) -> Output {
    SOLAR_STATUS
        .command(&[&["notify"], arguments].concat())
        .env("XDG_CONFIG_HOME", home)
        .env("XDG_CONFIG_DIRS", home.join("system"))
        .env("XDG_STATE_HOME", home.join("state"))
        .output()
        .unwrap()
}

fn configure(folder: &Path, text: &str) {
    let folder = folder.join("solar-status");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

#[test]
fn ten_days_of_failing_batteries_are_eight_notifications() {
    let home = tempfile::tempdir().unwrap();
    let printed = stdout(&notify(&TEN_DAYS, home.path()));
    assert_eq!(
        printed,
        "\
day 0 09:03:00  normal     charge 101B-1C5E0705  M705: battery low  20 % left.
day 1 22:03:00  normal     charge 4082-B3400820  MX Master 3: battery low  ≈20 % left.
day 1 23:03:00  normal     charge 2010-FB841B86  K800: battery low
day 2 02:03:00  critical   charge 101B-1C5E0705  M705: battery almost empty  9 % left. Charge it, or keep new batteries at hand.
day 2 10:00:00  withdrawn  charge 4082-B3400820
day 2 12:03:00  low        charge 4082-B3400820  MX Master 3: charged  It can be taken off its charger.
day 2 14:00:00  withdrawn  charge 4082-B3400820
day 2 15:00:00  withdrawn  charge 101B-1C5E0705
day 2 16:03:00  critical   charge 2010-FB841B86  K800: battery almost empty  Charge it, or keep new batteries at hand.
day 3 00:01:30  normal     light 4002-392A0750  K750: not enough light for 3 days  The charge fell from 33 % to 31 %. The brightest light was 12 lux; it charges above 200 lux. Move it closer to a window or lamp.
day 3 08:00:00  withdrawn  charge 2010-FB841B86
day 7 00:16:30  withdrawn  light 4002-392A0750
day 9 00:03:00  normal     charge 4082-B3400820  MX Master 3: charging fails  Check its battery, cable and charger.
"
    );
    documents::assert_shown(printed.split("day 2 10").next().unwrap());
    assert!(
        !home.path().join("state").exists(),
        "a dry run stores nothing"
    );
}

#[test]
fn quiet_hours_can_be_configured() {
    let home = tempfile::tempdir().unwrap();
    let text = "notify = { quiet_hours = '22:00-07:00', critical = 5 }";
    configure(home.path(), text);
    let printed = stdout(&notify(&TEN_DAYS, home.path()));
    let summary = "day 2 07:00:00  normal     summary  Alerts of wireless devices  \
                   K800: battery low / MX Master 3: battery low. ≈20 % left.\n";
    assert!(printed.contains(summary), "{printed}");
    assert!(!printed.contains("M705: battery almost empty"), "{printed}");
}

#[test]
fn check_config_prints_the_effective_configuration_and_its_file() {
    let home = tempfile::tempdir().unwrap();
    let check = || stdout(&notify(&["--check-config"], home.path()));
    assert!(check().starts_with("# No configuration file was found; these are the defaults.\n"));
    configure(&home.path().join("system"), "notify.low = 30");
    assert!(check().contains("\nlow = 30\n"), "the system's file");
    configure(home.path(), "notify.low = 25");
    let shown = check();
    let file = home.path().join("solar-status/config.toml");
    assert!(
        shown.starts_with(&format!("# {}\n[notify]\n", file.display())),
        "{shown}"
    );
    assert!(
        shown.contains("\nlow = 25\n"),
        "the user's file takes precedence"
    );
}

#[test]
fn an_invalid_value_is_reported_with_line_and_column() {
    let home = tempfile::tempdir().unwrap();
    configure(home.path(), "[notify]\nlow = 300\n");
    for arguments in [&TEN_DAYS[..], &["--check-config"]] {
        let output = notify(arguments, home.path());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let file = home.path().join("solar-status/config.toml");
        let message = format!(
            "solar-status: {}:2:7: a limit is a charge from 1 to 95 percent, or 0 for never\n",
            file.display()
        );
        assert_eq!(String::from_utf8_lossy(&output.stderr), message);
    }
}

#[test]
fn notify_requires_the_battery_field() {
    let home = tempfile::tempdir().unwrap();
    let output = notify(
        &["--dry-run", "--simulate", "--fields", "name"],
        home.path(),
    );
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_missing_file_given_with_config_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["--check-config", "--config", "/nonexistent/config.toml"];
    let output = notify(&arguments, home.path());
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.starts_with("solar-status: /nonexistent/config.toml cannot be read: "));
}

#[test]
fn the_example_file_is_valid() {
    let home = tempfile::tempdir().unwrap();
    let file = Path::new(ROOT).join("packaging/config.toml");
    let arguments = ["--check-config", "--config", file.to_str().unwrap()];
    let shown = stdout(&notify(&arguments, home.path()));
    assert!(shown.contains("\nlow = 20\n"), "{shown}");
}

#[test]
fn a_fifo_instead_of_the_configuration_is_an_error_and_does_not_block() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("solar-status");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.toml");
    mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, makedev(0, 0)).unwrap();
    let output = notify(&["--check-config"], home.path());
    assert_ne!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("it is a FIFO, not a regular file"), "{text}");
}
