use std::process::Stdio;

use test_support::process::Process;

use super::case::{CASES, Case};
use super::configurations;
use super::xvfb::Xvfb;

fn check(case: &Case) {
    let [blocks] = &configurations("i3blocks")[..] else {
        panic!("one block for i3blocks");
    };
    let (stage, screen) = (case.stage(), Xvfb::start());
    let blocks = stage.file("i3blocks.conf", blocks);
    let configuration = format!(
        "# i3 config file (v4)\nfont pango:DejaVu Sans 10\nbar {{\n    position top\n    \
         tray_output none\n    workspace_buttons no\n    colors {{\n        background #222222\n    \
         }}\n    status_command i3blocks -c {blocks}\n}}\n"
    );
    let configuration = stage.file("i3.conf", &configuration);
    let mut i3 = screen.command("i3", &stage);
    i3.args(["-c", &configuration]).stdout(Stdio::null());
    let _i3 = Process::start_from(&mut i3, "i3-wm");
    screen.picture("the bar", |picture| picture.has_bar(0x22));
    stage.settle();
    let picture = screen.picture(case.line, |it| case.is_drawn(it));
    picture.save(&format!("i3bar-{}", case.name));
}

/// i3blocks passes its blocks to i3bar; `tests/format` reads them as text.
#[test]
fn i3bar_shows_each_desk_as_configured_in_docs() {
    CASES.iter().for_each(check);
}
