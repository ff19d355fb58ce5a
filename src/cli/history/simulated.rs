//! Simulates two months at a desk with the real manager and the real history.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::moment::midnight_before;
use super::subject::Subject;
use crate::clock::VirtualClock;
use crate::device::{Change, Device};
use crate::history::{HEARTBEAT, History, HistoryError, Sample};
use crate::manager::{Follow, FollowError, Memory, MonitorEvent, NoCommands, Query, follow};
use crate::nodes::{Given, SimulatedNode, Tapping};
use crate::transport::{NodeInfo, Transport};
use hidpp_proto::session::Wanted;
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_sim::scenario::{AWAY, months};

/// How many whole days are simulated, from a midnight on, in addition to the current day.
const DAYS: u32 = 60;

/// The solar keyboard's charge at the first midnight.
const FIRST: Option<Percent> = Percent::new(88);

/// The interval at which solar-statusd measures light.
const LIGHT_EVERY: Duration = Duration::from_secs(600);

/// Why there is no simulated history.
#[derive(Debug, thiserror::Error)]
pub(super) enum SimulationError {
    /// The history is kept in a temporary directory.
    #[error("cannot create a temporary directory for the simulation: {0}")]
    Folder(io::Error),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error(transparent)]
    Follow(#[from] FollowError),
}

/// Records what solar-statusd would record.
struct Recorder {
    history: History,
    start: Timestamp,
    devices: BTreeMap<String, Device>,
    /// When the devices were last recorded, changed or not.
    recorded_at: Timestamp,
}

/// Returns the devices of the desk with their entries up to this time.
pub(super) fn subjects(until: Timestamp, zone: &TimeZone) -> Result<Vec<Subject>, SimulationError> {
    let start = midnight_before(until, DAYS, zone);
    let folder = tempfile::tempdir().map_err(SimulationError::Folder)?;
    let mut recorder = Recorder {
        history: History::open(folder.path().to_owned(), start)?,
        start,
        devices: BTreeMap::new(),
        recorded_at: start,
    };
    recorder.run(until)?;
    let mut subjects = Vec::new();
    for device in recorder.devices.into_values() {
        let entries = recorder.history.read(&device.id, Timestamp::START)?;
        subjects.push(Subject { device, entries });
    }
    Ok(subjects)
}

impl Recorder {
    /// Follows the desk as the daemon does.
    fn run(&mut self, until: Timestamp) -> Result<(), SimulationError> {
        let desk = months(FIRST.unwrap_or(Percent::FULL));
        let desk: Box<dyn Transport> = Box::new(SimulatedNode(desk));
        let nodes = vec![(NodeInfo::unifying("simulated"), desk)];
        let mut failed = None;
        let ended = follow(
            Follow {
                source: &mut Given::new(nodes, Tapping::default()),
                commands: &mut NoCommands,
                query: &query(),
                memory: &mut Memory::default(),
                clock: &mut VirtualClock::at(self.start),
                until: Some(until),
            },
            &mut |at, event| {
                if let MonitorEvent::Change(change) = event {
                    self.on_change(at, *change).map_err(|error| {
                        failed = Some(error);
                        io::Error::other("the history cannot be written")
                    })?;
                }
                Ok(())
            },
        );
        failed.map_or_else(|| Ok(ended.map(drop)?), |error| Err(error.into()))
    }

    fn on_change(&mut self, at: Timestamp, change: Change) -> Result<(), HistoryError> {
        // Without changes, online devices are still recorded every hour.
        while at.since(self.recorded_at) >= HEARTBEAT {
            self.recorded_at += HEARTBEAT;
            for device in self.devices.values().filter(|it| it.is_online()) {
                note(&mut self.history, self.start, self.recorded_at, device)?;
            }
        }
        if let Change::DeviceAdded(device)
        | Change::DeviceChanged(device, _)
        | Change::DeviceRead(device) = change
        {
            note(&mut self.history, self.start, at, &device)?;
            self.devices.insert(device.id.clone(), device);
        }
        Ok(())
    }
}

/// Records the state of a device, unless the computer is off.
fn note(
    history: &mut History,
    start: Timestamp,
    at: Timestamp,
    device: &Device,
) -> Result<(), HistoryError> {
    let day = at.since(start).as_secs() / (24 * 60 * 60);
    match Sample::of(device).filter(|_| !AWAY.contains(&day)) {
        Some(sample) => history.record(&device.id, at, &sample).map(drop),
        None => Ok(()),
    }
}

/// Returns what the daemon requests.
fn query() -> Query {
    Query {
        wanted: Wanted::BATTERY | Wanted::NAME,
        names: true,
        follow: true,
        quiet: true,
        light_every: Some(LIGHT_EVERY),
        receiver_firmware: false,
        devices: Vec::new(),
        timeout: Duration::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Entry;
    use crate::history::forecast::{Forecast, Outlook, forecast, time_left};
    use hidpp_proto::units::Lux;
    use hidpp_sim::Firmware;
    use hidpp_sim::scenario::{K750, M705, desk, keyboard_use};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// A midnight.
    const UNTIL: Timestamp = Timestamp::from_start(Duration::from_secs(1_764_028_800));

    fn subject(name: &str) -> Subject {
        let subjects = subjects(UNTIL, &TimeZone::UTC).unwrap();
        let called = |it: &Subject| it.device.name.as_deref() == Some(name);
        subjects.into_iter().find(called).unwrap()
    }

    fn of(name: &str) -> (Vec<Entry>, Forecast) {
        let subject = subject(name);
        let forecast = forecast(&subject.entries, &subject.device, UNTIL);
        (subject.entries, forecast)
    }

    /// The limits of the range of the time at which the battery is empty, in days since 1970.
    fn empty(subject: &Subject, now: Timestamp) -> [f64; 2] {
        let left = time_left(&subject.entries, &subject.device, now).unwrap();
        let at = |left| (now + left).since_start().as_secs_f64() / DAY.as_secs_f64();
        [at(left.low), at(left.high)]
    }

    /// The largest change of either limit from one of these times to the next.
    fn change(subject: &Subject, times: impl Iterator<Item = Timestamp>) -> f64 {
        let ranges: Vec<[f64; 2]> = times.map(|now| empty(subject, now)).collect();
        let changes = ranges.windows(2).flat_map(|two| {
            let [a, b] = [two[0], two[1]];
            [(a[0] - b[0]).abs(), (a[1] - b[1]).abs()]
        });
        changes.fold(0.0, f64::max)
    }

    /// It was 139 to 168 days, and 134 to 177 some seconds later, by where its weeks began.
    #[test]
    fn a_forecast_is_the_same_within_a_day_and_moves_smoothly_over_days() {
        let first = Timestamp::from_start(UNTIL.since_start().saturating_sub(10 * DAY));
        let after = |seconds: u64| first + Duration::from_secs(seconds);
        for name in ["K750", "M705"] {
            let subject = subject(name);
            for day in 0..10 {
                // Over a midnight, in two parts: there, the window loses a day.
                for start in [day * 90_000, (day + 1) * 86_400 - 1800, (day + 1) * 86_400] {
                    let part = (0..18).map(|step| after(start + step * 97));
                    let changed = change(&subject, part);
                    assert!(changed < 0.1, "{name} {day}: {changed} days");
                }
            }
            // It changes when the charge fell and at each midnight, from about 200 days.
            let changed = change(&subject, (0..10 * 24).map(|hour| after(hour * 3600)));
            assert!(changed < 10.0, "{name}: {changed} days");
        }
    }

    /// The day from now on which a device of the simulation is empty, if nothing else changes.
    fn truth(slot: u8) -> f64 {
        let mut desk = months(FIRST.unwrap());
        for hour in 0..24 * 1000 {
            let now = Timestamp::START + Duration::from_secs(3600) * hour;
            while desk.input_report(now).is_some() {}
            let device = desk.firmware().device(slot).unwrap();
            let charge = match device.solar() {
                Some(solar) => solar.charge(),
                None => device.protocol.battery().charge,
            };
            if charge == Percent::EMPTY {
                return f64::from(hour) / 24.0 - f64::from(DAYS);
            }
        }
        panic!("the charge holds");
    }

    #[test]
    fn the_days_left_are_those_until_the_simulation_is_empty() {
        for (name, slot) in [("K750", K750), ("M705", M705)] {
            let (_, forecast) = of(name);
            let truth = truth(slot);
            let Ok(Outlook::Empty(days)) = forecast.outlook else {
                panic!("{name}: {forecast:?}");
            };
            println!("{name}: {days:?}, in truth {truth}");
            assert!(
                (days.best / truth - 1.0).abs() < 0.1,
                "{name} {days:?} {truth}"
            );
            assert!(days.low < truth, "{name} {days:?} {truth}");
            assert!(
                days.high.is_none_or(|it| truth < it),
                "{name} {days:?} {truth}"
            );
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and 400"
    )]
    fn whole(lux: f64) -> Lux {
        Lux(lux.round() as u16)
    }

    #[test]
    fn with_the_light_it_needs_the_keyboard_holds_its_charge() {
        let (_, forecast) = of("K750");
        let sunlight = forecast.sunlight.unwrap();
        println!("{sunlight:?}");
        let needed = sunlight.needed.unwrap().best;
        // 400 lux for the time needed, starting at nine.
        let hours = needed / 400.0;
        let mut desk = desk();
        assert!(desk.set_charge(Timestamp::START, K750, FIRST.unwrap()));
        let mut passed = 0.0;
        for hour in 0..24 * DAYS {
            let now = Timestamp::START + Duration::from_secs(3600) * hour;
            let lit = (hours - f64::from(hour % 24) + 9.0).clamp(0.0, 1.0);
            let lux = if hour % 24 < 9 { 0.0 } else { 400.0 * lit };
            passed += lux;
            assert!(desk.set_rates(now, K750, keyboard_use(now)));
            assert!(desk.set_sun(now, K750, whole(lux)));
        }
        assert!((passed / f64::from(DAYS) - needed).abs() < 1.0, "{passed}");
        let solar = desk.device(K750).unwrap().solar().unwrap();
        let charge = solar.charge().get();
        println!("{charge}");
        assert!((79..=97).contains(&charge), "{charge}");
    }

    #[test]
    fn nights_and_a_trip_are_visible() {
        let (entries, _) = of("K750");
        let gap = entries
            .windows(2)
            .find(|two| two[1].at.since(two[0].at) > DAY);
        let [last, first] = gap.unwrap() else {
            panic!()
        };
        assert!(first.at.since(last.at) > 3 * DAY);
        assert!(entries.iter().any(|entry| !entry.online), "it sleeps");
        assert!(entries.len() > 1000, "{}", entries.len());
    }
}
