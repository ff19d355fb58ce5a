//! Why the program sees nothing, or not what it should: looks at the machine and says what it found.
//!
//! [`look()`] gathers [`Facts`], each look in a bounded time, and changes nothing. [`judge()`] turns them
//! into [`Finding`]s without looking again, so that each finding is tested from facts. [`report()`]
//! writes both down for somebody else to read, without what tells whose machine it is.

mod finding;
mod judge;
mod look;
mod report;
mod scrub;

pub use finding::{Area, Finding, Verdict, worst};
pub use judge::judge;
pub use look::{
    Access, Answer, BusSeen, Devices, Driver, Facts, Files, Heard, Hidraw, Holder, Installed,
    Interface, Kept, Kernel, KernelBattery, Machine, Node, OnBus, Opening, Owner, Places, Programs,
    Running, Systemd, Unit, Unread, Unseen, Upower, UpowerDevice, UsbDevice, Way, Whose, Wishes,
    look,
};
pub use report::report;
