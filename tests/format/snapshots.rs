use solar_status::cli::format;
use test_support::documents;
use test_support::snapshot::assert_is;

use crate::devices::{NAMES, mouse, odd, rendered};
use crate::program::{desk, stdout};

/// The contents of a reviewed file: the desk once, a minute of it, and odd devices.
fn reviewed(format: &str) -> String {
    let minute = [
        "--simulate",
        "--format",
        format,
        "--watch",
        "--duration",
        "60",
    ];
    let mut text = format!(
        "# the simulated desk\n{}\n# a minute of it\n{}\n# odd devices\n{}\n\n# odd names\n",
        desk(format),
        stdout(&minute),
        rendered(format, &odd()),
    );
    for name in NAMES {
        let named = rendered(format, &[mouse(name, 50)]);
        text.push_str(named.trim_end());
        text.push('\n');
    }
    text.push_str("\n# nothing\n");
    text.push_str(&rendered(format, &[]));
    text.push('\n');
    text
}

#[test]
fn the_output_of_each_profile_is_reviewed() {
    for format in format::profiles() {
        let file = format!("tests/format/snapshots/{format}.txt");
        assert_is(&file, &reviewed(&format));
    }
}

#[test]
fn every_profile_is_in_the_help_and_in_the_documents() {
    let help = stdout(&["--help"]);
    let manual = documents::manual();
    for format in format::profiles() {
        assert!(
            help.contains(&format!("\n  {format} ")),
            "{format} is missing in HELP in args.rs"
        );
        let used = format!("--format {format}");
        assert!(
            manual.contains(&used),
            "{format} is missing in docs/bars.md"
        );
    }
}
