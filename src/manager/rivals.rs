//! Finds out whether links of one id belong to two devices: clones, with one model and serial number.
//!
//! A device has one radio link that is up. A receiver may report the link that a device left as up
//! for a while, so links that seem to be up at the same time are asked whether they answer. Where
//! two of them answer in turn, without a notice that either connected in between, there are two
//! devices.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::device::Link;
use hidpp_proto::units::Timestamp;

/// Within this time two devices answer in turn: an idle one takes up to 2 s for an answer.
const IN_TURN: Duration = Duration::from_secs(10);

/// How many answers are remembered of links of one id: enough for three links in turn, twice.
const ANSWERS: usize = 8;

/// How often the links of one id are asked within [`BUDGET`]: each request costs the device charge,
/// and a hostile dongle can let a link of its own come and go.
const CHECKS: u32 = 8;
const BUDGET: Duration = Duration::from_secs(60 * 60);

/// How many ids are remembered; those whose budget began first are dropped.
const IDS: usize = 256;

/// A sign of life at a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// The device connected there.
    Arrival,
    /// It answered there.
    Answer,
}

/// Ids, without a place, with several radio links that seem to be up, or seemed to be.
#[derive(Debug, Default)]
pub(super) struct Rivals(BTreeMap<String, Links>);

/// Radio links of one id.
#[derive(Debug, Default)]
struct Links {
    /// Those that seem to be up, where there are several.
    up: Vec<Link>,
    /// Those of them that may be of one device or not.
    in_doubt: Vec<Link>,
    /// Which link answered when. One that answers several times in a row is there once.
    answers: Vec<(Link, Timestamp)>,
    /// The link that is being asked.
    asked: Option<Link>,
    /// How often they were asked since then.
    checks: u32,
    since: Timestamp,
}

impl Rivals {
    /// Takes which radio links of an id seem to be up, also with a place, and which of them are asked.
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

    /// Takes a sign of life at a link of an id.
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

    /// Those of an id that answered in turn just now: answers are kept for longer than they prove.
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

    /// A link to be asked whether it answers: of an id the one that was silent for longest. It counts
    /// as asked. An id waits while that link is put off, because what it is busy with may decide.
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

    /// The link of the last check could not be asked, and is asked later.
    pub(super) fn put_off(&mut self, link: &Link) {
        for links in self.0.values_mut() {
            if links.asked.take_if(|asked| asked == link).is_some() {
                links.checks = links.checks.saturating_sub(1);
            }
        }
    }
}

impl Links {
    /// Pairs of links of which one answered between two answers of the other, and when that was over.
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

    /// Links that seem to be up and answer so: slot and second.
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
    fn a_device_that_changes_its_channel_is_one() {
        let mut rivals = rivals(&[(1, 0), (2, 1)]);
        rivals.on_sign(at(2), ID, &link(1), Sign::Arrival);
        rivals.on_sign(at(2), ID, &link(1), Sign::Answer);
        assert_eq!(rivals.pairs().next(), None);
    }

    #[test]
    fn each_link_is_asked_in_turn_and_no_more_than_the_budget_allows() {
        let mut rivals = rivals(&[(1, 0)]);
        let mut asked = Vec::new();
        for seconds in 1..100 {
            let Some(link) = rivals.next_check(at(seconds), |_| false) else {
                break;
            };
            // The first to be asked is gone, and is up again later.
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
