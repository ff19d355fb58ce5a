//! The cost of programs: time and peak memory of a run, current memory of a process.

use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::process::{Finished, Running};

/// The deadline of one measured run, including Solaar's.
const LIMIT: Duration = Duration::from_secs(120);

/// The file and format of GNU time's report: seconds of real time, in the program and in the
/// kernel, and the peak resident memory in kB. GNU time itself uses less memory than any measured
/// program.
const REPORT: &str = "/run/time";
const FORMAT: &str = "%e %U %S %M";

/// Several runs of one command.
pub(crate) struct Runs {
    what: &'static str,
    /// Seconds of real time, seconds of CPU time, and kB of memory, each sorted.
    seconds: Vec<f64>,
    processor: Vec<f64>,
    memory: Vec<f64>,
}

impl Runs {
    /// Measures a command this many times, after a first run that loads its files. `look` checks
    /// the output of each run.
    pub(crate) fn measure(
        what: &'static str,
        count: usize,
        mut command: impl FnMut() -> Command,
        look: impl Fn(&Finished),
    ) -> Self {
        let mut runs = Self {
            what,
            seconds: Vec::new(),
            processor: Vec::new(),
            memory: Vec::new(),
        };
        for number in 0..=count {
            let [seconds, program, kernel, memory] = run(&command(), &look);
            if number > 0 {
                runs.seconds.push(seconds);
                runs.processor.push(program + kernel);
                runs.memory.push(memory);
            }
        }
        for values in [&mut runs.seconds, &mut runs.processor, &mut runs.memory] {
            values.sort_by(f64::total_cmp);
        }
        runs
    }
}

/// Runs it once under GNU time; returns the four numbers of the report.
fn run(command: &Command, look: impl Fn(&Finished)) -> [f64; 4] {
    let mut timed = Command::new("time");
    timed.arg(format!("--format={FORMAT}"));
    timed.arg(format!("--output={REPORT}"));
    timed.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        timed.env(name, value.expect("no variable is removed"));
    }
    look(&Running::start(timed).finish(LIMIT));
    let report = fs::read_to_string(REPORT).expect("a report of GNU time");
    let numbers: Result<Vec<f64>, _> = report.split_whitespace().map(str::parse).collect();
    let numbers = numbers.ok().and_then(|numbers| numbers.try_into().ok());
    numbers.unwrap_or_else(|| panic!("GNU time reports {report:?}"))
}

/// A table of all runs. The last two columns compare the minimum of each with that of the first
/// row, because the minimum is least affected by other work on the host.
pub(crate) fn table(rows: &[Runs]) -> String {
    let mut table = format!(
        "{:<30}  seconds: least median most    CPU    memory  × time  × memory\n",
        ""
    );
    for runs in rows {
        let times = |of: fn(&Runs) -> &[f64]| of(runs)[0] / of(&rows[0])[0];
        writeln!(
            table,
            "{:<30} {:>14.2} {:>6.2} {:>4.2} {:>4.2} s {:>6.1} MB {:>7.1} {:>9.1}",
            runs.what,
            runs.seconds[0],
            median(&runs.seconds),
            runs.seconds[runs.seconds.len() - 1],
            median(&runs.processor),
            median(&runs.memory) / 1024.0,
            times(|it| &it.seconds),
            times(|it| &it.memory),
        )
        .expect("writing to a string succeeds");
    }
    table
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

/// The memory of a process in kB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Resident at present.
    pub(crate) now: u64,
    /// Peak resident.
    pub(crate) highest: u64,
}

/// The memory of a process.
pub(crate) fn memory_of(process: u32) -> Memory {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process");
    Memory {
        now: number(&status, "VmRSS:"),
        highest: number(&status, "VmHWM:"),
    }
}

/// The number after a key in a file of `/proc`.
pub(crate) fn number(text: &str, key: &str) -> u64 {
    let line = text.lines().find(|line| line.starts_with(key));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|it| it.parse().ok()).unwrap_or_default()
}
