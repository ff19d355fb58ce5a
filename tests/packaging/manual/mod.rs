//! The man pages: one for each program and for each command of `solar-status`, generated from the
//! same source as `--help`.

mod help;
mod look;
mod more;
mod page;

use clap::CommandFactory;
use solar_status::{cli, service};

use crate::visible::visible;
use crate::written::{assert_all, assert_fresh};
use page::Page;

/// Their folder.
const FOLDER: &str = "packaging/man";

/// All pages.
fn pages() -> Vec<Page> {
    let mut program = visible(&cli::Cli::command())
        .disable_help_subcommand(true)
        .subcommand_value_name("command");
    program.build();
    let commands: Vec<_> = program.get_subcommands().cloned().collect();
    let names: Vec<_> = commands.iter().map(page::name).collect();
    let mut pages = vec![Page::of_program(program, "1", &names)];
    pages.extend(commands.into_iter().map(Page::of_command));
    pages.push(Page::of_program(service::Args::command(), "8", &[]));
    pages
}

#[test]
fn the_pages_match_the_help_of_the_programs() {
    let pages = pages();
    for page in &pages {
        assert_fresh(&format!("{FOLDER}/{}", page.file_name()), &page.text());
    }
    let names: Vec<_> = pages.iter().map(Page::file_name).collect();
    assert_all(FOLDER, &names);
}

#[test]
fn a_synopsis_has_the_values_of_options_and_nothing_hidden() {
    for page in pages() {
        let text = page
            .text()
            .replace("\\-", "-")
            .replace("\\fB", "")
            .replace("\\fI", "");
        let text = text.replace("\\fR", "");
        let synopsis = text
            .split("\n.SH ")
            .find(|it| it.starts_with("SYNOPSIS"))
            .unwrap();
        for (option, value) in [("color", "WHEN"), ("bus", "BUS"), ("format", "FORMAT")] {
            let has = synopsis.contains(&format!("[--{option}"));
            let expected = format!("[--{option} {value}]");
            assert_eq!(synopsis.contains(&expected), has, "{synopsis}");
        }
        assert!(!text.contains("--root"), "{}", page.file_name());
    }
    let names: Vec<_> = pages().iter().map(Page::file_name).collect();
    assert!(
        !names.contains(&"solar-status-list.1".to_owned()),
        "{names:?}"
    );
}

#[test]
fn every_page_has_the_usual_sections() {
    for page in pages() {
        let text = page.text();
        let headings: Vec<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix(".SH "))
            .collect();
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "\"EXIT STATUS\"",
            "EXAMPLES",
            "\"SEE ALSO\"",
        ] {
            let name = page.file_name();
            assert!(headings.contains(&section), "{name} has no {section}");
        }
        let mut sections = text.split("\n.SH ");
        let empty = sections.find(|section| !section.trim_end().contains('\n'));
        assert_eq!(empty, None, "empty section in {}", page.file_name());
    }
}
