//! Decides which notifications about batteries and light to show, and when. There are no duplicate
//! or stale notifications, and a single implausible reading causes no notification.
//!
//! [`Alerts`] receives each changed device and the time, and returns [`Order`]s: which
//! notifications to show or remove. It reads no clock and does not block: [`Alerts::due`] returns
//! when to call [`Alerts::advance`] next.
//!
//! # The rules
//!
//! - A reason ([`Kind`]) counts once it is confirmed (debounced): by a second reading that agrees,
//!   or if no reading contradicts it for three minutes. Untrusted values never count, and stale
//!   values (older than a day) only if they were known before.
//! - A notification is repeated only after its reason had clearly ended (five points above the
//!   limit), and not within a day; if the device was charged in between, not within six hours. A
//!   notification about light is repeated at most once a week. [`Memory`] keeps this from one start
//!   to the next.
//! - In quiet hours, and after four notifications within ten minutes (rate limit), further ones are
//!   delayed. Those that still apply afterwards are shown in one summary.
//! - A device that is connected by two links is one device, recognised by its serial number.

mod alert;
mod light;
mod memory;
mod policy;
mod quiet;
mod reason;
mod settings;
mod watched_device;

pub use alert::{Alert, Bubble, Kind, Order, Urgency};
pub use light::{Dimming, Past};
pub use memory::Memory;
pub use policy::Alerts;
pub use quiet::QuietHours;
pub use settings::{LetsThrough, Settings};
