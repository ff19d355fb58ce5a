//! The display name of a device: the best of its known names.

use super::model::Model;
use super::{Device, Link};
use hidpp_proto::wire::Wpid;

/// A name of this many bytes or more may be truncated: a Bolt receiver has room for 13 bytes, the
/// others for 14.
const MAY_BE_CUT: usize = 13;

impl Device {
    /// Its entry in the table of models.
    pub fn model(&self) -> Option<Model> {
        let id = match &self.link {
            Link::Paired { .. } => self.wpid.map(|Wpid(id)| id),
            Link::Direct { product, .. } => Some(*product),
        };
        Model::of(id?)
    }

    /// The best name: the one stored by its receiver or the system unless that is truncated, else
    /// its own, else that of its model.
    pub fn best_name(&self) -> Option<String> {
        let model = self.model().map(|model| model.name);
        let mut others = [self.full_name.as_deref(), model].into_iter().flatten();
        match self.stored_name.as_deref() {
            Some(stored) if self.may_be_cut(stored) => {
                let whole = others.find(|other| continues(stored, other));
                Some(whole.unwrap_or(stored).to_owned())
            }
            Some(stored) => Some(stored.to_owned()),
            None => others.next().map(str::to_owned),
        }
    }

    /// Whether its own name is not known and could be better than the stored one. For devices with
    /// their own node the system has names, or else the name of the model is used.
    pub fn lacks_own_name(&self) -> bool {
        let stored = self.stored_name.as_deref();
        let is_better = match &self.link {
            Link::Paired { .. } => stored.is_none_or(|stored| self.may_be_cut(stored)),
            Link::Direct { .. } => self.best_name().is_none(),
        };
        self.full_name.is_none() && is_better
    }

    /// Only receivers truncate names.
    fn may_be_cut(&self, stored: &str) -> bool {
        self.receiver().is_some() && stored.len() >= MAY_BE_CUT
    }
}

/// Whether `whole` continues where `cut` ends. Receivers and devices write the same name in
/// different ways: `PRO X 2 Supers` and `PRO X2 SUPERSTRIKE` (Solaar's dump of a 40BD).
fn continues(cut: &str, whole: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    // A character that was cut in two.
    let (cut, whole) = (letters(cut.trim_end_matches('\u{FFFD}')), letters(whole));
    let end = whole.find(&cut).map(|start| start + cut.len());
    end.is_some_and(|end| end < whole.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::wire::Slot;

    fn paired(wpid: u16) -> Device {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        };
        Device {
            wpid: Some(Wpid(wpid)),
            ..Device::new("it".to_owned(), link)
        }
    }

    /// A model that is not in the table.
    const NO_MODEL: u16 = 0x4FFF;

    fn best(wpid: u16, stored: Option<&str>, own: Option<&str>) -> Option<String> {
        let device = Device {
            stored_name: stored.map(str::to_owned),
            full_name: own.map(str::to_owned),
            ..paired(wpid)
        };
        device.best_name()
    }

    #[test]
    fn the_stored_name_counts_then_its_own_then_that_of_the_model() {
        let own = Some("Wireless Mouse MX Master");
        assert_eq!(best(0x4060, Some("MX Master"), own).unwrap(), "MX Master");
        assert_eq!(best(0x4060, None, own).as_deref(), own);
        assert_eq!(best(0x003F, None, None).unwrap(), "Wireless Mouse EX100");
        assert_eq!(best(NO_MODEL, None, None), None);
    }

    #[test]
    fn a_truncated_name_is_replaced_by_a_complete_one() {
        for own in ["PRO X2 SUPERSTRIKE", "PRO X 2 Superstrike"] {
            let found = best(NO_MODEL, Some("PRO X 2 Supers"), Some(own));
            assert_eq!(found.as_deref(), Some(own));
        }
        // Nothing better is known.
        let cut = Some("PRO X 2 Supers");
        assert_eq!(best(NO_MODEL, cut, None).as_deref(), cut);
        assert_eq!(best(NO_MODEL, cut, Some("Mouse")).as_deref(), cut);
        // From the table of models.
        assert_eq!(best(0x40BD, cut, None).unwrap(), "PRO X 2 Superstrike");
        // Cut within a character.
        let found = best(
            NO_MODEL,
            Some("Clavier étro\u{FFFD}"),
            Some("Clavier étroité"),
        );
        assert_eq!(found.as_deref(), Some("Clavier étroité"));
    }

    #[test]
    fn a_name_that_fits_exactly_stays() {
        for own in ["MX Anywhere 3S", "Wireless Mobile Mouse MX Anywhere 3S"] {
            let found = best(NO_MODEL, Some("MX Anywhere 3S"), Some(own));
            assert_eq!(found.as_deref(), Some("MX Anywhere 3S"));
        }
    }

    #[test]
    fn a_device_name_is_requested_only_if_it_can_be_better() {
        let stored = |name: &str| Device {
            stored_name: Some(name.to_owned()),
            ..paired(0x4002)
        };
        assert!(paired(0x4002).lacks_own_name());
        assert!(stored("PRO X 2 Supers").lacks_own_name());
        assert!(!stored("K750").lacks_own_name());
        let known = Device {
            full_name: Some("Mouse".to_owned()),
            ..paired(0x4002)
        };
        assert!(!known.lacks_own_name());
        // The system does not truncate names.
        let link = |product| Link::Direct {
            node: "/dev/hidraw1".to_owned(),
            bus: "usb".to_owned(),
            product,
        };
        let direct = |product| Device::new("it".to_owned(), link(product));
        let named = Device {
            stored_name: Some("Logitech G502 X Gaming Mouse".to_owned()),
            ..direct(0xC0FF)
        };
        assert!(!named.lacks_own_name());
        assert!(direct(0xC0FF).lacks_own_name());
        assert!(!direct(0xC099).lacks_own_name(), "its model is known");
    }
}
