//! How a status scales with the devices: 1, 6, 60 and 600 of them on up to 100 simulated receivers.
//!
//! A radio round trip takes 10 ms and a register access 2 ms, on virtual time; CPU time and memory
//! are real. Each figure comes with a lower limit from the same run (`floor.rs`) or with the figure
//! of a smaller crowd.
//!
//! The first two tables (`status.rs`) are without and with a solar keyboard, which measures for one
//! second:
//!
//! | column | what it is |
//! |---|---|
//! | receiver | how many messages it accepts at once: patient, one to each device; 3 in total;
//! strict, 1 in total |
//! | memory | cold: nothing is cached; warm: the findings of the cold run are cached |
//! | time | until the status is complete |
//! | floor | the least time for the requests that were sent, and the ratio of the time to it |
//! | registers | requests to a receiver |
//! | × fewest | above 1: empty slots were queried, one request each |
//! | air | messages per device, without those that were refused |
//! | × fewest | above 1: batteries were looked up in features of other models |
//! | refused | requests per device that were refused as busy |
//!
//! The third (`disturbed.rs`) has on each receiver a device that never answers, in slot 1, and one
//! that sleeps, in slot 2. It shows when the others are read without and with these two, the floor
//! of the latter, and when all is done, including two attempts of one second each for the silent
//! device.
//!
//! The fourth (`cost.rs`) is about this machine, on patient receivers, and includes the work of the
//! simulated receivers. Per device: CPU time (cold; warm; cold with replies at different times for
//! each receiver) and its ratio to that of a single device; and the growth of memory, which means
//! little for few devices, because the kernel counts pages and building the crowd has freed some.
//! The last column is the peak memory of the process, in KiB.

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
        return cost::print_memory(Size {
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
