//! Escapes displayable text for the program that reads the output.

/// Escapes for Pango markup like `GLib`'s `g_markup_escape_text`.
pub(super) fn pango(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\'' => escaped.push_str("&#39;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Escapes for polybar. A tag begins with `%{`, and polybar has no escape for these two characters
/// (polybar pull request 2748), so a blank separates them. A tag could run a command on a click.
pub(super) fn polybar(text: &str) -> String {
    text.replace("%{", "% {")
}

/// Escapes for i3blocks. Its JSON parser (1.4) ends a text at any `"` and keeps each `\`.
pub(super) fn i3blocks(text: &str) -> String {
    text.replace('"', "'").replace('\\', "/")
}

/// Escapes for tmux: `##` is a `#`. Several in a row, which tmux parses twice, may become fewer.
pub(super) fn tmux(text: &str) -> String {
    text.replace('#', "##")
}

/// Escapes for the value of a Prometheus label.
pub(super) fn label(text: &str) -> String {
    let text = text.replace('\\', r"\\").replace('"', "\\\"");
    text.replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_be_a_tag() {
        assert_eq!(pango("<b>\"&'"), "&lt;b&gt;&quot;&amp;&#39;");
        assert_eq!(polybar("%{A1:rm:}%%{F-}"), "% {A1:rm:}%% {F-}");
        assert_eq!(tmux("#[fg=red]#(date)##"), "##[fg=red]##(date)####");
        assert_eq!(label("a\"b\\c\nd"), r#"a\"b\\c\nd"#);
    }
}
