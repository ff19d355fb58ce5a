//! A summary of a capture: which devices are in it, what they are, what was asked and answered, and
//! what their batteries did.
//!
//! It is collected frame by frame from explanations, so that it needs no more memory for a long
//! capture: every table has a limit.

mod device;
mod report;
mod series;
mod text;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use self::device::Device;
pub use self::text::page;
use super::context::Behind;
use super::explanation::{Explanation, FrameKind};
use crate::capture::line::{Frame, Source};
use hidpp_proto::units::Timestamp;

/// How many devices are summarized: 36 receivers with all slots used. Frames of more are counted.
const MAX_DEVICES: usize = 256;
/// How many sources are distinguished by their USB ids.
const MAX_SOURCES: usize = 256;

/// What a capture contains.
#[derive(Debug, Default)]
pub struct Summary {
    counts: Counts,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    /// Requests by software id; `None`: HID++ 1.0 has none.
    programs: BTreeMap<Option<u8>, Program>,
    /// The USB or Bluetooth ids of each source, and how often they changed.
    sources: HashMap<Source, Node>,
    /// Where the device at each place is in `devices`.
    places: HashMap<Place, usize>,
    /// In the order of their first frame.
    devices: Vec<Device>,
    /// Frames of devices that did not fit.
    beyond: u64,
}

/// A device index at a source.
type Place = (Source, u8);

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    reports: u64,
    requests: u64,
    replies: u64,
    errors: u64,
    /// Events, notifications and DJ reports.
    unsolicited: u64,
    input: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Program {
    name: Option<&'static str>,
    requests: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    vendor: u16,
    product: u16,
}

impl Summary {
    /// A device with these ids is at `source` from now on.
    pub fn introduce(&mut self, source: Source, vendor: u16, product: u16) {
        let node = Node { vendor, product };
        let is_full = self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&source);
        if is_full || self.sources.get(&source) == Some(&node) {
            return;
        }
        // What follows at this source is of another device.
        if self.sources.insert(source, node).is_some() {
            self.places.retain(|(place, _), _| *place != source);
        }
    }

    /// Adds a frame and its explanation.
    pub fn add(&mut self, frame: &Frame, explanation: &Explanation) {
        self.count(explanation);
        if let Some(at) = frame.at {
            self.first = self.first.or(Some(at));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
        let Some(index) = explanation.device_index else {
            return;
        };
        // A device on a node of its own may be asked as 00 or FF and answer as the other one.
        let index = match explanation.asked.unwrap_or(index) {
            0x00 => 0xFF,
            index => index,
        };
        let since = self.first.unwrap_or_default();
        let at = frame.at.map(|at| at.since(since));
        if let Some(device) = self.device((frame.source, index), explanation) {
            device.add(explanation, at);
        }
        // A receiver's records describe the devices in its slots.
        if let Some(slot) = explanation.fields.number("pairing_slot")
            && explanation.kind == FrameKind::Reply
            && let Ok(slot) = u8::try_from(slot)
            && let Some(device) = self.device((frame.source, slot), explanation)
        {
            device.describe(explanation);
        }
    }

    fn count(&mut self, explanation: &Explanation) {
        let counts = &mut self.counts;
        counts.reports += 1;
        match explanation.kind {
            FrameKind::Request => {
                counts.requests += 1;
                let program = self.programs.entry(explanation.software_id).or_default();
                program.name = explanation.software;
                program.requests += 1;
            }
            FrameKind::Reply => counts.replies += 1,
            FrameKind::Error => counts.errors += 1,
            FrameKind::Event | FrameKind::Notification | FrameKind::Dj => counts.unsolicited += 1,
            FrameKind::Input => counts.input += 1,
        }
    }

    /// The device at a place. One with another product id than before is another device.
    fn device(&mut self, place: Place, explanation: &Explanation) -> Option<&mut Device> {
        let known = self.places.get(&place).copied();
        let same = known.filter(|&at| {
            let device = self.devices.get(at);
            device.is_some_and(|device| !device.is_replaced_by(place.1, explanation))
        });
        let at = match same {
            Some(at) => at,
            None if self.devices.len() >= MAX_DEVICES => {
                self.beyond += 1;
                return None;
            }
            None => {
                self.devices.push(Device::new(place));
                self.devices.len() - 1
            }
        };
        self.places.insert(place, at);
        let node = self.sources.get(&place.0);
        let device = self.devices.get_mut(at)?;
        if let Some(behind) = explanation.behind {
            device.is_receiver = place.1 == 0xFF && matches!(behind, Behind::Receiver(_));
        }
        if place.1 == 0xFF {
            device.usb = node.map(|node| (node.vendor, node.product)).or(device.usb);
        }
        Some(device)
    }

    /// How long the capture lasts, if its frames have times.
    fn length(&self) -> Option<Duration> {
        Some(self.last?.since(self.first?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, explain};
    use super::*;
    use crate::capture::line::{Line, read};

    fn summary(lines: &str) -> Summary {
        let mut context = Context::default();
        let mut summary = Summary::default();
        for line in lines.lines() {
            match read(line).unwrap() {
                Line::Frame(frame) => {
                    let explanation = explain(&mut context, &frame).unwrap();
                    summary.add(&frame, &explanation);
                }
                Line::Ids {
                    source,
                    vendor,
                    product,
                } => {
                    context.introduce(source, vendor, product);
                    summary.introduce(source, vendor, product);
                }
                _ => {}
            }
        }
        summary
    }

    const MOUSE: &str = "\
node 1 046D:C52B short,long /dev/hidraw0
0.000 1 > 10 01 00 1b 00 00 5a
0.012 1 < 11 01 00 1b 04 05 5a 00 00 00 00 00 00 00 00 00 00 00 00 00
0.020 1 > 10 01 00 0b 10 00 00
0.036 1 < 11 01 00 0b 06 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
0.040 1 > 10 01 06 0b 00 00 00
0.060 1 < 11 01 06 0b 5a 32 00 00 00 00 00 00 00 00 00 00 00 00 00 00
5.000 1 < 11 01 06 00 50 32 00 00 00 00 00 00 00 00 00 00 00 00 00 00
6.000 1 > 10 01 06 1b 00 00 00
7.000 1 > 10 02 00 1b 00 00 5b
7.002 1 < 10 02 8f 00 1b 09 00
";

    #[test]
    fn the_devices_of_a_receiver_with_what_they_answered() {
        let report = serde_json::to_value(summary(MOUSE).report()).unwrap();
        assert_eq!(report["reports"], 10);
        assert_eq!(report["seconds"], 7.002);
        let devices = report["devices"].as_array().unwrap();
        assert_eq!(devices.len(), 2);
        let mouse = &devices[0];
        assert_eq!(mouse["slot"], 1);
        assert_eq!(mouse["hidpp"], "4.5");
        assert_eq!(mouse["requests"], 4);
        assert_eq!(mouse["answered"], 3);
        assert_eq!(mouse["unanswered"], 1);
        let times = &mouse["round_trip_ms"];
        assert_eq!(
            (&times["least"], &times["most"]),
            (&12.0.into(), &20.0.into())
        );
        assert_eq!(times["median"], 16.0);
        let percent = &mouse["battery"]["percent"];
        assert_eq!(
            (&percent["first"], &percent["last"]),
            (&90.into(), &80.into())
        );
        assert_eq!(
            (&percent["lowest"], &percent["changes"]),
            (&80.into(), &1.into())
        );
        assert_eq!(mouse["features"][0]["id"], "1000");
        let asleep = &devices[1];
        assert_eq!(
            (&asleep["slot"], &asleep["unreachable"]),
            (&2.into(), &1.into())
        );
        assert_eq!(report["programs"][0]["requests"], 5);
    }

    #[test]
    fn another_device_in_a_slot_is_another_device() {
        let summary = summary(
            "0.1 1 < 10 01 41 04 61 10 20\n\
             0.2 1 < 10 01 41 04 a1 10 20\n\
             0.3 1 < 10 01 41 04 61 11 20\n",
        );
        let wpids: Vec<_> = summary
            .devices
            .iter()
            .map(|device| device.wpid.as_deref())
            .collect();
        assert_eq!(wpids, [Some("2010"), Some("2011")]);
    }

    #[test]
    fn tables_are_bounded() {
        let name = "58".repeat(16);
        let of_node = |node: u32| {
            let reports = (0..=0x7F_u8).map(move |index| (node, index));
            reports.map(|(node, index)| {
                format!(
                    "{node}.1 {node} < 11 ff {index:02x} 1b {name}\n\
                     {node}.2 {node} < 11 01 ff {index:02x} 1b {}\n",
                    "58".repeat(15)
                )
            })
        };
        let lines: Vec<String> = (0..400)
            .flat_map(|node| {
                let ids = format!("node {node} 046D:{node:04X} long /dev/hidraw0\n");
                std::iter::once(ids).chain(of_node(node))
            })
            .collect();
        let lines = lines.concat();
        let summary = summary(&lines);
        assert!(summary.devices.len() <= MAX_DEVICES);
        assert!(summary.sources.len() <= MAX_SOURCES);
        assert!(summary.beyond > 0);
        let longest = page(&summary.report()).len();
        assert!(longest < 4_000_000, "{longest}");
    }

    #[test]
    fn a_page_fits_80_columns() {
        for line in page(&summary(MOUSE).report()).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
