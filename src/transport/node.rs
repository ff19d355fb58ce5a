use std::fmt;

use crate::wire::descriptor::Capabilities;

/// A node that leads to a HID++ device, before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// Where it is: `/dev/hidraw0`, `usb 1-2 interface 2`, `simulated`.
    pub path: String,
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// Which reports it takes.
    pub capabilities: Capabilities,
}

impl NodeInfo {
    /// The HID++ node of a Unifying receiver, 046D:C52B.
    pub fn unifying(path: &str) -> Self {
        let capabilities = Capabilities {
            short: true,
            long: true,
            very_long: None,
            dj: true,
        };
        Self {
            path: path.to_owned(),
            vendor: 0x046D,
            product: 0xC52B,
            capabilities,
        }
    }
}

impl fmt::Display for NodeInfo {
    /// `/dev/hidraw0 (046D:C52B)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({:04X}:{:04X})",
            self.path, self.vendor, self.product
        )
    }
}
