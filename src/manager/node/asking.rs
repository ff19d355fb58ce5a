//! When a device is asked, and for what: as it is found, when it wakes, and on request.

use std::time::Duration;

use log::debug;

use super::{Node, Phase};
use crate::device::{Link, Presence};
use hidpp_proto::session::{Known, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

/// How long after a device was polled because it woke another wake is the same one: it is reported several
/// times, by notices 41 and 4B and event 1D4B.
const SAME_WAKE: Duration = Duration::from_secs(2);

/// How long a battery is not asked for again, however many programs request it.
const FRESH: Duration = Duration::from_secs(10);

impl Node<'_> {
    /// Asks a device all that is wanted of it and not known.
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
            // Its name may still be wanted.
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

    /// A device whose features moved has another firmware than is remembered.
    pub(super) fn read_firmware_again(&mut self, now: Timestamp, index: DeviceIndex) {
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        if self.query.wanted.contains(Wanted::FIRMWARE) && state.unread.want_firmware() {
            self.ask(now, index, Known::default());
        }
    }

    /// What of its description is still to be asked.
    pub(super) fn unread(&self, index: DeviceIndex) -> Wanted {
        let state = self.devices.get(&index);
        state.map_or(Wanted::NOTHING, |state| state.unread.wanted())
    }

    /// A device that is back may have another charge, and forgot its settings.
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

    /// Asks a device for its battery again; `false`: it is not here.
    pub(in crate::manager) fn refresh(&mut self, now: Timestamp, link: &Link) -> bool {
        let Some(index) = self.find(link) else {
            return false;
        };
        if !self.read_battery_again(now, index) {
            debug!("{link:?} is not asked again");
        }
        true
    }

    /// Asks a device for its battery again; `false`: it was asked a moment ago, or cannot answer.
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

    /// Asks whether the device at a link answers; `false`: it is not here, or is being asked something
    /// else.
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

    /// Tells that the computer was asleep: what was asked is void, and those that were awake are
    /// asked once more.
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
