//! Property test strategies for any device and receiver that the program can have.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Device, DeviceKind, Light, Link, OtherLink,
    Preferences, Presence, Receiver, ReceiverModel, TimeBasis, TimeLeft, TimeLeftUntil, ValueKind,
};
use hidpp_proto::feature::FirmwareVersion;
use hidpp_proto::feature::pairing_information::PowerSwitch;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::units::{Lux, Millivolts, Percent, PercentPoints, Timestamp};
use hidpp_proto::wire::{Slot, Wpid};

/// Without control characters, which would be removed.
fn text() -> impl Strategy<Value = String> {
    "[A-Za-z0-9:/äλ-]{1,6}( [A-Za-z0-9:/äλ-]{1,6})?"
}

/// Whole microseconds.
pub(crate) fn time() -> impl Strategy<Value = Timestamp> {
    let micros = 1..1_u64 << 52;
    micros.prop_map(|micros| Timestamp::from_start(Duration::from_micros(micros)))
}

pub(crate) fn percent() -> impl Strategy<Value = Option<Percent>> {
    of((0..=100_u8).prop_map(|percent| Percent::new(percent).unwrap()))
}

fn firmware() -> impl Strategy<Value = Option<FirmwareVersion>> {
    let prefix = of(select(vec![*b"RQK", *b"BL\0", *b"MPM"]));
    let version = (prefix, any::<u8>(), any::<u8>(), of(any::<u16>()));
    of(
        version.prop_map(|(prefix, number, revision, build)| FirmwareVersion {
            prefix,
            number,
            revision,
            build,
        }),
    )
}

fn link() -> impl Strategy<Value = Link> {
    let slot = (1..=15_u8).prop_map(|slot| Slot::new(slot).unwrap());
    let paired = (text(), slot).prop_map(|(receiver, slot)| Link::Paired { receiver, slot });
    let bus = select(vec!["usb", "bluetooth", "0018"]);
    let direct = (text(), bus, any::<u16>()).prop_map(|(node, bus, product)| Link::Direct {
        node,
        bus: bus.to_owned(),
        product,
    });
    prop_oneof![paired, direct]
}

fn other_link() -> impl Strategy<Value = OtherLink> {
    let presence = select(Presence::ALL);
    (link(), presence).prop_map(|(link, presence)| OtherLink { link, presence })
}

/// Includes codes without a name.
fn kind() -> impl Strategy<Value = DeviceKind> {
    prop_oneof![
        any::<u8>().prop_map(DeviceKind::from_device_type),
        any::<u8>().prop_map(DeviceKind::from_pairing),
        Just(DeviceKind::ChargingPad),
    ]
}

prop_compose! {
    fn battery()(
        percents in [percent(), percent()],
        margin in of(any::<u8>()),
        level in of(select(BatteryLevel::ALL)),
        value_kind in select(ValueKind::ALL),
        state in select(ChargeState::ALL),
        known in any::<[Option<bool>; 2]>(),
        voltage in of(1..=u16::MAX),
        source in select(BatterySource::all().collect::<Vec<_>>()),
        trusted in any::<bool>(),
        times in [time(), time()],
    ) -> Battery {
        let [percent, next] = percents;
        let [external_power, rechargeable] = known;
        let [at, charge_at] = times;
        let (margin, voltage) = (margin.map(PercentPoints), voltage.map(Millivolts));
        Battery {
            percent, margin, level, next, value_kind, state, external_power, voltage, rechargeable,
            source, trusted, at, charge_at,
        }
    }
}

prop_compose! {
    /// In whole seconds, at most a hundred years.
    fn time_left()(
        until in select(TimeLeftUntil::ALL),
        basis in select(TimeBasis::ALL),
        low in 0..1_u64 << 30,
        above in [0..1_u64 << 30, 0..1_u64 << 30],
        at in time(),
    ) -> TimeLeft {
        let best = low + above[0].max(1);
        TimeLeft {
            until,
            basis,
            low: Duration::from_secs(low),
            best: Duration::from_secs(best),
            high: Duration::from_secs(best + above[1]),
            at,
        }
    }
}

prop_compose! {
    pub(crate) fn device()(
        link in link(),
        other_links in vec(other_link(), 0..4),
        texts in [text(), text(), text(), text(), text()],
        known in any::<[bool; 4]>(),
        kind in of(kind()),
        wpid in of(any::<u16>()),
        protocol in of(any::<(u8, u8)>()),
        firmware in firmware(),
        power_switch in of(any::<u8>().prop_map(PowerSwitch::from)),
        presence in select(Presence::ALL),
        seen in of(time()),
        has_battery in any::<Option<bool>>(),
        (battery, forecast) in (of(battery()), of(time_left())),
        light in of((any::<u16>(), any::<bool>(), time())),
    ) -> Device {
        let [id, stored_name, name, full_name, serial] = texts;
        Device {
            id,
            link,
            other_links,
            stored_name: known[0].then_some(stored_name),
            name: known[1].then_some(name),
            full_name: known[2].then_some(full_name),
            kind,
            wpid: wpid.map(Wpid),
            serial: known[3].then_some(serial),
            protocol: protocol.map(|(major, minor)| ProtocolVersion { major, minor }),
            firmware,
            power_switch,
            presence,
            seen,
            has_battery,
            battery,
            light: light.map(|(lux, trusted, at)| Light { lux: Lux(lux), trusted, at }),
            forecast,
            preferences: Preferences::NONE,
        }
    }
}

prop_compose! {
    pub(crate) fn receiver()(
        id in text(),
        (vendor, product) in select(vec![
            (0x046D, 0xC52B), (0x046D, 0xC548), (0x046D, 0xC53A), (0x17EF, 0x6042),
            (0x046D, 0xC517), (0x046D, 0xC5F0),
        ]),
        node in text(),
        serial in of(text()),
        firmware in firmware(),
        slots in of(1..=u8::MAX),
        paired in of(0..u8::MAX),
    ) -> Receiver {
        let model = ReceiverModel::of(vendor, product).unwrap();
        Receiver { id, model, vendor, product, node, serial, firmware, slots, paired }
    }
}
