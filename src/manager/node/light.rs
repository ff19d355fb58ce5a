//! When a solar keyboard has to measure light: in a requested series, or because the last
//! measurement is stale.

use super::device_state::DeviceState;
use super::light_pacing::LightRequest;
use super::{Node, Phase};
use crate::device::{Device, Link};
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

impl Node<'_> {
    /// Starts a series of light measurements at a link, or cancels it; `false`: this node does not
    /// have the link, or the device cannot measure light now.
    pub(in crate::manager) fn measure_light(
        &mut self,
        now: Timestamp,
        link: &Link,
        series: Option<LightMeasure>,
    ) -> bool {
        let index = self.find(link).filter(|index| {
            let online = self.device(*index).is_some_and(Device::is_online);
            online && self.session.has_light(*index)
        });
        let Some(state) = index.and_then(|index| self.devices.get_mut(&index)) else {
            return false;
        };
        state.light.request(LightRequest::new(series));
        self.due = Some(now);
        true
    }

    /// When the next light request is due.
    pub(super) fn light_timeout(&self) -> Option<Timestamp> {
        let due = self.devices.iter();
        let due = due.filter_map(|(index, state)| self.next_light_request(*index, state));
        due.map(|(due, _)| due).min()
    }

    /// Sends the light requests that are due.
    pub(super) fn measure_due(&mut self, now: Timestamp) {
        for state in self.devices.values_mut() {
            // Requests to a device that fell asleep are dropped, not sent later.
            if !state.device.is_online() {
                state.light.drop_pending();
            }
        }
        let due: Vec<(DeviceIndex, LightRequest)> = self
            .devices
            .iter()
            .filter_map(|(index, state)| {
                let (due, request) = self.next_light_request(*index, state)?;
                (due <= now).then_some((*index, request))
            })
            .collect();
        for (index, request) in due {
            let Some(state) = self.devices.get_mut(&index) else {
                continue;
            };
            state.light.drop_pending();
            match request {
                LightRequest::Start(series) => {
                    state.light.on_sent(now);
                    self.session.start_light_series(index, series);
                }
                LightRequest::Cancel if self.session.runs_light_series(index) => {
                    state.light.on_sent(now);
                    self.session.end_light_series(index);
                }
                LightRequest::Cancel => {}
            }
        }
    }

    /// Drops a requested series that was not sent yet.
    pub(super) fn forget_series(&mut self, index: DeviceIndex) {
        if let Some(state) = self.devices.get_mut(&index) {
            state.light.drop_pending();
        }
    }

    /// The next light request to a device, and when it is due. A sleeping device is sent nothing.
    fn next_light_request(
        &self,
        index: DeviceIndex,
        state: &DeviceState,
    ) -> Option<(Timestamp, LightRequest)> {
        let device = &state.device;
        if self.phase == Phase::Closing || !device.is_online() || !self.session.has_light(index) {
            return None;
        }
        if let Some(pending) = state.light.pending() {
            return Some(pending);
        }
        let every = self.query.light_every?;
        if self.session.is_measuring(index) || !self.query.selects(device) {
            return None;
        }
        let measured = device.light.map(|light| light.at);
        let due = state.light.renewal(every, measured, state.poll.last());
        Some((due, LightRequest::Start(LightMeasure::ONCE)))
    }
}
