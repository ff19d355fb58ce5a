//! A charge as a bar.

use crate::device::{Battery, BatteryLevel, ValueKind};
use hidpp_proto::units::Percent;

/// How many characters a bar has.
const WIDTH: usize = 10;

/// Returns a battery as a bar: smooth for a percentage, four blocks for a level.
pub(super) fn bar(battery: &Battery, unicode: bool) -> Option<String> {
    wide_bar(battery, unicode, WIDTH)
}

/// Like [`bar`], at most `width` characters wide.
pub(super) fn wide_bar(battery: &Battery, unicode: bool, width: usize) -> Option<String> {
    match (battery.value_kind, battery.percent, battery.level) {
        (ValueKind::Percent | ValueKind::Voltage, Some(percent), _) => {
            Some(smooth(percent, unicode, width))
        }
        (_, _, Some(level)) => Some(blocks(level, unicode, width)),
        _ => None,
    }
}

/// Draws a bar in eighths of characters if the terminal shows Unicode.
fn smooth(charge: Percent, unicode: bool, width: usize) -> String {
    let percent = usize::from(charge.get());
    if !unicode {
        let full = (percent * width + 50) / 100;
        return format!("{}{}", "#".repeat(full), "-".repeat(width - full));
    }
    let eighths = percent * width * 8 / 100;
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        .get(eighths % 8)
        .copied()
        .unwrap_or_default();
    let used = eighths / 8 + usize::from(!part.is_empty());
    format!(
        "{}{part}{}",
        "█".repeat(eighths / 8),
        "·".repeat(width - used)
    )
}

/// Draws four blocks, one for each level, separated by two blanks.
fn blocks(level: BatteryLevel, unicode: bool, width: usize) -> String {
    let full = match level {
        BatteryLevel::Critical => 1,
        BatteryLevel::Low => 2,
        BatteryLevel::Good => 3,
        BatteryLevel::Full => 4,
    };
    let block = |number| match (number <= full, unicode) {
        (true, true) => "█",
        (true, false) => "#",
        (false, true) => "·",
        (false, false) => "-",
    };
    let wide = (width.saturating_sub(6) / 4).max(1);
    let blocks = (1..=4).map(|number| block(number).repeat(wide));
    blocks.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::feature::battery_level_status::read_level;
    use hidpp_proto::feature::unified_battery::read_status;
    use hidpp_proto::units::Timestamp;
    use test_support::report;

    #[test]
    fn bars_have_the_same_width() {
        for percent in 0..=100 {
            let charge = Percent::new(percent).unwrap();
            assert_eq!(
                smooth(charge, true, WIDTH).chars().count(),
                WIDTH,
                "{percent}"
            );
            assert_eq!(
                smooth(charge, false, WIDTH).chars().count(),
                WIDTH,
                "{percent}"
            );
            let level = BatteryLevel::of(charge);
            assert_eq!(
                blocks(level, true, WIDTH).chars().count(),
                WIDTH,
                "{percent}"
            );
            assert_eq!(
                blocks(level, false, WIDTH).chars().count(),
                WIDTH,
                "{percent}"
            );
        }
        assert_eq!(smooth(Percent::new(57).unwrap(), true, WIDTH), "█████▋····");
        assert_eq!(
            smooth(Percent::new(57).unwrap(), false, WIDTH),
            "######----"
        );
        assert_eq!(smooth(Percent::FULL, true, WIDTH), "██████████");
    }

    #[test]
    fn a_step_does_not_look_like_a_percentage() {
        let at = Timestamp::START;
        // Feature 1000 at its step of 50 %, and a device that reports levels only.
        let m525 = read_level(&report("11 01 04 05 32 05 …"));
        let m525 = Battery::from_level_status(&m525, None, at);
        assert_eq!(bar(&m525, true).unwrap(), "█  █  █  ·");
        assert_eq!(bar(&m525, false).unwrap(), "#  #  #  -");
        let low = read_status(&report("11 01 06 1B 00 02 …"));
        let low = Battery::from_unified(&low, None, at);
        assert_eq!(bar(&low, true).unwrap(), "█  █  ·  ·");
        let percentage = read_status(&report("11 01 06 1B 61 08 …"));
        let percentage = Battery::from_unified(&percentage, None, at);
        assert_eq!(bar(&percentage, true).unwrap(), "█████████▋");
    }

    #[test]
    fn a_bar_can_be_of_any_width() {
        for width in 0..60 {
            for percent in 0..=100 {
                let charge = Percent::new(percent).unwrap();
                for unicode in [true, false] {
                    let bar = smooth(charge, unicode, width);
                    assert_eq!(bar.chars().count(), width, "{percent}");
                }
            }
        }
        assert_eq!(blocks(BatteryLevel::Low, false, 20), "###  ###  ---  ---");
    }

    #[test]
    fn without_a_charge_there_is_no_bar() {
        let charging = read_level(&report("11 01 06 0B 00 00 01 …"));
        let charging = Battery::from_level_status(&charging, None, Timestamp::START);
        assert_eq!(bar(&charging, true), None);
    }
}
