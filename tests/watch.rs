//! `solar-status watch` as a person uses it, in a real pseudo-terminal.

use std::process::Command;

use rustix::process::Signal;
use test_support::program::Program;
use test_support::terminal::Terminal;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

fn program(arguments: &[&str]) -> Command {
    let mut command = SOLAR_STATUS.command(&[&["watch"], arguments].concat());
    command.env("TERM", "xterm");
    command
}

fn watch(arguments: &[&str], size: (u16, u16)) -> Terminal {
    Terminal::run(&program(arguments), size)
}

#[test]
fn charge_and_light_are_shown_at_each_size() {
    for size in [(80, 24), (40, 12)] {
        let mut watch = watch(&["--simulate"], size);
        watch.shows(&["K750", "57 %", "12 lux", "▼", "q quit"]);
        watch.type_keys("q");
        let (status, left, _) = watch.end();
        assert_eq!((status, left.as_str()), (Some(0), ""), "{size:?}");
    }
}

#[test]
fn the_screen_adapts_to_a_resized_window() {
    let mut watch = watch(&["--simulate"], (80, 24));
    watch.shows(&["3 devices", "discharging"]);
    watch.resize((40, 12));
    let small = watch.until("a small screen", |screen| {
        screen.contains("12 lux, dark") && !screen.contains("keyboard")
    });
    assert_eq!(small.lines().count(), 12);
    watch.resize((10, 3));
    watch.shows(&["too small"]);
    watch.resize((80, 24));
    watch.shows(&["keyboard", "q quit"]);
    watch.type_keys("q");
    assert_eq!(watch.end().0, Some(0));
}

#[test]
fn help_and_details_scroll_on_a_small_screen_and_fit_a_large_one() {
    let mut watch = watch(&["--simulate"], (40, 12));
    watch.shows(&["57 %"]);
    watch.type_keys("?");
    watch.shows(&["1-10 of 18", "↑↓ scroll", "any other key closes this"]);
    watch.type_keys("\x1b[F");
    watch.shows(&["9-18 of 18", "last known values"]);
    watch.resize((80, 24));
    watch.shows(&[" q         quit", "any key closes this"]);
    watch.type_keys("x\r");
    watch.shows(&[
        "1 of 3",
        "Firmware RQK",
        "Unifying Receiver, slot 1: connected",
    ]);
    watch.resize((40, 12));
    watch.shows(&["PgDn PgUp scroll"]);
    watch.type_keys("\x1b[6~\x1b[6~\x1b[6~");
    watch.shows(&["charge read now"]);
    watch.resize((200, 60));
    watch.shows(&["10 min ago ─", "6 hours ago ─", "2.54 V", "charge read now"]);
    watch.type_keys("q");
    assert_eq!(watch.end().0, Some(0));
}

/// Ends a watch in this way and checks the exit status.
fn assert_clean_end(name: &str, expected: i32, end: impl Fn(&mut Terminal)) {
    let mut watch = watch(&["--simulate"], (80, 24));
    watch.shows(&["57 %"]);
    end(&mut watch);
    let (status, left, stream) = watch.end();
    assert_eq!((status, left.as_str()), (Some(expected), ""), "{name}");
    // Nothing is echoed, and nothing follows this sequence.
    let last = "\x1b[?25h\x1b[?1049l";
    assert!(stream.ends_with(last), "{name}: {stream:?}");
}

#[test]
fn the_terminal_is_restored_however_watch_ends() {
    assert_clean_end("Ctrl-C", 130, |watch| watch.type_keys("\x03"));
    assert_clean_end("Ctrl-\\", 130, |watch| watch.type_keys("\x1c"));
    assert_clean_end("SIGTERM", 130, |watch| watch.signal(Signal::TERM));
    assert_clean_end("SIGHUP", 130, |watch| watch.signal(Signal::HUP));
    assert_clean_end("q", 0, |watch| watch.type_keys("jjq and more"));
}

#[test]
fn duration_ends_watch_in_real_time() {
    let watch = watch(&["--simulate", "--duration", "0.3"], (80, 24));
    assert_eq!(watch.end().0, Some(0));
}

#[test]
fn ctrl_z_restores_the_terminal_and_fg_redraws() {
    let mut watch = watch(&["--simulate"], (80, 24));
    watch.shows(&["57 %"]);
    watch.type_keys("\x1a");
    watch.is_stopped();
    watch.assert_clean();
    watch.signal(Signal::CONT);
    watch.shows(&["57 %", "q quit"]);
    watch.type_keys("q");
    assert_eq!(watch.end().0, Some(0));
}

#[test]
fn keys_select_a_device_show_details_and_help() {
    let mut watch = watch(&["--simulate"], (80, 24));
    watch.shows(&["› K750"]);
    watch.type_keys("\x1b[B");
    watch.shows(&["› M705", "─ M705 ─"]);
    watch.type_keys("\r");
    watch.until("one device alone", |screen| {
        screen.contains("2 of 3") && !screen.contains("K750")
    });
    watch.type_keys("\t?");
    watch.shows(&["measure light now", "200 lux"]);
    // Keys without another meaning close it, too: Left, F1, Space, a letter, and q.
    for key in ["\x1b[D", "\x1bOP", " ", "x", "q"] {
        watch.type_keys(key);
        // The last line is drawn last.
        watch.shows(&["› M705", "↑↓ choose"]);
        watch.type_keys("?");
        watch.shows(&["any key closes this"]);
    }
    watch.type_keys("\x1b");
    watch.shows(&["› M705", "↑↓ choose"]);
    watch.type_keys("l");
    watch.shows(&["M705 has no light meter"]);
    watch.type_keys("kl");
    watch.shows(&["K750: light measurement requested"]);
    watch.type_keys("q");
    assert_eq!(watch.end().0, Some(0));
}

#[test]
fn messages_are_deferred_until_the_screen_is_left() {
    let mut command = program(&["--simulate", "--verbose"]);
    command.env("RUST_LOG", "solar_status=debug");
    let mut watch = Terminal::run(&command, (80, 24));
    let screen = watch.shows(&["57 %"]);
    // The last message is shown in one line.
    assert!(
        screen.lines().nth(22).is_some_and(|it| !it.is_empty()),
        "{screen}"
    );
    watch.type_keys("q");
    let (status, left, stream) = watch.end();
    assert_eq!(status, Some(0));
    let (during, after) = stream.split_once("\x1b[?1049l").unwrap();
    assert!(!during.contains('\n'), "{during:?}");
    assert!(
        after.contains("asked the devices directly (--simulate)\r\n"),
        "{after}"
    );
    assert!(left.contains("DEBUG solar_status"), "{left}");
}

#[test]
fn colour_and_character_set_follow_terminal_and_locale() {
    let stream = |command: &Command, bar: &str| {
        let mut watch = Terminal::run(command, (80, 24));
        watch.shows(&["K750", "57 %", "12 lux", bar]);
        watch.type_keys("q");
        watch.end().2
    };
    let styles = ["\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
    let is_plain = |stream: &str| !styles.iter().any(|style| stream.contains(style));
    let colored = stream(&program(&["--simulate"]), "█████▋····");
    assert!(colored.contains("\x1b[32m"), "{colored:?}");
    let wished = stream(&program(&["--simulate", "--color", "never"]), "█████▋····");
    assert!(is_plain(&wished) && !wished.is_ascii(), "{wished:?}");
    let mut command = program(&["--simulate"]);
    let poor = stream(
        command.env("LC_ALL", "C").env("NO_COLOR", "1"),
        "######----",
    );
    assert!(is_plain(&poor) && poor.is_ascii(), "{poor:?}");
}

#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let mut command = program(&["--simulate", "--duration", "5"]);
    command.env("TERM", "dumb");
    let (status, text, stream) = Terminal::run(&command, (80, 24)).end();
    assert_eq!(status, Some(0), "{text}");
    assert!(
        text.contains("K750      found, 57 %") && !stream.contains('\x1b'),
        "{stream:?}"
    );
}

#[test]
fn output_to_a_pipe_is_that_of_monitor() {
    let lines = |command| SOLAR_STATUS.stdout(&[command, "--simulate", "--duration", "60"]);
    assert_eq!(lines("watch"), lines("monitor"));
    assert!(lines("watch").contains("K750      light key pressed"));
}

#[test]
fn a_missing_bus_is_reported_after_the_screen_is_left() {
    let watch = watch(&["--bus", "unix:path=/nonexistent/bus"], (80, 24));
    let (status, left, _) = watch.end();
    assert_eq!(status, Some(1));
    assert!(
        left.starts_with("solar-status: there is no bus at"),
        "{left}"
    );
}

#[test]
fn wrong_arguments_are_exit_status_2() {
    for wrong in [
        &["--light-every", "256"][..],
        &["--light-every", "-1"],
        &["--duration", "0"],
        &["--json"],
    ] {
        let output = program(wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}
