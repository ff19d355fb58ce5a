//! The trace format: the reports between this program and a receiver, as text for bug reports.
//!
//! ```text
//! # solar-status trace 1
//! # solar-status 0.1.0
//! node 1 046D:C52B short,long,dj /dev/hidraw0
//! node 2 046D:B034 long bus=bluetooth /dev/hidraw5
//! 0.000118 1 > 10 ff 83 b5 03 00 00
//! 0.002130 1 < 11 ff 83 b5 03 af 4f 95 ea 05 06 0e 00 00 00 00 00 00 00 00
//! # 1.250002 1 < 11 02 0a 00: withheld, an event of a feature this program does not know
//! ```
//!
//! One report a line: seconds since the start, the number of the node, the direction (`>` to the
//! receiver, `<` from it), the bytes. A `node` line describes the node of a number: USB ids, the
//! kinds of report it accepts, its bus if that is not USB, its path. Lines that start with `#` are
//! remarks, among them the header of each report that could be input and is withheld. Key presses
//! and pointer motion are never in it, nor are the node's name, serial number or address from the
//! kernel: the serial number of a receiver on USB can be a Bluetooth address (Solaar issue 2054).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::text;
use crate::transport::{Bus, NodeInfo};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::descriptor::Capabilities;
use hidpp_proto::wire::{Report, ReportError, ReportId};

/// The first line of a trace.
pub const HEADER: &str = "# solar-status trace 1";

/// The direction of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the host to the receiver: `>`.
    ToDevice,
    /// From the receiver to the host: `<`.
    FromDevice,
}

/// A line with a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The time since the start of the trace.
    pub at: Timestamp,
    /// The number of the node.
    pub node: u32,
    /// The direction.
    pub direction: Direction,
    /// The report.
    pub report: Report,
}

/// A line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Empty, or a remark.
    Remark,
    /// The description of a node number.
    Node(u32, NodeInfo),
    /// A report.
    Entry(Entry),
}

/// Why a line is not a trace line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// A `node` line is not `node NUMBER VENDOR:PRODUCT KINDS [bus=BUS] [WHERE]`.
    #[error("a node line has the form: node NUMBER VENDOR:PRODUCT short,long,dj WHERE")]
    Node,
    /// Another line is not `SECONDS NODE > BYTES` or with `<`.
    #[error("a line has the form: SECONDS NODE > BYTES, or with < for what came from the device")]
    Shape,
    /// A byte is not two hexadecimal digits.
    #[error("“{0}” is not a hexadecimal byte")]
    Byte(String),
    /// The bytes are not a HID++ report.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = match self.direction {
            Direction::ToDevice => '>',
            Direction::FromDevice => '<',
        };
        write!(f, "{} {} {arrow} {}", self.at, self.node, self.report)
    }
}

/// The prefix of the bus in a node line.
const BUS: &str = "bus=";

/// The line that describes a node number.
pub fn node_line(number: u32, node: &NodeInfo) -> String {
    let Capabilities {
        short,
        long,
        very_long,
        dj,
        centurion,
        ..
    } = node.capabilities;
    let kinds = [
        (short, "short"),
        (long, "long"),
        (very_long.is_some(), "verylong"),
        (dj, "dj"),
        (centurion == Some(ReportId::Centurion), "centurion"),
        (
            centurion == Some(ReportId::CenturionAddressed),
            "centurion50",
        ),
    ];
    let kinds: Vec<&str> = kinds
        .into_iter()
        .filter(|(has, _)| *has)
        .map(|(_, name)| name)
        .collect();
    let bus = match node.bus {
        Bus::Usb => String::new(),
        bus => format!("{BUS}{bus} "),
    };
    let (vendor, product, path) = (node.vendor, node.product, &node.path);
    format!(
        "node {number} {vendor:04X}:{product:04X} {} {bus}{path}",
        kinds.join(",")
    )
}

impl FromStr for Line {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, LineError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(Self::Remark);
        }
        if let Some(rest) = line.strip_prefix("node ") {
            return parse_node(rest).ok_or(LineError::Node);
        }
        let mut words = line.split_whitespace();
        let (at, node, direction) = parse_head(&mut words).ok_or(LineError::Shape)?;
        let bytes: Result<Vec<u8>, LineError> = words
            .map(|word| u8::from_str_radix(word, 16).map_err(|_| LineError::Byte(word.to_owned())))
            .collect();
        let report = Report::parse(&bytes?)?;
        Ok(Self::Entry(Entry {
            at,
            node,
            direction,
            report,
        }))
    }
}

fn parse_head<'a>(
    words: &mut impl Iterator<Item = &'a str>,
) -> Option<(Timestamp, u32, Direction)> {
    let seconds: f64 = words.next()?.parse().ok()?;
    let at = Timestamp::from_start(Duration::try_from_secs_f64(seconds).ok()?);
    let node = words.next()?.parse().ok()?;
    let direction = match words.next()? {
        ">" => Direction::ToDevice,
        "<" => Direction::FromDevice,
        _ => return None,
    };
    Some((at, node, direction))
}

fn parse_node(rest: &str) -> Option<Line> {
    let mut words = rest.split_whitespace();
    let number = words.next()?.parse().ok()?;
    let (vendor, product) = words.next()?.split_once(':')?;
    let vendor = u16::from_str_radix(vendor, 16).ok()?;
    let product = u16::from_str_radix(product, 16).ok()?;
    let kinds: Vec<&str> = words.next()?.split(',').collect();
    let mut capabilities = Capabilities::NONE;
    capabilities.short = kinds.contains(&"short");
    capabilities.long = kinds.contains(&"long");
    capabilities.very_long = kinds.contains(&"verylong").then_some(64);
    capabilities.dj = kinds.contains(&"dj");
    capabilities.centurion = if kinds.contains(&"centurion") {
        Some(ReportId::Centurion)
    } else {
        let addressed = kinds.contains(&"centurion50");
        addressed.then_some(ReportId::CenturionAddressed)
    };
    let mut words = words.peekable();
    let bus = words.next_if(|word| word.starts_with(BUS));
    let bus = bus.map_or(Some(Bus::Usb), |word| parse_bus(word.strip_prefix(BUS)?))?;
    // Traces are untrusted input.
    let path = text::line(&words.collect::<Vec<_>>().join(" "));
    let node = NodeInfo {
        bus,
        ..NodeInfo::new(&path, vendor, product, capabilities)
    };
    Some(Line::Node(number, node))
}

fn parse_bus(text: &str) -> Option<Bus> {
    match text {
        "usb" => Some(Bus::Usb),
        "bluetooth" => Some(Bus::Bluetooth),
        code => u16::from_str_radix(code, 16).ok().map(Bus::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_it_was_written() {
        let text = "0.002130 1 < 11 ff 83 b5 03 af 4f 95 ea 05 06 0e 00 00 00 00 00 00 00 00";
        let Ok(Line::Entry(entry)) = text.parse() else {
            panic!("{:?}", text.parse::<Line>())
        };
        assert_eq!(entry.to_string(), text);
        assert_eq!(entry.direction, Direction::FromDevice);
    }

    #[test]
    fn a_node_line_reads_as_it_was_written() {
        let text = "node 2 046D:C52B short,long,dj /dev/hidraw0";
        let Ok(Line::Node(2, node)) = text.parse() else {
            panic!("{:?}", text.parse::<Line>())
        };
        assert_eq!((node.vendor, node.product), (0x046D, 0xC52B));
        assert_eq!(node_line(2, &node), text);
        assert_eq!(node.bus, Bus::Usb);
    }

    #[test]
    fn another_bus_is_kept() {
        for (text, bus) in [
            (
                "node 1 046D:B034 long bus=bluetooth /dev/hidraw5",
                Bus::Bluetooth,
            ),
            (
                "node 1 046D:B034 long bus=0018 /dev/hidraw5",
                Bus::Other(0x18),
            ),
        ] {
            let Ok(Line::Node(1, node)) = text.parse() else {
                panic!("{:?}", text.parse::<Line>())
            };
            assert_eq!((node.bus, node.path.as_str()), (bus, "/dev/hidraw5"));
            assert_eq!(node_line(1, &node), text);
        }
        assert_eq!(
            "node 1 046D:B034 long bus=moon /dev/hidraw5".parse::<Line>(),
            Err(LineError::Node)
        );
    }

    #[test]
    fn a_node_line_cannot_write_to_the_terminal() {
        let line = "1 046D:C52B short,long \u{1b}[31m/dev/hidraw0";
        let Some(Line::Node(_, node)) = parse_node(line) else {
            panic!("{line:?} is not a node line");
        };
        assert_eq!(node.path, "[31m/dev/hidraw0");
        for hostile in text::tests::HOSTILE {
            let line = format!("1 046D:C52B short,long /dev/{hostile}");
            if let Some(Line::Node(_, node)) = parse_node(&line) {
                text::tests::assert_harmless(&node.path);
            }
        }
    }

    #[test]
    fn the_node_line_has_no_identity_of_the_device() {
        let node = NodeInfo {
            bus: Bus::Bluetooth,
            name: Some("Somebody's mouse".to_owned()),
            uniq: Some("d4:0b:5e:11:22:33".to_owned()),
            phys: Some("00:1a:7d:da:71:01".to_owned()),
            ..NodeInfo::unifying("/dev/hidraw5")
        };
        let bare = NodeInfo {
            bus: Bus::Bluetooth,
            ..NodeInfo::unifying("/dev/hidraw5")
        };
        assert_eq!(node_line(1, &node), node_line(1, &bare));
    }

    #[test]
    fn problems_are_reported() {
        assert_eq!(
            "0.1 1 > 10 zz".parse::<Line>(),
            Err(LineError::Byte("zz".to_owned()))
        );
        assert_eq!("0.1 1 10 ff".parse::<Line>(), Err(LineError::Shape));
        assert_eq!("-1 1 > 10".parse::<Line>(), Err(LineError::Shape));
        assert_eq!("1e300 1 > 10".parse::<Line>(), Err(LineError::Shape));
        assert!(matches!(
            "0.1 1 > 10 ff".parse::<Line>(),
            Err(LineError::Report(_))
        ));
        assert_eq!("node one".parse::<Line>(), Err(LineError::Node));
    }
}
