//! Joins the views of a device's links into one device.
//!
//! A device can be reached in several ways: it is paired with several receivers, or in several
//! slots of one, and has a cable or Bluetooth too. Each link has a view of it: a [`Device`] with
//! this link alone. The rules by which the views become one device:
//!
//! - The values come from the link that is up. If several are, a USB connection comes first, because
//!   it reports charging; then the one that was reachable last.
//! - A battery reading of a link that is down counts if it is later: it was the last before the
//!   device left. A reading of another link that is up does not count.
//! - The latest light measurement counts: it comes from the link on which it was requested.
//! - A value that only one link has is taken from there. Names and kinds come from receivers first,
//!   so that they do not change with the cable.

use std::cmp::Reverse;

use super::{Device, Link, OtherLink, Presence};

/// The device for these views, which all have the same id; `None`: there is no view.
pub fn join<'a>(views: impl IntoIterator<Item = &'a Device>) -> Option<Device> {
    let mut views: Vec<&Device> = views.into_iter().collect();
    views.sort_by_key(|it| (Reverse(precedence(it)), it.link.clone()));
    let (active, others) = views.split_first()?;
    if others.is_empty() {
        return Some((*active).clone());
    }
    let is_paired = |it: &&&Device| matches!(it.link, Link::Paired { .. });
    let paired = views.iter().filter(is_paired);
    let described: Vec<&Device> = paired
        .chain(views.iter().filter(|it| !is_paired(it)))
        .copied()
        .collect();
    // The views with values that count: that of the active link, and those with values from before
    // it was up.
    let last: Vec<&Device> = std::iter::once(*active)
        .chain(others.iter().filter(|it| !it.is_online()).copied())
        .collect();
    // The last of equals is used, so the active link comes last.
    let known = |of: &[&Device]| {
        let batteries = of.iter().rev().filter_map(|it| it.battery);
        batteries.max_by_key(|it| it.at)
    };
    let lights = views.iter().rev().filter_map(|it| it.light);
    Some(Device {
        other_links: others.iter().map(|it| other_link(it)).collect(),
        stored_name: described.iter().find_map(|it| it.stored_name.clone()),
        name: described.iter().find_map(|it| it.name.clone()),
        full_name: described.iter().find_map(|it| it.full_name.clone()),
        kind: described.iter().find_map(|it| it.kind),
        wpid: described.iter().find_map(|it| it.wpid),
        serial: described.iter().find_map(|it| it.serial.clone()),
        power_switch: described.iter().find_map(|it| it.power_switch),
        protocol: views.iter().find_map(|it| it.protocol),
        firmware: views.iter().find_map(|it| it.firmware),
        seen: views.iter().filter_map(|it| it.seen).max(),
        has_battery: views.iter().filter_map(|it| it.has_battery).max(),
        battery: known(&last).or_else(|| known(&views)),
        light: lights.max_by_key(|it| it.at),
        ..(*active).clone()
    })
}

/// The precedence of a view, higher values first; for equal views the order of the links decides.
fn precedence(view: &Device) -> impl Ord + use<> {
    let presence = match view.presence {
        Presence::Online => 2,
        Presence::Unknown => 1,
        Presence::Offline => 0,
    };
    (presence, view.is_online() && view.link.is_usb(), view.seen)
}

fn other_link(view: &Device) -> OtherLink {
    OtherLink {
        link: view.link.clone(),
        presence: view.presence,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::device::Battery;
    use hidpp_proto::feature::DeviceKind;
    use hidpp_proto::feature::unified_battery::read_status;
    use hidpp_proto::units::{Percent, Timestamp};
    use hidpp_proto::wire::{DeviceIndex, Report, Slot};

    const ID: &str = "407C-3D7D0018";

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    fn battery(charge: u8, seconds: u64) -> Battery {
        let report = Report::short(DeviceIndex(1), 6, 0x0E, [charge, 4, 0]);
        Battery::from_unified(&read_status(&report), None, at(seconds))
    }

    fn paired(slot: u8, presence: Presence, seen: u64) -> Device {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(slot).unwrap(),
        };
        Device {
            name: Some("G915".to_owned()),
            kind: Some(DeviceKind::Keyboard),
            presence,
            seen: Some(at(seen)),
            ..Device::new(ID.to_owned(), link)
        }
    }

    fn cable(presence: Presence, seen: u64) -> Device {
        let link = Link::Direct {
            node: "/dev/hidraw6".to_owned(),
            bus: "usb".to_owned(),
            product: 0xC33E,
        };
        Device {
            name: Some("Logitech G915 WIRELESS RGB MECHANICAL GAMING KEYBOARD".to_owned()),
            presence,
            seen: Some(at(seen)),
            ..Device::new(ID.to_owned(), link)
        }
    }

    fn percent(device: &Device) -> Option<Percent> {
        device.battery.and_then(|it| it.percent)
    }

    #[test]
    fn one_view_is_the_device() {
        let view = paired(1, Presence::Offline, 5);
        assert_eq!(join([&view]), Some(view));
        assert_eq!(join([]), None);
    }

    #[test]
    fn the_slot_with_a_link_counts_among_three() {
        // MX Master 3S with three channels on one Bolt receiver (OpenLogi 1560).
        let [mut first, mut second, third] = [
            paired(1, Presence::Offline, 3),
            paired(2, Presence::Online, 5),
            paired(3, Presence::Offline, 4),
        ];
        first.battery = Some(battery(20, 1));
        second.battery = Some(battery(75, 5));
        let joined = join([&first, &second, &third]).unwrap();
        assert_eq!(joined.link, second.link);
        assert!(joined.is_online());
        assert_eq!(percent(&joined), Percent::new(75));
        let links: Vec<_> = joined.links().map(|(_, presence)| presence).collect();
        assert_eq!(
            links,
            [Presence::Online, Presence::Offline, Presence::Offline]
        );
    }

    #[test]
    fn a_cable_comes_before_radio_and_keeps_the_receivers_name() {
        let mut radio = paired(1, Presence::Online, 9);
        radio.battery = Some(battery(61, 9));
        let mut wired = cable(Presence::Online, 5);
        wired.battery = Some(battery(60, 5));
        let joined = join([&radio, &wired]).unwrap();
        assert_eq!(joined.link, wired.link);
        assert_eq!(percent(&joined), Percent::new(60), "the link is up, too");
        assert_eq!(joined.name.as_deref(), Some("G915"));
        assert_eq!(joined.kind, Some(DeviceKind::Keyboard));
        assert_eq!(joined.seen, Some(at(9)));
    }

    #[test]
    fn the_last_reading_before_a_device_left_counts() {
        let mut radio = paired(1, Presence::Offline, 9);
        radio.battery = Some(battery(61, 9));
        let mut wired = cable(Presence::Online, 10);
        assert_eq!(
            percent(&join([&radio, &wired]).unwrap()),
            Percent::new(61),
            "the cable was not read yet"
        );
        // The cached values of the cable's link are older.
        wired.battery = Some(battery(40, 2));
        assert_eq!(percent(&join([&radio, &wired]).unwrap()), Percent::new(61));
        wired.battery = Some(battery(62, 11));
        assert_eq!(percent(&join([&radio, &wired]).unwrap()), Percent::new(62));
    }

    #[test]
    fn the_order_of_the_views_makes_no_difference() {
        let views = [
            paired(1, Presence::Offline, 3),
            paired(2, Presence::Unknown, 3),
            paired(3, Presence::Offline, 8),
            cable(Presence::Offline, 8),
        ];
        let [a, b, c, d] = &views;
        let joined = join([a, b, c, d]);
        assert_eq!(join([d, c, b, a]), joined);
        assert_eq!(join([b, d, a, c]), joined);
        let joined = joined.unwrap();
        assert_eq!(joined.presence, Presence::Unknown, "one was not asked");
        assert_eq!(joined.link, b.link);
    }
}
