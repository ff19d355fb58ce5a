//! Displayable text in the syntax of the program that reads the output.

/// For Pango's markup, as `GLib`'s `g_markup_escape_text` does it.
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

/// For polybar: a tag begins with `%{`, and there is no way to write these two otherwise (polybar
/// pull request 2748), so a blank parts them. A tag could run a command at a click.
pub(super) fn polybar(text: &str) -> String {
    text.replace("%{", "% {")
}

/// For i3blocks, whose reader of JSON (1.4) ends a text at any `"` and keeps each `\`.
pub(super) fn i3blocks(text: &str) -> String {
    text.replace('"', "'").replace('\\', "/")
}

/// For tmux: `##` is a `#`. Several in a row, which tmux reads twice, may become fewer.
pub(super) fn tmux(text: &str) -> String {
    text.replace('#', "##")
}

/// For the value of a Prometheus label.
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
