//! solar-statusd, seen from outside: all that a front end (a table, a bar, a tray) needs of D-Bus.
//!
//! - [`daemon`] finds the daemon on a bus and reads all devices at once.
//! - [`follow`] reports changes, over restarts of the daemon and of its bus, and has light measured.
//! - [`history`] reads what was recorded; [`on_demand`] calls the daemon now and then.
//! - [`filter`] and [`naming`] select devices, values and names.
//! - [`calls`] has the methods, [`deadline`] bounds every wait.
//!
//! No call starts a daemon, and none waits without a limit. There is no async runtime to bring: a front
//! end calls blocking functions, from a thread of its own where it has an event loop.
//!
//! A tray that shows the charge of each device, and asks again as long as it runs:
//!
//! ```no_run
//! use solar_status::bus::Bus;
//! use solar_status::client::filter::Filter;
//! use solar_status::client::follow::{
//!     Alarm, Control, DeviceList, FollowDaemon, FollowEvent, SessionEvent, wake_channel,
//! };
//! use solar_status::client::naming::Naming;
//!
//! # fn show(devices: &[solar_status::device::Device]) {}
//! # fn main() -> std::io::Result<()> {
//! let (waker, interrupts) = wake_channel()?;
//! // `waker.try_clone()?.end()` ends it, from any thread.
//! let control = Control::default();
//! // `control.clone().measure_light(…)` has light measured, from any thread.
//! let mut devices = DeviceList::new(Naming::Short);
//! let following = FollowDaemon {
//!     buses: vec![Bus::System, Bus::Session],
//!     filter: Filter::default(),
//!     fallback: None,
//!     duration: None,
//!     control,
//!     alarm: Alarm::default(),
//!     waker,
//!     interrupts,
//! };
//! following.run(&mut |_at, event| {
//!     match event {
//!         // All devices follow, at the start and after each loss.
//!         SessionEvent::Begun(_) => devices.begin(),
//!         SessionEvent::Follow(FollowEvent::Change(change)) => drop(devices.take(*change)),
//!         SessionEvent::Follow(FollowEvent::Settled { .. }) => drop(devices.settle()),
//!         SessionEvent::Follow(FollowEvent::Remark(what)) => eprintln!("{what}"),
//!         SessionEvent::Follow(FollowEvent::Alarm)
//!         | SessionEvent::Lost
//!         | SessionEvent::Away => {}
//!     }
//!     show(devices.devices());
//!     Ok(())
//! })?;
//! # Ok(())
//! # }
//! ```

pub mod calls;
pub mod daemon;
pub mod deadline;
pub mod filter;
pub mod follow;
pub mod history;
pub mod naming;
pub mod on_demand;
