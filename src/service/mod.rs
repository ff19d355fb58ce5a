//! `solar-statusd`: tells programs on D-Bus what the devices say, and takes their few wishes.
//!
//! Three threads. The first has the hardware ([`crate::manager::follow`]) and writes what it
//! learns on the `board`. The second has the bus: it answers from the board and asks nobody. The
//! third, the `publisher`, compares the board with what was said on the bus, and says the
//! difference. So a device that does not answer keeps no program waiting, and a program that does
//! not read keeps no device waiting.

mod admission;
mod args;
mod board;
mod budget;
mod bus_error;
mod bus_thread;
mod chronicle;
mod clock;
mod difference;
mod ending;
mod expected;
mod histories;
mod leases;
mod objects;
mod publisher;
mod settings;
mod suspend;
#[cfg(test)]
mod testing;
mod wall;

use std::io::{self, Write};
use std::process::{ExitCode, Termination};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clap::Parser;
use log::{info, warn};
use sd_notify::NotifyState;

pub use args::Args;
pub use budget::{
    MEASUREMENTS_A_CHANGE, MEASUREMENTS_A_DAY, MEASUREMENTS_KEPT, MEASUREMENTS_OF_A_USER,
};
pub use bus_error::BusError;
pub use ending::Ending;

use board::Board;
use chronicle::Chronicle;
use ending::Teller;
use histories::Histories;
use objects::Hands;
use publisher::Publisher;

use crate::bus::Layout;
use crate::clock::{Clock, RealClock};
use crate::manager::{Failure, Follow, FollowError, News, NodeSource, command_channel, follow};
use crate::nodes::TraceError;
use crate::text;
use crate::transport::{TransportError, WatchError};

/// How long the publisher may take to end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How the daemon ended, as systemd sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: it was told to end.
    Ok,
    /// 1: something failed.
    Failure,
    /// 2: the arguments make no sense.
    Usage,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Ok => 0,
            Self::Failure => 1,
            Self::Usage => 2,
        })
    }
}

/// Why the daemon ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no bus, no name, or no longer one.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The nodes cannot be followed.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// It is not known which nodes come and go.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// A trace cannot be replayed.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The system has no thread, no pipe or no signal handler for it.
    #[error("the system does not give what is needed: {0}")]
    System(#[from] io::Error),
}

/// Runs the daemon with the program's arguments.
pub fn main() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors, and go to standard output.
            _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Ok
            };
        }
    };
    let env = env_logger::Env::default().default_filter_or("warn");
    text::Clean::init(env_logger::Builder::from_env(env).build());
    match run(args) {
        Ok(()) => Exit::Ok,
        Err(error) => {
            _ = writeln!(
                io::stderr(),
                "{}",
                text::line(&format!("solar-statusd: {error}"))
            );
            Exit::Failure
        }
    }
}

fn run(mut args: Args) -> Result<(), ServiceError> {
    // Before signals are caught: a trace may come through a FIFO, which can wait for ever.
    let mut source = settings::source(&mut args)?;
    let ending = Ending::of_signals()?;
    serve(&args, &mut *source, &ending)
}

/// Serves the nodes of a source until it is told to end.
pub fn serve(
    args: &Args,
    source: &mut dyn NodeSource,
    ending: &Ending,
) -> Result<(), ServiceError> {
    let mut memory = settings::memory(args);
    let clock = RealClock::new(Some(ending.descriptor()));
    let (sender, mut commands) = command_channel()?;
    let board = Arc::new(Board::new(Layout::of(&args.bus_name), clock.now()));
    let history = args.state.as_ref().map(|state| state.join("history"));
    let chronicle = Chronicle::open(history.as_deref(), clock.now());
    let hands = Hands::new(sender, Histories::new(history));
    let served = bus_thread::connect(args, &board, hands.clone(), ending.teller()?)?;
    let publisher = Publisher::new(Arc::clone(&board), served, args.bus_name.clone(), chronicle);
    let publishing = publish(publisher, ending.teller()?)?;
    let mut clock = clock::WatchdogClock::new(clock);
    let query = settings::query(args);
    let ended = follow(
        Follow {
            source,
            commands: &mut commands,
            query: &query,
            memory: &mut memory,
            clock: &mut clock,
            until: None,
        },
        &mut |now, news| {
            match news {
                News::Change(change) => {
                    if let Some(device) = change.back() {
                        hands.renew(&device.id);
                    }
                    board.take(now, *change);
                }
                News::Failure(failure) => warn!("{}", words(&failure)),
                News::Unreadable(unreadable) => info!("{unreadable}"),
                News::Settled => board.settle(),
            }
            Ok(())
        },
    );
    settings::notify(&[NotifyState::Stopping]);
    let why = ending.reason();
    board.end();
    if publishing.recv_timeout(LAST_WORDS) == Err(RecvTimeoutError::Timeout) {
        warn!("the bus takes nothing any more: what is still to be said is dropped");
    }
    ended?;
    why.map_or(Ok(()), |error| Err(error.into()))
}

/// A failure with what helps a service, which is not what helps a user at the command line.
fn words(failure: &Failure) -> String {
    match failure {
        Failure::Transport(TransportError::PermissionDenied { node }) => format!(
            "permission denied on {node}: the udev rule 71-solar-statusd.rules opens it to the \
             user of this service; it is tried again"
        ),
        failure => failure.to_string(),
    }
}

/// Starts the publisher; at its end the channel closes.
fn publish(publisher: Publisher, teller: Teller) -> io::Result<mpsc::Receiver<()>> {
    let (end, ended) = mpsc::channel();
    let run = move || {
        publisher.run(&teller);
        drop(end);
    };
    thread::Builder::new()
        .name("publisher".to_owned())
        .spawn(run)?;
    Ok(ended)
}
