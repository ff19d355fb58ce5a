use std::fmt;

/// The fixed part of a header, including the length of the fields.
pub(super) const START: usize = 16;

/// A received message.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The type of message: 1 call, 2 return, 3 error, 4 signal.
    pub kind: u8,
    /// Its serial number.
    pub serial: u32,
    /// The serial number of the call that it answers.
    pub reply_serial: Option<u32>,
    /// The name of the method or signal.
    pub member: String,
    /// The name of the error.
    pub error_name: String,
    /// The unique name of its sender.
    pub sender: String,
    /// The types of the parameters.
    pub signature: String,
    /// The parameters, encoded.
    pub body: Vec<u8>,
}

/// The length of the whole message, from its first bytes.
pub(super) fn whole_length(start: &[u8; START]) -> usize {
    let fields = usize::try_from(u32_at(start, 12)).unwrap();
    let body = usize::try_from(u32_at(start, 4)).unwrap();
    (START + fields).next_multiple_of(8) + body
}

impl Received {
    /// Decodes a whole message; `None`: a bus does not send such a message.
    pub fn decode(message: &[u8]) -> Option<Self> {
        let (start, _) = message.split_first_chunk::<START>()?;
        if start[0] != b'l' || start[3] != 1 {
            return None;
        }
        let end = START + usize::try_from(u32_at(start, 12)).ok()?;
        let mut received = Self {
            kind: start[1],
            serial: u32_at(start, 8),
            body: message.get(end.next_multiple_of(8)..)?.to_vec(),
            ..Self::default()
        };
        let mut reader = Reader {
            bytes: message.get(..end)?,
            at: START,
        };
        while reader.at < end {
            reader.align(8);
            let code = reader.byte()?;
            let kind = reader.signature()?;
            match (code, kind.as_str()) {
                (3, "s") => received.member = reader.string()?,
                (4, "s") => received.error_name = reader.string()?,
                (5, "u") => received.reply_serial = Some(reader.u32()?),
                (7, "s") => received.sender = reader.string()?,
                (8, "g") => received.signature = reader.signature()?,
                (_, "s" | "o") => drop(reader.string()?),
                (_, "u") => drop(reader.u32()?),
                (_, "g") => drop(reader.signature()?),
                _ => return None,
            }
        }
        Some(received)
    }

    /// Whether it is the reply of a method that succeeded.
    pub fn is_return(&self) -> bool {
        self.kind == 2
    }

    /// The text at the start of the body: of type `s`, or `s` in a variant.
    pub fn text(&self) -> Option<String> {
        let mut reader = Reader::of(&self.body);
        match self.signature.as_str() {
            "v" => {
                let kind = reader.signature()?;
                (kind == "s").then(|| reader.string())?
            }
            signature => signature.starts_with('s').then(|| reader.string())?,
        }
    }

    /// The number at the start of the body, of type `u`.
    pub fn number(&self) -> Option<u32> {
        let mut reader = Reader::of(&self.body);
        self.signature.starts_with('u').then(|| reader.u32())?
    }

    /// The texts of a body of type `as` or `ao`.
    pub fn texts(&self) -> Option<Vec<String>> {
        if !matches!(self.signature.as_str(), "as" | "ao") {
            return None;
        }
        let mut reader = Reader::of(&self.body);
        let end = usize::try_from(reader.u32()?).ok()? + reader.at;
        let mut texts = Vec::new();
        while reader.at < end {
            texts.push(reader.string()?);
        }
        Some(texts)
    }
}

impl fmt::Display for Received {
    /// A summary for the messages of a test, without the whole body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text().unwrap_or_default();
        let text = text.get(..200).unwrap_or(&text);
        let Self {
            kind,
            sender,
            member,
            error_name,
            signature,
            body,
            ..
        } = self;
        write!(
            f,
            "type {kind} of {sender} {member}{error_name} ({signature}, {} bytes) {text}",
            body.len()
        )
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn align(&mut self, to: usize) {
        self.at = self.at.next_multiple_of(to);
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u32(&mut self) -> Option<u32> {
        self.align(4);
        Some(u32_at(self.take(4)?, 0))
    }

    fn string(&mut self) -> Option<String> {
        let length = self.u32()?.try_into().ok()?;
        self.text(length)
    }

    fn signature(&mut self) -> Option<String> {
        let length = self.byte()?.into();
        self.text(length)
    }

    fn text(&mut self, length: usize) -> Option<String> {
        let text = String::from_utf8(self.take(length)?.to_vec()).ok()?;
        (self.byte()? == 0).then_some(text)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*bytes[at..].first_chunk().unwrap())
}
