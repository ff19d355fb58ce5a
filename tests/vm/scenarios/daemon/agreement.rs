//! The values of six devices on which the kernel, upowerd and the daemon must agree, whatever
//! happened.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use hidpp_proto::units::Percent;
use test_support::wait::eventually;

use super::{EXACT, LEVELS, word};
use crate::bus::{Client, Device, OURS, UPOWER, Values};
use crate::comparison::{Row, with_dashes};
use crate::devices;
use crate::kernel::PATIENCE;
use crate::scenarios::{Desk, batteries};

/// The charge of each device, by slot; initially that of the catalogue.
#[derive(Debug)]
pub(super) struct Known(BTreeMap<u8, Percent>);

impl Default for Known {
    fn default() -> Self {
        let rows = batteries::EXPECTED.iter();
        let charges = rows.map(|row| (row.slot, devices::charge_of(row.codename)));
        Self(charges.collect())
    }
}

impl Known {
    pub(super) fn charge(&self, slot: u8) -> Percent {
        self.0[&slot]
    }

    /// Lowers the charge: the kernel interprets a K750's charge that did not fall as charging.
    pub(super) fn change(&mut self, slot: u8) {
        let charge = self.charge(slot).get();
        let less = Percent::new(charge.saturating_sub(7)).expect("at most 100");
        self.0.insert(slot, less);
    }
}

/// The allowed error of a charge estimated from a voltage, because the discharge curve differs
/// between models.
const ESTIMATED: u8 = 5;

/// Waits until all three report the true values.
pub(super) fn expect_agreement(client: &Client, desk: &Desk, known: &Known) {
    let started = Instant::now();
    // The cheapest check first.
    let checks = [
        |_: &Client, desk: &Desk, known: &Known| check_kernel(desk, known),
        |client: &Client, desk: &Desk, _: &Known| check_us(client, desk),
    ];
    for check in checks {
        while let Err(wrong) = check(client, desk, known) {
            assert!(started.elapsed() < PATIENCE, "{wrong}");
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Waits until the kernel and the daemon report that a device sleeps.
pub(super) fn expect_asleep(client: &Client, desk: &Desk, slot: u8) {
    let mut rows = batteries::EXPECTED.iter();
    let row = rows.find(|row| row.slot == slot).expect("a row for it");
    eventually("the kernel to notice it", PATIENCE, || {
        let battery = desk.seen().battery_of(slot)?;
        (battery.online == Some(false)).then_some(())
    });
    eventually("us to notice it", PATIENCE, || {
        (client.is_online(row.serial)? == "false").then_some(())
    });
}

/// Whether the kernel has the devices' charges; steps are compared by name below.
fn check_kernel(desk: &Desk, known: &Known) -> Result<(), String> {
    for Row { slot, codename, .. } in &batteries::EXPECTED {
        let Some(battery) = desk.seen().battery_of(*slot) else {
            return Err(format!("{codename}: the kernel has no battery"));
        };
        let charge = known.charge(*slot);
        let off = battery
            .capacity
            .map(|capacity| capacity.abs_diff(charge.get()));
        let allowed = if battery.voltage.is_some() {
            ESTIMATED
        } else {
            0
        };
        let is_known = battery.status.as_deref() != Some("Unknown");
        if !is_known || off.is_some_and(|off| off > allowed) {
            return Err(format!(
                "{codename}: {battery}, but the true charge is {charge}"
            ));
        }
    }
    Ok(())
}

/// Whether we and upowerd report the same about each device.
fn check_us(client: &Client, desk: &Desk) -> Result<(), String> {
    let [upower, ours] = [UPOWER, OURS].map(|service| client.batteries(service));
    for Row {
        slot,
        serial,
        codename,
        ..
    } in &batteries::EXPECTED
    {
        // Matched by the kernel's name, because the kernel can mix up serial numbers (see below).
        let battery = desk.seen().battery_of(*slot).map(|battery| battery.name);
        let of_kernel = |it: &&Device| battery.as_ref() == it.upower.get("NativePath");
        let upower = upower.iter().find(of_kernel);
        let ours = ours.iter().find(|it| it.has_serial(*serial));
        let Some((upower, ours)) = upower.zip(ours) else {
            return Err(format!("{codename} is not listed: {upower:?}, {ours:?}"));
        };
        equal("online", "true", &ours.ours["Online"])
            .and_then(|()| check_alike(&upower.upower, &ours.upower))
            .map_err(|wrong| format!("{codename}: {wrong}"))?;
    }
    Ok(())
}

/// Asserts that the kernel did not mistake a reply to us for its own: at a hotplug it reads the
/// devices' pairing records, and does not check which record a reply contains
/// (`manager/monitor/settle_delay.rs`).
pub(super) fn expect_right_serials(desk: &Desk) {
    for row in &batteries::EXPECTED {
        let battery = desk.seen().battery_of(row.slot);
        let serial = battery.and_then(|battery| battery.serial);
        assert_eq!(serial, Some(with_dashes(row.serial)), "{}", row.codename);
    }
}

/// Whether the values of both are the same.
fn check_alike(upower: &Values, ours: &Values) -> Result<(), String> {
    equal("states", &upower["State"], &ours["State"])?;
    let [theirs, our] = [upower, ours].map(|it| it["BatteryLevel"].as_str());
    if theirs == EXACT {
        equal("charge", &upower["Percentage"], &ours["Percentage"])?;
        return equal("level", theirs, our);
    }
    // Level 7 is high for the kernel and full for us (see the comparison).
    let [theirs, our] = [theirs, our].map(|level| word(&LEVELS, level));
    equal("level", &theirs.replace("high", "full"), our)
}

fn equal(what: &str, one: &str, other: &str) -> Result<(), String> {
    if one == other {
        Ok(())
    } else {
        Err(format!("{what}: {one:?} and {other:?}"))
    }
}
