//! HID++ on the wire: reports, indices, headers and error codes, as pure bytes.
//!
//! Nothing here does I/O, reads a clock or panics on input from a device. Unknown codes are kept as
//! `Unknown`; a report with a wrong length is rejected, never padded.

mod address;
mod answer;
pub mod centurion;
mod codes;
pub mod descriptor;
mod dj;
mod error;
mod hidpp10;
mod hidpp20;
mod incoming;
mod message;
mod report;
pub mod software;

pub use address::{DeviceIndex, Slot, Wpid};
pub use answer::{Header, Relation, relation};
pub(crate) use codes::codes;
pub use dj::{DjNotice, DjReport};
pub use error::{Error10, Error20};
pub use hidpp10::{Access, Register, RegisterRequest};
pub use hidpp20::{Call, FeatureId, FeatureIndex, Function, SoftwareId};
pub use incoming::{Incoming, classify};
pub use message::{ErrorCode, Message};
pub use report::{ParseReportError, Report, ReportError, ReportId};

#[cfg(test)]
pub(crate) use report::tests;
#[cfg(test)]
pub(crate) mod samples;
