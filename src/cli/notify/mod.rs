//! `solar-status notify`: desktop notifications about batteries and light.

mod args;
mod desktop;
mod lines;
mod past;
mod presenter;
mod session;
mod store;
mod texts;

use std::io;

use jiff::tz::TimeZone;

pub(super) use self::args::NotifyArgs;
use self::desktop::{Desktop, NoDesktop};
use self::lines::Lines;
use self::presenter::{AlertPresenter, Screen};
use self::store::Store;
use super::complain;
use super::exit::Exit;
use super::follow::{Following, is_virtual};
use super::options::Field;
use super::style::Style;
use crate::client::follow::{FollowEvent, SessionEvent};
use hidpp_proto::units::Timestamp;

pub(super) fn run(args: &NotifyArgs) -> io::Result<Exit> {
    if !args.common.reads(Field::Battery) {
        complain(&"notify needs battery among the --fields");
        return Ok(Exit::Usage);
    }
    let is_virtual = is_virtual(&args.common, args.duration);
    let zone = if is_virtual {
        TimeZone::UTC
    } else {
        TimeZone::system()
    };
    let screen = if args.dry_run {
        Screen::Lines(Lines {
            style: Style::of_environment(false, None),
            zone: (!is_virtual).then(|| zone.clone()),
        })
    } else {
        match Desktop::open() {
            Ok(desktop) => Screen::Desktop(desktop),
            Err(error) => {
                complain(&error);
                return Ok(match error {
                    NoDesktop::Taken => Exit::Ok,
                    NoDesktop::Bus(_) | NoDesktop::Silent(_) => Exit::Failure,
                });
            }
        }
    };
    let store = if args.common.source.simulate.is_some() {
        Store::nowhere()
    } else if args.dry_run {
        Store::open().read_only()
    } else {
        Store::open()
    };
    let naming = args.common.naming();
    let settings = args.common.config.content.notify.settings;
    let presenter = AlertPresenter::new(settings, zone, naming, screen, store);
    if is_virtual {
        at_once(args, presenter)
    } else {
        session::run(args, presenter)
    }
}

/// Follows simulated devices in virtual time.
fn at_once(args: &NotifyArgs, mut presenter: AlertPresenter) -> io::Result<Exit> {
    let following = Following::new(&args.common, args.duration)?;
    following.end_on_signals()?;
    let end = args.duration.map(|it| Timestamp::START + it);
    let mut now = Timestamp::START;
    let exit = following.run(&mut |at, event| {
        if let SessionEvent::Follow(event) = event {
            pass(&mut presenter, &mut now, at)?;
            match event {
                FollowEvent::Change(change) => presenter.on_change(at, *change)?,
                FollowEvent::Settled { .. } | FollowEvent::Alarm | FollowEvent::Remark(_) => {}
            }
        }
        Ok(None)
    })?;
    let end = end.unwrap_or(now);
    pass(&mut presenter, &mut now, end)?;
    Ok(exit)
}

/// Advances the time until then, and processes what is due on the way.
fn pass(presenter: &mut AlertPresenter, now: &mut Timestamp, until: Timestamp) -> io::Result<()> {
    while let Some(due) = presenter
        .due(*now)
        .filter(|due| *due > *now && *due <= until)
    {
        *now = due;
        presenter.advance(due)?;
    }
    *now = until.max(*now);
    Ok(())
}
