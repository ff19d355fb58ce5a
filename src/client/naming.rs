//! Selects which of its two names a device is shown by.

use crate::device::Device;

/// The preferred name; if it is not known, the other one is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// The receiver's.
    #[default]
    Short,
    /// The device's own.
    Full,
}

impl Naming {
    /// Sets the name that a device is shown by.
    pub fn apply(self, device: &mut Device) {
        let (short, full) = (device.name.take(), device.full_name.clone());
        device.name = match self {
            Self::Short => short.or(full),
            Self::Full => full.or(short),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Link;
    use hidpp_proto::wire::Slot;

    fn shown(naming: Naming, short: Option<&str>, full: Option<&str>) -> Option<String> {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        };
        let mut device = Device {
            name: short.map(str::to_owned),
            full_name: full.map(str::to_owned),
            ..Device::new("4002-5692B2EC".to_owned(), link)
        };
        naming.apply(&mut device);
        device.name
    }

    #[test]
    fn an_unknown_name_is_replaced_by_the_other() {
        let full = "Wireless Solar Keyboard K750";
        for (naming, both) in [(Naming::Short, "K750"), (Naming::Full, full)] {
            let shown = |short, full| shown(naming, short, full);
            assert_eq!(shown(Some("K750"), Some(full)).as_deref(), Some(both));
            assert_eq!(shown(Some("K750"), None).as_deref(), Some("K750"));
            assert_eq!(shown(None, Some(full)).as_deref(), Some(full));
            assert_eq!(shown(None, None), None);
        }
    }
}
