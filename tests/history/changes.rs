//! Which readings are written, and how a reader interprets them.

use solar_status::history::{History, Sample};

use super::*;

/// Records these samples, and returns the second and the light of each entry written.
fn written(readings: &[(u64, Sample)]) -> Vec<(u64, Option<u16>)> {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    for (seconds, sample) in readings {
        history.record(KEYBOARD, at(*seconds), sample).unwrap();
    }
    let entries = history.read(KEYBOARD, Timestamp::START).unwrap();
    let seconds = |entry: &Entry| entry.at.since(at(0)).as_secs();
    entries
        .iter()
        .map(|it| (seconds(it), it.light.map(|lux| lux.0)))
        .collect()
}

fn lit(lux: u16, seconds: u64) -> Sample {
    Sample {
        light: Some(light(lux, at(seconds))),
        ..charge(57)
    }
}

#[test]
fn unchanged_values_are_written_once_an_hour() {
    let readings: Vec<_> = (0..=20).map(|tens| (600 * tens, charge(57))).collect();
    assert_eq!(
        written(&readings),
        [(0, None), (HOUR, None), (2 * HOUR, None), (3 * HOUR, None)]
    );
}

#[test]
fn a_change_of_charge_state_or_presence_is_written_immediately() {
    let charging = Sample {
        state: ChargeState::Charging,
        ..charge(58)
    };
    let asleep = Sample {
        online: false,
        ..charging
    };
    let readings = [(0, charge(57)), (1, charge(58)), (2, charging), (3, asleep)];
    assert_eq!(written(&readings).len(), 4);
}

#[test]
fn light_and_voltage_are_written_once_a_minute() {
    let readings: Vec<_> = (1..=180)
        .map(|it| (it, lit(300 + u16::try_from(it).unwrap(), it)))
        .collect();
    assert_eq!(
        written(&readings),
        [(1, Some(301)), (61, Some(361)), (121, Some(421))]
    );
    let volts = |millivolts| Sample {
        voltage: Some(Millivolts(millivolts)),
        ..charge(57)
    };
    let readings = [(0, volts(3850)), (59, volts(3851)), (60, volts(3851))];
    assert_eq!(written(&readings), [(0, None), (60, None)]);
}

#[test]
fn a_measurement_of_light_is_written_once() {
    let readings = [
        (1, lit(312, 1)),
        // The charge changes; the light is still the previous measurement.
        (
            2,
            Sample {
                light: Some(light(312, at(1))),
                ..charge(58)
            },
        ),
        // The same light, measured again.
        (
            2 + HOUR,
            Sample {
                light: Some(light(312, at(HOUR))),
                ..charge(58)
            },
        ),
    ];
    assert_eq!(
        written(&readings),
        [(1, Some(312)), (2, None), (2 + HOUR, Some(312))]
    );
}

#[test]
fn light_measured_before_the_history_was_opened_is_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = History::open(directory.path().to_owned(), at(DAY)).unwrap();
    for (seconds, measured) in [(DAY + 1, DAY - 1), (DAY + 61, DAY + 60)] {
        let sample = lit(u16::try_from(measured % 1000).unwrap(), measured);
        history.record(KEYBOARD, at(seconds), &sample).unwrap();
    }
    let entries = all(directory.path());
    let light: Vec<Option<Lux>> = entries.iter().map(|it| it.light).collect();
    assert_eq!(light, [None, Some(Lux(460))]);
}

#[test]
fn time_without_the_daemon_is_a_gap_and_sleep_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let asleep = Sample {
        online: false,
        ..charge(57)
    };
    for (day, sample) in [(0, charge(57)), (1, asleep)] {
        let mut history = open(directory.path());
        for hour in 0..12 {
            let now = at(day * DAY + hour * HOUR);
            history.record(KEYBOARD, now, &sample).unwrap();
        }
    }
    let entries = all(directory.path());
    assert_eq!(entries.len(), 24);
    let gaps: Vec<usize> = (1..24)
        .filter(|it| !entries[*it].follows(&entries[*it - 1]))
        .collect();
    assert_eq!(gaps, [12]);
}

#[test]
fn entries_stay_sorted_when_the_clock_is_set_back() {
    let readings = [
        (10 * DAY, charge(57)),
        (5 * DAY, charge(57)),
        (5 * DAY + 1, charge(56)),
        (10 * DAY + 1, charge(55)),
    ];
    assert_eq!(
        written(&readings),
        [
            (5 * DAY, None),
            (5 * DAY + 1, None),
            (10 * DAY, None),
            (10 * DAY + 1, None)
        ]
    );
}

#[test]
fn reading_can_start_at_any_time() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(directory.path());
    for (seconds, percent) in [(0, 57), (100, 56), (200, 55)] {
        history
            .record(KEYBOARD, at(seconds), &charge(percent))
            .unwrap();
    }
    assert_eq!(charges(&history.read(KEYBOARD, at(100)).unwrap()), [56, 55]);
    assert!(history.read("C52B-2", Timestamp::START).unwrap().is_empty());
}
