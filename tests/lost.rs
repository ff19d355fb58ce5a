//! A receiver that is unplugged or stalls at any step of a status: the status ends and reports it.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::cell::Cell;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Duration;

use hidpp_proto::session::Wanted;
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::{Incoming, Report};
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario;
use solar_status::clock::{Clock, RealClock, VirtualClock};
use solar_status::manager::{Failure, Memory, OpenNode, Query, Snapshot, read_status};
use solar_status::nodes::SimulatedNode;
use solar_status::transport::{NodeInfo, Transport, TransportError};

/// How a transport fails.
#[derive(Clone, Copy)]
enum FailureMode {
    /// Not at all.
    Fine,
    /// It is unplugged at the nth report sent or received.
    Gone(usize),
    /// Every nth write stalls.
    Stalling(usize),
    /// Every write stalls.
    Stuck,
}

struct Failing<T> {
    inner: T,
    failure_mode: FailureMode,
    passed: Rc<Cell<usize>>,
}

impl<T> Failing<T> {
    fn pass(&self) -> Result<(), TransportError> {
        self.passed.set(self.passed.get() + 1);
        match self.failure_mode {
            FailureMode::Gone(at) if self.passed.get() > at => Err(TransportError::Gone {
                node: "/dev/hidraw7".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

impl<T: Transport> Transport for Failing<T> {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        self.pass()?;
        let stalls = match self.failure_mode {
            FailureMode::Stalling(every) => self.passed.get().is_multiple_of(every),
            FailureMode::Stuck => true,
            FailureMode::Fine | FailureMode::Gone(_) => false,
        };
        if stalls {
            let source = io::Error::from_raw_os_error(32);
            return Err(TransportError::Stalled {
                node: "/dev/hidraw7".to_owned(),
                source,
            });
        }
        self.inner.send(now, report)
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let received = self.inner.receive(now)?;
        if received.is_some() {
            self.pass()?;
        }
        Ok(received)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.inner.next_due()
    }
}

/// A status of the desk over such a transport, and how many reports passed.
fn status(failure_mode: FailureMode) -> (Snapshot, usize) {
    let passed = Rc::new(Cell::new(0));
    let inner = SimulatedNode(scenario::desk());
    let snapshot = status_by(Failing {
        inner,
        failure_mode,
        passed: Rc::clone(&passed),
    });
    (snapshot, passed.get())
}

fn status_by(transport: impl Transport + 'static) -> Snapshot {
    status_on(&mut VirtualClock::default(), transport)
}

fn status_on(clock: &mut dyn Clock, transport: impl Transport + 'static) -> Snapshot {
    let info = NodeInfo::unifying("/dev/hidraw7");
    let wanted = Wanted::BATTERY | Wanted::NAME | Wanted::FIRMWARE;
    let query = Query {
        receiver_firmware: true,
        ..Query::once(wanted, Duration::from_secs(10))
    };
    let transport = Box::new(transport);
    let nodes = vec![OpenNode { info, transport }];
    read_status(nodes, &query, &mut Memory::default(), clock).unwrap()
}

fn k750_percent(snapshot: &Snapshot) -> Option<u8> {
    let k750 = snapshot
        .devices
        .iter()
        .find(|device| device.slot().is_some_and(|slot| slot.get() == 1))?;
    Some(k750.battery?.percent?.get())
}

#[test]
fn a_node_lost_at_any_step_ends_the_status_and_is_named() {
    let (whole, steps) = status(FailureMode::Fine);
    assert!(whole.failures.is_empty(), "{:?}", whole.failures);
    assert_eq!(k750_percent(&whole), Some(57));
    assert!(steps > 60, "{steps} steps");
    for at in 0..steps {
        let (snapshot, _) = status(FailureMode::Gone(at));
        let [Failure::Transport(error @ TransportError::Gone { .. })] = &snapshot.failures[..]
        else {
            panic!("step {at}: {:?}", snapshot.failures);
        };
        assert!(error.to_string().contains("/dev/hidraw7"), "{error}");
        assert!(
            k750_percent(&snapshot).is_none_or(|percent| percent == 57),
            "step {at}"
        );
        assert!(
            snapshot.at.since_start() < Duration::from_secs(5),
            "step {at}"
        );
    }
}

#[test]
fn stalled_writes_are_retried() {
    for every in 2..6 {
        let (snapshot, _) = status(FailureMode::Stalling(every));
        assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
        assert_eq!(
            k750_percent(&snapshot),
            Some(57),
            "every {every}th write stalls"
        );
    }
}

#[test]
fn a_receiver_that_accepts_no_report_is_named() {
    let (snapshot, _) = status(FailureMode::Stuck);
    let [failure @ Failure::NoReceiver { .. }] = &snapshot.failures[..] else {
        panic!("{:?}", snapshot.failures);
    };
    assert!(failure.to_string().contains("/dev/hidraw7"), "{failure}");
    assert!(
        snapshot.at.since_start() < Duration::from_secs(1),
        "without a delay"
    );
}

#[test]
fn a_permanently_busy_device_is_named_and_the_others_are_read() {
    let mut desk = scenario::desk();
    desk.answer_busy(1, u32::MAX);
    let snapshot = status_by(SimulatedNode(desk));
    let [failure @ Failure::Device { .. }] = &snapshot.failures[..] else {
        panic!("{:?}", snapshot.failures);
    };
    assert!(
        failure.to_string().starts_with("4002-392A0750: still busy"),
        "{failure}"
    );
    let m705 = snapshot
        .devices
        .iter()
        .find(|device| device.slot().is_some_and(|slot| slot.get() == 2))
        .unwrap();
    assert_eq!(
        m705.battery.and_then(|battery| battery.percent),
        Percent::new(65)
    );
}

#[test]
fn a_keyboard_that_sends_no_measurement_is_named() {
    // Drops every light measurement: event 1 of index 9.
    struct Clouded(SimulatedNode<Receiver>);
    impl Transport for Clouded {
        fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
            self.0.send(now, report)
        }
        fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
            loop {
                match self.0.receive(now)? {
                    Some(Incoming::HidPp(report)) if report.address() == 0x10 => {}
                    received => return Ok(received),
                }
            }
        }
        fn next_due(&self) -> Option<Timestamp> {
            self.0.next_due()
        }
    }
    let snapshot = status_by(Clouded(SimulatedNode(scenario::desk())));
    let [Failure::NoMeasurement { device }] = &snapshot.failures[..] else {
        panic!("{:?}", snapshot.failures);
    };
    assert_eq!(device, "4002-392A0750");
    assert_eq!(k750_percent(&snapshot), None);
}

#[test]
fn an_interrupt_leaves_time_to_restore_the_notification_flags() {
    // A 27 MHz receiver announces its devices only while a notification flag is set. This one
    // reports two devices and announces none, so the program waits for them when the user presses
    // Ctrl-C.
    struct Announcing {
        flags: Rc<Cell<u8>>,
        outbox: Vec<(Timestamp, Report)>,
    }
    impl Transport for Announcing {
        fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
            let [_, value, _] = report.head();
            let answer = match (report.sub_id(), report.address()) {
                (0x83, 0xB5) => [0x8F, 0x83, 0xB5, 0x01, 0x00],
                (0x81, 0x02) => [0x81, 0x02, 0x00, 0x02, 0x00],
                (0x81, 0x00) => [0x81, 0x00, 0x00, self.flags.get(), 0x00],
                (0x80, 0x00) => {
                    self.flags.set(value);
                    [0x80, 0x00, 0x00, 0x00, 0x00]
                }
                (sub_id, address) => [sub_id, address, 0x00, 0x00, 0x00],
            };
            let bytes = [&[0x10, 0xFF], &answer[..]].concat();
            // The replies are delayed, and more than one is needed after Ctrl-C.
            let due = now + Duration::from_millis(10);
            self.outbox.push((due, Report::parse(&bytes).unwrap()));
            Ok(())
        }
        fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
            let due = self.outbox.pop_if(|(due, _)| *due <= now);
            Ok(due.map(|(_, report)| Incoming::HidPp(report)))
        }
        fn next_due(&self) -> Option<Timestamp> {
            self.outbox.last().map(|(due, _)| *due)
        }
    }
    let (interrupt, mut handler) = UnixStream::pair().unwrap();
    let ctrl_c = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        handler.write_all(b"x").unwrap();
        handler
    });
    let flags = Rc::new(Cell::new(0x08));
    let transport = Announcing {
        flags: Rc::clone(&flags),
        outbox: Vec::new(),
    };
    let mut clock = RealClock::new(Some(interrupt.as_fd()));
    let start = clock.now();
    let snapshot = status_on(&mut clock, transport);
    assert!(snapshot.interrupted);
    assert!(
        snapshot.failures.is_empty(),
        "an interrupt is not a failure: {:?}",
        snapshot.failures
    );
    assert_eq!(flags.get(), 0x08, "the flags are restored");
    assert!(
        snapshot.at.since(start) < Duration::from_secs(1),
        "within a second"
    );
    ctrl_c.join().unwrap();
}
