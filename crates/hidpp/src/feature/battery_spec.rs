//! The description of each battery feature: names, calls and rules, without the layout of its
//! values.

use crate::wire::{Call, FeatureIndex, Report};

/// A battery feature. Each has one in its own file, next to its layout.
pub(super) struct BatterySpec {
    /// Its usual name. Source: Logitech's cpg-docs, Solaar, libratbag.
    pub(super) name: &'static str,
    /// Its known functions, with their names.
    pub(super) functions: &'static [(u8, &'static str)],
    /// Its events, with their names. Each carries a reading.
    pub(super) events: &'static [(u8, &'static str)],
    /// Whether no event contains user input or anything that identifies the device, so that traces
    /// may contain them.
    pub(super) harmless_events: bool,
    /// The call that returns a reading; `None`: the event of a light measurement carries it.
    pub(super) get: Option<fn(FeatureIndex) -> Call>,
    /// The call that returns what its values mean; `None`: it has no such function.
    pub(super) get_capability: Option<fn(FeatureIndex) -> Call>,
    /// Whether a report can be a reading.
    pub(super) can_be_reading: fn(&Report) -> bool,
    /// Whether an error in reply to the read request means that it is switched off.
    pub(super) refuses_when_off: bool,
}

/// What a report under software id 0 is, at the index of a feature that reports the charge: an event,
/// or the reply to a program that calls under that id (the kernel before 5.19, upower; linux-input,
/// August 2022; Solaar issues 1568 and 1718).
///
/// Both have the same header, in which an event has its number where a reply has that of the
/// function. They differ in:
///
/// | feature | event | replies with the number of an event |
/// |---|---|---|
/// | 1000, 1001, 1F20 | 0: the reading | function 0: the reading too, as good as an event |
/// | 1004 | 0: the reading | function 0: the capabilities; in their byte 1, the flags, several bits are usually set, in that of a reading, the level, at most one |
/// | 4301 | 0 to 2, marked `GOOD` | functions 0 and 1: their arguments, unmarked, nothing measured |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An event, or a reply with the same content.
    Event,
    /// A reply to another program that is not a reading.
    Reply,
    /// It can be either: poll the device before using it.
    Unclear,
}
