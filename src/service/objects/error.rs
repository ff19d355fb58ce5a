use zbus::DBusError;

/// What UPower's methods fail with.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.freedesktop.UPower")]
pub(in crate::service) enum UpowerError {
    GeneralError(String),
}

/// What measuring light fails with, and reading the history.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.solarstatus.Error")]
pub(in crate::service) enum MeasureError {
    /// The device has no light meter, or the service no history.
    NotSupported(String),
    /// It sleeps, is off or out of range.
    Offline(String),
    /// The arguments are out of bounds.
    InvalidArgs(String),
    /// Too often, or too many at once.
    LimitsExceeded(String),
    /// The history cannot be read.
    Unreadable(String),
}
