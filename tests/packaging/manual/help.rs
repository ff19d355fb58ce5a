//! Splits the help text below the options into the sections of a man page.

/// The parts, each empty if the help does not have it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Help {
    /// Command lines with their explanations.
    pub(super) examples: Vec<String>,
    /// The exit statuses and their meanings.
    pub(super) exit_status: String,
    /// The paragraph about messages on standard error.
    pub(super) logging: String,
    /// Everything else.
    pub(super) notes: Vec<Paragraph>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Paragraph {
    /// Text that is filled.
    Words(String),
    /// Lines that are kept.
    Lines(Vec<String>),
}

impl Help {
    pub(super) fn new(text: &str) -> Self {
        let mut help = Self::default();
        let mut in_examples = false;
        for paragraph in text.split("\n\n") {
            let lines: Vec<String> = paragraph.lines().map(str::to_owned).collect();
            let indented = lines.iter().all(|line| line.starts_with("  "));
            let words = lines.join(" ");
            if let Some((_, examples)) =
                lines.split_first().filter(|(head, _)| *head == "Examples:")
            {
                help.examples.extend_from_slice(examples);
                in_examples = true;
                continue;
            }
            if in_examples && indented {
                help.examples.push(String::new());
                help.examples.extend(lines);
                continue;
            }
            in_examples = false;
            if let Some(status) = words.strip_prefix("Exit status: ") {
                status.clone_into(&mut help.exit_status);
            } else if words.starts_with("RUST_LOG=") {
                help.logging = words;
            } else if lines.iter().any(|line| line.starts_with("  ")) {
                help.notes.push(Paragraph::Lines(lines));
            } else {
                help.notes.push(Paragraph::Words(words));
            }
        }
        help
    }
}

#[test]
fn each_paragraph_is_assigned_to_its_section() {
    let help = Help::new(
        "Examples:\n  a b   does\n\n  a c\n\nIt does\nmuch.\n\nExit status: 0 well,\n1 not.\n\nRUST_LOG=debug more.",
    );
    assert_eq!(help.examples, ["  a b   does", "", "  a c"]);
    assert_eq!(help.notes, [Paragraph::Words("It does much.".to_owned())]);
    assert_eq!(help.exit_status, "0 well, 1 not.");
    assert_eq!(help.logging, "RUST_LOG=debug more.");
}
