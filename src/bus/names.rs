use std::fmt::Write;

/// Our name on the bus.
pub const NAME: &str = "org.solarstatus.Monitor1";

/// UPower's name, which the daemon owns on demand if upowerd is not running.
pub const UPOWER_NAME: &str = "org.freedesktop.UPower";

/// The interface of the root object: UPower's.
pub const UPOWER_INTERFACE: &str = "org.freedesktop.UPower";

/// The interface of a device with a battery: UPower's.
pub const UPOWER_DEVICE_INTERFACE: &str = "org.freedesktop.UPower.Device";

/// The interface of every device.
pub const DEVICE_INTERFACE: &str = "org.solarstatus.Device1";

/// The interface of a receiver.
pub const RECEIVER_INTERFACE: &str = "org.solarstatus.Receiver1";

/// The paths of objects: below our own path, or those that UPower's clients expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    root: &'static str,
}

impl Layout {
    /// The layout for a bus name.
    pub fn of(bus_name: &str) -> Self {
        let root = if bus_name == UPOWER_NAME {
            "/org/freedesktop/UPower"
        } else {
            "/org/solarstatus/Monitor1"
        };
        Self { root }
    }

    /// The path of the root object.
    pub const fn root(self) -> &'static str {
        self.root
    }

    /// The path of UPower's summary of the computer's own batteries.
    pub fn display_device(self) -> String {
        format!("{}/devices/DisplayDevice", self.root)
    }

    /// The path of a device with this unique name.
    pub fn device(self, name: &str) -> String {
        format!("{}/devices/hidpp_{}", self.root, element(name))
    }

    /// The path of a receiver with this id.
    pub fn receiver(self, id: &str) -> String {
        format!("{}/receivers/{}", self.root, element(id))
    }
}

/// Escapes a name for an object path, which may contain letters, digits and `_`: a hyphen becomes
/// `_`, and each other byte is written as `_3A`.
fn element(name: &str) -> String {
    let mut element = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'-' => element.push('_'),
            byte if byte.is_ascii_alphanumeric() => element.push(char::from(byte)),
            // Writing to a string does not fail.
            byte => _ = write!(element, "_{byte:02X}"),
        }
    }
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_at_the_paths_that_clients_expect() {
        let ours = Layout::of(NAME);
        assert_eq!(
            ours.device("4002-392A0750"),
            "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750"
        );
        assert_eq!(Layout::of("com.example.Test"), ours);
        let upower = Layout::of(UPOWER_NAME);
        assert_eq!(upower.root(), "/org/freedesktop/UPower");
        assert_eq!(
            upower.display_device(),
            "/org/freedesktop/UPower/devices/DisplayDevice"
        );
    }

    #[test]
    fn any_name_makes_a_valid_path() {
        assert_eq!(element("B034-E4:5F:01"), "B034_E4_3A5F_3A01");
        assert_eq!(element("é/ "), "_C3_A9_2F_20");
        for hostile in crate::text::tests::HOSTILE {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(element(hostile).chars().all(is_allowed), "{hostile:?}");
        }
    }
}
