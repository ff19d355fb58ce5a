//! Late answers: those that may still arrive for requests that are over, ours and those of other
//! programs.
//!
//! An answer does not repeat the arguments of its request. A late or duplicate answer could
//! therefore be taken for the answer to the next request with the same header. To prevent that, the
//! next request uses another software id, as in the alternating-bit protocol
//! ([`SoftwareId::SPARE`]).

use std::collections::BTreeMap;

use super::timing;
use crate::units::Timestamp;
use crate::wire::{Header, Message, Relation, Report, SoftwareId, relation};

/// Requests, ours and those of other programs, that may still be answered.
#[derive(Debug, Default)]
pub(super) struct Past {
    questions: Vec<Question>,
    /// Until when another program may be using one of our software ids, because an answer to it was
    /// seen.
    heard: BTreeMap<SoftwareId, Timestamp>,
}

/// A finished request that may still be answered (again).
#[derive(Debug)]
struct Question {
    report: Report,
    /// How many answers are owed: how many more times it was sent than answered.
    owed: u8,
    until: Timestamp,
}

impl Past {
    /// The request with a software id under which no late answer with this header can arrive,
    /// neither to us nor to another program that was seen to use the id; if there is no such id,
    /// the one that was unused for the longest time.
    pub(super) fn first_report(
        &self,
        now: Timestamp,
        under: impl Fn(SoftwareId) -> Report,
    ) -> Report {
        let last_use = |(id, report): &(SoftwareId, Report)| {
            let others = self.questions.iter().filter(|past| {
                past.until > now
                    && Header::of(&past.report) == Header::of(report)
                    && past.report != *report
            });
            let ours = others.map(|past| past.until).max();
            let heard = self.heard.get(id).filter(|until| **until > now);
            ours.max(heard.copied())
        };
        let ids = std::iter::once(SoftwareId::OURS).chain(SoftwareId::SPARE);
        ids.map(|id| (id, under(id)))
            .min_by_key(last_use)
            .map_or_else(|| under(SoftwareId::OURS), |(_, report)| report)
    }

    /// Records a finished request; `owed` answers to it may still be under way.
    pub(super) fn remember(&mut self, now: Timestamp, report: Report, owed: u8) {
        // A repeated identical request may be matched with either answer: only the newest record
        // counts.
        self.questions
            .retain(|past| past.report != report && past.until > now);
        self.questions.push(Question {
            report,
            owed,
            until: now + timing::LATE_ANSWER,
        });
    }

    /// A register's error does not name its sub-register. While an answer is owed to an earlier
    /// request to that register, the error is attributed to that request. `true`: it was, and one
    /// answer fewer is owed.
    pub(super) fn settle_error(
        &mut self,
        now: Timestamp,
        question: &Report,
        error: &Report,
    ) -> bool {
        let owed = self.questions.iter_mut().find(|past| {
            past.owed > 0
                && past.until > now
                && past.report != *question
                && matches!(relation(&past.report, error), Relation::Error(_))
        });
        match owed {
            Some(past) => past.owed -= 1,
            None => return false,
        }
        true
    }

    /// Processes a report that matches no pending request. `true`: it is a late or duplicate
    /// answer, and one fewer is owed; `false`: it is not for us.
    pub(super) fn settle(&mut self, now: Timestamp, report: &Report) -> bool {
        self.questions.retain(|past| past.until > now);
        let settled = self
            .questions
            .iter_mut()
            .find(|past| relation(&past.report, report) != Relation::None);
        if let Some(past) = settled {
            past.owed = past.owed.saturating_sub(1);
            return true;
        }
        if let Message::Reply { software, .. } = Message::of(report)
            && let Some(id) = SoftwareId::new(software)
        {
            self.heard.insert(id, now + timing::LATE_ANSWER);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn possible_input_is_not_taken_for_an_answer() {
        // A matched late answer is logged with its content.
        let mut past = Past::default();
        let now = Timestamp::START;
        past.remember(now, report("10 01 08 06 00 00 00"), 2);
        for input in [
            "11 01 08 00 00 C3 …",
            "10 01 08 06 41 42 00",
            "10 01 08 00 00 C3 00",
            "11 01 08 16 00 C3 …",
        ] {
            assert!(!past.settle(now, &report(input)), "{input}");
        }
        assert!(past.settle(now, &report("11 01 08 06 …")));
    }
}
