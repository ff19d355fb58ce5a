//! Lines of usbmon, the kernel's capture of a USB bus.

use super::frame::{Direction, Frame, Line, Recording, Source};
use super::hexadecimal::{InputError, hex};
use hidpp_proto::units::Timestamp;
use std::time::Duration;

/// `TAG TIME S|C TYPE:BUS:DEVICE:ENDPOINT STATUS [SETUP] LENGTH = DATA`.
///
/// Outgoing data is in the submission (S), incoming data in the callback (C); the other half of
/// each transfer carries none. Incoming data on the control endpoint answers a control request and
/// is never unsolicited, so a report there (usbhid reads each once when a device is plugged in) is
/// skipped. Source: Linux `Documentation/usb/usbmon.rst`.
pub(super) fn usbmon(line: &str, address: &str) -> Result<Line, InputError> {
    let Some((head, data)) = line.split_once(" = ") else {
        return Ok(Line::Nothing);
    };
    let mut words = head.split_ascii_whitespace();
    let (micros, event) = (
        words.nth(1).and_then(|time| time.parse().ok()),
        words.next(),
    );
    let mut parts = address.split(':');
    let (direction, is_control) = match (event, parts.next()) {
        (Some("S"), Some("Co" | "Io")) => (Direction::HostToDevice, false),
        (Some("C"), Some("Ci")) => (Direction::DeviceToHost, true),
        (Some("C"), Some("Ii")) => (Direction::DeviceToHost, false),
        _ => return Ok(Line::Nothing),
    };
    let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let source = Source::Usb(number(), number());
    // Words of four bytes, of which the last may be shorter.
    let bytes = hex(data, head.chars().count() + 3)?;
    // The text interface of the kernel truncates data to the first 32 bytes.
    let length = head.split_ascii_whitespace().last();
    if length.and_then(|length| length.parse().ok()) != Some(bytes.len()) {
        return Ok(Line::PassedOver(Recording::Usb));
    }
    if is_control {
        return Ok(device_descriptor(source, &bytes).unwrap_or(Line::PassedOver(Recording::Usb)));
    }
    Ok(Line::Frame(Frame {
        bytes,
        direction: Some(direction),
        source,
        at: micros.map(|micros| Timestamp::from_start(Duration::from_micros(micros))),
    }))
}

/// The ids in a USB device descriptor: 18 bytes of type 1, little-endian.
fn device_descriptor(source: Source, bytes: &[u8]) -> Option<Line> {
    match bytes {
        [18, 1, _, _, _, _, _, _, v0, v1, p0, p1, ..] if bytes.len() == 18 => Some(Line::Ids {
            source,
            vendor: u16::from_le_bytes([*v0, *v1]),
            product: u16::from_le_bytes([*p0, *p1]),
        }),
        _ => None,
    }
}
