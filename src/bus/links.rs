//! The links of a device, as the property `Links` has them.

use crate::device::{Link, Presence};
use crate::wire::Slot;

/// `connection receiver slot node product-id presence`: `receiver`, `usb`, `bluetooth` or the code of
/// another bus; the id of the receiver and the slot there, or else the node and the product id (four
/// hexadecimal digits); `online`, `offline` or `unknown`.
pub type LinkRow = (String, String, u8, String, String, String);

/// The row of a link.
pub fn row(link: &Link, presence: Presence) -> LinkRow {
    let presence = presence.name().to_owned();
    match link {
        Link::Paired { receiver, slot } => (
            "receiver".to_owned(),
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

/// The link of a row; `None`: it is not one of ours.
pub fn link(row: LinkRow) -> Option<(Link, Presence)> {
    let (connection, receiver, slot, node, product, presence) = row;
    let presence = Presence::from_name(&presence).unwrap_or(Presence::Unknown);
    let link = if connection == "receiver" {
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
    Some((link, presence))
}
