//! Detects whether links of one id belong to two devices: clones, with the same model and serial
//! number.
//!
//! A device has one radio link that is up. A receiver may report a link as up for a while after the
//! device left it, so links that seem to be up at the same time are polled. If two of them answer
//! in turn, without a connection notice from either in between, there are two devices.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::device::Link;
use hidpp_proto::units::Timestamp;

/// The time within which answers count as "in turn". An idle device takes up to 2 s to answer.
const IN_TURN: Duration = Duration::from_secs(10);

/// The number of answers stored per id: enough for three links that answer in turn, twice.
const ANSWERS: usize = 8;

/// Rate limit: the number of polls per id within [`BUDGET`]. Each request costs the device charge,
/// and a hostile dongle can make a link of its own connect and disconnect repeatedly.
const CHECKS: u32 = 8;
/// The period of the rate limit.
const BUDGET: Duration = Duration::from_secs(60 * 60);

/// The number of ids tracked; the one with the oldest rate limit period is dropped.
const IDS: usize = 256;

/// An event at a link that proves the device present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// The device connected there.
    Arrival,
    /// It answered there.
    Answer,
}

/// Ids (without the suffix of devices set apart) that have, or had, several radio links up.
#[derive(Debug, Default)]
pub(super) struct Rivals(BTreeMap<String, Links>);

/// Radio links of one id.
#[derive(Debug, Default)]
struct Links {
    /// Those that seem to be up, if there are several.
    up: Vec<Link>,
    /// Those of them that are polled, because it is unknown whether they belong to one device.
    in_doubt: Vec<Link>,
    /// Which link answered when. Consecutive answers of one link are stored once.
    answers: Vec<(Link, Timestamp)>,
    /// The link that is being polled.
    asked: Option<Link>,
    /// The number of polls since `since`.
    checks: u32,
    /// The start of the current rate limit period.
    since: Timestamp,
}

impl Rivals {
    /// Sets which radio links of an id seem to be up, including those of devices set apart, and
    /// which of them are polled.
    pub(super) fn set_up(&mut self, id: &str, up: &[(&Link, bool)]) {
        if up.len() > 1 && !self.0.contains_key(id) {
            self.make_room();
            self.0.insert(id.to_owned(), Links::default());
        }
        let Some(links) = self.0.get_mut(id) else {
            return;
        };
        if up.len() > 1 {
            links.up = up.iter().map(|(link, _)| (*link).clone()).collect();
            let asked = up.iter().filter(|(_, is_asked)| *is_asked);
            links.in_doubt = asked.map(|(link, _)| (*link).clone()).collect();
        } else {
            links.up.clear();
            links.in_doubt.clear();
            links.answers.clear();
        }
        links.asked.take_if(|asked| !links.in_doubt.contains(asked));
    }

    fn make_room(&mut self) {
        if self.0.len() >= IDS {
            let oldest = self.0.iter().min_by_key(|(_, links)| links.since);
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                self.0.remove(&id);
            }
        }
    }

    /// A device connected or answered at a link of an id.
    pub(super) fn on_sign(&mut self, now: Timestamp, id: &str, link: &Link, sign: Sign) {
        let Some(links) = self.0.get_mut(id).filter(|links| links.up.contains(link)) else {
            return;
        };
        if sign == Sign::Arrival {
            links.answers.clear();
            return;
        }
        links.asked.take_if(|asked| asked == link);
        match links.answers.last_mut() {
            Some((last, at)) if last == link => *at = now,
            _ => links.answers.push((link.clone(), now)),
        }
        if links.answers.len() > ANSWERS {
            links.answers.remove(0);
        }
    }

    /// Pairs of links that belong to two devices.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&Link, &Link)> {
        let pairs = self.0.values().flat_map(Links::pairs);
        pairs.map(|(one, other, _)| (one, other))
    }

    /// Those of an id that answered in turn within [`IN_TURN`]: older answers are stored, but no
    /// longer prove anything.
    pub(super) fn pairs_now(
        &self,
        now: Timestamp,
        id: &str,
    ) -> impl Iterator<Item = (&Link, &Link)> {
        let pairs = self.0.get(id).into_iter().flat_map(Links::pairs);
        pairs
            .filter(move |(_, _, at)| now.since(*at) <= IN_TURN)
            .map(|(one, other, _)| (one, other))
    }

    /// The next link to poll: the one of its id that was silent for longest. It counts as polled.
    /// If that link is put off, its id waits, because the request in progress may decide.
    pub(super) fn next_check(
        &mut self,
        now: Timestamp,
        is_put_off: impl Fn(&Link) -> bool,
    ) -> Option<Link> {
        self.0.values_mut().find_map(|links| {
            if now.since(links.since) >= BUDGET || links.since > now {
                (links.since, links.checks) = (now, 0);
            }
            if links.asked.is_some() || links.checks >= CHECKS || links.in_doubt.len() < 2 {
                return None;
            }
            let answers = &links.answers;
            let answered = |link: &&Link| {
                let mut answers = answers.iter().rev();
                answers.find(|(it, _)| it == *link).map(|(_, at)| *at)
            };
            let link = links.in_doubt.iter().min_by_key(answered)?;
            if is_put_off(link) {
                return None;
            }
            let link = link.clone();
            links.checks += 1;
            links.asked = Some(link.clone());
            Some(link)
        })
    }

    /// The link of the last check could not be polled; the check is retried later.
    pub(super) fn put_off(&mut self, link: &Link) {
        for links in self.0.values_mut() {
            if links.asked.take_if(|asked| asked == link).is_some() {
                links.checks = links.checks.saturating_sub(1);
            }
        }
    }
}

impl Links {
    /// Pairs of links of which one answered between two answers of the other, with the time of the
    /// last answer.
    fn pairs(&self) -> impl Iterator<Item = (&Link, &Link, Timestamp)> {
        let answers = self.answers.iter().enumerate();
        answers.clone().flat_map(move |(place, (first, from))| {
            let later = answers.clone().skip(place + 1);
            let again = later
                .clone()
                .find(|(_, (link, at))| link == first && at.since(*from) <= IN_TURN);
            let (again, at) = again.map_or((place, *from), |(again, (_, at))| (again, *at));
            let between = later.take_while(move |(place, _)| *place < again);
            between.map(move |(_, (other, _))| (first, other, at))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::wire::Slot;

    const ID: &str = "4087-D0000001";

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    fn link(slot: u8) -> Link {
        Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(slot).unwrap(),
        }
    }

    /// Three links that are up and answer as given: slot and second.
    fn rivals(answers: &[(u8, u64)]) -> Rivals {
        let mut rivals = Rivals::default();
        rivals.set_up(ID, &[(&link(1), true), (&link(2), true), (&link(3), true)]);
        for (slot, seconds) in answers {
            rivals.on_sign(at(*seconds), ID, &link(*slot), Sign::Answer);
        }
        rivals
    }

    #[test]
    fn links_that_answer_in_turn_are_two_devices() {
        assert_eq!(rivals(&[(1, 0), (2, 1)]).pairs().next(), None);
        let two = rivals(&[(1, 0), (2, 1), (1, 2)]);
        assert_eq!(two.pairs().next(), Some((&link(1), &link(2))));
        let of_three = rivals(&[(1, 0), (2, 1), (3, 2), (1, 3)]);
        assert_eq!(of_three.pairs().next(), Some((&link(1), &link(2))));
        assert_eq!(rivals(&[(1, 0), (2, 1), (1, 11)]).pairs().next(), None);
    }

    #[test]
    fn a_device_that_switches_its_channel_is_not_two_devices() {
        let mut rivals = rivals(&[(1, 0), (2, 1)]);
        rivals.on_sign(at(2), ID, &link(1), Sign::Arrival);
        rivals.on_sign(at(2), ID, &link(1), Sign::Answer);
        assert_eq!(rivals.pairs().next(), None);
    }

    #[test]
    fn links_are_polled_in_turn_within_the_rate_limit() {
        let mut rivals = rivals(&[(1, 0)]);
        let mut asked = Vec::new();
        for seconds in 1..100 {
            let Some(link) = rivals.next_check(at(seconds), |_| false) else {
                break;
            };
            // The first link polled goes down, and is up again later.
            if asked.is_empty() {
                assert_eq!(
                    rivals.next_check(at(seconds), |_| false),
                    None,
                    "one at a time"
                );
                rivals.set_up(ID, &[(&self::link(1), true), (&self::link(3), true)]);
            } else {
                rivals.on_sign(at(20 * seconds), ID, &link, Sign::Answer);
            }
            rivals.set_up(ID, &[]);
            rivals.set_up(
                ID,
                &[
                    (&self::link(1), true),
                    (&self::link(2), true),
                    (&self::link(3), true),
                ],
            );
            asked.push(link);
        }
        assert_eq!(asked.len(), 8, "{asked:?}");
        assert_eq!(asked.first(), Some(&link(2)));
        assert!(
            rivals.next_check(at(3700), |_| false).is_some(),
            "an hour later"
        );
    }
}
