use zbus::interface;

use crate::device::Receiver;

/// A receiver.
pub(in crate::service) struct Receiver1(pub(in crate::service) Receiver);

/// A receiver that devices are paired with. What is not known is empty or 0.
#[interface(name = "org.solarstatus.Receiver1")]
impl Receiver1 {
    /// Names it across replugs: its serial number, or its USB ids and node.
    #[zbus(property(emits_changed_signal = "const"))]
    fn id(&self) -> String {
        self.0.id.clone()
    }

    /// What people call it: `Unifying Receiver`.
    #[zbus(property(emits_changed_signal = "const"))]
    fn name(&self) -> &'static str {
        self.0.model.name()
    }

    /// `unifying`, `bolt`, `lightspeed`, `nano`, `27mhz`, `bluetooth`.
    #[zbus(property(emits_changed_signal = "const"))]
    fn family(&self) -> &'static str {
        self.0.model.family.name().unwrap_or_default()
    }

    /// USB vendor id.
    #[zbus(property(emits_changed_signal = "const"))]
    fn vendor_id(&self) -> u16 {
        self.0.vendor
    }

    /// USB product id.
    #[zbus(property(emits_changed_signal = "const"))]
    fn product_id(&self) -> u16 {
        self.0.product
    }

    /// Its hidraw node.
    #[zbus(property)]
    fn node(&self) -> String {
        self.0.node.clone()
    }

    /// Its serial number, or what a Bolt receiver has instead.
    #[zbus(property)]
    fn serial(&self) -> String {
        self.0.serial.clone().unwrap_or_default()
    }

    /// Its firmware: `RQR12.11 B0032`.
    #[zbus(property)]
    fn firmware(&self) -> String {
        self.0
            .firmware
            .map_or_else(String::new, |firmware| firmware.to_string())
    }

    /// How many devices it can be paired with.
    #[zbus(property)]
    fn slots(&self) -> u8 {
        self.0.slots.unwrap_or_default()
    }

    /// How many it is paired with; 255: not known.
    #[zbus(property)]
    fn paired(&self) -> u8 {
        self.0.paired.unwrap_or(u8::MAX)
    }
}
