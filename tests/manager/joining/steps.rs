//! Devices of three models, and what happens to them.

use std::collections::BTreeSet;
use std::time::Duration;

use hidpp_proto::units::Percent;
use hidpp_sim::catalogue;
use hidpp_sim::device::Device as Firmware;
use proptest::prelude::*;

/// After this time all that follows from a step is over. Links of one id are asked eight times an
/// hour at most, so what these questions decide may take an hour.
pub(super) const SETTLED: Duration = Duration::from_secs(3700);

/// A link that a device left is up for its receiver no longer than this.
pub(super) const LINGER: u64 = 3000;

/// The last of the receivers is a Bolt receiver, the others are Unifying receivers.
pub(super) const RECEIVERS: usize = 4;
pub(super) const BOLT: usize = 3;

pub(super) const SLOTS: usize = 6;

/// The charges of the units, which tell their readings apart.
pub(super) const CHARGES: [u8; 8] = [12, 28, 36, 43, 58, 66, 74, 82];

/// Those of [`Model::Office`], which knows these steps only.
pub(super) const STEPS: [u8; 4] = [90, 50, 20, 5];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Model {
    /// G903: a receiver knows it as 4087, it is C091 on its cable, and its unit id is its serial
    /// number.
    Gaming,
    /// M720: 405E and B015. Its unit id differs from its serial number (as Solaar issue 2005 shows
    /// of another mouse).
    Office,
    /// MX Master 3S: B034 on Bolt receivers and Bluetooth, known by its unit id on both.
    Master,
}

impl Model {
    pub(super) const fn wpid(self) -> u16 {
        match self {
            Self::Gaming => 0x4087,
            Self::Office => 0x405E,
            Self::Master => 0xB034,
        }
    }

    /// The product id on its cable or on Bluetooth.
    pub(super) const fn product(self) -> u16 {
        match self {
            Self::Gaming => 0xC091,
            Self::Office => 0xB015,
            Self::Master => 0xB034,
        }
    }

    pub(super) const fn is_wired(self) -> bool {
        matches!(self, Self::Gaming)
    }

    pub(super) const fn bus(self) -> &'static str {
        if self.is_wired() { "usb" } else { "bluetooth" }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gaming => "G903 LS",
            Self::Office => "M720 Triathlon",
            Self::Master => "MX Master 3S",
        }
    }
}

/// A device as it is made: units of one model and number are clones of each other.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) model: Model,
    /// Its serial number is made of it; zero: it has none.
    pub(super) number: u8,
    /// The receivers it is paired with, also twice with one.
    pub(super) channels: Vec<usize>,
}

impl Unit {
    pub(super) const fn serial(&self) -> [u8; 4] {
        match self.number {
            0 => [0; 4],
            number => [0xD0, 0, 0, number],
        }
    }

    pub(super) fn charge(&self, index: usize) -> u8 {
        match self.model {
            Model::Office => STEPS[usize::from(self.number.saturating_sub(1))],
            Model::Gaming | Model::Master => CHARGES[index],
        }
    }

    pub(super) fn firmware(&self, index: usize) -> Firmware {
        let mut entry = catalogue::find(self.model.name()).unwrap();
        if let Some((_, battery)) = &mut entry.battery {
            battery.charge = Percent::new(self.charge(index)).unwrap();
            battery.measured = None;
        }
        entry.paired(self.serial()).unwrap()
    }

    /// The id that links of it share, once they are known to.
    pub(super) fn id(&self) -> String {
        format!("{:04X}-D000000{}", self.model.wpid(), self.number)
    }

    /// That by its unit id alone.
    pub(super) fn id_on_bluetooth(&self) -> String {
        match self.model {
            Model::Office => {
                let unit = self.serial().map(|byte| !byte);
                format!("405E-{:08X}", u32::from_be_bytes(unit))
            }
            Model::Gaming | Model::Master => self.id(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A receiver is plugged in, or pulled out.
    Receiver(usize),
    /// So is the cable of a unit, at one of the ports; or it connects on Bluetooth or leaves that.
    Node { unit: usize, port: usize },
    /// A unit is used on another channel, or switched off. The receiver of the one it leaves takes
    /// so many milliseconds to find out.
    Channel {
        unit: usize,
        channel: Option<usize>,
        linger: u64,
    },
    /// A channel of a unit is unpaired, or paired with the first free slot.
    Pairing { unit: usize, channel: usize },
    /// The program ends and begins, and finds the nodes in this order or in the other.
    Restart { reversed: bool },
}

pub(super) fn unit() -> impl Strategy<Value = Unit> {
    let model = prop_oneof![
        3 => Just(Model::Gaming),
        2 => Just(Model::Office),
        2 => Just(Model::Master),
    ];
    let channels = proptest::collection::vec(0..BOLT, 1..=3);
    let number = prop_oneof![2 => Just(1_u8), 1 => 0_u8..=1, 2 => 0_u8..=4];
    (model, number, channels).prop_map(|(model, number, mut channels)| {
        if model == Model::Master {
            channels.fill(BOLT);
        }
        Unit {
            model,
            number,
            channels,
        }
    })
}

pub(super) fn units() -> impl Strategy<Value = Vec<Unit>> {
    proptest::collection::vec(unit(), 1..=8).prop_map(|mut units| {
        // Links of the first model that are not known to be of one device have two ids, and clones
        // of it four: that is left out.
        let mut numbers = BTreeSet::new();
        units.retain(|it| it.model != Model::Office || numbers.insert(it.number));
        if units.is_empty() {
            units.push(Unit {
                model: Model::Gaming,
                number: 1,
                channels: vec![0],
            });
        }
        units
    })
}

/// A step, and how many milliseconds follow; `None`: all that follows from it.
pub(super) fn steps() -> impl Strategy<Value = Vec<(Step, Option<u64>)>> {
    let unit = 0..8_usize;
    let channel = 0..3_usize;
    let step = prop_oneof![
        2 => (0..RECEIVERS).prop_map(Step::Receiver),
        3 => (unit.clone(), 0..8_usize).prop_map(|(unit, port)| Step::Node { unit, port }),
        5 => (unit.clone(), proptest::option::weighted(0.85, channel.clone()), 0..LINGER)
            .prop_map(|(unit, channel, linger)| Step::Channel { unit, channel, linger }),
        1 => (unit, channel).prop_map(|(unit, channel)| Step::Pairing { unit, channel }),
        1 => any::<bool>().prop_map(|reversed| Step::Restart { reversed }),
    ];
    let pause = proptest::option::weighted(0.5, 0..2500_u64);
    proptest::collection::vec((step, pause), 1..40)
}
