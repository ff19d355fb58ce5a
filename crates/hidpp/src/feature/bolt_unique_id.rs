//! Register FB of a Bolt receiver: its unique id, 16 ASCII characters.
//!
//! Source: Solaar `receiver.py`, fwupd.

use super::DeviceText;
use crate::wire::{Register, RegisterRequest, Report};

/// The request to read it.
pub const fn get() -> RegisterRequest {
    RegisterRequest::get_long(Register::BOLT_UNIQUE_ID, [0; 3])
}

/// Reads an answer.
pub fn read(report: &Report) -> DeviceText {
    DeviceText::new(report.params())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn sixteen_characters() {
        let hex = "11 FF 83 FB 30 31 32 33 34 35 36 37 38 39 41 42 43 44 45 46";
        assert_eq!(read(&report(hex)).untrusted(), "0123456789ABCDEF");
        assert_eq!(read(&report("11 FF 83 FB …")), DeviceText::default());
    }
}
