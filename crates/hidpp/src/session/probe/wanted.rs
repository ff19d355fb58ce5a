//! The set of values to read from a device.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of values to read from a device: `Wanted::BATTERY | Wanted::NAME`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Wanted(u16);

/// The name of each part.
const NAMES: [(Wanted, &str); 8] = [
    (Wanted::BATTERY, "battery"),
    (Wanted::KIND, "kind"),
    (Wanted::NAME, "name"),
    (Wanted::FIRMWARE, "firmware"),
    (Wanted::NOTICES, "notices"),
    (Wanted::WAKE, "wake"),
    (Wanted::IDENTITY, "identity"),
    (Wanted::PRESENCE, "presence"),
];

impl Wanted {
    /// Nothing at all.
    pub const NOTHING: Self = Self(0);
    /// Charge and state of the battery, and the light of a solar keyboard.
    pub const BATTERY: Self = Self(1);
    /// What kind of device it is; a receiver knows that of its devices already.
    pub const KIND: Self = Self(1 << 1);
    /// The device's own, full name, in about four requests. If feature 0005 has no name, feature
    /// 0007 is read.
    pub const NAME: Self = Self(1 << 2);
    /// The firmware version, in two requests or more.
    pub const FIRMWARE: Self = Self(1 << 3);
    /// Switches on battery notices of a HID++ 1.0 device until the session ends.
    pub const NOTICES: Self = Self(1 << 4);
    /// The index of the feature that reports a reconnected device.
    pub const WAKE: Self = Self(1 << 5);
    /// What it reports about its identity; a receiver knows that of its devices already.
    pub const IDENTITY: Self = Self(1 << 6);
    /// Whether it answers at all.
    pub const PRESENCE: Self = Self(1 << 7);

    /// All of these.
    pub const ALL: Self = Self::BATTERY
        .with(Self::KIND)
        .with(Self::NAME)
        .with(Self::FIRMWARE)
        .with(Self::NOTICES)
        .with(Self::WAKE)
        .with(Self::IDENTITY)
        .with(Self::PRESENCE);

    /// The union of both sets: like `|`, but usable in constants.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Everything in this set that is not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// This set if the condition holds, otherwise the empty set.
    #[must_use]
    pub const fn when(self, condition: bool) -> Self {
        if condition { self } else { Self::NOTHING }
    }

    /// Whether everything in the other set is in this one.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Wanted {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl BitOrAssign for Wanted {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.with(other);
    }
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = NAMES.iter().filter(|(part, _)| self.contains(*part));
        f.write_str("Wanted")?;
        f.debug_set().entries(names.map(|(_, name)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_has_every_part_and_each_part_has_its_own_bit() {
        let all = NAMES
            .iter()
            .fold(Wanted::NOTHING, |set, (part, _)| set | *part);
        assert_eq!(all, Wanted::ALL);
        assert_eq!(all.0.count_ones() as usize, NAMES.len());
    }

    #[test]
    fn a_set_has_what_was_put_in() {
        let wanted = Wanted::BATTERY | Wanted::NAME.when(true) | Wanted::KIND.when(false);
        assert_eq!(wanted, Wanted::BATTERY.with(Wanted::NAME));
        assert!(wanted.contains(Wanted::NAME) && !wanted.contains(Wanted::KIND));
        assert!(!wanted.contains(Wanted::NAME | Wanted::KIND));
        assert_eq!(wanted.without(Wanted::NAME | Wanted::KIND), Wanted::BATTERY);
        assert_eq!(format!("{wanted:?}"), r#"Wanted{"battery", "name"}"#);
    }
}
