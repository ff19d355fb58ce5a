//! Decides what to request for each goal that is not known yet.

use std::collections::VecDeque;

use super::step::Step;
use super::wanted::Wanted;
use crate::feature::root::ProtocolVersion;
use crate::feature::{BatteryFeature, ReadMethod};
use crate::session::known::{Known, KnownRegister};
use crate::session::sources::{battery_registers, battery_sources};
use crate::wire::{FeatureId, FeatureIndex};

/// One thing to read from a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Battery,
    Notices,
    Wake,
    Kind,
    Name,
    /// If it has no other name.
    FriendlyName,
    Firmware,
    Identity,
}

/// What to do for a goal.
pub(super) enum Plan {
    /// Send this request, then evaluate the goal again.
    Via(Step),
    /// Send this request; it completes the goal.
    By(Step),
    /// The device has no request for this goal.
    None,
}

/// The goals of `wanted`, in the order in which they are requested.
pub(super) fn goals(wanted: Wanted) -> VecDeque<Goal> {
    let goals = [
        (Wanted::BATTERY, Goal::Battery),
        (Wanted::NOTICES, Goal::Notices),
        (Wanted::WAKE, Goal::Wake),
        (Wanted::KIND, Goal::Kind),
        (Wanted::NAME, Goal::Name),
        (Wanted::NAME, Goal::FriendlyName),
        (Wanted::FIRMWARE, Goal::Firmware),
        (Wanted::IDENTITY, Goal::Identity),
    ];
    // The firmware goal includes the identity.
    let is_covered = wanted.contains(Wanted::FIRMWARE);
    let wanted = wanted.without(Wanted::IDENTITY.when(is_covered));
    let goals = goals.into_iter().filter(|(part, _)| wanted.contains(*part));
    goals.map(|(_, goal)| goal).collect()
}

/// What to do for a goal now.
pub(super) fn plan_for(goal: Goal, protocol: ProtocolVersion, known: &Known) -> Plan {
    if !protocol.has_features() {
        return match (goal, known.register) {
            (Goal::Battery, register) => {
                let [first, ..] = battery_registers(known.model);
                match register.map_or(Some(first), KnownRegister::get) {
                    Some(register) => Plan::By(Step::Register(register)),
                    None => Plan::None,
                }
            }
            (Goal::Notices, register) if register != Some(KnownRegister::None) => {
                Plan::By(Step::ReadFlags)
            }
            (Goal::Firmware, _) => Plan::By(Step::Version),
            _ => Plan::None,
        };
    }
    let ask: fn(FeatureIndex) -> Step = match goal {
        Goal::Battery => return plan_for_battery(protocol, known),
        Goal::Notices => return Plan::None,
        Goal::Wake => {
            return match known.feature(FeatureId::WIRELESS_STATUS) {
                None => Plan::By(Step::Find(FeatureId::WIRELESS_STATUS)),
                Some(_) => Plan::None,
            };
        }
        Goal::Name | Goal::FriendlyName if known.nameless => return Plan::None,
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
        None => Plan::Via(Step::Find(id)),
        Some(Some(index)) => Plan::By(ask(index)),
        Some(None) => Plan::None,
    }
}

fn plan_for_battery(protocol: ProtocolVersion, known: &Known) -> Plan {
    let sources = battery_sources(protocol, known.model);
    let found = sources
        .iter()
        .copied()
        .find_map(|feature| Some((feature, known.feature(feature.id())??)));
    if let Some((feature, index)) = found {
        if known.capability.is_none()
            && let Some(call) = feature.get_capability(index)
        {
            return Plan::Via(Step::Capability(feature, call));
        }
        return match feature.read_method(index) {
            // If this is refused, the source counts as absent, and the next one is tried.
            ReadMethod::Call(call) => Plan::Via(Step::Battery(feature, call)),
            ReadMethod::Measurement => Plan::By(Step::MeasureLight(index)),
        };
    }
    let mut ids = sources.into_iter().map(BatteryFeature::id);
    let unknown = ids.find(|id| known.feature(*id).is_none());
    unknown.map_or(Plan::None, |id| Plan::Via(Step::Find(id)))
}
