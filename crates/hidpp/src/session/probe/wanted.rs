//! What is wanted of a device.

/// What is wanted of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of wishes, each on its own"
)]
pub struct Wanted {
    /// Charge, state, and light where there is any.
    pub battery: bool,
    /// What sort of device it is; a receiver knows that of its devices already.
    pub kind: bool,
    /// The device's own, full name; costs about four requests. Where feature 0005 has none, that of
    /// feature 0007.
    pub name: bool,
    /// The firmware version; costs two requests or more.
    pub firmware: bool,
    /// That a HID++ 1.0 device tells changes of its battery, until the session ends.
    pub notices: bool,
    /// Where the event stands by which a device says that it is back.
    pub wake: bool,
    /// What it states of its identity; a receiver knows that of its devices already.
    pub identity: bool,
    /// Whether it answers at all.
    pub presence: bool,
}

impl Wanted {
    /// Nothing at all.
    pub const NOTHING: Self = Self {
        battery: false,
        kind: false,
        name: false,
        firmware: false,
        notices: false,
        wake: false,
        identity: false,
        presence: false,
    };
    /// Its own name only.
    pub const NAME: Self = Self {
        name: true,
        ..Self::NOTHING
    };
    /// The battery only.
    pub const BATTERY: Self = Self {
        battery: true,
        ..Self::NOTHING
    };
}
