//! Parses and rewrites the headers of D-Bus messages.
//!
//! Source: D-Bus Specification 0.43, "Message Format". A message begins with 16 bytes: byte order
//! (`l` or `B`), type, flags, version, length of the body, serial number, length of the array of
//! header fields; then follow the fields, padding to 8 bytes, and the body. A field begins at a
//! multiple of 8 with its code and the signature of its value (4 bytes), followed by the value.
//!
//! Every message is rewritten with only the fields that zbus supports. A message with other fields
//! of unknown length is dropped. The reason: zbus closes the connection on an unknown field
//! (`zbus::message::parser::fields` of 6.2), dbus-broker passes such fields on, and the
//! specification requires receivers to ignore them. So any peer could terminate a program with one
//! message.

use zbus::ObjectPath;
use zbus::names::{BusName, ErrorName, InterfaceName, MemberName, UniqueName};
use zbus::wire::{Endian, Signature};

/// The size of the fixed part at the start of every message.
pub(super) const PRIMARY: usize = 16;

/// The version of the protocol.
const VERSION: u8 = 1;

/// The flag of a call without an expected answer.
const NO_REPLY_EXPECTED: u8 = 0x1;

/// The type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A method call.
    Call,
    /// A method returned a value.
    Return,
    /// A method failed.
    Error,
    /// A signal.
    Signal,
    /// A type of a later version of the protocol.
    Unknown(u8),
}

impl MessageKind {
    const fn of(code: u8) -> Self {
        match code {
            1 => Self::Call,
            2 => Self::Return,
            3 => Self::Error,
            4 => Self::Signal,
            code => Self::Unknown(code),
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Call => 1,
            Self::Return => 2,
            Self::Error => 3,
            Self::Signal => 4,
            Self::Unknown(code) => code,
        }
    }
}

/// The first 16 bytes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Primary {
    endian: Endian,
    pub(super) kind: MessageKind,
    flags: u8,
    version: u8,
    serial: u32,
    fields: u32,
    body: u32,
}

impl Primary {
    /// Parses the first bytes of a message; `None`: not a message.
    pub(super) fn read(bytes: &[u8; PRIMARY]) -> Option<Self> {
        let [order, kind, flags, version, rest @ ..] = *bytes;
        let [b0, b1, b2, b3, s0, s1, s2, s3, f0, f1, f2, f3] = rest;
        let endian = match order {
            b'l' => Endian::Little,
            b'B' => Endian::Big,
            _ => return None,
        };
        Some(Self {
            endian,
            kind: MessageKind::of(kind),
            flags,
            version,
            serial: number(endian, [s0, s1, s2, s3]),
            fields: number(endian, [f0, f1, f2, f3]),
            body: number(endian, [b0, b1, b2, b3]),
        })
    }

    fn write(&self, to: &mut Vec<u8>) {
        let order = match self.endian {
            Endian::Little => b'l',
            Endian::Big => b'B',
        };
        to.extend([order, self.kind.code(), self.flags, self.version]);
        for value in [self.body, self.serial, self.fields] {
            to.extend(self.bytes(value));
        }
    }

    /// The length of everything before the body.
    pub(super) const fn header_length(&self) -> u64 {
        (PRIMARY as u64 + self.fields as u64).next_multiple_of(8)
    }

    /// The length of the message.
    pub(super) const fn length(&self) -> u64 {
        self.header_length() + self.body as u64
    }

    const fn bytes(&self, value: u32) -> [u8; 4] {
        match self.endian {
            Endian::Little => value.to_le_bytes(),
            Endian::Big => value.to_be_bytes(),
        }
    }
}

const fn number(endian: Endian, bytes: [u8; 4]) -> u32 {
    match endian {
        Endian::Little => u32::from_le_bytes(bytes),
        Endian::Big => u32::from_be_bytes(bytes),
    }
}

/// The fields of a header that zbus supports, without the number of descriptors, because none are
/// received.
#[derive(Clone, Copy, Debug, Default)]
struct Fields<'m> {
    path: Option<&'m str>,
    interface: Option<&'m str>,
    member: Option<&'m str>,
    error: Option<&'m str>,
    reply_serial: Option<u32>,
    destination: Option<&'m str>,
    sender: Option<&'m str>,
    signature: Option<&'m str>,
}

impl<'m> Fields<'m> {
    /// Parses the fields of a header. `None`: they are invalid, or of an unsupported type.
    fn read(primary: &Primary, header: &'m [u8]) -> Option<Self> {
        let mut fields = Self::default();
        let mut place = PRIMARY;
        let end = PRIMARY + usize::try_from(primary.fields).ok()?;
        let header = header.get(..end)?;
        while place < end {
            place = place.next_multiple_of(8);
            let (field, rest) = header.get(place..)?.split_at_checked(4)?;
            let &[code, 1, kind, 0] = field else {
                return None;
            };
            let (value, length) = Value::read(primary.endian, kind, rest)?;
            match (code, value) {
                (1, Value::Path(text)) => fields.path = Some(text),
                (2, Value::Text(text)) => fields.interface = Some(text),
                (3, Value::Text(text)) => fields.member = Some(text),
                (4, Value::Text(text)) => fields.error = Some(text),
                (5, Value::Number(serial)) => fields.reply_serial = Some(serial),
                (6, Value::Text(text)) => fields.destination = Some(text),
                (7, Value::Text(text)) => fields.sender = Some(text),
                (8, Value::Signature(text)) => fields.signature = Some(text),
                (1..=8, _) => return None,
                _ => {}
            }
            place += 4 + length;
        }
        Some(fields)
    }

    /// Whether zbus accepts a message with these fields.
    fn are_valid(&self, primary: &Primary) -> bool {
        fn is<'v, T: TryFrom<&'v str>>(value: Option<&'v str>) -> bool {
            value.is_none_or(|value| T::try_from(value).is_ok())
        }
        let is_whole = match primary.kind {
            MessageKind::Call => self.path.is_some() && self.member.is_some(),
            MessageKind::Return => self.reply_serial.is_some(),
            MessageKind::Error => self.error.is_some() && self.reply_serial.is_some(),
            MessageKind::Signal => {
                self.path.is_some() && self.interface.is_some() && self.member.is_some()
            }
            MessageKind::Unknown(_) => false,
        };
        is_whole
            && primary.version == VERSION
            && primary.serial != 0
            && self.reply_serial != Some(0)
            && is::<ObjectPath<'_>>(self.path)
            && is::<InterfaceName<'_>>(self.interface)
            && is::<MemberName<'_>>(self.member)
            && is::<ErrorName<'_>>(self.error)
            && is::<BusName<'_>>(self.destination)
            && is::<UniqueName<'_>>(self.sender)
            && is::<Signature>(self.signature)
    }

    /// A message with these fields and this body.
    fn message(&self, primary: &Primary, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512 + body.len());
        primary.write(&mut bytes);
        let mut text = |code, kind, value: Option<&str>| {
            let Some(value) = value else { return };
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            bytes.extend([code, 1, kind, 0]);
            // A text is not longer than the message it was read from, so this fits.
            let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
            match kind {
                b'g' => bytes.push(u8::try_from(length).unwrap_or(u8::MAX)),
                _ => bytes.extend(primary.bytes(length)),
            }
            bytes.extend(value.as_bytes());
            bytes.push(0);
        };
        text(1, b'o', self.path);
        text(2, b's', self.interface);
        text(3, b's', self.member);
        text(4, b's', self.error);
        text(6, b's', self.destination);
        text(7, b's', self.sender);
        text(8, b'g', self.signature);
        if let Some(serial) = self.reply_serial {
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            bytes.extend([5, 1, b'u', 0]);
            bytes.extend(primary.bytes(serial));
        }
        let fields = u32::try_from(bytes.len() - PRIMARY).unwrap_or(u32::MAX);
        if let Some(length) = bytes.get_mut(PRIMARY - 4..PRIMARY) {
            length.copy_from_slice(&primary.bytes(fields));
        }
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes.extend_from_slice(body);
        bytes
    }
}

/// The value of a field.
enum Value<'m> {
    Path(&'m str),
    Text(&'m str),
    Signature(&'m str),
    Number(u32),
    /// A type that no supported field has.
    Other,
}

impl<'m> Value<'m> {
    /// Parses a value of a basic type, located 4 bytes after a multiple of 8, and returns its
    /// length, too. `None`: it is invalid, or of another type, for which the length is unknown.
    fn read(endian: Endian, kind: u8, bytes: &'m [u8]) -> Option<(Self, usize)> {
        let text = |start: usize, length: usize| {
            let (text, rest) = bytes.get(start..)?.split_at_checked(length)?;
            (rest.first() == Some(&0)).then_some(())?;
            Some((str::from_utf8(text).ok()?, start + length + 1))
        };
        let number = || Some(number(endian, *bytes.first_chunk()?));
        Some(match kind {
            b's' | b'o' => {
                let (text, length) = text(4, usize::try_from(number()?).ok()?)?;
                let value = if kind == b'o' {
                    Self::Path(text)
                } else {
                    Self::Text(text)
                };
                (value, length)
            }
            b'g' => {
                let (text, length) = text(1, (*bytes.first()?).into())?;
                (Self::Signature(text), length)
            }
            b'u' => (Self::Number(number()?), 4),
            b'y' => (Self::Other, 1),
            b'n' | b'q' => (Self::Other, 2),
            b'i' | b'b' => (Self::Other, 4),
            b'x' | b't' | b'd' => (Self::Other, 12),
            _ => return None,
        })
    }
}

/// The header of a message. The sender is set by the bus, so it cannot be forged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The type of the message.
    pub kind: MessageKind,
    /// Whether the caller expects no answer.
    pub no_reply: bool,
    /// The sender's serial number of the message.
    pub serial: u32,
    /// For an answer: the serial number of the call.
    pub reply_serial: Option<u32>,
    /// The sender's unique name, or `org.freedesktop.DBus`.
    pub sender: Option<String>,
    /// The interface.
    pub interface: Option<String>,
    /// The name of the method or signal.
    pub member: Option<String>,
    /// For an error: its name.
    pub error: Option<String>,
}

impl Head {
    /// Parses the header of a message. `None`: zbus would not accept it.
    pub(super) fn read(header: &[u8]) -> Option<Self> {
        let primary = Primary::read(header.first_chunk()?)?;
        let fields = Fields::read(&primary, header)?;
        fields
            .are_valid(&primary)
            .then(|| Self::of(&primary, &fields))
    }

    fn of(primary: &Primary, fields: &Fields<'_>) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            kind: primary.kind,
            no_reply: primary.flags & NO_REPLY_EXPECTED != 0,
            serial: primary.serial,
            reply_serial: fields.reply_serial,
            sender: owned(fields.sender),
            interface: owned(fields.interface),
            member: owned(fields.member),
            error: owned(fields.error),
        }
    }

    /// Whether the bus itself sent it.
    pub fn is_of_bus(&self) -> bool {
        self.sender.as_deref() == Some("org.freedesktop.DBus")
    }
}

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its header.
    pub head: Head,
    /// The rewritten message for zbus. In a call, the flag that no answer is expected is removed,
    /// so that the end of each admitted call is observable.
    pub bytes: Vec<u8>,
    /// The first four bytes of the body as a number, for answers that consist of one.
    pub number: Option<u32>,
}

impl Incoming {
    /// Parses a message; `None`: zbus would not accept it.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut primary = Primary::read(bytes.first_chunk()?)?;
        let (header, body) =
            bytes.split_at_checked(usize::try_from(primary.header_length()).ok()?)?;
        let fields = Fields::read(&primary, header)?;
        if !fields.are_valid(&primary) || u32::try_from(body.len()).ok()? != primary.body {
            return None;
        }
        let head = Head::of(&primary, &fields);
        primary.flags &= !NO_REPLY_EXPECTED;
        Some(Self {
            head,
            bytes: fields.message(&primary, body),
            number: body.first_chunk().map(|it| number(primary.endian, *it)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use zbus::Message;
    use zbus::message::Flags;

    use super::*;

    fn read(message: &Message) -> Incoming {
        Incoming::read(message.data().bytes()).unwrap()
    }

    #[test]
    fn header_of_a_call() {
        let call = Message::method_call("/org/example", "Get")
            .destination("org.example")
            .interface("org.freedesktop.DBus.Properties")
            .sender(":1.7")
            .with_flags(Flags::NO_REPLY_EXPECTED)
            .build(&("a", "b"))
            .unwrap();
        let call = read(&call);
        assert_eq!(call.head.kind, MessageKind::Call);
        assert!(call.head.no_reply && !call.head.is_of_bus());
        assert_eq!(call.head.sender.as_deref(), Some(":1.7"));
        assert_eq!(call.head.member.as_deref(), Some("Get"));
        let interface = Some("org.freedesktop.DBus.Properties");
        assert_eq!(call.head.interface.as_deref(), interface);
        assert!(!Incoming::read(&call.bytes).unwrap().head.no_reply);
    }

    #[test]
    fn number_and_reply_serial_of_an_answer() {
        let call = Message::method_call("/", "GetConnectionUnixUser")
            .sender(":1.7")
            .build(&())
            .unwrap();
        let answer = Message::method_return(&call.header())
            .sender("org.freedesktop.DBus")
            .build(&1000_u32)
            .unwrap();
        let answer = read(&answer);
        assert!(answer.head.is_of_bus());
        let serial = call.primary_header().serial_num().get();
        assert_eq!(answer.head.reply_serial, Some(serial));
        assert_eq!(answer.number, Some(1000));
    }

    #[test]
    fn error_name_of_an_answer() {
        let call = Message::method_call("/", "Nonsense")
            .sender(":1.7")
            .build(&())
            .unwrap();
        let name = "org.freedesktop.DBus.Error.NameHasNoOwner";
        let error = Message::error(&call.header(), name).build(&"why").unwrap();
        assert_eq!(read(&error).head.error.as_deref(), Some(name));
    }

    #[test]
    fn both_byte_orders() {
        for endian in [Endian::Little, Endian::Big] {
            let signal = Message::signal("/", "org.example", "Changed");
            let signal = signal.endian(endian).build(&7_u32).unwrap();
            let signal = read(&signal);
            assert_eq!(signal.head.member.as_deref(), Some("Changed"));
            assert_eq!(signal.number, Some(7));
        }
    }

    /// A call with an additional field with this code, signature and value.
    fn with_field(code: u8, signature: &str, value: &[u8]) -> Vec<u8> {
        let call = Message::method_call("/org/example", "Get").sender(":1.7");
        let call = call.interface("org.example.I").serial(NonZeroU32::MIN);
        let call = call.build(&7_u32).unwrap();
        let bytes = call.data().bytes();
        let primary = Primary::read(bytes.first_chunk().unwrap()).unwrap();
        let fields = PRIMARY + usize::try_from(primary.fields).unwrap();
        let mut changed = bytes[..fields].to_vec();
        changed.resize(changed.len().next_multiple_of(8), 0);
        changed.extend([code, u8::try_from(signature.len()).unwrap()]);
        changed.extend(signature.as_bytes());
        changed.push(0);
        changed.extend(value);
        let length = u32::try_from(changed.len() - PRIMARY).unwrap();
        changed[12..16].copy_from_slice(&primary.bytes(length));
        changed.resize(changed.len().next_multiple_of(8), 0);
        changed.extend(7_u32.to_ne_bytes());
        changed
    }

    #[test]
    fn unsupported_fields_are_removed() {
        let plain = with_field(8, "g", b"\x01u\0");
        let plain = Incoming::read(&plain).unwrap();
        for (signature, value) in [
            ("y", &[7][..]),
            ("q", &[7, 0]),
            ("u", &[7, 0, 0, 0]),
            ("t", &[0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]),
            ("s", b"\x01\0\0\0x\0"),
            ("g", b"\x01u\0"),
        ] {
            let message = Incoming::read(&with_field(42, signature, value));
            assert_eq!(message.as_ref(), Some(&plain), "{signature}");
        }
        // The number of descriptors, although none are received.
        let message = Incoming::read(&with_field(9, "u", &[1, 0, 0, 0]));
        assert_eq!(message.as_ref(), Some(&plain));
    }

    #[test]
    fn messages_that_zbus_does_not_accept_are_rejected() {
        for (code, signature, value) in [
            (42, "au", &[0, 0, 0, 0][..]),
            (42, "v", b"\x01y\0\x07"),
            (3, "o", b"\x01\0\0\0/\0"),
            (3, "s", b"\x03\0\0\0a b\0"),
            (2, "s", b"\x01\0\0\0a\0"),
            (1, "o", b"\x02\0\0\0//\0"),
            (5, "u", &[0, 0, 0, 0]),
            (8, "g", b"\x01(\0"),
            (7, "s", b"\x04\0\0\0:1.7"),
        ] {
            let message = Incoming::read(&with_field(code, signature, value));
            assert_eq!(message, None, "{code} {signature}");
        }
    }

    #[test]
    fn invalid_headers_are_rejected() {
        let signal = Message::signal("/", "org.example", "Changed");
        let bytes = signal.build(&7_u32).unwrap().data().bytes().to_vec();
        for length in 0..PRIMARY {
            assert_eq!(Incoming::read(&bytes[..length]), None);
        }
        assert_eq!(Incoming::read(&bytes[..bytes.len() - 1]), None);
        let mut other_order = bytes.clone();
        other_order[0] = b'x';
        assert_eq!(Incoming::read(&other_order), None);
        let mut long_fields = bytes;
        long_fields[12..16].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(Incoming::read(&long_fields), None);
    }

    proptest::proptest! {
        /// A message with changed bytes is rejected, or its rewritten form parses to the same
        /// message.
        #[test]
        fn a_message_that_was_changed_is_dropped_or_still_a_message(
            changes in proptest::collection::vec((0_usize..200, proptest::num::u8::ANY), 0..4),
        ) {
            let mut bytes = with_field(8, "g", b"\x01u\0");
            for (place, byte) in changes {
                if let Some(changed) = bytes.get_mut(place) {
                    *changed = byte;
                }
            }
            if let Some(message) = Incoming::read(&bytes) {
                let again = Incoming::read(&message.bytes).unwrap();
                let mut head = message.head.clone();
                head.no_reply = false;
                assert_eq!((again.head, &again.bytes), (head, &message.bytes));
            }
        }
    }
}
