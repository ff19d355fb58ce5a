use std::sync::Arc;

use super::serve::serve;
use crate::bus::upower::{self, Properties, upower_device};
use crate::history::{Entry, Flow, Point, Quantity, series, statistics};
use crate::manager::Command;
use crate::service::board::PublishedDevice;
use crate::service::objects::{Actions, UpowerError};
use crate::service::wall_clock::today;
use hidpp_proto::units::Timestamp;

/// A device with a battery, with UPower's interface.
#[derive(Clone)]
pub(in crate::service) struct UpowerDevice {
    subject: Subject,
    actions: Option<Actions>,
}

#[derive(Clone)]
enum Subject {
    Device(Arc<PublishedDevice>),
    /// The empty summary of the computer's own batteries, with its update time.
    Display(Timestamp),
}

impl UpowerDevice {
    /// The object of a device.
    pub(in crate::service) const fn new(post: Arc<PublishedDevice>, actions: Actions) -> Self {
        Self {
            subject: Subject::Device(post),
            actions: Some(actions),
        }
    }

    /// The object that summarizes the computer's own batteries, which is empty.
    pub(in crate::service) const fn display(since: Timestamp) -> Self {
        Self {
            subject: Subject::Display(since),
            actions: None,
        }
    }

    /// Passes the recorded history to `answer`; fails with the message `without` if there is none.
    async fn read_history<T: Send + 'static>(
        &self,
        without: &str,
        answer: impl FnOnce(&[Entry]) -> T + Send + 'static,
    ) -> Result<T, UpowerError> {
        match (&self.subject, &self.actions) {
            (Subject::Device(post), Some(actions)) if actions.histories().are_kept() => {
                let answered = actions.histories().read(&post.name, answer).await;
                answered.map_err(|error| UpowerError::GeneralError(error.to_string()))
            }
            _ => Err(UpowerError::GeneralError(without.to_owned())),
        }
    }

    fn keeps_history(&self) -> bool {
        let actions = self.actions.as_ref();
        actions.is_some_and(|actions| actions.histories().are_kept())
    }

    fn read<T>(&self, read: impl FnOnce(&Properties<'_>) -> T) -> T {
        let is_kept = self.keeps_history();
        match &self.subject {
            Subject::Device(post) => post.read(|facts| {
                let values = facts.upower().unwrap_or(upower::DISPLAY_DEVICE);
                read(&values.with_history(is_kept))
            }),
            Subject::Display(since) => read(&Properties {
                update_time: since.since_start().as_secs(),
                ..upower::DISPLAY_DEVICE
            }),
        }
    }

    fn ask(&self) -> Result<(), UpowerError> {
        let (Subject::Device(post), Some(actions)) = (&self.subject, &self.actions) else {
            return Ok(());
        };
        let asked = actions.command(Command::Refresh(post.name.clone()));
        asked.then_some(()).ok_or_else(|| {
            UpowerError::GeneralError("too many pending requests; try again".to_owned())
        })
    }

    async fn history(
        &self,
        kind: Option<Quantity>,
        timespan: u32,
        resolution: u32,
    ) -> Result<Vec<Point>, UpowerError> {
        let read = move |entries: &[Entry]| {
            kind.and_then(|kind| series(entries, kind, timespan, resolution, today()))
        };
        let without = "device does not support getting history";
        let series = self.read_history(without, read).await?;
        series.ok_or_else(|| UpowerError::GeneralError("device has no history".to_owned()))
    }

    async fn statistics(&self, flow: Option<Flow>) -> Result<Vec<(f64, f64)>, UpowerError> {
        let read = move |entries: &[Entry]| flow.map(|flow| statistics(entries, flow).to_vec());
        let without = "device does not support getting statistics";
        let statistics = self.read_history(without, read).await?;
        statistics.ok_or_else(|| UpowerError::GeneralError("device has no statistics".to_owned()))
    }
}

upower_device! { serve, 'static,

/// The battery of a device. Unknown values are 0, -1 or empty, as in UPower.
impl UpowerDevice: upower {
    /// Polls the battery of the device if it is awake, at most once in ten seconds.
    fn refresh(&self) -> Result<(), UpowerError> {
        self.ask()
    }

    /// Returns the recorded history. `type` is `charge`, `voltage` or `luminosity` (lux);
    /// `timespan` is the number of seconds to go back (0: everything, the oldest point first;
    /// otherwise the newest first); `resolution` is the maximum number of points. Each point has
    /// the time in seconds since 1970, the value and the state.
    #[zbus(out_args("data"))]
    async fn get_history(
        &self,
        r#type: &str,
        timespan: u32,
        resolution: u32,
    ) -> Result<Vec<Point>, UpowerError> {
        self.history(Quantity::from_name(r#type), timespan, resolution).await
    }

    /// Returns how long the battery takes for each percent from 0 to 100 while `charging` or
    /// `discharging`: the deviation from the mean, and its accuracy.
    #[zbus(out_args("data"))]
    async fn get_statistics(&self, r#type: &str) -> Result<Vec<(f64, f64)>, UpowerError> {
        self.statistics(Flow::from_name(r#type)).await
    }
}
}
