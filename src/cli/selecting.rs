//! The selected devices of one reading, and what to suggest for a selector that matches none.

use super::options::ConfigArgs;
use super::value_text;
use crate::device::{Device, Receiver, Selection, Selector};
use crate::manager::Snapshot;

/// How similar a suggestion is to what was written, from 0 to 1 (equal), by Jaro and Winkler: the
/// value with which clap suggests options.
const SIMILAR: f64 = 0.7;

/// How many suggestions there are at most.
const SUGGESTIONS: usize = 3;

/// Which devices and receivers are shown: those that `--device` selects, without those that the
/// configuration hides.
pub(super) struct Choice {
    selection: Selection,
    config: ConfigArgs,
}

impl Choice {
    pub(super) fn new(selectors: &[Selector], config: &ConfigArgs) -> Self {
        Self {
            selection: Selection::new(selectors),
            config: config.clone(),
        }
    }

    /// The selection by all devices so far.
    pub(super) const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Whether neither other devices nor receivers change what is shown.
    pub(super) fn is_everything(&self) -> bool {
        self.selection.is_everything() && !self.config.content.has_sections()
    }

    /// Applies the configuration to a known device, and takes note of it: call it for each before
    /// [`Self::keeps`].
    pub(super) fn learn(&mut self, device: &mut Device, receivers: &[Receiver]) {
        self.apply(device, receivers);
        self.selection.learn(device, receivers);
    }

    /// Applies the configuration to a device.
    pub(super) fn apply(&self, device: &mut Device, receivers: &[Receiver]) {
        self.config.content.apply(device, receivers);
    }

    /// Whether this device is shown.
    pub(super) fn keeps(&self, device: &Device, receivers: &[Receiver]) -> bool {
        let is_visible = self.config.keeps_hidden || !device.preferences.is_hidden;
        is_visible && self.selection.selects(device, receivers)
    }

    /// Whether this receiver is shown with these devices, which are shown.
    pub(super) fn keeps_receiver<'a>(
        &self,
        receiver: &Receiver,
        mut shown: impl Iterator<Item = &'a Device>,
    ) -> bool {
        let is_linked = |device: &Device| {
            let mut links = device.links();
            links.any(|(link, _)| link.receiver() == Some(&*receiver.id))
        };
        self.selection.is_everything() || shown.any(is_linked)
    }
}

/// Applies the configuration to a snapshot and keeps the devices that these selectors select, and
/// the receivers that they have links to. Returns the selectors without a match, each with the
/// nearest texts that match one.
pub(super) fn narrow(
    snapshot: &mut Snapshot,
    selectors: &[Selector],
    config: &ConfigArgs,
) -> Vec<Unmatched> {
    let Snapshot {
        receivers,
        devices,
        others,
        ..
    } = snapshot;
    let mut choice = Choice::new(selectors, config);
    for device in &mut *devices {
        choice.learn(device, receivers);
    }
    for device in &mut *others {
        choice.apply(device, receivers);
    }
    let known: Vec<&Device> = devices.iter().chain(&*others).collect();
    let unmatched = unmatched(choice.selection(), &known, receivers);
    let unselected = devices.extract_if(.., |device| !choice.keeps(device, receivers));
    others.extend(unselected);
    devices.sort_by_key(|device| device.preferences.position());
    receivers.retain(|receiver| choice.keeps_receiver(receiver, devices.iter()));
    unmatched
}

/// Returns the selectors without a match, each with the nearest texts that match one of the known
/// devices.
pub(super) fn unmatched(
    selection: &Selection,
    known: &[&Device],
    receivers: &[Receiver],
) -> Vec<Unmatched> {
    let unmatched = selection.unmatched().cloned();
    let with_suggestions = |selector: Selector| Unmatched {
        suggestions: suggestions(&selector, known, receivers),
        selector,
    };
    unmatched.map(with_suggestions).collect()
}

/// A selector that matches no device.
pub(super) struct Unmatched {
    pub(super) selector: Selector,
    suggestions: Vec<String>,
}

impl Unmatched {
    /// The message to the user. `remedy` follows suggestions, if there are any.
    pub(super) fn text(&self, remedy: &str) -> String {
        let quoted = self.suggestions.iter().map(|it| format!("“{it}”"));
        let quoted: Vec<String> = quoted.collect();
        let remedy = match quoted.as_slice() {
            [] => remedy.to_owned(),
            similar => format!("similar: {}; {remedy}", similar.join(", ")),
        };
        value_text::not_found(&self.selector, &remedy)
    }
}

/// Returns the nearest texts that match a known device, the nearest first.
fn suggestions(selector: &Selector, known: &[&Device], receivers: &[Receiver]) -> Vec<String> {
    let written = selector.value();
    let candidates = known
        .iter()
        .flat_map(|device| selector.candidates(device, receivers));
    let mut similar: Vec<(f64, String)> = candidates
        .map(|candidate| {
            let value = candidate.value.map(|it| it.to_lowercase());
            let likeness = value.map_or(1.0, |it| strsim::jaro_winkler(written, &it));
            (likeness, candidate.text)
        })
        .filter(|(likeness, _)| *likeness > SIMILAR)
        .collect();
    similar.sort_by(|one, other| {
        let nearer = other.0.total_cmp(&one.0);
        nearer.then_with(|| one.1.cmp(&other.1))
    });
    similar.dedup_by(|one, other| one.1 == other.1);
    let texts = similar.into_iter().map(|(_, text)| text);
    texts.take(SUGGESTIONS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::samples::{battery, mouse};
    use crate::device::{ChargeState, DeviceKind, Link};
    use hidpp_proto::wire::Slot;

    fn desk() -> Vec<Device> {
        let device = |id: &str, name: &str, slot| Device {
            name: Some(name.to_owned()),
            kind: Some(DeviceKind::Keyboard),
            link: Link::Paired {
                receiver: "AF4F95EA".to_owned(),
                slot: Slot::new(slot).unwrap(),
            },
            ..mouse(id, battery(60, ChargeState::Discharging))
        };
        vec![
            device("4002-392A0750", "K750", 1),
            device("101B-1C5E0705", "M705", 2),
            device("4061-00000001", "Bluetooth Multi-Device Keyboard K380", 3),
        ]
    }

    fn suggested(text: &str) -> Vec<String> {
        let desk = desk();
        let known: Vec<&Device> = desk.iter().collect();
        suggestions(&text.parse().unwrap(), &known, &[])
    }

    #[test]
    fn a_mistyped_text_has_suggestions() {
        assert_eq!(suggested("K751").first().unwrap(), "K750");
        assert_eq!(suggested("bluetooth multi-device keybord").len(), 1);
        assert_eq!(suggested("id:4002-392A075O"), ["id:4002-392A0750"]);
        assert_eq!(suggested("name:m706").first().unwrap(), "name:M705");
        assert_eq!(suggested("keybord"), ["keyboard"]);
    }

    #[test]
    fn a_number_suggests_the_names_it_is_in_and_a_slot_those_in_use() {
        assert_eq!(suggested("750"), ["name:750"]);
        assert!(suggested("9").is_empty());
        assert_eq!(suggested("slot:9"), ["slot:1", "slot:2", "slot:3"]);
        assert!(suggested("zzz").is_empty());
    }
}
