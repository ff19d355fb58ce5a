//! Whether a headset that speaks Centurion is connected to its dongle.

use super::Session;
use super::event::Event;
use super::probe::{Route, Step};
use super::request::RequestError;
use crate::feature::centurion_bridge;
use crate::feature::device_connection::DeviceConnection;
use crate::wire::{DeviceIndex, Report};

impl Session {
    /// The dongle reported whether the headset is connected.
    pub(super) fn set_link(&mut self, up: bool) {
        if let Some(state) = &mut self.centurion {
            state.linked = Some(up);
            let connection = DeviceConnection::Link { up };
            let event = Event::Connection(DeviceIndex::DIRECT, connection);
            self.events.push_back(event);
        }
    }

    /// Processes the outcome of a request to the headset or its dongle, before the probe does.
    pub(super) fn settle_link(&mut self, step: Step, outcome: &Result<Report, RequestError>) {
        match (step, outcome) {
            // An unreadable answer is no reason to poll a headset that may be off.
            (Step::Connection(_), Ok(report)) => {
                self.set_link(centurion_bridge::read_connection(report).unwrap_or(false));
            }
            // It may have left without a report.
            (_, Err(RequestError::Silent)) => {
                if let Some(state) = &mut self.centurion {
                    state.forget_connection();
                }
            }
            _ => {}
        }
    }

    /// How a probe reaches its device.
    pub(super) fn route(&self) -> Route {
        match &self.centurion {
            Some(state) => Route::Centurion {
                linked: state.linked,
            },
            None => Route::HidPp,
        }
    }
}
