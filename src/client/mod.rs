//! A client of solar-statusd: everything that a front end (a table, a bar, a tray) needs of D-Bus.
//!
//! - [`daemon`] finds the daemon on a bus and reads all devices at once.
//! - [`follow`] reports changes, across restarts of the daemon and of its bus, and requests light
//!   measurements.
//! - [`history`] reads the recorded history; [`on_demand`] makes single calls to the daemon.
//! - [`filter`] and [`naming`] select devices, values and names.
//! - [`calls`] has the methods, [`deadline`] has the timeout of every wait.
//!
//! No call starts a daemon, and none waits without a limit. No async runtime is needed: a front end
//! calls blocking functions, from a separate thread if it has an event loop. A [`follow::Handle`]
//! reaches that thread from any other.
//!
//! A tray that shows the charge of each device while it runs:
//!
//! ```no_run
//! use std::thread;
//!
//! use hidpp_proto::feature::solar_dashboard::LightMeasure;
//! use solar_status::bus::Bus;
//! use solar_status::client::follow::{DeviceList, FollowDaemon, FollowEvent, SessionEvent};
//! use solar_status::client::naming::Naming;
//! use solar_status::client::on_demand::OnDemand;
//! use solar_status::device::Device;
//!
//! # fn show(devices: &[Device]) {}
//! # fn main() -> std::io::Result<()> {
//! let buses = vec![Bus::System, Bus::Session];
//! let (following, handle) = FollowDaemon::new(buses.clone())?;
//! let follower = thread::spawn(move || {
//!     let mut devices = DeviceList::new(Naming::Short);
//!     // `at` is the time of day, which `Device::time_left` takes.
//!     following.run(&mut |at, event| {
//!         if let SessionEvent::Follow(FollowEvent::Remark(what)) = &event {
//!             eprintln!("{what}");
//!         }
//!         if devices.on_event(at, event) {
//!             show(devices.shown());
//!         }
//!         // Or when what is shown reads differently without any event, by its age.
//!         Ok(None)
//!     })
//! });
//!
//! // What the menu of a device does, by its `Device::id`.
//! let id = "4002-392A0750";
//! // This does not wait: the measurement is an event like any other.
//! if let Err(why) = handle.control().measure_light(id, LightMeasure::ONCE) {
//!     eprintln!("{why}");
//! }
//! // These wait for an answer: not in the thread that draws.
//! let daemon = OnDemand::new(buses);
//! match daemon.charges(id) {
//!     Ok(charges) => charges.iter().for_each(|(at, charge)| println!("{at:?} {charge}")),
//!     Err(why) => why.iter().for_each(|why| eprintln!("{why}")),
//! }
//! if let Err(why) = daemon.refresh(id) {
//!     why.iter().for_each(|why| eprintln!("{why}"));
//! }
//!
//! handle.end();
//! if let Ok(ended) = follower.join() {
//!     println!("{:?}", ended?);
//! }
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
