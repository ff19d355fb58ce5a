//! What a person should be told of batteries and light, and when: nothing twice, nothing stale,
//! nothing for one odd reading.
//!
//! [`Alerts`] is told each device as it changes, and the time; it answers with [`Order`]s: what to
//! show on the screen, and what to take off it. It reads no clock and waits for nobody: [`Alerts::due`]
//! says when it is to be asked again.
//!
//! # The rules
//!
//! - A reason ([`Kind`]) counts once it is confirmed: by a second reading that agrees, or when nothing
//!   has contradicted it for three minutes. What a device does not vouch for counts never, what is
//!   older than a day only if it was known before.
//! - What was told is told again only after its reason was clearly over (five points above the
//!   limit), and not within a day; within six hours not even if the device was charged meanwhile. Of
//!   light it is told once a week. [`Memory`] keeps this from one start to the next.
//! - In quiet hours, and after four notifications within ten minutes, what comes waits. What is still
//!   true then is told in one summary.
//! - A device that is reached in two ways is one device: its serial number tells.

mod alert;
mod config;
mod light;
mod memory;
mod policy;
mod quiet;
mod reason;
mod settings;
mod watch;

pub use alert::{Alert, Bubble, Kind, Order, Urgency};
pub use config::{Mistake, parse};
pub use light::{Dimming, Past};
pub use memory::Memory;
pub use policy::Alerts;
pub use quiet::QuietHours;
pub use settings::{LetsThrough, Limits, Settings};
