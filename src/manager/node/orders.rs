//! What those above want of a device.

use super::Node;
use crate::device::{Link, Presence};
use crate::feature::solar_dashboard::LightMeasure;
use crate::session::{Hold, Known};
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

impl Node<'_> {
    /// Makes a device measure light in this series, or no longer; `false`: it is not here.
    pub(in crate::manager) fn measure_light(
        &mut self,
        now: Timestamp,
        link: &Link,
        series: Option<LightMeasure>,
    ) -> bool {
        let Some((index, presence)) = self.find(link) else {
            return false;
        };
        if presence == Presence::Online {
            match series {
                Some(series) => _ = self.session.lease_light(index, series, Hold::Once),
                None => self.session.release_light(index),
            }
            self.due = Some(now);
        }
        true
    }

    /// Asks a device for its battery again; `false`: it is not here.
    pub(in crate::manager) fn refresh(&mut self, now: Timestamp, link: &Link) -> bool {
        let Some((index, presence)) = self.find(link) else {
            return false;
        };
        if presence != Presence::Offline {
            self.ask(index, Known::default());
            self.due = Some(now);
        }
        true
    }

    /// The computer was asleep.
    pub(in crate::manager) fn resume(&mut self, now: Timestamp) {
        let online = self.devices.iter();
        let online = online.filter(|(_, device)| device.presence == Presence::Online);
        let online: Vec<DeviceIndex> = online.map(|(index, _)| *index).collect();
        for index in online {
            self.ask(index, Known::default());
        }
        self.due = Some(now);
    }

    fn find(&self, link: &Link) -> Option<(DeviceIndex, Presence)> {
        let mut devices = self.devices.iter();
        let found = devices.find(|(_, device)| device.link == *link);
        found.map(|(index, device)| (*index, device.presence))
    }
}
