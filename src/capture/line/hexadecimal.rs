//! Bytes in hexadecimal, in the forms that people and programs write.

/// Why a line is not a frame. The text is never quoted: it may contain typed keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// A character that cannot be in a frame, counted from 1.
    #[error("character {0} is not a hexadecimal digit")]
    NotHex(usize),
    /// Half a byte, counted from 1.
    #[error("a byte needs two hexadecimal digits, but there is an odd number at character {0}")]
    OddDigits(usize),
}

/// Reads hexadecimal bytes; `offset` is how many characters the line has before `text`.
pub(super) fn hex(text: &str, offset: usize) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    let mut high = None;
    // An x is valid only after the zero that begins a number, and must be followed by digits.
    let (mut begins, mut wants_digits) = (true, false);
    let mut last = offset;
    for (at, c) in (offset + 1..).zip(text.chars()) {
        if let Some(digit) = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) {
            last = at;
            wants_digits = false;
            match high.take() {
                None => high = Some(digit),
                Some(high) => {
                    bytes.push(high << 4 | digit);
                    begins = false;
                }
            }
        } else if matches!(c, 'x' | 'X') && begins && high == Some(0) {
            last = at;
            high = None;
            (begins, wants_digits) = (false, true);
        } else if c.is_whitespace() || matches!(c, ':' | '-' | ',') {
            if high.is_some() || wants_digits {
                return Err(InputError::OddDigits(last));
            }
            begins = true;
        } else {
            return Err(InputError::NotHex(at));
        }
    }
    if high.is_some() || wants_digits {
        return Err(InputError::OddDigits(last));
    }
    Ok(bytes)
}
