//! Whatever is known of a device or receiver, a client reads it back from its object.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use zbus::object_server::{Interface, SignalEmitter};
use zbus::{Connection, block_on};

use super::{Device1, Hands, Receiver1};
use crate::bus::{self, Layout, Values};
use crate::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Device, Light, Link, Presence, Receiver,
    ReceiverModel, ValueKind,
};
use crate::feature::pairing_information::PowerSwitch;
use crate::feature::root::ProtocolVersion;
use crate::feature::{DeviceKind, FirmwareVersion};
use crate::manager::{Change, command_channel};
use crate::service::board::{Board, Post};
use crate::service::histories::Histories;
use crate::service::testing::connections;
use crate::units::{Lux, Millivolts, Percent, PercentPoints, Timestamp};
use crate::wire::{Slot, Wpid};

fn values(connection: &Connection, object: &impl Interface) -> Values {
    let server = connection.object_server();
    let emitter = SignalEmitter::new(connection, "/").unwrap();
    block_on(object.get_all(server, connection, None, &emitter)).unwrap()
}

fn post(device: Device) -> Arc<Post> {
    let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let today = Timestamp::from_start(today);
    let board = Board::new(Layout::of(bus::NAME), today);
    board.take(today, Change::DeviceAdded(device));
    board.wait(None).devices.remove(0)
}

/// Control characters would be left out.
fn text() -> impl Strategy<Value = String> {
    "[A-Za-z0-9:/äλ-]{1,6}( [A-Za-z0-9:/äλ-]{1,6})?"
}

fn time() -> impl Strategy<Value = Timestamp> {
    let micros = 1..1_u64 << 52;
    micros.prop_map(|micros| Timestamp::from_start(Duration::from_micros(micros)))
}

fn percent() -> impl Strategy<Value = Option<Percent>> {
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

prop_compose! {
    fn battery()(
        percents in [percent(), percent()],
        margin in of(any::<u8>()),
        level in of(select(BatteryLevel::ALL)),
        value_kind in select(ValueKind::ALL),
        state in select(ChargeState::ALL),
        known in any::<[Option<bool>; 2]>(),
        voltage in of(1..=u16::MAX),
        source in select(BatterySource::ALL),
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

/// Codes without a name are not told on the bus, so kinds and power switches have one here.
fn kinds() -> Vec<DeviceKind> {
    let codes = (0..=19).map(DeviceKind::from_device_type);
    codes
        .chain([DeviceKind::Tablet, DeviceKind::ChargingPad])
        .collect()
}

prop_compose! {
    fn device()(
        link in link(),
        texts in [text(), text(), text(), text()],
        known in any::<[bool; 3]>(),
        kind in of(select(kinds())),
        wpid in of(any::<u16>()),
        protocol in of(any::<(u8, u8)>()),
        firmware in firmware(),
        power_switch in of(select(vec![PowerSwitch::Base, PowerSwitch::BottomEdge])),
        presence in select(vec![Presence::Online, Presence::Offline, Presence::Unknown]),
        seen in of(time()),
        has_battery in any::<Option<bool>>(),
        battery in of(battery()),
        light in of((any::<u16>(), any::<bool>(), time())),
    ) -> Device {
        let [id, name, full_name, serial] = texts;
        Device {
            name: known[0].then_some(name),
            full_name: known[1].then_some(full_name),
            kind,
            wpid: wpid.map(Wpid),
            serial: known[2].then_some(serial),
            protocol: protocol.map(|(major, minor)| ProtocolVersion { major, minor }),
            firmware,
            power_switch,
            presence,
            seen,
            has_battery,
            battery,
            light: light.map(|(lux, trusted, at)| Light { lux: Lux(lux), trusted, at }),
            ..Device::new(id, link)
        }
    }
}

prop_compose! {
    fn receiver()(
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

#[test]
fn any_device_is_read_back_as_it_was() {
    let [connection, _client] = connections();
    let hands = Hands::new(command_channel().unwrap().0, Histories::new(None));
    let same = |device: Device| {
        let object = Device1 {
            post: post(device.clone()),
            hands: hands.clone(),
        };
        let read = bus::device(&values(&connection, &object));
        prop_assert_eq!(read, Some(device));
        Ok(())
    };
    TestRunner::default().run(&device(), same).unwrap();
}

#[test]
fn any_receiver_is_read_back_as_it_was() {
    let [connection, _client] = connections();
    let same = |receiver: Receiver| {
        let object = Receiver1(receiver.clone());
        let read = bus::receiver(&values(&connection, &object));
        prop_assert_eq!(read, Some(receiver));
        Ok(())
    };
    TestRunner::default().run(&receiver(), same).unwrap();
}
