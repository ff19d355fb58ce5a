use std::process::Stdio;

use test_support::process::Process;

use super::case::{CASES, Case};
use super::configurations;
use super::xvfb::Xvfb;

/// The rest of a configuration of polybar.
const BAR: &str = "[bar/test]\nwidth = 100%\nheight = 24\nfont-0 = DejaVu Sans:size=10;2\n\
                   modules-left = solar\nbackground = #222222\nforeground = #eeeeee\n";

/// polybar draws the bar, and a second one prints its text with format tags.
fn check(case: &Case) {
    let [module] = &configurations("polybar")[..] else {
        panic!("one block for polybar");
    };
    let (stage, screen) = (case.stage(), Xvfb::start());
    let file = stage.file("config.ini", &format!("{BAR}{module}"));
    let arguments = ["-c", &file, "test"];

    let mut printing = screen.command("polybar", &stage);
    printing
        .args(arguments)
        .arg("--stdout")
        .stdout(Stdio::piped());
    let mut printing = Process::start_from(&mut printing, "polybar");
    let expected = if case.line.is_empty() {
        String::new()
    } else {
        format!("%{{l}}{}%{{PR}}", case.line)
    };
    let mut lines = printing.lines();
    if expected.is_empty() {
        // Any first line is empty.
        stage.settle();
        drop(printing);
        assert!(
            lines.all(|line| line.trim_end().is_empty()),
            "{}",
            case.name
        );
    } else {
        let is_printed = lines.any(|line| line.trim_end() == expected);
        assert!(is_printed, "{}: {expected}", case.name);
        stage.settle();
        drop(printing);
    }

    let mut bar = screen.command("polybar", &stage);
    let _bar = Process::start_from(bar.args(arguments).stdout(Stdio::null()), "polybar");
    screen.picture("the bar", |picture| picture.has_bar(0x22));
    stage.settle();
    let picture = screen.picture(case.line, |it| case.is_drawn(it));
    picture.save(&format!("polybar-{}", case.name));
}

#[test]
fn polybar_shows_each_desk_as_configured_in_docs() {
    CASES.iter().for_each(check);
}
