//! One device of a capture.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::Place;
use super::series::{self, RoundTrips, Series, States};
use crate::decode::explanation::{Explanation, FrameKind};

/// How many kinds of errors, of unexplained frames and of firmware are listed.
const MAX_KINDS: usize = 32;
/// The longest name in pieces, in bytes.
const MAX_NAME: i64 = 255;

/// A kind of report with bytes that are not explained.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Unexplained {
    kind: &'static str,
    subject: String,
    /// The index of its feature, if that was not known at the time, with the number of the event.
    unknown: Option<(u8, Option<u8>)>,
}

/// What was seen of a device.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) place: Place,
    pub(super) is_receiver: bool,
    pub(super) usb: Option<(u16, u16)>,
    pub(super) wpid: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) unit_id: Option<String>,
    pub(super) models: Option<String>,
    pub(super) hidpp: Option<String>,
    /// The name in the receiver's record.
    pub(super) recorded_name: Option<String>,
    /// The pieces of the name that the device returned, by their place.
    name: BTreeMap<i64, String>,
    /// By what they belong to.
    pub(super) firmware: BTreeMap<String, String>,
    /// By index: id and name.
    pub(super) features: BTreeMap<u8, (String, Option<String>)>,
    pub(super) slots: Option<i64>,
    pub(super) requests: u64,
    pub(super) answered: u64,
    pub(super) refused: u64,
    pub(super) unreachable: u64,
    pub(super) unsolicited: u64,
    pub(super) input: u64,
    pub(super) errors: BTreeMap<String, u64>,
    unexplained: BTreeMap<Unexplained, u64>,
    pub(super) not_listed: u64,
    pub(super) round_trips: RoundTrips,
    pub(super) percent: Option<Series>,
    pub(super) voltage: Option<Series>,
    pub(super) lux: Option<Series>,
    pub(super) levels: States,
    pub(super) states: States,
    pub(super) links: States,
    /// Since the first frame of the capture.
    pub(super) first: Option<Duration>,
    pub(super) last: Option<Duration>,
}

impl Device {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            is_receiver: false,
            usb: None,
            wpid: None,
            kind: None,
            serial: None,
            unit_id: None,
            models: None,
            hidpp: None,
            recorded_name: None,
            name: BTreeMap::new(),
            firmware: BTreeMap::new(),
            features: BTreeMap::new(),
            slots: None,
            requests: 0,
            answered: 0,
            refused: 0,
            unreachable: 0,
            unsolicited: 0,
            input: 0,
            errors: BTreeMap::new(),
            unexplained: BTreeMap::new(),
            not_listed: 0,
            round_trips: RoundTrips::default(),
            percent: None,
            voltage: None,
            lux: None,
            levels: States::default(),
            states: States::default(),
            links: States::default(),
            first: None,
            last: None,
        }
    }

    /// Whether an explanation shows another device in its slot.
    pub(super) fn is_replaced_by(&self, index: u8, explanation: &Explanation) -> bool {
        let is_of_slot = explanation.device_index == Some(index)
            || explanation.fields.number("pairing_slot") == Some(index.into());
        let wpid = explanation.fields.text_of("wpid");
        is_of_slot && index != 0xFF && self.wpid.is_some() && wpid.is_some() && self.wpid != wpid
    }

    /// Adds a frame from or to it, at a time since the first frame.
    pub(super) fn add(&mut self, explanation: &Explanation, at: Option<Duration>) {
        self.first = self.first.or(at);
        self.last = at.or(self.last);
        let is_answer = explanation.asked.is_some();
        match explanation.kind {
            FrameKind::Request => self.requests += 1,
            FrameKind::Reply => self.answered += u64::from(is_answer),
            FrameKind::Error => self.on_error(explanation, is_answer),
            FrameKind::Event | FrameKind::Notification | FrameKind::Dj => self.unsolicited += 1,
            FrameKind::Input => self.input += 1,
        }
        if let Some(took) = explanation.round_trip {
            self.round_trips.add(took.0);
        }
        self.note_unexplained(explanation);
        if matches!(explanation.kind, FrameKind::Request | FrameKind::Error) {
            return;
        }
        // What a receiver reports of a slot, or of a device that it discovered, is not about itself.
        let is_discovery =
            explanation.kind == FrameKind::Notification && explanation.slot.is_none();
        if explanation.fields.number("pairing_slot").is_none() && !is_discovery {
            self.describe(explanation);
        }
        self.follow(explanation);
    }

    fn on_error(&mut self, explanation: &Explanation, is_answer: bool) {
        if explanation.fields.get("unreachable").is_some() {
            self.unreachable += u64::from(is_answer);
            return;
        }
        self.refused += u64::from(is_answer);
        let name = explanation.fields.text_of("name");
        let name = name.unwrap_or_else(|| "unknown error".to_owned());
        let what = format!("{name}, in answer to {}", explanation.subject());
        count(&mut self.errors, what, &mut self.not_listed);
    }

    fn note_unexplained(&mut self, explanation: &Explanation) {
        let raw = explanation.params.as_deref();
        let has_raw = raw.is_some_and(|raw| raw.bytes().any(|digit| !matches!(digit, b'0' | b' ')));
        if has_raw {
            let kind = match explanation.kind {
                FrameKind::Request => "request",
                FrameKind::Reply => "reply",
                FrameKind::Event => "event",
                _ => "report",
            };
            let index = explanation.feature_index;
            let what = Unexplained {
                kind,
                subject: explanation.subject(),
                unknown: index
                    .filter(|_| explanation.feature.is_none())
                    .map(|index| (index, explanation.event)),
            };
            count(&mut self.unexplained, what, &mut self.not_listed);
        }
    }

    /// Stores what a frame says about the device itself.
    pub(super) fn describe(&mut self, explanation: &Explanation) {
        let fields = &explanation.fields;
        for (known, name) in [
            (&mut self.wpid, "wpid"),
            (&mut self.kind, "kind"),
            (&mut self.serial, "serial"),
            (&mut self.unit_id, "unit_id"),
            (&mut self.models, "model_ids"),
            (&mut self.hidpp, "version"),
        ] {
            if let Some(value) = fields.text_of(name) {
                *known = Some(value);
            }
        }
        if let Some(slots) = fields.number("slots") {
            self.slots = Some(slots);
        }
        self.on_name(explanation);
        if let Some(version) = fields.text_of("firmware") {
            let part = fields
                .text_of("part")
                .unwrap_or_else(|| "firmware".to_owned());
            put(&mut self.firmware, part, version);
        }
        let found = fields
            .number("found_index")
            .and_then(|index| u8::try_from(index).ok());
        if let (Some(index), Some(id)) = (found, fields.text_of("found_feature")) {
            self.features
                .insert(index, (id, fields.text_of("found_name")));
        }
    }

    fn on_name(&mut self, explanation: &Explanation) {
        let fields = &explanation.fields;
        let Some(name) = fields.text_of("name").filter(|name| !name.is_empty()) else {
            return;
        };
        if explanation.protocol != Some("2.0") {
            // A name of Bolt has pieces of 13 bytes.
            let piece = fields.number("piece").unwrap_or(1);
            match &mut self.recorded_name {
                Some(known) if piece > 1 && known.len() < 64 => known.push_str(&name),
                _ => self.recorded_name = Some(name),
            }
        } else if explanation.feature.as_deref() == Some("0005")
            && let Some(offset @ 0..=MAX_NAME) = fields.number("offset")
        {
            self.name.insert(offset, name);
        }
    }

    /// The name, as the device returned it or as the receiver stores it.
    pub(super) fn name(&self) -> Option<String> {
        let mut name = String::new();
        for (&offset, piece) in &self.name {
            let length = i64::try_from(name.len()).unwrap_or(i64::MAX);
            // Spaces at the end of a piece are not part of its text.
            match offset - length {
                0 => {}
                1 if !name.is_empty() => name.push(' '),
                _ => break,
            }
            name.push_str(piece);
        }
        Some(name)
            .filter(|name| !name.is_empty())
            .or_else(|| self.recorded_name.clone())
    }

    /// Follows what changes.
    fn follow(&mut self, explanation: &Explanation) {
        let fields = &explanation.fields;
        // The voltage of a headset that is off is zero.
        if fields.get("connected") == Some(&Value::Bool(false)) {
            self.links.add(&"headset off".into());
            return;
        }
        for (series, name) in [
            (&mut self.percent, "percent"),
            (&mut self.voltage, "voltage_mv"),
            (&mut self.lux, "lux"),
        ] {
            if let Some(value) = fields.number(name) {
                series::add(series, value);
            }
        }
        for (states, name) in [(&mut self.levels, "level"), (&mut self.states, "state")] {
            if let Some(state) = fields.get(name) {
                states.add(state);
            }
        }
        if let Some(online) = fields.get("online") {
            let words = if online == &Value::Bool(true) {
                "online"
            } else {
                "offline"
            };
            self.links.add(&words.into());
        }
    }

    /// The reports with bytes that are not explained, with their number. The feature of some was
    /// looked up later.
    pub(super) fn unexplained(&self) -> BTreeMap<String, u64> {
        let unexplained = self.unexplained.iter();
        let named = unexplained.map(|(what, &times)| (self.named(what), times));
        named.collect()
    }

    fn named(&self, what: &Unexplained) -> String {
        let Unexplained { kind, subject, .. } = what;
        let found = what.unknown.and_then(|(index, event)| {
            let (id, name) = self.features.get(&index)?;
            let name = name.as_deref().unwrap_or("feature");
            let event = event.map_or_else(String::new, |event| format!("event {event} of "));
            Some(format!(
                "{kind}: {event}{name} ({id}), before it was looked up"
            ))
        });
        found.unwrap_or_else(|| format!("{kind}: {subject}"))
    }

    /// Requests without an answer.
    pub(super) fn unanswered(&self) -> u64 {
        let answers = self.answered + self.refused + self.unreachable;
        self.requests.saturating_sub(answers)
    }
}

fn count<K: Ord>(table: &mut BTreeMap<K, u64>, what: K, not_listed: &mut u64) {
    if table.len() < MAX_KINDS || table.contains_key(&what) {
        *table.entry(what).or_default() += 1;
    } else {
        *not_listed += 1;
    }
}

fn put(table: &mut BTreeMap<String, String>, part: String, version: String) {
    if table.len() < MAX_KINDS || table.contains_key(&part) {
        table.insert(part, version);
    }
}
