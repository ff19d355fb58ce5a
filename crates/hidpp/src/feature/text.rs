use std::fmt;

/// Text as a device sent it: up to the first NUL, with replacement characters for invalid UTF-8.
///
/// It is untrusted: the name of a Bluetooth device, for example, is a setting. It may contain line
/// breaks, terminal control sequences, marks that reorder text, or invisible characters. So it is
/// only available through conversions: [`Self::printable`] and `Display` leave out what is not
/// printable; a program with stricter rules applies them to [`Self::untrusted`], and passes them to
/// [`Session::with_text`](crate::session::Session::with_text).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DeviceText(String);

impl DeviceText {
    /// Reads the text in these bytes of a report.
    pub fn new(bytes: &[u8]) -> Self {
        let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
        Self(String::from_utf8_lossy(bytes).into_owned())
    }

    /// The complete text as sent. Not for display.
    pub fn untrusted(&self) -> &str {
        &self.0
    }

    /// One line of what can be printed, with single spaces; `None` if it is empty.
    pub fn printable(&self) -> Option<String> {
        let mut printed = String::new();
        for c in self.0.chars() {
            if c.is_whitespace() {
                if !printed.is_empty() && !printed.ends_with(' ') {
                    printed.push(' ');
                }
            } else if is_printable(c) {
                printed.push(c);
            }
        }
        if printed.ends_with(' ') {
            printed.pop();
        }
        Some(printed).filter(|it| !it.is_empty())
    }
}

impl fmt::Display for DeviceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.printable().unwrap_or_default())
    }
}

/// Whether the standard library prints a character as itself: after another one, since it escapes
/// marks that have no base.
fn is_printable(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\') || format!("-{c}").escape_debug().eq(['-', c])
}

#[cfg(test)]
mod tests {
    use super::DeviceText;

    #[test]
    fn bytes_become_printable_text() {
        for (bytes, printed) in [
            (&b"K7\x1b[31m50\0junk"[..], Some("K7[31m50")),
            (b"BL ", Some("BL")),
            (b"\xFFx", Some("\u{FFFD}x")),
            (b" Anna's\r\n \"K750\" ", Some("Anna's \"K750\"")),
            ("K750\u{202e}\u{200b}é🎧".as_bytes(), Some("K750é🎧")),
            ("e\u{301}".as_bytes(), Some("e\u{301}")),
            ("\u{200c}\u{2060}\u{feff} \u{a0}".as_bytes(), None),
            (b"", None),
        ] {
            let text = DeviceText::new(bytes);
            assert_eq!(text.printable().as_deref(), printed);
            assert_eq!(text.to_string(), printed.unwrap_or_default());
        }
    }

    #[test]
    fn everything_that_was_sent_is_kept() {
        assert_eq!(DeviceText::new(b"K7\x1b50 \0x").untrusted(), "K7\x1b50 ");
    }
}
