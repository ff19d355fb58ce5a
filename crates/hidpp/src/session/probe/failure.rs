//! Evaluates failed requests and decides what to request instead.

use super::plan::Goal;
use super::step::Step;
use super::{Heard, Presence, Probe};
use crate::feature::root::ProtocolVersion;
use crate::feature::{Capability, centurion_identity, firmware_version};
use crate::session::event::DeviceFact;
use crate::session::known::{Known, KnownRegister};
use crate::session::request::RequestError;
use crate::session::sources::battery_registers;
use crate::session::stale::StaleReason;
use crate::wire::{Error10, Error20, ErrorCode, FeatureId};

impl Probe {
    /// Processes an error that only means that there is no name. Returns `false` for any other
    /// error.
    fn handle_missing_name(&mut self, known: &mut Known, step: Step, error: RequestError) -> bool {
        let is_refusal = matches!(
            error,
            RequestError::Refused(ErrorCode::Hidpp20(
                Error20::InvalidFunction | Error20::InvalidArgument | Error20::Unsupported
            ))
        );
        match step {
            Step::NameLength(_) | Step::NamePiece(_) if is_refusal => self.lacks_name = true,
            Step::FriendlyLength(_)
            | Step::FriendlyPiece(_)
            | Step::HeadsetName(_)
            | Step::HeadsetNamePiece(_)
                if is_refusal =>
            {
                known.nameless = true;
            }
            // A device that answered everything else is present. It remains without the name in
            // this run.
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

    pub(super) fn handle_failure(
        &mut self,
        known: &mut Known,
        step: Step,
        error: RequestError,
        facts: &mut Vec<DeviceFact>,
    ) {
        use ErrorCode::{Hidpp10, Hidpp20};
        if self.handle_missing_name(known, step, error)
            || self.handle_dongle_failure(known, step, error, facts)
        {
            return;
        }
        match (step, error) {
            // It answered everything else, or nothing else was requested: that does not mean that
            // it is absent.
            (
                Step::Identity(_)
                | Step::Find(FeatureId::DEVICE_INFORMATION | centurion_identity::ID)
                | Step::Serial(_),
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
            // Without a protocol version nothing else can be requested.
            (Step::Ping, error) => {
                self.presence = Presence::Gone;
                facts.push(DeviceFact::Failed(error));
            }
            // The index has no feature at all.
            (
                Step::Capability(..) | Step::Battery(..) | Step::MeasureLight(_),
                RequestError::Refused(code @ Hidpp20(Error20::InvalidFeatureIndex)),
            ) if self.can_restart() => self.restart(known, StaleReason::Refused(code), facts),
            // The remembered index or protocol version is stale.
            (
                Step::Capability(..)
                | Step::Battery(..)
                | Step::MeasureLight(_)
                | Step::Register(_),
                RequestError::Refused(
                    code @ (Hidpp20(
                        Error20::InvalidFunction | Error20::InvalidArgument | Error20::Unsupported,
                    )
                    | Hidpp10(Error10::InvalidSubId | Error10::InvalidAddress)),
                ),
            ) if self.can_forget(known) => self.restart(known, StaleReason::Refused(code), facts),
            // A device may list a feature and then refuse it: treated as absent.
            (Step::Find(id), RequestError::Refused(_)) => {
                known.learn(id, None);
                facts.push(DeviceFact::Feature(id, None));
            }
            (Step::Capability(..), RequestError::Refused(_)) => {
                known.capability = Some(Capability::Unsaid);
            }
            // A headset's dongle refuses while the headset is off.
            (Step::Battery(feature, _), RequestError::Refused(Hidpp20(_)))
                if feature.refuses_when_off() =>
            {
                self.goals.retain(|goal| *goal != Goal::Battery);
                facts.push(DeviceFact::Absent(RequestError::Disconnected));
            }
            // A feature that returned its capabilities exists, so the error is temporary. The
            // kernel knows such an error 09 from feature 1004.
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
            // Without notices, changes of the battery are only noticed later.
            (Step::ReadFlags | Step::WriteFlags(_), _) => {}
            (Step::Build, _) => facts.extend(
                self.version
                    .map(|version| DeviceFact::Firmware(firmware_version::version(version, None))),
            ),
            (Step::Identity(_) | Step::Serial(_), RequestError::Refused(_)) => {
                known.identified = true;
            }
            // Some devices do not report their firmware: 27 MHz ones have no such register.
            (Step::Version, error) if error.is_missing() => {}
            (_, error) => facts.push(DeviceFact::Failed(error)),
        }
    }
}
