use super::field::begin_field;
use super::{Body, Bytes, Field, Order};

/// The message types, byte 1 of the header.
const CALL: u8 = 1;
const RETURN: u8 = 2;
const ERROR: u8 = 3;
const SIGNAL: u8 = 4;

/// The protocol version, byte 3 of the header.
const VERSION: u8 = 1;

/// The flag of a call that expects no reply.
const NO_REPLY_EXPECTED: u8 = 1;

/// A message to send.
#[derive(Clone, Debug)]
pub struct Message {
    kind: u8,
    flags: u8,
    version: u8,
    destination: String,
    path: String,
    interface: String,
    member: String,
    error_name: String,
    reply_serial: Option<u32>,
    body: Body,
    /// A field before all others, and one after them.
    first: Option<Field>,
    last: Option<Field>,
    /// Changes the encoded bytes.
    breaks: Option<fn(&mut [u8])>,
}

impl Message {
    /// A call of `interface.member` of an object.
    pub fn call(destination: &str, path: &str, interface: &str, member: &str) -> Self {
        Self {
            destination: destination.to_owned(),
            path: path.to_owned(),
            interface: interface.to_owned(),
            member: member.to_owned(),
            ..Self::empty(CALL)
        }
    }

    /// A signal to one destination.
    pub fn signal(destination: &str, path: &str, interface: &str, member: &str) -> Self {
        Self {
            kind: SIGNAL,
            ..Self::call(destination, path, interface, member)
        }
    }

    /// A reply to a call with this serial number.
    pub fn reply(destination: &str, serial: u32) -> Self {
        Self {
            destination: destination.to_owned(),
            reply_serial: Some(serial),
            ..Self::empty(RETURN)
        }
    }

    /// An error in reply to a call with this serial number.
    pub fn error(destination: &str, serial: u32, name: &str) -> Self {
        Self {
            kind: ERROR,
            error_name: name.to_owned(),
            ..Self::reply(destination, serial)
        }
    }

    fn empty(kind: u8) -> Self {
        Self {
            kind,
            flags: 0,
            version: VERSION,
            destination: String::new(),
            path: String::new(),
            interface: String::new(),
            member: String::new(),
            error_name: String::new(),
            reply_serial: None,
            body: Body::default(),
            first: None,
            last: None,
            breaks: None,
        }
    }

    /// The same with these parameters.
    pub fn with(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// The same to another destination.
    pub fn to(self, destination: &str) -> Self {
        Self {
            destination: destination.to_owned(),
            ..self
        }
    }

    /// The same, with no reply expected.
    pub fn without_reply(self) -> Self {
        Self {
            flags: self.flags | NO_REPLY_EXPECTED,
            ..self
        }
    }

    /// The same with another message type.
    pub fn of_type(self, kind: u8) -> Self {
        Self { kind, ..self }
    }

    /// The same with these flags.
    pub fn with_flags(self, flags: u8) -> Self {
        Self { flags, ..self }
    }

    /// The same in another version of the protocol.
    pub fn of_version(self, version: u8) -> Self {
        Self { version, ..self }
    }

    /// The same with a field before all others.
    pub fn with_first(self, field: Field) -> Self {
        let first = Some(field);
        Self { first, ..self }
    }

    /// The same with a field after all others.
    pub fn with_last(self, field: Field) -> Self {
        let last = Some(field);
        Self { last, ..self }
    }

    /// The same, with its bytes changed after encoding.
    pub fn broken_by(self, breaks: fn(&mut [u8])) -> Self {
        Self {
            breaks: Some(breaks),
            ..self
        }
    }

    /// Encodes the message, to be sent with this many descriptors.
    pub fn encode(&self, serial: u32, descriptors: usize) -> Vec<u8> {
        let mut bytes = Bytes::new(self.body.order());
        let order = match bytes.order {
            Order::Little => b'l',
            Order::Big => b'B',
        };
        for byte in [order, self.kind, self.flags, self.version] {
            bytes.byte(byte);
        }
        bytes.u32(self.body.as_bytes().len().try_into().unwrap());
        bytes.u32(serial);
        // The length of the fields, filled in below.
        bytes.u32(0);
        let start = bytes.len();
        self.fields(&mut bytes, descriptors);
        let length = bytes.of_u32((bytes.len() - start).try_into().unwrap());
        bytes.bytes[start - 4..start].copy_from_slice(&length);
        bytes.align(8);
        bytes.bytes.extend(self.body.as_bytes());
        if let Some(breaks) = self.breaks {
            breaks(&mut bytes.bytes);
        }
        bytes.bytes
    }

    fn fields(&self, bytes: &mut Bytes, descriptors: usize) {
        if let Some(field) = &self.first {
            field.write(bytes);
        }
        for (code, kind, text) in [
            (1, "o", &self.path),
            (2, "s", &self.interface),
            (3, "s", &self.member),
            (4, "s", &self.error_name),
            (6, "s", &self.destination),
        ] {
            if !text.is_empty() {
                begin_field(bytes, code, kind);
                bytes.string(text);
            }
        }
        if let Some(serial) = self.reply_serial {
            begin_field(bytes, 5, "u");
            bytes.u32(serial);
        }
        if !self.body.signature().is_empty() {
            begin_field(bytes, 8, "g");
            bytes.signature(self.body.signature());
        }
        if descriptors > 0 {
            begin_field(bytes, 9, "u");
            bytes.u32(descriptors.try_into().unwrap());
        }
        if let Some(field) = &self.last {
            field.write(bytes);
        }
    }
}
