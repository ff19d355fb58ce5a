//! Converts facts to findings. Nothing is examined here.

mod daemon;
mod devices;
mod files;
mod hidraw;
mod kernel;
mod programs;
#[cfg(test)]
pub(super) mod testing;
mod upower;
mod usb;

use super::look::Facts;
use super::{Area, Finding, LookError};

/// The advice that installs the service and all its files.
const INSTALL: &str = "install the solar-status package (README.md, Install)";

/// All findings, in the order of their areas.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    [
        usb::judge,
        hidraw::judge,
        kernel::judge,
        daemon::judge,
        upower::judge,
        programs::judge,
        devices::judge,
        files::judge,
    ]
    .into_iter()
    .flat_map(|judge| judge(facts))
    .collect()
}

/// The finding for an area that could not be examined.
fn unseen(area: Area, why: &LookError) -> Vec<Finding> {
    vec![Finding::unseen(area, "unseen", why.to_string())]
}

/// `046D:C52B`
fn ids(vendor: u16, product: u16) -> String {
    format!("{vendor:04X}:{product:04X}")
}

/// `K750, M705 and K800`
fn list(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// `1 device`, `2 devices`
fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
