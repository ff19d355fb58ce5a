//! Polling: when a device is polled, and for what (when found, on wake, and on request).

use std::time::Duration;

use log::debug;

use super::{Node, Phase};
use crate::device::{Link, Presence};
use hidpp_proto::session::{Known, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

/// Debounce time for wakes: a device reports one wake several times, by notices 41 and 4B and event
/// 1D4B, and is polled for the first only.
const SAME_WAKE: Duration = Duration::from_secs(2);

/// Rate limit: the minimum time between two polls of a battery, however many programs request one.
const FRESH: Duration = Duration::from_secs(10);

impl Node<'_> {
    /// Requests from a device everything that the query needs and that is not known.
    pub(super) fn ask(&mut self, now: Timestamp, index: DeviceIndex, known: Known) {
        let wants_kind = self.query.names || self.query.wanted.contains(Wanted::KIND);
        let lacks_kind = self.device(index).is_some_and(|it| it.kind.is_none());
        let wanted = self.unread(index)
            | Wanted::BATTERY.when(self.query.wanted.contains(Wanted::BATTERY))
            | Wanted::KIND.when(wants_kind && lacks_kind)
            | Wanted::WAKE.when(self.query.follow && self.receiver.is_none())
            | Wanted::NOTICES.when(self.query.follow);
        if wanted != Wanted::NOTHING {
            self.probe(now, index, wanted, known);
        } else if let Some(state) = self.devices.get_mut(&index) {
            // Its name may still be requested later.
            state.deferred = Some(known);
        }
    }

    pub(super) fn probe(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        wanted: Wanted,
        known: Known,
    ) {
        if let Some(state) = self.devices.get_mut(&index) {
            state.on_poll_started(now);
        }
        self.session.probe(index, wanted, known);
    }

    /// Reads the firmware version again: if features moved, the firmware was updated.
    pub(super) fn read_firmware_again(&mut self, now: Timestamp, index: DeviceIndex) {
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        if self.query.wanted.contains(Wanted::FIRMWARE) && state.unread.want_firmware() {
            self.ask(now, index, Known::default());
        }
    }

    /// The parts of its description that are still to be requested.
    pub(super) fn unread(&self, index: DeviceIndex) -> Wanted {
        let state = self.devices.get(&index);
        state.map_or(Wanted::NOTHING, |state| state.unread.wanted())
    }

    /// A device woke or is back: its charge may differ, and it lost volatile settings.
    pub(super) fn on_wake(&mut self, now: Timestamp, index: DeviceIndex) {
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        let again = state.woken.is_some_and(|at| now.since(at) < SAME_WAKE);
        let asking = state.poll.is_running();
        if !self.query.follow || self.phase == Phase::Closing || asking || again {
            return;
        }
        state.woken = Some(now);
        if self.is_wanted(index) {
            self.ask(now, index, Known::default());
        }
    }

    /// Polls the battery of the device at a link; `false`: this node does not have the link.
    pub(in crate::manager) fn refresh(&mut self, now: Timestamp, link: &Link) -> bool {
        let Some(index) = self.find(link) else {
            return false;
        };
        if !self.read_battery_again(now, index) {
            debug!("{link:?}: battery not polled: it was polled recently, or cannot be");
        }
        true
    }

    /// Polls a battery again; `false`: it was polled less than [`FRESH`] ago, or cannot answer.
    pub(super) fn read_battery_again(&mut self, now: Timestamp, index: DeviceIndex) -> bool {
        let asks = self.phase != Phase::Closing
            && self.devices.get(&index).is_some_and(|state| {
                state.device.presence != Presence::Offline
                    && state.device.has_battery != Some(false)
                    && state.poll.last().is_none_or(|at| now.since(at) >= FRESH)
            });
        if asks {
            let wanted = self.unread(index) | Wanted::BATTERY;
            self.probe(now, index, wanted, Known::default());
            self.due = Some(now);
        }
        asks
    }

    /// Checks whether the device at a link answers; `false`: this node does not have the link, or
    /// another request to the device is in progress.
    pub(in crate::manager) fn check(&mut self, now: Timestamp, link: &Link) -> bool {
        let Some(index) = self.find(link) else {
            return false;
        };
        let state = self.devices.get(&index);
        let asking = state.is_some_and(|it| it.poll.is_running());
        if asking || self.phase == Phase::Closing {
            return false;
        }
        let wanted = self.unread(index) | Wanted::PRESENCE;
        self.probe(now, index, wanted, Known::default());
        self.due = Some(now);
        true
    }

    /// The computer resumed from suspend: pending requests are void, and devices that were online
    /// are polled again.
    pub(in crate::manager) fn resume(&mut self, now: Timestamp) {
        self.session.resume(now);
        let devices = self.devices.iter();
        let awake = devices.filter(|(_, state)| state.device.is_online());
        let awake: Vec<DeviceIndex> = awake.map(|(index, _)| *index).collect();
        for index in awake {
            self.forget_series(index);
            if self.is_wanted(index) {
                self.ask(now, index, Known::default());
            }
        }
        self.due = Some(now);
    }
}
