//! `solar-status check`: whether a battery is low, as a plugin for monitoring reports it.

mod args;
mod judged;
mod line;

use std::fmt::Display;
use std::io::{self, Write};

pub(super) use self::args::CheckArgs;
use self::judged::{Judged, counts};
use super::exit::{Checked, Exit};
use super::style::Style;
use super::{complain, failed, io_errors, status};

pub(super) fn run(args: &CheckArgs) -> Exit {
    let (state, line) = check(args);
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    match written.map_err(io_errors::unwritable) {
        Ok(()) => Exit::Checked(state),
        // A broken pipe is not a failure: the state counts.
        Err(error) if failed(&error) == Exit::Ok => Exit::Checked(state),
        Err(_) => Exit::Checked(Checked::Unknown),
    }
}

/// Returns the state and the line.
fn check(args: &CheckArgs) -> (Checked, String) {
    if let Some(mistake) = args.mistake() {
        return unknown(&mistake);
    }
    let status = args.status();
    let mut reading = match status::read(&status) {
        Ok(reading) => reading,
        Err(error) => return unknown(&error),
    };
    let traced = reading.finish_trace(&status.common, Exit::Ok);
    let (mut problems, exit) = reading.problems();
    let snapshot = &reading.snapshot;
    let style = Style::of_environment(false, None);
    // A default of the configuration selects no device by hand.
    let is_named = args.config.names_devices;
    let is_selected = |device: &&_| is_named || counts(device, snapshot.at);
    let devices = snapshot.devices.iter().filter(is_selected);
    let judged = devices.map(|device| {
        let limits = args.limits(device.preferences.shown_limits);
        Judged::of(device, limits, snapshot.at, style)
    });
    let mut devices: Vec<Judged<'_>> = judged.collect();
    devices.sort_by_key(|it| {
        let charge = it.device.battery.and_then(|battery| battery.percent);
        (std::cmp::Reverse(it.state), charge.is_none(), charge)
    });
    if traced != Exit::Ok {
        problems.push("the trace is incomplete".to_owned());
    }
    let unread = if exit == Exit::Ok && traced == Exit::Ok {
        Checked::Ok
    } else {
        Checked::Unknown
    };
    if exit == Exit::Interrupted {
        problems.push("interrupted".to_owned());
    } else if devices.is_empty() && problems.is_empty() {
        problems.push("no device with a known charge is connected".to_owned());
    }
    let worst = devices.iter().map(|it| it.state).max();
    let state = unread.max(worst.unwrap_or(Checked::Unknown));
    let line = line::line(state, &problems, &devices);
    (state, line)
}

fn unknown(reason: &dyn Display) -> (Checked, String) {
    let line = line::without_devices(Checked::Unknown, &reason.to_string());
    (Checked::Unknown, line)
}

/// Prints why the configuration cannot be used.
pub(super) fn not_configured(error: &dyn Display) -> Exit {
    let (_, line) = unknown(error);
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        complain(&io_errors::unwritable(error));
    }
    Exit::Checked(Checked::Unknown)
}

/// Prints why the arguments are wrong, or the help. The guidelines ask for UNKNOWN in both cases,
/// and for the reason on standard output: monitoring programs read nothing else.
pub(super) fn not_run(error: &clap::Error) -> Exit {
    if error.use_stderr() {
        let text = error.render().to_string();
        // What is missing or conflicts follows in lines of its own.
        let lines = text.lines().map(str::trim);
        let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
        let reason = lines.join(" ");
        let reason = reason.strip_prefix("error: ").unwrap_or(&reason);
        let (_, line) = unknown(&reason);
        if let Err(error) = writeln!(io::stdout(), "{line}") {
            complain(&io_errors::unwritable(error));
        }
    }
    if let Err(error) = error.print() {
        complain(&io_errors::unwritable(error));
    }
    Exit::Checked(Checked::Unknown)
}
