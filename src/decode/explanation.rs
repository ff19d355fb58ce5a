//! The explanation of one frame: the header's facts, always in the same place, and the decoded
//! fields.

use serde::Serialize;

use super::context::{Asked, Behind, Knowledge, Known};
use super::fields::{Fields, Milliseconds, hex};
use super::{catalogue, names, role};
use crate::capture::line::Direction;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Access, DeviceIndex, FeatureIndex, Register, Report, software};

/// The kind of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameKind {
    /// A call of a function, or an access to a register.
    Request,
    /// The answer to a request.
    Reply,
    /// An event of a feature.
    Event,
    /// A HID++ 1.0 notification.
    Notification,
    /// The refusal of a request.
    Error,
    /// A notice of the DJ protocol.
    Dj,
    /// Keys, buttons or motion: named, and not shown.
    Input,
}

/// The explanation of a frame; serialized, it is an object of the JSON output.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The frame, without private content.
    pub(super) frame: String,
    #[serde(rename = "type")]
    pub(super) kind: FrameKind,
    /// Another program's request, or the answer to it.
    pub(super) foreign: bool,
    pub(super) direction: Option<Direction>,
    /// Whether this is a request or a reply was guessed.
    pub(super) guessed: bool,
    pub(super) protocol: Option<&'static str>,
    /// What is at device index FF, if that is known.
    #[serde(skip)]
    pub(super) behind: Option<Behind>,
    pub(super) device_index: Option<u8>,
    pub(super) slot: Option<u8>,
    pub(super) software_id: Option<u8>,
    pub(super) software: Option<&'static str>,
    pub(super) feature_index: Option<u8>,
    pub(super) feature: Option<String>,
    pub(super) feature_name: Option<&'static str>,
    pub(super) feature_source: Option<Knowledge>,
    pub(super) feature_assumed: bool,
    pub(super) function: Option<u8>,
    pub(super) function_name: Option<&'static str>,
    pub(super) event: Option<u8>,
    pub(super) event_name: Option<&'static str>,
    pub(super) register: Option<String>,
    pub(super) register_name: Option<&'static str>,
    /// The request that this frame answers or refuses.
    pub(super) answers: Option<String>,
    /// The device index of that request.
    #[serde(skip)]
    pub(super) asked: Option<u8>,
    /// How long the device took to answer it, if both have a time.
    #[serde(rename = "round_trip_ms")]
    pub(super) round_trip: Option<Milliseconds>,
    #[serde(flatten)]
    pub(super) fields: Fields,
    /// The parameters, if there is no decoder for them.
    pub(super) params: Option<String>,
}

impl Explanation {
    /// A frame with its bytes and kind; everything else is filled in later.
    pub(super) fn new(frame: String, kind: FrameKind) -> Self {
        Self {
            frame,
            kind,
            foreign: false,
            direction: None,
            guessed: false,
            protocol: None,
            behind: None,
            device_index: None,
            slot: None,
            software_id: None,
            software: None,
            feature_index: None,
            feature: None,
            feature_name: None,
            feature_source: None,
            feature_assumed: false,
            function: None,
            function_name: None,
            event: None,
            event_name: None,
            register: None,
            register_name: None,
            answers: None,
            asked: None,
            round_trip: None,
            fields: Fields::default(),
            params: None,
        }
    }

    /// The kind of the frame.
    pub const fn kind(&self) -> FrameKind {
        self.kind
    }

    /// Sets the device that the frame is from or for.
    pub(super) fn set_device(&mut self, device: DeviceIndex) {
        self.device_index = Some(device.0);
        self.slot = device.slot().map(hidpp_proto::wire::Slot::get);
    }

    /// A register access of HID++ 1.0.
    pub(super) fn set_register(&mut self, sub_id: u8, register: u8) {
        let (access, register) = (Access::from(sub_id), Register(register));
        self.protocol = Some("1.0");
        self.function = Some(access.code());
        self.function_name = access.name();
        self.register = Some(register.to_string());
        // As in `device`: a receiver unless the input shows a device at FF.
        let is_receiver = self.device_index == Some(0xFF) && self.behind != Some(Behind::Device);
        self.register_name = register
            .name()
            .filter(|_| !(is_receiver && names::is_of_devices(register)));
    }

    /// A notification of HID++ 1.0.
    pub(super) fn set_notification(&mut self, sub_id: u8) {
        self.protocol = Some("1.0");
        self.event = Some(sub_id);
        self.event_name = names::notification(sub_id);
    }

    /// A function call of HID++ 2.0, or the answer to one.
    pub(super) fn set_function(&mut self, index: u8, address: u8, known: Option<Known>) {
        self.protocol = Some("2.0");
        self.set_feature(index, known);
        let (function, id) = (address >> 4, address & 0x0F);
        self.function = Some(function);
        self.function_name = known.and_then(|(id, _)| catalogue::call_name(id, function));
        self.software_id = Some(id);
        self.software = software::user(id);
        self.foreign = software::is_foreign(id);
    }

    /// An event of HID++ 2.0.
    pub(super) fn set_event(&mut self, report: &Report, known: Option<Known>) {
        self.protocol = Some("2.0");
        self.set_feature(report.sub_id(), known);
        let event = role::function(report);
        self.event = Some(event);
        self.event_name = known.and_then(|(id, _)| catalogue::event_name(id, event));
        self.software_id = Some(role::software(report));
    }

    fn set_feature(&mut self, index: u8, known: Option<Known>) {
        self.feature_index = Some(index);
        self.feature = known.map(|(id, _)| id.to_string());
        self.feature_name = known.and_then(|(id, _)| catalogue::name(id));
        self.feature_source = known.map(|(_, source)| source);
        self.feature_assumed = matches!(
            self.feature_source,
            Some(Knowledge::Assumed | Knowledge::Resembling)
        );
    }

    /// The request that this frame answers, if it was seen.
    pub(super) fn set_answers(&mut self, request: Option<&Asked>, now: Option<Timestamp>) {
        let Some(request) = request else {
            return;
        };
        self.answers = Some(request.report.to_string());
        self.asked = Some(request.report.device().0);
        self.round_trip = now
            .zip(request.at)
            .map(|(now, at)| Milliseconds(now.since(at)));
    }

    /// Shows the parameters as they are.
    pub(super) fn set_params(&mut self, report: &Report) {
        let from = if self.kind == FrameKind::Notification {
            3
        } else {
            4
        };
        self.params = report.as_bytes().get(from..).map(hex);
    }

    /// The device as text.
    pub(super) fn device(&self) -> String {
        let is_call = self.feature_index.is_some();
        match (self.device_index, self.slot) {
            (_, Some(slot)) => format!("slot {slot}"),
            (Some(0xFF), _) => match self.behind {
                Some(Behind::Receiver(_)) => "receiver".to_owned(),
                None if !is_call => "receiver".to_owned(),
                Some(Behind::Device) | None => "direct device".to_owned(),
            },
            (Some(0x00), _) if self.kind == FrameKind::Dj => "receiver".to_owned(),
            (Some(0x00), _) => "direct device 00".to_owned(),
            (Some(index), _) => format!("device {}", DeviceIndex(index)),
            (None, _) => "unknown device".to_owned(),
        }
    }

    /// The request, answer or event as text.
    pub(super) fn subject(&self) -> String {
        if let (Some(register), Some(access)) = (&self.register, self.function) {
            let verb = names::access(access.into());
            return match self.register_name {
                Some(name) => format!("{verb} {name} (register {register})"),
                None => format!("{verb} register {register}"),
            };
        }
        match (self.function, self.event, self.feature_index) {
            (Some(function), _, Some(index)) => {
                let name = named(self.function_name, "function", function);
                format!("{name}, {}", self.feature_words(index))
            }
            (_, Some(event), Some(index)) => {
                let name = named(self.event_name, "event", event);
                format!("{name}, {}", self.feature_words(index))
            }
            (_, Some(event), None) => match self.event_name {
                Some(name) => format!("{name} ({event:02X})"),
                None => format!("unknown type {event:02X}"),
            },
            _ => "unknown".to_owned(),
        }
    }

    fn feature_words(&self, index: u8) -> String {
        let index = FeatureIndex(index);
        let assumed = if self.feature_assumed { " assumed" } else { "" };
        match (self.feature_name, &self.feature) {
            (Some(name), Some(id)) => format!("{name} ({id}{assumed}, index {index})"),
            (None, Some(id)) => format!("feature {id}{assumed} (index {index})"),
            _ => format!("unknown feature (index {index})"),
        }
    }
}

fn named(name: Option<&str>, what: &str, number: u8) -> String {
    name.map_or_else(|| format!("{what} {number}"), ToOwned::to_owned)
}
