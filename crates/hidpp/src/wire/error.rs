//! The two error spaces: `8F` of HID++ 1.0 and `FF` of HID++ 2.0. The codes overlap with different
//! meanings; do not mix them.

use super::codes;

codes! {
    /// An error of HID++ 1.0: byte 5 of a report with `8F` in byte 2.
    ///
    /// Source: kernel hid-logitech-hidpp, Solaar and fwupd agree.
    pub enum Error10 {
        /// No error.
        Success = 0x00 => "success",
        /// No such register access: the answer of a 2.0 device to registers, of a 1.0 device to a ping.
        InvalidSubId = 0x01 => "invalid sub-id",
        /// No such register.
        InvalidAddress = 0x02 => "invalid address",
        /// An argument out of range; for pairing records: the slot is empty.
        InvalidValue = 0x03 => "invalid value",
        /// Unreachable, as older receivers report it.
        ConnectFail = 0x04 => "connect fail",
        /// The receiver has no free slot.
        TooManyDevices = 0x05 => "too many devices",
        /// Already there.
        AlreadyExists = 0x06 => "already exists",
        /// The receiver is still handling another message to a device: retry later.
        Busy = 0x07 => "busy",
        /// No device in that slot, or, on newer receivers, an unreachable one.
        UnknownDevice = 0x08 => "unknown device",
        /// The device is paired but asleep or out of range.
        ResourceError = 0x09 => "resource error",
        /// Not possible in this state.
        RequestUnavailable = 0x0A => "request unavailable",
        /// A parameter has a value that is not supported; for pairing records of Bolt receivers: the
        /// slot is empty.
        UnsupportedParameter = 0x0B => "unsupported parameter value",
        /// Wrong PIN.
        WrongPin = 0x0C => "wrong PIN",
    }
}

impl Error10 {
    /// Whether the device in that slot cannot be reached now.
    ///
    /// 08 counts too: Bolt and newer Lightspeed receivers report it for sleeping devices (Linux
    /// commit aba7963544d4), and a slot that is known to be paired cannot be unknown.
    pub const fn is_unreachable(self) -> bool {
        matches!(
            self,
            Self::ConnectFail | Self::UnknownDevice | Self::ResourceError
        )
    }
}

codes! {
    /// An error of HID++ 2.0: byte 5 of a report with `FF` in byte 2.
    ///
    /// Source: fwupd and Solaar agree.
    pub enum Error20 {
        /// No error.
        NoError = 0x00 => "no error",
        /// The device does not report the reason.
        Unspecified = 0x01 => "unknown",
        /// An argument the function does not accept.
        InvalidArgument = 0x02 => "invalid argument",
        /// An argument out of range.
        OutOfRange = 0x03 => "out of range",
        /// The hardware failed.
        HardwareError = 0x04 => "hardware error",
        /// Not allowed, or internal to Logitech.
        NotAllowed = 0x05 => "not allowed",
        /// The device has no feature at that index.
        InvalidFeatureIndex = 0x06 => "invalid feature index",
        /// The feature has no such function.
        InvalidFunction = 0x07 => "invalid function",
        /// The device is busy: retry later.
        Busy = 0x08 => "busy",
        /// Not supported.
        Unsupported = 0x09 => "unsupported",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_codes_are_kept() {
        for code in 0..=u8::MAX {
            assert_eq!(Error10::from(code).code(), code);
            assert_eq!(Error20::from(code).code(), code);
        }
        assert_eq!(Error10::from(0x42).to_string(), "unknown (42)");
    }

    #[test]
    fn eight_is_busy_in_one_space_and_unreachable_in_the_other() {
        assert!(Error10::from(8).is_unreachable());
        assert_eq!(Error20::from(8), Error20::Busy);
    }
}
