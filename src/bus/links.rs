//! The links of a device, as in the property `Links`.

use std::borrow::Cow;

use zbus::Variant;

use super::property::{Received, Sent};
use crate::device::{Device, Link, OtherLink, Presence};
use hidpp_proto::wire::Slot;

/// The connection of a link through a receiver, instead of the bus of other links.
pub(super) const RECEIVER: &str = "receiver";

/// The maximum number of links of a device; further ones are dropped.
const LINKS_AT_MOST: usize = 256;

/// All links of a device. The active one, from which its values are taken, is sent first, and also
/// in separate properties; on receipt, only the others are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links<'v> {
    active: Option<(&'v Link, Presence)>,
    others: Cow<'v, [OtherLink]>,
}

impl<'v> Links<'v> {
    /// The links of a device.
    pub fn of(device: &'v Device) -> Self {
        Self {
            active: Some((&device.link, device.presence)),
            others: Cow::Borrowed(&device.other_links),
        }
    }

    /// All but the active one.
    pub fn others(self) -> Vec<OtherLink> {
        self.others.into_owned()
    }
}

impl Sent for Links<'_> {
    type Wire = Vec<LinkRow>;

    fn sent(&self) -> Vec<LinkRow> {
        let others = self.others.iter().map(|it| (&it.link, it.presence));
        let all = self.active.into_iter().chain(others);
        all.map(|(link, presence)| row(link, presence)).collect()
    }
}

impl<'v> Received<'v> for Links<'v> {
    const UNKNOWN: Self = Self {
        active: None,
        others: Cow::Borrowed(&[]),
    };

    fn received(value: &'v Variant<'v>) -> Option<Self> {
        let rows = value.try_clone().and_then(Vec::<LinkRow>::try_from).ok()?;
        let others = rows.into_iter().take(LINKS_AT_MOST).skip(1);
        Some(Self {
            active: None,
            others: others.filter_map(link).collect(),
        })
    }
}

/// `connection receiver slot node product-id presence`: `receiver`, `usb`, `bluetooth` or the code
/// of another bus; the id of the receiver and the slot there, or else the node and the product id
/// (four hexadecimal digits); `online`, `offline` or `unknown`.
pub(super) type LinkRow = (String, String, u8, String, String, String);

/// The row of a link.
fn row(link: &Link, presence: Presence) -> LinkRow {
    let presence = presence.name().to_owned();
    match link {
        Link::Paired { receiver, slot } => (
            RECEIVER.to_owned(),
            receiver.clone(),
            slot.get(),
            String::new(),
            String::new(),
            presence,
        ),
        Link::Direct { node, bus, product } => (
            bus.clone(),
            String::new(),
            0,
            node.clone(),
            format!("{product:04X}"),
            presence,
        ),
    }
}

/// The link of a row; `None`: it is invalid.
fn link(row: LinkRow) -> Option<OtherLink> {
    let (connection, receiver, slot, node, product, presence) = row;
    let presence = Presence::from_name(&presence).unwrap_or(Presence::Unknown);
    let link = if connection == RECEIVER {
        let slot = Slot::new(slot)?;
        Link::Paired { receiver, slot }
    } else {
        let product = u16::from_str_radix(&product, 16).ok()?;
        Link::Direct {
            node,
            bus: connection,
            product,
        }
    };
    Some(OtherLink { link, presence })
}
