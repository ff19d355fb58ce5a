//! Single calls to solar-statusd, from a program that need not follow it.
//!
//! They are rare, so each uses a separate connection. If a bus fails, the next one is tried. An
//! error has the reason for each bus.

use std::time::Duration;

use super::calls::{Destination, DeviceObject};
use super::daemon::{self, NoDaemon};
use super::deadline::Limits;
use crate::bus::{Bus, Layout, NAME};
use crate::history::{self, Quantity};
use hidpp_proto::units::{Lux, Percent, Timestamp};

/// The timeout of a whole call on one bus, from the connection to the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longer than the history that the daemon returns, in seconds.
const TIMESPAN: u32 = 16 * 24 * 60 * 60;

/// More points than there can be, so that they are not averaged.
const RESOLUTION: u32 = 100_000;

/// The state of points that only mark a gap.
const GAP: u32 = 0;

/// The daemon on the first of these buses that answers.
#[derive(Clone, Debug)]
pub struct OnDemand {
    buses: Vec<Bus>,
}

impl OnDemand {
    /// Calls the daemon on these buses, in this order.
    pub const fn new(buses: Vec<Bus>) -> Self {
        Self { buses }
    }

    /// Requests a new battery reading from the device with this id. The result is reported to the
    /// programs that follow the daemon. Blocks for up to 5 s per bus.
    ///
    /// # Errors
    ///
    /// No daemon accepted the request: why, for each bus.
    pub fn refresh(&self, id: &str) -> Result<(), Vec<NoDaemon>> {
        self.call(id, &async |device| device.refresh().await)
    }

    /// The charge of a device as recorded in the last 16 days, the oldest first. Blocks for up to
    /// 5 s per bus.
    ///
    /// # Errors
    ///
    /// No daemon returned its history: why, for each bus.
    pub fn charges(&self, id: &str) -> Result<Vec<(Timestamp, Percent)>, Vec<NoDaemon>> {
        let points = self.points(id, Quantity::Charge)?.into_iter();
        let charge = |(at, value)| Some((at, Percent::new(u8::try_from(value).ok()?)?));
        Ok(points.filter_map(charge).collect())
    }

    /// The light on a device as recorded in the last 16 days, the oldest first. Blocks for up to
    /// 5 s per bus.
    ///
    /// # Errors
    ///
    /// No daemon returned its history: why, for each bus.
    pub fn lights(&self, id: &str) -> Result<Vec<(Timestamp, Lux)>, Vec<NoDaemon>> {
        let points = self.points(id, Quantity::Luminosity)?.into_iter();
        Ok(points.map(|(at, value)| (at, Lux(value))).collect())
    }

    /// The values without gap markers, the oldest first.
    fn points(&self, id: &str, kind: Quantity) -> Result<Vec<(Timestamp, u16)>, Vec<NoDaemon>> {
        let mut points: Vec<history::Point> = self.call(id, &async |device| {
            device.history(kind, TIMESPAN, RESOLUTION).await
        })?;
        points.retain(|(_, _, state)| *state != GAP);
        points.sort_by_key(|(at, _, _)| *at);
        let points = points.into_iter().filter_map(|(at, value, _)| {
            let at = Timestamp::from_start(Duration::from_secs(at.into()));
            Some((at, rounded(value)?))
        });
        Ok(points.collect())
    }

    fn call<T>(
        &self,
        id: &str,
        call: &impl AsyncFn(DeviceObject<'_>) -> zbus::Result<T>,
    ) -> Result<T, Vec<NoDaemon>> {
        let path = &*Layout::of(NAME).device(id);
        daemon::first(&self.buses, |bus| {
            let ask = async |daemon: Destination<'_>| call(DeviceObject { daemon, path }).await;
            daemon::ask(bus, Limits::timeout(PATIENCE), ask).map(|(_, answer)| answer)
        })
    }
}

/// The nearest whole number, if it fits in two bytes.
fn rounded(value: f64) -> Option<u16> {
    let whole = (0.0..=f64::from(u16::MAX)).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is in the range"
    )]
    whole.then(|| value.round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_fails_has_the_reason_for_each_bus() {
        let nowhere = ["/nonexistent/a", "/nonexistent/b"];
        let buses = nowhere.map(|path| Bus::Address(format!("unix:path={path}")));
        let why = OnDemand::new(buses.to_vec()).refresh("4002-392A0750");
        let why = why.unwrap_err();
        let absent = |error: &NoDaemon| matches!(error, NoDaemon::NoBus { .. });
        assert!(why.len() == 2 && why.iter().all(absent), "{why:?}");
    }

    #[test]
    fn values_are_rounded_to_whole_numbers_of_two_bytes() {
        assert_eq!(rounded(56.5), Some(57));
        assert_eq!(rounded(65_535.0), Some(u16::MAX));
        for value in [-0.1, 65_535.1, f64::NAN, f64::INFINITY] {
            assert_eq!(rounded(value), None, "{value}");
        }
    }
}
