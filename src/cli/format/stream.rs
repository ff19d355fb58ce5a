//! `--watch`: prints again whenever the text differs, for bars that start their children once.

use std::io;

use super::args::FormatArgs;
use super::output::Printer;
use crate::cli::complain;
use crate::cli::exit::Exit;
use crate::cli::follow::{FollowArgs, end_on_signals, end_when_unread};
use crate::cli::options::CommonArgs;
use crate::client::follow::{Alarm, Control, DeviceList, FollowEvent, SessionEvent, wake_channel};
use crate::client::naming::Naming;
use crate::device::{Device, Presence};
use crate::units::Timestamp;

/// Prints until it is ended.
pub(in crate::cli) fn watch(options: &FormatArgs, common: &CommonArgs) -> io::Result<Exit> {
    // Without a format the arguments are refused.
    let Some(format) = &options.format else {
        return Ok(Exit::Usage);
    };
    let (waker, interrupts) = wake_channel()?;
    end_on_signals(&waker)?;
    if options.output.is_none() {
        end_when_unread(waker.try_clone()?)?;
    }
    let alarm = Alarm::default();
    let mut stream = Stream {
        printer: Printer::new(options, format, common.color),
        alarm: alarm.clone(),
        naming: common.naming(),
        reported: DeviceList::default(),
        is_complete: false,
        shown: Vec::new(),
    };
    let following = FollowArgs {
        common,
        duration: options.duration,
        control: Control::default(),
        alarm,
        waker,
        interrupts,
    };
    following.run(&mut |at, event| stream.on_event(at, event))
}

/// What was reported and what is printed of it.
struct Stream<'a> {
    printer: Printer<'a>,
    /// When what is shown reads differently by its ages alone.
    alarm: Alarm,
    naming: Naming,
    reported: DeviceList,
    /// Whether everything that is there was reported; what was shown before stays until then.
    is_complete: bool,
    shown: Vec<Device>,
}

impl Stream<'_> {
    fn on_event(&mut self, at: Timestamp, event: SessionEvent) -> io::Result<()> {
        match event {
            SessionEvent::Begun(_) => {
                self.reported = DeviceList::new(self.naming);
                self.is_complete = false;
                Ok(())
            }
            SessionEvent::Follow(FollowEvent::Remark(what)) => {
                complain(&what);
                Ok(())
            }
            SessionEvent::Follow(FollowEvent::Settled { .. }) => {
                self.is_complete = true;
                self.show(at, self.reported.devices().to_vec())
            }
            SessionEvent::Follow(FollowEvent::Change(change)) => {
                match self.reported.take(*change) {
                    Some(_) if self.is_complete => self.show(at, self.reported.devices().to_vec()),
                    _ => Ok(()),
                }
            }
            SessionEvent::Follow(FollowEvent::Alarm) => self.print(at),
            SessionEvent::Lost => Ok(()),
            SessionEvent::Away => {
                let last = if self.is_complete {
                    self.reported.devices()
                } else {
                    &self.shown
                };
                self.show(at, unreachable(last, at))
            }
        }
    }

    fn show(&mut self, at: Timestamp, devices: Vec<Device>) -> io::Result<()> {
        self.shown = devices;
        self.print(at)
    }

    fn print(&mut self, at: Timestamp) -> io::Result<()> {
        let changes = self.printer.print(&self.shown, at)?;
        self.alarm.set(changes);
        Ok(())
    }
}

/// Devices that nothing is reported of from this time on.
fn unreachable(devices: &[Device], at: Timestamp) -> Vec<Device> {
    let offline = |device: &Device| {
        let mut after = Device {
            presence: Presence::Offline,
            ..device.clone()
        };
        if device.is_online() {
            // It was there until then, and so its charge was current unless it is one of before. When
            // it is read again without a change is not reported.
            after.seen = Some(at);
            if let Some(battery) = &mut after.battery
                && battery.charge_at == battery.at
            {
                (battery.at, battery.charge_at) = (at, at);
            }
        }
        after
    };
    devices.iter().map(offline).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::device::samples::{battery, mouse};
    use crate::device::{Battery, ChargeState};

    #[test]
    fn what_was_online_until_the_daemon_was_lost_was_current_until_then() {
        let at = |hours: u64| Timestamp::from_start(Duration::from_secs(3600 * hours));
        let mut device = mouse("C087-1", battery(97, ChargeState::Discharging));
        device.presence = Presence::Online;
        device.battery = device.battery.map(|it| Battery {
            at: at(1),
            charge_at: at(1),
            ..it
        });
        let times = |device: &Device| {
            let [after] = &unreachable(std::slice::from_ref(device), at(9))[..] else {
                panic!()
            };
            let battery = after.battery.unwrap();
            (after.seen, battery.at, battery.charge_at)
        };
        assert_eq!(times(&device), (Some(at(9)), at(9), at(9)));
        // The charge is one of before it was charged.
        let mut charged = device.clone();
        charged.battery.as_mut().unwrap().charge_at = at(0);
        assert_eq!(times(&charged), (Some(at(9)), at(1), at(0)));
        device.presence = Presence::Offline;
        assert_eq!(times(&device), (None, at(1), at(1)));
    }
}
