//! Feature 4301: charge and light of a solar keyboard (K750).
//!
//! No function returns a reading: the answer to a request for measurements only repeats its
//! arguments, or is zero. The request starts a series of measurements, each of which is sent as an
//! event; the keyboard also broadcasts its charge about every 90 s.
//!
//! Source: Logitech's draft of the feature, kept in Solaar's history; Julien Danjou's 2012
//! capture; kernel hid-logitech-hidpp for the charging threshold of 200 lux ([`CHARGING_ABOVE`]).

use super::battery_spec::{BatterySpec, Origin};
use crate::units::{Lux, Millivolts, Percent};
use crate::wire::{Call, FeatureId, FeatureIndex, Report, codes};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x4301);
/// Number of the function that starts and stops measuring.
pub const SET_LIGHT_MEASURE: u8 = 0;
/// Number of the function that overrides the light key's lamp.
pub const SET_LED: u8 = 1;

/// Above this light the solar cells charge the battery (kernel and Solaar agree).
pub const CHARGING_ABOVE: Lux = Lux(200);

/// A series of measurements. Each costs the keyboard a radio report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LightMeasure {
    /// How many reports; 0 cancels.
    pub reports: u8,
    /// Seconds between two reports; 0 cancels. The draft does not state when the first report is
    /// sent: it is expected after one period, like the others.
    pub period_s: u8,
}

impl LightMeasure {
    /// One report as soon as possible.
    pub const ONCE: Self = Self {
        reports: 1,
        period_s: 1,
    };
    /// No more reports.
    pub const CANCEL: Self = Self {
        reports: 0,
        period_s: 0,
    };

    /// Whether it ends a series rather than starting one.
    pub const fn is_cancel(self) -> bool {
        self.reports == 0 || self.period_s == 0
    }
}

codes! {
    /// The colour of the lamp next to the light key. The keyboard accepts [`SET_LED`] only in the
    /// first 250 ms after it sent [`EventKind::LightKey`] (Logitech's draft).
    pub enum Led {
        /// Dark.
        Off = 0 => "off",
        /// Red.
        Red = 1 => "red",
        /// Orange.
        Orange = 2 => "orange",
        /// Green.
        Green = 3 => "green",
    }
}

codes! {
    /// The events, which all carry the same payload.
    pub enum EventKind {
        /// About every 90 s in use, at power-up and on reconnection. Light is not measured.
        Broadcast = 0 => "battery broadcast",
        /// After [`set_light_measure`], with light.
        LightMeasure = 1 => "light measurement",
        /// The user pressed the light key. Light is not measured.
        LightKey = 2 => "light key",
    }
}

/// The content of an event.
///
/// | byte | content |
/// |---|---|
/// | 0 | charge in percent |
/// | 1-2 | light in lux, big-endian; valid in event 1 only |
/// | 3-4 | battery voltage, big-endian, proportional: 0x0672 is 2.678 V |
/// | 5-8 | ASCII `GOOD` |
/// | 9-15 | zero |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SolarEvent {
    /// Why it was sent.
    pub kind: EventKind,
    /// The charge; `None` where the byte is above 100.
    pub charge: Option<Percent>,
    /// The light if it was measured. Values above 511, the upper limit in the draft, occur (538 in
    /// Solaar issue 459).
    pub light: Option<Lux>,
    /// The raw reading of the battery voltage.
    pub adc: u16,
    /// Whether the marker `GOOD` was present. The values of an event without it are kept,
    /// but marked as not trusted, and a measurement without it does not count towards its series.
    pub good: bool,
}

/// The reading of the converter at the draft's calibration point.
const ADC_REFERENCE: u32 = 0x0672;
/// The voltage at the draft's calibration point, in microvolts.
const ADC_REFERENCE_UV: u32 = 2_677_932;

impl SolarEvent {
    /// The battery voltage. `None` for a zero reading (in the draft's examples as they are quoted
    /// elsewhere), or for one too large to be in millivolts.
    pub fn voltage(&self) -> Option<Millivolts> {
        let scaled = u64::from(self.adc) * u64::from(ADC_REFERENCE_UV) / u64::from(ADC_REFERENCE);
        let millivolts = u16::try_from((scaled + 500) / 1000).ok()?;
        (self.adc != 0).then_some(Millivolts(millivolts))
    }

    /// Whether the battery is being charged: `None` where the light was not measured.
    pub fn is_charging(&self) -> Option<bool> {
        self.light.map(|light| light > CHARGING_ABOVE)
    }
}

/// Starts a series of measurements, or cancels one. The answer repeats count and period, or is
/// zero.
pub const fn set_light_measure(feature: FeatureIndex, measure: LightMeasure) -> Call {
    Call::new(
        feature,
        SET_LIGHT_MEASURE,
        [measure.reports, measure.period_s, 0],
    )
}

/// Whether a report can answer a request for this series: an answer repeats the series, or is
/// zero. Any other report comes from another feature, or answers another program.
pub fn is_answer(report: &Report, measure: LightMeasure) -> bool {
    let echo = read_light_measure(report);
    echo == measure || report.params() == &[0; 16]
}

/// Reads the series from a request for it, or from the answer that repeats it.
pub const fn read_light_measure(report: &Report) -> LightMeasure {
    let [reports, period_s, _] = report.head();
    LightMeasure { reports, period_s }
}

/// Whether an event carries the marker. Needs no feature index: the marker alone identifies an
/// event of this feature.
pub fn has_marker(report: &Report) -> bool {
    matches!(report.params(), [_, _, _, _, _, b'G', b'O', b'O', b'D', ..])
}

/// Reads an event by its number.
pub fn read_event(event: u8, report: &Report) -> SolarEvent {
    let kind = EventKind::from(event);
    let [charge, lux_high, lux_low, adc_high, adc_low, ..] = *report.params();
    let measured = kind == EventKind::LightMeasure;
    SolarEvent {
        kind,
        charge: Percent::new(charge),
        light: measured.then_some(Lux(u16::from_be_bytes([lux_high, lux_low]))),
        adc: u16::from_be_bytes([adc_high, adc_low]),
        good: has_marker(report),
    }
}

/// Returns whether a report with software id 0 is an event of this feature, or a reply to another
/// program: both have the same header.
///
/// A report with the marker is an event. A reply of [`SET_LIGHT_MEASURE`] or [`SET_LED`], which
/// share their numbers with events 0 and 1, has no marker. A light measurement without the marker
/// is also accepted as an event if it has a value after the first byte, because examples of the
/// draft are quoted without the marker (vectors 102 to 104 in tests/decode/vectors.txt); it is then
/// not trusted ([`SolarEvent::good`]).
pub(super) fn origin(report: &Report) -> Origin {
    let [_, measured @ ..] = report.params();
    let is_event = match EventKind::from(report.address() >> 4) {
        EventKind::Unknown(_) => false,
        _ if has_marker(report) => true,
        EventKind::LightMeasure => measured.iter().any(|&byte| byte != 0),
        EventKind::Broadcast | EventKind::LightKey => false,
    };
    if is_event {
        Origin::Event
    } else {
        Origin::Reply
    }
}

pub(super) const SPEC: BatterySpec = BatterySpec {
    name: "solar dashboard",
    functions: &[
        (SET_LIGHT_MEASURE, "set light measure"),
        (SET_LED, "set LED"),
    ],
    events: EventKind::NAMES,
    // The light key is the only input in an event. It types nothing, so traces may contain it.
    harmless_events: true,
    get: None,
    get_capability: None,
    // Its events are identified by their marker.
    can_be_reading: |_| true,
    refuses_when_off: false,
};

#[cfg(test)]
mod tests {
    // `vector_N` in the name of a test is vector N of tests/decode/vectors.txt, which has its
    // source.
    use super::*;
    use crate::wire::tests::report;
    use crate::wire::{DeviceIndex, ReportId, SoftwareId};

    #[test]
    fn the_2012_request_vector_101() {
        let measure = LightMeasure {
            reports: 120,
            period_s: 1,
        };
        let call = set_light_measure(FeatureIndex(9), measure);
        let request = call.report(DeviceIndex(1), SoftwareId::new(3).unwrap(), ReportId::Short);
        assert_eq!(request.to_string(), "10 01 09 03 78 01 00");
        assert_eq!(read_light_measure(&request), measure);
    }

    #[test]
    fn the_good_frame_vector_101() {
        let frame = report("11 02 09 10 39 00 0C 06 1D 47 4F 4F 44 00 00 00 00 00 00 00");
        let event = read_event(1, &frame);
        assert_eq!(event.kind, EventKind::LightMeasure);
        assert_eq!(event.charge, Percent::new(57));
        assert_eq!(event.light, Some(Lux(12)));
        assert_eq!(event.voltage(), Some(Millivolts(2540)));
        assert!(event.good);
        assert_eq!(event.is_charging(), Some(false));
    }

    #[test]
    fn the_drafts_examples_vectors_102_to_104() {
        let broadcast = read_event(0, &report("11 03 06 00 60 …"));
        assert_eq!(
            (broadcast.charge, broadcast.light),
            (Percent::new(96), None)
        );
        assert!(!broadcast.good);
        let measured = read_event(1, &report("11 03 06 10 60 01 3F …"));
        assert_eq!(measured.light, Some(Lux(319)));
        assert_eq!(measured.is_charging(), Some(true));
        let key = read_event(2, &report("11 03 06 20 60 …"));
        assert_eq!(
            (key.kind, key.charge),
            (EventKind::LightKey, Percent::new(96))
        );
    }

    #[test]
    fn the_drafts_calibration_point_is_2678_millivolts() {
        let event = read_event(0, &report("11 03 06 00 60 00 00 06 72 47 4F 4F 44 …"));
        assert_eq!(event.voltage(), Some(Millivolts(2678)));
        assert!(event.good);
    }

    #[test]
    fn light_above_the_drafts_range_is_kept() {
        // Solaar issue 459: 538 lux.
        let event = read_event(1, &report("11 01 09 10 39 02 1A 06 1D 47 4F 4F 44 …"));
        assert_eq!(event.light, Some(Lux(538)));
    }

    #[test]
    fn charging_starts_above_200_lux() {
        let at = |hex| read_event(1, &report(hex)).is_charging();
        assert_eq!(at("11 01 09 10 39 00 C8 …"), Some(false));
        assert_eq!(at("11 01 09 10 39 00 C9 …"), Some(true));
    }

    #[test]
    fn a_charge_above_100_is_not_a_charge() {
        assert_eq!(
            read_event(1, &report("11 01 09 10 65 00 0C …")).charge,
            None
        );
    }
}
