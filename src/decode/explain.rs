//! Explains a frame, using the frames before it.

use super::context::{Context, Knowledge, Known, Talk};
use super::explanation::{Explanation, FrameKind};
use super::fields::hex;
use super::role::{self, Role};
use super::{centurion, evidence, features, names, notifications, registers};
use crate::capture::line::Frame;
use hidpp_proto::feature::{BatteryFeature, feature_set, root, solar_dashboard};
use hidpp_proto::wire::{
    DeviceIndex, DjReport, Error10, ErrorCode, FeatureId, Incoming, Message, Report, ReportError,
    classify, software,
};

/// Explains a frame, and learns from it.
pub fn explain(context: &mut Context, frame: &Frame) -> Result<Explanation, ReportError> {
    let whole = centurion::whole(&frame.bytes);
    let bytes = whole.as_deref().unwrap_or(&frame.bytes);
    let mut explanation = match (classify(bytes), Report::parse(bytes)) {
        (_, Ok(report)) if report.id().is_centurion() => {
            let mut talk = context.talk(frame.source);
            talk.set_now(frame.at);
            centurion::explain(&report, frame.direction, &mut talk)?
        }
        // What may be input depends on the direction too, so every report is checked here.
        (_, Ok(report)) => {
            let mut talk = context.talk(frame.source);
            talk.set_now(frame.at);
            let (role, guessed) = role::of(&report, frame.direction, &talk);
            if !guessed {
                evidence::report(&mut talk, &report, role);
            }
            let mut explanation = report_with_role(&report, role, &mut talk);
            explanation.guessed = guessed;
            explanation
        }
        (Incoming::Dj(notice), _) => {
            evidence::dj(&mut context.talk(frame.source), notice);
            dj(bytes, notice)
        }
        (Incoming::Input, _) => match centurion::astro(bytes) {
            Some(explanation) => explanation,
            None => input(bytes)?,
        },
        (_, Err(why)) => return Err(why),
    };
    explanation.direction = frame.direction;
    if frame.is_from_trace() && explanation.software_id.is_some_and(software::is_spare) {
        explanation.software = Some(software::OURS);
        explanation.foreign = false;
    }
    Ok(explanation)
}

fn report_with_role(report: &Report, role: Role, talk: &mut Talk<'_>) -> Explanation {
    let kind = match role {
        Role::Request => FrameKind::Request,
        Role::Reply => FrameKind::Reply,
        Role::Event => FrameKind::Event,
        Role::Notification => FrameKind::Notification,
        Role::Error => FrameKind::Error,
        Role::Input => FrameKind::Input,
    };
    let mut explanation = Explanation::new(report.to_string(), kind);
    explanation.behind = talk.behind();
    explanation.set_device(report.device());
    match (role, Message::of(report)) {
        (Role::Input, _) => private(&mut explanation, report, talk),
        (
            Role::Error,
            Message::Error {
                sub_id,
                address,
                code,
            },
        ) => {
            error(&mut explanation, report, talk, (sub_id, address, code));
        }
        (Role::Notification | Role::Error, _) => notification(&mut explanation, report),
        (Role::Request | Role::Reply | Role::Event, Message::Register { .. }) => {
            register(&mut explanation, report, talk);
        }
        (Role::Request, _) => call(&mut explanation, report, talk),
        (Role::Reply, _) => answer(&mut explanation, report, talk),
        (Role::Event, _) => event(&mut explanation, report, talk),
    }
    explanation
}

fn register(explanation: &mut Explanation, report: &Report, talk: &mut Talk<'_>) {
    explanation.set_register(report.sub_id(), report.address());
    let is_explained = if explanation.kind == FrameKind::Request {
        talk.ask(report);
        registers::request(&mut explanation.fields, report)
    } else {
        let request = talk.answered_by(report);
        explanation.set_answers(request.as_ref(), talk.now());
        registers::reply(&mut explanation.fields, report, talk.behind())
    };
    if !is_explained {
        explanation.set_params(report);
    }
}

fn notification(explanation: &mut Explanation, report: &Report) {
    explanation.set_notification(report.sub_id());
    if !notifications::notification(&mut explanation.fields, report) {
        explanation.set_params(report);
    }
}

fn call(explanation: &mut Explanation, report: &Report, talk: &mut Talk<'_>) {
    let known = talk
        .feature(report.device().0, report.sub_id())
        .or_else(|| assume(report, true));
    explanation.set_function(report.sub_id(), report.address(), known);
    talk.ask(report);
    let is_explained =
        known.is_some_and(|(id, _)| features::request(&mut explanation.fields, id, report));
    if !is_explained {
        explanation.set_params(report);
    }
}

fn answer(explanation: &mut Explanation, report: &Report, talk: &mut Talk<'_>) {
    let asked = talk.answered_by(report);
    let request = asked.map(|asked| asked.report);
    let known = known_for(report.device(), report.sub_id(), request.as_ref(), talk)
        .or_else(|| assume(report, false))
        .or_else(|| resemble(report, talk));
    explanation.set_function(report.sub_id(), report.address(), known);
    explanation.set_answers(asked.as_ref(), talk.now());
    let is_explained = known.is_some_and(|(id, _)| {
        features::reply(&mut explanation.fields, id, report, request.as_ref())
    });
    if !is_explained {
        explanation.set_params(report);
    }
    if let (Some(known), Some(request)) = (known, request) {
        learn(talk, known, report, &request);
    }
}

fn event(explanation: &mut Explanation, report: &Report, talk: &mut Talk<'_>) {
    let (device, index) = (report.device().0, report.sub_id());
    let known = talk.feature(device, index).or_else(|| {
        let is_solar = solar_dashboard::has_marker(report) && role::function(report) <= 2;
        is_solar.then(|| {
            let known = (BatteryFeature::SolarDashboard.id(), Knowledge::Inferred);
            talk.learn(device, index, known);
            known
        })
    });
    let known = known.or_else(|| resemble(report, talk));
    explanation.set_event(report, known);
    let is_explained =
        known.is_some_and(|(id, _)| features::event(&mut explanation.fields, id, report));
    if !is_explained {
        explanation.set_params(report);
    }
}

fn error(
    explanation: &mut Explanation,
    report: &Report,
    talk: &mut Talk<'_>,
    (sub_id, address, code): (u8, u8, ErrorCode),
) {
    let asked = talk.refused(report.device().0, sub_id, address);
    let request = asked.map(|asked| asked.report);
    if (0x80..=0x8E).contains(&sub_id) {
        explanation.set_register(sub_id, address);
    } else {
        let known = known_for(report.device(), sub_id, request.as_ref(), talk);
        explanation.set_function(sub_id, address, known);
    }
    explanation.set_answers(asked.as_ref(), talk.now());
    evidence::error(talk, report, request.as_ref(), code);
    let unreachable = match code {
        ErrorCode::Hidpp10(error) if error.is_unreachable() => Some(error),
        _ => None,
    };
    // 2.0 requests can be refused with an error of 1.0, by the receiver or by a 1.0 device.
    let (protocol, name, code, words) = match code {
        ErrorCode::Hidpp10(error) => ("1.0", error.name(), error.code(), code.to_string()),
        ErrorCode::Hidpp20(error) => ("2.0", error.name(), error.code(), code.to_string()),
    };
    explanation.protocol = Some(protocol);
    explanation.fields.say("name", name, words);
    explanation.fields.keep("error_code", code);
    if let Some(error) = unreachable
        && report.device() != DeviceIndex::RECEIVER
    {
        let words = absence(error, talk.is_paired(report.device().0));
        explanation.fields.row("unreachable", true, words);
    }
}

/// Why a device cannot be reached. An empty slot is always error 08; newer receivers return 08 for
/// sleeping devices too (Linux commit aba7963544d4).
fn absence(error: Error10, is_paired: Option<bool>) -> &'static str {
    match (error, is_paired) {
        (Error10::UnknownDevice, Some(false)) => "an empty slot",
        (Error10::UnknownDevice, None) => "asleep, switched off, out of range, or an empty slot",
        _ => "asleep, switched off or out of range",
    }
}

/// The feature of an answer: a device that was addressed as FF may answer with its slot.
fn known_for(
    device: DeviceIndex,
    index: u8,
    request: Option<&Report>,
    talk: &Talk<'_>,
) -> Option<Known> {
    talk.feature(device.0, index)
        .or_else(|| talk.feature(request?.device().0, index))
        .or_else(|| assume(request?, true))
}

/// The likely feature at an unknown index. Only two assumptions are reliable enough: all devices
/// known have the feature set at 1, and the K750s known have the solar dashboard at 9.
fn assume(report: &Report, is_request: bool) -> Option<Known> {
    let [p0, p1, p2, _, rest @ ..] = report.params();
    let rest_is_zero = rest.iter().all(|&byte| byte == 0);
    if role::software(report) == 0 || !rest_is_zero {
        return None;
    }
    let id = match (report.sub_id(), role::function(report)) {
        (1, feature_set::GET_COUNT) if (*p1, *p2) == (0, 0) => FeatureId::FEATURE_SET,
        (1, feature_set::GET_FEATURE_ID) if !is_request || (*p1, *p2) == (0, 0) => {
            FeatureId::FEATURE_SET
        }
        (9, solar_dashboard::SET_LIGHT_MEASURE)
            if is_request && *p0 != 0 && (1..=60).contains(p1) && *p2 == 0 =>
        {
            BatteryFeature::SolarDashboard.id()
        }
        _ => return None,
    };
    Some((id, Knowledge::Assumed))
}

/// Takes a report with the shape of a headset's battery for one, if its feature was not looked up:
/// recordings of a G933 begin after the look-ups of their programs. Function and event 0 of 1F20
/// have the voltage of one lithium cell and, as flags, valid, charging and full; other features with
/// a voltage set bit 7.
fn resemble(report: &Report, talk: &mut Talk<'_>) -> Option<Known> {
    let (device, index) = (report.device(), report.sub_id());
    let [high, low, flags, rest @ ..] = report.params();
    let is_battery = matches!(u16::from_be_bytes([*high, *low]), 3000..=4400)
        && matches!(flags, 0x01 | 0x03 | 0x07)
        && rest.iter().all(|&byte| byte == 0);
    let is_alone = device == DeviceIndex::RECEIVER && role::function(report) == 0;
    if !is_battery || !is_alone || talk.has_looked_up(device.0) {
        return None;
    }
    let known = (BatteryFeature::Adc.id(), Knowledge::Resembling);
    talk.learn(device.0, index, known);
    Some(known)
}

/// Learns the index of a feature from a reply of root or of the feature set.
fn learn(talk: &mut Talk<'_>, (id, source): Known, reply: &Report, request: &Report) {
    let [p0, p1, _] = request.head();
    let (index, found) = match (id, role::function(reply)) {
        (FeatureId::ROOT, root::GET_FEATURE) => match root::read_feature(reply).index {
            Some(index) => (index.0, FeatureId(u16::from_be_bytes([p0, p1]))),
            None => return,
        },
        (FeatureId::FEATURE_SET, feature_set::GET_FEATURE_ID) => {
            (p0, feature_set::read_feature_id(reply).id)
        }
        _ => return,
    };
    let source = match source {
        Knowledge::Assumed => Knowledge::Assumed,
        _ => Knowledge::Learnt,
    };
    for device in [reply.device().0, request.device().0] {
        talk.learn(device, index, (found, source));
    }
}

/// Names a report that holds keys, buttons or a passkey, and leaves its content out.
fn private(explanation: &mut Explanation, report: &Report, talk: &Talk<'_>) {
    let known = talk.feature(report.device().0, report.sub_id());
    let is_notification = matches!(Message::of(report), Message::Notification { .. });
    let shown = if is_notification {
        explanation.set_notification(report.sub_id());
        3
    } else {
        explanation.set_event(report, known);
        4
    };
    explanation.frame = withheld(report.as_bytes(), shown);
}

/// A report of another kind that holds input: a DJ report, or what keyboards and mice send.
fn input(bytes: &[u8]) -> Result<Explanation, ReportError> {
    let (id, shown) = match bytes {
        [id @ 0x20, ..] if bytes.len() != 15 => return Err(wrong_length(*id, bytes, "15")),
        [id @ 0x21, ..] if bytes.len() != 32 => return Err(wrong_length(*id, bytes, "32")),
        [id @ (0x20 | 0x21), ..] => (*id, 3),
        [id, ..] => (*id, 1),
        [] => return Err(ReportError::Empty),
    };
    let mut explanation = Explanation::new(withheld(bytes, shown), FrameKind::Input);
    if let (0x20 | 0x21, [_, device, kind, ..]) = (id, bytes) {
        explanation.set_device(DeviceIndex(*device));
        explanation.event = Some(*kind);
        explanation.event_name = names::dj(*kind);
    }
    Ok(explanation)
}

fn wrong_length(id: u8, bytes: &[u8], expected: &'static str) -> ReportError {
    ReportError::WrongLength {
        id,
        actual: bytes.len(),
        expected,
    }
}

fn withheld(bytes: &[u8], shown: usize) -> String {
    format!("{} ..", hex(bytes.get(..shown).unwrap_or_default()))
}

fn dj(bytes: &[u8], report: DjReport) -> Explanation {
    let mut explanation = Explanation::new(hex(bytes), FrameKind::Dj);
    explanation.set_device(report.device);
    if let [_, _, kind, rest @ ..] = bytes {
        explanation.event = Some(*kind);
        explanation.event_name = names::dj(*kind);
        if names::dj(*kind).is_none() {
            explanation.params = Some(hex(rest));
        }
    }
    notifications::dj(&mut explanation.fields, report.notice);
    explanation
}
