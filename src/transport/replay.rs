//! A transport that answers from a recorded trace.
//!
//! A request is looked up among those recorded, each of which answers once. The host's software
//! id and a ping's mark may differ from the recorded ones; everything else must be the same. Each
//! recorded report from the device belongs to a request ([`recording`] says which) and follows it
//! after the recorded time. What the trace does not know is not answered.

mod recording;

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::trace::{Line, LineError};
use super::{NodeId, NodeInfo, Transport, TransportError};
use crate::units::Timestamp;
use crate::wire::{Incoming, Relation, Report, classify, relation};
use recording::{Exchange, Recording};

/// A recorded node, ready to answer.
#[derive(Debug, Default)]
pub struct Replay {
    /// What was not asked yet, oldest first, by what the requests must have in common.
    unused: HashMap<Report, VecDeque<Exchange>>,
    /// What is on its way, in order of time, and then as it was put there.
    due: BTreeMap<(Timestamp, usize), Report>,
    /// How many reports were put there.
    put: usize,
}

/// Why a trace cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A line is wrong.
    #[error("line {number}: {source}")]
    Line {
        /// Counted from 1.
        number: usize,
        /// What is wrong.
        source: LineError,
    },
    /// There is nothing to replay.
    #[error("it holds no report")]
    Empty,
}

impl Replay {
    /// Reads a trace: its nodes, each with what it answers.
    pub fn read(text: &str) -> Result<Vec<(NodeInfo, Self)>, ReplayError> {
        let mut nodes: BTreeMap<u32, NodeInfo> = BTreeMap::new();
        let mut recordings: BTreeMap<u32, Recording> = BTreeMap::new();
        for (line, number) in text.lines().zip(1..) {
            match line
                .parse()
                .map_err(|source| ReplayError::Line { number, source })?
            {
                Line::Remark => {}
                Line::Node(number, node) => _ = nodes.insert(number, node),
                Line::Entry(entry) => recordings.entry(entry.node).or_default().add(&entry),
            }
        }
        if recordings.is_empty() {
            return Err(ReplayError::Empty);
        }
        let nodes = recordings.into_iter().map(|(number, recording)| {
            // A trace put together by hand may say nothing of its node.
            let node = nodes.remove(&number);
            let mut node = node.unwrap_or_else(|| NodeInfo::unifying("trace"));
            // The path alone may be that of another node at another time.
            node.id = NodeId::new(format!("{} as node {number}", node.path));
            (node, Self::new(recording))
        });
        Ok(nodes.collect())
    }

    /// Whether such a request was recorded. Software ids and marks of pings are zero.
    pub fn has_request(&self, is: impl FnMut(&Report) -> bool) -> bool {
        self.unused.keys().any(is)
    }

    fn new(recording: Recording) -> Self {
        let mut replay = Self::default();
        for (at, report) in recording.unasked {
            replay.put(at, report);
        }
        for exchange in recording.exchanges {
            let alike = replay.unused.entry(loosely(&exchange.request));
            alike.or_default().push_back(exchange);
        }
        replay
    }

    fn put(&mut self, at: Timestamp, report: Report) {
        self.due.insert((at, self.put), report);
        self.put += 1;
    }
}

/// The parts of a request that may differ between recording and replay, set to zero.
fn loosely(request: &Report) -> Report {
    let mut bytes = request.as_bytes().to_vec();
    let is_ping = (request.sub_id(), request.address() & 0xF0) == (0x00, 0x10);
    if let [_, _, sub_id, address, _, _, mark, ..] = bytes.as_mut_slice()
        && *sub_id < 0x80
    {
        *address &= 0xF0;
        if is_ping {
            *mark = 0;
        }
    }
    Report::parse(&bytes).unwrap_or(*request)
}

/// A recorded answer with the software id and the mark of the request it is now the answer to.
fn adapted(answer: &Report, recorded: &Report, request: &Report) -> Report {
    let related = relation(recorded, answer);
    let mut bytes = answer.as_bytes().to_vec();
    let [_, _, mark] = request.head();
    match (related, bytes.as_mut_slice()) {
        (Relation::Error(_), [_, _, _, _, address, ..]) => *address = request.address(),
        (Relation::Answer, [_, _, sub_id, address, _, _, echoed, ..]) if *sub_id < 0x80 => {
            *address = request.address();
            if (request.sub_id(), request.address() & 0xF0) == (0x00, 0x10) {
                *echoed = mark;
            }
        }
        _ => {}
    }
    Report::parse(&bytes).unwrap_or(*answer)
}

impl Transport for Replay {
    fn send(&mut self, now: Timestamp, report: &Report) -> Result<(), TransportError> {
        let alike = self.unused.get_mut(&loosely(report));
        let Some(exchange) = alike.and_then(VecDeque::pop_front) else {
            log::debug!("{report}: the trace has no (further) answer to this");
            return Ok(());
        };
        for (at, answer) in &exchange.answers {
            let answer = adapted(answer, &exchange.request, report);
            self.put(now + at.since(exchange.at), answer);
        }
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let next = self.due.first_entry().filter(|it| it.key().0 <= now);
        Ok(next.map(|it| classify(it.remove().as_bytes())))
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.due.keys().next().map(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wire::tests::report;

    const TRACE: &str = "\
# solar-status trace 1
node 1 046D:C52B short,long,dj /dev/hidraw0
0.000000 1 > 10 01 00 1e 00 00 07
0.012000 1 < 11 01 00 1e 02 00 07 00 00 00 00 00 00 00 00 00 00 00 00 00
0.013000 1 > 10 01 09 0e 01 01 00
0.025000 1 < 11 01 09 0e 01 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00
1.025000 1 < 11 01 09 10 39 00 0c 06 1d 47 4f 4f 44 00 00 00 00 00 00 00
";

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_millis(millis))
    }

    fn replay() -> Replay {
        Replay::read(TRACE).unwrap().remove(0).1
    }

    #[test]
    fn another_mark_and_software_id_are_answered_as_if_recorded() {
        let mut replay = replay();
        replay
            .send(at(500), &report("10 01 00 1B 00 00 99"))
            .unwrap();
        assert_eq!(replay.next_due(), Some(at(512)));
        let answer = replay.receive(at(512)).unwrap();
        assert_eq!(
            answer,
            Some(Incoming::HidPp(report("11 01 00 1B 02 00 99 …")))
        );
    }

    #[test]
    fn an_event_follows_its_request() {
        let mut replay = replay();
        replay.send(at(0), &report("10 01 09 0E 01 01 00")).unwrap();
        assert!(replay.receive(at(12)).unwrap().is_some());
        assert_eq!(replay.receive(at(1011)).unwrap(), None);
        let event = report("11 01 09 10 39 00 0c 06 1d 47 4f 4f 44 …");
        assert_eq!(
            replay.receive(at(1012)).unwrap(),
            Some(Incoming::HidPp(event))
        );
    }

    #[test]
    fn what_the_trace_does_not_know_is_not_answered() {
        let mut replay = replay();
        replay.send(at(0), &report("10 01 09 0E 02 01 00")).unwrap();
        assert_eq!(replay.next_due(), None);
        let twice = report("10 01 09 0E 01 01 00");
        replay.send(at(0), &twice).unwrap();
        while replay.receive(at(9999)).unwrap().is_some() {}
        replay.send(at(9999), &twice).unwrap();
        assert_eq!(
            replay.next_due(),
            None,
            "each recorded request answers once"
        );
    }

    #[test]
    fn an_error_comes_under_the_software_id_that_asks() {
        let trace = "0.0 1 > 10 03 00 1e 00 00 07\n0.003 1 < 10 03 8f 00 1e 09 00\n";
        let mut replay = Replay::read(trace).unwrap().remove(0).1;
        replay.send(at(0), &report("10 03 00 1C 00 00 22")).unwrap();
        let error = report("10 03 8F 00 1C 09 00");
        assert_eq!(replay.receive(at(3)).unwrap(), Some(Incoming::HidPp(error)));
    }

    #[test]
    fn an_event_follows_the_call_to_its_feature() {
        // Between measure and measurement the name was asked; a replay need not ask it.
        let trace = TRACE.replace(
            "1.025000",
            "0.030000 1 > 10 01 03 0e 00 00 00\n\
             0.042000 1 < 11 01 03 0e 1c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n1.025000",
        );
        let mut replay = Replay::read(&trace).unwrap().remove(0).1;
        replay.send(at(0), &report("10 01 09 0E 01 01 00")).unwrap();
        assert!(replay.receive(at(12)).unwrap().is_some());
        assert!(replay.receive(at(1012)).unwrap().is_some());
    }

    #[test]
    fn nodes_recorded_at_the_same_place_stay_apart() {
        let text = "\
node 1 046D:C52B short,long,dj /dev/hidraw0
node 2 046D:C548 short,long /dev/hidraw0
0.000000 1 > 10 01 00 1e 00 00 07
0.000000 2 > 10 01 00 1e 00 00 07
";
        let nodes = Replay::read(text).unwrap();
        let [(first, _), (second, _)] = nodes.as_slice() else {
            panic!("{nodes:?}")
        };
        assert_eq!(first.path, second.path);
        assert_ne!(first.id, second.id);
    }

    #[test]
    fn a_broken_trace_names_its_line() {
        let error = Replay::read("# solar-status trace 1\n0.0 1 > 10 ff\n").unwrap_err();
        assert!(error.to_string().starts_with("line 2: "), "{error}");
        assert!(matches!(
            Replay::read("# nothing\n"),
            Err(ReplayError::Empty)
        ));
    }
}
