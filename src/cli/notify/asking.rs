//! What solar-statusd is asked beside following it: to read a device again, and what it recorded.
//!
//! It happens seldom, so each time has its own connection. Whatever fails is done without.

use std::fmt::Display;
use std::time::Duration;

use log::debug;
use serde::de::DeserializeOwned;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::{Connection, Type};

use crate::alerts::Past;
use crate::bus::{Bus, Layout, NAME, UPOWER_DEVICE_INTERFACE};
use crate::client::deadline::{self, Limits};
use crate::device::Device;
use crate::units::{Lux, Percent, Timestamp};

/// How long a bus may take for a whole call, from the connection to the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longer than anything is looked back, in seconds.
const TIMESPAN: u32 = 16 * 24 * 60 * 60;

/// More than there can be: points are not averaged.
const RESOLUTION: u32 = 100_000;

/// The state of points that only mark a gap.
const GAP: u32 = 0;

/// The buses on which the daemon may be, the likeliest first.
pub(super) struct Asking(pub(super) Vec<Bus>);

/// A point of `GetHistory`: seconds since 1970, value, state.
type Point = (u32, f64, u32);

impl Asking {
    /// Has a device read again. What comes of it is heard by whoever follows.
    pub(super) fn read_again(&self, device: &Device) {
        _ = self.call::<()>(device, "Refresh", &());
    }

    /// What was recorded of a solar keyboard.
    pub(super) fn past(&self, device: &Device) -> Past {
        let history = |kind: &str| {
            let arguments = (kind, TIMESPAN, RESOLUTION);
            let points = self.call::<Vec<Point>>(device, "GetHistory", &arguments);
            let mut points = points.unwrap_or_default();
            points.retain(|(_, _, state)| *state != GAP);
            points.sort_by_key(|(at, _, _)| *at);
            points.into_iter().filter_map(|(at, value, _)| {
                let at = Timestamp::from_start(Duration::from_secs(at.into()));
                Some((at, rounded(value)?))
            })
        };
        let charge = |(at, value)| Some((at, Percent::new(u8::try_from(value).ok()?)?));
        Past {
            charges: history("charge").filter_map(charge).collect(),
            lights: history("luminosity")
                .map(|(at, lux)| (at, Lux(lux)))
                .collect(),
        }
    }

    fn call<T: DeserializeOwned + Type>(
        &self,
        device: &Device,
        method: &str,
        arguments: &(impl serde::Serialize + Type),
    ) -> Option<T> {
        let path = Layout::of(NAME).device(&device.id);
        let asked = |bus: &Bus| {
            let failed = |error: &dyn Display| debug!("{method} of {path} on {bus}: {error}");
            let answer = ask(bus, &path, method, arguments);
            match deadline::run(Limits::timeout(PATIENCE), answer) {
                Ok(answer) => answer.inspect_err(|error| failed(error)).ok(),
                Err(stopped) => {
                    failed(&stopped);
                    None
                }
            }
        };
        self.0.iter().find_map(asked)
    }
}

/// Asks the daemon on a bus, without starting one.
async fn ask<T: DeserializeOwned + Type>(
    bus: &Bus,
    path: &str,
    method: &str,
    arguments: &(impl serde::Serialize + Type),
) -> zbus::Result<T> {
    let connection: Connection = bus.builder()?.build().await?;
    let proxy = DBusProxy::new(&connection).await?;
    let owner = proxy.get_name_owner(BusName::try_from(NAME)?).await?;
    let interface = Some(UPOWER_DEVICE_INTERFACE);
    let answer = connection.call_method(Some(owner), path, interface, method, arguments);
    answer.await?.body().deserialize()
}

/// The nearest whole number, where there is one of two bytes.
fn rounded(value: f64) -> Option<u16> {
    let whole = (0.0..=f64::from(u16::MAX)).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is in the range"
    )]
    whole.then(|| value.round() as u16)
}
