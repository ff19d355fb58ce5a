//! The lower limits: the fewest requests, and the least time for those that were sent.

use std::time::Duration;

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, FeatureId, FeatureIndex};
use hidpp_sim::catalogue::{self, Source};
use hidpp_sim::device::Device;
use hidpp_sim::patience::Patience;
use hidpp_sim::receiver::Receiver;

use super::crowd::Run;
use super::log::Log;

/// A solar keyboard measures for one second before it answers the request "once, after one second".
const MEASURING: Duration = Duration::from_secs(1);

/// The registers about the receiver itself: B5/03, its serial number and slots; and 02, its device
/// count.
const IDENTITY: u32 = 2;
/// The registers about a device: B5/2n, the model; and B5/3n, the serial number.
const RECORD: u32 = 2;
/// B5/4n, the device's name.
const NAME: u32 = 1;

/// The fewest requests to the receiver's registers: without empty slots and cached names.
pub(crate) fn fewest_registers(receiver: &Receiver, run: Run) -> usize {
    let each = match run {
        Run::Cold => RECORD + NAME,
        Run::Warm => RECORD,
    };
    IDENTITY as usize + receiver.slots().count() * each as usize
}

/// The fewest requests to an unknown device if the first guess is right: a ping, which
/// distinguishes registers from features; the index of the feature; its capabilities, where it has a
/// function for them; and the value.
pub(crate) fn fewest_to_device(codename: &str) -> Option<usize> {
    let (source, _) = catalogue::find(codename)?.battery?;
    Some(match source {
        Source::Register(_) => 2,
        Source::Feature(_) | Source::Solar(_) => {
            let feature = BatteryFeature::from_id(FeatureId(source.number()))?;
            let capability = feature.get_capability(FeatureIndex(1));
            3 + usize::from(capability.is_some())
        }
    })
}

/// The earliest time at which the devices in `slots` can have answered all requests sent before
/// `end`: the latest of
///
/// - all requests to the receiver's registers, in sequence;
/// - each device's own requests, in sequence, after the receiver has reported its identity and,
///   slot by slot, the devices up to this one; and a solar keyboard's second;
/// - the messages to all devices, as many at a time as the receiver accepts.
pub(crate) fn soonest(receiver: &Receiver, log: &Log, slots: &[u8], end: Timestamp) -> Duration {
    let latency = receiver.latency;
    let asked = |slot: u8| {
        let times = log.asked.get(&DeviceIndex(slot)).into_iter().flatten();
        count(times.filter(|at| **at < end).count())
    };
    let announced = |place: u32| latency.register * (IDENTITY + RECORD * place);

    let registers = latency.register * count(log.registers);
    let chains = (1..).zip(receiver.slots()).map(|(place, slot)| {
        let solar = receiver.device(slot).is_some_and(|it| it.solar().is_some());
        let measuring = if solar { MEASURING } else { Duration::ZERO };
        let chain = announced(place) + latency.radio * asked(slot) + measuring;
        (slot, chain)
    });
    let slowest = chains
        .filter(|(slot, _)| slots.contains(slot))
        .map(|(_, chain)| chain)
        .max();
    let all: u32 = receiver.slots().filter(online(receiver)).map(asked).sum();
    let lanes = match receiver.patience {
        Patience::UpTo(most) | Patience::Dropping(most) => u32::from(most),
        Patience::Replacing | Patience::Deaf => 1,
        Patience::Endless | Patience::Patient => u32::MAX,
    };
    let taking_turns = announced(1) + latency.radio * all.div_ceil(lanes.max(1));
    registers.max(slowest.unwrap_or_default()).max(taking_turns)
}

/// Whether a message to this slot goes over the air: for a sleeping device the receiver answers.
fn online(receiver: &Receiver) -> impl Fn(&u8) -> bool {
    |slot| receiver.device(*slot).is_some_and(Device::online)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
