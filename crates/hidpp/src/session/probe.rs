//! Asking one device for what is wanted of it, in the fewest requests.
//!
//! A ping tells HID++ 1.0 from 2.0. Then come, as far as they are wanted: the battery, by the
//! best feature or register the device has; its kind; its own name; the firmware. What is known
//! already is not asked; where that turns out to be stale, the device is asked from the start. A
//! device that cannot be reached is left alone until it gives a sign of life.

use std::collections::VecDeque;

use super::battery::{self, Means};
use super::event::DeviceFact;
use super::known::{Capability, Known, KnownRegister};
use super::request::{Request, RequestError};
use super::sources::{battery_registers, battery_sources};
use super::text::ReadText;
use crate::feature::device_information::{self, EntityKind};
use crate::feature::firmware_version::{self, Item};
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::root::{self, ProtocolVersion};
use crate::feature::solar_dashboard::{self, LightMeasure};
use crate::feature::{BatteryFeature, BatteryRegister, device_name, friendly_name};
use crate::wire::{Call, Error10, Error20, ErrorCode, FeatureId, FeatureIndex, Report};

/// What is wanted of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of wishes, each on its own"
)]
pub struct Wanted {
    /// Charge, state, and light where there is any.
    pub battery: bool,
    /// What sort of device it is; a receiver knows that of its devices already.
    pub kind: bool,
    /// The device's own, full name; costs about four requests. Where feature 0005 has none, that of
    /// feature 0007.
    pub name: bool,
    /// The firmware version; costs two requests or more.
    pub firmware: bool,
    /// That a HID++ 1.0 device tells changes of its battery, until the session ends.
    pub notices: bool,
    /// Where the event stands by which a device says that it is back.
    pub wake: bool,
    /// What it states of its identity; a receiver knows that of its devices already.
    pub identity: bool,
    /// Whether it answers at all.
    pub presence: bool,
}

impl Wanted {
    /// Nothing at all.
    pub const NOTHING: Self = Self {
        battery: false,
        kind: false,
        name: false,
        firmware: false,
        notices: false,
        wake: false,
        identity: false,
        presence: false,
    };
    /// Its own name only.
    pub const NAME: Self = Self {
        name: true,
        ..Self::NOTHING
    };
    /// The battery only.
    pub const BATTERY: Self = Self {
        battery: true,
        ..Self::NOTHING
    };
}

/// One request to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Ping,
    Find(FeatureId),
    Capability(BatteryFeature, Call),
    Battery(BatteryFeature, Call),
    MeasureLight(FeatureIndex),
    Register(BatteryRegister),
    ReadFlags,
    WriteFlags(NotificationFlags),
    NameLength(FeatureIndex),
    NamePiece(FeatureIndex),
    FriendlyLength(FeatureIndex),
    FriendlyPiece(FeatureIndex),
    Kind(FeatureIndex),
    Identity(FeatureIndex),
    Firmware(FeatureIndex, u8),
    Version,
    Build,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Battery,
    Notices,
    Wake,
    Kind,
    Name,
    /// Where it has no other name.
    FriendlyName,
    Firmware,
    Identity,
}

#[derive(Debug)]
pub(super) struct Probe {
    wanted: Wanted,
    text: ReadText,
    goals: VecDeque<Goal>,
    /// Steps that follow from answers, before the next goal is looked at.
    todo: VecDeque<Step>,
    heard: Heard,
    /// Whether it was asked from the start already because what was remembered was wrong.
    restarted: bool,
    name: Vec<u8>,
    name_length: usize,
    /// Whether feature 0005 has no name that can be displayed.
    lacks_name: bool,
    entities: u8,
    version: Option<[u8; 2]>,
    presence: Presence,
    /// Whether it was said that nothing is left to ask.
    completed: bool,
}

/// Whether the device answered anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Nothing,
    /// It answered the probe before this one to the end.
    Before,
    Now,
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

/// What to do for a goal.
enum Way {
    /// Ask this, and look at the goal again.
    Via(Step),
    /// Ask this, and the goal is done.
    By(Step),
    /// The device has nothing to ask for this.
    None,
}

impl Probe {
    pub(super) fn new(wanted: Wanted, text: ReadText) -> Self {
        Self {
            wanted,
            text,
            goals: Self::goals(wanted),
            todo: VecDeque::new(),
            heard: Heard::Nothing,
            restarted: false,
            name: Vec::new(),
            name_length: 0,
            lacks_name: false,
            entities: 0,
            version: None,
            presence: Presence::Expected,
            completed: false,
        }
    }

    fn goals(wanted: Wanted) -> VecDeque<Goal> {
        let goals = [
            (wanted.battery, Goal::Battery),
            (wanted.notices, Goal::Notices),
            (wanted.wake, Goal::Wake),
            (wanted.kind, Goal::Kind),
            (wanted.name, Goal::Name),
            (wanted.name, Goal::FriendlyName),
            (wanted.firmware, Goal::Firmware),
            // The firmware comes with it.
            (wanted.identity && !wanted.firmware, Goal::Identity),
        ];
        let wanted = goals.into_iter().filter(|(wanted, _)| *wanted);
        wanted.map(|(_, goal)| goal).collect()
    }

    /// The same, of a device that was asked by another probe before.
    pub(super) fn after(self, before: Option<&Self>) -> Self {
        let is_there = |it: &&Self| it.presence == Presence::Expected && it.heard != Heard::Nothing;
        Self {
            heard: before
                .filter(is_there)
                .map_or(self.heard, |_| Heard::Before),
            ..self
        }
    }

    /// Also asks for the device's own name, after all else. Returns `false` if the device is not
    /// being asked anything, and can be.
    pub(super) fn also_name(&mut self) -> bool {
        let is_away = matches!(self.presence, Presence::Absent(_) | Presence::Gone);
        if self.completed && !is_away {
            return false;
        }
        if !std::mem::replace(&mut self.wanted.name, true) {
            self.goals.extend([Goal::Name, Goal::FriendlyName]);
        }
        true
    }

    /// What is wanted of the device.
    pub(super) const fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Whether everything can still be asked again.
    const fn can_restart(&self) -> bool {
        !self.restarted
    }

    /// Whether what is known may be stale, and everything can still be asked again.
    const fn can_forget(&self, known: &Known) -> bool {
        known.remembered && self.can_restart()
    }

    /// Asks everything again.
    fn restart(&mut self, known: &mut Known, facts: &mut Vec<DeviceFact>) {
        *self = Self {
            restarted: true,
            ..Self::new(self.wanted, self.text)
        };
        known.reset();
        facts.push(DeviceFact::Stale);
    }

    /// The next thing to ask, until there is none.
    pub(super) fn next_step(
        &mut self,
        known: &mut Known,
        facts: &mut Vec<DeviceFact>,
    ) -> Option<Step> {
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
            let Some(goal) = self.goals.front() else {
                // It must answer something for us to know that it is there, unless that is not
                // wanted.
                let wanted = Wanted {
                    identity: false,
                    ..self.wanted
                };
                return (self.heard != Heard::Now && wanted != Wanted::NOTHING)
                    .then_some(Step::Ping);
            };
            if *goal == Goal::FriendlyName && !self.has_no_name(known) {
                self.goals.pop_front();
                continue;
            }
            let goal = self.first_of(*goal, protocol, known);
            match Self::way_to(goal, protocol, known) {
                Way::Via(step) => return Some(step),
                Way::By(step) => {
                    // That is asked, and answered, elsewhere.
                    if matches!(step, Step::MeasureLight(_)) {
                        self.heard = Heard::Now;
                    }
                    self.goals.retain(|other| *other != goal);
                    return Some(step);
                }
                Way::None => {
                    match goal {
                        Goal::Battery => facts.push(DeviceFact::NoBattery),
                        // It has nothing to state, now and later.
                        Goal::Identity | Goal::Firmware => known.identified = true,
                        _ => {}
                    }
                    self.goals.retain(|other| *other != goal);
                }
            }
        }
    }

    /// The goal to look at: notices before the battery, where the first of them saves reading it.
    fn first_of(&self, goal: Goal, protocol: ProtocolVersion, known: &Known) -> Goal {
        let [likely, ..] = battery_registers(known.model);
        let register = known.register.map_or(Some(likely), KnownRegister::get);
        let saves_reading = goal == Goal::Battery
            && !protocol.has_features()
            && register.is_some_and(battery::notifies_at_once)
            && self.goals.contains(&Goal::Notices);
        if saves_reading { Goal::Notices } else { goal }
    }

    /// Whether the battery has still to be read.
    pub(super) fn wants_battery(&self) -> bool {
        self.goals.contains(&Goal::Battery)
    }

    /// A notice brought the battery.
    pub(super) fn handle_notice(&mut self) {
        self.heard = Heard::Now;
        self.goals.retain(|goal| *goal != Goal::Battery);
    }

    fn way_to(goal: Goal, protocol: ProtocolVersion, known: &Known) -> Way {
        if !protocol.has_features() {
            return match (goal, known.register) {
                (Goal::Battery, register) => {
                    let [first, ..] = battery_registers(known.model);
                    match register.map_or(Some(first), KnownRegister::get) {
                        Some(register) => Way::By(Step::Register(register)),
                        None => Way::None,
                    }
                }
                (Goal::Notices, register) if register != Some(KnownRegister::None) => {
                    Way::By(Step::ReadFlags)
                }
                (Goal::Firmware, _) => Way::By(Step::Version),
                _ => Way::None,
            };
        }
        let ask: fn(FeatureIndex) -> Step = match goal {
            Goal::Battery => return Self::way_to_battery(protocol, known),
            Goal::Notices => return Way::None,
            Goal::Wake => {
                return match known.feature(FeatureId::WIRELESS_STATUS) {
                    None => Way::By(Step::Find(FeatureId::WIRELESS_STATUS)),
                    Some(_) => Way::None,
                };
            }
            Goal::Name | Goal::FriendlyName if known.nameless => return Way::None,
            Goal::Kind => Step::Kind,
            Goal::Name => Step::NameLength,
            Goal::FriendlyName => Step::FriendlyLength,
            Goal::Firmware | Goal::Identity => Step::Identity,
        };
        let id = match goal {
            Goal::Firmware | Goal::Identity => FeatureId::DEVICE_INFORMATION,
            Goal::FriendlyName => FeatureId::FRIENDLY_NAME,
            _ => FeatureId::DEVICE_NAME,
        };
        match known.feature(id) {
            None => Way::Via(Step::Find(id)),
            Some(Some(index)) => Way::By(ask(index)),
            Some(None) => Way::None,
        }
    }

    fn way_to_battery(protocol: ProtocolVersion, known: &Known) -> Way {
        let sources = battery_sources(protocol, known.model);
        let found = sources
            .into_iter()
            .find_map(|feature| Some((feature, known.feature(feature.id())??)));
        if let Some((feature, index)) = found {
            if known.capability.is_none()
                && let Some(call) = battery::get_capability(feature, index)
            {
                return Way::Via(Step::Capability(feature, call));
            }
            return match battery::means(feature, index) {
                // Refused, it is struck off the list, and the next source is looked for.
                Means::Call(call) => Way::Via(Step::Battery(feature, call)),
                Means::Measurement => Way::By(Step::MeasureLight(index)),
            };
        }
        let mut ids = sources.into_iter().map(BatteryFeature::id);
        let unknown = ids.find(|id| known.feature(*id).is_none());
        unknown.map_or(Way::None, |id| Way::Via(Step::Find(id)))
    }

    /// The request of a step; `mark` makes a ping unlike the one before.
    pub(super) fn request(&self, step: Step, mark: u8) -> Request {
        let offset = u8::try_from(self.name.len()).unwrap_or(u8::MAX);
        match step {
            Step::Ping => root::ping(mark).into(),
            Step::Find(id) => root::get_feature(id).into(),
            Step::Capability(_, call) | Step::Battery(_, call) => call.into(),
            Step::MeasureLight(index) => {
                solar_dashboard::set_light_measure(index, LightMeasure::ONCE).into()
            }
            Step::Register(register) => battery::get_register(register).into(),
            Step::ReadFlags => notification_flags::get().into(),
            Step::WriteFlags(flags) => notification_flags::set(flags).into(),
            Step::NameLength(index) => device_name::get_count(index).into(),
            Step::NamePiece(index) => device_name::get_name(index, offset).into(),
            Step::FriendlyLength(index) => friendly_name::get_length(index).into(),
            Step::FriendlyPiece(index) => friendly_name::get_name(index, offset).into(),
            Step::Kind(index) => device_name::get_type(index).into(),
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
        known: &mut Known,
        step: Step,
        outcome: Result<Report, RequestError>,
        facts: &mut Vec<DeviceFact>,
    ) {
        match outcome {
            Ok(report) => {
                self.heard = Heard::Now;
                self.handle_answer(known, step, &report, facts);
            }
            Err(error) => {
                if !error.is_absence() {
                    self.heard = Heard::Now;
                }
                self.handle_failure(known, step, error, facts);
            }
        }
    }

    fn handle_answer(
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
                known.capability = Some(battery::read_capability(feature, report));
            }
            Step::Battery(feature, _) => self.handle_battery(known, feature, report, facts),
            // The answers say nothing; the measurement comes as an event.
            Step::MeasureLight(_) | Step::WriteFlags(_) => {}
            Step::Register(register) => {
                known.register = Some(register.into());
                facts.push(battery::fact(battery::read_register(register, report)));
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
                if self.entities > 0 && self.wanted.firmware {
                    self.todo.push_back(Step::Firmware(index, 0));
                }
            }
            Step::Firmware(..) | Step::Version | Step::Build => {
                self.handle_version(step, report, facts);
            }
        }
    }

    fn handle_battery(
        &mut self,
        known: &mut Known,
        feature: BatteryFeature,
        report: &Report,
        facts: &mut Vec<DeviceFact>,
    ) {
        if !battery::is_plausible(feature, report) && self.handle_nonsense(known, facts) {
            return;
        }
        // What stays odd when everything was asked anew is taken as it is.
        let reading = battery::read(feature, known.capability, report);
        self.goals.retain(|goal| *goal != Goal::Battery);
        facts.push(battery::fact(reading));
    }

    /// A name of this many bytes comes in pieces; of an empty one there are none.
    fn begin_name(&mut self, length: u8, piece: Step) {
        self.name.clear();
        self.name_length = usize::from(length);
        if length > 0 {
            self.todo.push_back(piece);
        }
    }

    /// Adds a piece, and asks for the next one. Returns whether the name is complete.
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
    fn has_no_name(&self, known: &Known) -> bool {
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

    /// Asks everything anew if something was remembered.
    pub(super) fn handle_stale(&mut self, known: &mut Known, facts: &mut Vec<DeviceFact>) -> bool {
        let again = self.can_forget(known);
        if again {
            self.restart(known, facts);
        }
        again
    }

    /// Asks everything anew, once, because an answer is not that of the feature it should be: what
    /// was remembered is stale, or a program that asks under the same software id was given the
    /// answer to our look-up, and we that to its own.
    pub(super) fn handle_nonsense(
        &mut self,
        known: &mut Known,
        facts: &mut Vec<DeviceFact>,
    ) -> bool {
        let again = self.can_restart();
        if again {
            self.restart(known, facts);
        }
        again
    }

    /// Takes an error for one that says nothing but that there is no name. Returns whether it is
    /// one.
    fn handle_missing_name(&mut self, known: &mut Known, step: Step, error: RequestError) -> bool {
        let is_refusal = matches!(
            error,
            RequestError::Refused(ErrorCode::Hidpp20(
                Error20::InvalidFunction | Error20::InvalidArgument | Error20::Unsupported
            ))
        );
        match step {
            Step::NameLength(_) | Step::NamePiece(_) if is_refusal => self.lacks_name = true,
            Step::FriendlyLength(_) | Step::FriendlyPiece(_) if is_refusal => known.nameless = true,
            // A device that answered all else is there. It does without the name, until another run.
            Step::Find(FeatureId::DEVICE_NAME | FeatureId::FRIENDLY_NAME)
            | Step::NameLength(_)
            | Step::NamePiece(_)
            | Step::FriendlyLength(_)
            | Step::FriendlyPiece(_)
            | Step::Kind(_)
                if error == RequestError::Silent && self.heard != Heard::Nothing =>
            {
                let of_name = |goal| matches!(goal, Goal::Kind | Goal::Name | Goal::FriendlyName);
                self.goals.retain(|goal| !of_name(*goal));
            }
            _ => return false,
        }
        true
    }

    fn handle_failure(
        &mut self,
        known: &mut Known,
        step: Step,
        error: RequestError,
        facts: &mut Vec<DeviceFact>,
    ) {
        use ErrorCode::{Hidpp10, Hidpp20};
        if self.handle_missing_name(known, step, error) {
            return;
        }
        match (step, error) {
            // It answered everything else, or nothing else was asked: no sign that it is away.
            (
                Step::Identity(_) | Step::Find(FeatureId::DEVICE_INFORMATION),
                RequestError::Silent,
            ) if self.goals.iter().all(|goal| *goal == Goal::Identity) => {
                self.goals.clear();
            }
            (_, error) if error.is_absence() => {
                self.presence = match self.presence {
                    Presence::Returned => Presence::Gone,
                    _ => Presence::Absent(step),
                };
                facts.push(DeviceFact::Absent(error));
            }
            (Step::Ping, RequestError::Refused(Hidpp10(Error10::InvalidSubId))) => {
                known.protocol = Some(ProtocolVersion::HIDPP_10);
                facts.push(DeviceFact::Protocol(ProtocolVersion::HIDPP_10));
            }
            // Without a version nothing else can be asked.
            (Step::Ping, error) => {
                self.presence = Presence::Gone;
                facts.push(DeviceFact::Failed(error));
            }
            // No feature stands there at all.
            (
                Step::Capability(..) | Step::Battery(..) | Step::MeasureLight(_),
                RequestError::Refused(Hidpp20(Error20::InvalidFeatureIndex)),
            ) if self.can_restart() => self.restart(known, facts),
            // Another feature than the remembered one stands there, or the device speaks another
            // protocol than it did.
            (
                Step::Capability(..)
                | Step::Battery(..)
                | Step::MeasureLight(_)
                | Step::Register(_),
                RequestError::Refused(
                    Hidpp20(
                        Error20::InvalidFunction | Error20::InvalidArgument | Error20::Unsupported,
                    )
                    | Hidpp10(Error10::InvalidSubId | Error10::InvalidAddress),
                ),
            ) if self.can_forget(known) => self.restart(known, facts),
            // A device may list what it then refuses: the feature is as good as absent.
            (Step::Find(id), RequestError::Refused(_)) => {
                known.learn(id, None);
                facts.push(DeviceFact::Feature(id, None));
            }
            (Step::Capability(..), RequestError::Refused(_)) => {
                known.capability = Some(Capability::Unsaid);
            }
            // A headset's dongle refuses while the headset is off.
            (Step::Battery(feature, _), RequestError::Refused(Hidpp20(_)))
                if battery::refuses_when_off(feature) =>
            {
                self.goals.retain(|goal| *goal != Goal::Battery);
                facts.push(DeviceFact::Absent(RequestError::Disconnected));
            }
            // What told its capabilities is there: this will pass. The kernel has such an error 09
            // of 1004.
            (
                Step::Battery(..),
                RequestError::Refused(Hidpp20(
                    Error20::Unspecified | Error20::HardwareError | Error20::Unsupported,
                )),
            ) if !matches!(known.capability, None | Some(Capability::Unsaid)) => {
                self.goals.retain(|goal| *goal != Goal::Battery);
                facts.push(DeviceFact::Failed(error));
            }
            (Step::Battery(feature, _), RequestError::Refused(_)) => {
                known.learn(feature.id(), None);
                known.capability = None;
            }
            (Step::Find(_) | Step::Capability(..) | Step::Battery(..), error) => {
                self.goals.clear();
                facts.push(DeviceFact::Failed(error));
            }
            (Step::Register(register), error) if error.is_missing() => {
                let registers = battery_registers(known.model).into_iter();
                if let Some(next) = registers.skip_while(|it| *it != register).nth(1) {
                    self.todo.push_back(Step::Register(next));
                } else {
                    known.register = Some(KnownRegister::None);
                    facts.push(DeviceFact::NoBattery);
                }
            }
            // Without notices a device is only read less often.
            (Step::ReadFlags | Step::WriteFlags(_), _) => {}
            (Step::Build, _) => facts.extend(
                self.version
                    .map(|version| DeviceFact::Firmware(firmware_version::version(version, None))),
            ),
            (Step::Identity(_), RequestError::Refused(_)) => known.identified = true,
            // Some devices do not tell their firmware: 27 MHz ones have no such register.
            (Step::Version, error) if error.is_missing() => {}
            (_, error) => facts.push(DeviceFact::Failed(error)),
        }
    }

    /// Whether this is the first time that nothing is left to ask.
    pub(super) const fn complete(&mut self) -> bool {
        !std::mem::replace(&mut self.completed, true)
    }

    /// Whether it was said that nothing is left to ask.
    pub(super) const fn is_complete(&self) -> bool {
        self.completed
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
