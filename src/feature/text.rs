/// Text from a device, cut at the first NUL, with control characters left out and blanks at its
/// ends removed. Bytes that are no UTF-8 become replacement characters.
pub(super) fn printable(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let text: String = String::from_utf8_lossy(text)
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_name_cannot_write_to_the_terminal() {
        assert_eq!(printable(b"K7\x1b[31m50\0junk"), "K7[31m50");
        assert_eq!(printable(b"BL "), "BL");
        assert_eq!(printable(&[0xFF, b'x']), "\u{FFFD}x");
    }
}
