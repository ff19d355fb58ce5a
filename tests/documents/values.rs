//! Limits and lists of words: documents, help, example configuration and JSON Schema have those of the
//! program.

use serde_json::Value;
use solar_status::device::{
    BatteryLevel, CHARGING_ABOVE, Changed, ChargeLimits, ChargeState, LightLevel, ReceiverFamily,
    ValueKind,
};
use test_support::documents::{code_spans, document};

use crate::scratch::{SOLAR_STATUS, Scratch};

fn assert_has(path: &str, text: &str) {
    assert!(document(path).contains(text), "{path} must have {text:?}");
}

/// The output of the program, in one line.
fn printed(arguments: &[&str]) -> String {
    let output = SOLAR_STATUS.run(arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// README's row about a level of light.
fn row(level: LightLevel, next: Option<LightLevel>) -> String {
    let (least, name) = (level.least().0, level.name());
    match next.map(|next| next.least().0) {
        Some(end) if least == 0 => format!("| below {end} | {name} |"),
        Some(end) => format!("| {least} to {} | {name} |", end - 1),
        None => format!("| {least} and more | {name} |"),
    }
}

#[test]
fn readme_has_the_limits_of_light() {
    let next = LightLevel::ALL.iter().skip(1).copied().map(Some);
    let levels = LightLevel::ALL.iter().zip(next.chain([None]));
    let rows: Vec<String> = levels.map(|(level, next)| row(*level, next)).collect();
    let table = format!("| lux | word |\n|---|---|\n{}\n", rows.join("\n"));
    assert_has("README.md", &table);
}

#[test]
fn help_and_documents_have_the_limits_of_light() {
    let help = printed(&["--help"]);
    let charges = format!("A solar keyboard charges above {CHARGING_ABOVE}.");
    let levels = format!("Levels of light: {}. {charges}", LightLevel::explained());
    assert!(help.contains(&levels), "{help}");
    assert_has("README.md", &charges);
    let mark = format!("▲ marks {CHARGING_ABOVE}, above which a solar keyboard charges");
    assert_has("docs/json.md", &mark);
    let dark = LightLevel::Poor.least();
    assert_has(
        "docs/history.md",
        &format!("Periods below {dark} are shaded"),
    );
}

#[test]
fn the_help_of_watch_has_the_light_above_which_it_charges() {
    let help = "src/cli/watch/snapshots/help-60x20.txt";
    assert_has(help, &format!("{CHARGING_ABOVE}: it charges above"));
}

#[test]
fn documents_and_configuration_have_the_limits_of_charge() {
    let ChargeLimits { low, critical } = ChargeLimits::DEFAULT;
    let bars = format!("“Critical” is {critical} % or less, “low” {low} % or less");
    assert_has("docs/bars.md", &bars);
    let rows = [
        format!("| battery low | the charge falls to {low} % or below;"),
        format!("| battery almost empty | the charge falls to {critical} % or below,"),
    ];
    for row in rows {
        assert_has("docs/notifications.md", &row);
    }
    let keys = format!("#low = {low}\n#critical = {critical}\n");
    assert_has("packaging/config.toml", &keys);
    let help = printed(&["notify", "--help"]);
    assert!(help.contains(&format!("low = {low} # percent")), "{help}");
}

/// Every variable of the example configuration is the default.
#[test]
fn the_example_configuration_has_the_defaults() {
    let example = document("packaging/config.toml");
    let lines = example
        .lines()
        .take_while(|line| *line != "#[[notify.device]]")
        .filter_map(|line| line.strip_prefix('#').or(Some(line)))
        .filter(|line| line.starts_with('[') || (line.contains(" = ") && !line.starts_with(' ')));
    let uncommented = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert!(uncommented.lines().count() > 7, "{uncommented}");
    let scratch = Scratch::new();
    let check = |configuration: &str| {
        let script = format!(
            "cat >config.toml <<'END'\n{configuration}END\n\
             solar-status notify --config config.toml --check-config"
        );
        let output = scratch.shell(&script).output().unwrap();
        assert!(output.status.success(), "{configuration}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(check(&uncommented), check("[notify]\n"));
}

/// What a document of JSON has in the row of a key.
fn described(key: &str) -> Vec<String> {
    let text = document("docs/json.md");
    let start = format!("| `{key}` |");
    let row = text.lines().find_map(|line| line.strip_prefix(&start));
    let row = row.unwrap_or_else(|| panic!("docs/json.md must have {start}"));
    code_spans(row).map(str::to_owned).collect()
}

/// The values that the JSON Schema has for a property.
fn allowed(place: &str) -> Vec<String> {
    let schema: Value =
        serde_json::from_str(&document("packaging/json/solar-status.schema.json")).unwrap();
    let values = schema.pointer(place).and_then(Value::as_array);
    let values = values.unwrap_or_else(|| panic!("the schema has no {place}"));
    let names = values.iter().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> Option<&'static str>) -> Vec<&'static str> {
    all.iter().filter_map(|value| name(*value)).collect()
}

#[test]
fn the_json_document_and_schema_have_every_word() {
    let lists = [
        (
            "battery.level",
            Some("/$defs/battery/properties/level/enum"),
            names(BatteryLevel::ALL, |it| Some(it.name())),
        ),
        (
            "battery.state",
            Some("/$defs/battery/properties/state/enum"),
            names(ChargeState::ALL, ChargeState::name),
        ),
        (
            "battery.value_kind",
            Some("/$defs/battery/properties/value_kind/enum"),
            names(ValueKind::ALL, |it| Some(it.name())),
        ),
        (
            "family",
            None,
            names(ReceiverFamily::ALL, ReceiverFamily::name),
        ),
        ("changed", None, names(Changed::ALL, |it| Some(it.name()))),
    ];
    for (key, place, words) in lists {
        let described = described(key);
        for word in &words {
            assert!(
                described.iter().any(|it| it == word),
                "docs/json.md: {key} can be {word}"
            );
        }
        if let Some(place) = place {
            assert_eq!(allowed(place), words, "{place}");
        }
    }
    let light = names(LightLevel::ALL, |it| Some(it.name()));
    assert_eq!(allowed("/$defs/light/properties/level/enum"), light);
}
