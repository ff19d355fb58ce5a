//! What is worth saying of an object: values that are different, but not that they were read again.

use std::collections::HashMap;
use std::time::Instant;

use zbus::OwnedVariant;

/// The values of an object, by their names.
pub(super) type Values = HashMap<String, OwnedVariant>;

/// Values that say when another was read.
const TIMES: [&str; 5] = [
    "UpdateTime",
    "LastSeen",
    "BatteryTime",
    "ChargeTime",
    "TimeLeftTime",
];

/// Values of the light. Its time is one: whoever has light measured is told so, also where it is
/// the same as before.
const LIGHT: [&str; 5] = [
    "Luminosity",
    "Lux",
    "LightLevel",
    "LightTrusted",
    "LightTime",
];

/// What is different about an object.
pub(super) struct Difference {
    pub(super) changed: Values,
    /// There is more, which has to wait.
    pub(super) late: bool,
}

impl Difference {
    /// Between what was said and what is now; `light_waits`: light is not told yet.
    pub(super) fn between(said: &Values, now: Values, light_waits: Option<Instant>) -> Self {
        let mut changed = now;
        changed.retain(|name, value| said.get(name) != Some(value));
        let all = changed.len();
        if light_waits.is_some() {
            changed.retain(|name, _| !LIGHT.contains(&name.as_str()));
        }
        Self {
            late: changed.len() < all,
            changed,
        }
    }

    /// Times alone wake nobody.
    pub(super) fn worth_telling(&self) -> bool {
        self.changed
            .keys()
            .any(|name| !TIMES.contains(&name.as_str()))
    }

    /// Whether light is told.
    pub(super) fn tells_light(&self) -> bool {
        self.changed
            .keys()
            .any(|name| LIGHT.contains(&name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(of: &[(&str, u32)]) -> Values {
        let value = |(name, value): &(&str, u32)| ((*name).to_owned(), OwnedVariant::from(*value));
        of.iter().map(value).collect()
    }

    fn names(difference: &Difference) -> Vec<&str> {
        let mut names: Vec<&str> = difference.changed.keys().map(String::as_str).collect();
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
