//! Days and nights, for the course of a battery over weeks.

use std::time::Duration;

use super::{Act, K750, Staged, desk};
use crate::rates::Rates;
use crate::receiver::Receiver;
use hidpp_proto::units::{Lux, Percent, Timestamp};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The light at a window in winter, from midnight on, hour by hour.
const HOURS: [u16; 24] = [
    0, 0, 0, 0, 0, 0, 8, 60, 150, 260, 380, 450, 480, 440, 350, 240, 120, 90, 80, 80, 60, 40, 10, 0,
];

/// The share of the light that passes the clouds on each day, in percent; repeats after a week.
const WEATHER: [u16; 7] = [100, 90, 40, 75, 100, 35, 85];

/// The rates of a keyboard that is in use all day: +0.9 % in an hour of light, -5 % in a day
/// without light.
const RATES: Rates = Rates::TwoSpeeds {
    charging: 9_000,
    draining: 2_100,
};

/// Sets the light at the start of each hour.
const HOURLY: [Act<Receiver>; 1] = [(0, |desk, now| desk.set_sun(now, K750, daylight(now)))];

/// The [`desk`] at a window, starting at midnight: its solar keyboard charges by day, less so under
/// clouds, and discharges at night.
pub fn days(charge: Percent) -> Staged<Receiver> {
    let mut desk = desk();
    let _has_one = desk.set_charge(Timestamp::START, K750, charge)
        && desk.set_rates(Timestamp::START, K750, RATES);
    Staged::repeating(desk, HOUR, &HOURLY)
}

/// The light at this time after the first midnight.
fn daylight(now: Timestamp) -> Lux {
    let hours = now.since_start().as_secs() / HOUR.as_secs();
    let at = |table: &[u16], place: u64| {
        let place = usize::try_from(place).unwrap_or_default();
        table.iter().copied().cycle().nth(place % table.len())
    };
    let sky = at(&HOURS, hours % 24).unwrap_or_default();
    let clear = at(&WEATHER, hours / 24).unwrap_or_default();
    Lux(sky * clear / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Firmware;
    use crate::testing::percent;

    /// `day` days and `hour` hours after the first midnight.
    fn at(day: u32, hour: u32) -> Timestamp {
        Timestamp::START + HOUR * (24 * day + hour)
    }

    #[test]
    fn the_sun_rises_and_sets_and_some_days_are_dull() {
        assert_eq!(daylight(at(0, 0)), Lux(0));
        assert_eq!(daylight(at(0, 12)), Lux(480));
        assert_eq!(daylight(at(2, 12)), Lux(192), "too little to charge");
        assert_eq!(daylight(at(7, 12)), Lux(480), "a week later");
    }

    #[test]
    fn the_charge_rises_by_day_and_falls_at_night_and_under_clouds() {
        let mut desk = days(percent(57));
        let mut charge = |day, hour| {
            let now = at(day, hour);
            while desk.input_report(now).is_some() {}
            let keyboard = desk.firmware().device(K750).unwrap();
            keyboard.solar().unwrap().charge().get()
        };
        let first_day = [charge(0, 0), charge(0, 9), charge(0, 16), charge(1, 9)];
        assert_eq!(first_day, [57, 55, 61, 58]);
        let dull_day = [charge(2, 9), charge(2, 16)];
        assert_eq!(dull_day, [61, 59]);
    }
}
