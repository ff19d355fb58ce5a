//! An implausible reading is read again before it is reported.

use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::{Incoming, Report};
use hidpp_sim::battery::State;
use solar_status::device::{ChargeState, Presence};
use solar_status::manager::Memory;
use solar_status::transport::{Transport, TransportError};

use crate::desk::{Shared, hours, in_slot, percent, read_by};
use crate::logged::logged;

/// Replaces the charge in the first replies with this header.
struct Glitch {
    inner: Shared,
    header: [u8; 3],
    charge: u8,
    times: usize,
}

impl Transport for Glitch {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        self.inner.send(now, report)
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let incoming = self.inner.receive(now)?;
        let Some(Incoming::HidPp(report)) = &incoming else {
            return Ok(incoming);
        };
        let mut bytes = report.as_bytes().to_vec();
        if self.times > 0 && bytes[..3] == self.header && bytes[3] >> 4 == 1 {
            self.times -= 1;
            bytes[4] = self.charge;
        }
        Ok(Some(Incoming::HidPp(Report::parse(&bytes).unwrap())))
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.inner.next_due()
    }
}

/// The charge of a PRO X (1004 at index 6) that reports 15 % this many times, and the number of
/// requests to it.
fn read_with_glitches(times: usize, memory: &mut Memory, at: Timestamp) -> (Option<u8>, usize) {
    let desk = Shared::receiver(&["PRO X"]);
    let glitch = Glitch {
        inner: desk.clone(),
        header: [0x11, 0x01, 0x06],
        charge: 15,
        times,
    };
    let snapshot = read_by(desk.info(), glitch, at, memory);
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    (percent(in_slot(&snapshot, 1)), desk.take_radio().len())
}

#[test]
fn an_implausible_reading_is_logged_with_what_it_differs_from() {
    let mut memory = Memory::default();
    read_with_glitches(0, &mut memory, hours(1));
    let lines = logged(|| _ = read_with_glitches(1, &mut memory, hours(2)));
    let found = |it: &String| {
        it.ends_with("implausible reading, re-reading: 15 %, discharging after 71 %, discharging")
    };
    assert!(lines.iter().any(found), "{lines:#?}");
}

#[test]
fn a_single_implausible_reading_is_rejected() {
    // MX Mechanical Mini: occasionally 15 % (Solaar issue 3230).
    let mut memory = Memory::default();
    assert_eq!(read_with_glitches(0, &mut memory, hours(1)).0, Some(71));
    let (charge, requests) = read_with_glitches(1, &mut memory, hours(2));
    assert_eq!(charge, Some(71));
    assert!(requests > 1, "the battery was read again");
    assert_eq!(read_with_glitches(0, &mut memory, hours(3)).0, Some(71));
}

#[test]
fn two_readings_that_agree_are_accepted() {
    let mut memory = Memory::default();
    assert_eq!(read_with_glitches(0, &mut memory, hours(1)).0, Some(71));
    assert_eq!(read_with_glitches(9, &mut memory, hours(2)).0, Some(15));
}

#[test]
fn the_first_reading_is_accepted() {
    assert_eq!(
        read_with_glitches(1, &mut Memory::default(), hours(1)).0,
        Some(15)
    );
}

#[test]
fn an_unknown_charge_while_charging_keeps_the_last_one() {
    // MX Master: 0 % while charging means unknown (Solaar issue 265, OpenLogi issue 312).
    let desk = Shared::receiver(&["MX Master"]);
    let mut memory = Memory::default();
    let before = desk.read(hours(1), &mut memory);
    assert_eq!(percent(in_slot(&before, 1)), Some(50));
    desk.act(|receiver| receiver.set_charging(hours(2), 1, State::Charging));
    let charging = desk.read(hours(3), &mut memory);
    let battery = in_slot(&charging, 1).battery.unwrap();
    assert_eq!(battery.state, ChargeState::Charging);
    assert_eq!(battery.percent, Percent::new(50));
    assert!(battery.charge_at < hours(2) && battery.at >= hours(3));
}

#[test]
fn no_percentage_is_estimated_from_a_charging_voltage() {
    // A mouse at 30 % was shown as 63 % (piper issue 222).
    let desk = Shared::receiver(&["G703"]);
    desk.act(|receiver| receiver.set_charging(Timestamp::START, 1, State::Charging));
    let snapshot = desk.read(hours(1), &mut Memory::default());
    let device = in_slot(&snapshot, 1);
    let battery = device.battery.unwrap();
    assert_eq!(
        (battery.percent, battery.state),
        (None, ChargeState::Charging)
    );
    assert!(battery.voltage.is_some());
    assert_eq!(device.presence, Presence::Online);
}
