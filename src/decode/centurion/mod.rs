//! Frames of Centurion: of a headset on its cable, or of a dongle, through whose bridge the messages
//! of the headset pass.
//!
//! A message is explained as one of HID++ 2.0, with the features of Centurion, some of which have
//! other numbers.

mod astro;
mod content;
#[cfg(test)]
mod tests;

pub(super) use astro::explain as astro;

use super::context::{Asked, Knowledge, Known, Talk};
use super::explanation::{Explanation, FrameKind};
use super::fields::hex;
use crate::capture::line::Direction;
use hidpp_proto::feature::{centurion_battery, centurion_bridge, root};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::centurion::{self, DONGLE, Frame, MESSAGE};
use hidpp_proto::wire::{
    DeviceIndex, Error20, FeatureId, FeatureIndex, Function, Report, ReportError, ReportId,
    software,
};

/// How the protocol is named.
const NAME: &str = "Centurion";

/// The bytes of a frame up to the end of its report: those that are left out at the end are zeros,
/// as people publish frames. `None`: it is not a frame, or complete.
pub(super) fn whole(bytes: &[u8]) -> Option<Vec<u8>> {
    let (before, length) = match *bytes {
        [0x51, length, ..] => (2, length),
        [0x50, _, length, ..] => (3, length),
        _ => return None,
    };
    let end = before + usize::from(length);
    let is_cut = (end..Report::MAX_LEN).contains(&bytes.len());
    is_cut.then(|| {
        let mut bytes = bytes.to_vec();
        bytes.resize(Report::MAX_LEN, 0);
        bytes
    })
}

/// A message, and how it was sent.
struct Sent<'a> {
    /// With the index of the headset or its dongle.
    message: Report,
    /// Whether it came through the bridge.
    bridged: bool,
    /// Function and software id of the bridge, or else those of the message.
    outer: u8,
    direction: Option<Direction>,
    report: &'a Report,
}

/// Explains a frame, and learns from it.
pub(super) fn explain(
    report: &Report,
    direction: Option<Direction>,
    talk: &mut Talk<'_>,
) -> Result<Explanation, ReportError> {
    let frame = Frame::parse(report).map_err(|_| ReportError::WrongLength {
        id: report.id().byte(),
        actual: usize::from(length(report)),
        expected: "1 to 62",
    })?;
    let number = frame.index;
    if frame.more || number > 0 {
        let mut explanation = withheld(report, 0);
        let words = format!("fragment {}", number + 1);
        explanation.fields.say("fragment", number + 1, words);
        return Ok(explanation);
    }
    let Some(sent) = sent(report, &frame.payload, direction, talk) else {
        return Ok(withheld(report, 2));
    };
    Ok(explain_message(&sent, talk))
}

/// The length in a frame.
fn length(report: &Report) -> u8 {
    let at = if report.id() == ReportId::Centurion {
        1
    } else {
        2
    };
    report.as_bytes().get(at).copied().unwrap_or_default()
}

/// A frame of which only the header and `shown` bytes of its payload are shown.
fn withheld(report: &Report, shown: usize) -> Explanation {
    let header = if report.id() == ReportId::Centurion {
        3
    } else {
        4
    };
    let start = report.as_bytes().get(..header + shown);
    let mut explanation = Explanation::new(
        format!("{} ..", hex(start.unwrap_or_default())),
        FrameKind::Input,
    );
    explanation.protocol = Some(NAME);
    explanation
}

fn sent<'a>(
    report: &'a Report,
    payload: &[u8],
    direction: Option<Direction>,
    talk: &Talk<'_>,
) -> Option<Sent<'a>> {
    let [feature, outer, params @ ..] = payload else {
        return None;
    };
    let may_be_bridge = match talk.feature(DONGLE.0, *feature) {
        Some((id, _)) => id == centurion_bridge::ID,
        None => true,
    };
    let passed_on = centurion::unwrap(params).filter(|inner| {
        may_be_bridge && outer >> 4 == MESSAGE.get() && params.len() == 3 + inner.len()
    });
    let message = match passed_on {
        Some(inner) => centurion::to_report(DeviceIndex::DIRECT, inner),
        None => centurion::to_report(DONGLE, payload),
    };
    Some(Sent {
        message: message?,
        bridged: passed_on.is_some(),
        outer: *outer,
        direction,
        report,
    })
}

impl Sent<'_> {
    /// What it is, and whether that was guessed.
    fn kind(&self, talk: &Talk<'_>) -> (FrameKind, bool) {
        let params = params(&self.message);
        match self.direction {
            _ if self.message.sub_id() == 0xFF => (FrameKind::Error, false),
            Some(Direction::HostToDevice) => (FrameKind::Request, false),
            _ if is_event(self.message.address()) => (FrameKind::Event, false),
            Some(Direction::DeviceToHost) => (FrameKind::Reply, false),
            // What passes through the bridge to the host is an event of the bridge.
            None if self.bridged && is_event(self.outer) => (FrameKind::Reply, false),
            None if self.bridged => (FrameKind::Request, false),
            None if talk.has_open(&self.message) => (FrameKind::Reply, false),
            None if self.is_acknowledgement() => (FrameKind::Reply, false),
            None if params.is_empty() => (FrameKind::Request, false),
            None if self.message.sub_id() == 0 && params.len() == 2 => (FrameKind::Request, true),
            None => (FrameKind::Reply, true),
        }
    }

    /// Whether it is a dongle's acknowledgement of a message for its headset.
    fn is_acknowledgement(&self) -> bool {
        !self.bridged
            && self.outer >> 4 == MESSAGE.get()
            && self.message.sub_id() != 0
            && params(&self.message).is_empty()
    }

    /// The feature at its index, if it is known or likely: the indices are those of the PRO X 2 and
    /// the G522.
    fn feature(&self, talk: &Talk<'_>) -> Option<Known> {
        let index = self.message.sub_id();
        let known = talk.feature(self.message.device().0, index);
        let params = params(&self.message);
        let function = self.message.address() >> 4;
        let is_bridge = match function {
            0 if is_event(self.message.address()) => params.len() == 2,
            0 => params.is_empty() || params.starts_with(&[0x03, 0xE8]),
            _ => self.is_acknowledgement(),
        };
        let is_battery = function == centurion_battery::GET_BATTERY
            && (params.is_empty()
                || centurion_battery::can_be_reading(&self.message) && params.len() == 3);
        known.or(match index {
            3 if !self.bridged && is_bridge => Some((centurion_bridge::ID, Knowledge::Assumed)),
            4 | 5 if is_battery => Some((centurion_battery::ID, Knowledge::Assumed)),
            _ => None,
        })
    }
}

/// Whether this function and software id are those of an event: software id 0.
const fn is_event(address: u8) -> bool {
    address.is_multiple_of(0x10)
}

/// The parameters of a message.
fn params(message: &Report) -> &[u8] {
    message.as_bytes().get(4..).unwrap_or_default()
}

fn explain_message(sent: &Sent<'_>, talk: &mut Talk<'_>) -> Explanation {
    let message = &sent.message;
    let (kind, guessed) = sent.kind(talk);
    let mut explanation = Explanation::new(sent.report.to_string(), kind);
    explanation.direction = sent.direction;
    explanation.guessed = guessed;
    explanation.protocol = Some(NAME);
    if sent.bridged {
        explanation.fields.keep("through_bridge", true);
    }
    if kind == FrameKind::Error {
        error(&mut explanation, message, talk);
        return explanation;
    }
    let asked = match kind {
        FrameKind::Reply => talk.answered_by(message),
        _ => None,
    };
    let known = sent.feature(talk);
    set_feature(&mut explanation, message.sub_id(), known);
    let number = message.address() >> 4;
    let id = known.map(|(id, _)| id);
    if kind == FrameKind::Event {
        explanation.event = Some(number);
        explanation.event_name = id.and_then(|id| content::event_name(id, number));
    } else {
        explanation.function = Some(number);
        explanation.function_name = id.and_then(|id| content::function_name(id, number));
        let program = message.address() & 0x0F;
        explanation.software_id = Some(program);
        explanation.software = software::user(program);
        explanation.foreign = software::is_foreign(program);
    }
    set_answers(&mut explanation, asked.as_ref(), talk.now());
    let request = asked.map(|asked| asked.report);
    let fields = &mut explanation.fields;
    let function = Function::new(number);
    let is_explained = id.is_some_and(|id| match kind {
        FrameKind::Request => content::request(fields, id, function, params(message)),
        FrameKind::Event => content::event(fields, id, function, message),
        _ => content::reply(fields, id, function, message, request.as_ref()),
    });
    match (kind, is_explained) {
        (_, true) => {}
        // It may be a button of the headset.
        (FrameKind::Event, false) => {
            let shown = if sent.bridged { 7 } else { 2 };
            explanation.frame = withheld(sent.report, shown).frame;
            explanation.kind = FrameKind::Input;
        }
        (_, false) => explanation.params = Some(hex(params(message))),
    }
    if kind == FrameKind::Request {
        talk.ask(message);
    }
    if let (Some(id), Some(request)) = (id, request) {
        learn(talk, id, message, &request);
    }
    explanation
}

fn error(explanation: &mut Explanation, message: &Report, talk: &mut Talk<'_>) {
    let [refused, address, code] = *params_of_error(message);
    let request = talk.refused(message.device().0, refused, address);
    set_feature(
        explanation,
        refused,
        talk.feature(message.device().0, refused),
    );
    explanation.function = Some(address >> 4);
    let program = address & 0x0F;
    explanation.software_id = Some(program);
    explanation.software = software::user(program);
    explanation.foreign = software::is_foreign(program);
    set_answers(explanation, request.as_ref(), talk.now());
    let (name, words) = match code {
        // A G522 (LGSTrayEx); in HID++ 2.0 it is another error.
        0x05 if refused == 0 => (Some("no such feature"), "no such feature".to_owned()),
        code => (Error20::from(code).name(), Error20::from(code).to_string()),
    };
    explanation.fields.say("name", name, words);
    explanation.fields.keep("error_code", code);
}

/// Feature index, function with software id, and code of an error.
fn params_of_error(message: &Report) -> &[u8; 3] {
    let bytes = message.as_bytes().get(3..);
    bytes.and_then(|it| it.first_chunk()).unwrap_or(&[0; 3])
}

/// The request that a frame answers, as a message without its report id and padding.
fn set_answers(explanation: &mut Explanation, asked: Option<&Asked>, now: Option<Timestamp>) {
    explanation.set_answers(asked, now);
    explanation.answers = asked.map(|asked| hex(centurion::message(&asked.report)));
}

fn set_feature(explanation: &mut Explanation, index: u8, known: Option<Known>) {
    explanation.feature_index = Some(index);
    explanation.feature = known.map(|(id, _)| id.to_string());
    explanation.feature_name = known.and_then(|(id, _)| content::feature_name(id));
    explanation.feature_source = known.map(|(_, source)| source);
    explanation.feature_assumed = known.is_some_and(|(_, source)| source == Knowledge::Assumed);
}

/// Learns the index of a feature from a reply of root or of the feature set.
fn learn(talk: &mut Talk<'_>, id: FeatureId, reply: &Report, request: &Report) {
    let asked = params(request);
    let found = match (id, reply.address() >> 4, params(reply), asked) {
        (FeatureId::ROOT, root::GET_FEATURE, [index, ..], [high, low, ..]) if *index != 0 => {
            Some((FeatureIndex(*index), u16::from_be_bytes([*high, *low])))
        }
        (FeatureId::FEATURE_SET, 1, [_, high, low, ..], [index, ..]) => {
            Some((FeatureIndex(*index), u16::from_be_bytes([*high, *low])))
        }
        _ => None,
    };
    if let Some((index, found)) = found {
        let known = (FeatureId(found), Knowledge::Learnt);
        talk.learn(reply.device().0, index.0, known);
    }
}
