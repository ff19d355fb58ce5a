//! `solar-status history` as a person or a script runs it: on files, and on the simulated desk.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use test_support::documents;
use test_support::program::Program;
use test_support::terminal::Terminal;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// Two months until the evening of the last day.
const TWO_MONTHS: [&str; 5] = ["--simulate", "--since", "60d", "--until", "2025-11-23"];

/// Runs `history` without a daemon and with UTC as the time zone.
fn history(arguments: &[&str]) -> Output {
    SOLAR_STATUS.run(&[&["history"], arguments].concat())
}

fn stdout(arguments: &[&str]) -> Vec<u8> {
    let output = history(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
    output.stdout
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(stdout(arguments)).unwrap()
}

/// The exit status and standard error.
fn failure(arguments: &[&str]) -> (Option<i32>, String) {
    let output = history(arguments);
    assert!(output.stdout.is_empty(), "{output:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), errors)
}

fn simulated(arguments: &[&str]) -> Vec<u8> {
    stdout(&[&TWO_MONTHS, arguments].concat())
}

/// A state directory with these history lines of a keyboard.
fn state(lines: &[&str]) -> TempDir {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("history");
    fs::create_dir(&folder).unwrap();
    let header = r#"{"device":"4002-392A0750","format":"solar-status history","version":1}"#;
    let lines = [&[header], lines].concat().join("\n") + "\n";
    fs::write(folder.join("4002-392A0750.jsonl"), lines).unwrap();
    state
}

/// A week of a keyboard that sleeps at night, and `--until` its end.
fn week() -> (TempDir, [String; 4]) {
    let lines = (0..7 * 24).map(|hour| {
        let (at, percent) = (1_763_424_000 + hour * 3600, 90 - hour / 24);
        let (lux, online) = if (7..19).contains(&(hour % 24)) {
            (r#""lux":250,"#, true)
        } else {
            ("", false)
        };
        format!(r#"{{"at":{at},"percent":{percent},{lux}"state":"discharging","online":{online}}}"#)
    });
    let lines: Vec<String> = lines.collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let state = state(&lines);
    let arguments = ["--state", path(state.path()), "--until", "2025-11-24"];
    let arguments = arguments.map(str::to_owned);
    (state, arguments)
}

/// The output for that week.
fn of_week(arguments: &[&str]) -> Vec<u8> {
    let (_state, week) = week();
    let week: Vec<&str> = week.iter().map(String::as_str).collect();
    stdout(&[&week, arguments].concat())
}

/// The exit status and standard error for that week.
fn failure_of_week(arguments: &[&str]) -> (Option<i32>, String) {
    let (_state, week) = week();
    let week: Vec<&str> = week.iter().map(String::as_str).collect();
    failure(&[&week, arguments].concat())
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn two_months_at_the_desk_are_printed_as_text_and_charts() {
    let text = String::from_utf8(simulated(&["--device", "K750"])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let words = [
        "K750  keyboard, 4002-392A0750",
        "  recorded  25 Sep 2025 to 23 Nov 2025, ",
        "  charge    6",
        "  light     1",
        "  forecast  empty in about ",
        "            needs 2",
        "   100 % │",
    ];
    for (line, begin) in lines.iter().zip(words) {
        assert!(line.starts_with(begin), "{line:?} {begin:?}\n{text}");
    }
    assert!(text.contains(" gap of 3 days\n"), "{text}");
    assert!(text.contains(" lux\n"), "{text}");
    assert!(text.contains('⠒') && text.contains('▃'), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour on a pipe");
}

/// The names of all values in a document; for a list, those of its first element.
fn members(of: &Value) -> Vec<String> {
    match of {
        Value::Object(values) => values
            .iter()
            .flat_map(|(name, value)| [vec![name.clone()], members(value)].concat())
            .collect(),
        Value::Array(values) => values.first().map(members).unwrap_or_default(),
        _ => Vec::new(),
    }
}

#[test]
fn a_locale_without_unicode_gets_ascii_charts() {
    let (_state, week) = week();
    let output = SOLAR_STATUS
        .command(&["history"])
        .args(week)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert!(output.stdout.is_ascii(), "{output:?}");
    assert!(output.stdout.contains(&b'*'));
}

#[test]
fn colour_is_printed_on_request() {
    let text = String::from_utf8(of_week(&["--color", "always"])).unwrap();
    assert!(text.contains("\u{1b}["));
}

#[test]
fn the_document_has_summary_forecast_and_entries() {
    let document: Value = serde_json::from_slice(&simulated(&["--json"])).unwrap();
    assert_eq!(document.get("schema"), Some(&Value::from(1)));
    assert_eq!(document.get("until"), Some(&Value::from(1_763_942_400)));
    let at = |pointer: &str| document.pointer(pointer).unwrap().clone();
    let names: Vec<Value> = (0..3)
        .map(|it| at(&format!("/devices/{it}/name")))
        .collect();
    assert_eq!(names, ["K750", "K800", "M705"]);
    assert_eq!(at("/devices/0/forecast/holds"), false);
    for number in [
        "/devices/0/last_percent",
        "/devices/0/gaps_s",
        "/devices/0/forecast/loss_percent_a_day/best",
        "/devices/0/forecast/days_left/best",
        "/devices/0/forecast/light/lux_hours_a_day",
        "/devices/0/forecast/light/needed_lux_hours_a_day/low",
        "/devices/0/entries/0/time",
        "/devices/2/forecast/days_left/high",
    ] {
        assert!(at(number).is_number(), "{number}");
    }
    assert_eq!(at("/devices/2/forecast/light"), Value::Null);
    assert_eq!(at("/devices/1/forecast/why_not"), "no percent");
    assert!(at("/devices/0/entries").as_array().unwrap().len() > 1000);
    let gap = at("/devices/0/gaps_s").as_u64().unwrap() / 3600;
    assert!((72..84).contains(&gap), "the trip: {gap} h");
    let blocks = documents::blocks("docs/history.md");
    let sample = blocks.iter().find(|it| it.language == "json").unwrap();
    let sample: Value = serde_json::from_str(&sample.text).unwrap();
    assert_eq!(members(&sample), members(&document));
}

#[test]
fn csv_has_one_line_per_entry() {
    let state = state(&[
        r#"{"at":1764028800,"percent":57,"voltage_mv":2540,"lux":12,"state":"discharging","online":true}"#,
        r#"{"at":1764032400,"percent":56,"state":"charging","online":true,"span":"hour"}"#,
        "torn",
        r#"{"at":1764036000,"online":false}"#,
    ]);
    let csv = text(&[
        "--state",
        path(state.path()),
        "--csv",
        "--until",
        "2025-11-25",
    ]);
    let expected = "\
device,name,time,span,percent,voltage_mv,lux,state,online
4002-392A0750,4002-392A0750,2025-11-25T00:00:00Z,moment,57,2540,12,discharging,true
4002-392A0750,4002-392A0750,2025-11-25T01:00:00Z,hour,56,,,charging,true
4002-392A0750,4002-392A0750,2025-11-25T02:00:00Z,moment,,,,,false
";
    assert_eq!(csv, expected);
}

#[test]
fn text_json_and_csv_can_be_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history");
    for more in [&[][..], &["--json"], &["--csv"]] {
        let printed = of_week(more);
        let written = of_week(&[more, &["--output", path(&file)]].concat());
        assert_eq!(String::from_utf8(written).unwrap(), "");
        assert_eq!(fs::read(&file).unwrap(), printed, "{more:?}");
    }
    // A picture and the text, each in its file; but not both on standard output.
    let svg = folder.path().join("history.svg");
    of_week(&["--svg", path(&svg), "-o", path(&file)]);
    assert!(svg.exists());
    let (status, _) = failure_of_week(&["--svg", "-", "-o", "-"]);
    assert_eq!(status, Some(2));
}

#[test]
fn control_characters_in_a_recorded_name_are_escaped() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("history");
    fs::create_dir(&folder).unwrap();
    let lines = r#"{"device":"K\u001b[31m","format":"solar-status history","version":1}
{"at":1764028800,"percent":57,"state":"discharging","online":true}
"#;
    fs::write(folder.join("K_1B_5B31m.jsonl"), lines).unwrap();
    let text = text(&["--state", path(state.path()), "--until", "2025-11-25"]);
    assert!(text.starts_with("K\\u{1b}[31m\n"), "{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_missing_forecast_is_explained() {
    let state =
        state(&[r#"{"at":1764028800,"percent":57,"lux":12,"state":"discharging","online":true}"#]);
    let text = text(&["--state", path(state.path()), "--until", "2025-11-25"]);
    assert!(text.contains("25 Nov 2025, 1 entry"), "{text}");
    assert_eq!(text.matches("not enough data yet").count(), 2, "{text}");
}

/// The first and the last label of the axis of a chart.
fn axis(text: &str) -> (String, String) {
    let labels = text.lines().last().unwrap();
    let mut labels = labels
        .split("  ")
        .map(str::trim)
        .filter(|it| !it.is_empty());
    let first = labels.next().unwrap_or_default().to_owned();
    let last = labels.last().unwrap_or(&first).to_owned();
    (first, last)
}

/// In the first days, the axis had no labels, and began at the first entry (a newcomer's walk through
/// 0.1.0).
#[test]
fn the_axis_covers_the_period_from_the_first_entry_on() {
    let line =
        |at: u64| format!(r#"{{"at":{at},"percent":57,"state":"discharging","online":true}}"#);
    // Until the end of 25 November 2025: one entry, some seconds, an hour, a day.
    let end = 1_764_115_200;
    for recorded in [0, 9, 3600, 86_000] {
        let lines: Vec<String> = (0..=recorded)
            .rev()
            .step_by(usize::try_from(recorded / 20).unwrap().max(1))
            .map(|before| line(end - 1 - before))
            .collect();
        let state = state(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        for (since, first, last) in [
            ("1h", "23:00", "23:50"),
            ("12h", "12:00", "22:00"),
            ("2d", "24 Nov", "18:00"),
            ("30d", "27 Oct", "24 Nov"),
            ("8w", "13 Oct", "24 Nov"),
            ("2y", "2024", "Nov"),
        ] {
            let text = text(&[
                "--state",
                path(state.path()),
                "--until",
                "2025-11-25",
                "--since",
                since,
            ]);
            assert!(text.contains('└'), "{text}");
            let found = axis(&text);
            assert_eq!(
                found,
                (first.to_owned(), last.to_owned()),
                "{recorded}\n{text}"
            );
        }
    }
}

#[test]
fn a_picture_covers_the_period_too() {
    let state = state(&[r#"{"at":1764028800,"percent":57,"state":"discharging","online":true}"#]);
    let arguments = ["--state", path(state.path()), "--until", "2025-11-25"];
    let svg = text(&[&arguments[..], &["--since", "8w", "--svg", "-"]].concat());
    for label in [">6 Oct<", ">24 Nov<", ">not recorded<"] {
        assert!(svg.contains(label), "{label}: {svg}");
    }
}

#[test]
fn devices_are_sorted_by_name_and_id() {
    let state = state(&[]);
    let folder = state.path().join("history");
    for id in ["M-B", "k-C", "4002-A"] {
        let lines = format!(
            "{{\"device\":\"{id}\",\"format\":\"solar-status history\",\"version\":1}}\n\
             {{\"at\":1764028800,\"percent\":57,\"online\":true}}\n"
        );
        fs::write(folder.join(format!("{id}.jsonl")), lines).unwrap();
    }
    let csv = text(&[
        "--state",
        path(state.path()),
        "--until",
        "2025-11-25",
        "--csv",
    ]);
    let ids = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap());
    assert_eq!(ids.collect::<Vec<_>>(), ["4002-A", "k-C", "M-B"]);
}

#[test]
fn a_terminal_receives_no_picture() {
    for picture in ["-", "/dev/stdout", "/dev/tty"] {
        let command = SOLAR_STATUS.command(&["history", "--simulate", "--png", picture]);
        let (status, left, stream) = Terminal::run(&command, (80, 24)).end();
        assert_eq!(status, Some(2), "{picture}: {left}");
        assert!(
            left.contains("a terminal cannot show a PNG picture"),
            "{left}"
        );
        assert!(!stream.contains("PNG\r\n"), "{stream:?}");
    }
}

#[test]
fn pictures_are_written_whole_and_well_formed() {
    let folder = tempfile::tempdir().unwrap();
    let (svg, png) = (folder.path().join("a.svg"), folder.path().join("a.png"));
    let printed = of_week(&[
        "--svg",
        path(&svg),
        "--png",
        path(&png),
        "--size",
        "900x500",
    ]);
    assert!(printed.is_empty());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "no temporary file is left"
    );
    let svg = fs::read_to_string(svg).unwrap();
    assert_well_formed(&svg);
    for part in [
        "<title ",
        "<desc ",
        "4002-392A0750",
        ">charge<",
        ">light<",
        "100 %",
        "Nov",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    let png = fs::read(png).unwrap();
    let (start, size) = (b"\x89PNG\r\n\x1a\n", [0, 0, 3, 132, 0, 0, 1, 244]);
    assert!(png.starts_with(start));
    assert_eq!(png.get(16..24).unwrap(), size);
    let dark = of_week(&["--theme", "dark", "--svg", "-"]);
    let dark = String::from_utf8(dark).unwrap();
    assert_well_formed(&dark);
    assert!(dark.contains("fill=\"#15181e\""));
}

/// Every element that is opened is closed, in order.
fn assert_well_formed(svg: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap();
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed.to_owned()));
        } else if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        assert!(!text.replace("&amp;", "").contains('&'), "{text}");
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_picture_that_cannot_be_written_is_an_error() {
    let file = "/nonexistent/chart.svg";
    let (status, errors) = failure_of_week(&["--svg", file]);
    assert_eq!(status, Some(1));
    assert!(
        errors.contains("/nonexistent/chart.svg cannot be written"),
        "{errors}"
    );
    let (status, errors) = failure_of_week(&["--svg", "-", "--size", "900x90"]);
    assert_eq!(status, Some(2));
    assert!(errors.contains("1 device does not fit there"), "{errors}");
    let (status, errors) = failure_of_week(&["--svg", "-", "--csv"]);
    assert_eq!(status, Some(2));
    assert!(errors.contains("only one output"), "{errors}");
}

#[test]
fn an_unknown_device_is_exit_status_3() {
    let (status, errors) = failure_of_week(&["--device", "K270"]);
    assert_eq!(status, Some(3));
    assert!(errors.contains("no device matches “K270”"), "{errors}");
}

#[test]
fn an_empty_history_is_exit_status_3_with_a_remedy() {
    let empty = state(&[]);
    let (status, errors) = failure(&["--state", path(empty.path())]);
    assert_eq!(status, Some(3));
    assert!(
        errors.contains("nothing is recorded yet: solar-statusd records"),
        "{errors}"
    );
    let folder = tempfile::tempdir().unwrap();
    let (status, errors) = failure(&["--state", path(folder.path())]);
    assert_eq!(status, Some(3));
    // No bus was asked for a solar-statusd.
    assert!(errors.contains("there is no history in"), "{errors}");
    assert!(!errors.contains("no solar-statusd"), "{errors}");
    let old = state(&[r#"{"at":1764028800,"percent":57,"online":true}"#]);
    let (status, errors) = failure(&[
        "--state",
        path(old.path()),
        "--since",
        "2025-11-26",
        "--until",
        "2025-11-27",
    ]);
    assert_eq!(status, Some(3));
    assert!(errors.contains("choose another with --since"), "{errors}");
}

#[test]
fn invalid_times_are_exit_status_2() {
    for arguments in [
        ["--since", "yesterday"],
        ["--since", "0d"],
        ["--until", "2025-02-30"],
        ["--since", "2025-10-01T12:00"],
        ["--until", "20251001"],
        ["--size", "big"],
    ] {
        assert_eq!(failure(&arguments).0, Some(2), "{arguments:?}");
    }
    // With `--until 99y` or `--since 2099-01-01`, it was "--since must be before --until".
    for (arguments, error) in [
        (
            &["--since", "2025-11-26", "--until", "2025-11-25"][..],
            "--since must be before --until",
        ),
        (&["--until", "99y"], "--until is before 1970"),
        (
            &["--since", "1950-01-01", "--until", "1960-01-01"],
            "--until is before 1970",
        ),
        (&["--since", "2099-01-01"], "--since is in the future"),
        (
            &["--since", "2099-01-01", "--until", "2100-01-01"],
            "--since is in the future",
        ),
    ] {
        let (status, errors) = failure(arguments);
        assert_eq!(status, Some(2), "{arguments:?}");
        assert!(errors.contains(error), "{arguments:?}: {errors}");
    }
}

#[test]
fn help_ends_with_examples_and_exit_statuses() {
    let help = text(&["--help"]);
    assert!(
        help.contains("Examples:") && help.contains("Exit status: 0"),
        "{help}"
    );
}

/// `BLESS=1` rewrites it, to be reviewed.
#[test]
fn the_readme_shows_the_real_chart() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/history.svg");
    let drawn = simulated(&["--device", "K750", "--svg", "-"]);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    let kept = fs::read(&file).unwrap_or_default();
    assert!(
        kept == drawn,
        "{} is out of date: rewrite it with BLESS=1 cargo test --test history_command",
        file.display()
    );
}

#[test]
fn files_that_are_not_histories_are_skipped_and_reported() {
    let state = state(&[r#"{"at":1764028800,"percent":57,"state":"discharging","online":true}"#]);
    let folder = state.path().join("history");
    fs::write(folder.join("M-NEWER.jsonl"), newer_header("M-NEWER")).unwrap();
    fs::write(folder.join("M-ODD.jsonl"), [0, 159, 146, 150]).unwrap();
    // Opening it would block until a writer appears.
    let pipe = Command::new("mkfifo")
        .arg(folder.join("M-PIPE.jsonl"))
        .status();
    assert!(pipe.unwrap().success());
    let output = history(&["--state", path(state.path()), "--until", "2025-11-25"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("3 of the files in"), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

fn newer_header(device: &str) -> String {
    format!("{{\"device\":\"{device}\",\"format\":\"solar-status history\",\"version\":9}}\n")
}

#[test]
fn the_last_representable_day_does_not_wrap_around() {
    let (status, errors) = failure(&["--simulate", "--since", "9999-12-31"]);
    assert_eq!(status, Some(2));
    assert!(errors.contains("--since is in the future"), "{errors}");
}

#[test]
fn a_single_drop_of_the_charge_is_not_enough_for_a_forecast() {
    let state = state(&[
        r#"{"at":1764028800,"percent":99,"state":"discharging","online":true}"#,
        r#"{"at":1764032400,"percent":20,"state":"discharging","online":true}"#,
        r#"{"at":1764036000,"percent":30"#,
    ]);
    let text = text(&["--state", path(state.path()), "--until", "2025-11-25"]);
    assert!(
        text.contains("20 % at last (23 h ago), between 20 % and 99 %"),
        "{text}"
    );
    assert!(text.contains("forecast  not enough data yet"), "{text}");
}

#[test]
fn a_large_picture_takes_little_memory() {
    // Held as pixels, it would take 100 MB.
    let picture = ["--png", "-", "--size", "5000x5000"];
    let arguments = [&["history", "--simulate"], &picture[..]].concat();
    let mut history = SOLAR_STATUS.within_memory(64, &arguments);
    let output = history.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let size = [5000_u32.to_be_bytes(), 5000_u32.to_be_bytes()].concat();
    assert_eq!(output.stdout.get(16..24), Some(size.as_slice()));
}
