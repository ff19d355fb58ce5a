//! The solar keyboard's dashboard, feature 4301: charge, light, and when they are reported.
//!
//! Source: Logitech's draft of feature 4301 (K750). All three events carry the same payload:
//!
//! | offset | field |
//! |---|---|
//! | 0 | charge in percent |
//! | 1-2 | light in lux, big-endian; zero except in event 1 |
//! | 3-4 | battery ADC, big-endian; 0672 is 2.678 V |
//! | 5-8 | `GOOD` |

use std::time::Duration;

use super::frame::Error20;
use super::rates::Rates;
use hidpp_proto::units::{Lux, Percent, Timestamp};

/// The period of event 0 while the keyboard is connected.
pub const BROADCAST_PERIOD: Duration = Duration::from_secs(90);
/// How long function 1 is allowed after the light key was pressed.
const LED_WINDOW: Duration = Duration::from_millis(250);
/// Event 0: the regular broadcast.
const BROADCAST: u8 = 0;
/// Event 1: a light measurement requested by the host.
const LIGHT: u8 = 1;
/// Event 2: the user has pressed the light key.
const LIGHT_KEY: u8 = 2;

/// A full battery, in millionths of its charge times the microseconds of an hour.
///
/// In this unit `rate x microseconds` is exact, so the charge does not depend on how often it is
/// brought up to date.
const FULL: u64 = 1_000_000 * 3_600_000_000;

/// An event of feature 4301: its number and its payload.
pub(super) type Event = (u8, [u8; 16]);

/// A running series of light measurements.
#[derive(Clone, Copy, Debug)]
struct Measure {
    left: u8,
    period: Duration,
    next: Timestamp,
}

/// The solar cell, the battery behind it, and the feature that reports on them.
#[derive(Clone, Debug)]
pub struct Solar {
    charge: u64,
    updated: Timestamp,
    sun: Lux,
    rates: Rates,
    next_broadcast: Timestamp,
    measure: Option<Measure>,
    key_pressed: Option<Timestamp>,
    led: u8,
}

impl Solar {
    /// A keyboard that connects at time zero.
    pub fn new(charge: Percent, sun: Lux) -> Self {
        Self {
            charge: stored(charge),
            updated: Timestamp::START,
            sun,
            rates: Rates::default(),
            next_broadcast: Timestamp::START + BROADCAST_PERIOD,
            measure: None,
            key_pressed: None,
            led: 0,
        }
    }

    /// The charge, rounded to whole percent as the keyboard reports it.
    pub fn charge(&self) -> Percent {
        let percent = (self.charge + FULL / 200) / (FULL / 100);
        u8::try_from(percent)
            .ok()
            .and_then(Percent::new)
            .unwrap_or(Percent::FULL)
    }

    /// The light that falls on the keyboard.
    pub fn sun(&self) -> Lux {
        self.sun
    }

    /// The colour of the light key's lamp that the host set last: 0 off, 1 red, 2 orange, 3 green.
    pub fn led(&self) -> u8 {
        self.led
    }

    /// Sets the battery's charge.
    pub fn set_charge(&mut self, now: Timestamp, charge: Percent) {
        self.updated = now;
        self.charge = stored(charge);
    }

    /// Changes the light.
    pub fn set_sun(&mut self, now: Timestamp, sun: Lux) {
        self.integrate(now);
        self.sun = sun;
    }

    /// Changes how fast the battery charges and discharges.
    pub fn set_rates(&mut self, now: Timestamp, rates: Rates) {
        self.integrate(now);
        self.rates = rates;
    }

    /// Answers a call of one of the feature's functions.
    pub(super) fn call(
        &mut self,
        now: Timestamp,
        function: u8,
        params: [u8; 16],
    ) -> Result<[u8; 16], Error20> {
        match (function, params) {
            (0, [count, period, ..]) => Ok(self.set_light_measure(now, count, period)),
            (1, [colour, ..]) => self.set_led(now, colour),
            _ => Err(Error20::InvalidFunction),
        }
    }

    /// Function 0: measures the light `count` times, once every `period` seconds. A zero in either
    /// parameter cancels a running series.
    fn set_light_measure(&mut self, now: Timestamp, count: u8, period: u8) -> [u8; 16] {
        let every = Duration::from_secs(u64::from(period));
        self.measure = (count > 0 && period > 0).then(|| Measure {
            left: count,
            period: every,
            next: now + every,
        });
        super::frame::padded(&[count, period])
    }

    /// Function 1: sets the colour of the lamp that the light key switches on.
    fn set_led(&mut self, now: Timestamp, colour: u8) -> Result<[u8; 16], Error20> {
        let in_time = self
            .key_pressed
            .is_some_and(|pressed| now.since(pressed) <= LED_WINDOW);
        if !in_time {
            return Err(Error20::NotAllowed);
        }
        if colour > 3 {
            return Err(Error20::InvalidArgument);
        }
        self.led = colour;
        Ok([0; 16])
    }

    /// The keyboard reconnects: a running series is cancelled, and the charge is broadcast at
    /// once.
    pub(super) fn reconnected(&mut self, now: Timestamp) -> Event {
        self.measure = None;
        self.key_pressed = None;
        self.led = 0;
        self.next_broadcast = now + BROADCAST_PERIOD;
        self.event(now, BROADCAST)
    }

    /// The user presses the light key.
    pub(super) fn press_light_key(&mut self, now: Timestamp) -> Event {
        self.key_pressed = Some(now);
        self.event(now, LIGHT_KEY)
    }

    /// When the keyboard sends its next measurement or broadcast.
    pub(super) fn next_due(&self) -> Timestamp {
        match self.measure {
            Some(measure) => measure.next.min(self.next_broadcast),
            None => self.next_broadcast,
        }
    }

    /// The event that is due at [`Self::next_due`].
    pub(super) fn next_event(&mut self) -> Event {
        let now = self.next_due();
        if let Some(measure) = self.measure.filter(|measure| measure.next == now) {
            let left = measure.left - 1;
            self.measure = (left > 0).then_some(Measure {
                left,
                next: now + measure.period,
                ..measure
            });
            self.event(now, LIGHT)
        } else {
            self.next_broadcast = now + BROADCAST_PERIOD;
            self.event(now, BROADCAST)
        }
    }

    fn event(&mut self, now: Timestamp, event: u8) -> Event {
        self.integrate(now);
        let charge = self.charge();
        let lux = if event == LIGHT { self.sun } else { Lux(0) };
        let [lux_high, lux_low] = lux.0.to_be_bytes();
        let [adc_high, adc_low] = adc(charge).to_be_bytes();
        let payload = [charge.get(), lux_high, lux_low, adc_high, adc_low];
        let mut params = super::frame::padded(&payload);
        for (to, from) in params.iter_mut().skip(5).zip(b"GOOD") {
            *to = *from;
        }
        (event, params)
    }

    /// Updates the charge to the time `now`.
    fn integrate(&mut self, now: Timestamp) {
        let elapsed = u64::try_from(now.since(self.updated).as_micros()).unwrap_or(u64::MAX);
        let change = |rate: u32| u64::from(rate).saturating_mul(elapsed);
        let (gained, lost) = self.rates.at(self.sun);
        self.charge = self
            .charge
            .saturating_add(change(gained))
            .saturating_sub(change(lost))
            .min(FULL);
        self.updated = self.updated.max(now);
    }
}

fn stored(charge: Percent) -> u64 {
    FULL / 100 * u64::from(charge.get())
}

/// The battery's ADC reading: linear through the two known readings, 061D at 57 % (the capture of
/// 2012) and 0672 at 96 % (Logitech's examples).
fn adc(charge: Percent) -> u16 {
    // At 0 %: 1565 - 57 x 85 / 39 = 1440.8, written so that nothing goes below zero.
    let scaled = 39 * 1565 - 57 * 85 + 85 * u32::from(charge.get());
    u16::try_from(scaled / 39).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{after, percent, seconds};

    const START: Timestamp = Timestamp::START;

    fn keyboard() -> Solar {
        Solar::new(percent(57), Lux(12))
    }

    #[test]
    fn events_match_the_examples_of_the_draft() {
        // Vectors 102 to 104 with the ADC and GOOD of Logitech's draft: 96 %, 319 lux.
        let mut solar = Solar::new(percent(96), Lux(319));
        let (number, payload) = solar.reconnected(START);
        assert_eq!(number, 0);
        assert_eq!(payload, *b"\x60\x00\x00\x06\x72GOOD\0\0\0\0\0\0\0");

        let _echo = solar.set_light_measure(START, 1, 1);
        let (number, payload) = solar.next_event();
        assert_eq!(number, 1);
        assert_eq!(payload, *b"\x60\x01\x3F\x06\x72GOOD\0\0\0\0\0\0\0");

        let (number, payload) = solar.press_light_key(seconds(2));
        assert_eq!(number, 2);
        assert_eq!(payload, *b"\x60\x00\x00\x06\x72GOOD\0\0\0\0\0\0\0");
    }

    #[test]
    fn a_zero_in_either_place_cancels_the_series() {
        for zero in [[0, 1], [1, 0], [0, 0]] {
            let mut solar = keyboard();
            let [count, period] = zero;
            let _echo = solar.set_light_measure(START, 5, 1);
            let echo = solar.set_light_measure(START, count, period);
            assert_eq!(echo.first_chunk(), Some(&zero));
            assert_eq!(solar.next_due(), START + BROADCAST_PERIOD);
        }
    }

    #[test]
    fn a_series_ends_when_the_keyboard_reconnects() {
        let mut solar = keyboard();
        let _echo = solar.set_light_measure(START, 120, 1);
        assert_eq!(solar.next_due(), seconds(1));
        let _broadcast = solar.reconnected(seconds(5));
        assert_eq!(solar.next_due(), seconds(95));
    }

    #[test]
    fn the_lamp_can_be_set_only_just_after_the_light_key() {
        let mut solar = keyboard();
        assert_eq!(solar.set_led(START, 3), Err(Error20::NotAllowed));
        let _event = solar.press_light_key(START);
        assert_eq!(
            solar.set_led(after(START, 250), 4),
            Err(Error20::InvalidArgument)
        );
        assert_eq!(solar.set_led(after(START, 250), 3), Ok([0; 16]));
        assert_eq!(solar.led(), 3);
        assert_eq!(
            solar.set_led(after(START, 251), 1),
            Err(Error20::NotAllowed)
        );
    }

    #[test]
    fn it_charges_above_200_lux_and_drains_at_200() {
        let mut solar = keyboard();
        solar.set_sun(START, Lux(201));
        solar.integrate(seconds(3600));
        assert_eq!(solar.charge(), percent(62));
        solar.set_sun(seconds(3600), Lux(200));
        solar.integrate(seconds(3600 + 24 * 3600));
        assert_eq!(solar.charge(), percent(61));
        solar.integrate(seconds(365 * 24 * 3600));
        assert_eq!(solar.charge(), percent(0));
    }
}
