//! Devices of three models, and the steps of a test.

use std::collections::BTreeSet;
use std::time::Duration;

use hidpp_proto::units::Percent;
use hidpp_sim::catalogue;
use hidpp_sim::device::Device as Firmware;
use proptest::prelude::*;

/// The time after which all consequences of a step are complete. Links with the same id are polled
/// at most eight times an hour, so a decision that needs replies may take an hour.
pub(super) const SETTLED: Duration = Duration::from_secs(3700);

/// How long, at most, the receiver reports a link as up after the device left it, in milliseconds.
pub(super) const LINGER: u64 = 3000;

/// The last of the receivers is a Bolt receiver, the others are Unifying receivers.
pub(super) const RECEIVERS: usize = 4;
pub(super) const BOLT: usize = 3;

pub(super) const SLOTS: usize = 6;

/// The charges of the units, by which their readings are distinguished.
pub(super) const CHARGES: [u8; 8] = [12, 28, 36, 43, 58, 66, 74, 82];

/// The charges for [`Model::Office`], which reports only these steps.
pub(super) const STEPS: [u8; 4] = [90, 50, 20, 5];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Model {
    /// G903: 4087 on a receiver, C091 on its cable; its unit id equals its serial number.
    Gaming,
    /// M720: 405E and B015. Its unit id differs from its serial number (as Solaar issue 2005 shows
    /// for another mouse).
    Office,
    /// MX Master 3S: B034 on Bolt receivers and Bluetooth, identified by its unit id on both.
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

/// A manufactured device: units with the same model and number are clones.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) model: Model,
    /// Determines the serial number; zero: without one.
    pub(super) number: u8,
    /// The receivers it is paired with; the same one may occur twice.
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

    /// The id shared by its links once they are known to belong to it.
    pub(super) fn id(&self) -> String {
        format!("{:04X}-D000000{}", self.model.wpid(), self.number)
    }

    /// The id by its unit id alone.
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
    /// Plugs a receiver in or unplugs it.
    Receiver(usize),
    /// Plugs the cable of a unit into a port or unplugs it; or connects it on Bluetooth or
    /// disconnects it.
    Node { unit: usize, port: usize },
    /// Uses a unit on another channel, or switches it off. The receiver of the previous channel
    /// takes this many milliseconds to notice.
    Channel {
        unit: usize,
        channel: Option<usize>,
        linger: u64,
    },
    /// Unpairs a channel of a unit, or pairs it with the first free slot.
    Pairing { unit: usize, channel: usize },
    /// Restarts the program, which finds the nodes in this or in reverse order.
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
        // Links of `Model::Office` have two ids until they are known to be of one device, and its
        // clones would have four: clones of it are left out.
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

/// The steps, each with the pause after it in milliseconds; `None`: until all consequences are
/// complete.
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
