//! `solar-statusd`: publishes the state of the devices on D-Bus, and accepts a few requests.
//!
//! It has three threads. The hardware thread runs [`crate::manager::follow`] and writes the state
//! of the devices to the `board`. The bus thread answers calls from the board, without blocking on
//! devices. The `publisher` compares the board with the values sent last, and emits signals about
//! the differences. So a device that does not answer does not delay clients, and a client that does
//! not read does not delay the devices.

mod admission;
mod args;
mod board;
mod budget;
mod bus_error;
mod bus_thread;
mod clock;
mod difference;
mod expected;
mod histories;
mod leases;
mod objects;
mod publisher;
mod recorder;
mod settings;
mod shutdown;
mod suspend;
#[cfg(test)]
mod testing;
mod wall_clock;

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
pub use shutdown::Shutdown;

use board::Board;
use histories::Histories;
use objects::Actions;
use publisher::Publisher;
use recorder::Recorder;
use shutdown::ShutdownSender;

use crate::bus::Layout;
use crate::clock::{Clock, RealClock};
use crate::manager::{
    Failure, Follow, FollowError, MonitorEvent, NodeSource, command_channel, follow,
};
use crate::nodes::TraceError;
use crate::text;
use crate::transport::{TransportError, WatchError};

/// The timeout for the publisher to finish on shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The exit status of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: terminated by a signal.
    Ok,
    /// 1: a failure.
    Failure,
    /// 2: invalid arguments.
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

/// Why the daemon failed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The bus cannot be used, or was lost.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The nodes cannot be followed.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// Hotplug events cannot be received.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// A trace cannot be replayed.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// A thread, pipe or signal handler cannot be created.
    #[error("cannot create a thread, pipe or signal handler: {0}")]
    System(#[from] io::Error),
}

/// Runs the daemon with the program's arguments.
pub fn main() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are not errors, and go to standard output.
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
    // Before signals are caught: opening a trace that is a FIFO can block forever.
    let mut source = settings::source(&mut args)?;
    let shutdown = Shutdown::of_signals()?;
    serve(&args, &mut *source, &shutdown)
}

/// Serves the nodes of a source until shutdown.
pub fn serve(
    args: &Args,
    source: &mut dyn NodeSource,
    shutdown: &Shutdown,
) -> Result<(), ServiceError> {
    let mut memory = settings::memory(args);
    let clock = RealClock::new(Some(shutdown.descriptor()));
    let (sender, mut commands) = command_channel()?;
    let board = Arc::new(Board::new(Layout::of(&args.bus_name), clock.now()));
    let history = args.state.as_ref().map(|state| state.join("history"));
    let recorder = Recorder::open(history.as_deref(), clock.now());
    let actions = Actions::new(sender, Histories::new(history));
    let served = bus_thread::connect(args, &board, actions.clone(), shutdown.sender()?)?;
    let publisher = Publisher::new(Arc::clone(&board), served, args.bus_name.clone(), recorder);
    let publishing = publish(publisher, shutdown.sender()?)?;
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
        &mut |now, event| {
            match event {
                MonitorEvent::Change(change) => {
                    if let Some(device) = change.back() {
                        actions.renew(&device.id);
                    }
                    board.take(now, *change);
                }
                MonitorEvent::Failure(failure) => warn!("{}", words(&failure)),
                MonitorEvent::Unreadable(unreadable) => info!("{unreadable}"),
                MonitorEvent::Settled { .. } => board.settle(),
            }
            Ok(())
        },
    );
    settings::notify(&[NotifyState::Stopping]);
    let why = shutdown.reason();
    board.end();
    if publishing.recv_timeout(SHUTDOWN_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
        warn!("D-Bus connection is not draining; dropping pending signals");
    }
    ended?;
    why.map_or(Ok(()), |error| Err(error.into()))
}

/// The text of a failure, with the remedy for a service instead of the one for the command line.
fn words(failure: &Failure) -> String {
    match failure {
        Failure::Transport(TransportError::PermissionDenied { node }) => format!(
            "permission denied on {node}: the udev rule 71-solar-statusd.rules opens it to the \
             user of this service; retrying"
        ),
        failure => failure.to_string(),
    }
}

/// Starts the publisher thread; the returned channel closes when it ends.
fn publish(
    publisher: Publisher,
    shutdown_sender: ShutdownSender,
) -> io::Result<mpsc::Receiver<()>> {
    let (end, ended) = mpsc::channel();
    let run = move || {
        publisher.run(&shutdown_sender);
        drop(end);
    };
    thread::Builder::new()
        .name("publisher".to_owned())
        .spawn(run)?;
    Ok(ended)
}
