//! How a status grows with the devices: 1, 6, 60 and 600 of them on up to 100 simulated receivers.
//!
//! A radio round trip takes 10 ms and a register 2 ms, on virtual time; CPU time and memory are
//! real. Each figure has beside it, from the same run, the limit that cannot be beaten
//! (`floor.rs`) or the figure of a smaller crowd.
//!
//! The first two tables (`status.rs`), without and with a solar keyboard, whose measurement takes a
//! second:
//!
//! | column | what it is |
//! |---|---|
//! | receiver | how many messages it takes at once: patient, one to each device; 3 in all; strict, 1 in all |
//! | memory | cold: nothing is known; warm: what the cold run found is remembered |
//! | time | until the status is full |
//! | floor | the least for the requests that were sent, and how often the time is that |
//! | registers | requests to a receiver |
//! | × fewest | above 1: empty slots were looked at, one request each |
//! | air | messages for each device, without those that were refused |
//! | × fewest | above 1: batteries were looked for where other models have theirs |
//! | refused | requests for each device that met "busy" |
//!
//! The third (`disturbed.rs`) has on each receiver a device that never answers, in slot 1, and one
//! that sleeps, in slot 2: when the others are read if all are well, and beside these two; the
//! floor of the latter; and when everybody is done, with two tries of a second for the silent one.
//!
//! The fourth (`cost.rs`) is about this machine, on patient receivers, and counts the simulated
//! receivers' work too. For each device: CPU time (cold; warm; cold with each receiver's answers at
//! times of their own) and how often that is what a single device takes; and by how much memory
//! grew, which means little for few devices, since the kernel counts pages and building the crowd
//! has freed some. Then the most memory that the process had, in KiB.

mod cost;
mod crowd;
mod disturbed;
mod floor;
mod log;
mod status;

use std::io;
use std::time::Duration;

use hidpp_sim::scenario::EACH_BATTERY;

use crowd::Size;

/// All but the solar keyboard, which comes last.
const PROMPT: &[&str] = EACH_BATTERY.split_at(5).0;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, devices, receivers] = arguments.as_slice()
        && mode == cost::MEMORY
    {
        let number = |text: &str| text.parse().map_err(io::Error::other);
        return cost::tell_memory(Size {
            devices: number(devices)?,
            receivers: number(receivers)?,
        });
    }
    status::print("without a solar keyboard", PROMPT)?;
    status::print("with a solar keyboard on each full receiver", &EACH_BATTERY)?;
    disturbed::print(PROMPT)?;
    cost::print()
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

fn micros(span: Duration) -> f64 {
    span.as_secs_f64() * 1e6
}

fn ratio(number: usize, to: usize) -> f64 {
    count(number) / count(to)
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
