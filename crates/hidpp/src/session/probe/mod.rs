//! A probe: reads the wanted values of one device with the fewest requests.
//!
//! A ping distinguishes HID++ 1.0 from 2.0. Then follow, if they are wanted: the battery, through
//! the best feature or register the device has; its kind; its own name; the firmware. Known values
//! are not requested; if they turn out to be stale, the probe starts over. A device that cannot be
//! reached is not sent anything until it sends a report or a notification says it is online. A step
//! is retried if the device connected after its request was sent, and did not answer.
//! [`centurion`] has the steps of a headset that speaks Centurion instead.

mod answer;
mod centurion;
mod failure;
mod plan;
mod step;
mod wanted;

use std::collections::VecDeque;

pub(super) use centurion::Route;
pub(super) use step::Step;
pub use wanted::Wanted;

use plan::{Goal, Plan, goals, plan_for};

use super::event::DeviceFact;
use super::known::{Known, KnownRegister};
use super::request::{Request, RequestError};
use super::sources::battery_registers;
use super::stale::StaleReason;
use super::text::ReadText;
use crate::feature::root::ProtocolVersion;
use crate::feature::{BatteryFeature, BatteryRegister};
use crate::wire::Report;

#[derive(Debug)]
pub(super) struct Probe {
    wanted: Wanted,
    text: ReadText,
    goals: VecDeque<Goal>,
    /// Steps that follow from answers; done before the next goal.
    todo: VecDeque<Step>,
    heard: Heard,
    /// Whether the probe has already started over because its knowledge was stale.
    restarted: bool,
    name: Vec<u8>,
    name_length: usize,
    /// Whether feature 0005 has no name that can be displayed.
    lacks_name: bool,
    entities: u8,
    version: Option<[u8; 2]>,
    presence: Presence,
    /// Whether completion was reported already.
    completed: bool,
}

/// Whether the device has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Nothing,
    /// It answered the previous probe completely.
    Before,
    Now,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Expected,
    /// It did not answer this step.
    Absent(Step),
    /// It was absent and came back.
    Returned,
    /// It connected after the request of the current step was sent, and may have missed it: if it
    /// does not answer, the step is retried.
    Reconnected,
    /// It was absent twice, or its protocol is not supported: it is not sent anything.
    Gone,
}

impl Probe {
    pub(super) fn new(wanted: Wanted, text: ReadText) -> Self {
        Self {
            wanted,
            text,
            goals: goals(wanted),
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

    /// This presence, taking over what the previous probe of the device found.
    pub(super) fn after(self, before: Option<&Self>) -> Self {
        let is_there = |it: &&Self| it.presence == Presence::Expected && it.heard != Heard::Nothing;
        Self {
            heard: before
                .filter(is_there)
                .map_or(self.heard, |_| Heard::Before),
            ..self
        }
    }

    /// Also requests the device's own name, after everything else. Returns `false` if the probe is
    /// over and the device could be probed again.
    pub(super) fn also_name(&mut self) -> bool {
        let is_away = matches!(self.presence, Presence::Absent(_) | Presence::Gone);
        if self.completed && !is_away {
            return false;
        }
        if !self.wanted.contains(Wanted::NAME) {
            self.wanted |= Wanted::NAME;
            self.goals.extend([Goal::Name, Goal::FriendlyName]);
        }
        true
    }

    /// Everything this probe is to read.
    pub(super) const fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Whether the probe can still start over.
    const fn can_restart(&self) -> bool {
        !self.restarted
    }

    /// Whether the knowledge may be stale and the probe can still start over.
    const fn can_forget(&self, known: &Known) -> bool {
        known.remembered && self.can_restart()
    }

    /// Starts the probe over.
    fn restart(&mut self, known: &mut Known, reason: StaleReason, facts: &mut Vec<DeviceFact>) {
        *self = Self {
            restarted: true,
            ..Self::new(self.wanted, self.text)
        };
        known.reset();
        facts.push(DeviceFact::Stale(reason));
    }

    /// The next step; `None` when nothing is left to request.
    pub(super) fn next_step(
        &mut self,
        known: &mut Known,
        route: Route,
        facts: &mut Vec<DeviceFact>,
    ) -> Option<Step> {
        if matches!(self.presence, Presence::Absent(_) | Presence::Gone) {
            return None;
        }
        if let Route::Centurion { linked } = route {
            return self.next_centurion_step(known, linked, facts);
        }
        loop {
            if let Some(step) = self.todo.pop_front() {
                return Some(step);
            }
            let Some(protocol) = known.protocol else {
                return Some(Step::Ping);
            };
            let Some(goal) = self.goals.front() else {
                // At least one answer is required to know that the device is present, unless that
                // is not wanted.
                let wanted = self.wanted.without(Wanted::IDENTITY);
                return (self.heard != Heard::Now && wanted != Wanted::NOTHING)
                    .then_some(Step::Ping);
            };
            if *goal == Goal::FriendlyName && !self.has_no_name(known) {
                self.goals.pop_front();
                continue;
            }
            let goal = self.first_of(*goal, protocol, known);
            match plan_for(goal, protocol, known) {
                Plan::Via(step) => return Some(step),
                Plan::By(step) => {
                    // Light is requested and answered elsewhere.
                    if matches!(step, Step::MeasureLight(_)) {
                        self.heard = Heard::Now;
                    }
                    self.goals.retain(|other| *other != goal);
                    return Some(step);
                }
                Plan::None => {
                    match goal {
                        Goal::Battery => facts.push(DeviceFact::NoBattery),
                        // It has no such information, now or later.
                        Goal::Identity | Goal::Firmware => known.identified = true,
                        _ => {}
                    }
                    self.goals.retain(|other| *other != goal);
                }
            }
        }
    }

    /// The goal to work on: notices before the battery if the first notice saves reading it.
    fn first_of(&self, goal: Goal, protocol: ProtocolVersion, known: &Known) -> Goal {
        let [likely, ..] = battery_registers(known.model);
        let register = known.register.map_or(Some(likely), KnownRegister::get);
        let saves_reading = goal == Goal::Battery
            && !protocol.has_features()
            && register.is_some_and(BatteryRegister::notifies_at_once)
            && self.goals.contains(&Goal::Notices);
        if saves_reading { Goal::Notices } else { goal }
    }

    /// Whether the battery is still to be read.
    pub(super) fn wants_battery(&self) -> bool {
        self.goals.contains(&Goal::Battery)
    }

    /// Marks the battery as read: a notice carried it.
    pub(super) fn handle_notice(&mut self) {
        self.heard = Heard::Now;
        self.goals.retain(|goal| *goal != Goal::Battery);
    }

    /// The request of a step; `mark` makes a ping unlike the one before.
    pub(super) fn request(&self, step: Step, mark: u8) -> Request {
        let offset = u8::try_from(self.name.len()).unwrap_or(u8::MAX);
        step.request(mark, offset)
    }

    /// Processes the outcome of a step, and adds what is new to `facts`.
    pub(super) fn handle(
        &mut self,
        known: &mut Known,
        step: Step,
        outcome: Result<Report, RequestError>,
        facts: &mut Vec<DeviceFact>,
    ) {
        if self.presence == Presence::Reconnected {
            if matches!(outcome, Err(RequestError::Silent)) {
                self.presence = Presence::Returned;
                self.todo.push_front(step);
                return;
            }
            self.presence = Presence::Expected;
        }
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

    /// Starts over if the knowledge may be stale.
    pub(super) fn handle_stale(
        &mut self,
        known: &mut Known,
        reason: StaleReason,
        facts: &mut Vec<DeviceFact>,
    ) -> bool {
        let again = self.can_forget(known);
        if again {
            self.restart(known, reason, facts);
        }
        again
    }

    /// Starts over, once, because an answer cannot come from the expected feature: the knowledge is
    /// stale, or the look-up was matched with the reply to another program that uses the same
    /// software id.
    pub(super) fn handle_nonsense(
        &mut self,
        known: &mut Known,
        feature: BatteryFeature,
        facts: &mut Vec<DeviceFact>,
    ) -> bool {
        let again = self.can_restart();
        if again {
            self.restart(known, StaleReason::NotAReading(feature.id()), facts);
        }
        again
    }

    /// Marks the probe as complete; `true` the first time.
    pub(super) const fn complete(&mut self) -> bool {
        !std::mem::replace(&mut self.completed, true)
    }

    /// Whether completion was reported already.
    pub(super) const fn is_complete(&self) -> bool {
        self.completed
    }

    /// The device connected while the request of a step is in flight.
    pub(super) const fn handle_reconnection(&mut self) {
        self.presence = Presence::Reconnected;
    }

    /// The device is reachable. If it was absent, the unanswered step is retried, only once
    /// since the device may go away again immediately.
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
