//! Commands of shell blocks, in the little shell that documents need.

use std::iter::Peekable;
use std::str::Chars;

/// The commands of a block, without comments: a line each, and lines that belong together as one.
pub(crate) fn commands(text: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(without_comment) {
        if line.trim().is_empty() {
            continue;
        }
        let (line, continues) = match line.strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        match commands.last_mut().filter(|_| is_open) {
            Some(command) => {
                command.push_str(line.trim());
            }
            None => commands.push(line.trim().to_owned()),
        }
        let command = commands.last_mut().unwrap();
        let is_loop = command.contains("; do") && !command.ends_with("done");
        is_open = continues || is_loop;
        if is_open {
            command.push(' ');
        }
    }
    commands
}

/// A line without the comment at its end.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (place, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') if before == ' ' => return line[..place].trim_end(),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        before = c;
    }
    line.trim_end()
}

/// The words of a command up to a pipe, a redirection or an ampersand; quotes are resolved.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut rest = command.chars().peekable();
    let mut words = Vec::new();
    while let Some(word) = next_word(&mut rest) {
        words.push(word);
    }
    words
}

fn next_word(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
    if matches!(rest.peek(), None | Some('|' | '<' | '>' | '&' | ';')) {
        return None;
    }
    let mut word = String::new();
    while let Some(c) = rest.next_if(|c| !c.is_whitespace() && !"|<>&;".contains(*c)) {
        match c {
            '\'' | '"' => word.extend(rest.by_ref().take_while(|inside| *inside != c)),
            c => word.push(c),
        }
    }
    Some(word)
}

#[test]
fn words_end_where_the_shell_does_something() {
    let read = |command| words(command).join("·");
    assert_eq!(
        read("solar-status --format '{name} | x' \"a b\" | while read"),
        "solar-status·--format·{name} | x·a b"
    );
    assert_eq!(
        read("solar-status decode < device.trace"),
        "solar-status·decode"
    );
}

#[test]
fn lines_that_belong_together_are_one_command() {
    let text = "a \\\n    b  # c\n\n# d\ne | while read -r x; do\n    f\ndone\n'#g'\n";
    let expected = ["a b", "e | while read -r x; do f done", "'#g'"];
    assert_eq!(commands(text), expected);
}
