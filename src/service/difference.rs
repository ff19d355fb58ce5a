//! Which property changes of an object are worth a signal: changed values, but not a mere new time
//! of an unchanged reading.

use std::time::Instant;

use crate::bus::{Pace, ServedValues};

/// The changed properties of an object.
pub(super) struct Difference {
    pub(super) changed: ServedValues,
    /// Whether further changes are held back by the rate limit.
    pub(super) late: bool,
}

impl Difference {
    /// The difference between the values sent last and the current ones. With `light_waits`,
    /// changes of light are held back.
    pub(super) fn between(
        sent: &ServedValues,
        now: ServedValues,
        light_waits: Option<Instant>,
    ) -> Self {
        let differs = |(now, sent): &(_, _)| now != *sent;
        let changed = now.into_iter().zip(sent).filter(differs);
        let mut changed: ServedValues = changed.map(|(now, _)| now).collect();
        let all = changed.len();
        if light_waits.is_some() {
            changed.retain(|(property, _)| property.pace != Pace::Limited);
        }
        Self {
            late: changed.len() < all,
            changed,
        }
    }

    /// Whether to emit a signal: changed times alone do not wake clients.
    pub(super) fn is_worth_a_signal(&self) -> bool {
        self.has(|pace| pace != Pace::WithOthers)
    }

    /// Whether it includes light.
    pub(super) fn includes_light(&self) -> bool {
        self.has(|pace| pace == Pace::Limited)
    }

    /// Updates the values sent last with these changes.
    pub(super) fn record(self, sent: &mut ServedValues) {
        for (property, value) in self.changed {
            let place = sent.iter_mut().find(|(it, _)| *it == property);
            if let Some((_, sent)) = place {
                *sent = value;
            }
        }
    }

    fn has(&self, pace: impl Fn(Pace) -> bool) -> bool {
        self.changed.iter().any(|(property, _)| pace(property.pace))
    }
}

#[cfg(test)]
mod tests {
    use zbus::OwnedVariant;

    use super::*;
    use crate::bus::device1::Properties;

    fn values(of: &[(&str, u32)]) -> ServedValues {
        let value = |(name, value): &(&str, u32)| {
            let property = Properties::LIST.iter().find(|it| it.name == *name);
            (property.unwrap(), OwnedVariant::from(*value))
        };
        of.iter().map(value).collect()
    }

    fn names(difference: &Difference) -> Vec<&str> {
        let names = difference.changed.iter().map(|(property, _)| property.name);
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn only_changed_properties_are_sent() {
        let sent = values(&[("Charge", 57), ("Slot", 1), ("BatteryTime", 5)]);
        let now = values(&[("Charge", 56), ("Slot", 1), ("BatteryTime", 6)]);
        let difference = Difference::between(&sent, now, None);
        assert_eq!(names(&difference), ["BatteryTime", "Charge"]);
        assert!(difference.is_worth_a_signal() && !difference.late);
    }

    #[test]
    fn changed_times_alone_are_not_worth_a_signal() {
        let sent = values(&[("Charge", 57), ("LastSeen", 5)]);
        let now = values(&[("Charge", 57), ("LastSeen", 6)]);
        assert!(!Difference::between(&sent, now, None).is_worth_a_signal());
    }

    #[test]
    fn rate_limited_light_is_held_back() {
        let sent = values(&[("Lux", 12), ("Charge", 57)]);
        let now = || values(&[("Lux", 320), ("Charge", 58)]);
        let difference = Difference::between(&sent, now(), Some(Instant::now()));
        assert_eq!(names(&difference), ["Charge"]);
        assert!(difference.late && !difference.includes_light());
        assert!(Difference::between(&sent, now(), None).includes_light());
    }
}
