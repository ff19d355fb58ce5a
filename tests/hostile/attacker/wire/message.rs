use super::{Body, Bytes};

/// What a message is, by its number in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Call = 1,
    Return = 2,
    Error = 3,
    Signal = 4,
}

/// Flag of a call to which no reply is expected.
const NO_REPLY_EXPECTED: u8 = 1;

/// A message to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    kind: Kind,
    flags: u8,
    destination: String,
    path: String,
    interface: String,
    member: String,
    error_name: String,
    reply_serial: Option<u32>,
    body: Body,
    /// Changes the bytes after they were encoded.
    breaks: Option<fn(&mut [u8])>,
}

impl Message {
    /// A call of `interface.member` of an object.
    pub(crate) fn call(destination: &str, path: &str, interface: &str, member: &str) -> Self {
        Self {
            destination: destination.to_owned(),
            path: path.to_owned(),
            interface: interface.to_owned(),
            member: member.to_owned(),
            ..Self::empty(Kind::Call)
        }
    }

    /// A signal to one destination only.
    pub(crate) fn signal(destination: &str, path: &str, interface: &str, member: &str) -> Self {
        Self {
            kind: Kind::Signal,
            ..Self::call(destination, path, interface, member)
        }
    }

    /// A reply to a call with this serial number.
    pub(crate) fn reply(destination: &str, serial: u32) -> Self {
        Self {
            destination: destination.to_owned(),
            reply_serial: Some(serial),
            ..Self::empty(Kind::Return)
        }
    }

    /// An error in reply to a call with this serial number.
    pub(crate) fn error(destination: &str, serial: u32, name: &str) -> Self {
        Self {
            kind: Kind::Error,
            error_name: name.to_owned(),
            ..Self::reply(destination, serial)
        }
    }

    fn empty(kind: Kind) -> Self {
        Self {
            kind,
            flags: 0,
            destination: String::new(),
            path: String::new(),
            interface: String::new(),
            member: String::new(),
            error_name: String::new(),
            reply_serial: None,
            body: Body::default(),
            breaks: None,
        }
    }

    pub(crate) fn with(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// The same to another destination.
    pub(crate) fn to(self, destination: &str) -> Self {
        Self {
            destination: destination.to_owned(),
            ..self
        }
    }

    /// The same, with no reply expected.
    pub(crate) fn without_reply(self) -> Self {
        Self {
            flags: self.flags | NO_REPLY_EXPECTED,
            ..self
        }
    }

    /// The same, broken after it was encoded.
    pub(crate) fn broken_by(self, breaks: fn(&mut [u8])) -> Self {
        Self {
            breaks: Some(breaks),
            ..self
        }
    }

    /// The bytes of the message, sent with this many descriptors.
    pub(super) fn encode(&self, serial: u32, descriptors: usize) -> Vec<u8> {
        let mut bytes = Bytes(vec![b'l', self.kind as u8, self.flags, 1]);
        bytes.u32(self.body.as_bytes().len().try_into().unwrap());
        bytes.u32(serial);
        // The length of the fields, known at their end.
        bytes.u32(0);
        let start = bytes.0.len();
        self.fields(&mut bytes, descriptors);
        let length = u32::try_from(bytes.0.len() - start).unwrap();
        bytes.0[start - 4..start].copy_from_slice(&length.to_le_bytes());
        bytes.align(8);
        bytes.0.extend(self.body.as_bytes());
        if let Some(breaks) = self.breaks {
            breaks(&mut bytes.0);
        }
        bytes.0
    }

    fn fields(&self, bytes: &mut Bytes, descriptors: usize) {
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
    }
}

/// A field is a structure of its code and a variant.
fn begin_field(bytes: &mut Bytes, code: u8, kind: &str) {
    bytes.align(8);
    bytes.0.push(code);
    bytes.signature(kind);
}
