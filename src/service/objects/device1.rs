use std::sync::Arc;

use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, interface};

use crate::bus::entries::{SentRow, page};
use crate::bus::links::{LinkRow, row};
use crate::bus::yes_no;
use crate::device::{BatteryLevel, Link, Presence, TimeLeft};
use crate::feature::DeviceKind;
use crate::feature::pairing_information::PowerSwitch;
use crate::service::board::Post;
use crate::service::leases::Refusal;
use crate::service::objects::{Hands, MeasureError};
use crate::wire::Slot;

/// What UPower has no words for.
#[derive(Clone)]
pub(in crate::service) struct Device1 {
    pub(in crate::service) post: Arc<Post>,
    pub(in crate::service) hands: Hands,
}

impl Device1 {
    fn left(&self) -> Option<TimeLeft> {
        self.post.facts().time_left()
    }
}

/// A device behind a receiver, on a cable or on Bluetooth: who it is, and what UPower has no words
/// for. What is not known is empty, 0 or -1.
#[interface(name = "org.solarstatus.Device1")]
impl Device1 {
    /// Has a solar keyboard measure light, so often, once each so many seconds. The measurements
    /// come as changes of `Lux`. It ends when they have come, when the caller leaves the bus, or
    /// with a count of 0; what several callers want becomes one series. At most 255 times and half
    /// an hour. Every measurement costs the keyboard some charge, so it has a budget of 25000 in 24
    /// hours, of which one user has 20000 and every user 500 in any case; beyond it the call fails
    /// with `org.solarstatus.Error.LimitsExceeded`, and says when it is available again.
    async fn measure_light(
        &self,
        count: u32,
        period: u32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> Result<(), MeasureError> {
        let device = self.post.facts().device;
        if !device.is_solar() {
            let why = format!("{} has no light meter", self.post.name);
            return Err(MeasureError::NotSupported(why));
        }
        if device.presence == Presence::Offline && count > 0 {
            let why = format!("{} sleeps, is off or out of range", self.post.name);
            return Err(MeasureError::Offline(why));
        }
        let Some(caller) = header.sender() else {
            let why = "only a caller on a bus can have light measured".to_owned();
            return Err(MeasureError::InvalidArgs(why));
        };
        let wanted = self.hands.want_light(caller, &device.id, count, period);
        wanted.map_err(|refusal| match refusal {
            Refusal::OutOfBounds => MeasureError::InvalidArgs(refusal.to_string()),
            Refusal::TooOften | Refusal::TooMany | Refusal::Spent(_) => {
                MeasureError::LimitsExceeded(refusal.to_string())
            }
        })?;
        if !self.hands.has_light(caller) || self.hands.watch(connection, caller).await {
            return Ok(());
        }
        self.hands.forget(caller);
        let why = "cannot watch for the caller leaving the bus; retry".to_owned();
        Err(MeasureError::LimitsExceeded(why))
    }

    /// What was recorded since then (seconds since 1970), the oldest first. Of each entry: seconds
    /// since 1970; `moment`, `hour` or `day` (what remains of one); charge in percent, millivolts
    /// and lux, each -1 where it is not known; the state, as in `State`; whether the device was
    /// online. At most 1000 entries: for more, call again with the second after that of the last
    /// entry, until none are returned.
    #[zbus(out_args("entries"))]
    async fn get_entries(&self, since: u64) -> Result<Vec<SentRow>, MeasureError> {
        let histories = self.hands.histories();
        if !histories.are_kept() {
            let why = "no history is kept: solar-statusd runs without --state".to_owned();
            return Err(MeasureError::NotSupported(why));
        }
        let rows = histories.read(&self.post.name, move |entries| page(entries, since));
        rows.await
            .map_err(|error| MeasureError::Unreadable(error.to_string()))
    }

    /// The light key was pressed.
    #[zbus(signal)]
    async fn light_button_pressed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    /// Names it across replugs: model and serial number.
    #[zbus(property(emits_changed_signal = "const"))]
    fn id(&self) -> String {
        self.post.facts().device.id
    }

    /// Its best name, mostly the short one of its receiver: `K750`.
    #[zbus(property)]
    fn name(&self) -> String {
        self.post.facts().device.name.unwrap_or_default()
    }

    /// Its full name, as it says itself: `Wireless Solar Keyboard K750`.
    #[zbus(property)]
    fn full_name(&self) -> String {
        self.post.facts().device.full_name.unwrap_or_default()
    }

    /// `keyboard`, `mouse`, `headset` and so on.
    #[zbus(property)]
    fn kind(&self) -> String {
        self.post
            .facts()
            .device
            .kind
            .and_then(DeviceKind::name)
            .unwrap_or_default()
            .to_owned()
    }

    /// Which model it is, behind a receiver: four hexadecimal digits.
    #[zbus(property(emits_changed_signal = "const"))]
    fn wpid(&self) -> String {
        self.post
            .facts()
            .device
            .wpid
            .map_or_else(String::new, |wpid| wpid.to_string())
    }

    /// Its serial number: eight hexadecimal digits.
    #[zbus(property)]
    fn serial(&self) -> String {
        self.post.facts().device.serial.unwrap_or_default()
    }

    /// All its links, the one its values come from first; this one is also in `Connection`,
    /// `Receiver`, `Slot`, `Node` and `ProductId`. Of each: `receiver`, `usb`, `bluetooth` or the code
    /// of another bus; the id of the receiver and the slot there, or the node and the product id;
    /// `online`, `offline` or `unknown`.
    #[zbus(property)]
    fn links(&self) -> Vec<LinkRow> {
        let device = self.post.facts().device;
        device
            .links()
            .map(|(link, presence)| row(link, presence))
            .collect()
    }

    /// `receiver`, `usb`, `bluetooth`, or the code of another bus: `0018`.
    #[zbus(property)]
    fn connection(&self) -> String {
        match self.post.facts().device.link {
            Link::Paired { .. } => "receiver".to_owned(),
            Link::Direct { bus, .. } => bus,
        }
    }

    /// The id of its receiver.
    #[zbus(property)]
    fn receiver(&self) -> String {
        self.post
            .facts()
            .device
            .receiver()
            .unwrap_or_default()
            .to_owned()
    }

    /// Its place on its receiver, counted from 1; 0: it has a node of its own.
    #[zbus(property)]
    fn slot(&self) -> u8 {
        self.post.facts().device.slot().map_or(0, Slot::get)
    }

    /// Its own node, if it has one.
    #[zbus(property)]
    fn node(&self) -> String {
        match self.post.facts().device.link {
            Link::Paired { .. } => String::new(),
            Link::Direct { node, .. } => node,
        }
    }

    /// Its own product id, if it has a node of its own: four hexadecimal digits.
    #[zbus(property)]
    fn product_id(&self) -> String {
        match self.post.facts().device.link {
            Link::Paired { .. } => String::new(),
            Link::Direct { product, .. } => format!("{product:04X}"),
        }
    }

    /// The version of HID++ it speaks: `4.5`.
    #[zbus(property)]
    fn protocol(&self) -> String {
        self.post
            .facts()
            .device
            .protocol
            .map_or_else(String::new, |version| version.to_string())
    }

    /// Its firmware: `RQK33.00 B0015`.
    #[zbus(property)]
    fn firmware(&self) -> String {
        self.post
            .facts()
            .device
            .firmware
            .map_or_else(String::new, |version| version.to_string())
    }

    /// Where its power switch is.
    #[zbus(property)]
    fn power_switch(&self) -> String {
        self.post
            .facts()
            .device
            .power_switch
            .and_then(PowerSwitch::name)
            .unwrap_or_default()
            .to_owned()
    }

    /// Whether it can be talked to.
    #[zbus(property)]
    fn online(&self) -> bool {
        self.post.facts().device.presence == Presence::Online
    }

    /// `online`, `offline` (asleep, off or out of range), or `unknown`.
    #[zbus(property)]
    fn presence(&self) -> String {
        self.post.facts().device.presence.name().to_owned()
    }

    /// When it last gave a sign of life, in microseconds since 1970. Told along with other changes only.
    #[zbus(property)]
    fn last_seen(&self) -> u64 {
        let facts = self.post.facts();
        facts.micros(facts.device.seen)
    }

    /// Whether it has a battery that can be read: `yes`, `no` or `unknown`.
    #[zbus(property)]
    fn has_battery(&self) -> String {
        yes_no(self.post.facts().device.has_battery).to_owned()
    }

    /// The charge in percent; -1: only `Level` is known, or nothing.
    #[zbus(property)]
    fn charge(&self) -> i32 {
        self.post
            .facts()
            .device
            .battery
            .and_then(|it| it.percent)
            .map_or(-1, |it| i32::from(it.get()))
    }

    /// How far the real charge may be from `Charge`, up or down, in percentage points: of a charge
    /// that was estimated from a voltage; -1: the source does not report it.
    #[zbus(property)]
    fn charge_margin(&self) -> i32 {
        self.post
            .facts()
            .device
            .battery
            .and_then(|it| it.margin)
            .map_or(-1, |it| i32::from(it.0))
    }

    /// The charge in steps: `critical`, `low`, `good`, `full`.
    #[zbus(property)]
    fn level(&self) -> String {
        self.post
            .facts()
            .device
            .battery
            .and_then(|it| it.level)
            .map_or("", BatteryLevel::name)
            .to_owned()
    }

    /// The percentage that comes next, of a device that tells its steps beforehand; else -1.
    #[zbus(property)]
    fn next_charge(&self) -> i32 {
        self.post
            .facts()
            .device
            .battery
            .and_then(|it| it.next)
            .map_or(-1, |it| i32::from(it.get()))
    }

    /// How exact the charge is: `percent`, `steps` or `voltage` (estimated from it).
    #[zbus(property)]
    fn value_kind(&self) -> String {
        self.post
            .facts()
            .device
            .battery
            .map_or("", |it| it.value_kind.name())
            .to_owned()
    }

    /// `discharging`, `charging`, `full`, `not charging`, `charging error`, or a fault of the
    /// battery: `invalid battery`, `thermal error`, `battery error`.
    #[zbus(property)]
    fn state(&self) -> String {
        self.post
            .facts()
            .device
            .battery
            .and_then(|it| it.state.name())
            .unwrap_or_default()
            .to_owned()
    }

    /// Whether it hangs on a cable or charging pad: `yes`, `no` or `unknown`.
    #[zbus(property)]
    fn external_power(&self) -> String {
        yes_no(
            self.post
                .facts()
                .device
                .battery
                .and_then(|it| it.external_power),
        )
        .to_owned()
    }

    /// Whether its battery can be charged: `yes`, `no` or `unknown`.
    #[zbus(property)]
    fn rechargeable(&self) -> String {
        yes_no(
            self.post
                .facts()
                .device
                .battery
                .and_then(|it| it.rechargeable),
        )
        .to_owned()
    }

    /// The voltage of its battery; 0: not known.
    #[zbus(property)]
    fn voltage_millivolts(&self) -> u16 {
        self.post
            .facts()
            .device
            .battery
            .and_then(|it| it.voltage)
            .map_or(0, |it| it.0)
    }

    /// Where the charge is read: the feature (`4301`), or the register (`register 0D`).
    #[zbus(property)]
    fn source(&self) -> String {
        self.post
            .facts()
            .device
            .battery
            .map_or("", |it| it.source.name())
            .to_owned()
    }

    /// Whether the device vouched for the charge.
    #[zbus(property)]
    fn trusted(&self) -> bool {
        self.post
            .facts()
            .device
            .battery
            .is_some_and(|it| it.trusted)
    }

    /// When the battery was read, in microseconds since 1970. Told along with other changes only.
    #[zbus(property)]
    fn battery_time(&self) -> u64 {
        let facts = self.post.facts();
        facts.micros(facts.device.battery.map(|it| it.at))
    }

    /// The same of the charge: before `BatteryTime` where the charge was kept.
    #[zbus(property)]
    fn charge_time(&self) -> u64 {
        let facts = self.post.facts();
        facts.micros(facts.device.battery.map(|it| it.charge_at))
    }

    /// How long the battery lasts, or takes until it is full, in seconds from `TimeLeftTime` on: a
    /// forecast from the history; 0: not known, or not sure enough.
    #[zbus(property)]
    fn time_left(&self) -> u64 {
        self.left().map_or(0, |it| it.best.as_secs())
    }

    /// The least of the range that holds nine times of ten, in seconds.
    #[zbus(property)]
    fn time_left_low(&self) -> u64 {
        self.left().map_or(0, |it| it.low.as_secs())
    }

    /// The most of that range, in seconds.
    #[zbus(property)]
    fn time_left_high(&self) -> u64 {
        self.left().map_or(0, |it| it.high.as_secs())
    }

    /// `empty` or `full`: what comes at the end.
    #[zbus(property)]
    fn time_left_until(&self) -> &'static str {
        self.left().map_or("", |it| it.until.name())
    }

    /// `calendar`: the time passes by itself; `use`: it passes while the device is online.
    #[zbus(property)]
    fn time_left_basis(&self) -> &'static str {
        self.left().map_or("", |it| it.basis.name())
    }

    /// `good`: the range is a quarter up and down at most; `fair`: it is wider.
    #[zbus(property)]
    fn time_left_confidence(&self) -> &'static str {
        self.left().map_or("", |it| it.confidence().name())
    }

    /// From when on the time counts, in microseconds since 1970; 0: it is not known. Sent along
    /// with other changes only.
    #[zbus(property)]
    fn time_left_time(&self) -> u64 {
        self.left().map_or(0, |it| {
            u64::try_from(it.at.since_start().as_micros()).unwrap_or(u64::MAX)
        })
    }

    /// The light on it, as last measured; -1: never.
    #[zbus(property)]
    fn lux(&self) -> i32 {
        self.post
            .facts()
            .device
            .light
            .map_or(-1, |it| i32::from(it.lux.0))
    }

    /// The light in a word: `dark`, `poor`, `okay`, `good`, `excellent`.
    #[zbus(property)]
    fn light_level(&self) -> String {
        self.post
            .facts()
            .device
            .light
            .map_or("", |it| it.level().name())
            .to_owned()
    }

    /// Whether the device vouched for the light.
    #[zbus(property)]
    fn light_trusted(&self) -> bool {
        self.post.facts().device.light.is_some_and(|it| it.trusted)
    }

    /// When light was measured, in microseconds since 1970.
    #[zbus(property)]
    fn light_time(&self) -> u64 {
        let facts = self.post.facts();
        facts.micros(facts.device.light.map(|it| it.at))
    }
}
