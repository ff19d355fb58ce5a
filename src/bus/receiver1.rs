//! `org.solarstatus.Receiver1`: a receiver that devices are paired with.

use std::borrow::Cow;

use super::property::{Values, properties, received, types};
use super::values::{Count, Id};
use crate::device::{Receiver, ReceiverFamily, ReceiverModel};
use hidpp_proto::feature::FirmwareVersion;

/// The list of properties, for a macro that makes something of it.
macro_rules! receiver1 {
    ($then:ident, $a:lifetime, $($with:tt)*) => {
        $then! {
            { $($with)* } "org.solarstatus.Receiver1"

            /// Names it across replugs: its serial number, or its USB ids and node.
            "Id" ("const") id: Id<$a>;

            /// What people call it: `Unifying Receiver`.
            "Name" ("const") name: Option<Cow<$a, str>>;

            /// `unifying`, `bolt`, `lightspeed`, `nano`, `27mhz`, `bluetooth`.
            "Family" ("const") family: ReceiverFamily;

            /// USB vendor id.
            "VendorId" ("const") vendor_id: Option<u16>;

            /// USB product id.
            "ProductId" ("const") product_id: Option<u16>;

            /// Its hidraw node.
            "Node" node: Id<$a>;

            /// Its serial number, or what a Bolt receiver has instead.
            "Serial" serial: Option<Cow<$a, str>>;

            /// Its firmware: `RQR12.11 B0032`.
            "Firmware" firmware: Option<FirmwareVersion>;

            /// How many devices it can be paired with.
            "Slots" slots: Count<0>;

            /// How many it is paired with; 255: not known.
            "Paired" paired: Count<{ u8::MAX }>;
        }
    };
}

pub(crate) use receiver1;

receiver1! { properties, 'a,

/// The values of a receiver. All of it can be made of them; the model follows from the USB ids.
#[derive(Clone, Debug, PartialEq)]
pub struct Properties<'a>
}

receiver1! { types, 'static, }

receiver1! { received, 'a, Properties<'a> }

impl<'a> Properties<'a> {
    /// The values of a receiver.
    pub fn of(receiver: &'a Receiver) -> Self {
        Self {
            id: Id(Some(&receiver.id)),
            name: Some(Cow::Borrowed(receiver.model.name())),
            family: receiver.model.family,
            vendor_id: Some(receiver.vendor),
            product_id: Some(receiver.product),
            node: Id(Some(&receiver.node)),
            serial: receiver.serial.as_deref().map(Cow::Borrowed),
            firmware: receiver.firmware,
            slots: Count(receiver.slots),
            paired: Count(receiver.paired),
        }
    }

    /// The receiver with these values; `None`: they do not identify one.
    pub fn receiver(self) -> Option<Receiver> {
        let Self {
            id: Id(id),
            name: _,
            family: _,
            vendor_id,
            product_id,
            node: Id(node),
            serial,
            firmware,
            slots: Count(slots),
            paired: Count(paired),
        } = self;
        let (vendor, product) = (vendor_id?, product_id?);
        Some(Receiver {
            id: id?.to_owned(),
            model: ReceiverModel::of(vendor, product).unwrap_or(ReceiverModel::UNKNOWN),
            vendor,
            product,
            node: node.unwrap_or_default().to_owned(),
            serial: serial.map(Cow::into_owned),
            firmware,
            slots,
            paired,
        })
    }
}

/// The receiver with these values of the interface; `None`: they do not identify one.
pub fn receiver(values: &Values) -> Option<Receiver> {
    Properties::received(values).receiver()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bus::any;
    use crate::bus::property::tests::{over_the_wire, values};

    proptest! {
        #[test]
        fn any_receiver_is_read_back_as_it_was(receiver in any::receiver()) {
            let served = Properties::of(&receiver).served();
            let read = super::receiver(&over_the_wire(served));
            prop_assert_eq!(read, Some(receiver));
        }
    }

    #[test]
    fn a_receiver_of_unknown_make_is_a_receiver() {
        let receiver = receiver(&values([
            ("Id", "17EF:1234".into()),
            ("VendorId", 0x17EF_u16.into()),
            ("ProductId", 0x1234_u16.into()),
            ("Node", "/dev/hidraw3".into()),
            ("Paired", 255_u8.into()),
        ]))
        .unwrap();
        assert_eq!(receiver.model, ReceiverModel::UNKNOWN);
        assert_eq!((receiver.slots, receiver.paired), (None, None));
    }
}
