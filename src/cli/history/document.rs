//! The JSON document: an interface, so its names and units change only with its schema number.
//!
//! Times are in seconds since 1970, spans and states the words of a history file, light needed in
//! lux hours per day. Unknown values are `null`; `why_not` names the reason for a missing forecast.

use serde::Serialize;

use super::view::View;
use crate::chart::Period;
use crate::device::ChargeState;
use crate::history::Entry;
use crate::history::forecast::{Estimate, Forecast, Lack, Outlook};
use crate::text;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};

/// The number of the schema this program writes.
const SCHEMA: u32 = 1;

/// What `--json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    schema: u32,
    /// The requested period.
    since: u64,
    until: u64,
    devices: Vec<DeviceEntry>,
}

#[derive(Debug, Serialize)]
struct DeviceEntry {
    id: String,
    name: Option<String>,
    /// The name from the configuration.
    alias: Option<String>,
    /// Whether the configuration hides it.
    hidden: bool,
    kind: Option<&'static str>,
    lowest_percent: Option<Percent>,
    highest_percent: Option<Percent>,
    last_percent: Option<Percent>,
    /// The number of gaps in the recording, and their total length in seconds.
    gaps: usize,
    gaps_s: u64,
    forecast: ForecastEntry,
    entries: Vec<HistoryEntry>,
}

#[derive(Debug, Serialize)]
struct ForecastEntry {
    /// The charge lost per day, in percentage points; negative if it rises.
    loss_percent_a_day: Option<Range>,
    /// Whether the charge holds or lasts more than ten years.
    holds: Option<bool>,
    /// null also if the charge holds.
    days_left: Option<Range>,
    /// The hours of use left of a device that is used for hours, otherwise null.
    hours_of_use_left: Option<Range>,
    /// `no percent`, `too soon` or null.
    why_not: Option<&'static str>,
    /// For a device that measures light, otherwise null.
    light: Option<LightEntry>,
}

#[derive(Debug, Serialize)]
struct LightEntry {
    lux_hours_a_day: Option<f64>,
    needed_lux_hours_a_day: Option<Range>,
    /// `few days`, `unclear` or null.
    why_not: Option<&'static str>,
}

/// A number and the range that is intended to contain it in nine of ten cases.
#[derive(Debug, Serialize)]
struct Range {
    best: f64,
    low: f64,
    /// null: without an upper bound.
    high: Option<f64>,
}

#[derive(Debug, Serialize)]
struct HistoryEntry {
    time: u64,
    span: &'static str,
    percent: Option<Percent>,
    voltage_mv: Option<Millivolts>,
    lux: Option<Lux>,
    state: Option<&'static str>,
    online: bool,
}

impl Document {
    /// Returns the document of the shown devices and period.
    pub(super) fn of(views: &[View<'_>], period: Period) -> Self {
        Self {
            schema: SCHEMA,
            since: seconds(period.since),
            until: seconds(period.until),
            devices: views.iter().map(DeviceEntry::of).collect(),
        }
    }
}

impl DeviceEntry {
    fn of(view: &View<'_>) -> Self {
        let device = &view.subject.device;
        let charges = view.charges();
        Self {
            id: device.id.clone(),
            name: device.name.as_deref().and_then(text::name),
            alias: device.preferences.alias.clone(),
            hidden: device.preferences.is_hidden,
            kind: device.kind.and_then(DeviceKind::name),
            lowest_percent: charges.map(|it| it.lowest),
            highest_percent: charges.map(|it| it.highest),
            last_percent: charges.map(|it| it.last),
            gaps: view.gaps.len(),
            gaps_s: view.unwatched().as_secs(),
            forecast: ForecastEntry::of(&view.forecast),
            entries: view.entries.iter().map(HistoryEntry::of).collect(),
        }
    }
}

impl ForecastEntry {
    fn of(forecast: &Forecast) -> Self {
        let outlook = forecast.outlook.ok();
        Self {
            loss_percent_a_day: forecast.loss.ok().map(Range::of),
            holds: outlook.map(|outlook| outlook == Outlook::Holds),
            days_left: match outlook {
                Some(Outlook::Empty(days)) => Some(Range::of(days)),
                Some(Outlook::Holds) | None => None,
            },
            hours_of_use_left: forecast.of_use.map(|left| {
                Range::of(Estimate {
                    best: left.best * 24.0,
                    low: left.low * 24.0,
                    high: left.high.map(|high| high * 24.0),
                })
            }),
            why_not: forecast.outlook.err().map(lack),
            light: forecast.sunlight.map(|sunlight| LightEntry {
                lux_hours_a_day: sunlight.a_day.map(rounded),
                needed_lux_hours_a_day: sunlight.needed.ok().map(Range::of),
                why_not: sunlight.needed.err().map(lack),
            }),
        }
    }
}

impl Range {
    fn of(estimate: Estimate) -> Self {
        Self {
            best: rounded(estimate.best),
            low: rounded(estimate.low),
            high: estimate.high.map(rounded),
        }
    }
}

impl HistoryEntry {
    fn of(entry: &Entry) -> Self {
        Self {
            time: seconds(entry.at),
            span: entry.span.name(),
            percent: entry.charge,
            voltage_mv: entry.voltage,
            lux: entry.light,
            state: ChargeState::name(entry.state),
            online: entry.online,
        }
    }
}

fn seconds(at: Timestamp) -> u64 {
    at.since_start().as_secs()
}

/// Rounds to the thousandth, which is more than is known.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

const fn lack(lack: Lack) -> &'static str {
    match lack {
        Lack::NoPercent => "no percent",
        Lack::TooSoon => "too soon",
        Lack::FewDays => "few days",
        Lack::Unclear => "unclear",
    }
}
