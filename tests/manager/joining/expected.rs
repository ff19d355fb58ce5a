//! The results that the rules allow, and the actual ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use solar_status::device::{Device, Link};

use super::steps::{Model, Unit};
use super::world::Owned;

/// A present link.
#[derive(Clone, Debug)]
pub(super) struct PresentLink {
    pub(super) link: Link,
    pub(super) unit: usize,
    /// The suffix of an id that contains the link's place.
    pub(super) place: String,
    /// Whether the device is reachable on it, by radio or cable.
    pub(super) reach: Reach,
}

impl PresentLink {
    /// The id of a device without a serial number.
    pub(super) fn id_by_link(&self, model: Model) -> String {
        match self.link {
            Link::Paired { .. } => format!("{:04X}-{}", model.wpid(), self.place),
            Link::Direct { product, .. } => format!("{product:04X}-{}", self.place),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    No,
    Radio,
    Cable,
}

/// The conditions that must hold at a time.
pub(super) struct Checkpoint {
    pub(super) second: u64,
    pub(super) present_links: Vec<PresentLink>,
    /// The ids with a place that are possible at this time.
    pub(super) rivals: BTreeSet<String>,
    /// The numbers of [`Model::Office`] with links that may be known to belong to one device, and
    /// with links that must be.
    pub(super) may_join: BTreeSet<u8>,
    pub(super) must_join: BTreeSet<u8>,
}

/// The findings so far.
#[derive(Default)]
pub(super) struct Found {
    /// The ids with a place.
    pub(super) apart: BTreeSet<String>,
    pub(super) joined: BTreeSet<u8>,
    /// The units that each id can refer to.
    pub(super) ids: BTreeMap<String, BTreeSet<usize>>,
    /// Ids by link, for devices that had time to report their identity.
    pub(super) identified: BTreeSet<String>,
}

impl Found {
    pub(super) fn check(
        &mut self,
        checkpoint: &Checkpoint,
        units: &[Owned],
        devices: &BTreeMap<String, Device>,
    ) -> Result<(), TestCaseError> {
        let second = checkpoint.second;
        let mut found = BTreeMap::new();
        for device in devices.values() {
            for (link, _) in device.links() {
                let before = found.insert(link.clone(), device.id.clone());
                prop_assert_eq!(before, None, "second {}: {:?} is there twice", second, link);
            }
        }
        let present_links: BTreeSet<&Link> =
            checkpoint.present_links.iter().map(|it| &it.link).collect();
        prop_assert_eq!(
            found.keys().collect::<BTreeSet<_>>(),
            present_links,
            "second {}",
            second
        );
        // The units in use under each id, by radio or by cable.
        let mut in_use: BTreeMap<(&str, bool), usize> = BTreeMap::new();
        for it in &checkpoint.present_links {
            let unit = &units[it.unit].unit;
            let id = &*found[&it.link];
            self.check_link(checkpoint, unit, it, id)?;
            if it.reach != Reach::No {
                let other = in_use.insert((id, it.reach == Reach::Cable), it.unit);
                prop_assert!(
                    other.is_none_or(|other| other == it.unit),
                    "second {second}: {id} is two devices"
                );
            }
            let numbered =
                |other: &Owned| (other.unit.model, other.unit.number) == (unit.model, unit.number);
            let all = units.iter().enumerate().filter(|(_, it)| numbered(it));
            let all: BTreeSet<usize> = all.map(|(index, _)| index).collect();
            self.ids.insert(id.to_owned(), all);
            if let Link::Direct { product, .. } = it.link {
                self.identified
                    .insert(format!("{product:04X}-{}", it.place));
            }
        }
        Ok(())
    }

    /// Checks the id of a link.
    pub(super) fn check_link(
        &mut self,
        checkpoint: &Checkpoint,
        unit: &Unit,
        it: &PresentLink,
        id: &str,
    ) -> Result<(), TestCaseError> {
        let second = checkpoint.second;
        if unit.number == 0 {
            prop_assert_eq!(id, it.id_by_link(unit.model), "second {}", second);
            return Ok(());
        }
        let is_paired = matches!(it.link, Link::Paired { .. });
        if unit.model == Model::Office && !is_paired {
            let is_joined = id == unit.id();
            let may = checkpoint.may_join.contains(&unit.number);
            let must =
                checkpoint.must_join.contains(&unit.number) || self.joined.contains(&unit.number);
            prop_assert!(
                is_joined && may || !must && id == unit.id_on_bluetooth(),
                "second {second}: {id} may {may} must {must}"
            );
            if is_joined {
                self.joined.insert(unit.number);
                self.ids.remove(&unit.id_on_bluetooth());
            }
            return Ok(());
        }
        let apart = format!("{}-{}", unit.id(), it.place);
        if id == apart {
            prop_assert!(checkpoint.rivals.contains(&apart), "second {second}: {id}");
            self.apart.insert(apart);
        } else {
            prop_assert!(!self.apart.contains(&apart), "second {second}: not {apart}");
            prop_assert_eq!(id, unit.id(), "second {}", second);
        }
        Ok(())
    }
}

/// The units with the same model and number.
pub(super) fn clones(units: &[Owned], unit: &Unit) -> BTreeSet<usize> {
    let units = units.iter().map(|it| (it.unit.model, it.unit.number));
    let units = units
        .enumerate()
        .filter(|(_, it)| *it == (unit.model, unit.number));
    units.map(|(index, _)| index).collect()
}
