//! Diagnoses why the program shows nothing, or not what it should: examines the machine and reports
//! findings.
//!
//! [`look()`] gathers [`Facts`], each with a timeout, and changes nothing. [`judge()`] converts
//! them to [`Finding`]s without further access to the machine, so that each finding can be tested
//! with made-up facts. [`report()`] writes both to a text for bug reports, without identifying
//! information.

mod finding;
mod judge;
mod look;
mod report;
mod scrub;

pub use finding::{Area, Finding, Verdict, worst};
pub use judge::judge;
pub use look::{
    Access, Answer, BusSeen, Devices, Driver, Facts, Files, Hidraw, Holder, Installed, Interface,
    Kept, Kernel, KernelBattery, LookError, Machine, Node, OnBus, Opening, Origin, Owner, Places,
    Programs, Running, Systemd, Traffic, Unit, Unread, Upower, UpowerDevice, UsbDevice, Whose,
    Wishes, look,
};
pub use report::report;
