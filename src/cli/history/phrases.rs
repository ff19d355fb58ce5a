//! Forecasts as text.

use std::time::Duration;

use crate::device::rounding_step;
use crate::history::forecast::{Estimate, Forecast, Lack, Outlook, Sunlight};

/// The levels of light in lux used to describe what is needed: the lowest at which a day is long
/// enough.
const LIGHTS: [f64; 4] = [300.0, 500.0, 1000.0, 10_000.0];

/// The most hours of light that an example assumes per day.
const LONG_DAY: f64 = 12.0;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Formats the forecast of the charge: `empty in about 78 days (60 to 105)`; for a device that is
/// used for hours, `empty in about 12 h of use (9 to 16)`.
pub(super) fn outlook(forecast: &Forecast) -> String {
    if let Some(left) = forecast.of_use.filter(|left| left.best * 24.0 >= 0.5) {
        let hours = rounded(left, HOUR);
        return format!("empty in about {} h of use{}", hours.best, range(hours));
    }
    match forecast.outlook {
        Ok(Outlook::Empty(days)) if days.best <= 0.0 => "empty".to_owned(),
        Ok(Outlook::Empty(days)) if days.best < 1.0 => "empty within a day".to_owned(),
        Ok(Outlook::Empty(days)) => {
            let days = rounded(days, DAY);
            let unit = if days.best < 1.5 { "day" } else { "days" };
            format!("empty in about {} {unit}{}", days.best, range(days))
        }
        Ok(Outlook::Holds) => "holds its charge".to_owned(),
        Err(lack) => lack.words().to_owned(),
    }
}

/// Converts days to whole units, rounded like the time left: the best value to the nearest step, the
/// range outwards.
fn rounded(days: Estimate, unit: Duration) -> Estimate {
    let units = |length: Duration| length.div_duration_f64(unit);
    let best = Duration::try_from_secs_f64(days.best * DAY.as_secs_f64()).unwrap_or(Duration::MAX);
    let step = units(rounding_step(best)).max(1.0);
    let steps = |days: f64| days * units(DAY) / step;
    Estimate {
        best: steps(days.best).round() * step,
        low: steps(days.low).floor() * step,
        high: days.high.map(|high| steps(high).ceil() * step),
    }
}

/// Formats the change of the charge per day: `loses 0.4 % a day`.
pub(super) fn loss(forecast: &Forecast) -> Option<String> {
    let loss = forecast.loss.ok()?.best;
    Some(if loss.abs() < 0.05 {
        "about the same each day".to_owned()
    } else if loss > 0.0 {
        format!("loses {loss:.1} % a day")
    } else {
        format!("gains {:.1} % a day", -loss)
    })
}

/// Formats the light received: `1540 lux hours a day`.
pub(super) fn light(sunlight: &Sunlight) -> String {
    match sunlight.a_day {
        Some(a_day) => format!("{} lux hours a day", tens(a_day)),
        None => "no day was recorded completely".to_owned(),
    }
}

/// Formats the light needed: `needs 2140 lux hours a day (2010 to 2270), such as 7 h 10 min at 300
/// lux`.
pub(super) fn need(sunlight: &Sunlight) -> String {
    match sunlight.needed {
        Ok(needed) => {
            let (best, range) = (tens(needed.best), range_of_tens(needed));
            format!(
                "needs {best} lux hours a day{range}, such as {}",
                example(needed.best)
            )
        }
        Err(lack) => format!("the light it needs: {}", lack.words()),
    }
}

/// Formats the facts that fit above a chart.
pub(super) fn note(forecast: &Forecast, charge: Option<String>) -> String {
    let mut facts: Vec<String> = charge.into_iter().collect();
    if forecast.outlook != Err(Lack::TooSoon) {
        facts.push(outlook(forecast));
    }
    if let Some(sunlight) = &forecast.sunlight {
        if sunlight.a_day.is_some() {
            facts.push(format!("gets {}", light(sunlight)));
        }
        if let Ok(needed) = sunlight.needed {
            facts.push(format!(
                "needs {}{}",
                tens(needed.best),
                range_of_tens(needed)
            ));
        }
    }
    facts.join(", ")
}

/// ` (60 to 105)`; empty if both ends are the same number.
fn range(estimate: Estimate) -> String {
    let low = estimate.low.max(0.0);
    match estimate.high {
        Some(high) if high - low < 0.5 => String::new(),
        Some(high) => format!(" ({low} to {high})"),
        None => format!(" ({low} or more)"),
    }
}

fn range_of_tens(estimate: Estimate) -> String {
    range(Estimate {
        best: tens(estimate.best),
        low: tens(estimate.low),
        high: estimate.high.map(tens),
    })
}

/// Rounds to the next ten.
fn tens(value: f64) -> f64 {
    (value / 10.0).round() * 10.0
}

/// `7 h 10 min at 300 lux`
fn example(lux_hours: f64) -> String {
    let enough = |lux: &f64| lux_hours / lux <= LONG_DAY;
    let lux = LIGHTS.into_iter().find(enough).unwrap_or(LIGHTS[3]);
    let minutes = (lux_hours / lux * 6.0).round() * 10.0;
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    if minutes < 1.0 {
        format!("{hours} h at {lux} lux")
    } else if hours < 1.0 {
        format!("{minutes} min at {lux} lux")
    } else {
        format!("{hours} h {minutes} min at {lux} lux")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(best: f64, low: f64, high: Option<f64>) -> Estimate {
        Estimate { best, low, high }
    }

    fn of(outlook: Result<Outlook, Lack>) -> Forecast {
        Forecast {
            loss: Err(Lack::TooSoon),
            outlook,
            sunlight: None,
            of_use: None,
            is_doubtful: false,
        }
    }

    #[test]
    fn days_have_a_range() {
        let says = |days| outlook(&of(Ok(Outlook::Empty(days))));
        let days = estimate(77.6, 60.2, Some(104.9));
        assert_eq!(says(days), "empty in about 78 days (60 to 105)");
        let open = estimate(77.6, 60.2, None);
        assert_eq!(says(open), "empty in about 78 days (60 or more)");
        let sure = estimate(19.2, 19.0, Some(19.0));
        assert_eq!(says(sure), "empty in about 19 days");
        // Like the time left in the table: by weeks from 140 days on.
        let long = estimate(203.0, 164.9, Some(263.0));
        assert_eq!(says(long), "empty in about 203 days (161 to 266)");
        assert_eq!(says(estimate(0.4, 0.0, None)), "empty within a day");
        assert_eq!(says(estimate(0.0, 0.0, Some(0.0))), "empty");
        assert_eq!(outlook(&of(Ok(Outlook::Holds))), "holds its charge");
    }

    #[test]
    fn light_is_expressed_in_hours_of_a_possible_day() {
        assert_eq!(example(900.0), "3 h at 300 lux");
        assert_eq!(example(2150.0), "7 h 10 min at 300 lux");
        assert_eq!(example(5000.0), "10 h at 500 lux");
        assert_eq!(example(100.0), "20 min at 300 lux");
    }

    #[test]
    fn an_unknown_need_has_its_reason() {
        let sunlight = Sunlight {
            a_day: None,
            needed: Err(Lack::FewDays),
        };
        assert!(need(&sunlight).contains("not enough data yet"));
        assert_eq!(loss(&of(Ok(Outlook::Holds))), None);
    }
}
