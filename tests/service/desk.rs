//! The daemon in a thread of the test, with simulated receivers that the test controls.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use clap::Parser;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report, classify};
use hidpp_sim::receiver::Receiver;
use hidpp_sim::{Firmware, Plugged, scenario};
use rustix::event::{EventfdFlags, eventfd};
use solar_status::clock::{Clock, RealClock};
use solar_status::manager::NodeSource;
use solar_status::nodes::node_of;
use solar_status::service::{self, Args, ServiceError, Shutdown};
use solar_status::transport::{NodeEvent, NodeInfo, Transport, TransportError, WatchError};
use test_support::bus::Bus;
use test_support::client::Client;

/// Hardware that can be plugged in, controlled by the test.
#[derive(Clone)]
pub(crate) struct Hardware(Arc<Inner>);

struct Inner {
    path: String,
    plugged: Mutex<Plugged>,
    /// When its own time began.
    start: Timestamp,
    waker: Waker,
    gone: Mutex<bool>,
    /// Reports that are received in addition to those of the firmware.
    injected: Mutex<VecDeque<Report>>,
    /// While it is set, sending blocks.
    blocked: Mutex<bool>,
    unblocked: Condvar,
}

impl Hardware {
    pub(crate) fn new(path: &str, plugged: Plugged) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            plugged: Mutex::new(plugged),
            start: RealClock::new(None).now(),
            waker: Waker::new(),
            gone: Mutex::new(false),
            injected: Mutex::default(),
            blocked: Mutex::new(false),
            unblocked: Condvar::new(),
        }))
    }

    pub(crate) fn receiver(path: &str, receiver: Receiver) -> Self {
        Self::new(path, Plugged::Receiver(receiver))
    }

    /// The receiver with the K750, the M705 and the sleeping K800.
    pub(crate) fn desk() -> Self {
        Self::receiver("/dev/hidraw0", scenario::desk())
    }

    fn info(&self) -> NodeInfo {
        node_of(&self.plugged(), &self.0.path)
    }

    fn plugged(&self) -> MutexGuard<'_, Plugged> {
        self.0.plugged.lock().unwrap()
    }

    /// Changes the receiver, at the current time.
    pub(crate) fn act<T>(&self, act: impl FnOnce(&mut Receiver, Timestamp) -> T) -> T {
        let mut plugged = self.plugged();
        let Plugged::Receiver(receiver) = &mut *plugged else {
            panic!("it is not a receiver");
        };
        let done = act(receiver, self.own_time(RealClock::new(None).now()));
        self.0.waker.wake();
        done
    }

    /// The reports sent to a slot since the previous call, as hexadecimal text.
    pub(crate) fn take_requests(&self, slot: u8) -> Vec<String> {
        let text = |report: &[u8]| {
            let bytes: Vec<String> = report.iter().map(|byte| format!("{byte:02x}")).collect();
            bytes.join(" ")
        };
        self.act(|receiver, _| {
            let sent = receiver
                .requests()
                .filter(|it| it.report.get(1) == Some(&slot));
            let sent = sent.map(|it| text(&it.report)).collect();
            receiver.forget_requests();
            sent
        })
    }

    /// The light series requested from the device in a slot since the previous call, as count and
    /// period: `3c 01`.
    pub(crate) fn take_series(&self, slot: u8) -> Vec<String> {
        let sent = self.take_requests(slot);
        // Short report, feature 09 in the simulated K750, function 0.
        let series = sent.iter().filter(|it| it.starts_with("10 01 09 0"));
        series
            .filter_map(|it| it.get(12..17))
            .map(str::to_owned)
            .collect()
    }

    /// Injects this long report as if the firmware had sent it.
    pub(crate) fn inject(&self, bytes: &[u8]) {
        let mut report = bytes.to_vec();
        report.resize(20, 0);
        let report = Report::parse(&report).unwrap();
        self.0.injected.lock().unwrap().push_back(report);
        self.0.waker.wake();
    }

    /// Makes sending to it block, or unblocks it.
    pub(crate) fn block(&self, blocked: bool) {
        *self.0.blocked.lock().unwrap() = blocked;
        self.0.unblocked.notify_all();
    }
}

impl Transport for Hardware {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        let blocked = self.0.blocked.lock().unwrap();
        let _blocked = self.0.unblocked.wait_while(blocked, |it| *it).unwrap();
        self.check()?;
        let now = self.own_time(now);
        self.plugged().output_report(now, report.as_bytes());
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        self.0.waker.reset();
        self.check()?;
        if let Some(report) = self.0.injected.lock().unwrap().pop_front() {
            return Ok(Some(Incoming::HidPp(report)));
        }
        let input = self.plugged().input_report(self.own_time(now));
        Ok(input.map(|bytes| classify(&bytes)))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.waker.as_fd())
    }

    fn next_due(&self) -> Option<Timestamp> {
        let due = self.plugged().next_due()?;
        Some(self.0.start + due.since_start())
    }
}

impl Hardware {
    fn own_time(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_start(now.since(self.0.start))
    }

    fn check(&self) -> Result<(), TransportError> {
        if *self.0.gone.lock().unwrap() {
            let node = self.0.path.clone();
            return Err(TransportError::Gone { node });
        }
        Ok(())
    }
}

/// Makes poll(2) return.
struct Waker(OwnedFd);

impl Waker {
    fn new() -> Self {
        Self(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC).unwrap())
    }

    fn wake(&self) {
        rustix::io::write(&self.0, &1_u64.to_ne_bytes()).unwrap();
    }

    fn reset(&self) {
        _ = rustix::io::read(&self.0, &mut [0; 8]);
    }

    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// The source of the nodes of plugged-in hardware.
#[derive(Clone)]
struct Port(Arc<PortInner>);

struct PortInner {
    events: Mutex<VecDeque<NodeEvent>>,
    all_hardware: Mutex<Vec<Hardware>>,
    waker: Waker,
}

impl Port {
    fn push_event(&self, event: NodeEvent) {
        self.0.events.lock().unwrap().push_back(event);
        self.0.waker.wake();
    }
}

impl NodeSource for Port {
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        self.0.waker.reset();
        Ok(self.0.events.lock().unwrap().pop_front())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.waker.as_fd())
    }

    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError> {
        let all_hardware = self.0.all_hardware.lock().unwrap();
        let hardware = all_hardware.iter().rev().find(|it| it.0.path == info.path);
        Ok(Box::new(hardware.unwrap().clone()))
    }
}

/// The daemon, serving what is plugged in. Dropping it ends the daemon.
pub(crate) struct Desk {
    port: Port,
    shutdown: Arc<Shutdown>,
    daemon: Option<JoinHandle<Result<(), ServiceError>>>,
}

impl Desk {
    /// Starts it with this hardware, and waits until it owns its name.
    pub(crate) fn serve(bus: &Bus, client: &Client, all_hardware: &[Hardware]) -> Self {
        Self::with_args(bus, client, all_hardware, &[])
    }

    /// The same with additional arguments of the program.
    pub(crate) fn with_args(
        bus: &Bus,
        client: &Client,
        all_hardware: &[Hardware],
        more: &[&str],
    ) -> Self {
        let port = Port(Arc::new(PortInner {
            events: Mutex::default(),
            all_hardware: Mutex::default(),
            waker: Waker::new(),
        }));
        let shutdown = Arc::new(Shutdown::new().unwrap());
        let args = ["solar-statusd", "--bus", bus.address()];
        let args = Args::try_parse_from(args.iter().chain(more)).unwrap();
        let mut desk = Self {
            port: port.clone(),
            shutdown: Arc::clone(&shutdown),
            daemon: None,
        };
        for hardware in all_hardware {
            desk.plug(hardware);
        }
        let run = move || service::serve(&args, &mut port.clone(), &shutdown);
        desk.daemon = Some(thread::spawn(run));
        client.wait_for_name(&client.service);
        desk
    }

    pub(crate) fn plug(&self, hardware: &Hardware) {
        *hardware.0.gone.lock().unwrap() = false;
        self.port
            .0
            .all_hardware
            .lock()
            .unwrap()
            .push(hardware.clone());
        self.port.push_event(NodeEvent::Appeared(hardware.info()));
    }

    pub(crate) fn unplug(&self, hardware: &Hardware) {
        *hardware.0.gone.lock().unwrap() = true;
        hardware.act(Receiver::power_cycle);
        self.port
            .push_event(NodeEvent::Disappeared(hardware.info().id));
    }

    /// Ends the daemon as a signal does.
    pub(crate) fn stop(&mut self) -> Result<(), ServiceError> {
        self.shutdown.start();
        self.wait()
    }

    /// Waits until the daemon ends on its own.
    pub(crate) fn wait(&mut self) -> Result<(), ServiceError> {
        self.daemon.take().unwrap().join().unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if self.daemon.is_some() {
            for hardware in &*self.port.0.all_hardware.lock().unwrap() {
                hardware.block(false);
            }
            self.shutdown.start();
            // Its result matters only to a test that has not failed.
            _ = self.daemon.take().map(JoinHandle::join);
        }
    }
}
