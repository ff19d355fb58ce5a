//! A transport that wraps another one and records its reports.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::trace::{self, Direction, Entry};
use crate::transport::{NodeInfo, Transport, TransportError};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Report};

/// Which parts of a report to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// This, which may have parts blanked.
    Write(Report),
    /// Only a remark that there was a report, and why it is withheld.
    Withhold {
        /// The number of header bytes, which have no private content and are written.
        header: usize,
        /// The reason.
        why: &'static str,
    },
}

/// Decides what of a report may be written; sees every report in turn.
pub trait Redact {
    /// Which parts of a report of this direction to write.
    fn redact(&mut self, direction: Direction, report: &Report) -> Redaction;
}

/// A trace being written, shared by the taps of several nodes.
#[derive(Clone, Debug)]
pub struct TraceFile(Rc<RefCell<Inner>>);

#[derive(Debug)]
struct Inner {
    file: BufWriter<File>,
    /// Nothing was written yet: the previous content of the file still exists.
    untouched: bool,
    /// The file, if it did not exist before.
    new: Option<PathBuf>,
    nodes: u32,
    /// When the first report passed: times in a trace count from there.
    start: Option<Timestamp>,
    /// The first error; nothing is written after it.
    error: Option<io::Error>,
}

impl TraceFile {
    /// Opens the file of a trace. Its previous content is truncated as soon as a node is tapped, so
    /// that a failed start leaves an older trace intact.
    pub fn create(path: &Path) -> io::Result<Self> {
        let new = (!path.exists()).then(|| path.to_owned());
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let file = BufWriter::new(file);
        let inner = Inner {
            file,
            untouched: true,
            new,
            nodes: 0,
            start: None,
            error: None,
        };
        Ok(Self(Rc::new(RefCell::new(inner))))
    }

    /// Ends the trace; returns the first error in writing it.
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

    /// The time in the trace.
    fn time(&self, now: Timestamp) -> Timestamp {
        let start = *self.0.borrow_mut().start.get_or_insert(now);
        Timestamp::from_start(now.since(start))
    }

    fn write_line(&self, line: &str) {
        let inner = &mut *self.0.borrow_mut();
        if inner.error.is_none() {
            inner.error = inner.write_line(line).err();
        }
    }
}

impl Inner {
    fn write_line(&mut self, line: &str) -> io::Result<()> {
        if std::mem::replace(&mut self.untouched, false) {
            let file = self.file.get_ref();
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            writeln!(self.file, "{}", trace::HEADER)?;
            writeln!(self.file, "# solar-status {}", env!("CARGO_PKG_VERSION"))?;
        }
        writeln!(self.file, "{line}")
    }
}

impl Drop for Inner {
    /// Removes a new file to which nothing was written.
    fn drop(&mut self) {
        if let Some(new) = self.new.take().filter(|_| self.untouched)
            && let Err(error) = std::fs::remove_file(&new)
        {
            log::debug!("{}: {error}", new.display());
        }
    }
}

/// Records the reports of a transport in a trace.
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
        let (at, node) = (self.file.time(at), self.node);
        let line = match self.redact.redact(direction, report) {
            Redaction::Write(report) => Entry {
                at,
                node,
                direction,
                report,
            }
            .to_string(),
            Redaction::Withhold { header, why } => {
                let head = report.as_bytes().iter().take(header);
                let head: Vec<String> = head.map(|byte| format!("{byte:02x}")).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use test_support::report;

    /// Delivers these reports, oldest first.
    struct Delivering(Vec<Report>);

    impl Transport for Delivering {
        fn send(&mut self, _: Timestamp, _: &Report) -> Result<(), TransportError> {
            Ok(())
        }

        fn receive(&mut self, _: Timestamp) -> Result<Option<Incoming>, TransportError> {
            Ok((!self.0.is_empty()).then(|| Incoming::HidPp(self.0.remove(0))))
        }
    }

    struct WithholdAll;

    impl Redact for WithholdAll {
        fn redact(&mut self, _: Direction, report: &Report) -> Redaction {
            Redaction::Withhold {
                header: if report.as_bytes().len() == 7 { 3 } else { 4 },
                why: "private",
            }
        }
    }

    #[test]
    fn only_the_header_of_a_withheld_report_is_written() {
        let path = std::env::temp_dir().join(format!("withheld-{}.trace", std::process::id()));
        let file = TraceFile::create(&path).unwrap();
        let reports = vec![
            report("10 01 0E 41 42 43 00"),
            report("11 01 08 10 00 C3 …"),
        ];
        let info = NodeInfo::unifying("/dev/hidraw0");
        let mut tap = Tap::new(Box::new(Delivering(reports)), &info, &file, WithholdAll);
        while tap.receive(Timestamp::START).unwrap().is_some() {}
        file.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let withheld: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("withheld"))
            .collect();
        assert_eq!(
            withheld,
            [
                "# 0.000000 1 10 01 0e: withheld, private",
                "# 0.000000 1 11 01 08 10: withheld, private",
            ]
        );
    }
}
