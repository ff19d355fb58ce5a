//! Reads lines of bounded length, one at a time as they arrive.

use std::io::{self, BufRead};

/// The longest accepted line, in bytes. A frame of 64 bytes is far shorter in every format.
pub(super) const MAX_LEN: usize = 4096;

/// A line as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// Text, without its end.
    Text(&'a str),
    /// Not UTF-8.
    NoText,
    /// More than [`MAX_LEN`] bytes, which were skipped.
    TooLong,
}

/// Splits a reader into lines.
pub(super) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead) -> Self {
        Self {
            input,
            line: Vec::new(),
        }
    }

    /// Returns the next line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Raw<'_>>> {
        self.line.clear();
        let (mut any, mut too_long) = (false, false);
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                Err(why) => return Err(why),
            };
            let end = available.iter().position(|&byte| byte == b'\n');
            let taken = end.unwrap_or(available.len());
            let piece = available.get(..taken).unwrap_or_default();
            let at_eof = available.is_empty();
            if self.line.len() + piece.len() > MAX_LEN {
                too_long = true;
            } else if !too_long {
                self.line.extend_from_slice(piece);
            }
            any |= !at_eof;
            self.input.consume(taken + usize::from(end.is_some()));
            if at_eof && !any {
                return Ok(None);
            }
            if at_eof || end.is_some() {
                break;
            }
        }
        Ok(Some(match str::from_utf8(&self.line) {
            _ if too_long => Raw::TooLong,
            Ok(line) => Raw::Text(line),
            Err(_) => Raw::NoText,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_a_line_feed_or_the_input() {
        let mut input: &[u8] = b"one\n\ntwo";
        let mut lines = Lines::new(&mut input);
        assert_eq!(lines.next().unwrap(), Some(Raw::Text("one")));
        assert_eq!(lines.next().unwrap(), Some(Raw::Text("")));
        assert_eq!(lines.next().unwrap(), Some(Raw::Text("two")));
        assert_eq!(lines.next().unwrap(), None);
    }

    #[test]
    fn long_lines_and_odd_bytes_do_not_hide_what_follows() {
        let mut text = vec![b'0'; 3 * MAX_LEN];
        text.extend_from_slice(b"\n\xff\xfe\n10\n");
        // A small buffer, so that the long line arrives in pieces.
        let mut input = io::BufReader::with_capacity(100, text.as_slice());
        let mut lines = Lines::new(&mut input);
        assert_eq!(lines.next().unwrap(), Some(Raw::TooLong));
        assert_eq!(lines.next().unwrap(), Some(Raw::NoText));
        assert_eq!(lines.next().unwrap(), Some(Raw::Text("10")));
        assert_eq!(lines.next().unwrap(), None);
    }
}
