//! `org.solarstatus.Device1`: all values of a device, including those that UPower's interface
//! lacks.

use std::borrow::Cow;
use std::time::Duration;

use super::links::{Links, RECEIVER};
use super::property::{Values, properties, received, types};
use super::values::{Hexadecimal, Id};
use crate::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Confidence, Device, DeviceKind, Light,
    LightLevel, Link, Preferences, Presence, TimeBasis, TimeLeft, TimeLeftUntil, ValueKind,
};
use hidpp_proto::feature::FirmwareVersion;
use hidpp_proto::feature::pairing_information::PowerSwitch;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::units::{Lux, Millivolts, Percent, PercentPoints, Timestamp};
use hidpp_proto::wire::{Slot, Wpid};

/// The longest valid time left: a hundred years.
const LONGEST_LEFT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The list of properties, which is passed to another macro.
macro_rules! device1 {
    ($then:ident, $a:lifetime, $($with:tt)*) => {
        $then! {
            { $($with)* } "org.solarstatus.Device1"

            /// Its id, which stays the same when it is reconnected: model and serial number.
            "Id" ("const") id: Id<$a>;

            /// Its best name, usually the short one stored by its receiver: `K750`.
            "Name" name: Option<Cow<$a, str>>;

            /// The full name that it reports: `Wireless Solar Keyboard K750`.
            "FullName" full_name: Option<Cow<$a, str>>;

            /// `keyboard`, `mouse`, `headset` and so on.
            "Kind" kind: Option<DeviceKind>;

            /// The wireless product id of a paired device: four hexadecimal digits.
            "Wpid" ("const") wpid: Option<Wpid>;

            /// Its serial number: eight hexadecimal digits.
            "Serial" serial: Option<Cow<$a, str>>;

            /// All its links, the active one first, from which its values are taken; this one is
            /// also in `Connection`, `Receiver`, `Slot`, `Node` and `ProductId`. Each link has:
            /// `receiver`, `usb`, `bluetooth` or the code of another bus; the id of the receiver
            /// and the slot there, or the node and the product id; `online`, `offline` or
            /// `unknown`.
            "Links" links: Links<$a>;

            /// `receiver`, `usb`, `bluetooth`, or the code of another bus: `0018`.
            "Connection" connection: Option<Cow<$a, str>>;

            /// The id of its receiver.
            "Receiver" receiver: Id<$a>;

            /// Its slot on its receiver, from 1; 0: it is connected directly.
            "Slot" slot: Option<Slot>;

            /// Its node, if it is connected directly.
            "Node" node: Id<$a>;

            /// Its USB or Bluetooth product id, if it is connected directly: four hexadecimal
            /// digits.
            "ProductId" product_id: Option<Hexadecimal>;

            /// Its HID++ version: `4.5`.
            "Protocol" protocol: Option<ProtocolVersion>;

            /// Its firmware version: `RQK33.00 B0015`.
            "Firmware" firmware: Option<FirmwareVersion>;

            /// The location of its power switch.
            "PowerSwitch" power_switch: Option<PowerSwitch>;

            /// Whether it is online.
            "Online" online: bool;

            /// `online`, `offline` (asleep, off or out of range), or `unknown`.
            "Presence" presence: Presence;

            /// When it was last seen, in microseconds since 1970. Signalled only together with
            /// other changes.
            "LastSeen" last_seen: Option<Timestamp>, WithOthers;

            /// Whether it has a readable battery: `yes`, `no` or `unknown`.
            "HasBattery" has_battery: Option<bool>;

            /// The charge in percent; -1: unknown, or only `Level` is known.
            "Charge" charge: Option<Percent>;

            /// The possible deviation of the real charge from `Charge`, up or down, in percentage
            /// points, for a charge estimated from a voltage; -1: unknown.
            "ChargeMargin" charge_margin: Option<PercentPoints>;

            /// The charge in steps: `critical`, `low`, `good`, `full`.
            "Level" level: Option<BatteryLevel>;

            /// The next lower percentage, for a device that reports its steps in advance; otherwise
            /// -1.
            "NextCharge" next_charge: Option<Percent>;

            /// The accuracy of the charge: `percent`, `steps` or `voltage` (estimated from it).
            "ValueKind" value_kind: Option<ValueKind>;

            /// `discharging`, `charging`, `full`, `not charging`, `charging error`, or a fault of
            /// the battery: `invalid battery`, `thermal error`, `battery error`.
            "State" state: ChargeState;

            /// Whether it has external power (cable or charging pad): `yes`, `no` or `unknown`.
            "ExternalPower" external_power: Option<bool>;

            /// Whether its battery is rechargeable: `yes`, `no` or `unknown`.
            "Rechargeable" rechargeable: Option<bool>;

            /// The voltage of its battery; 0: unknown.
            "VoltageMillivolts" voltage_millivolts: Option<Millivolts>;

            /// The source of the charge: a feature (`4301`), or a register (`register 0D`).
            "Source" source: Option<BatterySource>;

            /// Whether the device reported the charge as valid.
            "Trusted" trusted: bool;

            /// When the battery was read, in microseconds since 1970. Signalled only together with
            /// other changes.
            "BatteryTime" battery_time: Option<Timestamp>, WithOthers;

            /// When the charge was read; earlier than `BatteryTime` if the last reading had no
            /// charge.
            "ChargeTime" charge_time: Option<Timestamp>, WithOthers;

            /// How long the battery lasts, or takes until it is full, in seconds from
            /// `TimeLeftTime` on: a forecast from the history; 0: unknown, or too inaccurate.
            "TimeLeft" time_left: Option<Duration>;

            /// The lower limit of its 90 % range, in seconds.
            "TimeLeftLow" time_left_low: Option<Duration>;

            /// The upper limit of that range, in seconds.
            "TimeLeftHigh" time_left_high: Option<Duration>;

            /// Whether the time is until `empty` or `full`.
            "TimeLeftUntil" time_left_until: Option<TimeLeftUntil>;

            /// `calendar`: calendar time; `use`: time during which the device is online.
            "TimeLeftBasis" time_left_basis: Option<TimeBasis>;

            /// `good`: the range is at most a quarter up and down; `fair`: it is wider.
            "TimeLeftConfidence" time_left_confidence: Option<Confidence>;

            /// The start of the time left, in microseconds since 1970; 0: unknown. Signalled only
            /// together with other changes.
            "TimeLeftTime" time_left_time: Option<Timestamp>, WithOthers;

            /// The last measured light in lux; -1: never measured.
            "Lux" lux: Option<Lux>, Limited;

            /// The light as a level: `dark`, `poor`, `okay`, `good`, `excellent`.
            "LightLevel" light_level: Option<LightLevel>, Limited;

            /// Whether the device reported the light as valid.
            "LightTrusted" light_trusted: bool, Limited;

            /// When light was measured, in microseconds since 1970.
            "LightTime" light_time: Option<Timestamp>, Limited;
        }
    };
}

pub(crate) use device1;

device1! { properties, 'a,

/// The values of a device.
///
/// A device read back from them lacks what they do not contain: the name stored by its receiver,
/// kinds and power switches without a name, fractions of a second below microseconds (in a time
/// left: below seconds), and a time left that does not match the state of the battery.
#[derive(Clone, Debug, PartialEq)]
pub struct Properties<'a>
}

device1! { types, 'static, }

device1! { received, 'a, Properties<'a> }

impl<'a> Properties<'a> {
    /// The values of a device. `now` is since 1970; `unix` converts a time of the device to one
    /// since 1970.
    pub fn of(device: &'a Device, now: Timestamp, unix: impl Fn(Timestamp) -> Duration) -> Self {
        let time = |at: Option<Timestamp>| at.map(|at| Timestamp::from_start(unix(at)));
        let (battery, light) = (device.battery, device.light);
        // Unchanged with its own start time, as long as any time is left.
        let left = device.forecast.filter(|_| device.time_left(now).is_some());
        let (connection, node, product) = match &device.link {
            Link::Paired { .. } => (RECEIVER, None, None),
            Link::Direct { node, bus, product } => (&**bus, Some(&**node), Some(*product)),
        };
        Self {
            id: Id(Some(&device.id)),
            name: device.name.as_deref().map(Cow::Borrowed),
            full_name: device.full_name.as_deref().map(Cow::Borrowed),
            kind: device.kind,
            wpid: device.wpid,
            serial: device.serial.as_deref().map(Cow::Borrowed),
            links: Links::of(device),
            connection: Some(Cow::Borrowed(connection)),
            receiver: Id(device.receiver()),
            slot: device.slot(),
            node: Id(node),
            product_id: product.map(Hexadecimal),
            protocol: device.protocol,
            firmware: device.firmware,
            power_switch: device.power_switch,
            online: device.is_online(),
            presence: device.presence,
            last_seen: time(device.seen),
            has_battery: device.has_battery,
            charge: battery.and_then(|it| it.percent),
            charge_margin: battery.and_then(|it| it.margin),
            level: battery.and_then(|it| it.level),
            next_charge: battery.and_then(|it| it.next),
            value_kind: battery.map(|it| it.value_kind),
            state: battery.map_or(ChargeState::Unknown, |it| it.state),
            external_power: battery.and_then(|it| it.external_power),
            rechargeable: battery.and_then(|it| it.rechargeable),
            voltage_millivolts: battery.and_then(|it| it.voltage),
            source: battery.map(|it| it.source),
            trusted: battery.is_some_and(|it| it.trusted),
            battery_time: time(battery.map(|it| it.at)),
            charge_time: time(battery.map(|it| it.charge_at)),
            time_left: left.map(|it| it.best),
            time_left_low: left.map(|it| it.low),
            time_left_high: left.map(|it| it.high),
            time_left_until: left.map(|it| it.until),
            time_left_basis: left.map(|it| it.basis),
            time_left_confidence: left.map(|it| it.confidence()),
            time_left_time: left.map(|it| it.at),
            lux: light.map(|it| it.lux),
            light_level: light.map(|it| it.level()),
            light_trusted: light.is_some_and(|it| it.trusted),
            light_time: time(light.map(|it| it.at)),
        }
    }

    /// The device with these values, with times since 1970; `None`: they do not identify a device.
    ///
    /// All struct fields are written out, so that adding one forces a decision here.
    pub fn device(self) -> Option<Device> {
        Some(Device {
            link: self.link()?,
            battery: self.battery(),
            light: self.light(),
            forecast: self.forecast(),
            // Those of the user who looks at it.
            preferences: Preferences::NONE,
            id: self.id.0?.to_owned(),
            other_links: self.links.others(),
            stored_name: None,
            name: self.name.map(Cow::into_owned),
            full_name: self.full_name.map(Cow::into_owned),
            kind: self.kind,
            wpid: self.wpid,
            serial: self.serial.map(Cow::into_owned),
            protocol: self.protocol,
            firmware: self.firmware,
            power_switch: self.power_switch,
            presence: self.presence,
            seen: self.last_seen,
            has_battery: self.has_battery,
        })
    }

    fn link(&self) -> Option<Link> {
        let connection = self.connection.as_deref()?;
        if connection == RECEIVER {
            return Some(Link::Paired {
                receiver: self.receiver.0?.to_owned(),
                slot: self.slot?,
            });
        }
        Some(Link::Direct {
            node: self.node.0?.to_owned(),
            bus: connection.to_owned(),
            product: self.product_id?.0,
        })
    }

    fn battery(&self) -> Option<Battery> {
        let at = self.battery_time.unwrap_or_default();
        Some(Battery {
            percent: self.charge,
            margin: self.charge_margin,
            level: self.level,
            next: self.next_charge,
            value_kind: self.value_kind?,
            state: self.state,
            external_power: self.external_power,
            voltage: self.voltage_millivolts,
            rechargeable: self.rechargeable,
            source: self.source?,
            trusted: self.trusted,
            at,
            charge_at: self.charge_time.unwrap_or(at),
        })
    }

    fn light(&self) -> Option<Light> {
        Some(Light {
            lux: self.lux?,
            trusted: self.light_trusted,
            at: self.light_time.unwrap_or_default(),
        })
    }

    fn forecast(&self) -> Option<TimeLeft> {
        let left = TimeLeft {
            until: self.time_left_until?,
            basis: self.time_left_basis?,
            best: self.time_left.filter(|it| *it > Duration::ZERO)?,
            low: self.time_left_low?,
            high: self.time_left_high?,
            at: self.time_left_time?,
        };
        // Not trusted: any program of the user can own the daemon's name on the session bus.
        let is_range = left.low <= left.best && left.best <= left.high && left.high <= LONGEST_LEFT;
        is_range.then_some(left)
    }
}

/// The device with these values of the interface; `None`: they do not identify a device.
pub fn device(values: &Values) -> Option<Device> {
    Properties::received(values).device()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bus::any;
    use crate::bus::property::tests::{over_the_wire, values};

    /// The device without what the interface does not contain.
    fn carried(device: Device, now: Timestamp) -> Device {
        let is_left = device.time_left(now).is_some();
        Device {
            stored_name: None,
            kind: device.kind.filter(|it| it.is_known()),
            power_switch: device.power_switch.filter(|it| it.name().is_some()),
            forecast: device.forecast.filter(|_| is_left),
            ..device
        }
    }

    proptest! {
        #[test]
        fn any_device_is_read_back_as_it_was(device in any::device(), now in any::time()) {
            let served = Properties::of(&device, now, Timestamp::since_start).served();
            let read = super::device(&over_the_wire(served));
            prop_assert_eq!(read, Some(carried(device, now)));
        }
    }

    #[test]
    fn the_time_of_a_device_is_sent_as_that_since_1970() {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        };
        let at = |seconds| Timestamp::from_start(Duration::from_secs(seconds));
        let device = Device {
            seen: Some(at(5)),
            ..Device::new("4002-392A0750".to_owned(), link)
        };
        let unix = |at: Timestamp| at.since_start() + Duration::from_secs(1_764_000_000);
        let values = Properties::of(&device, at(0), unix);
        assert_eq!(values.last_seen, Some(at(1_764_000_005)));
    }

    fn least() -> Values {
        values([
            ("Id", "4002-392A0750".into()),
            ("Connection", "receiver".into()),
            ("Receiver", "AF4F95EA".into()),
            ("Slot", 1_u8.into()),
        ])
    }

    #[test]
    fn missing_values_are_unknown() {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        };
        let expected = Device::new("4002-392A0750".to_owned(), link);
        assert_eq!(device(&least()), Some(expected));
        let mut without_slot = least();
        without_slot.remove("Slot");
        assert_eq!(device(&without_slot), None, "it could be any");
    }

    #[test]
    fn values_of_a_newer_daemon_are_ignored() {
        let mut values_ = least();
        values_.extend(values([
            ("Kind", "teapot".into()),
            ("Presence", "dreaming".into()),
            ("Protocol", 5_u32.into()),
            ("Source", "FFFF".into()),
            ("ValueKind", "percent".into()),
            ("Charge", 57_i32.into()),
            ("Lux", 70_000_i32.into()),
            ("Warmth", "cosy".into()),
        ]));
        assert_eq!(device(&values_), device(&least()));
    }

    #[test]
    fn a_margin_is_read_and_minus_one_is_none() {
        let margin = |points: i32| {
            let mut values_ = least();
            values_.extend(values([
                ("Source", "1F20".into()),
                ("ValueKind", "voltage".into()),
                ("Charge", 43_i32.into()),
                ("ChargeMargin", points.into()),
                ("State", "thermal error".into()),
            ]));
            let battery = device(&values_).and_then(|it| it.battery).unwrap();
            assert_eq!(battery.state, ChargeState::ThermalError);
            battery.margin
        };
        assert_eq!(margin(13), Some(PercentPoints(13)));
        assert_eq!(margin(0), Some(PercentPoints(0)));
        assert_eq!(margin(-1), None);
    }

    #[test]
    fn a_time_left_is_read_and_one_in_unknown_words_is_left_out() {
        let left = |basis: &'static str, best: u64| {
            let mut values_ = least();
            values_.extend(values([
                ("TimeLeft", best.into()),
                ("TimeLeftLow", 28_800_u64.into()),
                ("TimeLeftHigh", 54_000_u64.into()),
                ("TimeLeftUntil", "empty".into()),
                ("TimeLeftBasis", basis.into()),
                ("TimeLeftConfidence", "fair".into()),
                ("TimeLeftTime", 1_764_028_800_000_000_u64.into()),
            ]));
            device(&values_).and_then(|it| it.forecast)
        };
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let expected = TimeLeft {
            until: TimeLeftUntil::Empty,
            basis: TimeBasis::Use,
            best: hours(12),
            low: hours(8),
            high: hours(15),
            at: Timestamp::from_start(Duration::from_secs(1_764_028_800)),
        };
        assert_eq!(left("use", 43_200), Some(expected));
        assert_eq!(left("moon", 43_200), None);
        assert_eq!(left("use", 0), None);
        assert_eq!(left("use", 60), None, "outside its range");
        assert_eq!(left("use", u64::MAX), None);
    }

    #[test]
    fn a_name_cannot_write_to_the_terminal() {
        let mut values_ = least();
        values_.extend(values([("Name", "K7\u{1b}[31m50".into())]));
        let name = device(&values_).and_then(|it| it.name);
        assert_eq!(name.as_deref(), Some("K7[31m50"));
    }
}
