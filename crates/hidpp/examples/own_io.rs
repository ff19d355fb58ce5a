//! Runs a session on your own I/O: a thread reads the node and sends the reports through a channel,
//! and the main thread waits for a report or for the session's next timeout.
//!
//! `own_io /dev/hidraw3` reads the batteries behind the receiver of that node, alongside the kernel
//! driver; it needs permission to open the node. Without a path, recorded answers replace the
//! receiver.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use hidpp_proto::feature::Reading;
use hidpp_proto::session::{DeviceFact, DiscoveryScope, Event, Known, Peer, Session, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, Incoming, Report, ReportId, classify};

/// How long to wait if the session has no deadline.
const IDLE: Duration = Duration::from_secs(3600);

fn main() -> io::Result<()> {
    let readings = match std::env::args().nth(1) {
        Some(path) => over_hidraw(&path)?,
        None => over_recorded_answers()?,
    };
    for (device, reading) in readings {
        println!("device {device}: {reading:?}");
    }
    Ok(())
}

/// Reads all batteries. `send` sends a report; `incoming` returns the received reports.
fn read(
    mut send: impl FnMut(&Report) -> io::Result<()>,
    incoming: &Receiver<Vec<u8>>,
) -> io::Result<Vec<(DeviceIndex, Reading)>> {
    let start = Instant::now();
    let now = || Timestamp::from_start(start.elapsed());
    let mut session = Session::new(Peer::Receiver, ReportId::Short);
    session.discover(DiscoveryScope::new());
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
            match send(&report) {
                // EPIPE: the USB endpoint stalled. The session retries the report a little later.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    session.handle_stall(now(), &report);
                }
                outcome => outcome?,
            }
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
            Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        session.handle_timeout(now());
    }
}

fn over_hidraw(path: &str) -> io::Result<Vec<(DeviceIndex, Reading)>> {
    let mut node = File::options().read(true).write(true).open(path)?;
    let mut reader = node.try_clone()?;
    let (sender, incoming) = channel();
    thread::spawn(move || {
        // Each read returns one report, each write sends one.
        let mut buffer = [0; Report::MAX_LEN];
        while let Ok(length) = reader.read(&mut buffer) {
            let bytes: Vec<u8> = buffer.iter().copied().take(length).collect();
            if bytes.is_empty() || sender.send(bytes).is_err() {
                return;
            }
        }
    });
    read(|report| node.write_all(report.as_bytes()), &incoming)
}

/// Beginnings of requests and their answers, recorded from a receiver with one slot (Solaar issue
/// 128) and from an M705 mouse (Solaar's device dumps).
const ANSWERS: [(&str, &str); 5] = [
    // The receiver's serial number and number of slots.
    ("10 ff 83 b5 03", "11 FF 83 B5 03 84 E3 98 F3 01 01 07 …"),
    // The number of paired devices.
    ("10 ff 81 02", "10 FF 81 02 00 01 00"),
    // The model of the device in slot 1, and its serial number.
    ("10 ff 83 b5 20", "11 FF 83 B5 20 09 08 10 1B 04 02 02 …"),
    (
        "10 ff 83 b5 30",
        "11 FF 83 B5 30 52 07 6C FC 1E 00 00 00 01 …",
    ),
    // Its battery.
    ("10 01 81 0d", "10 01 81 0D 64 47 34"),
];

/// The recorded answer to a request. All other requests are refused with error 01, including the
/// ping of HID++ 2.0, as devices of HID++ 1.0 do.
fn answer(request: &Report) -> Report {
    let text = request.to_string();
    let found = ANSWERS.iter().find(|(start, _)| text.starts_with(start));
    let recorded = found.and_then(|(_, answer)| answer.parse().ok());
    recorded.unwrap_or_else(|| {
        let refused = [request.address(), 0x01, 0x00];
        Report::short(request.device(), 0x8F, request.sub_id(), refused)
    })
}

fn over_recorded_answers() -> io::Result<Vec<(DeviceIndex, Reading)>> {
    let (sender, incoming) = channel();
    let send = |request: &Report| {
        let bytes = answer(request).as_bytes().to_vec();
        sender.send(bytes).map_err(io::Error::other)
    };
    read(send, &incoming)
}

#[test]
fn it_runs() {
    use hidpp_proto::units::Percent;

    let readings = over_recorded_answers().unwrap();
    let [(DeviceIndex(1), Reading::Mileage(battery))] = readings[..] else {
        panic!("{readings:?}");
    };
    assert_eq!(battery.charge, Some(Percent::FULL));
}
