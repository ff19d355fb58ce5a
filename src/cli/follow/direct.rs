//! Follows the devices directly, without solar-statusd.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use super::alarm_clock::AlarmClock;
use super::is_virtual;
use super::missing::Missing;
use crate::cli::options::CommonArgs;
use crate::cli::{Exit, setup};
use crate::client::follow::{
    Direct, DirectEnded, Fallback, FollowEvent, ReachDevices, Remark, Reporter,
};
use crate::clock::{Clock, RealClock, VirtualClock, Wake};
use crate::manager::{
    self, Command, CommandSender, Follow, FollowError, MonitorEvent, NodeSource, command_channel,
};
use crate::nodes::{Given, Machine, Tapping, simulated};
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;

/// The devices that the arguments select.
pub(super) struct Devices<'a> {
    common: &'a CommonArgs,
    duration: Option<Duration>,
    missing: &'a RefCell<Missing>,
    /// How following them last ended.
    exit: Exit,
}

impl<'a> Devices<'a> {
    pub(super) const fn new(
        common: &'a CommonArgs,
        duration: Option<Duration>,
        missing: &'a RefCell<Missing>,
    ) -> Self {
        Self {
            common,
            duration,
            missing,
            exit: Exit::Ok,
        }
    }

    /// The exit status of the command if following the devices ended it.
    pub(super) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl Fallback for Devices<'_> {
    fn follow(
        &mut self,
        direct: &Direct<'_>,
        reporter: &mut Reporter<'_>,
    ) -> io::Result<DirectEnded> {
        let duration = if is_virtual(self.common, self.duration) {
            self.duration
        } else {
            direct.left
        };
        self.exit = follow(self.common, duration, self.missing, direct, reporter)?;
        Ok(match self.exit {
            Exit::Interrupted => DirectEnded::Interrupted,
            Exit::Failure => DirectEnded::Failed,
            _ => DirectEnded::Ended,
        })
    }
}

/// Sends requests to the manager that follows the devices.
#[derive(Debug)]
struct Commanded(CommandSender);

impl ReachDevices for Commanded {
    fn measure_light(
        &self,
        device: &str,
        series: LightMeasure,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let device = device.to_owned();
        let series = Some(series);
        Ok(self.0.send(Command::MeasureLight { device, series })?)
    }
}

/// Passes the events of the manager on.
pub(super) struct Events<'a, 'r> {
    pub(super) reporter: &'a RefCell<&'a mut Reporter<'r>>,
    pub(super) missing: &'a RefCell<Missing>,
    /// Whether nothing is present.
    pub(super) nothing: &'a Cell<bool>,
    /// The worst exit status of the failures.
    pub(super) worst: Exit,
}

impl Events<'_, '_> {
    pub(super) fn on_event(&mut self, at: Timestamp, event: MonitorEvent) -> io::Result<()> {
        let event = match event {
            MonitorEvent::Change(change) => FollowEvent::Change(change),
            MonitorEvent::Settled { unselected } => FollowEvent::Settled {
                is_empty: self.nothing.get(),
                unselected,
            },
            MonitorEvent::Unreadable(unreadable) => {
                self.nothing.set(false);
                self.missing.borrow_mut().on_unreadable(&unreadable);
                remark(&unreadable)
            }
            MonitorEvent::Failure(failure) => {
                self.missing.borrow_mut().on_failure();
                self.worst = self.worst.max(Exit::of_failure(&failure));
                remark(&failure)
            }
        };
        self.reporter.borrow_mut().report(at, event)
    }
}

fn remark(what: &impl ToString) -> FollowEvent {
    FollowEvent::Remark(Remark::Fallback(what.to_string()))
}

/// Follows the devices for this long, or until interrupted.
fn follow(
    common: &CommonArgs,
    duration: Option<Duration>,
    missing: &RefCell<Missing>,
    direct: &Direct<'_>,
    reporter: &mut Reporter<'_>,
) -> io::Result<Exit> {
    // Shared between changes and the alarm, which never report at the same time.
    let reporter = RefCell::new(reporter);
    let clock: Box<dyn Clock> = if is_virtual(common, duration) {
        Box::new(VirtualClock::default())
    } else {
        Box::new(RealClock::new(Some(direct.interrupt.as_fd())))
    };
    let trace = match setup::open_trace(common) {
        Ok(trace) => trace,
        Err(error) => {
            reporter.borrow_mut().report(clock.now(), remark(&error))?;
            return Ok(Exit::Failure);
        }
    };
    let tapping = Tapping::new(trace.as_ref(), common.source.anonymize);
    let nothing = Cell::new(false);
    let mut source: Box<dyn NodeSource> = match common.source.simulate {
        Some(desk) => Box::new(Given::new(simulated(desk), tapping)),
        None => match Machine::open(tapping, || nothing.set(true)) {
            Ok(machine) => Box::new(machine),
            Err(error) => {
                reporter.borrow_mut().report(clock.now(), remark(&error))?;
                return Ok(Exit::Failure);
            }
        },
    };
    let until = duration.map(|duration| clock.now() + duration);
    let mut clock = AlarmClock {
        clock,
        reporter: &reporter,
        until,
    };
    let query = setup::query(common, true, Duration::MAX);
    let mut memory = setup::memory(common, common.source.simulate.is_none());
    let (sender, mut commands) = command_channel()?;
    direct.control.reach_devices(Box::new(Commanded(sender)));
    let mut events = Events {
        reporter: &reporter,
        missing,
        nothing: &nothing,
        worst: Exit::Ok,
    };
    let ended = manager::follow(
        Follow {
            source: &mut *source,
            commands: &mut commands,
            query: &query,
            memory: &mut memory,
            clock: &mut clock,
            until,
        },
        &mut |at, event| events.on_event(at, event),
    );
    let exit = match ended {
        Ok(Wake::Due | Wake::Readable(_)) => events.worst,
        Ok(Wake::Interrupted) => Exit::Interrupted,
        // The reader closed the pipe.
        Err(FollowError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
        Err(error) => {
            reporter.borrow_mut().report(clock.now(), remark(&error))?;
            Exit::Failure
        }
    };
    Ok(setup::finish_trace(common, trace, exit))
}
