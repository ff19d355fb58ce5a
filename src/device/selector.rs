//! What a user writes to select devices, and how it matches one of them.

use std::fmt;
use std::str::FromStr;

use super::{Device, DeviceKind, Link, Receiver};
use hidpp_proto::wire::Slot;

/// Selects devices by a text from the user: `K750`, `slot:5`, `kind:mouse`.
///
/// A text without a prefix matches an id, serial number, wpid or name exactly, a kind, or a part of a
/// name. A bare number matches a slot, or exactly an id, serial number, wpid or whole name, but no
/// part of a name, because nearly every name contains a digit. Case does not matter. [`Selection`](super::Selection) decides between devices that
/// match exactly and others that match in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// As the user wrote it.
    text: String,
    rule: Rule,
}

/// What a selector is compared with. Texts are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    /// Everything that identifies a device, its kind, and parts of names.
    Any(String),
    /// A bare number: a slot and everything that identifies a device, but no part of a name.
    Number(String),
    Id(String),
    Kind(DeviceKind),
    Name(String),
    Receiver(String),
    Serial(String),
    Slot(Slot),
    Wpid(String),
}

/// How well a selector matches a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It is a part of a name.
    Part,
    /// It is the kind, slot or receiver of the device, which others can have, too.
    Group,
    /// It is equal to what identifies the device: id, serial number, wpid or a name.
    Exact,
}

/// A text that selects a known device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The text of the selector.
    pub text: String,
    /// What to compare with [`Selector::value`]; `None`: it is suggested without a comparison.
    pub value: Option<String>,
}

impl Candidate {
    fn similar(prefix: &str, value: &str) -> Self {
        Self {
            text: format!("{prefix}{value}"),
            value: Some(value.to_owned()),
        }
    }

    const fn any(text: String) -> Self {
        Self { text, value: None }
    }
}

/// Why a text selects nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// There is no text, or none after a prefix.
    #[error("it must not be empty")]
    Empty,
    /// Not a slot.
    #[error("a slot is a number from 1 to 15, as in slot:1")]
    Slot,
    /// Not a kind.
    #[error("there is no kind of this name; kinds are keyboard, mouse, trackball, headset, …")]
    Kind,
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let text = text.trim();
        let (prefix, value) = text.split_once(':').unwrap_or(("", text));
        let value = value.trim().to_lowercase();
        let rule: fn(String) -> Result<Rule, SelectorError> =
            match prefix.trim().to_lowercase().as_str() {
                "id" => |value| Ok(Rule::Id(value)),
                "kind" => |value| {
                    let kind = DeviceKind::from_name(&value);
                    kind.map(Rule::Kind).ok_or(SelectorError::Kind)
                },
                "name" => |value| Ok(Rule::Name(value)),
                "receiver" => |value| Ok(Rule::Receiver(value)),
                "serial" => |value| Ok(Rule::Serial(value)),
                "slot" => |value| slot(&value).map(Rule::Slot).ok_or(SelectorError::Slot),
                "wpid" => |value| Ok(Rule::Wpid(value)),
                // A colon may be in an id or a name.
                _ => return Self::without_prefix(text),
            };
        if value.is_empty() {
            return Err(SelectorError::Empty);
        }
        Ok(Self {
            text: text.to_owned(),
            rule: rule(value)?,
        })
    }
}

impl Selector {
    fn without_prefix(text: &str) -> Result<Self, SelectorError> {
        let value = text.to_lowercase();
        Ok(Self {
            text: text.to_owned(),
            rule: match value.as_str() {
                "" => return Err(SelectorError::Empty),
                _ if is_number(&value) => Rule::Number(value),
                _ => Rule::Any(value),
            },
        })
    }

    /// Whether the selector matches hardware with this name and product id, which is not a
    /// [`Device`] because it cannot be read.
    pub fn names(&self, name: Option<&str>, product: u16) -> bool {
        let name = name.unwrap_or_default().to_lowercase();
        let product = format!("{product:04x}");
        match &self.rule {
            Rule::Any(text) => name.contains(text) || *text == product,
            Rule::Number(text) => name == *text || *text == product,
            Rule::Name(text) => name.contains(text),
            Rule::Id(_)
            | Rule::Kind(_)
            | Rule::Receiver(_)
            | Rule::Serial(_)
            | Rule::Slot(_)
            | Rule::Wpid(_) => false,
        }
    }

    /// Whether the selector matches a name that the user gave a device.
    pub fn matches_alias(&self, alias: &str) -> bool {
        match &self.rule {
            Rule::Any(text) | Rule::Name(text) => in_name(text, alias).is_some(),
            Rule::Number(text) => in_name(text, alias) == Some(Match::Exact),
            Rule::Id(_)
            | Rule::Kind(_)
            | Rule::Receiver(_)
            | Rule::Serial(_)
            | Rule::Slot(_)
            | Rule::Wpid(_) => false,
        }
    }

    /// Whether the selector may match this device. The other devices and the properties of its
    /// receiver are unknown here: `receiver:` may match every device that has a receiver.
    pub fn may_select(&self, device: &Device) -> bool {
        match self.rule {
            Rule::Receiver(_) => device.links().any(|(link, _)| link.receiver().is_some()),
            _ => self.matches(device, &[]).is_some(),
        }
    }

    /// The text without its prefix, in lower case, to compare it with the value of a
    /// [`Candidate`]; empty for a slot and a kind.
    pub fn value(&self) -> &str {
        match &self.rule {
            Rule::Any(text)
            | Rule::Number(text)
            | Rule::Id(text)
            | Rule::Name(text)
            | Rule::Receiver(text)
            | Rule::Serial(text)
            | Rule::Wpid(text) => text,
            Rule::Kind(_) | Rule::Slot(_) => "",
        }
    }

    /// The selectors of the same sort that match this device: suggestions for one that does not.
    pub fn candidates(&self, device: &Device, receivers: &[Receiver]) -> Vec<Candidate> {
        let kind = device.kind.and_then(DeviceKind::name);
        match &self.rule {
            Rule::Any(_) => {
                let values = [Some(&device.id), device.serial.as_ref()];
                let values = values.into_iter().flatten().chain(names(device));
                let values = values.map(String::as_str).chain(kind);
                values.map(|it| Candidate::similar("", it)).collect()
            }
            // Probably a part of a name.
            Rule::Number(text) if names(device).any(|it| in_name(text, it).is_some()) => {
                vec![Candidate::any(format!("name:{text}"))]
            }
            Rule::Number(_) => Vec::new(),
            Rule::Id(_) => vec![Candidate::similar("id:", &device.id)],
            Rule::Kind(_) => {
                let kind = kind.map(|kind| Candidate::any(format!("kind:{kind}")));
                kind.into_iter().collect()
            }
            Rule::Name(_) => names(device)
                .map(|it| Candidate::similar("name:", it))
                .collect(),
            Rule::Receiver(_) => {
                let links = device.links().filter_map(|(link, _)| link.receiver());
                let of_receiver = |id: &str| {
                    let receiver = receivers.iter().find(|it| it.id == id);
                    let name = receiver.map(|it| it.model.name());
                    let values = name.into_iter().chain([id]);
                    let values = values.map(|it| Candidate::similar("receiver:", it));
                    values.collect::<Vec<_>>()
                };
                links.flat_map(of_receiver).collect()
            }
            Rule::Serial(_) => {
                let serial = device.serial.iter();
                serial.map(|it| Candidate::similar("serial:", it)).collect()
            }
            Rule::Slot(_) => {
                let slots = device.links().filter_map(|(link, _)| link.slot());
                slots
                    .map(|slot| Candidate::any(format!("slot:{slot}")))
                    .collect()
            }
            Rule::Wpid(_) => {
                let wpid = device.wpid.map(|it| it.to_string());
                wpid.iter()
                    .map(|it| Candidate::similar("wpid:", it))
                    .collect()
            }
        }
    }

    /// How well the selector matches this device; `None`: not at all. Without its receiver among
    /// `receivers`, `receiver:` matches the id of the receiver only.
    pub fn matches(&self, device: &Device, receivers: &[Receiver]) -> Option<Match> {
        let exactly = |is_it: bool| is_it.then_some(Match::Exact);
        let group = |is_it: bool| is_it.then_some(Match::Group);
        match &self.rule {
            Rule::Any(text) => {
                let kind = group(is(text, device.kind.and_then(DeviceKind::name)));
                let name = matches_name(text, device);
                exactly(identifies(text, device)).max(name).max(kind)
            }
            Rule::Number(text) => {
                let slot = group(has_slot(device, |it| Some(it) == slot(text)));
                let name = matches_name(text, device).filter(|it| *it == Match::Exact);
                exactly(identifies(text, device)).max(name).max(slot)
            }
            Rule::Id(text) => exactly(is(text, Some(&device.id))),
            Rule::Kind(kind) => group(device.kind == Some(*kind)),
            Rule::Name(text) => matches_name(text, device),
            Rule::Receiver(text) => {
                let links = device.links();
                let matches = links.filter_map(|(link, _)| matches_receiver(text, link, receivers));
                matches.max()
            }
            Rule::Serial(text) => exactly(is(text, device.serial.as_deref())),
            Rule::Slot(number) => group(has_slot(device, |slot| slot == *number)),
            Rule::Wpid(text) => exactly(is_wpid(text, device)),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether the text consists of digits.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses the number of a slot.
fn slot(text: &str) -> Option<Slot> {
    let number = Some(text).filter(|it| is_number(it))?;
    Slot::new(number.parse().ok()?)
}

fn is(text: &str, value: Option<&str>) -> bool {
    value.is_some_and(|value| value.to_lowercase() == text)
}

fn is_wpid(text: &str, device: &Device) -> bool {
    is(text, device.wpid.map(|wpid| wpid.to_string()).as_deref())
}

/// Whether this is the id, serial number or wpid of the device.
fn identifies(text: &str, device: &Device) -> bool {
    is(text, Some(&device.id)) || is(text, device.serial.as_deref()) || is_wpid(text, device)
}

fn has_slot(device: &Device, is_it: impl Fn(Slot) -> bool) -> bool {
    let mut links = device.links();
    links.any(|(link, _)| link.slot().is_some_and(&is_it))
}

/// The names of a device: its own, and the one that the user gave it.
fn names(device: &Device) -> impl Iterator<Item = &String> {
    let names = [&device.name, &device.full_name, &device.preferences.alias];
    names.into_iter().flatten()
}

fn matches_name(text: &str, device: &Device) -> Option<Match> {
    names(device).filter_map(|name| in_name(text, name)).max()
}

fn in_name(text: &str, name: &str) -> Option<Match> {
    let name = name.to_lowercase();
    if name == text {
        Some(Match::Exact)
    } else {
        name.contains(text).then_some(Match::Part)
    }
}

/// Compares a text with the id, serial number, product id, family and name of the receiver that a
/// link belongs to.
fn matches_receiver(text: &str, link: &Link, receivers: &[Receiver]) -> Option<Match> {
    let id = link.receiver()?;
    if is(text, Some(id)) {
        return Some(Match::Group);
    }
    let receiver = receivers.iter().find(|it| it.id == id)?;
    let product = format!("{:04X}", receiver.product);
    let family = receiver.model.family.name();
    if [receiver.serial.as_deref(), Some(&product), family]
        .into_iter()
        .any(|value| is(text, value))
    {
        return Some(Match::Group);
    }
    // Others can have this receiver, too, even if its whole name is given.
    in_name(text, receiver.model.name()).min(Some(Match::Group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::ReceiverModel;
    use hidpp_proto::wire::Wpid;

    fn k750() -> Device {
        let slot = Slot::new(1).unwrap();
        Device {
            name: Some("K750".to_owned()),
            full_name: Some("Wireless Solar Keyboard K750".to_owned()),
            kind: Some(DeviceKind::Keyboard),
            wpid: Some(Wpid(0x4002)),
            serial: Some("5692B2EC".to_owned()),
            ..Device::new(
                "4002-5692B2EC".to_owned(),
                Link::Paired {
                    receiver: "AF4F95EA".to_owned(),
                    slot,
                },
            )
        }
    }

    fn unifying() -> Receiver {
        Receiver {
            id: "AF4F95EA".into(),
            model: ReceiverModel::of(0x046D, 0xC52B).unwrap(),
            vendor: 0x046D,
            product: 0xC52B,
            node: "/dev/hidraw0".into(),
            serial: Some("AF4F95EA".into()),
            firmware: None,
            slots: Some(6),
            paired: Some(3),
        }
    }

    fn matches(text: &str) -> Option<Match> {
        let selector: Selector = text.parse().unwrap();
        selector.matches(&k750(), &[unifying()])
    }

    #[test]
    fn a_device_is_selected_by_all_that_identifies_it() {
        for text in [
            "k750",
            "4002",
            "5692b2ec",
            "4002-5692B2EC",
            "Wireless solar keyboard K750",
            "name:K750",
            "id:4002-5692b2ec",
            "serial:5692B2EC",
            "wpid:4002",
            "Name:K750",
        ] {
            assert_eq!(matches(text), Some(Match::Exact), "{text}");
        }
        for text in [
            "1",
            "keyboard",
            "slot:1",
            "slot: 1",
            "Slot:01",
            "01",
            "KIND:keyboard",
            "kind:Keyboard",
            "receiver:af4f95ea",
            "receiver:c52b",
            "receiver:Unifying",
            "receiver:unifying receiver",
        ] {
            assert_eq!(matches(text), Some(Match::Group), "{text}");
        }
        for text in ["K75", "solar keyboard", "name:K75", "receiver:unif"] {
            assert_eq!(matches(text), Some(Match::Part), "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_a_slot_and_no_part_of_a_name() {
        // Each is a part of the name K750.
        for text in ["7", "5", "0", "750", "75", "2"] {
            assert_eq!(matches(text), None, "{text}");
        }
        assert_eq!(matches("name:750"), Some(Match::Part), "on request");
        let five: Selector = "5".parse().unwrap();
        assert!(!five.names(Some("G435"), 0x0ACB));
    }

    #[test]
    fn a_prefix_restricts_the_comparison() {
        for text in [
            "mouse",
            "400",
            "slot:2",
            "kind:mouse",
            "name:4002",
            "id:K750",
            "serial:4002",
            "wpid:1",
            "receiver:bolt",
            "receiver:K750",
            "slots:1",
        ] {
            assert_eq!(matches(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_that_cannot_select_is_refused() {
        for (text, error) in [
            ("", SelectorError::Empty),
            (" ", SelectorError::Empty),
            ("name:", SelectorError::Empty),
            ("slot:0", SelectorError::Slot),
            ("slot:16", SelectorError::Slot),
            ("slot:one", SelectorError::Slot),
            ("slot:+1", SelectorError::Slot),
            ("kind:mice", SelectorError::Kind),
        ] {
            assert_eq!(text.parse::<Selector>(), Err(error), "{text}");
        }
    }
}
