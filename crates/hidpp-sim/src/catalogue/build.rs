//! Builds simulated devices from the entries of the catalogue.

use super::{Connection, Entry, FeatureLine, Part, PartKind, Source, UnitId};
use crate::battery::{Battery, State};
use crate::device::{Device, Identity, Kind, Protocol};
use crate::direct::DirectDevice;
use crate::hidpp10::{Hidpp10, Versions};
use crate::hidpp20::{Feature, Hidpp20, Model};
use crate::information::{Entity, Information};
use crate::solar::Solar;
use hidpp_proto::units::Percent;
use hidpp_proto::wire::descriptor::Capabilities;

/// The reports in the descriptors of corded G keyboards and headsets (usages 0602 and 0604 of page
/// FF43).
const LONG_AND_VERY_LONG: Capabilities = Capabilities::NONE.with_long().with_very_long(64);

/// Feature 0003 has a serial number from this version on.
const WITH_SERIAL: u8 = 4;

impl Entry {
    /// The device for a slot of a receiver, with this serial number if its model has one; `None` if
    /// the model is not connected by a receiver.
    pub fn paired(&self, serial: [u8; 4]) -> Option<Device> {
        let (Connection::Receiver(wpid) | Connection::Pad(wpid)) = self.connection else {
            return None;
        };
        let serial = if self.no_serial { [0; 4] } else { serial };
        let identity = Identity {
            codename: self.codename,
            wpid,
            serial,
            kind: self.kind,
            report_types: self.report_types(),
            power_switch: self.power_switch,
            interval: self.interval.unwrap_or(match (wpid, self.kind) {
                (_, Kind::Keyboard) => 20,
                // A mouse on a Bolt receiver (Solaar issue 2556).
                (0xB000.., _) => 10,
                _ => 8,
            }),
            encrypted: self.kind == Kind::Keyboard,
            name_end: self.name_end,
        };
        Some(Device::new(identity, self.protocol(serial)))
    }

    /// The device with its own node, and with this unit id if its model has one; `None` if the
    /// model is connected by a receiver.
    pub fn direct(&self, unit: [u8; 4]) -> Option<DirectDevice> {
        let protocol = self.protocol(unit);
        let (vendor, mut device) = match self.connection {
            Connection::Usb(vendor, product) => (vendor, DirectDevice::usb(product, protocol)),
            Connection::Bluetooth(vendor, product) => {
                (vendor, DirectDevice::bluetooth(product, protocol))
            }
            Connection::Receiver(_) | Connection::Pad(_) => return None,
        };
        device.vendor = vendor;
        if self.long_reports_only {
            device.reports = LONG_AND_VERY_LONG;
        }
        Some(device)
    }

    /// The id of the model on this connection: the wireless product id, or the product id of USB or
    /// Bluetooth.
    pub fn product(&self) -> u16 {
        match self.connection {
            Connection::Receiver(id)
            | Connection::Pad(id)
            | Connection::Usb(_, id)
            | Connection::Bluetooth(_, id) => id,
        }
    }

    fn report_types(&self) -> u32 {
        match self.kind {
            Kind::Keyboard => 0x0000_401A,
            _ => 0x0000_001E,
        }
    }

    fn protocol(&self, serial: [u8; 4]) -> Protocol {
        let battery = self.battery.as_ref().map(|(_, battery)| *battery);
        let battery = battery.unwrap_or(Battery::new(Percent::FULL, State::Discharging));
        if self.protocol < [2, 0] {
            let register = match self.battery {
                Some((Source::Register(register), _)) => Some(register),
                _ => None,
            };
            let registers = Hidpp10::new(self.versions(), register, battery, self.flags);
            return Protocol::Registers(registers);
        }
        let lines = self.features.iter().copied();
        let features = lines.map(|line| self.feature(line, serial)).collect();
        Protocol::Features(Hidpp20::new(self.protocol, features).with_battery(battery))
    }

    fn versions(&self) -> Versions {
        let of = |kind| {
            let part = self.firmware.iter().find(|part| part.kind == kind);
            part.map(|part| part.version)
        };
        let firmware = of(PartKind::Main);
        Versions {
            firmware: firmware.map(|[major, minor, _, _]| [major, minor]),
            build: firmware.map(|[_, _, high, low]| [high, low]),
            other: of(PartKind::Other).map(|[major, minor, ..]| [major, minor]),
            bootloader: of(PartKind::Bootloader).map(|[major, minor, ..]| [major, minor]),
            fifth: None,
        }
    }

    fn feature(&self, line: FeatureLine, serial: [u8; 4]) -> Feature {
        let model = match line.id {
            0x0001 => Model::FeatureSet,
            0x0003 => self.information(line.version, serial),
            0x0005 => Model::Name {
                name: self.name.to_owned(),
                kind: device_type(self.kind),
            },
            0x0007 => Model::FriendlyName(self.codename.to_owned()),
            0x1D4B => Model::WirelessStatus,
            id => match &self.battery {
                Some((source, battery)) if source.number() == id => shown(source, *battery),
                _ => Model::Listed,
            },
        };
        // A feature with a unit id has version 1 at least.
        let least = u8::from(matches!(model, Model::Information(_)));
        Feature {
            id: line.id,
            flags: line.flags,
            version: line.version.unwrap_or(least),
            model,
        }
    }

    fn information(&self, version: Option<u8>, serial: [u8; 4]) -> Model {
        let entities = self
            .firmware
            .iter()
            .map(|part| self.entity(*part))
            .collect();
        let Some(model) = self.model else {
            return Model::Firmware(entities);
        };
        let receiver = matches!(
            self.connection,
            Connection::Receiver(_) | Connection::Pad(_)
        );
        let unit = match self.unit {
            UnitId::None => [0xFF; 4],
            // Different from the serial number, which only a receiver reports.
            UnitId::Own if receiver => serial.map(|byte| !byte),
            UnitId::Own | UnitId::Serial => serial,
        };
        let has_serial = version.is_some_and(|version| version >= WITH_SERIAL);
        Model::Information(Information {
            entities,
            unit,
            transports: self.transports,
            model,
            extended_model: 0,
            serial: has_serial.then(|| characters(serial)),
        })
    }

    fn entity(&self, part: Part) -> Entity {
        Entity {
            kind: part.kind as u8,
            prefix: part.prefix,
            version: part.version,
            product: self.product(),
            // Not contained in dumps.
            unknown: [0; 5],
        }
    }
}

fn shown(source: &Source, battery: Battery) -> Model {
    match source {
        Source::Feature(view) => Model::Battery(view.clone()),
        Source::Solar(sun) => Model::Solar(Solar::new(battery.charge, *sun)),
        Source::Register(_) => Model::Listed,
    }
}

/// The type in the numbers of feature 0005, which differ from the receiver's.
fn device_type(kind: Kind) -> u8 {
    match kind {
        Kind::Keyboard => 0,
        Kind::Numpad => 2,
        Kind::Mouse | Kind::Unknown => 3,
        Kind::Touchpad => 4,
        Kind::Headset => 8,
    }
}

/// Twelve characters for function 2 of feature 0003, made from the serial number.
fn characters(serial: [u8; 4]) -> [u8; 12] {
    let text = format!("SIM0{:08X}", u32::from_be_bytes(serial));
    crate::frame::padded(text.as_bytes())
}
