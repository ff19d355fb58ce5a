//! The role of a report: request or answer, HID++ 1.0 or 2.0, also if its header is ambiguous.

use super::context::{Behind, Talk};
use super::{battery, catalogue};
use crate::capture::line::Direction;
use hidpp_proto::feature::{BatteryFeature, BatteryRegister, Origin, root, solar_dashboard};
use hidpp_proto::wire::{Access, FeatureId, Message, Register, Report, ReportId};

/// The role of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A register access or function call.
    Request,
    /// The answer to a request.
    Reply,
    /// An unsolicited event of a HID++ 2.0 feature.
    Event,
    /// An unsolicited notification of HID++ 1.0.
    Notification,
    /// The error that refuses a request.
    Error,
    /// Contains key or button presses.
    Input,
}

/// The role of a report, and whether it was guessed.
pub(super) fn of(report: &Report, direction: Option<Direction>, talk: &Talk<'_>) -> (Role, bool) {
    let role = match (Message::of(report), report.id()) {
        (Message::Error { .. }, _) => Role::Error,
        (Message::Register { access, register }, _) => {
            return register_access(report, access, register, direction, talk);
        }
        (Message::Notification { .. }, ReportId::Short) => {
            return match short_event(report, direction, talk) {
                Some(role) => (role, direction.is_none()),
                None => (short(report, direction, talk), false),
            };
        }
        // A passkey is typed on the new keyboard.
        (
            Message::Notification {
                sub_id: 0x4D | 0x4E,
                ..
            },
            _,
        ) => Role::Input,
        (Message::Notification { .. }, _) => Role::Notification,
        (Message::Reply { .. } | Message::Event { .. }, _) => {
            return long(report, direction, talk);
        }
    };
    (role, false)
}

/// An event of HID++ 2.0 in a short report, if it is one. Root has one without content (a K380
/// sends it in bursts, Solaar issue 3265), and no notification of HID++ 1.0 has its number. Other
/// numbers are notifications too, so the device must be known to have its own node and features.
/// Without a direction, a report of zeros only is not a request: it would look up root in root,
/// with the software id of events.
fn short_event(report: &Report, direction: Option<Direction>, talk: &Talk<'_>) -> Option<Role> {
    let (device, index) = (report.device().0, report.sub_id());
    let known = talk.feature(device, index).map(|(id, _)| id);
    if software(report) != 0 {
        return None;
    }
    match (direction, index, known) {
        (Some(Direction::DeviceToHost), 0, _) => Some(Role::Event),
        (None, 0, _) if report.address() == 0 && report.head() == [0; 3] => Some(Role::Event),
        (None | Some(Direction::HostToDevice), ..) | (_, 0x40.., _) => None,
        _ if talk.behind() != Some(Behind::Device) || !talk.is_modern(device) => None,
        (_, _, Some(id)) if catalogue::has_input(id) => Some(Role::Input),
        // Keys: when in doubt, the content is not shown.
        (_, 0x03..=0x06 | 0x09..=0x0C, None) => Some(Role::Input),
        _ => Some(Role::Event),
    }
}

/// A short report below 80: a HID++ 1.0 notification or a HID++ 2.0 request.
fn short(report: &Report, direction: Option<Direction>, talk: &Talk<'_>) -> Role {
    let (device, sub_id) = (report.device().0, report.sub_id());
    match direction {
        Some(Direction::HostToDevice) => return Role::Request,
        Some(Direction::DeviceToHost) if software(report) != 0 && talk.has_open(report) => {
            return Role::Reply;
        }
        _ => {}
    }
    let incoming = direction.is_some();
    let is_feature = !incoming && talk.feature(device, sub_id).is_some();
    let battery = BatteryRegister::of_notification(sub_id);
    let is_notification = match sub_id {
        0x40..=0x42 | 0x45 | 0x46 | 0x48..=0x4B => true,
        _ if is_feature => false,
        // Keys: when in doubt, the content is not shown.
        0x03..=0x06 | 0x09..=0x0C if incoming || !is_likely_call(report) => return Role::Input,
        _ if incoming => true,
        0x08 => software(report) == 0,
        0x17 => {
            let seen = report.address() == 0x3C && matches!(report.head(), [0, 0, _]);
            software(report) == 0 || seen
        }
        _ => battery.is_some_and(|register| battery::is_notification(register, report)),
    };
    if is_notification {
        Role::Notification
    } else {
        Role::Request
    }
}

/// Function 0 to 3 under a software id that sends short reports (the kernel, 1, does not): low
/// enough not to be confused with the codes of media keys.
fn is_likely_call(report: &Report) -> bool {
    software(report) >= 2 && function(report) <= 3
}

/// `80` to `85`.
fn register_access(
    report: &Report,
    access: Access,
    register: Register,
    direction: Option<Direction>,
    talk: &Talk<'_>,
) -> (Role, bool) {
    let params = report.head();
    let is_request = match (direction, access, report.id()) {
        (Some(direction), _, _) => direction == Direction::HostToDevice,
        (None, Access::GetLong | Access::GetVeryLong, id) => id == ReportId::Short,
        (None, Access::SetLong | Access::SetVeryLong, id) => id != ReportId::Short,
        (None, _, ReportId::Long | ReportId::VeryLong) => return (Role::Reply, true),
        (None, Access::SetShort, _) => params != [0; 3] || !talk.has_open(report),
        (None, _, _) if talk.has_open(report) => false,
        (None, _, _) => matches!(
            params, [first, 0, 0] if first == 0 || register.has_sub_registers()
        ),
    };
    if is_request {
        (Role::Request, false)
    } else {
        (Role::Reply, false)
    }
}

/// A long report of HID++ 2.0: event, reply or request.
fn long(report: &Report, direction: Option<Direction>, talk: &Talk<'_>) -> (Role, bool) {
    let params = report.as_bytes().get(4..).unwrap_or_default();
    match direction {
        Some(Direction::HostToDevice) => (Role::Request, false),
        _ if software(report) == 0 => {
            let unasked = solar_dashboard::has_marker(report) || !talk.has_open(report);
            let feature = talk.feature(report.device().0, report.sub_id());
            let id = feature.map(|(id, _)| id);
            if unasked && id.is_some_and(catalogue::has_input) {
                return (Role::Input, false);
            }
            match (unasked, id) {
                (false, _) => (Role::Reply, false),
                // A program that uses software id 0 for its calls.
                (true, Some(id)) if is_reply_of_battery(id, report) => (Role::Reply, true),
                (true, _) => (Role::Event, false),
            }
        }
        Some(Direction::DeviceToHost) => (Role::Reply, false),
        None if talk.has_open(report) => (Role::Reply, false),
        None if params.iter().all(|&byte| byte == 0) => (Role::Request, false),
        None => match has_request_shape(report, talk) {
            Some(true) => (Role::Request, false),
            Some(false) => (Role::Reply, false),
            None => (Role::Reply, true),
        },
    }
}

/// Whether a report with software id 0 cannot be an event of its battery feature.
fn is_reply_of_battery(id: FeatureId, report: &Report) -> bool {
    BatteryFeature::from_id(id).is_some_and(|feature| {
        battery::is_certain_reply(feature, report) && feature.origin(None, report) == Origin::Reply
    })
}

/// Whether the parameters are those of a request rather than a reply; `None`: undecided.
fn has_request_shape(report: &Report, talk: &Talk<'_>) -> Option<bool> {
    let (index, function) = (report.sub_id(), function(report));
    let [p0, p1, p2, rest @ ..] = report.params();
    let rest_is_zero = rest.iter().all(|&byte| byte == 0);
    let id = match talk.feature(report.device().0, index) {
        Some((id, _)) => id,
        None if index == 1 => FeatureId::FEATURE_SET,
        None => return None,
    };
    if let Some(feature) = BatteryFeature::from_id(id) {
        // If any byte is not zero, it is a reply.
        return battery::only_reads(feature, function).then_some(false);
    }
    match (id, function) {
        (FeatureId::ROOT, root::PING) => Some((*p0, *p1) == (0, 0)),
        // `id id 00`, or `index flags version`: bits 3-0 of the flags are not used, and no device
        // has 64 features.
        (FeatureId::ROOT, root::GET_FEATURE) => {
            let is_id = catalogue::name(FeatureId(u16::from_be_bytes([*p0, *p1]))).is_some();
            Some(*p2 == 0 && rest_is_zero && (is_id || *p0 == 0 || *p0 >= 0x40 || p1 & 0x0F != 0))
        }
        // One byte selects the piece; answers have more.
        (FeatureId::FEATURE_SET | FeatureId::DEVICE_INFORMATION | FeatureId::DEVICE_NAME, 1) => {
            Some((*p1, *p2) == (0, 0) && rest_is_zero && *p0 < 0x40)
        }
        // A request has no parameters: if any byte is not zero, it is a reply.
        (FeatureId::FEATURE_SET, 0) => Some(false),
        _ => catalogue::has_request_shape(id, function),
    }
}

/// The low nibble of byte 3.
pub(super) const fn software(report: &Report) -> u8 {
    report.address() & 0x0F
}

/// The high nibble of byte 3.
pub(super) const fn function(report: &Report) -> u8 {
    report.address() >> 4
}

#[cfg(test)]
mod tests {
    use super::super::context::{Context, Knowledge};
    use super::*;
    use crate::capture::line::Source;
    use test_support::report;

    /// The role of the last frame, after the others as requests.
    fn role(frames: &str) -> Role {
        let mut context = Context::new(&[]);
        let mut talk = context.talk(Source::Unknown);
        let mut role = None;
        for frame in frames.split(';') {
            let report = report(frame.trim());
            role = Some(of(&report, None, &talk).0);
            talk.ask(&report);
        }
        role.unwrap()
    }

    #[test]
    fn short_reports_below_80_are_notifications_or_requests() {
        for (frame, expected) in [
            ("10 01 41 04 61 10 20", Role::Notification),
            ("10 FF 4A 00 01 00 00", Role::Notification),
            ("10 02 07 01 00 00 00", Role::Notification),
            ("10 02 07 07 26 00 00", Role::Notification),
            ("10 01 07 0B 00 00 00", Role::Request),
            ("10 02 0D 28 47 34 00", Role::Notification),
            ("10 02 0D 0E 00 00 00", Role::Request),
            ("10 03 08 10 00 00 00", Role::Notification),
            ("10 03 08 1B 00 00 00", Role::Request),
            ("10 01 17 3C 00 00 02", Role::Notification),
            ("10 01 09 03 78 01 00", Role::Request),
            ("10 01 00 12 28 3F 94", Role::Request),
            ("10 FF 04 0A 00 00 00", Role::Request),
        ] {
            assert_eq!(role(frame), expected, "{frame}");
        }
    }

    #[test]
    fn a_devices_own_root_event_is_one() {
        // Solaar issue 3265: a K380.
        let mut context = Context::new(&[]);
        let talk = context.talk(Source::Unknown);
        let event = report("10 FF 00 00 00 00 00");
        let incoming = Some(Direction::DeviceToHost);
        assert_eq!(of(&event, incoming, &talk), (Role::Event, false));
        assert_eq!(of(&event, None, &talk), (Role::Event, true));
        let outgoing = Some(Direction::HostToDevice);
        assert_eq!(of(&event, outgoing, &talk), (Role::Request, false));
        // With any number and parameters, and from a slot too.
        for frame in ["10 02 00 00 01 00 00", "10 FF 00 30 00 00 00"] {
            assert_eq!(of(&report(frame), incoming, &talk).0, Role::Event);
            assert_eq!(of(&report(frame), None, &talk).0, Role::Request);
        }
    }

    #[test]
    fn short_events_of_a_device_with_features_and_its_own_node() {
        let mut context = Context::new(&[]);
        context.introduce(Source::Node(1), 0x046D, 0xB342);
        let mut talk = context.talk(Source::Node(1));
        let incoming = Some(Direction::DeviceToHost);
        let battery = report("10 FF 07 00 5A 32 00");
        assert_eq!(of(&battery, incoming, &talk).0, Role::Notification);
        talk.learn_modern(0xFF);
        talk.learn(0xFF, 7, (FeatureId(0x1000), Knowledge::Learnt));
        assert_eq!(of(&battery, incoming, &talk).0, Role::Event);
        talk.learn(0xFF, 8, (FeatureId(0x1B04), Knowledge::Learnt));
        let key = report("10 FF 08 00 00 6F 00");
        assert_eq!(of(&key, incoming, &talk).0, Role::Input);
        let unknown = report("10 FF 0B 00 00 6F 00");
        assert_eq!(of(&unknown, incoming, &talk).0, Role::Input);
        let wheel = report("10 FF 15 00 01 00 00");
        assert_eq!(of(&wheel, incoming, &talk).0, Role::Event);
    }

    #[test]
    fn media_keys_are_input() {
        for frame in [
            "10 01 03 E9 00 00 00",
            "10 01 03 CD 00 00 00",
            "10 01 0C 01 00 00 00",
        ] {
            assert_eq!(role(frame), Role::Input, "{frame}");
        }
    }

    #[test]
    fn a_mapped_index_makes_a_request() {
        let mut context = Context::new(&[]);
        let mut talk = context.talk(Source::Unknown);
        let frame = report("10 01 07 05 00 00 00");
        assert_eq!(of(&frame, None, &talk).0, Role::Notification);
        talk.learn(1, 7, (FeatureId(0x1000), Knowledge::Learnt));
        assert_eq!(of(&frame, None, &talk).0, Role::Request);
        let incoming = Some(Direction::DeviceToHost);
        assert_eq!(of(&frame, incoming, &talk).0, Role::Notification);
    }

    #[test]
    fn diverted_keys_are_input() {
        let mut context = Context::new(&[]);
        let mut talk = context.talk(Source::Unknown);
        talk.learn(1, 8, (FeatureId(0x1B04), Knowledge::Learnt));
        assert_eq!(
            of(&report("11 01 08 00 00 6F …"), None, &talk).0,
            Role::Input
        );
        assert_eq!(of(&report("11 01 08 0B …"), None, &talk).0, Role::Request);
    }

    #[test]
    fn register_roles_follow_from_form_value_and_open_request() {
        for (frames, expected) in [
            ("10 FF 83 B5 03 00 00", Role::Request),
            ("11 FF 83 B5 03 AF 4F 95 EA 05 06 0E …", Role::Reply),
            ("10 FF 81 F1 01 00 00", Role::Request),
            ("10 FF 81 F1 01 12 01", Role::Reply),
            ("10 FF 81 00 00 00 00", Role::Request),
            ("10 FF 81 00 00 00 00; 10 FF 81 00 00 00 00", Role::Reply),
            ("10 FF 81 00 00 09 00", Role::Reply),
            ("10 FF 80 B2 00 00 00", Role::Request),
            ("10 FF 80 B2 01 53 3C", Role::Request),
            ("10 FF 80 B2 01 53 3C; 10 FF 80 B2 00 00 00", Role::Reply),
        ] {
            assert_eq!(role(frames), expected, "{frames}");
        }
    }

    #[test]
    fn long_report_roles_follow_from_open_request_value_and_shape() {
        for (frames, expected) in [
            ("11 01 00 1C 00 00 4F …", Role::Request),
            ("11 01 00 1C 04 02 4F …", Role::Reply),
            ("11 01 00 18 …", Role::Request),
            ("11 01 00 08 00 01 …", Role::Request),
            ("11 01 00 08 01 00 01 …", Role::Reply),
            ("11 FF 00 08 10 00 …", Role::Request),
            ("11 01 00 05 02 …", Role::Reply),
            ("11 01 01 18 02 …", Role::Request),
            ("11 01 01 18 00 03 00 02 …", Role::Reply),
            ("11 02 09 10 39 00 0C 06 1D 47 4F 4F 44 …", Role::Event),
            ("10 01 00 09 00 00 00; 11 01 00 09 …", Role::Reply),
        ] {
            assert_eq!(role(frames), expected, "{frames}");
        }
        let mut context = Context::new(&[]);
        let talk = context.talk(Source::Unknown);
        let undecided = report("11 FF 06 3E 02 …");
        assert_eq!(of(&undecided, None, &talk), (Role::Reply, true));
        let outgoing = Some(Direction::HostToDevice);
        assert_eq!(of(&undecided, outgoing, &talk), (Role::Request, false));
    }
}
