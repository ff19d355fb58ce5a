//! The configuration as all commands apply it, on simulated devices.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};
use test_support::documents::{blocks, document};
use test_support::program::{Program, stdout};

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// A configuration file in a folder of its own.
struct Config {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Config {
    fn of(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, text).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    /// The first block in TOML of docs/configuration.md, on the simulated receiver.
    fn documented() -> Self {
        let first = blocks("docs/configuration.md").into_iter();
        let first = first.filter(|it| it.language == "toml").map(|it| it.text);
        Self::of(&first.take(1).collect::<String>())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let config = ["--config", self.path.to_str().unwrap()];
        SOLAR_STATUS.run(&[arguments, &config].concat())
    }

    fn stdout(&self, arguments: &[&str]) -> String {
        stdout(&self.run(arguments))
    }

    fn document(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.stdout(arguments)).unwrap()
    }
}

#[test]
fn the_documented_table_is_printed() {
    let table = Config::documented().stdout(&["--simulate"]);
    assert!(
        document("docs/configuration.md").contains(&table),
        "{table}"
    );
    assert!(table.contains("desk") && !table.contains("K800"), "{table}");
}

#[test]
fn hidden_devices_are_shown_if_they_are_named_or_all_are() {
    let config = Config::documented();
    assert!(
        config
            .stdout(&["--simulate", "--device", "K800"])
            .contains("K800")
    );
    assert!(config.stdout(&["--simulate", "--all"]).contains("K800"));
    for arguments in [
        &["--format", "tmux"][..],
        &["--format", "{name}"],
        &["monitor", "--duration", "60"],
    ] {
        let shown = config.stdout(&[arguments, &["--simulate"]].concat());
        assert!(!shown.contains("K800"), "{arguments:?}: {shown}");
        assert!(shown.contains("desk"), "{arguments:?}: {shown}");
    }
    let everything = Config::of(
        "[[device]]\nmatch = 'name:K'\nhide = true\n[[device]]\nmatch = 'M705'\nhide = true",
    );
    let output = everything.run(&["--simulate"]);
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("--all shows them"), "{error}");
}

#[test]
fn json_has_aliases_beside_names_and_marks_hidden_devices() {
    let config = Config::documented();
    let document = config.document(&["--simulate", "--json"]);
    let devices = document["devices"].as_array().unwrap().iter();
    let facts = devices.map(|it| json!([it["id"], it["name"], it["alias"], it["hidden"]]));
    assert_eq!(
        facts.collect::<Vec<_>>(),
        [
            json!(["4002-392A0750", "K750", "desk", false]),
            json!(["101B-1C5E0705", "M705", null, false]),
            json!(["2010-FB841B86", "K800", null, true]),
        ]
    );
    let changes = config.stdout(&["monitor", "--json", "--simulate", "--duration", "60"]);
    let change = changes.lines().find(|line| line.contains("K800")).unwrap();
    assert!(change.contains(r#""hidden":true"#), "{change}");
}

#[test]
fn an_alias_selects_its_device() {
    let config = Config::of("[[device]]\nmatch = 'slot:2'\nname = 'K750'\n");
    // The alias equals the name of another device: both match exactly.
    let both = config.stdout(&["--simulate", "--device", "K750", "--format", "{id}"]);
    assert_eq!(both, "4002-392A0750\n101B-1C5E0705\n");
    let config = Config::of("[[device]]\nmatch = 'M705'\nname = 'My mouse'\n");
    for selector in ["my mouse", "name:my", "My M"] {
        let named = [
            "--simulate",
            "--device",
            selector,
            "--format",
            "{id} {name}",
        ];
        assert_eq!(
            config.stdout(&named),
            "101B-1C5E0705 My mouse\n",
            "{selector}"
        );
        let followed = ["monitor", "--duration", "60"];
        let followed = config.stdout(&[&followed[..], &named[..3]].concat());
        assert!(followed.contains("My mouse"), "{selector}: {followed}");
        assert!(!followed.contains("K750"), "{selector}: {followed}");
    }
    let mistyped = config.run(&["--simulate", "--device", "my mice"]);
    let error = String::from_utf8(mistyped.stderr).unwrap();
    assert!(error.contains("similar: “My mouse”"), "{error}");
}

#[test]
fn a_mistyped_name_has_similar_ones_while_devices_are_followed() {
    let config = Config::documented();
    let named = ["--simulate", "--duration", "5", "--device"];
    for (typed, similar) in [
        ("K751", "K750"),
        ("dsek", "desk"),
        ("name:k750x", "name:K750"),
    ] {
        for command in [&["monitor"][..], &["--format", "tmux", "--watch"]] {
            let output = config.run(&[command, &named, &[typed]].concat());
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(error.contains("similar: “"), "{typed}: {error}");
            assert!(error.contains(&format!("“{similar}”")), "{typed}: {error}");
            assert!(error.contains("”; waiting for it"), "{typed}: {error}");
        }
    }
}

#[test]
fn aliases_and_sections_do_not_need_the_name_field() {
    let config = Config::documented();
    let nameless = ["--simulate", "--fields", "battery", "--format", "{name}"];
    assert!(config.stdout(&nameless).starts_with("desk\n"));
}

#[test]
fn devices_are_sorted_by_order() {
    let config =
        Config::of("[[device]]\nmatch = 'M705'\norder = 1\n[[device]]\nmatch = 'K800'\norder = 0");
    let names = config.stdout(&["--simulate", "--format", "{name}"]);
    assert_eq!(names, "K800\nM705\nK750\n");
    let table = config.stdout(&["--simulate"]);
    let place = |name| table.find(name).unwrap();
    assert!(place("K800") < place("M705") && place("M705") < place("K750"));
    // In a bar, no other device hides a low battery.
    let low = "[[device]]\nmatch = 'M705'\nlow = 70\n[[device]]\nmatch = 'K750'\norder = 0";
    let bar = Config::of(low).stdout(&["--simulate", "--format", "waybar"]);
    assert!(
        bar.starts_with(r#"{"text":"M705 65 %","alt":"low""#),
        "{bar}"
    );
}

#[test]
fn the_most_specific_section_applies_whatever_their_order() {
    let sections = [
        "'kind:mouse'\nname = 'any'",
        "'M70'\nname = 'part'",
        "'M705'\nname = 'own'",
    ];
    let sections = sections.map(|it| format!("[[device]]\nmatch = {it}\n"));
    let name = |used: &[&String]| {
        let used: String = used.iter().copied().map(String::as_str).collect();
        let named = ["--simulate", "--device", "slot:2", "--format", "{name}"];
        Config::of(&used).stdout(&named)
    };
    let [kind, part, own] = &sections;
    assert_eq!(name(&[kind, part]), "part\n");
    assert_eq!(name(&[part, kind]), "part\n");
    assert_eq!(name(&[kind, part, own]), "own\n");
    assert_eq!(name(&[own, part, kind]), "own\n");
}

#[test]
fn an_alias_is_preferred_to_a_kind() {
    let config = Config::of("[[device]]\nmatch = 'K750'\nname = 'mouse'\n");
    let named = |selector| config.stdout(&["--simulate", "--device", selector, "--format", "{id}"]);
    assert_eq!(named("mouse"), "4002-392A0750\n");
    assert_eq!(named("kind:mouse"), "101B-1C5E0705\n");
}

#[test]
fn limits_of_a_device_apply_to_colours_words_and_notifications() {
    let urgency = |text: &str| {
        let config = Config::of(text);
        config.stdout(&[
            "--simulate",
            "--device",
            "M705",
            "--format",
            "{percent} {urgency}",
        ])
    };
    assert_eq!(urgency(""), "65 good\n");
    assert_eq!(urgency("[[device]]\nmatch = 'M705'\nlow = 70"), "65 low\n");
    assert_eq!(urgency("[bars]\nlow = 90\ncritical = 65"), "65 critical\n");
    let fading = [
        "notify",
        "--dry-run",
        "--simulate=fading",
        "--duration",
        "864000",
    ];
    let low = |text: &str| {
        let printed = Config::of(text).stdout(&fading);
        let of_mouse = |it: &&str| it.contains("M705") && it.contains("battery low");
        printed.lines().find(of_mouse).map(str::to_owned)
    };
    assert!(low("").unwrap().contains("20 % left"));
    let later = low("[[device]]\nmatch = 'M705'\nlow = 15\nname = 'M705 (bed)'").unwrap();
    assert!(later.contains("M705 (bed): battery low"), "{later}");
    assert!(!later.contains("20 % left"), "{later}");
    assert_eq!(low("[[device]]\nmatch = 'M705'\nhide = true"), None);
}

#[test]
fn once_and_watching_are_configured_alike() {
    let once = ["--simulate", "--format", "{name} {urgency}"];
    let watching = [&once[..], &["--watch", "--duration", "3"]].concat();
    for (text, expected) in [
        (
            "[bars]\nlow = 90\ncritical = 80",
            "K750 critical\nM705 critical",
        ),
        ("[notify]\nlow = 60", "K750 low\nM705 good"),
        (
            "[[notify.device]]\nmatch = 'receiver:nosuch'\nlow = 90",
            "K750 good\nM705 good",
        ),
        (
            "[[notify.device]]\nmatch = 'receiver:unifying'\nlow = 60",
            "K750 low\nM705 good",
        ),
        (
            "[[notify.device]]\nmatch = 'K750'\nlow = 60",
            "K750 low\nM705 good",
        ),
        (
            "[[device]]\nmatch = 'receiver:unifying'\nlow = 60",
            "K750 low\nM705 good",
        ),
    ] {
        let config = Config::of(text);
        for arguments in [&once[..], &watching[..]] {
            let shown = config.stdout(arguments);
            let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            let expected = expected.replace('\n', " ");
            assert!(shown.contains(&expected), "{text} {arguments:?}: {shown}");
        }
    }
}

#[test]
fn the_shown_name_does_not_decide_what_is_selected() {
    let config = Config::of(
        "[[device]]\nmatch = 'name:K750'\nname = 'desk'\n[[device]]\nmatch = 'name:solar'\nname = 'part'",
    );
    let full = ["--simulate", "--fields", "full-name,battery", "-d", "desk"];
    let once = config.stdout(&[&full[..], &["--format", "{name}"]].concat());
    assert_eq!(once, "desk\n");
    let monitor = config.stdout(&[&["monitor", "--duration", "3"], &full[..]].concat());
    assert!(monitor.contains("desk"), "{monitor}");
}

#[test]
fn what_is_not_selected_is_not_announced() {
    let config = Config::of("");
    let mouse = [
        "monitor",
        "--simulate=full",
        "--duration",
        "3",
        "-d",
        "MX Master",
    ];
    let changes = config.stdout(&mouse);
    assert!(changes.contains("MX Master"), "{changes}");
    assert!(!changes.contains("gone"), "{changes}");
    assert!(!changes.contains("MX Master 3"), "{changes}");
}

#[test]
fn default_fields_are_those_of_tables_and_documents() {
    let config = Config::of("[defaults]\nfields = ['name']");
    assert!(!config.stdout(&["--simulate"]).contains("57 %"));
    let bar = config.stdout(&["--simulate", "--format", "tmux"]);
    assert!(bar.contains("57 %"), "{bar}");
    let notify = ["notify", "--dry-run", "--simulate", "--duration", "60"];
    assert_eq!(config.run(&notify).status.code(), Some(0));
    let wrong = Config::of("[defaults]\nfields = []").run(&["--check-config"]);
    let error = String::from_utf8(wrong.stderr).unwrap();
    assert!(error.contains(":2:10: fields "), "{error}");
}

#[test]
fn a_configuration_may_be_any_readable_file() {
    let null = SOLAR_STATUS.run(&["--simulate", "--config", "/dev/null"]);
    assert_eq!(null.status.code(), Some(0));
    let program = env!("CARGO_BIN_EXE_solar-status");
    let script = format!("echo '[bars]' | {program} --config /dev/stdin --check-config");
    let piped = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    assert!(piped.unwrap().status.success());
    let folder = SOLAR_STATUS.run(&["--simulate", "--config", "/dev"]);
    assert_eq!(folder.status.code(), Some(2));
}

#[test]
fn a_default_selection_is_not_a_selection_by_hand() {
    let config = Config::of("[defaults]\ndevice = ['K800']");
    let check = config.run(&["check", "--simulate"]);
    let line = String::from_utf8(check.stdout).unwrap();
    assert!(line.contains("no device with a known charge"), "{line}");
    let hidden =
        Config::of("[defaults]\ndevice = ['K800']\n[[device]]\nmatch = 'K800'\nhide = true");
    let output = hidden.run(&["--simulate"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("every selected device is hidden"), "{error}");
}

#[test]
fn an_unprintable_character_is_printed_escaped() {
    let config = Config::of("[[device]]\nmatch = \"a\\u202Eb\"");
    let printed = config.stdout(&["--check-config"]);
    assert!(printed.contains(r#"match = "a\U0000202Eb""#), "{printed}");
    assert!(
        Config::of(&printed)
            .stdout(&["--check-config"])
            .contains("202Eb")
    );
}

#[test]
fn defaults_apply_to_options_that_are_not_given() {
    let config =
        Config::of("[defaults]\ndevice = ['M705']\ncolor = 'always'\nfields = ['battery']");
    let table = config.stdout(&["--simulate"]);
    assert!(
        table.contains("mouse") && !table.contains("keyboard"),
        "{table}"
    );
    assert!(table.contains('\u{1b}'), "{table}");
    let given = config.stdout(&["--simulate", "--color", "never", "--device", "K750"]);
    assert!(
        given.contains("K750") && !given.contains('\u{1b}'),
        "{given}"
    );
    assert!(config.stdout(&["--simulate", "--all"]).contains("K800"));
    let name = &config.document(&["--simulate", "--json", "--all", "--fields", "battery"]);
    assert_eq!(name["devices"].as_array().unwrap().len(), 3);
}

#[test]
fn bars_have_their_width_of_names_and_templates_do_not() {
    let config = Config::of("[bars]\nmax_name = 12");
    let keyboard = ["--simulate=full", "--device", "K380", "--color", "never"];
    let shown = |arguments: &[&str]| config.stdout(&[&keyboard, arguments].concat());
    let tmux = ["--format", "tmux"];
    assert_eq!(shown(&tmux), "Bluetooth M… ≈20 %\n");
    let watched = [&tmux[..], &["--watch", "--duration", "5"]].concat();
    assert!(shown(&watched).contains("Bluetooth M… ≈20 %\n"));
    let given = [&tmux[..], &["--max-name", "6"]].concat();
    assert_eq!(shown(&given), "Bluet… ≈20 %\n");
    let template = shown(&["--format", "{name}"]);
    assert_eq!(template, "Bluetooth Multi-Device Keyboard K380\n");
}

#[test]
fn the_timeout_has_a_default() {
    let config = Config::of("[defaults]\ntimeout = 0.000001");
    let reason = |arguments: &[&str]| {
        let output = config.run(&[&["--simulate"], arguments].concat());
        String::from_utf8(output.stderr).unwrap()
    };
    let late = reason(&[]);
    assert!(late.contains("timeout"), "{late}");
    assert_eq!(reason(&["--timeout", "30"]), "");
    assert_eq!(reason(&["--check-config"]), "");
}

#[test]
fn the_history_has_aliases() {
    let config = Config::documented();
    let history = config.stdout(&["history", "--simulate", "--since", "60d"]);
    assert!(history.contains("desk"), "{history}");
    let picture = config.stdout(&["history", "--simulate", "--device", "desk", "--svg", "-"]);
    assert!(picture.contains(">desk<"), "{picture}");
    assert!(!picture.contains("K750"), "{picture}");
    let document = config.document(&["history", "--simulate", "--json", "--device", "desk"]);
    let [device] = &document["devices"].as_array().unwrap()[..] else {
        panic!("{document}")
    };
    assert_eq!(
        (&device["name"], &device["alias"]),
        (&json!("K750"), &json!("desk"))
    );
}

#[test]
fn a_wrong_configuration_ends_a_command_but_not_a_bar() {
    let wrong = Config::of("[[device]]\nmatch = 'K750'\nlow = 200\n");
    let message = format!(
        "solar-status: {}:3:7: a limit is a charge from 1 to 95 percent, or 0 for never\n",
        wrong.path.display()
    );
    for arguments in [
        &["--simulate"][..],
        &["--simulate", "--json"],
        &["--check-config"],
        &["notify", "--check-config"],
        &["monitor", "--simulate", "--duration", "1"],
        &["history", "--simulate"],
    ] {
        let output = wrong.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), message);
    }
    let bar = wrong.run(&["--simulate", "--format", "tmux"]);
    assert_eq!(bar.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&bar.stderr), message);
    assert!(String::from_utf8_lossy(&bar.stdout).contains("K750"));
}

#[test]
fn check_config_prints_a_configuration_that_means_the_same() {
    let printed = Config::documented().stdout(&["--check-config"]);
    let again = Config::of(&printed).stdout(&["--check-config"]);
    let without_path = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(without_path(&printed), without_path(&again));
    assert!(
        printed.contains("\n[[device]]\nmatch = \"K750\"\nname = \"desk\"\n"),
        "{printed}"
    );
}

#[test]
fn every_documented_configuration_is_valid() {
    let manual = ["docs/configuration.md", "docs/notifications.md"];
    let tables = manual.into_iter().flat_map(blocks);
    let mut count = 0;
    for block in tables.filter(|it| it.language == "toml") {
        Config::of(&block.text).stdout(&["--check-config"]);
        count += 1;
    }
    assert_eq!(count, 3, "blocks of TOML");
}
