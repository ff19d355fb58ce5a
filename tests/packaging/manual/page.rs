//! Generates a page: the output of `clap_mangen` for the arguments, and additional sections.

use clap::{Arg, ArgAction, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::help::{Help, Paragraph};
use super::more::{self, Entry};
use crate::addresses::address;
use crate::release;

/// A man page.
pub(super) struct Page {
    man: Man,
    command: Command,
    section: &'static str,
    /// The names and sections under SEE ALSO.
    see_also: Vec<String>,
}

/// The full name of a command, such as `solar-status-monitor` for `monitor`.
pub(super) fn name(command: &Command) -> String {
    let name = command.get_display_name();
    name.unwrap_or_else(|| command.get_name()).to_owned()
}

impl Page {
    pub(super) fn of_program(command: Command, section: &'static str, commands: &[String]) -> Self {
        let mut see_also: Vec<_> = commands.iter().map(|name| format!("{name}(1)")).collect();
        see_also.extend(more::see_also(command.get_name()));
        Self::new(command, section, see_also)
    }

    pub(super) fn of_command(command: Command) -> Self {
        Self::new(command, "1", vec!["solar-status(1)".to_owned()])
    }

    fn new(command: Command, section: &'static str, see_also: Vec<String>) -> Self {
        let release = release::newest();
        let manual = match section {
            "1" => "User Commands",
            _ => "System Manager's Manual",
        };
        let man = Man::new(command.clone())
            .section(section)
            .date(release.date)
            .source(format!("solar-status {}", release.version))
            .manual(manual);
        Self {
            man,
            command,
            section,
            see_also,
        }
    }

    pub(super) fn file_name(&self) -> String {
        format!("{}.{}", name(&self.command), self.section)
    }

    /// The page as man(7) source.
    pub(super) fn text(&self) -> String {
        let help = Help::new(&self.help());
        let mut page = Vec::new();
        let out = &mut page;
        self.man.render_title(out).unwrap();
        self.man.render_name_section(out).unwrap();
        out.extend(synopsis(&self.command));
        self.man.render_description_section(out).unwrap();
        out.extend(options(&self.man, &self.command));
        if self.command.has_subcommands() {
            self.man.render_subcommands_section(out).unwrap();
        }
        let mut roff = Roff::new();
        words(&mut roff, "EXIT STATUS", &help.exit_status);
        entries(&mut roff, "FILES", more::files(self.command.get_name()));
        entries(
            &mut roff,
            "ENVIRONMENT",
            more::environment(self.command.get_name()),
        );
        if !help.logging.is_empty() {
            roff.control("TP", [])
                .text([bold("RUST_LOG")])
                .text([roman(&help.logging)]);
        }
        notes(&mut roff, &help.notes);
        roff.control("SH", ["EXAMPLES"]);
        lines(&mut roff, &help.examples);
        let see_also = self.see_also.iter().cloned().chain(address("homepage"));
        let see_also: Vec<String> = see_also.collect();
        words(&mut roff, "SEE ALSO", &see_also.join(", "));
        roff.to_writer(out).unwrap();
        tidied(&String::from_utf8(page).unwrap())
    }

    /// The help text below the options.
    fn help(&self) -> String {
        let command = &self.command;
        let help = command
            .get_after_long_help()
            .or_else(|| command.get_after_help());
        help.map(ToString::to_string).unwrap_or_default()
    }
}

/// The synopsis, with the values of options, which that of `clap_mangen` 0.3.3 lacks.
fn synopsis(command: &Command) -> Vec<u8> {
    let mut line = vec![bold(name(command).replacen(
        "solar-status-",
        "solar-status ",
        1,
    ))];
    for argument in command.get_arguments().filter(|it| !it.is_hide_set()) {
        let value = argument.get_value_names().and_then(<[_]>::first);
        let value = value.filter(|_| argument.get_action().takes_values());
        let Some(long) = argument.get_long() else {
            line.push(roman(" ["));
            line.extend(value.map(|it| italic(it.as_str())));
            line.push(roman("...]"));
            continue;
        };
        line.extend([roman(" ["), bold(format!("--{long}"))]);
        if let Some(value) = value {
            let is_optional = argument
                .get_num_args()
                .is_some_and(|it| it.min_values() == 0);
            let (before, after) = if is_optional { (" [", "]") } else { (" ", "") };
            line.extend([roman(before), italic(value.as_str()), roman(after)]);
        }
        let is_list = matches!(argument.get_action(), ArgAction::Append);
        let is_separated = argument.get_value_delimiter().is_some();
        line.push(roman(if is_list && !is_separated {
            "]..."
        } else {
            "]"
        }));
    }
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]).text(line);
    if command.has_subcommands() {
        let line = [
            bold(name(command)),
            roman(" "),
            italic("command"),
            roman(" [...]"),
        ];
        roff.control("br", []).text(line);
    }
    bytes(&roff)
}

/// The options. Their headings are sections of their own in the output of `clap_mangen` 0.3.3.
fn options(man: &Man, command: &Command) -> Vec<u8> {
    let mut page = Vec::new();
    man.render_options_section(&mut page).unwrap();
    let mut page = String::from_utf8(page).unwrap();
    for heading in command.get_arguments().filter_map(Arg::get_help_heading) {
        let section = |control: &str, name: &str| {
            let mut roff = Roff::new();
            roff.control(control, [name]);
            let text = String::from_utf8(bytes(&roff)).unwrap();
            text.replace(PREAMBLE, "")
        };
        let (before, after) = (
            section("SH", &heading.to_uppercase()),
            section("SS", heading),
        );
        page = page.replace(&before, &after);
    }
    page.into_bytes()
}

fn bytes(roff: &Roff) -> Vec<u8> {
    let mut page = Vec::new();
    roff.to_writer(&mut page).unwrap();
    page
}

/// The preamble of each part that `clap_mangen` writes: it defines the apostrophe.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The page in the form that man(7) recommends: one preamble, single empty lines, only ASCII.
fn tidied(page: &str) -> String {
    let body = page
        .replace(PREAMBLE, "")
        .replace("\n.br\n\n.br\n", "\n.sp\n");
    let ascii = |character: char| match character {
        '\0'..='\x7F' => character.to_string(),
        _ => format!("\\[u{:04X}]", u32::from(character)),
    };
    let body: String = body.chars().map(ascii).collect();
    format!("{PREAMBLE}{body}")
}

fn words(roff: &mut Roff, heading: &str, words: &str) {
    roff.control("SH", [heading]).text([roman(words)]);
}

fn entries(roff: &mut Roff, heading: &str, entries: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    roff.control("SH", [heading]);
    for (term, meaning) in entries {
        roff.control("TP", [])
            .text([bold(*term)])
            .text([roman(*meaning)]);
    }
}

fn notes(roff: &mut Roff, notes: &[Paragraph]) {
    if notes.is_empty() {
        return;
    }
    roff.control("SH", ["NOTES"]);
    for (at, note) in notes.iter().enumerate() {
        if at > 0 {
            roff.control("PP", []);
        }
        match note {
            Paragraph::Words(words) => {
                roff.text([roman(words)]);
            }
            Paragraph::Lines(text) => lines(roff, text),
        }
    }
}

/// Lines that are not filled.
fn lines(roff: &mut Roff, lines: &[String]) {
    roff.control("nf", []);
    for line in lines {
        roff.text([Inline::Roman(line.clone())]);
    }
    roff.control("fi", []);
}
