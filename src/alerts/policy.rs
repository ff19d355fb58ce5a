//! The notification policy: turns changes of devices into notifications.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::alert::{Alert, Bubble, Kind, Order};
use super::light::{Dimming, Past, Trend};
use super::memory::Memory;
use super::reason::Reason;
use super::settings::{Settings, is_enabled};
use super::watched_device::WatchedDevice;
use crate::device::{AlertLimits, Battery, BatterySource, ChargeState, Device};
use hidpp_proto::units::Timestamp;

/// Rate limit: the number of notifications within [`WINDOW`]; further ones are delayed.
const MOST: usize = 4;
/// The period of the rate limit.
const WINDOW: Duration = Duration::from_secs(10 * 60);

/// The delay from which on a notification counts as late, because it was held back or because the
/// computer was suspended.
const LATE: Duration = Duration::from_secs(60);

/// Decides which notifications to show.
#[derive(Debug)]
pub struct Alerts {
    settings: Settings,
    /// The time zone of the quiet hours.
    zone: TimeZone,
    memory: Memory,
    watches: BTreeMap<String, WatchedDevice>,
    /// The notifications on the screen, with their reasons.
    shown: BTreeMap<Bubble, BTreeSet<Reference>>,
    /// The times of the notifications within [`WINDOW`].
    recent: VecDeque<Timestamp>,
}

/// A device and a reason for a notification about it.
type Reference = (String, Kind);

impl Alerts {
    /// Creates the policy with the notifications of earlier runs.
    pub const fn new(settings: Settings, zone: TimeZone, memory: Memory) -> Self {
        Self {
            settings,
            zone,
            memory,
            watches: BTreeMap::new(),
            shown: BTreeMap::new(),
            recent: VecDeque::new(),
        }
    }

    /// The notifications so far, to be saved for the next start.
    pub const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Processes a device that was found, has changed, or was read again.
    pub fn take(&mut self, device: &Device, now: Timestamp) -> Vec<Order> {
        let key = device.id.clone();
        let limits = device.preferences.alert_limits;
        let watch = self.watches.entry(key.clone());
        let watch = watch.or_insert_with(|| WatchedDevice::new(device));
        let is_first = watch.device.battery.is_none();
        let (mut gone, mut is_new) = (Vec::new(), false);
        if let Some(battery) = watch.take(device, now) {
            let memory = self.memory.of(&key, now);
            if battery.source == BatterySource::SOLAR {
                memory.days.note(device, &battery, now);
            }
            if matches!(battery.state, ChargeState::Charging | ChargeState::Full) {
                memory.charge();
            }
            // No notification about a battery that was full when the program started.
            let is_full = battery.state == ChargeState::Full;
            if is_first && is_full && limits.charged && !memory.was_shown(Kind::Charged) {
                self.memory.on_shown(&key, Kind::Charged, now);
            }
            for &kind in Kind::ALL {
                match self.reason(&key, kind, &battery, limits, now) {
                    Reason::Given => is_new |= self.give(&key, kind, limits, battery.at, now),
                    Reason::Unknown => {}
                    Reason::Near => self.keep_back(&key, kind),
                    Reason::Suspended => gone.push(kind),
                    Reason::Gone => {
                        self.memory.of(&key, now).end(kind);
                        gone.push(kind);
                    }
                }
            }
        }
        let mut orders = self.withdraw(&key, &gone);
        if is_new && device.is_online() {
            orders.push(Order::ReadAgain(Box::new(device.clone())));
        }
        orders.extend(self.advance(now));
        orders
    }

    /// Adds earlier values of a solar keyboard from a recorded history.
    pub fn recall(&mut self, device: &Device, past: &Past, now: Timestamp) {
        self.memory.of(&device.id, now).days.note_past(past);
    }

    /// Processes the removal of a device.
    pub fn remove(&mut self, device: &Device, now: Timestamp) -> Vec<Order> {
        let mut orders = self.withdraw(&device.id, Kind::ALL);
        self.watches.remove(&device.id);
        orders.extend(self.advance(now));
        orders
    }

    /// Shows the delayed notifications that are due.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Order> {
        for watch in self.watches.values_mut() {
            watch.note_time(now);
        }
        let over = |at: &Timestamp| now.since(*at) >= WINDOW || *at > now;
        while self.recent.front().is_some_and(over) {
            self.recent.pop_front();
        }
        let quiet = self.is_quiet(now);
        let mut ready = self.ready(now);
        ready.retain(|(_, kind)| !quiet || self.settings.lets_through(*kind));
        if self.recent.len() >= MOST {
            return Vec::new();
        }
        let is_late = |it: &Reference| {
            let since = self.ready_since(&it.0, it.1);
            since.is_some_and(|since| now.since(since) >= LATE)
        };
        let (late, new): (Vec<_>, Vec<_>) = ready.iter().cloned().partition(is_late);
        let mut orders = Vec::new();
        if late.len() > 1 {
            orders.extend(self.sum(&late, now));
            ready = new;
        }
        ready.truncate(MOST.saturating_sub(self.recent.len()));
        orders.extend(ready.iter().filter_map(|it| self.show(it, now)));
        orders
    }

    /// When to call [`Self::advance`], unless a device changes before that.
    pub fn due(&self, now: Timestamp) -> Option<Timestamp> {
        let quiet = self.settings.quiet_hours;
        let quiet = quiet.and_then(|hours| hours.end(now, &self.zone));
        let full = self.recent.len() >= MOST;
        let room = self.recent.front().filter(|_| full).map(|at| *at + WINDOW);
        let all = self.watches.iter().flat_map(|(key, watch)| {
            let waiting = watch.waiting.keys();
            waiting.filter_map(move |kind| {
                let quiet = quiet.filter(|_| !self.settings.lets_through(*kind));
                let since = self.ready_since(key, *kind)?;
                Some(
                    since
                        .max(quiet.unwrap_or_default())
                        .max(room.unwrap_or_default()),
                )
            })
        });
        all.min()
    }

    fn reason(
        &self,
        key: &str,
        kind: Kind,
        battery: &Battery,
        limits: AlertLimits,
        now: Timestamp,
    ) -> Reason {
        if kind != Kind::Light {
            return Reason::of(kind, battery, limits, now);
        }
        match self.memory.trend(key, limits.light_days) {
            Trend::Unknown => Reason::Unknown,
            Trend::Holds => Reason::Near,
            Trend::Dims(_) => Reason::Given,
            Trend::Rises => Reason::Gone,
        }
    }

    /// Processes a reading that gives this reason: queues a notification if it is allowed. Returns
    /// whether the reason is new.
    fn give(
        &mut self,
        key: &str,
        kind: Kind,
        limits: AlertLimits,
        read: Timestamp,
        now: Timestamp,
    ) -> bool {
        let may = is_enabled(limits, kind) && self.memory.allowed(key, kind).is_some();
        let watch = self.watches.get_mut(key).filter(|_| may);
        watch.is_some_and(|watch| watch.give(kind, read, now))
    }

    /// Drops a queued notification.
    fn keep_back(&mut self, key: &str, kind: Kind) {
        if let Some(watch) = self.watches.get_mut(key) {
            watch.waiting.remove(&kind);
        }
    }

    /// The queued notifications that are confirmed, allowed, and not covered by a more severe one.
    fn ready(&self, now: Timestamp) -> Vec<Reference> {
        let mut ready = Vec::new();
        for key in self.watches.keys() {
            let is_ready = |kind| {
                self.ready_since(key, kind)
                    .is_some_and(|since| since <= now)
            };
            let worse = is_ready(Kind::Critical);
            let kinds = Kind::ALL.iter().copied().filter(|it| is_ready(*it));
            let kinds = kinds.filter(|it| !(worse && *it == Kind::Low));
            ready.extend(kinds.map(|kind| (key.clone(), kind)));
        }
        ready
    }

    /// When a queued notification is confirmed and allowed.
    fn ready_since(&self, key: &str, kind: Kind) -> Option<Timestamp> {
        let confirmed = self.watches.get(key)?.waiting.get(&kind)?.confirmed_at();
        Some(confirmed.max(self.memory.allowed(key, kind)?))
    }

    fn is_quiet(&self, now: Timestamp) -> bool {
        let hours = self.settings.quiet_hours;
        hours.is_some_and(|hours| hours.end(now, &self.zone).is_some())
    }

    /// Shows one notification.
    fn show(&mut self, it: &Reference, now: Timestamp) -> Option<Order> {
        let alert = self.alert(it)?;
        let bubble = it.1.bubble(&it.0);
        self.on_shown(it, now);
        self.recent.push_back(now);
        self.shown
            .insert(bubble.clone(), BTreeSet::from([it.clone()]));
        Some(Order::Show(bubble, Box::new(alert)))
    }

    /// Shows several notifications in one summary.
    fn sum(&mut self, all: &[Reference], now: Timestamp) -> Option<Order> {
        let alerts: Vec<Alert> = all.iter().filter_map(|it| self.alert(it)).collect();
        for it in all {
            self.on_shown(it, now);
        }
        self.recent.push_back(now);
        self.shown
            .insert(Bubble::Summary, all.iter().cloned().collect());
        (!alerts.is_empty()).then_some(Order::Sum(alerts))
    }

    fn on_shown(&mut self, (key, kind): &Reference, now: Timestamp) {
        let implied = (*kind == Kind::Critical).then_some(Kind::Low);
        for kind in implied.iter().chain([kind]) {
            self.keep_back(key, *kind);
            self.memory.on_shown(key, *kind, now);
        }
    }

    fn alert(&self, (key, kind): &Reference) -> Option<Alert> {
        let device = &self.watches.get(key)?.device;
        let others = self.watches.iter().filter(|(other, _)| *other != key);
        let mut names = others.map(|(_, watch)| watch.device.shown_name());
        Some(Alert {
            kind: *kind,
            device: device.clone(),
            has_namesake: names.any(|name| name == device.shown_name()),
            dimming: self.dimming(key, device).filter(|_| *kind == Kind::Light),
        })
    }

    fn dimming(&self, key: &str, device: &Device) -> Option<Dimming> {
        match self
            .memory
            .trend(key, device.preferences.alert_limits.light_days)
        {
            Trend::Dims(dimming) => Some(dimming),
            _ => None,
        }
    }

    /// Removes the notifications of these reasons of a device, which have ended.
    fn withdraw(&mut self, key: &str, kinds: &[Kind]) -> Vec<Order> {
        for kind in kinds {
            self.keep_back(key, *kind);
        }
        for why in self.shown.values_mut() {
            why.retain(|(of, kind)| of != key || !kinds.contains(kind));
        }
        let empty = self.shown.iter().filter(|(_, why)| why.is_empty());
        let empty: Vec<Bubble> = empty.map(|(bubble, _)| bubble.clone()).collect();
        self.shown.retain(|_, why| !why.is_empty());
        empty.into_iter().map(Order::Withdraw).collect()
    }
}
