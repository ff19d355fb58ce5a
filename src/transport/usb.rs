//! The fallback transport: the USB device itself, for kernels without a hidraw node.
//!
//! While it is open, the kernel driver is detached from the receiver's HID++ interface, and input
//! from its devices is lost. The driver is attached again when the transport is dropped. If the
//! process is killed before that, the next use of this transport attaches the driver again.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use log::{debug, warn};
use rusb::{Context, Device, DeviceHandle, Direction, TransferType, UsbContext};
use rustix::event::{EventfdFlags, eventfd};

use super::{NodeInfo, Transport, TransportError};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::descriptor::{self, Capabilities};
use hidpp_proto::wire::{Incoming, Report, ReportId, classify};

/// Why a receiver cannot be used over USB.
#[derive(Debug, thiserror::Error)]
pub enum UsbError {
    /// There is no USB bus, or libusb failed.
    #[error("USB cannot be used here: is there a USB bus, and may it be opened?")]
    Usb(#[from] rusb::Error),
    /// There is no permission to open the device.
    #[error("permission denied on {node}: run the command as root (the USB transport needs it)")]
    PermissionDenied {
        /// The device.
        node: String,
    },
    /// Another program has claimed the interface.
    #[error("{node} is in use by another program")]
    Busy {
        /// The interface.
        node: String,
    },
    /// The interface has no HID++ reports.
    #[error("{node} does not speak HID++")]
    NotHidpp {
        /// The interface.
        node: String,
    },
    /// The interface has no endpoint to read from.
    #[error("{node} has no interrupt endpoint")]
    NoEndpoint {
        /// The interface.
        node: String,
    },
    /// The thread or the eventfd for reading cannot be created.
    #[error("cannot set up reading: {0}")]
    Setup(#[from] std::io::Error),
}

/// The timeout of one read, after which the thread checks whether to stop.
const READ_SLICE: Duration = Duration::from_millis(250);
/// The timeout of one control transfer.
const CONTROL: Duration = Duration::from_secs(1);

/// Requests of the HID class (HID 1.11, 7.1 and 7.2).
mod hid {
    pub(super) const GET_DESCRIPTOR: u8 = 0x06;
    pub(super) const REPORT_DESCRIPTOR: u16 = 0x2200;
    pub(super) const SET_REPORT: u8 = 0x09;
    pub(super) const OUTPUT_REPORT: u16 = 0x0200;
    pub(super) const TO_INTERFACE: u8 = 0x21;
    pub(super) const FROM_INTERFACE: u8 = 0x81;
}

/// The HID++ interface of a receiver, detached from the kernel driver while in use.
#[derive(Debug)]
pub struct UsbTransport {
    claim: Arc<Claim>,
    incoming: Receiver<Result<Incoming, rusb::Error>>,
    ready: OwnedFd,
    stop: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

/// A claimed interface; dropping it attaches the kernel driver again.
#[derive(Debug)]
struct Claim {
    handle: DeviceHandle<Context>,
    interface: u8,
    node: String,
}

/// A receiver opened over USB, or the reason why it could not be.
pub type Opened = Result<(NodeInfo, UsbTransport), UsbError>;

/// Opens every receiver on USB: `interface_of` returns the number of the HID++ interface for the
/// vendor and product ids of a receiver.
pub fn open_usb_receivers(
    interface_of: impl Fn(u16, u16) -> Option<u8>,
) -> Result<Vec<Opened>, UsbError> {
    let mut found = Vec::new();
    for device in Context::new()?.devices()?.iter() {
        let descriptor = device.device_descriptor()?;
        let (vendor, product) = (descriptor.vendor_id(), descriptor.product_id());
        if let Some(interface) = interface_of(vendor, product) {
            found.push(
                UsbTransport::open(&device, interface).map(|(transport, capabilities)| {
                    let path = &transport.claim.node;
                    let info = NodeInfo::new(path, vendor, product, capabilities);
                    (info, transport)
                }),
            );
        }
    }
    Ok(found)
}

impl UsbTransport {
    fn open(device: &Device<Context>, interface: u8) -> Result<(Self, Capabilities), UsbError> {
        let ports: Vec<String> = device
            .port_numbers()?
            .iter()
            .map(ToString::to_string)
            .collect();
        let place = format!("usb {}-{}", device.bus_number(), ports.join("."));
        let node = format!("{place} interface {interface}");
        let endpoint = endpoint(device, interface)?
            .ok_or_else(|| UsbError::NoEndpoint { node: node.clone() })?;
        let handle = device.open().map_err(|error| match error {
            rusb::Error::Access => UsbError::PermissionDenied { node: place },
            error => UsbError::Usb(error),
        })?;
        let claim = Arc::new(Claim::take(handle, interface, node)?);
        let capabilities = claim.capabilities()?;
        if !capabilities.is_hidpp() {
            return Err(UsbError::NotHidpp {
                node: claim.node.clone(),
            });
        }
        let ready = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(std::io::Error::from)?;
        let (sender, incoming) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let reader = Reader {
            claim: Arc::clone(&claim),
            endpoint,
            sender,
            ready: ready.try_clone()?,
            stop: Arc::clone(&stop),
        };
        let reader = std::thread::Builder::new()
            .name("usb-reader".to_owned())
            .spawn(move || reader.run())?;
        Ok((
            Self {
                claim,
                incoming,
                ready,
                stop,
                reader: Some(reader),
            },
            capabilities,
        ))
    }

    fn gone(&self) -> TransportError {
        TransportError::Gone {
            node: self.claim.node.clone(),
        }
    }
}

/// The address of the interface's interrupt endpoint to the host.
fn endpoint(device: &Device<Context>, interface: u8) -> Result<Option<u8>, rusb::Error> {
    let config = device.active_config_descriptor()?;
    let settings = config
        .interfaces()
        .filter(|candidate| candidate.number() == interface)
        .flat_map(|candidate| candidate.descriptors());
    let mut endpoints = settings.flat_map(|setting| setting.endpoint_descriptors());
    let wanted = endpoints.find(|endpoint| {
        endpoint.direction() == Direction::In && endpoint.transfer_type() == TransferType::Interrupt
    });
    Ok(wanted.map(|endpoint| endpoint.address()))
}

impl Claim {
    fn take(handle: DeviceHandle<Context>, interface: u8, node: String) -> Result<Self, UsbError> {
        // Created before the driver is detached, so that any failure from here on attaches it
        // again.
        let claim = Self {
            handle,
            interface,
            node,
        };
        match claim.handle.detach_kernel_driver(interface) {
            // No driver was bound, for example after a process was killed.
            Ok(()) | Err(rusb::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        match claim.handle.claim_interface(interface) {
            Ok(()) => Ok(claim),
            Err(rusb::Error::Busy) => Err(UsbError::Busy {
                node: claim.node.clone(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    fn capabilities(&self) -> Result<Capabilities, UsbError> {
        let mut buffer = [0; 4096];
        let len = self.handle.read_control(
            hid::FROM_INTERFACE,
            hid::GET_DESCRIPTOR,
            hid::REPORT_DESCRIPTOR,
            u16::from(self.interface),
            &mut buffer,
            CONTROL,
        )?;
        Ok(descriptor::scan(buffer.get(..len).unwrap_or_default()))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Err(error) = self.handle.release_interface(self.interface) {
            debug!("{}: releasing: {error}", self.node);
        }
        match self.handle.attach_kernel_driver(self.interface) {
            Ok(()) => debug!("{}: kernel driver attached again", self.node),
            // Already bound, unplugged in the meantime, or no driver for it: nothing to attach.
            Err(rusb::Error::Busy | rusb::Error::NoDevice | rusb::Error::NotFound) => {}
            Err(error) => warn!(
                "{}: cannot attach the kernel driver again ({error}): plug the receiver in again",
                self.node
            ),
        }
    }
}

/// The thread that waits for reports, because reading with libusb blocks.
struct Reader {
    claim: Arc<Claim>,
    endpoint: u8,
    sender: Sender<Result<Incoming, rusb::Error>>,
    ready: OwnedFd,
    stop: Arc<AtomicBool>,
}

impl Reader {
    fn run(self) {
        while !self.stop.load(Ordering::Relaxed) {
            let mut buffer = [0; Report::MAX_LEN];
            let read = self
                .claim
                .handle
                .read_interrupt(self.endpoint, &mut buffer, READ_SLICE);
            let (message, last) = match read {
                Ok(len) => (Ok(classify(buffer.get(..len).unwrap_or_default())), false),
                // A report that arrives just at the timeout is in the buffer nevertheless.
                Err(rusb::Error::Timeout) => match report_in(&buffer) {
                    Some(report) => (Ok(classify(report)), false),
                    None => continue,
                },
                Err(rusb::Error::Interrupted) => continue,
                Err(error) => (Err(error), true),
            };
            // A closed channel means that the transport is being dropped.
            let is_received = self.sender.send(message).is_ok();
            _ = rustix::io::write(&self.ready, &1_u64.to_ne_bytes());
            if last || !is_received {
                return;
            }
        }
    }
}

/// The report at the start of a buffer that was zeroed before.
fn report_in(buffer: &[u8]) -> Option<&[u8]> {
    let len = match ReportId::from_byte(*buffer.first()?)? {
        ReportId::Short => Report::SHORT_LEN,
        ReportId::Long => Report::LONG_LEN,
        ReportId::VeryLong | ReportId::CenturionAddressed | ReportId::Centurion => Report::MAX_LEN,
    };
    buffer.get(..len)
}

impl Transport for UsbTransport {
    fn send(&mut self, _now: Timestamp, report: &Report) -> Result<(), TransportError> {
        let sent = self.claim.handle.write_control(
            hid::TO_INTERFACE,
            hid::SET_REPORT,
            hid::OUTPUT_REPORT | u16::from(report.id().byte()),
            u16::from(self.claim.interface),
            report.as_bytes(),
            CONTROL,
        );
        match sent {
            Ok(_) => Ok(()),
            Err(rusb::Error::NoDevice) => Err(self.gone()),
            Err(error) => {
                let node = self.claim.node.clone();
                Err(TransportError::Stalled {
                    node,
                    source: std::io::Error::other(error),
                })
            }
        }
    }

    fn receive(&mut self, _now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        // Cleared before the channel is read, so that a message in between sets it again.
        _ = rustix::io::read(&self.ready, &mut [0; 8]);
        match self.incoming.try_recv() {
            Ok(Ok(incoming)) => {
                // There may be more messages, so the descriptor must stay readable.
                _ = rustix::io::write(&self.ready, &1_u64.to_ne_bytes());
                Ok(Some(incoming))
            }
            Err(mpsc::TryRecvError::Empty) => Ok(None),
            Ok(Err(rusb::Error::NoDevice | rusb::Error::Io))
            | Err(mpsc::TryRecvError::Disconnected) => Err(self.gone()),
            Ok(Err(error)) => {
                let node = self.claim.node.clone();
                Err(TransportError::Io {
                    node,
                    source: std::io::Error::other(error),
                })
            }
        }
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.ready.as_fd())
    }
}

impl Drop for UsbTransport {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take()
            && reader.join().is_err()
        {
            warn!("{}: the reading thread panicked", self.claim.node);
        }
    }
}
