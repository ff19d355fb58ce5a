//! A summary as plain values: the object of the JSON output, and what the page shows.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::Summary;
use super::device::Device;
use super::series::{Series, States, Times};
use crate::capture::line::Source;
use crate::device::{Model, ReceiverModel};

/// The version of the object.
const SCHEMA: u8 = 1;

/// What a capture contains.
#[derive(Debug, Serialize)]
pub struct Report {
    schema: u8,
    /// HID++ reports, and those of keys and motion that were recognized.
    pub(super) reports: u64,
    /// From the first to the last of them; `None` without times.
    pub(super) seconds: Option<f64>,
    pub(super) requests: u64,
    pub(super) replies: u64,
    pub(super) errors: u64,
    /// Events, notifications and DJ reports.
    pub(super) unsolicited: u64,
    /// Reports of keys and motion, whose content is withheld.
    pub(super) input: u64,
    pub(super) programs: Vec<Program>,
    pub(super) devices: Vec<DeviceReport>,
    /// Reports of devices beyond the number of devices that a summary lists.
    pub(super) beyond: u64,
}

/// The requests under one software id.
#[derive(Debug, Serialize)]
pub(super) struct Program {
    /// `None`: HID++ 1.0 has none.
    pub(super) software_id: Option<u8>,
    /// Programs known to use that id: a hint.
    pub(super) software: Option<&'static str>,
    pub(super) requests: u64,
}

/// A device or receiver.
#[derive(Debug, Serialize)]
pub(super) struct DeviceReport {
    pub(super) is_receiver: bool,
    /// Where it was recorded, as text.
    pub(super) source: String,
    /// `None`: a receiver, or a device on a node of its own.
    pub(super) slot: Option<u8>,
    /// As the device or its receiver returned it.
    pub(super) name: Option<String>,
    /// The product that its ids belong to.
    pub(super) model: Option<&'static str>,
    pub(super) kind: Option<String>,
    pub(super) usb_id: Option<String>,
    pub(super) wpid: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) unit_id: Option<String>,
    pub(super) model_ids: Option<String>,
    pub(super) hidpp: Option<String>,
    pub(super) firmware: BTreeMap<String, String>,
    pub(super) slots: Option<i64>,
    pub(super) features: Vec<Feature>,
    pub(super) requests: u64,
    pub(super) answered: u64,
    pub(super) refused: u64,
    /// Requests for which the receiver reported that it cannot reach the device.
    pub(super) unreachable: u64,
    pub(super) unanswered: u64,
    pub(super) unsolicited: u64,
    pub(super) input: u64,
    /// By what was refused.
    pub(super) errors: BTreeMap<String, u64>,
    pub(super) round_trip_ms: Option<Times>,
    pub(super) links: States,
    pub(super) battery: BatteryReport,
    pub(super) lux: Option<Series>,
    /// Reports with bytes that are not explained.
    pub(super) unexplained: BTreeMap<String, u64>,
    /// Errors and unexplained reports of more kinds than are listed.
    pub(super) not_listed: u64,
    pub(super) first_s: Option<f64>,
    pub(super) last_s: Option<f64>,
}

/// A feature that the device reported to have.
#[derive(Debug, Serialize)]
pub(super) struct Feature {
    pub(super) index: u8,
    pub(super) id: String,
    pub(super) name: Option<String>,
}

/// What the battery did.
#[derive(Debug, Serialize)]
pub(super) struct BatteryReport {
    pub(super) percent: Option<Series>,
    pub(super) voltage_mv: Option<Series>,
    pub(super) levels: States,
    pub(super) states: States,
}

impl Summary {
    /// The summary of all frames so far.
    pub fn report(&self) -> Report {
        let counts = self.counts;
        let programs = self.programs.iter().map(|(&software_id, program)| Program {
            software_id,
            software: program.name,
            requests: program.requests,
        });
        Report {
            schema: SCHEMA,
            reports: counts.reports,
            seconds: self.length().map(seconds),
            requests: counts.requests,
            replies: counts.replies,
            errors: counts.errors,
            unsolicited: counts.unsolicited,
            input: counts.input,
            programs: programs.collect(),
            devices: self.devices.iter().map(device).collect(),
            beyond: self.beyond,
        }
    }
}

fn device(device: &Device) -> DeviceReport {
    let features = device.features.iter();
    let features = features.map(|(&index, (id, name))| Feature {
        index,
        id: id.clone(),
        name: name.clone(),
    });
    let (source, index) = device.place;
    let model = model(device);
    let kind = model.and_then(|(_, kind)| kind);
    DeviceReport {
        is_receiver: device.is_receiver,
        source: place(source),
        slot: (index != 0xFF).then_some(index),
        name: device.name(),
        model: model.map(|(name, _)| name),
        kind: device.kind.clone().or(kind.map(ToOwned::to_owned)),
        usb_id: device
            .usb
            .map(|(vendor, product)| format!("{vendor:04X}:{product:04X}")),
        wpid: device.wpid.clone(),
        serial: device.serial.clone(),
        unit_id: device.unit_id.clone(),
        model_ids: device.models.clone(),
        hidpp: device.hidpp.clone(),
        firmware: device.firmware.clone(),
        slots: device.slots,
        features: features.collect(),
        requests: device.requests,
        answered: device.answered,
        refused: device.refused,
        unreachable: device.unreachable,
        unanswered: device.unanswered(),
        unsolicited: device.unsolicited,
        input: device.input,
        errors: device.errors.clone(),
        round_trip_ms: device.round_trips.times(),
        links: device.links.clone(),
        battery: BatteryReport {
            percent: device.percent,
            voltage_mv: device.voltage,
            levels: device.levels.clone(),
            states: device.states.clone(),
        },
        lux: device.lux,
        unexplained: device.unexplained(),
        not_listed: device.not_listed,
        first_s: device.first.map(seconds),
        last_s: device.last.map(seconds),
    }
}

/// The product that the ids of a device belong to: its name and kind.
fn model(device: &Device) -> Option<(&'static str, Option<&'static str>)> {
    if device.is_receiver {
        let (vendor, product) = device.usb?;
        return Some((ReceiverModel::of(vendor, product)?.name(), None));
    }
    let wpid = device.wpid.as_deref();
    let wpid = wpid.and_then(|wpid| u16::from_str_radix(wpid, 16).ok());
    let product = wpid.or(device.usb.map(|(_, product)| product))?;
    let model = Model::of(product)?;
    Some((model.name, model.kind.name()))
}

/// Where a frame was recorded.
fn place(source: Source) -> String {
    match source {
        Source::Unknown => "capture".to_owned(),
        Source::Node(number) => format!("node {number}"),
        Source::Usb(bus, device) => format!("USB bus {bus}, device {device}"),
        Source::Handle(number) => format!("handle {number}"),
    }
}

/// Seconds with three decimals.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e3).round() / 1e3
}
