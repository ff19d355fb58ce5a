//! A transport that answers from a recorded trace.
//!
//! A request is looked up among the recorded ones, each of which is used once. The host's software
//! id and a ping's mark may differ from the recorded ones; everything else must be the same. Each
//! recorded report from the device belongs to a request (see [`recording`]) and is delivered after
//! the recorded time. A request that is not in the trace fails at once: a timeout would only make
//! the readings seem older.

mod frames;
mod recording;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::OccupiedEntry;
use std::io::{self, BufRead, Read};

use super::trace::{Line, LineError};
use crate::transport::{NodeId, NodeInfo, Transport, TransportError};
use frames::Place;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Incoming, Relation, Report, classify, relation};
use recording::{Exchange, Exchanges, Recording};

/// The limit on the size of a trace, in MiB. A K750 that is followed for a month fills about three.
const LONGEST_TRACE: u64 = 64;
/// The limit on the length of a line, in bytes: one with the longest report has about 230.
const LONGEST_LINE: u64 = 4096;
/// The limit on nodes in a trace, far above the number of receivers of any computer.
const MOST_NODES: usize = 256;

/// A recorded node, ready to answer.
#[derive(Debug, Default)]
pub struct Replay {
    recorded: Exchanges,
    /// The numbers of the recorded exchanges, grouped by equal requests, oldest first.
    alike: Vec<u32>,
    /// How many exchanges of each group were used, by the start of the group in `alike`.
    used: BTreeMap<usize, usize>,
    /// How many of the unsolicited reports were delivered.
    delivered: usize,
    /// The reports to deliver, in order of time and then of insertion.
    due: BTreeMap<(Timestamp, usize), Report>,
    /// The number of inserted reports.
    put: usize,
}

/// Why a trace cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A line is wrong.
    #[error("line {number}: {source}")]
    Line {
        /// Counted from 1.
        number: usize,
        /// The error in it.
        source: LineError,
    },
    /// A line is longer than any of a trace.
    #[error("line {0} is longer than {LONGEST_LINE} bytes")]
    LongLine(usize),
    /// It is too long.
    #[error(
        "it is longer than {LONGEST_TRACE} MiB: cut it at the end of a line to replay its \
         beginning"
    )]
    TooLong,
    /// It has too many nodes.
    #[error("it has more than {MOST_NODES} nodes")]
    Nodes,
    /// There is nothing to replay.
    #[error("it contains no report")]
    Empty,
}

impl Replay {
    /// Reads a trace line by line: its nodes, each with its answers. The result takes at most about
    /// twice the memory of the trace.
    pub fn read(trace: impl BufRead) -> Result<Vec<(NodeInfo, Self)>, ReplayError> {
        let mut nodes: BTreeMap<u32, NodeInfo> = BTreeMap::new();
        let mut recordings: BTreeMap<u32, Recording> = BTreeMap::new();
        let mut trace = trace.take((LONGEST_TRACE << 20) + 1);
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = trace
                .by_ref()
                .take(LONGEST_LINE + 1)
                .read_until(b'\n', &mut line)?;
            if trace.limit() == 0 {
                return Err(ReplayError::TooLong);
            }
            if read as u64 > LONGEST_LINE {
                return Err(ReplayError::LongLine(number));
            }
            if read == 0 {
                break;
            }
            match String::from_utf8_lossy(&line)
                .parse()
                .map_err(|source| ReplayError::Line { number, source })?
            {
                Line::Remark => {}
                Line::Node(number, node) => _ = nodes.insert(number, node),
                Line::Entry(entry) => recordings.entry(entry.node).or_default().add(&entry),
            }
            if nodes.len().max(recordings.len()) > MOST_NODES {
                return Err(ReplayError::Nodes);
            }
        }
        if recordings.is_empty() {
            return Err(ReplayError::Empty);
        }
        let nodes = recordings.into_iter().map(|(number, recording)| {
            // A handwritten trace may have no line for its node.
            let node = nodes.remove(&number);
            let mut node = node.unwrap_or_else(|| NodeInfo::unifying("trace"));
            // The path alone is not unique: it may belong to another node at another time.
            node.id = NodeId::new(format!("{} as node {number}", node.path));
            (node, Self::new(recording.exchanges))
        });
        Ok(nodes.collect())
    }

    /// Whether such a request was recorded. Software ids and marks of pings are zero.
    pub fn has_request(&self, mut is: impl FnMut(&Report) -> bool) -> bool {
        let mut requests = self.recorded.all.iter().map(|it| it.request);
        requests.any(|it| {
            self.recorded
                .frames
                .report(it)
                .is_some_and(|it| is(&loosely(&it)))
        })
    }

    fn new(mut recorded: Exchanges) -> Self {
        recorded.unasked.sort_by_key(|(at, _)| *at);
        let count = u32::try_from(recorded.all.len()).unwrap_or(u32::MAX);
        let mut alike: Vec<u32> = (0..count).collect();
        let request = |number: &u32| {
            let exchange = exchange(&recorded, *number);
            exchange.map_or(&[][..], |it| recorded.frames.bytes(it.request))
        };
        alike.sort_unstable_by(|one, other| {
            compare(request(one), request(other)).then(one.cmp(other))
        });
        Self {
            recorded,
            alike,
            ..Self::default()
        }
    }

    /// The number of the oldest recorded exchange with such a request that was not used yet.
    fn next_alike(&mut self, report: &Report) -> Option<u32> {
        let order = |number: &u32| {
            let recorded = exchange(&self.recorded, *number)?;
            let request = self.recorded.frames.bytes(recorded.request);
            Some(compare(request, report.as_bytes()))
        };
        let first = self
            .alike
            .partition_point(|number| order(number) == Some(Ordering::Less));
        let used = self.used.get(&first).copied().unwrap_or_default();
        let number = self.alike.get(first + used)?;
        if order(number) != Some(Ordering::Equal) {
            return None;
        }
        let number = *number;
        self.used.insert(first, used + 1);
        Some(number)
    }

    fn put(&mut self, at: Timestamp, report: Report) {
        self.due.insert((at, self.put), report);
        self.put += 1;
    }

    /// The next unsolicited report from before any request, with its time.
    fn next_unasked(&self) -> Option<(Timestamp, Place)> {
        let (at, place) = self.recorded.unasked.get(self.delivered)?;
        Some(((*at).into(), *place))
    }
}

fn exchange(recorded: &Exchanges, number: u32) -> Option<&Exchange> {
    recorded.all.get(usize::try_from(number).ok()?)
}

/// Compares the parts of requests that must be equal.
fn compare(one: &[u8], other: &[u8]) -> Ordering {
    loose_bytes(one).cmp(loose_bytes(other))
}

/// A request with the parts set to zero that may differ between recording and replay.
fn loosely(request: &Report) -> Report {
    let bytes: Vec<u8> = loose_bytes(request.as_bytes()).collect();
    Report::parse(&bytes).unwrap_or(*request)
}

/// Its bytes: the software id of a call and the mark of a ping are zero.
fn loose_bytes(request: &[u8]) -> impl Iterator<Item = u8> {
    let (is_call, is_ping) = match request {
        [_, _, sub_id, address, ..] => (*sub_id < 0x80, (*sub_id, address & 0xF0) == (0x00, 0x10)),
        _ => (false, false),
    };
    request.iter().enumerate().map(move |(at, byte)| match at {
        3 if is_call => byte & 0xF0,
        6 if is_ping => 0,
        _ => *byte,
    })
}

/// A recorded answer with the software id and the mark of the replayed request.
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
        let next = self.next_alike(report);
        let recorded = &self.recorded;
        let Some(exchange) = next.and_then(|number| exchange(recorded, number)) else {
            // The request may be retried while the recorded answer is pending.
            let mut due = self.due.values();
            if due.any(|it| relation(report, it) != Relation::None) {
                return Ok(());
            }
            return Err(TransportError::NotRecorded { report: *report });
        };
        let asked = Timestamp::from(exchange.at);
        let Some(request) = recorded.frames.report(exchange.request) else {
            return Ok(());
        };
        let answers = recorded.answers(exchange).filter_map(|(at, answer)| {
            let answer = adapted(&recorded.frames.report(answer)?, &request, report);
            Some((now + Timestamp::from(at).since(asked), answer))
        });
        let answers: Vec<(Timestamp, Report)> = answers.collect();
        for (at, answer) in answers {
            self.put(at, answer);
        }
        Ok(())
    }

    fn receive(&mut self, now: Timestamp) -> Result<Option<Incoming>, TransportError> {
        let unasked = self.next_unasked().filter(|(at, _)| *at <= now);
        let answer = self.due.first_entry().filter(|it| it.key().0 <= now);
        let next = match (unasked, answer) {
            (Some((at, _)), Some(answer)) if answer.key().0 < at => Some(answer.remove()),
            (Some((_, place)), _) => {
                self.delivered += 1;
                self.recorded.frames.report(place)
            }
            (None, answer) => answer.map(OccupiedEntry::remove),
        };
        Ok(next.map(|report| classify(report.as_bytes())))
    }

    fn next_due(&self) -> Option<Timestamp> {
        let answer = self.due.keys().next().map(|(at, _)| *at);
        let unasked = self.next_unasked().map(|(at, _)| at);
        answer.into_iter().chain(unasked).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use test_support::report;

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
        Replay::read(TRACE.as_bytes()).unwrap().remove(0).1
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
    fn requests_that_are_not_in_the_trace_fail_at_once() {
        let mut replay = replay();
        let unknown = report("10 01 09 0E 02 01 00");
        let refused = replay.send(at(0), &unknown).unwrap_err();
        assert!(matches!(refused, TransportError::NotRecorded { report } if report == unknown));
        assert_eq!(replay.next_due(), None);
        let twice = report("10 01 09 0E 01 01 00");
        replay.send(at(0), &twice).unwrap();
        replay.send(at(0), &twice).unwrap();
        while replay.receive(at(9999)).unwrap().is_some() {}
        replay.send(at(9999), &twice).unwrap_err();
        assert_eq!(
            replay.next_due(),
            None,
            "each recorded request answers once"
        );
    }

    #[test]
    fn a_retried_request_is_answered_once_it_was_sent() {
        // An idle Performance MX answers after 1.3 s; its request was retried after 1 s. And 2 of
        // 103 requests to the dongle of a G933 were never answered, but their retries were.
        for (repeated, answered) in [(1000, 1316), (700, 703)] {
            let trace = format!(
                "0.0 1 > 10 03 00 1e 00 00 07\n\
                 {}.{:03} 1 > 10 03 00 1e 00 00 07\n\
                 {}.{:03} 1 < 10 03 8f 00 1e 01 00\n",
                repeated / 1000,
                repeated % 1000,
                answered / 1000,
                answered % 1000,
            );
            let mut replay = Replay::read(trace.as_bytes()).unwrap().remove(0).1;
            let ping = report("10 03 00 1E 00 00 07");
            replay.send(at(0), &ping).unwrap();
            assert_eq!(replay.next_due(), Some(at(answered)));
            replay.send(at(700), &ping).unwrap();
            assert_eq!(replay.next_due(), Some(at(answered)));
        }
    }

    #[test]
    fn a_recorded_timeout_is_replayed_as_one() {
        let trace = "0.0 1 > 10 03 00 1e 00 00 07\n9.0 1 > 10 03 00 1e 00 00 07\n\
                     9.003 1 < 10 03 8f 00 1e 01 00\n";
        let mut replay = Replay::read(trace.as_bytes()).unwrap().remove(0).1;
        let ping = report("10 03 00 1E 00 00 07");
        replay.send(at(0), &ping).unwrap();
        assert_eq!(replay.next_due(), None);
        replay.send(at(3000), &ping).unwrap();
        assert_eq!(replay.next_due(), Some(at(3003)));
    }

    #[test]
    fn an_error_has_the_software_id_of_the_request() {
        let trace = "0.0 1 > 10 03 00 1e 00 00 07\n0.003 1 < 10 03 8f 00 1e 09 00\n";
        let mut replay = Replay::read(trace.as_bytes()).unwrap().remove(0).1;
        replay.send(at(0), &report("10 03 00 1C 00 00 22")).unwrap();
        let error = report("10 03 8F 00 1C 09 00");
        assert_eq!(replay.receive(at(3)).unwrap(), Some(Incoming::HidPp(error)));
    }

    #[test]
    fn an_event_follows_the_call_to_its_feature() {
        // In the trace the name is requested between the light request and its measurement; a
        // replay need not request it.
        let trace = TRACE.replace(
            "1.025000",
            "0.030000 1 > 10 01 03 0e 00 00 00\n\
             0.042000 1 < 11 01 03 0e 1c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n1.025000",
        );
        let mut replay = Replay::read(trace.as_bytes()).unwrap().remove(0).1;
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
        let nodes = Replay::read(text.as_bytes()).unwrap();
        let [(first, _), (second, _)] = nodes.as_slice() else {
            panic!("{nodes:?}")
        };
        assert_eq!(first.path, second.path);
        assert_ne!(first.id, second.id);
    }

    #[test]
    fn a_broken_trace_names_its_line() {
        let error = Replay::read("# solar-status trace 1\n0.0 1 > 10 ff\n".as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("line 2: "), "{error}");
        assert!(matches!(
            Replay::read("# nothing\n".as_bytes()),
            Err(ReplayError::Empty)
        ));
    }

    #[test]
    fn unsolicited_reports_are_delivered_in_order_of_time() {
        let text = "0.2 1 < 10 01 41 04 61 10 20\n0.1 1 < 10 01 41 04 61 10 21\n\
                    0.1 1 < 10 01 41 04 61 10 22\n";
        let mut replay = Replay::read(text.as_bytes()).unwrap().remove(0).1;
        assert_eq!(replay.next_due(), Some(at(100)));
        let mut last = || match replay.receive(at(999)).unwrap() {
            Some(Incoming::HidPp(report)) => report.as_bytes().last().copied(),
            _ => None,
        };
        assert_eq!(
            [last(), last(), last(), last()],
            [Some(0x21), Some(0x22), Some(0x20), None]
        );
    }

    #[test]
    fn too_much_is_rejected_with_what_is_allowed() {
        let error = |trace: &mut dyn BufRead| Replay::read(trace).unwrap_err().to_string();
        let nodes: Vec<String> = (0..300)
            .map(|node| format!("0 {node} < 10 01 41 04 61 10 20\n"))
            .collect();
        assert_eq!(
            error(&mut nodes.concat().as_bytes()),
            "it has more than 256 nodes"
        );
        let line = format!("#{}\n", "x".repeat(5000));
        assert_eq!(
            error(&mut line.as_bytes()),
            "line 1 is longer than 4096 bytes"
        );
        let remark = format!("#{}\n", "x".repeat(4000)).repeat(17_000);
        let error = error(&mut remark.as_bytes());
        assert!(error.starts_with("it is longer than 64 MiB"), "{error}");
    }

    proptest! {
        /// The result is the same as if each request were compared with all recorded ones.
        #[test]
        fn requests_alike_are_answered_one_after_the_other(
            requests in prop::collection::vec((0..3_u8, 0..3_u8, 0..2_u8), 0..20),
            asked in prop::collection::vec((0..3_u8, 0..3_u8), 0..20),
        ) {
            let mut lines = vec!["0.0 1 > 10 FF 81 00 00 00 00".to_owned()];
            let mut left = Vec::new();
            for (number, (device, feature, answers)) in requests.iter().enumerate() {
                // None is the retry of another.
                lines.push(format!("{number}0.0 1 > 10 {device:02x} {feature:02x} 3e 00 00 00"));
                left.push((*device, *feature, number, *answers));
                for _ in 0..*answers {
                    lines.push(format!(
                        "{number}0.5 1 < 10 {device:02x} 8f {feature:02x} 3e {number:02x} 00"
                    ));
                }
            }
            let mut replay = Replay::read(lines.join("\n").as_bytes()).unwrap().remove(0).1;
            for (device, feature) in asked {
                let request = format!("10 {device:02X} {feature:02X} 3B 00 00 00");
                let sent = replay.send(at(0), &report(&request));
                let place = left.iter().position(|it| (it.0, it.1) == (device, feature));
                prop_assert_eq!(sent.is_ok(), place.is_some());
                let expected = place.map(|place| left.remove(place));
                let expected = expected.map_or(vec![], |(_, _, number, answers)| {
                    vec![number; usize::from(answers)]
                });
                let mut found = Vec::new();
                while let Some(Incoming::HidPp(answer)) = replay.receive(at(9_999)).unwrap() {
                    let [_, number, _] = answer.head();
                    found.push(usize::from(number));
                }
                prop_assert_eq!(found, expected);
            }
        }
    }
}
