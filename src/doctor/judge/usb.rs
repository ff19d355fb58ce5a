//! Judges receivers and devices on USB, and the drivers that hold their interfaces.

use std::collections::BTreeMap;

use super::{ids, list, unseen};
use crate::doctor::look::{Driver, Facts, USBHID, UsbDevice};
use crate::doctor::{Area, Finding};

/// The driver of interfaces that a program has claimed.
const USBFS: &str = "usbfs";

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let devices = match &facts.usb {
        Ok(devices) => devices,
        Err(why) => return unseen(Area::Usb, why),
    };
    if devices.is_empty() {
        let text = "no Logitech receiver, keyboard, mouse or headset is on USB";
        return vec![Finding::note(Area::Usb, "nothing", text)];
    }
    devices.iter().map(device).collect()
}

fn device(device: &UsbDevice) -> Finding {
    let name = match device.receiver() {
        Some(model) => model.name(),
        None => device.name.as_deref().unwrap_or("device"),
    };
    let place = device.place();
    let what = format!(
        "{name} {} at usb {place}, firmware {}",
        ids(device.vendor, device.product),
        device.firmware
    );
    let text = format!("{what}: {}", held(device));
    let with = |driver: &dyn Fn(&Driver) -> bool| {
        let mut interfaces = device.interfaces.iter();
        interfaces.find(|it| driver(&it.driver)).map(|it| it.number)
    };
    if let Some(number) = with(&|it| *it == Driver::None) {
        return Finding::problem(Area::Usb, "unbound", text).advise(format!(
            "interface {number} has no driver, as after a program that used it was killed: plug it in \
             again, or echo {place}:1.{number} | sudo tee /sys/bus/usb/drivers/usbhid/bind"
        ));
    }
    if with(&|it| *it == Driver::Named(USBFS.to_owned())).is_some() {
        return Finding::problem(Area::Usb, "claimed", text).advise(
            "a program has claimed the interface (see programs below; as root all of them are shown): \
             end that program, or plug the device in again",
        );
    }
    let strange = |it: &Driver| matches!(it, Driver::Named(name) if name != USBHID);
    if with(&strange).is_some() {
        return Finding::problem(Area::Usb, "foreign-driver", text).advise(
            "its driver is not that of HID devices, as when it is passed to a virtual machine or usbip: \
             release it there",
        );
    }
    Finding::ok(Area::Usb, "device", text)
}

/// `interfaces 0, 1 and 2 held by usbhid`
fn held(device: &UsbDevice) -> String {
    let mut by_driver: BTreeMap<&Driver, Vec<String>> = BTreeMap::new();
    for interface in &device.interfaces {
        let numbers = by_driver.entry(&interface.driver).or_default();
        numbers.push(interface.number.to_string());
    }
    let words = by_driver.into_iter().map(|(driver, numbers)| {
        let plural = if numbers.len() == 1 { "" } else { "s" };
        let holder = match driver {
            Driver::None => "without a driver".to_owned(),
            Driver::Named(name) => format!("held by {name}"),
            Driver::Unknown => "held by an unknown driver (no sysfs)".to_owned(),
        };
        format!("interface{plural} {} {holder}", list(&numbers))
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::judge::testing::{healthy, only};
    use crate::doctor::look::Interface;
    use crate::doctor::{LookError, Verdict};

    fn held_by(driver: Driver) -> Finding {
        let mut facts = healthy();
        let receiver = &mut facts.usb.as_mut().unwrap()[0];
        receiver.interfaces[2] = Interface { number: 2, driver };
        only(judge(&facts))
    }

    #[test]
    fn a_receiver_is_reported_with_its_port_firmware_and_drivers() {
        let finding = only(judge(&healthy()));
        assert_eq!(
            finding,
            Finding::ok(
                Area::Usb,
                "device",
                "Unifying Receiver 046D:C52B at usb 1-2, firmware 12.11: \
                 interfaces 0, 1 and 2 held by usbhid"
            )
        );
    }

    #[test]
    fn an_interface_without_a_driver_is_a_problem() {
        let finding = held_by(Driver::None);
        assert_eq!((finding.id, finding.verdict), ("unbound", Verdict::Problem));
        assert!(
            finding.text.contains("interface 2 without a driver"),
            "{}",
            finding.text
        );
        let advice = finding.advice.unwrap();
        assert!(advice.contains("echo 1-2:1.2 | sudo tee /sys/bus/usb/drivers/usbhid/bind"));
    }

    #[test]
    fn other_holders_of_an_interface_are_reported() {
        let finding = held_by(Driver::Named("usbfs".to_owned()));
        assert_eq!((finding.id, finding.verdict), ("claimed", Verdict::Problem));
        let finding = held_by(Driver::Named("usbip-host".to_owned()));
        assert_eq!(
            (finding.id, finding.verdict),
            ("foreign-driver", Verdict::Problem)
        );
        assert!(
            finding.text.contains("interface 2 held by usbip-host"),
            "{}",
            finding.text
        );
    }

    #[test]
    fn without_sysfs_no_driver_is_blamed() {
        let finding = held_by(Driver::Unknown);
        assert_eq!((finding.id, finding.verdict), ("device", Verdict::Ok));
    }

    #[test]
    fn missing_usb_is_reported() {
        let mut facts = healthy();
        facts.usb = Ok(Vec::new());
        assert_eq!(only(judge(&facts)).id, "nothing");
        facts.usb = Err(LookError::Missing {
            what: "/sys/bus/usb/devices".to_owned(),
        });
        let finding = only(judge(&facts));
        assert_eq!(
            (&*finding.text, finding.verdict),
            ("/sys/bus/usb/devices does not exist", Verdict::Unseen)
        );
    }
}
