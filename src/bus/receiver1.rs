//! `org.solarstatus.Receiver1`: a receiver that devices are paired with.

use std::borrow::Cow;

use super::property::{Values, properties, received, types};
use super::values::{Count, Id};
use crate::device::{Receiver, ReceiverFamily, ReceiverModel};
use hidpp_proto::feature::FirmwareVersion;

/// The list of properties, which is passed to another macro.
macro_rules! receiver1 {
    ($then:ident, $a:lifetime, $($with:tt)*) => {
        $then! {
            { $($with)* } "org.solarstatus.Receiver1"

            /// Its id, which stays the same when it is plugged in again: its serial number, or its
            /// product id and port.
            "Id" ("const") id: Id<$a>;

            /// Its name: `Unifying Receiver`.
            "Name" ("const") name: Option<Cow<$a, str>>;

            /// `unifying`, `bolt`, `lightspeed`, `nano`, `27mhz`, `bluetooth`.
            "Family" ("const") family: ReceiverFamily;

            /// USB vendor id.
            "VendorId" ("const") vendor_id: Option<u16>;

            /// USB product id.
            "ProductId" ("const") product_id: Option<u16>;

            /// Its hidraw node.
            "Node" node: Id<$a>;

            /// Its serial number, or the unique id of a Bolt receiver.
            "Serial" serial: Option<Cow<$a, str>>;

            /// Its firmware version: `RQR12.11 B0032`.
            "Firmware" firmware: Option<FirmwareVersion>;

            /// The number of devices it can be paired with.
            "Slots" slots: Count<0>;

            /// The number of paired devices; 255: unknown.
            "Paired" paired: Count<{ u8::MAX }>;
        }
    };
}

pub(crate) use receiver1;

receiver1! { properties, 'a,

/// The values of a receiver. A receiver can be fully restored from them; the model follows from the
/// USB ids.
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

    /// The receiver with these values; `None`: they do not identify a receiver.
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

/// The receiver with these values of the interface; `None`: they do not identify a receiver.
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
