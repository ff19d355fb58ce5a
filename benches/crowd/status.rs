//! Time and requests of a status, compared with their lower limits.

use std::fmt;
use std::io;
use std::time::Duration;

use hidpp_sim::receiver::Receiver;
use solar_status::manager::{Memory, Snapshot};

use super::crowd::{self, Crowd, PATIENCES, Run, SIZES, receivers};
use super::log::Log;
use super::{floor, millis, ratio};

pub(crate) fn print(title: &str, models: &[&str]) -> io::Result<()> {
    println!("\nA status, {title}\n");
    println!(
        "devices  on  receiver  memory  time ms   floor  × floor  registers  × fewest     air  × fewest  refused"
    );
    for (name, patience) in PATIENCES {
        for size in SIZES {
            let crowd = crowd::crowd(size, models, patience);
            let mut memory = Memory::default();
            for (memory_is, run) in [("cold", Run::Cold), ("warm", Run::Warm)] {
                let (snapshot, logs) = crowd::read_watched(&crowd, &mut memory, run)?;
                crowd::all_read(&snapshot, run, |_| true)?;
                let figures = Figures::of(&crowd, &snapshot, &logs, run);
                println!(
                    "{:7} {:3}  {name:8}  {memory_is:6} {figures}",
                    size.devices, size.receivers
                );
            }
        }
    }
    Ok(())
}

/// A row of the first tables.
struct Figures {
    time: Duration,
    floor: Duration,
    registers: usize,
    fewest_registers: usize,
    air: usize,
    fewest_air: usize,
    refused: usize,
    devices: usize,
    receivers: usize,
}

impl Figures {
    fn of(crowd: &Crowd, snapshot: &Snapshot, logs: &[Log], run: Run) -> Self {
        let receivers = || receivers(crowd).zip(logs);
        let soonest = receivers().map(|(receiver, log)| {
            let slots: Vec<u8> = receiver.slots().collect();
            floor::soonest(receiver, log, &slots, snapshot.at)
        });
        let devices = || receivers().flat_map(|(receiver, _)| names(receiver));
        let fewest = |name| match run {
            Run::Cold => floor::fewest_to_device(name),
            Run::Warm => Some(1),
        };
        Self {
            time: snapshot.at.since(run.start()),
            floor: soonest.max().unwrap_or_default(),
            registers: logs.iter().map(|log| log.registers).sum(),
            fewest_registers: receivers()
                .map(|(receiver, _)| floor::fewest_registers(receiver, run))
                .sum(),
            air: logs
                .iter()
                .flat_map(|log| log.asked.values())
                .map(Vec::len)
                .sum(),
            fewest_air: devices().filter_map(fewest).sum(),
            refused: logs.iter().map(|log| log.refused).sum(),
            devices: devices().count(),
            receivers: logs.len(),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:8.1}  {:6.1}  {:7.2}  {:9.1}  {:8.2}  {:6.2}  {:8.2}  {:7.2}",
            millis(self.time),
            millis(self.floor),
            millis(self.time) / millis(self.floor),
            ratio(self.registers, self.receivers),
            ratio(self.registers, self.fewest_registers),
            ratio(self.air, self.devices),
            ratio(self.air, self.fewest_air),
            ratio(self.refused, self.devices),
        )
    }
}

fn names(receiver: &Receiver) -> impl Iterator<Item = &'static str> {
    let devices = receiver.slots().filter_map(|slot| receiver.device(slot));
    devices.map(|device| device.identity.codename)
}
