//! Runs a session on I/O of its own: a thread that reads, a channel, and a deadline.
//!
//! `own_io /dev/hidraw3` reads the batteries behind the receiver of that node, beside the kernel's
//! driver; the user has to be allowed to open it. Without a path, a simulated receiver is at the
//! other end of a socket.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use hidpp_proto::session::{
    DeviceFact, DiscoveryScope, Event, Known, Peer, Reading, Session, Wanted,
};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, Incoming, Report, ReportId, classify};
use hidpp_sim::{Firmware, scenario};

/// A session needs no step for longer than this.
const IDLE: Duration = Duration::from_secs(3600);

fn main() -> io::Result<()> {
    let readings = match std::env::args().nth(1) {
        Some(path) => over_hidraw(&path)?,
        None => over_a_socket()?,
    };
    for (device, reading) in readings {
        println!("device {device}: {reading:?}");
    }
    Ok(())
}

/// Reads all batteries. `send` sends a report, `incoming` returns those that arrive.
fn read(
    mut send: impl FnMut(&[u8]) -> io::Result<()>,
    incoming: &Receiver<Vec<u8>>,
) -> io::Result<Vec<(DeviceIndex, Reading)>> {
    let start = Instant::now();
    let now = || Timestamp::from_start(start.elapsed());
    let mut session = Session::new(Peer::Receiver, ReportId::Short);
    session.discover(DiscoveryScope::default());
    let mut readings = Vec::new();
    let mut found_all = false;
    loop {
        while let Some(event) = session.poll_event() {
            match event {
                Event::Paired(device, _) => {
                    session.probe(device, Wanted::BATTERY, Known::default());
                }
                Event::Device(device, DeviceFact::Battery(reading)) => {
                    readings.push((device, reading));
                }
                Event::Discovered => found_all = true,
                Event::DiscoveryFailed(error) => return Err(io::Error::other(error)),
                _ => {}
            }
        }
        while let Some(report) = session.poll_transmit(now()) {
            send(report.as_bytes())?;
        }
        if found_all && session.is_idle() {
            return Ok(readings);
        }
        let due = session.poll_timeout();
        match incoming.recv_timeout(due.map_or(IDLE, |due| due.since(now()))) {
            Ok(bytes) => {
                if let Incoming::HidPp(report) = classify(&bytes) {
                    session.handle_report(now(), &report);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::BrokenPipe.into()),
        }
        session.handle_timeout(now());
    }
}

/// What arrives, read by a thread of its own until that fails.
fn arriving(
    mut read: impl FnMut(&mut [u8]) -> io::Result<usize> + Send + 'static,
) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buffer = [0; Report::MAX_LEN];
        while let Ok(length) = read(&mut buffer) {
            let bytes = buffer.iter().copied().take(length).collect();
            if length == 0 || sender.send(bytes).is_err() {
                return;
            }
        }
    });
    receiver
}

fn over_hidraw(path: &str) -> io::Result<Vec<(DeviceIndex, Reading)>> {
    let mut node = File::options().read(true).write(true).open(path)?;
    let mut reader = node.try_clone()?;
    // Each read returns one report, each write takes one.
    read(
        |bytes| node.write_all(bytes),
        &arriving(move |buffer| reader.read(buffer)),
    )
}

fn over_a_socket() -> io::Result<Vec<(DeviceIndex, Reading)>> {
    let (ours, theirs) = UnixDatagram::pair()?;
    let reader = ours.try_clone()?;
    thread::spawn(move || simulate(&theirs));
    read(
        |bytes| ours.send(bytes).map(drop),
        &arriving(move |buffer| reader.recv(buffer)),
    )
}

/// A simulated receiver in real time, until the other end is closed.
fn simulate(socket: &UnixDatagram) -> io::Result<()> {
    let start = Instant::now();
    let now = || Timestamp::from_start(start.elapsed());
    let mut receiver = scenario::desk();
    let mut buffer = [0; Report::MAX_LEN];
    loop {
        while let Some(bytes) = receiver.input_report(now()) {
            socket.send(&bytes)?;
        }
        let due = receiver.next_due().map_or(IDLE, |due| due.since(now()));
        socket.set_read_timeout(Some(due.max(Duration::from_millis(1))))?;
        match socket.recv(&mut buffer) {
            Ok(length) => {
                let report: Vec<u8> = buffer.iter().copied().take(length).collect();
                receiver.output_report(now(), &report);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[test]
fn it_runs() {
    let devices: Vec<u8> = over_a_socket()
        .unwrap()
        .iter()
        .map(|(it, _)| it.0)
        .collect();
    assert_eq!(
        devices,
        [2, 1],
        "the mouse, then the measurement of the solar keyboard"
    );
}
