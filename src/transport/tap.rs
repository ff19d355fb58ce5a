//! A transport that also writes down what passes through another.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::rc::Rc;

use super::trace::{self, Direction, Entry};
use super::{NodeInfo, Transport, TransportError};
use crate::units::Timestamp;
use crate::wire::{Incoming, Report};

/// What to write of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// This, which may have parts blanked.
    Write(Report),
    /// Only that there was one, and why it is withheld.
    Withhold(&'static str),
}

/// Decides what of a report may be written; sees every report in turn.
pub trait Redact {
    /// What to write of a report that went this way.
    fn redact(&mut self, direction: Direction, report: &Report) -> Redaction;
}

/// A trace being written, shared by the taps of several nodes.
#[derive(Clone, Debug)]
pub struct TraceFile(Rc<RefCell<Inner>>);

#[derive(Debug)]
struct Inner {
    file: BufWriter<File>,
    nodes: u32,
    /// The first thing that went wrong; after it nothing is written.
    error: Option<io::Error>,
}

impl TraceFile {
    /// Starts a trace; an existing file is replaced.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        writeln!(file, "{}", trace::HEADER)?;
        writeln!(file, "# solar-status {}", env!("CARGO_PKG_VERSION"))?;
        Ok(Self(Rc::new(RefCell::new(Inner {
            file,
            nodes: 0,
            error: None,
        }))))
    }

    /// Ends the trace: what went wrong in writing it is said here.
    pub fn finish(&self) -> io::Result<()> {
        let mut inner = self.0.borrow_mut();
        match inner.error.take() {
            Some(error) => Err(error),
            None => inner.file.flush(),
        }
    }

    fn add_node(&self, node: &NodeInfo) -> u32 {
        let number = {
            let mut inner = self.0.borrow_mut();
            inner.nodes += 1;
            inner.nodes
        };
        self.write_line(&trace::node_line(number, node));
        number
    }

    fn write_line(&self, line: &str) {
        let mut inner = self.0.borrow_mut();
        if inner.error.is_none() {
            inner.error = writeln!(inner.file, "{line}").err();
        }
    }
}

/// Writes to a trace what passes through a transport.
pub struct Tap<R> {
    transport: Box<dyn Transport>,
    redact: R,
    file: TraceFile,
    node: u32,
}

impl<R: Redact> Tap<R> {
    /// Taps a transport to a node.
    pub fn new(
        transport: Box<dyn Transport>,
        node: &NodeInfo,
        file: &TraceFile,
        redact: R,
    ) -> Self {
        Self {
            transport,
            redact,
            node: file.add_node(node),
            file: file.clone(),
        }
    }

    fn write(&mut self, at: Timestamp, direction: Direction, report: &Report) {
        let node = self.node;
        let line = match self.redact.redact(direction, report) {
            Redaction::Write(report) => Entry {
                at,
                node,
                direction,
                report,
            }
            .to_string(),
            Redaction::Withhold(why) => {
                let head = report
                    .as_bytes()
                    .split_at_checked(4)
                    .map_or(&[][..], |(head, _)| head);
                let head: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("# {at} {node} {}: withheld, {why}", head.join(" "))
            }
        };
        self.file.write_line(&line);
    }
}

impl<R: Redact> Transport for Tap<R> {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        self.transport.send(now, report)?;
        self.write(now, Direction::ToDevice, report);
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let incoming = self.transport.receive(now)?;
        if let Some(Incoming::HidPp(report)) = &incoming {
            self.write(now, Direction::FromDevice, report);
        }
        Ok(incoming)
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.transport.descriptor()
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.transport.next_due()
    }
}
