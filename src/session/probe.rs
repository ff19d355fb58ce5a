//! Asking the device in one slot for what is wanted of it, in the fewest requests.
//!
//! A ping tells HID++ 1.0 from 2.0. Then come, as far as they are wanted: the battery, by the
//! solar dashboard or the battery registers; the full name; the firmware. What is known already
//! is not asked. A device that cannot be reached is left alone until it gives a sign of life.

use std::collections::VecDeque;

use super::event::{DeviceFact, Reading};
use super::request::{Request, RequestError};
use crate::feature::device_information::{self, EntityKind};
use crate::feature::firmware_version::{self, Item};
use crate::feature::root::{self, ProtocolVersion};
use crate::feature::solar_dashboard::{self, LightMeasure};
use crate::feature::{battery_mileage, battery_status, device_name};
use crate::wire::{Error10, ErrorCode, FeatureId, FeatureIndex, Report};

/// What is wanted of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Charge, state, and light where there is any.
    pub battery: bool,
    /// The device's own, full name; costs about four requests.
    pub name: bool,
    /// The firmware version; costs two requests or more.
    pub firmware: bool,
}

/// What is known of a device and need not be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its version of HID++.
    pub protocol: Option<ProtocolVersion>,
    /// Where features stand in it; an index of `None`: it lacks the feature.
    pub features: Vec<(FeatureId, Option<FeatureIndex>)>,
}

impl Known {
    /// Where a feature stands: `None` if that is not known.
    pub fn feature(&self, id: FeatureId) -> Option<Option<FeatureIndex>> {
        self.features
            .iter()
            .find(|(known, _)| *known == id)
            .map(|&(_, index)| index)
    }

    /// Which feature stands at an index.
    pub fn feature_at(&self, index: FeatureIndex) -> Option<FeatureId> {
        self.features
            .iter()
            .find(|(_, known)| *known == Some(index))
            .map(|&(id, _)| id)
    }

    /// Adds what is known from elsewhere, which counts more.
    pub(super) fn add(&mut self, other: Self) {
        self.protocol = other.protocol.or(self.protocol);
        for (id, index) in other.features {
            self.learn(id, index);
        }
    }

    /// Remembers where a feature stands.
    pub fn learn(&mut self, id: FeatureId, index: Option<FeatureIndex>) {
        self.features.retain(|(known, _)| *known != id);
        self.features.push((id, index));
    }
}

/// One request to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Ping,
    Find(FeatureId),
    MeasureLight(FeatureIndex),
    Mileage,
    BatteryStatus,
    NameLength(FeatureIndex),
    NamePiece(FeatureIndex),
    Identity(FeatureIndex),
    Firmware(FeatureIndex, u8),
    Version,
    Build,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Battery,
    Name,
    Firmware,
}

impl Goal {
    /// The feature that a HID++ 2.0 device has for it.
    const fn feature(self) -> FeatureId {
        match self {
            Self::Battery => FeatureId::SOLAR_DASHBOARD,
            Self::Name => FeatureId::DEVICE_NAME,
            Self::Firmware => FeatureId::DEVICE_INFORMATION,
        }
    }
}

#[derive(Debug)]
pub(super) struct Probe {
    goals: VecDeque<Goal>,
    /// Steps that follow from answers, before the next goal is looked at.
    todo: VecDeque<Step>,
    name: Vec<u8>,
    name_length: usize,
    entities: u8,
    version: Option<[u8; 2]>,
    presence: Presence,
    /// Whether it was said that nothing is left to ask.
    completed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Expected,
    /// It did not answer this.
    Absent(Step),
    /// It was absent and came back.
    Returned,
    /// It was absent twice, or cannot be talked to: it is left alone.
    Gone,
}

impl Probe {
    pub(super) fn new(wanted: Wanted) -> Self {
        let goals = [
            (wanted.battery, Goal::Battery),
            (wanted.name, Goal::Name),
            (wanted.firmware, Goal::Firmware),
        ];
        Self {
            goals: goals
                .into_iter()
                .filter(|(wanted, _)| *wanted)
                .map(|(_, goal)| goal)
                .collect(),
            todo: VecDeque::new(),
            name: Vec::new(),
            name_length: 0,
            entities: 0,
            version: None,
            presence: Presence::Expected,
            completed: false,
        }
    }

    /// The next thing to ask, until there is none.
    pub(super) fn next_step(&mut self, known: &Known, facts: &mut Vec<DeviceFact>) -> Option<Step> {
        if matches!(self.presence, Presence::Absent(_) | Presence::Gone) {
            return None;
        }
        loop {
            if let Some(step) = self.todo.pop_front() {
                return Some(step);
            }
            let Some(protocol) = known.protocol else {
                return Some(Step::Ping);
            };
            let goal = *self.goals.front()?;
            if let Some(step) = Self::step_towards(goal, protocol, known) {
                if !matches!(step, Step::Find(_)) {
                    self.goals.pop_front();
                }
                return Some(step);
            }
            self.goals.pop_front();
            if goal == Goal::Battery {
                facts.push(DeviceFact::NoBattery);
            }
        }
    }

    /// `None`: the device has nothing to ask for this.
    fn step_towards(goal: Goal, protocol: ProtocolVersion, known: &Known) -> Option<Step> {
        if !protocol.has_features() {
            return match goal {
                Goal::Battery => Some(Step::Mileage),
                Goal::Firmware => Some(Step::Version),
                Goal::Name => None,
            };
        }
        let ask: fn(FeatureIndex) -> Step = match goal {
            Goal::Battery => Step::MeasureLight,
            Goal::Name => Step::NameLength,
            Goal::Firmware => Step::Identity,
        };
        let id = goal.feature();
        match known.feature(id) {
            None => Some(Step::Find(id)),
            Some(index) => index.map(ask),
        }
    }

    /// The request of a step; `mark` makes a ping unlike the one before.
    pub(super) fn request(&self, step: Step, mark: u8) -> Request {
        let offset = u8::try_from(self.name.len()).unwrap_or(u8::MAX);
        match step {
            Step::Ping => root::ping(mark).into(),
            Step::Find(id) => root::get_feature(id).into(),
            Step::MeasureLight(index) => {
                solar_dashboard::set_light_measure(index, LightMeasure::ONCE).into()
            }
            Step::Mileage => battery_mileage::get().into(),
            Step::BatteryStatus => battery_status::get().into(),
            Step::NameLength(index) => device_name::get_count(index).into(),
            Step::NamePiece(index) => device_name::get_name(index, offset).into(),
            Step::Identity(index) => device_information::get_device_info(index).into(),
            Step::Firmware(index, entity) => {
                device_information::get_firmware_info(index, entity).into()
            }
            Step::Version => firmware_version::get(Item::Firmware).into(),
            Step::Build => firmware_version::get(Item::Build).into(),
        }
    }

    /// Takes the outcome of a step and tells what is new.
    pub(super) fn handle(
        &mut self,
        step: Step,
        outcome: Result<Report, RequestError>,
        facts: &mut Vec<DeviceFact>,
    ) {
        match outcome {
            Ok(report) => self.handle_answer(step, &report, facts),
            Err(error) => self.handle_failure(step, error, facts),
        }
    }

    fn handle_answer(&mut self, step: Step, report: &Report, facts: &mut Vec<DeviceFact>) {
        match step {
            Step::Ping => facts.push(DeviceFact::Protocol(root::read_ping(report).0)),
            Step::Find(id) => {
                facts.push(DeviceFact::Feature(id, root::read_feature(report).index));
            }
            // The answer says nothing; the measurement comes as an event.
            Step::MeasureLight(_) => {}
            Step::Mileage => {
                let reading = Reading::Mileage(battery_mileage::read(report));
                facts.push(DeviceFact::Battery(reading));
            }
            Step::BatteryStatus => {
                let reading = Reading::Status(battery_status::read(report));
                facts.push(DeviceFact::Battery(reading));
            }
            Step::NameLength(index) => {
                self.name_length = usize::from(device_name::read_count(report));
                if self.name_length > 0 {
                    self.todo.push_back(Step::NamePiece(index));
                }
            }
            Step::NamePiece(index) => {
                self.name.extend_from_slice(device_name::read_name(report));
                if self.name.len() < self.name_length {
                    self.todo.push_back(Step::NamePiece(index));
                } else {
                    self.name.truncate(self.name_length);
                    facts.push(DeviceFact::Name(device_name::name(&self.name)));
                }
            }
            Step::Identity(index) => {
                self.entities = device_information::read_device_info(report).entities;
                if self.entities > 0 {
                    self.todo.push_back(Step::Firmware(index, 0));
                }
            }
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
            Step::Build => {
                let (_, build) = firmware_version::read(report);
                facts.extend(self.version.map(|version| {
                    DeviceFact::Firmware(firmware_version::version(version, Some(build)))
                }));
            }
        }
    }

    fn handle_failure(&mut self, step: Step, error: RequestError, facts: &mut Vec<DeviceFact>) {
        use ErrorCode::Hidpp10;
        match (step, error) {
            (_, error) if error.is_absence() => {
                self.presence = match self.presence {
                    Presence::Returned => Presence::Gone,
                    _ => Presence::Absent(step),
                };
                facts.push(DeviceFact::Absent(error));
            }
            (Step::Ping, RequestError::Refused(Hidpp10(Error10::InvalidSubId))) => {
                facts.push(DeviceFact::Protocol(ProtocolVersion::HIDPP_10));
            }
            // Without a version nothing else can be asked.
            (Step::Ping, error) => {
                self.presence = Presence::Gone;
                facts.push(DeviceFact::Failed(error));
            }
            // A device may list what it then refuses: the feature is as good as absent.
            (Step::Find(id), RequestError::Refused(_)) => {
                facts.push(DeviceFact::Feature(id, None));
            }
            (Step::Find(id), error) => {
                self.goals.retain(|goal| goal.feature() != id);
                facts.push(DeviceFact::Failed(error));
            }
            (Step::Mileage, error) if error.is_missing() => {
                self.todo.push_back(Step::BatteryStatus);
            }
            (Step::BatteryStatus, error) if error.is_missing() => {
                facts.push(DeviceFact::NoBattery);
            }
            (Step::Build, _) => facts.extend(
                self.version
                    .map(|version| DeviceFact::Firmware(firmware_version::version(version, None))),
            ),
            (_, error) => facts.push(DeviceFact::Failed(error)),
        }
    }

    /// Whether this is the first time that nothing is left to ask.
    pub(super) const fn complete(&mut self) -> bool {
        !std::mem::replace(&mut self.completed, true)
    }

    /// The device gave a sign of life. If it had been absent, it is asked again what it did not
    /// answer: once, since it may go again at once.
    pub(super) fn handle_life(&mut self) -> bool {
        let Presence::Absent(step) = self.presence else {
            return false;
        };
        self.presence = Presence::Returned;
        self.completed = false;
        self.todo.push_front(step);
        true
    }
}
