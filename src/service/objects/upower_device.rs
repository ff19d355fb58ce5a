use std::sync::Arc;

use zbus::interface;

use crate::bus::upower::{self, Properties};
use crate::history::{Entry, Flow, Kind, Point, series, statistics};
use crate::manager::Command;
use crate::service::board::Post;
use crate::service::objects::{Hands, UpowerError};
use crate::service::wall::today;
use crate::units::Timestamp;

/// A device with a battery, in UPower's words.
#[derive(Clone)]
pub(in crate::service) struct UpowerDevice {
    what: What,
    hands: Option<Hands>,
}

#[derive(Clone)]
enum What {
    Device(Arc<Post>),
    /// The summary of the computer's own batteries, since when there are none.
    Display(Timestamp),
}

impl UpowerDevice {
    /// A device.
    pub(in crate::service) const fn new(post: Arc<Post>, hands: Hands) -> Self {
        Self {
            what: What::Device(post),
            hands: Some(hands),
        }
    }

    /// The summary of the computer's own batteries: there are none since then.
    pub(in crate::service) const fn display(since: Timestamp) -> Self {
        Self {
            what: What::Display(since),
            hands: None,
        }
    }

    /// Passes what was recorded to `answer`.
    async fn read<T: Send + 'static>(
        &self,
        without: &str,
        answer: impl FnOnce(&[Entry]) -> T + Send + 'static,
    ) -> Result<T, UpowerError> {
        match (&self.what, &self.hands) {
            (What::Device(post), Some(hands)) if hands.histories().are_kept() => {
                let answered = hands.histories().read(&post.name, answer).await;
                answered.map_err(|error| UpowerError::GeneralError(error.to_string()))
            }
            _ => Err(UpowerError::GeneralError(without.to_owned())),
        }
    }

    fn keeps_history(&self) -> bool {
        let hands = self.hands.as_ref();
        hands.is_some_and(|hands| hands.histories().are_kept())
    }

    fn values(&self) -> Properties {
        match &self.what {
            What::Device(post) => post.upower().unwrap_or(upower::DISPLAY_DEVICE),
            What::Display(since) => Properties {
                update_time: since.since_start().as_secs(),
                ..upower::DISPLAY_DEVICE
            },
        }
    }
}

/// The battery of a device. What is not known is 0, -1 or empty, as UPower has it.
#[expect(
    clippy::unused_self,
    reason = "an object answers, also where all answer the same"
)]
#[interface(name = "org.freedesktop.UPower.Device")]
impl UpowerDevice {
    /// Asks the device for its charge, if it is awake; at most once in ten seconds.
    fn refresh(&self) -> Result<(), UpowerError> {
        let (What::Device(post), Some(hands)) = (&self.what, &self.hands) else {
            return Ok(());
        };
        let asked = hands.command(Command::Refresh(post.facts().device.id));
        asked.then_some(()).ok_or_else(|| {
            UpowerError::GeneralError("too much is asked at once; try again".to_owned())
        })
    }

    /// What was recorded: `type` is `charge`, `voltage` or `luminosity` (lux), `timespan` how many
    /// seconds back (0: all, the oldest first; else the newest first), `resolution` how many points
    /// at most. Time in seconds since 1970, value, state.
    #[zbus(out_args("data"))]
    async fn get_history(
        &self,
        r#type: &str,
        timespan: u32,
        resolution: u32,
    ) -> Result<Vec<Point>, UpowerError> {
        let kind = Kind::from_name(r#type);
        let read = move |entries: &[Entry]| {
            kind.and_then(|kind| series(entries, kind, timespan, resolution, today()))
        };
        let without = "device does not support getting history";
        let series = self.read(without, read).await?;
        series.ok_or_else(|| UpowerError::GeneralError("device has no history".to_owned()))
    }

    /// How long the battery takes for each percent from 0 to 100, `charging` or `discharging`:
    /// the deviation from the mean, and how sure that is.
    #[zbus(out_args("data"))]
    async fn get_statistics(&self, r#type: &str) -> Result<Vec<(f64, f64)>, UpowerError> {
        let flow = Flow::from_name(r#type);
        let read = move |entries: &[Entry]| flow.map(|flow| statistics(entries, flow).to_vec());
        let without = "device does not support getting statistics";
        let statistics = self.read(without, read).await?;
        statistics.ok_or_else(|| UpowerError::GeneralError("device has no statistics".to_owned()))
    }

    /// Names it for programs that remember devices: the same after a replug.
    #[zbus(property)]
    fn native_path(&self) -> String {
        self.values().native_path
    }

    /// The maker.
    #[zbus(property)]
    fn vendor(&self) -> &'static str {
        self.values().vendor
    }

    /// What people call it, without the maker.
    #[zbus(property)]
    fn model(&self) -> String {
        self.values().model
    }

    /// Its serial number, or its id.
    #[zbus(property)]
    fn serial(&self) -> String {
        self.values().serial
    }

    /// When its battery was read, in seconds since 1970. Told along with other changes only.
    #[zbus(property)]
    fn update_time(&self) -> u64 {
        self.values().update_time
    }

    /// What it is: 2 battery (not known), 5 mouse, 6 keyboard, 10 tablet, 12 gaming input, 14 touchpad, 17 headset, 18 speakers, 21 audio device, 22 remote control, 25 camera.
    #[zbus(property, name = "Type")]
    fn kind(&self) -> u32 {
        self.values().kind as u32
    }

    /// Whether it feeds the computer: no.
    #[zbus(property)]
    fn power_supply(&self) -> bool {
        false
    }

    /// Whether `GetHistory` knows something.
    #[zbus(property)]
    fn has_history(&self) -> bool {
        self.keeps_history()
    }

    /// Whether `GetStatistics` knows something.
    #[zbus(property)]
    fn has_statistics(&self) -> bool {
        self.keeps_history()
    }

    /// Of a line power only.
    #[zbus(property)]
    fn online(&self) -> bool {
        false
    }

    /// Not known: 0.
    #[zbus(property)]
    fn energy(&self) -> f64 {
        0.0
    }

    /// Not known: 0.
    #[zbus(property)]
    fn energy_empty(&self) -> f64 {
        0.0
    }

    /// Not known: 0.
    #[zbus(property)]
    fn energy_full(&self) -> f64 {
        0.0
    }

    /// Not known: 0.
    #[zbus(property)]
    fn energy_full_design(&self) -> f64 {
        0.0
    }

    /// Not known: 0.
    #[zbus(property)]
    fn energy_rate(&self) -> f64 {
        0.0
    }

    /// Volts; 0: not known.
    #[zbus(property)]
    fn voltage(&self) -> f64 {
        self.values().voltage
    }

    /// Not known: -1.
    #[zbus(property)]
    fn charge_cycles(&self) -> i32 {
        -1
    }

    /// The light on it in lux, as last measured; 0: not known. `LightTime` of `Device1` tells when.
    #[zbus(property)]
    fn luminosity(&self) -> f64 {
        self.values().luminosity
    }

    /// Seconds until the battery is empty, while it is used up: time of use where `TimeLeftBasis`
    /// of `Device1` is `use`; 0: not known.
    #[zbus(property)]
    fn time_to_empty(&self) -> i64 {
        self.values().time_to_empty
    }

    /// Seconds until the battery is full, while it is charged; 0: not known.
    #[zbus(property)]
    fn time_to_full(&self) -> i64 {
        self.values().time_to_full
    }

    /// The charge, 0 to 100.
    #[zbus(property)]
    fn percentage(&self) -> f64 {
        self.values().percentage
    }

    /// Not known: 0.
    #[zbus(property)]
    fn temperature(&self) -> f64 {
        0.0
    }

    /// Whether there is a battery.
    #[zbus(property)]
    fn is_present(&self) -> bool {
        self.values().is_present
    }

    /// 0 not known, 1 charging, 2 discharging, 4 fully charged, 5 has power and does not charge.
    #[zbus(property)]
    fn state(&self) -> u32 {
        self.values().state as u32
    }

    /// Whether the battery can be charged.
    #[zbus(property)]
    fn is_rechargeable(&self) -> bool {
        self.values().is_rechargeable
    }

    /// Not known: 0.
    #[zbus(property)]
    fn capacity(&self) -> f64 {
        0.0
    }

    /// Not known: 0.
    #[zbus(property)]
    fn technology(&self) -> u32 {
        0
    }

    /// 1 none, 3 low, 4 critical.
    #[zbus(property)]
    fn warning_level(&self) -> u32 {
        self.values().warning_level as u32
    }

    /// 1: `Percentage` is real; else only steps are known: 3 low, 4 critical, 6 normal, 8 full, 0 not even that.
    #[zbus(property)]
    fn battery_level(&self) -> u32 {
        self.values().battery_level as u32
    }

    /// An icon of the icon naming specification.
    #[zbus(property)]
    fn icon_name(&self) -> &'static str {
        self.values().icon_name
    }
}
