//! The header of a D-Bus message, as far as it decides what becomes of the message.
//!
//! Source: D-Bus Specification 0.43, "Message Format". A message begins with 16 bytes: byte order
//! (`l` or `B`), type, flags, version, length of the body, serial number, length of the array of
//! header fields; then come the fields, padding to 8 bytes, and the body.

use std::collections::BTreeMap;

use zbus::Variant;
use zbus::wire::Endian;
use zbus::wire::serialized::{Context, Data};

/// The size of what every message begins with.
pub(super) const PRIMARY: usize = 16;

/// The place of the flags in a message.
const FLAGS: usize = 2;

/// The caller of a method does not wait for an answer.
const NO_REPLY_EXPECTED: u8 = 0x1;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A method is called.
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
}

/// The first 16 bytes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Primary {
    pub(super) endian: Endian,
    pub(super) kind: MessageKind,
    flags: u8,
    serial: u32,
    fields: u32,
    body: u32,
}

impl Primary {
    /// Reads the first bytes of a message; `None` if they are not those of a message.
    pub(super) fn read(bytes: &[u8; PRIMARY]) -> Option<Self> {
        let [order, kind, flags, _version, rest @ ..] = *bytes;
        let [b0, b1, b2, b3, s0, s1, s2, s3, f0, f1, f2, f3] = rest;
        let endian = match order {
            b'l' => Endian::Little,
            b'B' => Endian::Big,
            _ => return None,
        };
        let number = |bytes| match endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        };
        Some(Self {
            endian,
            kind: MessageKind::of(kind),
            flags,
            serial: number([s0, s1, s2, s3]),
            fields: number([f0, f1, f2, f3]),
            body: number([b0, b1, b2, b3]),
        })
    }

    /// The length of everything before the body.
    pub(super) const fn header_length(&self) -> u64 {
        (PRIMARY as u64 + self.fields as u64).next_multiple_of(8)
    }

    /// The length of the message.
    pub(super) const fn length(&self) -> u64 {
        self.header_length() + self.body as u64
    }
}

/// The header of a message. The bus itself writes the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the message is.
    pub kind: MessageKind,
    /// Whether the caller does not wait for an answer.
    pub no_reply: bool,
    /// The sender's number of the message.
    pub serial: u32,
    /// Of an answer: the serial number of the call.
    pub reply_serial: Option<u32>,
    /// The sender's unique name, or `org.freedesktop.DBus`.
    pub sender: Option<String>,
    /// The interface.
    pub interface: Option<String>,
    /// The name of the method or signal.
    pub member: Option<String>,
    /// Of an error: its name.
    pub error: Option<String>,
}

impl Head {
    /// Reads the header of a message. `bytes` holds all of it, and may hold more. `None` if it is
    /// not valid.
    pub(super) fn read(primary: &Primary, bytes: &[u8]) -> Option<Self> {
        /// The length of the array belongs to the first 16 bytes, and to the array.
        const ARRAY: usize = PRIMARY - 4;
        let fields = bytes.get(ARRAY..PRIMARY + primary.fields as usize)?;
        let data = Data::new(fields, Context::new(primary.endian, ARRAY));
        let (fields, _): (Vec<(u8, Variant<'_>)>, _) = data.deserialize().ok()?;
        let mut fields: BTreeMap<u8, Variant<'_>> = fields.into_iter().collect();
        let mut text = |code| match fields.remove(&code) {
            Some(Variant::Str(text)) => Some(text.to_string()),
            _ => None,
        };
        Some(Self {
            kind: primary.kind,
            no_reply: primary.flags & NO_REPLY_EXPECTED != 0,
            serial: primary.serial,
            interface: text(2),
            member: text(3),
            error: text(4),
            sender: text(7),
            reply_serial: match fields.remove(&5) {
                Some(Variant::U32(serial)) => Some(serial),
                _ => None,
            },
        })
    }

    /// Whether the bus itself sent it.
    pub fn is_of_bus(&self) -> bool {
        self.sender.as_deref() == Some("org.freedesktop.DBus")
    }
}

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its header.
    pub head: Head,
    /// All its bytes, with the header.
    pub bytes: Vec<u8>,
}

impl Incoming {
    /// The message of these bytes; `None`: they do not begin like one.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let primary = Primary::read(bytes.first_chunk()?)?;
        let head = Head::read(&primary, &bytes)?;
        Some(Self { head, bytes })
    }

    /// Makes the call one that is answered: each call that is let in then has an end.
    pub fn expect_reply(&mut self) {
        if let Some(flags) = self.bytes.get_mut(FLAGS) {
            *flags &= !NO_REPLY_EXPECTED;
        }
    }

    /// The body, where it is a single number.
    pub fn number(&self) -> Option<u32> {
        let primary = Primary::read(self.bytes.first_chunk()?)?;
        let body = usize::try_from(primary.header_length()).ok()?;
        let bytes = *self.bytes.get(body..)?.first_chunk()?;
        Some(match primary.endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use zbus::Message;
    use zbus::message::Flags;

    use super::*;

    fn read(message: &Message) -> Incoming {
        Incoming::read(message.data().bytes().to_vec()).unwrap()
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
        let mut call = read(&call);
        assert_eq!(call.head.kind, MessageKind::Call);
        assert!(call.head.no_reply && !call.head.is_of_bus());
        assert_eq!(call.head.sender.as_deref(), Some(":1.7"));
        assert_eq!(call.head.member.as_deref(), Some("Get"));
        let interface = Some("org.freedesktop.DBus.Properties");
        assert_eq!(call.head.interface.as_deref(), interface);
        call.expect_reply();
        assert!(!Incoming::read(call.bytes).unwrap().head.no_reply);
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
        assert_eq!(answer.number(), Some(1000));
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
            assert_eq!(signal.number(), Some(7));
        }
    }

    #[test]
    fn broken_headers_are_not_read() {
        let signal = Message::signal("/", "org.example", "Changed");
        let bytes = signal.build(&7_u32).unwrap().data().bytes().to_vec();
        for length in 0..PRIMARY {
            assert_eq!(Incoming::read(bytes[..length].to_vec()), None);
        }
        let mut other_order = bytes.clone();
        other_order[0] = b'x';
        assert_eq!(Incoming::read(other_order), None);
        let mut long_fields = bytes;
        long_fields[12..16].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(Incoming::read(long_fields), None);
    }
}
