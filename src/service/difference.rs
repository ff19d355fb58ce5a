//! What is worth saying of an object: values that are different, but not that they were read again.

use std::time::Instant;

use crate::bus::{Pace, ServedValues};

/// What is different about an object.
pub(super) struct Difference {
    pub(super) changed: ServedValues,
    /// There is more, which has to wait.
    pub(super) late: bool,
}

impl Difference {
    /// Between what was said and what is now; `light_waits`: light is not told yet.
    pub(super) fn between(
        said: &ServedValues,
        now: ServedValues,
        light_waits: Option<Instant>,
    ) -> Self {
        let differs = |(now, said): &(_, _)| now != *said;
        let changed = now.into_iter().zip(said).filter(differs);
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

    /// Times alone wake nobody.
    pub(super) fn worth_telling(&self) -> bool {
        self.has(|pace| pace != Pace::WithOthers)
    }

    /// Whether light is told.
    pub(super) fn tells_light(&self) -> bool {
        self.has(|pace| pace == Pace::Limited)
    }

    /// Updates the values sent last with these changes.
    pub(super) fn record(self, said: &mut ServedValues) {
        for (property, value) in self.changed {
            let place = said.iter_mut().find(|(it, _)| *it == property);
            if let Some((_, said)) = place {
                *said = value;
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
    fn only_what_is_different_is_said() {
        let said = values(&[("Charge", 57), ("Slot", 1), ("BatteryTime", 5)]);
        let now = values(&[("Charge", 56), ("Slot", 1), ("BatteryTime", 6)]);
        let difference = Difference::between(&said, now, None);
        assert_eq!(names(&difference), ["BatteryTime", "Charge"]);
        assert!(difference.worth_telling() && !difference.late);
    }

    #[test]
    fn times_alone_are_not_worth_telling() {
        let said = values(&[("Charge", 57), ("LastSeen", 5)]);
        let now = values(&[("Charge", 57), ("LastSeen", 6)]);
        assert!(!Difference::between(&said, now, None).worth_telling());
    }

    #[test]
    fn light_that_has_to_wait_is_left_for_later() {
        let said = values(&[("Lux", 12), ("Charge", 57)]);
        let now = || values(&[("Lux", 320), ("Charge", 58)]);
        let difference = Difference::between(&said, now(), Some(Instant::now()));
        assert_eq!(names(&difference), ["Charge"]);
        assert!(difference.late && !difference.tells_light());
        assert!(Difference::between(&said, now(), None).tells_light());
    }
}
