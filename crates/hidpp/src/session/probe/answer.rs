//! Evaluates the replies of a device and decides what to request next.

use super::Probe;
use super::plan::Goal;
use super::step::Step;
use super::wanted::Wanted;
use crate::feature::device_information::{self, EntityKind};
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::{
    BatteryFeature, DeviceText, centurion_identity, centurion_name, device_name, firmware_version,
    friendly_name, root,
};
use crate::session::event::DeviceFact;
use crate::session::known::Known;
use crate::wire::centurion::Bridge;
use crate::wire::{FeatureId, Report};

impl Probe {
    pub(super) fn handle_answer(
        &mut self,
        known: &mut Known,
        step: Step,
        report: &Report,
        facts: &mut Vec<DeviceFact>,
    ) {
        match step {
            Step::Ping => {
                let version = root::read_ping(report).0;
                known.protocol = Some(version);
                facts.push(DeviceFact::Protocol(version));
            }
            Step::Find(id) => {
                let index = root::read_feature(report).index;
                known.learn(id, index);
                known.nameless |= id == FeatureId::FRIENDLY_NAME && index.is_none();
                facts.push(DeviceFact::Feature(id, index));
            }
            Step::Capability(feature, _) => {
                known.capability = Some(feature.read_capability(report));
            }
            Step::Battery(feature, _) => self.handle_battery(known, feature, report, facts),
            // The replies have no content; the measurement arrives as an event. The session
            // evaluates the connection.
            Step::MeasureLight(_) | Step::WriteFlags(_) | Step::Connection(_) => {}
            Step::Register(register) => {
                known.register = Some(register.into());
                facts.push(DeviceFact::of_reading(register.read(report)));
            }
            Step::ReadFlags => {
                let flags = notification_flags::read(report);
                if !flags.contains(NotificationFlags::BATTERY) {
                    let raised = flags | NotificationFlags::BATTERY;
                    self.todo.push_back(Step::WriteFlags(raised));
                }
            }
            Step::NameLength(index) => {
                let length = device_name::read_count(report);
                self.begin_name(length, Step::NamePiece(index));
                self.lacks_name = length == 0;
            }
            Step::NamePiece(_) => {
                if self.take_piece(step, device_name::read_name(report)) {
                    let name = (self.text)(&device_name::name(&self.name));
                    self.lacks_name = name.is_none();
                    facts.extend(name.map(DeviceFact::Name));
                }
            }
            Step::FriendlyLength(index) => {
                let length = friendly_name::read_length(report);
                self.begin_name(length, Step::FriendlyPiece(index));
                known.nameless |= length == 0;
            }
            Step::FriendlyPiece(_) => {
                if self.take_piece(step, friendly_name::read_name(report)) {
                    let name = (self.text)(&friendly_name::name(&self.name));
                    known.nameless |= name.is_none();
                    facts.extend(name.map(DeviceFact::Name));
                }
            }
            Step::Kind(_) => facts.push(DeviceFact::Kind(device_name::read_type(report))),
            Step::Identity(index) => {
                let information = device_information::read_device_info(report);
                known.identified = true;
                facts.push(DeviceFact::Identity(information));
                self.entities = information.entities;
                if self.entities > 0 && self.wanted.contains(Wanted::FIRMWARE) {
                    self.todo.push_back(Step::Firmware(index, 0));
                }
            }
            Step::Firmware(..) | Step::Version | Step::Build => {
                self.handle_version(step, report, facts);
            }
            Step::FindBridge => {
                known.bridge = Some(match root::read_feature(report).index {
                    Some(index) => Bridge::At(index),
                    None => Bridge::Direct,
                });
            }
            Step::Serial(_) => {
                known.identified = true;
                let serial = centurion_identity::read_serial(report);
                let serial = serial.and_then(|it| (self.text)(&it));
                facts.extend(serial.map(DeviceFact::Serial));
            }
            Step::HeadsetName(index) => {
                let (length, start) = centurion_name::read_name(report);
                self.name.clear();
                self.name_length = usize::from(length);
                let is_inline = !start.is_empty();
                if !is_inline && length > 0 {
                    self.todo.push_back(Step::HeadsetNamePiece(index));
                } else {
                    self.take_headset_name(known, Step::HeadsetNamePiece(index), start, facts);
                }
            }
            Step::HeadsetNamePiece(_) => {
                let piece = centurion_name::read_piece(report);
                self.take_headset_name(known, step, piece, facts);
            }
        }
    }

    /// Adds a piece of a headset's name. An empty one ends it: there is nothing more to request.
    fn take_headset_name(
        &mut self,
        known: &mut Known,
        step: Step,
        piece: &[u8],
        facts: &mut Vec<DeviceFact>,
    ) {
        let ends = piece.is_empty();
        if ends {
            self.name_length = self.name.len();
        }
        if self.take_piece(step, piece) {
            let name = (self.text)(&DeviceText::new(&self.name));
            known.nameless |= name.is_none();
            facts.extend(name.map(DeviceFact::Name));
        }
    }

    fn handle_battery(
        &mut self,
        known: &mut Known,
        feature: BatteryFeature,
        report: &Report,
        facts: &mut Vec<DeviceFact>,
    ) {
        if !feature.can_be_reading(report) && self.handle_nonsense(known, feature, facts) {
            return;
        }
        // A value that is still odd after everything was requested again is used as it is.
        let reading = feature.read(known.capability, report);
        self.goals.retain(|goal| *goal != Goal::Battery);
        facts.push(DeviceFact::of_reading(reading));
    }

    /// Starts to read a name of `length` bytes, piece by piece; an empty name has no pieces.
    fn begin_name(&mut self, length: u8, piece: Step) {
        self.name.clear();
        self.name_length = usize::from(length);
        if length > 0 {
            self.todo.push_back(piece);
        }
    }

    /// Adds a piece and requests the next one. Returns whether the name is complete.
    fn take_piece(&mut self, step: Step, piece: &[u8]) -> bool {
        self.name.extend_from_slice(piece);
        let complete = self.name.len() >= self.name_length;
        if complete {
            self.name.truncate(self.name_length);
        } else {
            self.todo.push_back(step);
        }
        complete
    }

    /// Whether the device has no name in feature 0005.
    pub(super) fn has_no_name(&self, known: &Known) -> bool {
        self.lacks_name || known.feature(FeatureId::DEVICE_NAME) == Some(None)
    }

    fn handle_version(&mut self, step: Step, report: &Report, facts: &mut Vec<DeviceFact>) {
        match step {
            Step::Firmware(index, entity) => {
                let firmware = device_information::read_firmware_info(report);
                if firmware.kind == EntityKind::Main {
                    facts.push(DeviceFact::Firmware(firmware.version));
                } else if entity + 1 < self.entities {
                    self.todo.push_back(Step::Firmware(index, entity + 1));
                }
            }
            Step::Version => {
                self.version = Some(firmware_version::read(report).1);
                self.todo.push_back(Step::Build);
            }
            _ => {
                let (_, build) = firmware_version::read(report);
                facts.extend(self.version.map(|version| {
                    DeviceFact::Firmware(firmware_version::version(version, Some(build)))
                }));
            }
        }
    }
}
