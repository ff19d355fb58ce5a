use zbus::DBusError;

/// The errors of UPower's methods.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.freedesktop.UPower")]
pub(in crate::service) enum UpowerError {
    GeneralError(String),
}

/// The errors of measuring light and reading the history.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.solarstatus.Error")]
pub(in crate::service) enum MeasureError {
    /// The device has no light meter, or the service records no history.
    NotSupported(String),
    /// The device is asleep, off or out of range.
    Offline(String),
    /// The arguments are invalid.
    InvalidArgs(String),
    /// A rate limit, a number of leases or the budget is exceeded.
    LimitsExceeded(String),
    /// The history cannot be read.
    Unreadable(String),
}
