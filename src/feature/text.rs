use crate::text;

/// Text from a device, cut at the first NUL and displayable ([`text::name`]); empty if nothing of it
/// can be seen. Bytes that are not UTF-8 become replacement characters.
pub(super) fn displayable(bytes: &[u8]) -> String {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    text::name(&String::from_utf8_lossy(bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::displayable;
    use crate::text::tests::{HOSTILE, assert_harmless};

    #[test]
    fn bytes_become_displayable_text() {
        assert_eq!(displayable(b"K7\x1b[31m50\0junk"), "K7[31m50");
        assert_eq!(displayable(b"BL "), "BL");
        assert_eq!(displayable(&[0xFF, b'x']), "\u{FFFD}x");
    }

    #[test]
    fn a_hostile_name_in_any_report_is_harmless() {
        for name in HOSTILE {
            let bytes = name.as_bytes();
            assert_harmless(&crate::feature::device_name::name(bytes));
            // A name may be cut within a character.
            for piece in bytes.chunks(16) {
                assert_harmless(&displayable(piece));
            }
        }
    }
}
