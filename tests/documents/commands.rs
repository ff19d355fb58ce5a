//! Every command in README and `docs` runs here, or has a reason why not.

use std::collections::BTreeSet;

use clap::Parser;
use solar_status::{cli, service};
use test_support::documents::{Block, DOCUMENTS, blocks, code_spans, is_manual, prose};
use test_support::project;

use crate::scratch::Scratch;
use crate::shell::{commands, words};

/// How commands start that do not run here, and why.
const NOT_RUN: [(&str, &str); 14] = [
    ("BLESS=1 cargo test ", "writes files of the project"),
    (
        "RUST_LOG=debug cargo run ",
        "logs; the command itself runs above it",
    ),
    ("busctl ", "runs in dbus.rs, on a bus"),
    ("cargo build ", "this test was built"),
    (
        "cargo run --bin solar-statusd ",
        "runs until it is ended; tests/service starts it",
    ),
    ("cargo test ", "cargo runs this test"),
    ("gdbus monitor ", "runs until it is ended"),
    ("journalctl ", "reads the journal of the machine"),
    ("packaging/build-", "tests/package runs it"),
    ("packaging/examples/", "runs in dbus.rs, on a bus"),
    ("set -g ", "configures tmux; tests/format runs tmux"),
    (
        "sudo ",
        "changes the machine; tests/package and tests/vm do so in a fresh one",
    ),
    (
        "systemctl --user ",
        "needs a session; tests/packaging reads the unit",
    ),
    ("target/release/solar-statusd ", "runs in dbus.rs, on a bus"),
];

/// The shell blocks of README and `docs`.
fn shell_blocks() -> impl Iterator<Item = Block> {
    let manual = DOCUMENTS.into_iter().filter(|path| is_manual(path));
    manual.flat_map(blocks).filter(|it| it.language == "sh")
}

fn reason(command: &str) -> Option<&'static str> {
    let mut reasons = NOT_RUN.into_iter();
    reasons.find_map(|(start, _)| command.starts_with(start).then_some(start))
}

/// The command of the program that a command of a document stands for; `None`: it does not run the
/// program.
fn of_program(command: &str) -> Option<String> {
    let command = command.strip_prefix("sudo ").unwrap_or(command);
    if command == "solar-status" || command.starts_with("solar-status ") {
        return Some(command.to_owned());
    }
    let (cargo, arguments) = command.split_once(" -- ")?;
    let is_run = cargo.starts_with("cargo run") && !cargo.contains("--bin");
    is_run.then(|| format!("solar-status {arguments}"))
}

/// The same on simulated devices, for a bounded time, and with files in this folder; `None`: it
/// examines this machine.
fn bounded(command: &str) -> Option<String> {
    let words = words(command);
    let has = |word: &str| {
        words
            .iter()
            .any(|it| it == word || it.starts_with(&format!("{word}=")))
    };
    if has("doctor") {
        return None;
    }
    // Behind a pipe there are other programs.
    let mut bounded = command
        .split(" | ")
        .next()
        .unwrap()
        .replace("--direct ", "");
    bounded = bounded.replace("/var/lib/prometheus/node-exporter/", "");
    if !["--simulate", "--replay", "decode"].into_iter().any(has) {
        bounded.push_str(" --simulate");
    }
    let goes_on = ["monitor", "watch", "--watch", "notify"]
        .into_iter()
        .any(has);
    if goes_on && !has("--check-config") && !has("--duration") {
        bounded.push_str(" --duration 1");
    }
    Some(bounded)
}

#[test]
fn every_command_runs_or_has_a_reason() {
    let scratch = Scratch::new();
    let mut used = BTreeSet::new();
    let mut run = 0;
    for block in shell_blocks() {
        for command in commands(&block.text) {
            let place = format!("{}:{}: {command}", block.document, block.line);
            if let Some(of_program) = of_program(&command) {
                assert_parses(&of_program, &place);
                if let Some(bounded) = bounded(&of_program) {
                    let output = scratch.run(&bounded);
                    assert!(output.status.success(), "{place}\n{bounded}: {output:?}");
                    run += 1;
                }
                continue;
            }
            let reason = reason(&command);
            used.insert(reason.unwrap_or_else(|| panic!("{place} neither runs nor has a reason")));
        }
    }
    assert!(run > 15, "{run}");
    let listed: BTreeSet<&str> = NOT_RUN.into_iter().map(|(start, _)| start).collect();
    assert_eq!(used, listed);
}

#[test]
fn what_is_shown_after_a_command_is_what_it_prints() {
    let scratch = Scratch::new();
    let mut run = 0;
    for block in DOCUMENTS
        .into_iter()
        .filter(|path| is_manual(path))
        .flat_map(blocks)
    {
        let Some(shown) = block.text.strip_prefix("$ ") else {
            continue;
        };
        let (command, shown) = shown.split_once('\n').unwrap();
        let output = scratch.run(command);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed, shown, "{}:{}", block.document, block.line);
        run += 1;
    }
    assert!(run >= 4, "{run}");
}

fn assert_parses(command: &str, place: &str) {
    let words = words(command);
    let error = match words[0].as_str() {
        "solar-status" => cli::Cli::try_parse_from(&words).err(),
        _ => service::Args::try_parse_from(&words).err(),
    };
    // Help and version are errors to the parser.
    let error = error.filter(clap::Error::use_stderr);
    assert!(error.is_none(), "{place}: {}", error.unwrap());
}

#[test]
fn every_command_in_a_sentence_is_understood() {
    let mut parsed = 0;
    for path in DOCUMENTS.into_iter().filter(|path| is_manual(path)) {
        for (number, line) in prose(path) {
            for span in code_spans(&line) {
                let span = span.strip_prefix("sudo ").unwrap_or(span);
                let mut programs = ["solar-status ", "solar-statusd "].into_iter();
                if programs.any(|program| span.starts_with(program)) {
                    assert_parses(span, &format!("{path}:{number}"));
                    parsed += 1;
                }
            }
        }
    }
    assert!(parsed > 10, "{parsed}");
}

/// The targets that are named after `--test` and `--bench`.
#[test]
fn every_named_test_and_benchmark_exists() {
    let mut named = 0;
    for path in DOCUMENTS
        .into_iter()
        .filter(|path| is_manual(path) || *path == "CONTRIBUTING.md")
    {
        let prose = prose(path).into_iter().map(|(_, line)| line);
        let lines = prose.chain(blocks(path).into_iter().map(|block| block.text));
        let text: Vec<String> = lines.collect();
        let text = text.join("\n");
        let words: Vec<&str> = text.split([' ', '\n', '`']).collect();
        for pair in words.windows(2) {
            let folder = match pair[0] {
                "--test" => "tests",
                "--bench" => "benches",
                _ => continue,
            };
            let target = project().join(folder).join(pair[1]);
            let exists = target.join("main.rs").exists() || target.with_extension("rs").exists();
            assert!(exists, "{path}: {} {}", pair[0], pair[1]);
            named += 1;
        }
    }
    assert!(named > 20, "{named}");
}
