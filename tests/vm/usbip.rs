//! A USB device made of [`Hardware`] and [`Firmware`]: the device side of the kernel's virtual host
//! controller.
//!
//! The kernel's end of a Unix socket pair is given to `vhci-hcd` through sysfs; a thread answers on
//! the other end. The messages are USB/IP, as in the kernel's `usbip_protocol` document: a header
//! of 48 bytes, big-endian, then the transfer's data.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use hidpp_proto::units::Timestamp;
use hidpp_sim::Firmware;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use test_support::wait::eventually;

use crate::descriptors::{Hardware, endpoint};
use crate::kernel::{PATIENCE, Seen};

const ATTACH: &str = "/sys/devices/platform/vhci_hcd.0/attach";
/// One line for each port: hub, port, state, and more.
const PORTS: &str = "/sys/devices/platform/vhci_hcd.0/status";
/// The hub for all speeds below super speed.
const HUB: &str = "hs";
/// The state of a port without a device.
const FREE: &str = "004";
const FULL_SPEED: u32 = 2;
/// Bus 1, device 2: arbitrary numbers, which the kernel only returns to us.
const DEVICE_ID: u32 = 0x0001_0002;

const CMD_SUBMIT: u32 = 1;
const CMD_UNLINK: u32 = 2;
const RET_SUBMIT: u32 = 3;
const RET_UNLINK: u32 = 4;
const DIRECTION_IN: u32 = 1;
const HEADER: usize = 48;

/// The status of a successful transfer.
const DONE: i32 = 0;
/// `-EPIPE`, a stalled endpoint: the device does not support the request.
const STALL: i32 = -32;
/// `-ECONNRESET`: the transfer was cancelled.
const CANCELLED: i32 = -104;

/// A plugged-in device. Dropping it unplugs the device.
pub(crate) struct UsbDevice<F> {
    hardware: &'static Hardware,
    port: u8,
    shared: Arc<Shared<F>>,
    thread: Option<JoinHandle<()>>,
}

/// State shared by the device's thread and its owner.
struct Shared<F> {
    plugged_in: Instant,
    firmware: Mutex<F>,
    unplugged: AtomicBool,
    /// Wakes the thread.
    waker: OwnedFd,
}

impl<F: Firmware + Send + 'static> UsbDevice<F> {
    /// Plugs the device in at a free port; the kernel detects it on its own.
    pub(crate) fn plug_in(hardware: &'static Hardware, firmware: F) -> Self {
        let (ours, kernels) = UnixStream::pair().expect("a socket pair");
        let shared = Arc::new(Shared {
            plugged_in: Instant::now(),
            firmware: Mutex::new(firmware),
            unplugged: AtomicBool::new(false),
            waker: eventfd(0, EventfdFlags::CLOEXEC).expect("an eventfd"),
        });
        let port = eventually("a free port of vhci-hcd", PATIENCE, free_port);
        let socket = kernels.as_raw_fd();
        fs::write(ATTACH, format!("{port} {socket} {DEVICE_ID} {FULL_SPEED}"))
            .expect("vhci-hcd takes the device");
        let plug = Plug {
            hardware,
            shared: Arc::clone(&shared),
            socket: ours,
            reports: VecDeque::new(),
            waiting: hardware
                .interfaces
                .iter()
                .map(|_| VecDeque::new())
                .collect(),
        };
        let thread = thread::Builder::new()
            .name("usb device".into())
            .spawn(move || plug.run())
            .expect("a thread");
        Self {
            hardware,
            port,
            shared,
            thread: Some(thread),
        }
    }

    /// The kernel's view of the device.
    pub(crate) fn seen(&self) -> Seen {
        Seen {
            port: self.port,
            hidpp_interface: self.hardware.hidpp_interface,
        }
    }

    /// Changes the device, at the current time.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut F, Timestamp) -> R) -> R {
        let result = act(&mut *self.shared.firmware(), self.shared.now());
        self.shared.wake();
        result
    }
}

impl<F> Drop for UsbDevice<F> {
    fn drop(&mut self) {
        self.shared.unplugged.store(true, Ordering::Relaxed);
        self.shared.wake();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            eprintln!("the simulated USB device's thread panicked");
        }
    }
}

impl<F> Shared<F> {
    /// Call it while the firmware is locked, so that its time never goes back.
    fn now(&self) -> Timestamp {
        Timestamp::from_start(self.plugged_in.elapsed())
    }

    /// A scenario that panicked while it held the lock must not hide its own reason.
    fn firmware(&self) -> MutexGuard<'_, F> {
        self.firmware.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // Fails only if the counter is full, in which case the thread is awake.
        rustix::io::write(&self.waker, &1_u64.to_ne_bytes()).ok();
    }
}

/// A port without a device, not even one that is being removed.
fn free_port() -> Option<u8> {
    let ports = fs::read_to_string(PORTS).expect("the ports of vhci-hcd");
    ports.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let [hub, port, state] = [words.next()?, words.next()?, words.next()?];
        (hub == HUB && state == FREE).then(|| port.parse().expect("a port's number"))
    })
}

/// The thread's side: the socket and the pending transfers.
struct Plug<F> {
    hardware: &'static Hardware,
    shared: Arc<Shared<F>>,
    socket: UnixStream,
    /// Input reports that have not been fetched yet.
    reports: VecDeque<Vec<u8>>,
    /// Sequence numbers of the pending IN transfers, by interface.
    waiting: Vec<VecDeque<u32>>,
}

impl<F: Firmware> Plug<F> {
    fn run(mut self) {
        while !self.shared.unplugged.load(Ordering::Relaxed) {
            match self.turn() {
                Ok(()) => {}
                // The kernel removed the device first.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return,
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return,
                Err(error) => panic!("the USB/IP socket fails: {error}"),
            }
        }
    }

    /// Delivers due reports, waits for the next event, and answers one message.
    fn turn(&mut self) -> io::Result<()> {
        let due = self.collect_reports();
        self.deliver_reports()?;
        let wait =
            due.map(|due| Timespec::try_from(due.since(self.shared.now())).expect("a short wait"));
        let mut ready = [
            PollFd::from_borrowed_fd(self.socket.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.shared.waker.as_fd(), PollFlags::IN),
        ];
        poll(&mut ready, wait.as_ref())?;
        let [socket, waker] = ready.map(|fd| !fd.revents().is_empty());
        if waker {
            rustix::io::read(&self.shared.waker, &mut [0; 8])?;
        }
        if socket { self.answer() } else { Ok(()) }
    }

    /// Takes the reports that the firmware has by now; returns when the next one is due.
    fn collect_reports(&mut self) -> Option<Timestamp> {
        let mut firmware = self.shared.firmware();
        let now = self.shared.now();
        while let Some(report) = firmware.input_report(now) {
            self.reports.push_back(report);
        }
        firmware.next_due()
    }

    fn deliver_reports(&mut self) -> io::Result<()> {
        let waiting = &mut self.waiting[usize::from(self.hardware.hidpp_interface)];
        while let Some(report) = self.reports.front() {
            let Some(transfer) = waiting.pop_front() else {
                break;
            };
            self.socket
                .write_all(&ret_submit(transfer, DONE, report.len(), report))?;
            self.reports.pop_front();
        }
        Ok(())
    }

    fn answer(&mut self) -> io::Result<()> {
        let mut header = [0; HEADER];
        self.socket.read_exact(&mut header)?;
        let field = |index: usize| {
            let bytes = header.as_chunks::<4>().0[index];
            u32::from_be_bytes(bytes)
        };
        let [command, transfer, _device, direction, endpoint] = [0, 1, 2, 3, 4].map(field);
        match command {
            CMD_SUBMIT => {
                let length = usize::try_from(field(6)).expect("a length");
                let setup: [u8; 8] = *header.last_chunk().expect("eight bytes");
                if endpoint == 0 {
                    self.answer_control(transfer, direction, length, setup)
                } else {
                    self.hold(transfer, endpoint);
                    Ok(())
                }
            }
            CMD_UNLINK => self.unlink(transfer, field(5)),
            other => panic!("USB/IP message {other} from the kernel"),
        }
    }

    /// Keeps an interrupt IN transfer pending until there is a report for it.
    fn hold(&mut self, transfer: u32, number: u32) {
        let mut interfaces = (0..).zip(&mut self.waiting);
        let waiting = interfaces
            .find(|(interface, _)| u32::from(endpoint(*interface)) == number)
            .map(|(_, waiting)| waiting);
        let waiting = waiting.expect("the endpoint exists");
        waiting.push_back(transfer);
    }

    fn unlink(&mut self, request: u32, transfer: u32) -> io::Result<()> {
        let mut status = DONE;
        for waiting in &mut self.waiting {
            let before = waiting.len();
            waiting.retain(|&pending| pending != transfer);
            if waiting.len() != before {
                status = CANCELLED;
            }
        }
        self.socket.write_all(&ret_unlink(request, status))
    }

    fn answer_control(
        &mut self,
        transfer: u32,
        direction: u32,
        length: usize,
        setup: [u8; 8],
    ) -> io::Result<()> {
        let answer = if direction == DIRECTION_IN {
            let mut data = control_in(self.hardware, setup);
            if let Some(data) = &mut data {
                data.truncate(length);
            }
            data.map_or_else(
                || ret_submit(transfer, STALL, 0, &[]),
                |data| ret_submit(transfer, DONE, data.len(), &data),
            )
        } else {
            let mut data = vec![0; length];
            self.socket.read_exact(&mut data)?;
            let status = self.control_out(setup, &data);
            ret_submit(
                transfer,
                status,
                if status == DONE { length } else { 0 },
                &[],
            )
        };
        self.socket.write_all(&answer)
    }

    fn control_out(&self, setup: [u8; 8], data: &[u8]) -> i32 {
        match setup {
            // SET_REPORT, output: the only way to send reports, because there is no OUT endpoint.
            [0x21, 0x09, _, 2, interface, 0, ..] => {
                if interface == self.hardware.hidpp_interface {
                    let mut firmware = self.shared.firmware();
                    firmware.output_report(self.shared.now(), data);
                }
                DONE
            }
            // SET_CONFIGURATION, SET_INTERFACE, SET_IDLE, SET_PROTOCOL, CLEAR_FEATURE and SET_FEATURE.
            [0x00, 0x09, ..]
            | [0x01, 0x0B, ..]
            | [0x21, 0x0A | 0x0B, ..]
            | [0x00..=0x02, 0x01 | 0x03, ..] => DONE,
            _ => STALL,
        }
    }
}

/// The device's reply to a control request for data; `None` to stall.
fn control_in(hardware: &Hardware, setup: [u8; 8]) -> Option<Vec<u8>> {
    let interface = |number: u8| hardware.interfaces.get(usize::from(number));
    match setup {
        [0x80, 0x06, _, 1, ..] => Some(hardware.device()),
        [0x80, 0x06, _, 2, ..] => Some(hardware.configuration()),
        [0x80, 0x06, index, 3, ..] => string_descriptor(hardware, index),
        [0x81, 0x06, _, 0x21, number, 0, ..] => Some(interface(number)?.hid().to_vec()),
        [0x81, 0x06, _, 0x22, number, 0, ..] => Some(interface(number)?.reports.to_vec()),
        // GET_CONFIGURATION, GET_STATUS.
        [0x80, 0x08, ..] => Some(vec![1]),
        [0x80..=0x82, 0x00, ..] => Some(vec![0, 0]),
        // GET_REPORT, input.
        [0xA1, 0x01, id, 1, number, 0, ..] => interface(number)?.idle_report(id),
        _ => None,
    }
}

fn string_descriptor(hardware: &Hardware, index: u8) -> Option<Vec<u8>> {
    let units = if index == 0 {
        vec![0x0409] // US English, the only language
    } else {
        hardware.string(index)?.encode_utf16().collect()
    };
    let mut all = vec![u8::try_from(2 + 2 * units.len()).expect("a short text"), 3];
    all.extend(units.into_iter().flat_map(u16::to_le_bytes));
    Some(all)
}

fn ret_submit(transfer: u32, status: i32, actual_length: usize, data: &[u8]) -> Vec<u8> {
    let actual_length = u32::try_from(actual_length).expect("a short transfer");
    let mut message = header(RET_SUBMIT, transfer, status, actual_length);
    message.extend(data);
    message
}

fn ret_unlink(request: u32, status: i32) -> Vec<u8> {
    header(RET_UNLINK, request, status, 0)
}

fn header(command: u32, sequence: u32, status: i32, actual_length: u32) -> Vec<u8> {
    let mut message = Vec::with_capacity(HEADER);
    for field in [
        command,
        sequence,
        0,
        0,
        0,
        status.cast_unsigned(),
        actual_length,
    ] {
        message.extend(field.to_be_bytes());
    }
    message.resize(HEADER, 0);
    message
}
