//! The steps of a probe of a headset that speaks Centurion.
//!
//! There is no ping, since its answer repeats no mark. Behind a dongle the bridge is looked up, and
//! the dongle is asked whether the headset is there, before anything is sent to the headset.

use super::plan::{Goal, Plan};
use super::step::Step;
use super::wanted::Wanted;
use super::{Heard, Presence, Probe};
use crate::feature::{BatteryFeature, ReadMethod, centurion_identity, centurion_name};
use crate::session::event::DeviceFact;
use crate::session::known::Known;
use crate::session::request::RequestError;
use crate::session::stale::StaleReason;
use crate::wire::centurion::Bridge;

/// How a probe reaches its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Route {
    /// By HID++.
    HidPp,
    /// By Centurion.
    Centurion {
        /// Whether the headset is connected to its dongle, if that is known.
        linked: Option<bool>,
    },
}

impl Probe {
    /// The next step; `None` when nothing is left to request, or the headset is off.
    pub(super) fn next_centurion_step(
        &mut self,
        known: &mut Known,
        linked: Option<bool>,
        facts: &mut Vec<DeviceFact>,
    ) -> Option<Step> {
        // These are derived from what is known, also when they are repeated.
        self.todo
            .retain(|step| !matches!(step, Step::FindBridge | Step::Connection(_)));
        match (known.bridge, linked) {
            (None, _) => return Some(Step::FindBridge),
            (Some(Bridge::At(index)), None) => return Some(Step::Connection(index)),
            (Some(Bridge::At(_)), Some(false)) => {
                self.goals.clear();
                self.todo.clear();
                if !self.completed {
                    facts.push(DeviceFact::Absent(RequestError::Disconnected));
                }
                return None;
            }
            (Some(Bridge::At(_)), Some(true)) | (Some(Bridge::Direct), _) => {}
        }
        if let Some(step) = self.todo.pop_front() {
            return Some(step);
        }
        while let Some(goal) = self.goals.front().copied() {
            match plan_for(goal, known) {
                Plan::Via(step) => return Some(step),
                Plan::By(step) => {
                    self.goals.retain(|other| *other != goal);
                    return Some(step);
                }
                Plan::None => {
                    match goal {
                        Goal::Battery => facts.push(DeviceFact::NoBattery),
                        Goal::Identity | Goal::Firmware => known.identified = true,
                        _ => {}
                    }
                    self.goals.retain(|other| *other != goal);
                }
            }
        }
        let wanted = self.wanted.without(Wanted::IDENTITY);
        let checks = self.heard != Heard::Now && wanted != Wanted::NOTHING;
        checks.then_some(match known.bridge {
            Some(Bridge::At(index)) => Step::Connection(index),
            _ => Step::Find(BatteryFeature::Centurion.id()),
        })
    }

    /// Processes the refusal of a request to a dongle. Returns `false` for any other failure.
    pub(super) fn handle_dongle_failure(
        &mut self,
        known: &mut Known,
        step: Step,
        error: RequestError,
        facts: &mut Vec<DeviceFact>,
    ) -> bool {
        match (step, error) {
            // Firmware refuses to look up a feature that it lacks (`LGSTrayEx` has error 05 of a
            // G522), so this is not a dongle.
            (Step::FindBridge, RequestError::Refused(_)) => known.bridge = Some(Bridge::Direct),
            // The remembered index is stale.
            (Step::Connection(_), RequestError::Refused(code)) if self.can_restart() => {
                self.restart(known, StaleReason::Refused(code), facts);
            }
            // Without the connection nothing is requested from the headset.
            (Step::FindBridge | Step::Connection(_), error) if !error.is_absence() => {
                self.presence = Presence::Gone;
                facts.push(DeviceFact::Failed(error));
            }
            _ => return false,
        }
        true
    }
}

/// What to do for a goal now.
fn plan_for(goal: Goal, known: &Known) -> Plan {
    let id = match goal {
        Goal::Battery => BatteryFeature::Centurion.id(),
        Goal::Identity | Goal::Firmware => centurion_identity::ID,
        Goal::Name if !known.nameless => centurion_name::ID,
        Goal::Name | Goal::FriendlyName | Goal::Kind | Goal::Notices | Goal::Wake => {
            return Plan::None;
        }
    };
    let Some(index) = known.feature(id) else {
        return Plan::Via(Step::Find(id));
    };
    let Some(index) = index else {
        return Plan::None;
    };
    match goal {
        Goal::Battery => match BatteryFeature::Centurion.read_method(index) {
            // If this is refused, the feature counts as absent.
            ReadMethod::Call(call) => Plan::Via(Step::Battery(BatteryFeature::Centurion, call)),
            ReadMethod::Measurement => Plan::None,
        },
        Goal::Identity | Goal::Firmware => Plan::By(Step::Serial(index)),
        _ => Plan::By(Step::HeadsetName(index)),
    }
}
