//! A charge as a bar.

use crate::units::Percent;

/// How wide a bar is, in characters.
pub(super) const WIDTH: usize = 10;

/// A bar of ten characters, in eighths of them where the terminal shows Unicode.
pub(super) fn bar(charge: Percent, unicode: bool) -> String {
    let percent = usize::from(charge.get());
    if !unicode {
        let full = (percent + 5) / WIDTH;
        return format!("{}{}", "#".repeat(full), "-".repeat(WIDTH - full));
    }
    let eighths = percent * WIDTH * 8 / 100;
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        .get(eighths % 8)
        .copied()
        .unwrap_or_default();
    let used = eighths / 8 + usize::from(!part.is_empty());
    format!(
        "{}{part}{}",
        "█".repeat(eighths / 8),
        "·".repeat(WIDTH - used)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_the_same_width() {
        for percent in 0..=100 {
            let charge = Percent::new(percent).unwrap();
            assert_eq!(bar(charge, true).chars().count(), WIDTH, "{percent}");
            assert_eq!(bar(charge, false).chars().count(), WIDTH, "{percent}");
        }
        assert_eq!(bar(Percent::new(57).unwrap(), true), "█████▋····");
        assert_eq!(bar(Percent::new(57).unwrap(), false), "######----");
        assert_eq!(bar(Percent::FULL, true), "██████████");
    }
}
