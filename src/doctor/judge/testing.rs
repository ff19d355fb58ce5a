//! The facts of a machine without problems, as the starting point of tests.

use crate::bus::Bus;
use crate::bus::upower::Identity;
use crate::device::{Battery, Device, Light, Link, Presence, Receiver, ReceiverModel};
use crate::doctor::Finding;
use crate::doctor::look::{
    Access, Answer, BusSeen, Devices, Driver, Facts, Files, Hidraw, Interface, Kernel,
    KernelBattery, LookError, Node, OnBus, Opening, Origin, Owner, Programs, Upower, UpowerDevice,
    UsbDevice, Whose,
};
use crate::transport::{NodeId, NodeInfo, NodeRole, Place, Supply, SupplyId};
use hidpp_proto::feature::battery_mileage;
use hidpp_proto::units::{Lux, Percent, Timestamp};
use hidpp_proto::wire::{Slot, Wpid};
use test_support::report;

const HID: &str = "/devices/usb1/1-2/1-2:1.2/0003:046D:C52B.0007";

/// The only finding.
pub(in crate::doctor) fn only(mut findings: Vec<Finding>) -> Finding {
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

/// A Unifying receiver with a K750, an M705 and a sleeping K800; the daemon runs.
pub(in crate::doctor) fn healthy() -> Facts {
    let at = Timestamp::from_start(std::time::Duration::from_secs(1_000_000));
    let mut devices =
        Devices::from_origin(Origin::Daemon(Bus::System), vec![receiver()], devices(at));
    devices.at = at;
    Facts {
        usb: Ok(vec![usb()]),
        hidraw: Ok(Hidraw {
            class: true,
            hid_devices: 3,
            nodes: vec![node()],
            unread: Vec::new(),
            children: 2,
        }),
        kernel: Ok(kernel()),
        buses: vec![
            BusSeen {
                bus: Bus::System,
                seen: Ok(system(at)),
            },
            BusSeen {
                bus: Bus::Session,
                seen: Err(LookError::Missing {
                    what: "the session bus".to_owned(),
                }),
            },
        ],
        programs: Ok(Programs::default()),
        traffic: None,
        devices: Ok(devices),
        files: Ok(Files::default()),
        whose: Whose::default(),
    }
}

/// The same without the daemon: the devices were read directly.
pub(in crate::doctor) fn directly() -> Facts {
    let mut facts = without_daemon();
    facts.devices.as_mut().unwrap().origin = Origin::Direct;
    facts
}

/// The same without the daemon, which is not installed.
pub(in crate::doctor) fn without_daemon() -> Facts {
    let mut facts = healthy();
    let on = facts.buses[0].seen.as_mut().unwrap();
    (on.daemon, on.answer) = (None, Answer::Unasked);
    facts
}

fn usb() -> UsbDevice {
    let interface = |number| Interface {
        number,
        driver: Driver::Named("usbhid".to_owned()),
    };
    UsbDevice {
        bus: 1,
        ports: "2".to_owned(),
        address: 3,
        vendor: 0x046D,
        product: 0xC52B,
        firmware: "12.11".to_owned(),
        name: Some("USB Receiver".to_owned()),
        interfaces: (0..3).map(interface).collect(),
        descriptors: vec![0x12, 0x01],
    }
}

fn node() -> Node {
    Node {
        info: NodeInfo {
            id: NodeId::new(format!("{HID}/hidraw/hidraw2")),
            phys: Some("usb-0000:00:14.0-2/input2".to_owned()),
            ..NodeInfo::unifying("/dev/hidraw2")
        },
        role: NodeRole::Receiver,
        driver: Some("logitech-djreceiver".to_owned()),
        access: Some(Access {
            mode: 0o600,
            owner: "root".to_owned(),
            group: "root".to_owned(),
            list: false,
        }),
        opening: Opening::Opens,
        descriptor: vec![0x06, 0x00, 0xFF],
    }
}

fn kernel() -> Kernel {
    Kernel {
        release: Some("6.1.0".to_owned()),
        system: None,
        dj: true,
        hidpp: true,
        batteries: vec![KernelBattery {
            name: "hidpp_battery_0".to_owned(),
            supply: Supply {
                id: SupplyId::new("hidpp_battery_0"),
                place: Place {
                    hid: HID.to_owned(),
                    slot: Slot::new(1),
                },
                charge: Percent::new(57),
                lost: false,
            },
            status: Some("Discharging".to_owned()),
        }],
    }
}

fn system(at: Timestamp) -> OnBus {
    OnBus {
        daemon: Some(Owner {
            unique: ":1.5".to_owned(),
            pid: Some(123),
            program: Some("solar-statusd".to_owned()),
        }),
        answer: Answer::State {
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            receivers: vec![receiver()],
            devices: devices(at),
        },
        activatable: false,
        systemd: None,
        upower: Some(Upower {
            owner: Owner::default(),
            version: Some("0.99.20".to_owned()),
            devices: Ok(vec![UpowerDevice {
                object: "keyboard_hidpp_battery_0".to_owned(),
                identity: Identity {
                    native: "hidpp_battery_0".to_owned(),
                    model: "Wireless Solar Keyboard K750".to_owned(),
                    serial: "39-2a-07-50".to_owned(),
                },
            }]),
        }),
    }
}

fn receiver() -> Receiver {
    Receiver {
        id: "AF4F95EA".to_owned(),
        model: ReceiverModel::of(0x046D, 0xC52B).unwrap(),
        vendor: 0x046D,
        product: 0xC52B,
        node: "/dev/hidraw2".to_owned(),
        serial: Some("AF4F95EA".to_owned()),
        firmware: None,
        slots: Some(6),
        paired: Some(3),
    }
}

fn devices(at: Timestamp) -> Vec<Device> {
    let device = |slot, wpid, name: &str, serial: &str| Device {
        name: Some(name.to_owned()),
        wpid: Some(Wpid(wpid)),
        serial: Some(serial.to_owned()),
        presence: Presence::Online,
        seen: Some(at),
        ..Device::new(
            format!("{wpid:04X}-{serial}"),
            Link::Paired {
                receiver: "AF4F95EA".to_owned(),
                slot: Slot::new(slot).unwrap(),
            },
        )
    };
    // 57 %, discharging.
    let charge = battery_mileage::read(&report("10 01 81 0D 39 47 34"));
    let battery = Battery::from_mileage(&charge, at);
    let three_hours = std::time::Duration::from_secs(3 * 3600);
    let before = Timestamp::from_start(at.since_start().saturating_sub(three_hours));
    vec![
        Device {
            has_battery: Some(true),
            battery: Some(battery),
            light: Some(Light {
                lux: Lux(12),
                trusted: true,
                at,
            }),
            ..device(1, 0x4002, "K750", "392A0750")
        },
        Device {
            has_battery: Some(false),
            ..device(2, 0x101B, "M705", "1E624C3A")
        },
        Device {
            presence: Presence::Offline,
            seen: Some(before),
            ..device(3, 0x2010, "K800", "94E36A05")
        },
    ]
}
