//! The cost of a status on this machine: CPU time and memory, including those of the simulated
//! receivers.

use std::io;
use std::process::Command;
use std::time::Duration;

use hidpp_sim::patience::Patience;
use hidpp_sim::scenario::EACH_BATTERY;
use rustix::time::{ClockId, clock_gettime};
use solar_status::manager::Memory;

use super::crowd::{Crowd, Run, SIZES, Size, change, crowd, read};
use super::{count, micros};

/// The least time spent on one figure.
const MEASURING: Duration = Duration::from_millis(300);
/// The least number of rounds for one figure.
const ROUNDS: usize = 5;

/// The first argument of the child process that measures memory.
pub(crate) const MEMORY: &str = "--memory-of";

/// How the replies of several receivers arrive.
#[derive(Clone, Copy, Debug)]
enum Arrival {
    /// All at the same time.
    InStep,
    /// At different times for each receiver, as on real machines.
    Scattered,
}

pub(crate) fn print() -> io::Result<()> {
    println!("\nCost for one device\n");
    println!(
        "devices  on  cold µs  × one  warm µs  × one  scattered µs  × one  memory KiB  most KiB"
    );
    let mut one = None;
    for size in SIZES {
        let devices = count(size.devices);
        let cold = micros(cpu(size, Arrival::InStep, Run::Cold)?) / devices;
        let warm = micros(cpu(size, Arrival::InStep, Run::Warm)?) / devices;
        let scattered = micros(cpu(size, Arrival::Scattered, Run::Cold)?) / devices;
        let (one_cold, one_warm, one_scattered) = *one.get_or_insert((cold, warm, scattered));
        let (growth, most) = memory(size)?;
        let growth = growth / devices;
        println!(
            "{:7} {:3}  {cold:7.1}  {:5.2}  {warm:7.1}  {:5.2}  {scattered:12.1}  {:5.2}  {growth:10.1}  {most:8.0}",
            size.devices,
            size.receivers,
            cold / one_cold,
            warm / one_warm,
            scattered / one_scattered,
        );
    }
    Ok(())
}

/// The CPU time, user and system, of a status; the median of several rounds, because this machine
/// also runs other programs.
fn cpu(size: Size, arrival: Arrival, run: Run) -> io::Result<Duration> {
    let fresh = make(size, arrival);
    let mut spans = Vec::new();
    let mut spent = Duration::ZERO;
    while spans.len() < ROUNDS || spent < MEASURING {
        let mut memory = Memory::default();
        if run == Run::Warm {
            read(fresh.clone(), &mut memory, Run::Cold)?;
        }
        let crowd = fresh.clone();
        let start = cpu_time()?;
        read(crowd, &mut memory, run)?;
        let took = cpu_time()?.saturating_sub(start);
        spans.push(took);
        spent += took;
    }
    spans.sort_unstable();
    Ok(spans.get(spans.len() / 2).copied().unwrap_or_default())
}

fn make(size: Size, arrival: Arrival) -> Crowd {
    let mut crowd = crowd(size, &EACH_BATTERY, Patience::Patient);
    if let Arrival::Scattered = arrival {
        change(&mut crowd, |number, receiver| {
            receiver.latency.register += Duration::from_micros(7) * number;
            receiver.latency.radio += Duration::from_micros(37) * number;
        });
    }
    crowd
}

fn cpu_time() -> io::Result<Duration> {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).map_err(io::Error::other)
}

/// How much the memory of a process grows at most while it reads a status, and its peak memory, in
/// KiB. Measured in a separate process, so that nothing else is counted.
fn memory(size: Size) -> io::Result<(f64, f64)> {
    let numbers = [size.devices, size.receivers].map(|number| number.to_string());
    let program = std::env::current_exe()?;
    let output = Command::new(program).arg(MEMORY).args(numbers).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers = text.trim().split_once(' ');
    numbers
        .and_then(|(growth, most)| Some((growth.parse().ok()?, most.parse().ok()?)))
        .ok_or_else(|| {
            let complaint = String::from_utf8_lossy(&output.stderr);
            io::Error::other(format!("no figures about memory: {text}{complaint}"))
        })
}

/// Measures memory and prints it, for [`memory`].
pub(crate) fn print_memory(size: Size) -> io::Result<()> {
    // Loads the program's own pages first.
    let one = Size {
        devices: 1,
        receivers: 1,
    };
    read(
        make(one, Arrival::InStep),
        &mut Memory::default(),
        Run::Cold,
    )?;
    let crowd = make(size, Arrival::InStep);
    let before = status_line("VmRSS:")?;
    read(crowd, &mut Memory::default(), Run::Cold)?;
    let most = status_line("VmHWM:")?;
    println!("{} {most}", most - before);
    Ok(())
}

/// A line of `/proc/self/status`, in KiB.
fn status_line(name: &str) -> io::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.trim().strip_suffix("kB"));
    number
        .and_then(|number| number.trim().parse().ok())
        .ok_or_else(|| io::Error::other(format!("{name} is missing")))
}
