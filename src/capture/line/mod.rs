//! Parses a line of a recording, in the project's trace format or that of another program: the
//! bytes of a frame, and its direction if the line has it.

mod frame;
mod hexadecimal;
mod logs;
mod usbmon;

pub use self::frame::{Direction, Frame, Line, Recording, Source};
pub use self::hexadecimal::InputError;
use self::hexadecimal::hex;
use self::logs::{Bytes, Logged};
use self::usbmon::usbmon;
use hidpp_proto::units::Timestamp;
use std::time::Duration;

/// Reads a line in any of the supported formats.
pub fn read(line: &str) -> Result<Line, InputError> {
    // Files of some editors start with a byte order mark.
    let line = line.trim_start_matches('\u{feff}');
    let line = line.split('#').next().unwrap_or_default().trim_end();
    if line.trim().is_empty() {
        return Ok(Line::Nothing);
    }
    if let Some(node) = line.strip_prefix("node ") {
        return Ok(introduction(node).unwrap_or(Line::Nothing));
    }
    let mut words = line.split_ascii_whitespace();
    let first_words = [words.next(), words.next(), words.next(), words.next()];
    match first_words {
        [Some(_), Some(_), Some("S" | "C" | "E"), Some(address)] if address.contains(':') => {
            usbmon(line, address)
        }
        [Some(_), Some(node), Some(arrow @ ("<" | ">")), _] => trace(line, node, arrow),
        _ => match logs::read(line) {
            Some(logged) => of_log(logged),
            None => Ok(Line::Frame(Frame {
                bytes: hex(line, 0)?,
                direction: None,
                source: Source::Unknown,
                at: None,
            })),
        },
    }
}

/// The rest of a node line of a trace: the node's number and, among others, its ids.
fn introduction(node: &str) -> Option<Line> {
    let mut words = node.split_ascii_whitespace();
    let source = Source::Node(words.next()?.parse().ok()?);
    let number = |text: &str| match text.len() {
        4 => u16::from_str_radix(text, 16).ok(),
        _ => None,
    };
    words.find_map(|word| {
        let (vendor, product) = word.split_once(':')?;
        Some(Line::Ids {
            source,
            vendor: number(vendor)?,
            product: number(product)?,
        })
    })
}

fn of_log(logged: Logged<'_>) -> Result<Line, InputError> {
    Ok(match logged {
        Logged::Frame {
            direction,
            source,
            bytes,
        } => Line::Frame(Frame {
            bytes: match bytes {
                Bytes::Text(text, offset) => hex(text, offset)?,
                Bytes::Fields(bytes) => bytes,
            },
            direction: Some(direction),
            source,
            at: None,
        }),
        Logged::Ids { vendor, product } => Line::Ids {
            source: Source::Unknown,
            vendor,
            product,
        },
        Logged::Other => Line::PassedOver(Recording::Log),
    })
}

/// `TIME NODE DIRECTION HEX`, the format of this project's traces.
fn trace(line: &str, node: &str, arrow: &str) -> Result<Line, InputError> {
    let Some((before, rest)) = line.split_once(arrow) else {
        return Ok(Line::Nothing);
    };
    let offset = before.chars().count() + 1;
    Ok(Line::Frame(Frame {
        bytes: hex(rest, offset)?,
        direction: Some(if arrow == ">" {
            Direction::HostToDevice
        } else {
            Direction::DeviceToHost
        }),
        source: node.parse().map_or(Source::Unknown, Source::Node),
        at: before.split_ascii_whitespace().next().and_then(time),
    }))
}

/// Seconds since the start.
fn time(text: &str) -> Option<Timestamp> {
    let seconds = Duration::try_from_secs_f64(text.parse().ok()?).ok()?;
    Some(Timestamp::from_start(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: [u8; 7] = [0x10, 0x01, 0x09, 0x03, 0x78, 0x01, 0x00];

    fn frame(line: &str) -> Frame {
        match read(line) {
            Ok(Line::Frame(frame)) => frame,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn hexadecimal_in_every_common_notation() {
        for line in [
            "10 01 09 03 78 01 00",
            "10010903780100",
            "10:01:09:03:78:01:00",
            "10-01-09-03-78-01-00",
            "0x10 0x01 0x09 0x03 0x78 0x01 0x00",
            "0x10, 0X01, 0x09, 0x03, 0x78, 0x01, 0x00",
            "0x10010903780100",
            "  1001 0903 7801 00\r",
            "10 01 09 03 78 01 00 # the 2012 request",
        ] {
            assert_eq!(frame(line).bytes, REQUEST, "{line}");
            assert_eq!(frame(line).direction, None);
        }
        assert_eq!(
            frame("AF 4f").bytes,
            frame("af4F").bytes,
            "either case is fine"
        );
    }

    #[test]
    fn blank_lines_comments_and_headers_have_no_content() {
        for line in [
            "",
            "   ",
            "# solar-status trace 1",
            "  # indented",
            "node 1 hidraw",
        ] {
            assert_eq!(read(line), Ok(Line::Nothing), "{line}");
        }
    }

    #[test]
    fn ids_are_read_if_a_recording_has_them() {
        for (line, source) in [
            ("node 1 hidraw 046D:C52B", Source::Node(1)),
            (
                "node 2 046D:C52B short,long,dj /dev/hidraw0",
                Source::Node(2),
            ),
            ("I: 3 046d c52b", Source::Unknown),
            (
                "ffff8800 110 C Ci:1:005:0 0 18 = 12010002 00000008 6d042bc5 01120102 0001",
                Source::Usb(1, 5),
            ),
        ] {
            let expected = Line::Ids {
                source,
                vendor: 0x046D,
                product: 0xC52B,
            };
            assert_eq!(read(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn an_error_in_a_log_line_has_its_position() {
        let line = "(6) => r[11 02 zz]";
        assert_eq!(read(line), Err(InputError::NotHex(16)));
    }

    #[test]
    fn errors_have_their_position() {
        assert_eq!(read("10 01 0g 03"), Err(InputError::NotHex(8)));
        assert_eq!(read("10 01 9 03"), Err(InputError::OddDigits(7)));
        assert_eq!(read("100"), Err(InputError::OddDigits(3)));
        assert_eq!(read("0.1 1 < 11 zz"), Err(InputError::NotHex(12)));
        assert_eq!(read("x10"), Err(InputError::NotHex(1)));
        assert_eq!(read("10 0x"), Err(InputError::OddDigits(5)));
        assert_eq!(read("0x10 0x0x01"), Err(InputError::NotHex(9)));
    }

    #[test]
    fn trace_lines_have_node_and_direction() {
        let line = frame("0.003120 1 < 10 ff 81 02 00 01 00");
        assert_eq!(line.direction, Some(Direction::DeviceToHost));
        assert_eq!(line.source, Source::Node(1));
        assert_eq!(line.bytes, [0x10, 0xFF, 0x81, 0x02, 0x00, 0x01, 0x00]);
        let line = frame("0.000000 2 > 10010903780100");
        assert_eq!(line.direction, Some(Direction::HostToDevice));
        assert_eq!(
            (line.source, &line.bytes[..]),
            (Source::Node(2), &REQUEST[..])
        );
    }

    #[test]
    fn usbmon_shows_both_directions() {
        let line = frame("ffff8800 1234 S Co:1:005:0 s 21 09 0210 0002 0007 7 = 10010903 780100");
        assert_eq!(line.direction, Some(Direction::HostToDevice));
        assert_eq!(line.source, Source::Usb(1, 5));
        assert_eq!(line.bytes, REQUEST);
        let line = frame(
            "ffff8800 1299 C Ii:1:005:3 0:8 20 = 11020910 39000c06 1d474f4f 44000000 00000000",
        );
        assert_eq!(line.direction, Some(Direction::DeviceToHost));
        assert_eq!(line.bytes.len(), 20);
        assert!(line.is_from_usbmon());
    }

    #[test]
    fn usbmon_lines_without_data_are_skipped() {
        for line in [
            "ffff8800 1234 S Ii:1:005:3 -115:8 32 <",
            "ffff8800 1234 C Co:1:005:0 0 7 >",
            "ffff8800 1234 C Ii:1:005:3 -2:8 0",
            "ffff8800 1234 S Ci:1:005:0 s a1 01 0210 0002 0007 7 <",
            "ffff8800 1234 C Bi:1:004:1 0 4 = 01020304",
        ] {
            assert_eq!(read(line), Ok(Line::Nothing), "{line}");
        }
        let cut = "ffff8800 1 C Ii:1:5:3 0:8 64 = 12010000 00000000 00000000 00000000 00000000";
        assert_eq!(read(cut), Ok(Line::PassedOver(Recording::Usb)));
    }

    #[test]
    fn answers_on_the_control_endpoint_are_skipped() {
        // A C52B that is plugged in: usbhid reads each of its reports.
        for line in [
            "ffff8800 10 C Ci:1:017:0 0 7 = 10000000 000000",
            "ffff8800 11 C Ci:1:017:0 0 20 = 11ff0a00 00000000 00000000 00000000 00000000",
        ] {
            assert_eq!(read(line), Ok(Line::PassedOver(Recording::Usb)), "{line}");
        }
    }
}
