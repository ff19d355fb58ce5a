use super::plugged::{SimulatedNode, numbered};
use crate::transport::{NodeInfo, Transport};
use hidpp_sim::Plugged;
use hidpp_sim::scenario::{self, Staged};

/// A simulated desk: a set of receivers and devices, as one person could have on a desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// A receiver with events every minute, see [`scenario::day_at_the_desk`].
    Small,
    /// A receiver with batteries that discharge, see [`scenario::fading`].
    Fading,
    /// All devices of the catalogue, see [`scenario::full`].
    Full,
    /// Headsets that speak Centurion, see [`scenario::headsets`].
    Headsets,
}

impl Desk {
    /// All desks, each with its name and a description.
    pub const ALL: [(&'static str, &'static str, Self); 4] = [
        (
            "small",
            "One receiver with a K750, an M705 and a sleeping K800",
            Self::Small,
        ),
        (
            "fading",
            "One receiver with batteries that discharge over days, to try out alerts",
            Self::Fading,
        ),
        (
            "full",
            "73 devices, from dumps of real ones: on all families of receivers, cables, Bluetooth",
            Self::Full,
        ),
        (
            "headsets",
            "Headsets that speak Centurion: a PRO X 2, and a G522 with its dongle and its cable",
            Self::Headsets,
        ),
    ];

    /// The desk of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.0 == name).map(|it| it.2)
    }
}

/// The nodes of a simulated desk.
pub fn simulated(desk: Desk) -> Vec<(NodeInfo, Box<dyn Transport>)> {
    match desk {
        Desk::Small => {
            let desk = SimulatedNode(scenario::day_at_the_desk());
            vec![(NodeInfo::unifying("simulated"), Box::new(desk))]
        }
        Desk::Fading => {
            let desk = SimulatedNode(scenario::fading());
            vec![(NodeInfo::unifying("simulated"), Box::new(desk))]
        }
        Desk::Full => staged(scenario::full()),
        Desk::Headsets => staged(scenario::headsets()),
    }
}

/// The nodes of this hardware, to which nothing happens.
fn staged(hardware: Vec<Plugged>) -> Vec<(NodeInfo, Box<dyn Transport>)> {
    let nodes = numbered("simulated", hardware).into_iter();
    let staged = nodes.map(|(info, plugged)| {
        let node: Box<dyn Transport> = Box::new(SimulatedNode(Staged::new(plugged, &[])));
        (info, node)
    });
    staged.collect()
}
