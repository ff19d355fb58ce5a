use std::sync::Arc;

use zbus::Connection;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;

use super::serve::serve;
use crate::bus::device1::{self, Properties, device1};
use crate::bus::entries::{SentRow, page};
use crate::device::Presence;
use crate::service::board::PublishedDevice;
use crate::service::leases::Refusal;
use crate::service::objects::{Actions, MeasureError};

/// The interface for everything that UPower's does not cover.
#[derive(Clone)]
pub(in crate::service) struct Device1 {
    pub(in crate::service) post: Arc<PublishedDevice>,
    pub(in crate::service) actions: Actions,
}

impl Device1 {
    fn read<T>(&self, read: impl FnOnce(&Properties<'_>) -> T) -> T {
        self.post.read(|facts| read(&facts.device1()))
    }

    async fn measure(
        &self,
        count: u32,
        period: u32,
        header: Header<'_>,
        connection: &Connection,
    ) -> Result<(), MeasureError> {
        let (is_solar, presence) = self
            .post
            .read(|facts| (facts.device.is_solar(), facts.device.presence));
        if !is_solar {
            let why = format!("{} has no light meter", self.post.name);
            return Err(MeasureError::NotSupported(why));
        }
        if presence == Presence::Offline && count > 0 {
            let why = format!("{} is asleep, off or out of range", self.post.name);
            return Err(MeasureError::Offline(why));
        }
        let Some(caller) = header.sender() else {
            let why = "light can be measured only for a caller on a message bus".to_owned();
            return Err(MeasureError::InvalidArgs(why));
        };
        let wanted = self
            .actions
            .want_light(caller, &self.post.name, count, period);
        wanted.map_err(|refusal| match refusal {
            Refusal::OutOfBounds => MeasureError::InvalidArgs(refusal.to_string()),
            Refusal::TooOften | Refusal::TooMany | Refusal::Spent(_) => {
                MeasureError::LimitsExceeded(refusal.to_string())
            }
        })?;
        if !self.actions.has_light(caller) || self.actions.watch(connection, caller).await {
            return Ok(());
        }
        self.actions.forget(caller);
        let why = "cannot watch for the caller leaving the bus; retry".to_owned();
        Err(MeasureError::LimitsExceeded(why))
    }

    async fn entries(&self, since: u64) -> Result<Vec<SentRow>, MeasureError> {
        let histories = self.actions.histories();
        if !histories.are_kept() {
            let why = "no history is recorded: solar-statusd runs without --state".to_owned();
            return Err(MeasureError::NotSupported(why));
        }
        let rows = histories.read(&self.post.name, move |entries| page(entries, since));
        rows.await
            .map_err(|error| MeasureError::Unreadable(error.to_string()))
    }
}

device1! { serve, 'static,

/// A device connected through a receiver, a cable or Bluetooth: its identity, and the values that
/// UPower's interface does not cover. Unknown values are empty, 0 or -1.
impl Device1: device1 {
    /// Starts a series of `count` light measurements of a solar keyboard, one every `period`
    /// seconds, at most 255 and at most half an hour. Each measurement is signalled as a change of
    /// `LightTime`; `Lux` is in the signal only if it changed. The series ends after the last
    /// measurement, when the caller leaves the bus, or when the caller passes a count of 0. The
    /// requests of several callers are merged into one series.
    /// Every measurement costs the keyboard some charge, so it has a budget of 25000 in 24
    /// hours, of which one user has 20000; beyond the budget, each user can still use 500 (those
    /// after the first 64 in an hour: 500 together). If none of these is left, the call fails with
    /// `org.solarstatus.Error.LimitsExceeded` and the time until enough is available again.
    async fn measure_light(
        &self,
        count: u32,
        period: u32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), MeasureError> {
        self.measure(count, period, header, connection).await
    }

    /// Returns the recorded history from `since` (seconds since 1970) on, the oldest entry first.
    /// Each entry has: seconds since 1970; `moment`, or `hour` or `day` for a summary of one;
    /// charge in percent, millivolts and lux, each -1 if unknown; the state, as in `State`; whether
    /// the device was online. At most 1000 entries are returned: for more, call again with the
    /// second after the last entry, until the result is empty.
    #[zbus(out_args("entries"))]
    async fn get_entries(&self, since: u64) -> Result<Vec<SentRow>, MeasureError> {
        self.entries(since).await
    }

    /// The light key was pressed.
    #[zbus(signal)]
    async fn light_button_pressed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
}
