//! Parses the bytes of a terminal into the meanings of keys.

/// The meaning of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    Quit,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    /// Switch between one device in detail and all devices.
    Details,
    Back,
    Light,
    Sort,
    Help,
    /// Any other key: it closes the help.
    Other,
}

const ESCAPE: u8 = 0x1B;

/// Returns the keys in what was read at once.
///
/// Sequences are those of ECMA-48 as xterm and the Linux console send them: `ESC [` or `ESC O`,
/// parameters, a final byte. An escape on its own is the key Esc: a terminal sends a sequence at
/// once.
pub(super) fn inputs(mut bytes: &[u8]) -> Vec<Input> {
    let mut found = Vec::new();
    while let Some((first, rest)) = bytes.split_first() {
        bytes = rest;
        let input = match (*first, rest) {
            (ESCAPE, [b'[' | b'O', sequence @ ..]) => {
                let end = sequence
                    .iter()
                    .position(|byte| (0x40..=0x7E).contains(byte));
                let end = end.map_or(sequence.len(), |end| end + 1);
                let (sequence, after) = sequence.split_at_checked(end).unwrap_or((sequence, &[]));
                bytes = after;
                of_sequence(sequence)
            }
            (ESCAPE, []) => Input::Back,
            // Alt with another key.
            (ESCAPE, [_, after @ ..]) => {
                bytes = after;
                Input::Other
            }
            // The first byte of a character in UTF-8 stands for it.
            (0x80..=0xBF, _) => continue,
            (key, _) => of_key(key),
        };
        found.push(input);
    }
    found
}

const fn of_key(key: u8) -> Input {
    match key {
        b'q' | b'Q' => Input::Quit,
        b'k' => Input::Up,
        b'j' => Input::Down,
        b'g' => Input::First,
        b'G' => Input::Last,
        b'l' => Input::Light,
        b's' => Input::Sort,
        b'?' | b'h' => Input::Help,
        b'\r' | b'\n' | b'\t' => Input::Details,
        _ => Input::Other,
    }
}

const fn of_sequence(sequence: &[u8]) -> Input {
    match sequence {
        b"A" => Input::Up,
        b"B" => Input::Down,
        b"H" | b"1~" | b"7~" => Input::First,
        b"F" | b"4~" | b"8~" => Input::Last,
        b"5~" => Input::PageUp,
        b"6~" => Input::PageDown,
        _ => Input::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_parsed_from_what_terminals_send() {
        for (bytes, input) in [
            (&b"q"[..], Input::Quit),
            (b"j", Input::Down),
            (b"\x1b[A", Input::Up),
            (b"\x1bOB", Input::Down),
            (b"\x1b[5~", Input::PageUp),
            (b"\x1b[1~", Input::First),
            (b"\t", Input::Details),
            (b"\x1b", Input::Back),
            (b"l", Input::Light),
        ] {
            assert_eq!(inputs(bytes), [input], "{bytes:?}");
        }
    }

    #[test]
    fn no_fast_key_is_lost() {
        let typed = inputs(b"jj\x1b[B\x1b[A?");
        assert_eq!(typed.len(), 5);
        assert_eq!(typed[2..], [Input::Down, Input::Up, Input::Help]);
    }

    #[test]
    fn every_other_key_is_one_too() {
        // Ctrl with an arrow, F1 in both forms, Left, Space, Backspace, Alt-q, an umlaut, a mouse, an
        // unfinished sequence.
        for bytes in [
            &b"\x1b[1;5A"[..],
            b"\x1bOP",
            b"\x1b[11~",
            b"\x1b[D",
            b" ",
            b"\x7f",
            b"\x1bq",
            "ä".as_bytes(),
            b"\x1b[<0;1;1M",
            b"\x1b[12",
            b"x",
            b"1",
        ] {
            assert_eq!(inputs(bytes), [Input::Other], "{bytes:?}");
        }
    }
}
