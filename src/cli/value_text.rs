//! Values as text, the same in the table and in the lines of the monitor.

use std::borrow::Cow;
use std::time::Duration;

use anstyle::{AnsiColor, Style as Ansi};

use super::style::Style;
use crate::device::{
    Battery, BatteryLevel, ChargeLimits, Device, Fault, Light, Selector, TimeBasis, TimeLeft,
    TimeLeftUntil, ValueKind,
};
use crate::manager::Unreadable;
use crate::text;
use hidpp_proto::units::{Percent, PercentPoints, Timestamp};

/// Returns the name of a device as shown: the user's or its own, otherwise its model, otherwise its
/// id.
pub(super) fn name(device: &Device) -> String {
    let name = device.shown_name().and_then(text::name);
    name.or(device.wpid.map(|wpid| wpid.to_string()))
        .unwrap_or_else(|| id(&device.id).into_owned())
}

/// Returns the id of a device or receiver as shown. JSON has the unmodified id.
pub(super) fn id(id: &str) -> Cow<'_, str> {
    text::id(id)
}

/// Formats the charge; `None`: unknown.
///
/// “≈” marks a percentage that is a step of the device, or has a margin; a level without a
/// percentage is a word. “?” marks a value that the device flagged as unreliable, “was” a charge
/// from before charging began.
pub(super) fn charge(battery: &Battery, style: Style) -> Option<String> {
    let was = if is_kept(battery) { "was " } else { "" };
    let doubt = doubt(battery.trusted);
    let is_exact = match battery.value_kind {
        ValueKind::Steps => false,
        ValueKind::Percent => battery.margin.unwrap_or_default() == PercentPoints::default(),
        // A voltage without a margin is a reading of version 0.1.0.
        ValueKind::Voltage => battery.margin == Some(PercentPoints::default()),
    };
    let about = if is_exact { "" } else { style.about() };
    let percent = battery.percent.map(|percent| format!("{about}{percent}"));
    let charge = percent.or(battery.level.map(|level| level.name().to_owned()))?;
    Some(format!("{was}{charge}{doubt}"))
}

/// Returns whether the charge is older than the rest of the battery's values.
pub(super) fn is_kept(battery: &Battery) -> bool {
    battery.reports_charge() && battery.charge_at < battery.at
}

/// How soon a battery needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Now: certainly at the critical limit or below, or the device reports it as critical, or its
    /// charger fails.
    Critical,
    /// Soon: certainly at the low limit or below, or the device reports it as low.
    Low,
    /// No action needed yet.
    Good,
    /// The charge is unknown.
    Unknown,
}

impl Urgency {
    /// Returns the urgency of a battery, whether it is being charged or not. A fault of the battery
    /// itself does not count: an M310 runs on the cells that it reports as invalid (Solaar issue
    /// 512).
    ///
    /// As in notifications, a percentage decides if there is one, also
    /// against the step that it is in: some devices report new batteries as a step of 30 % with the
    /// level low (Solaar issues 1408 and 1718). A level that the device itself reports as critical
    /// counts in any case. A limit of 0 also disables the level of its name.
    pub(super) fn of(battery: &Battery, limits: ChargeLimits) -> Self {
        let highest = battery.highest().map(Percent::get);
        let reaches = |limit: u8, level: BatteryLevel| {
            limit > 0
                && match highest {
                    Some(highest) => highest <= limit,
                    None => battery.level.is_some_and(|it| it <= level),
                }
        };
        if battery.state.fault() == Some(Fault::Charging)
            || reaches(limits.critical, BatteryLevel::Critical)
            || limits.critical > 0 && reports_critical(battery)
        {
            Self::Critical
        } else if reaches(limits.low, BatteryLevel::Low) {
            Self::Low
        } else if highest.is_none() && battery.level.is_none() {
            Self::Unknown
        } else {
            Self::Good
        }
    }

    /// Returns the word for it in bars.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Low => "low",
            Self::Good => "good",
            Self::Unknown => "unknown",
        }
    }
}

/// Returns whether the device itself reports its charge as critical, other than by a percentage.
pub(super) fn reports_critical(battery: &Battery) -> bool {
    let is_own = battery.value_kind != ValueKind::Steps || battery.percent.is_none();
    is_own && battery.level == Some(BatteryLevel::Critical)
}

/// Red if action is needed now, yellow if soon, green otherwise.
pub(super) fn charge_style(battery: &Battery, limits: ChargeLimits) -> Ansi {
    let color = match Urgency::of(battery, limits) {
        Urgency::Critical => AnsiColor::Red,
        Urgency::Low => AnsiColor::Yellow,
        Urgency::Good | Urgency::Unknown => AnsiColor::Green,
    };
    Ansi::new().fg_color(Some(color.into()))
}

/// Formats the light in lux, without its level.
pub(super) fn lux(light: &Light) -> String {
    format!("{}{}", light.lux, doubt(light.trusted))
}

const fn doubt(trusted: bool) -> &'static str {
    if trusted { "" } else { "?" }
}

/// The message that no device matches this selector, and what to do.
pub(super) fn not_found(selector: &Selector, remedy: &str) -> String {
    format!("no device matches “{selector}”; {remedy}")
}

/// Formats hardware that cannot be read, and why: `G435 Wireless Gaming Headset (046D:0ACB): it
/// does not speak HID++`
pub(super) fn unreadable(unreadable: &Unreadable) -> String {
    let name = unreadable.name.as_deref().unwrap_or("a device");
    let (vendor, product) = (unreadable.vendor, unreadable.product);
    let obstacle = unreadable.obstacle;
    text::line(&format!("{name} ({vendor:04X}:{product:04X}): {obstacle}"))
}

/// `2025-11-23T14:30:00Z`, in whole seconds; `None`: out of the calendar's range.
pub(super) fn utc(at: Timestamp) -> Option<String> {
    let whole = Duration::from_secs(at.since_start().as_secs());
    let at = jiff::Timestamp::UNIX_EPOCH.checked_add(whole).ok()?;
    Some(at.to_string())
}

/// Formats the time left in short: `40 days`, `12 h of use`; until full, `1.5 h`.
pub(super) fn time_left(left: &TimeLeft) -> String {
    let unit = Unit::of(left);
    let of_use = match left.basis {
        TimeBasis::Calendar => "",
        TimeBasis::Use => " of use",
    };
    format!("{} {}{of_use}", unit.amount(left.best), unit.name())
}

/// Formats the time left without its range, with its goal: `40 days`, `full in 1.5 h`.
pub(super) fn time_left_short(left: &TimeLeft) -> String {
    let best = time_left(left);
    match left.until {
        TimeLeftUntil::Empty => best,
        TimeLeftUntil::Full => format!("full in {best}"),
    }
}

/// Formats the time left with its range: `about 12 h of use left (9 to 16)`.
pub(super) fn time_left_range(left: &TimeLeft) -> String {
    let unit = Unit::of(left);
    let (low, high) = (unit.amount(left.low), unit.amount(left.high));
    let range = if low == high {
        String::new()
    } else {
        format!(" ({low} to {high})")
    };
    let best = time_left(left);
    match left.until {
        TimeLeftUntil::Empty => format!("about {best} left{range}"),
        TimeLeftUntil::Full => format!("full in about {best}{range}"),
    }
}

/// The unit of a time left.
#[derive(Clone, Copy)]
enum Unit {
    Minutes,
    Hours,
    Days,
}

impl Unit {
    /// Use is never counted in days: they would be taken for days of 24 hours.
    fn of(left: &TimeLeft) -> Self {
        match (left.best.as_secs(), left.basis) {
            (0..3600, _) => Self::Minutes,
            (172_800.., TimeBasis::Calendar) => Self::Days,
            _ => Self::Hours,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Minutes => "min",
            Self::Hours => "h",
            Self::Days => "days",
        }
    }

    /// Formats a time in this unit: whole numbers, with tenths below ten hours or days.
    fn amount(self, time: Duration) -> String {
        let tenth = match self {
            Self::Minutes => 6,
            Self::Hours => 360,
            Self::Days => 8640,
        };
        let tenths = (time.as_secs() + tenth / 2) / tenth;
        let is_exact = tenths < 100 && !matches!(self, Self::Minutes);
        match tenths % 10 {
            rest @ 1.. if is_exact => format!("{}.{rest}", tenths / 10),
            _ => ((tenths + 5) / 10).to_string(),
        }
    }
}

/// Formats how long ago something was.
pub(super) fn age(now: Timestamp, at: Timestamp) -> String {
    match now.since(at).as_secs() {
        0..2 => "now".to_owned(),
        seconds @ 2..120 => format!("{seconds} s ago"),
        seconds @ 120..7200 => format!("{} min ago", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h ago", seconds / 3600),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

/// Returns when [`age`] changes next.
pub(super) fn age_changes(now: Timestamp, at: Timestamp) -> Timestamp {
    let age = now.since(at).as_secs();
    let step = match age {
        0..2 => 2,
        2..120 => 1,
        120..7200 => 60,
        7200..172_800 => 3600,
        172_800.. => 86_400,
    };
    next_step(at, age, step)
}

/// Formats the age of a value in steps coarse enough for a bar: `5 min`, `3 h`, `2 days`; `None`
/// within the first minute.
pub(super) fn coarse_age(now: Timestamp, at: Timestamp) -> Option<String> {
    match now.since(at).as_secs() {
        0..60 => None,
        seconds @ 60..3600 => Some(format!("{} min", seconds / 60)),
        seconds @ 3600..172_800 => Some(format!("{} h", seconds / 3600)),
        seconds => Some(format!("{} days", seconds / 86_400)),
    }
}

/// Returns when [`coarse_age`] changes next.
pub(super) fn coarse_age_changes(now: Timestamp, at: Timestamp) -> Timestamp {
    let age = now.since(at).as_secs();
    let step = match age {
        0..3600 => 60,
        3600..172_800 => 3600,
        172_800.. => 86_400,
    };
    next_step(at, age, step)
}

/// Returns when a value of this age in seconds is next a whole number of steps old.
fn next_step(at: Timestamp, age: u64, step: u64) -> Timestamp {
    at + Duration::from_secs((age / step + 1) * step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::feature::battery_level_status::read_level;
    use hidpp_proto::feature::battery_mileage::read as read_mileage;
    use hidpp_proto::feature::battery_status::read as read_status;
    use hidpp_proto::feature::battery_voltage::read_voltage;
    use test_support::report;

    const UNICODE: Style = Style {
        color: false,
        unicode: true,
        width: None,
    };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    fn voltage(hex: &str) -> Battery {
        Battery::from_voltage(&read_voltage(&report(hex)), None, Timestamp::START)
    }

    fn level(hex: &str, seconds: u64) -> Battery {
        Battery::from_level_status(&read_level(&report(hex)), None, at(seconds))
    }

    #[test]
    fn a_time_left_is_in_hours_of_use_or_in_days() {
        use TimeBasis::{Calendar, Use};
        use TimeLeftUntil::{Empty, Full};

        let minutes = |it: u64| Duration::from_secs(it * 60);
        let left = |basis, until, best, low, high| TimeLeft {
            until,
            basis,
            best: minutes(best),
            low: minutes(low),
            high: minutes(high),
            at: Timestamp::START,
        };
        for (left, short, long) in [
            (
                left(Use, Empty, 720, 540, 960),
                "12 h of use",
                "about 12 h of use left (9 to 16)",
            ),
            (
                left(Use, Empty, 7800, 6000, 9000),
                "130 h of use",
                "about 130 h of use left (100 to 150)",
            ),
            (
                left(Calendar, Empty, 57_600, 43_200, 79_200),
                "40 days",
                "about 40 days left (30 to 55)",
            ),
            (
                left(Calendar, Empty, 1500, 1200, 1800),
                "25 h",
                "about 25 h left (20 to 30)",
            ),
            (
                left(Use, Empty, 45, 20, 75),
                "45 min of use",
                "about 45 min of use left (20 to 75)",
            ),
            (
                left(Calendar, Full, 90, 60, 120),
                "1.5 h",
                "full in about 1.5 h (1 to 2)",
            ),
            (left(Calendar, Full, 60, 60, 60), "1 h", "full in about 1 h"),
        ] {
            assert_eq!(
                (time_left(&left), time_left_range(&left)),
                (short.to_owned(), long.to_owned())
            );
        }
    }

    #[test]
    fn a_charge_estimated_from_a_voltage_is_marked() {
        let ascii = Style {
            unicode: false,
            ..UNICODE
        };
        let g915 = voltage("11 01 07 0D 0E B5 00 …");
        assert_eq!(charge(&g915, UNICODE).unwrap(), "≈35 %");
        assert_eq!(charge(&g915, ascii).unwrap(), "~35 %");
        let charging = voltage("11 01 07 0D 0E B5 80 …");
        assert_eq!(charge(&charging, UNICODE), None, "no estimate");
        let critical = voltage("11 01 07 0D 0D 7A A0 …");
        assert_eq!(charge(&critical, UNICODE), None);
    }

    #[test]
    fn a_full_charge_reported_with_a_voltage_is_exact() {
        // A fully charged mouse on its cable.
        let full = voltage("11 FF 04 00 10 5A 81 …");
        assert_eq!(charge(&full, UNICODE).unwrap(), "100 %");
        let of_0_1_0 = Battery {
            margin: None,
            ..voltage("11 01 07 0D 0E B5 00 …")
        };
        assert_eq!(charge(&of_0_1_0, UNICODE).unwrap(), "≈35 %");
    }

    #[test]
    fn a_fault_of_the_battery_is_not_critical_by_itself() {
        let m310 = level("11 01 04 06 46 05 05 …", 0);
        assert_eq!(m310.state.name(), Some("invalid battery"));
        assert_eq!(Urgency::of(&m310, ChargeLimits::DEFAULT), Urgency::Good);
        let empty = level("11 01 04 06 05 00 05 …", 0);
        assert_eq!(
            Urgency::of(&empty, ChargeLimits::DEFAULT),
            Urgency::Critical,
            "by its charge"
        );
        let failed = level("11 01 04 06 46 05 07 …", 0);
        assert_eq!(
            Urgency::of(&failed, ChargeLimits::DEFAULT),
            Urgency::Critical,
            "its charger fails"
        );
    }

    #[test]
    fn a_step_is_marked_as_approximate() {
        let m525 = level("11 01 04 05 5A 05 …", 0);
        assert_eq!(charge(&m525, UNICODE).unwrap(), "≈90 %");
        let k800 = read_status(&report("10 02 81 07 03 00 00"));
        let k800 = Battery::from_status(&k800, Timestamp::START);
        assert_eq!(charge(&k800, UNICODE).unwrap(), "low");
    }

    #[test]
    fn a_charge_from_before_charging_is_marked() {
        // MX Master (Solaar issue 265).
        let before = level("11 01 06 0B 5A 32 00 …", 0);
        let charging = level("11 01 06 0B 00 00 01 …", 50).after(Some(&before));
        assert_eq!(charge(&charging, UNICODE).unwrap(), "was ≈90 %");
        let never = level("11 01 06 0B 00 00 01 …", 50);
        assert_eq!(charge(&never, UNICODE), None);
    }

    #[test]
    fn colours_depend_on_the_charge_and_not_on_its_source() {
        // An M705 at 85 % with a red icon: Solaar issue 575.
        let m705 = read_mileage(&report("10 02 81 0D 55 47 34"));
        let m705 = Battery::from_mileage(&m705, Timestamp::START);
        let red = Ansi::new().fg_color(Some(AnsiColor::Red.into()));
        let green = Ansi::new().fg_color(Some(AnsiColor::Green.into()));
        assert_eq!(charge_style(&m705, ChargeLimits::DEFAULT), green);
        assert_eq!(
            charge_style(&voltage("11 01 07 0D 0E B5 00 …"), ChargeLimits::DEFAULT),
            green
        );
        // A headset without a curve of its own at 3640 mV: 5 % with a margin of 48, so it may have
        // 43 %.
        let wide = Battery {
            percent: Percent::new(5),
            margin: Some(PercentPoints(48)),
            ..voltage("11 01 07 0D 0E B5 00 …")
        };
        assert_eq!(
            charge_style(&wide, ChargeLimits::DEFAULT),
            green,
            "it may be half full"
        );
        assert_eq!(
            charge_style(&voltage("11 01 07 0D 0D 7A 00 …"), ChargeLimits::DEFAULT),
            red
        );
        let critical = voltage("11 01 07 0D 0E B5 20 …");
        assert_eq!(
            charge_style(&critical, ChargeLimits::DEFAULT),
            red,
            "reported by the device"
        );
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(utc(at(1_764_028_800)).unwrap(), "2025-11-25T00:00:00Z");
        assert_eq!(utc(at(u64::MAX)), None);
    }

    #[test]
    fn ages_are_in_natural_units() {
        for (seconds, text) in [
            (0, "now"),
            (59, "59 s ago"),
            (120, "2 min ago"),
            (7200, "2 h ago"),
            (259_200, "3 days ago"),
        ] {
            assert_eq!(age(at(seconds), Timestamp::START), text);
        }
    }

    #[test]
    fn an_age_stays_until_the_time_returned() {
        for seconds in [0, 1, 2, 119, 120, 7199, 7200, 172_799, 172_800, 1_000_000] {
            let changes = age_changes(at(seconds), Timestamp::START);
            let before = changes.since_start().as_secs() - 1;
            let text = |seconds| age(at(seconds), Timestamp::START);
            assert_eq!(text(seconds), text(before), "{seconds}");
            assert_ne!(text(seconds), age(changes, Timestamp::START), "{seconds}");
        }
    }

    #[test]
    fn a_coarse_age_changes_once_a_minute_at_most() {
        let text = |seconds| coarse_age(at(seconds), Timestamp::START);
        for (seconds, expected) in [
            (59, None),
            (60, Some("1 min")),
            (3599, Some("59 min")),
            (3600, Some("1 h")),
            (172_799, Some("47 h")),
            (172_800, Some("2 days")),
        ] {
            assert_eq!(text(seconds).as_deref(), expected, "{seconds}");
        }
        for seconds in [0, 59, 60, 3599, 3600, 172_799, 172_800, 1_000_000] {
            let changes = coarse_age_changes(at(seconds), Timestamp::START);
            let changes = changes.since_start().as_secs();
            assert_eq!(text(seconds), text(changes - 1), "{seconds}");
            assert_ne!(text(seconds), text(changes), "{seconds}");
            assert_eq!(changes % 60, 0, "{seconds}");
        }
    }
}
