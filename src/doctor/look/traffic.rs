//! Detects other programs that use HID++ on the nodes, by the software ids of the answers, while
//! this program sends nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use super::look_error::LookError;
use crate::clock::{Clock, RealClock, Wake};
use crate::transport::{HidrawTransport, Transport};
use hidpp_proto::wire::{Incoming, Message, Report};

/// The HID++ traffic that was seen. Input is dropped and not even counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The time span.
    pub span: Duration,
    /// The number of answers by software id.
    pub answers: BTreeMap<u8, usize>,
    /// The number of HID++ 1.0 answers, which do not show which program sent the request.
    pub registers: usize,
}

impl Traffic {
    fn take(&mut self, report: &Report) {
        match Message::of(report) {
            Message::Reply { software, .. } => *self.answers.entry(software).or_default() += 1,
            Message::Register { .. } => self.registers += 1,
            Message::Event { .. } | Message::Notification { .. } | Message::Error { .. } => {}
        }
    }
}

/// Listens on these nodes for this time span. A node that disappears meanwhile is skipped.
pub(super) fn listen(nodes: &[String], span: Duration) -> Result<Traffic, LookError> {
    let opened = nodes
        .iter()
        .filter_map(|node| HidrawTransport::open(node).ok());
    let mut opened: Vec<HidrawTransport> = opened.collect();
    let mut traffic = Traffic {
        span,
        ..Traffic::default()
    };
    let mut clock = RealClock::new(None);
    let until = clock.now() + span;
    while clock.now() < until {
        let descriptors = opened.iter().filter_map(Transport::descriptor);
        let woken = clock.wait(&descriptors.collect::<Vec<_>>(), Some(until));
        match woken.map_err(|error| LookError::of("traffic", &error))? {
            Wake::Readable(_) => opened.retain_mut(|node| drain(node, &clock, &mut traffic)),
            Wake::Due | Wake::Interrupted => break,
        }
    }
    Ok(traffic)
}

/// Reads the waiting reports. Returns whether more may follow later.
fn drain(node: &mut HidrawTransport, clock: &RealClock<'_>, traffic: &mut Traffic) -> bool {
    loop {
        match node.receive(clock.now()) {
            Ok(Some(Incoming::HidPp(report))) => traffic.take(&report),
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, OFlags};

    use super::*;
    use test_support::report;

    #[test]
    fn programs_are_found_by_the_answers_to_their_requests() {
        let mut traffic = Traffic::default();
        for answer in [
            "11 01 09 01 …",       // the kernel's
            "11 01 00 1B 04 05 …", // Solaar's
            "11 02 00 1B 04 05 …",
            "11 01 09 10 39 00 0C …", // an event
            "10 FF 83 B5 03 00 00",   // of any program
            "10 02 8F 00 1B 09 00",   // an error
        ] {
            traffic.take(&report(answer));
        }
        assert_eq!(traffic.answers, BTreeMap::from([(1, 1), (0xB, 2)]));
        assert_eq!(traffic.registers, 1);
    }

    #[test]
    fn reports_that_arrive_while_listening_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        // A named pipe keeps written data, as a node does.
        let path = folder.path().join("node");
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, mode, 0).unwrap();
        let other = rustix::fs::open(&path, OFlags::RDWR, Mode::empty()).unwrap();
        rustix::io::write(&other, report("11 01 09 1B …").as_bytes()).unwrap();
        let gone = "/nonexistent/node".to_owned();
        let nodes = [gone, path.to_str().unwrap().to_owned()];
        let traffic = listen(&nodes, Duration::from_millis(50)).unwrap();
        assert_eq!(traffic.answers, BTreeMap::from([(0xB, 1)]));
    }
}
