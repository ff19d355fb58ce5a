//! Splits the byte stream from a bus into messages, in bounded memory.

use std::io;

use log::debug;

use super::head::{Head, Incoming, MessageKind, PRIMARY, Primary};

/// The longest header in bytes that is read from an oversized message; longer ones are skipped.
const LONGEST_HEADER: u64 = 4096;

/// The buffer memory in bytes kept from one message to the next.
const LONGEST_KEPT: usize = 64 << 10;

/// The length limits of messages, by type. Longer ones are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a method call.
    pub call: u64,
    /// Bytes of a signal.
    pub signal: u64,
    /// Bytes of an answer.
    pub answer: u64,
}

impl Limits {
    const fn of(&self, kind: MessageKind) -> u64 {
        match kind {
            MessageKind::Call => self.call,
            MessageKind::Return | MessageKind::Error => self.answer,
            MessageKind::Signal => self.signal,
            MessageKind::Unknown(_) => 0,
        }
    }
}

/// An element of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Bytes of the handshake, which is lines of text.
    Handshake(Vec<u8>),
    /// A message.
    Message(Incoming),
    /// The header of a message that exceeded the limits.
    Oversized(Head),
}

/// The position in the stream.
#[derive(Debug)]
enum State {
    /// In the one line with which the bus answers the handshake.
    Handshake,
    /// In a message.
    Message,
    /// In an oversized message: `header` bytes are read, then `rest` bytes are skipped.
    Oversized { header: u64, rest: u64 },
    /// In the bytes to be skipped.
    Skipping { rest: u64 },
}

/// Splits a stream of bytes.
#[derive(Debug)]
pub(super) struct Splitter {
    limits: Limits,
    state: State,
    /// The bytes of the current, incomplete message.
    kept: Vec<u8>,
}

impl Splitter {
    pub(super) const fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Handshake,
            kept: Vec::new(),
        }
    }

    /// Processes received bytes, and passes completed elements to `found`. Fails if the bytes are
    /// not a stream of messages.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        found: &mut dyn FnMut(Found),
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Handshake => self.in_handshake(bytes, found),
                State::Message => self.in_message(bytes, found)?,
                State::Oversized { header, rest } => self.in_oversized(bytes, header, rest, found),
                State::Skipping { rest } => self.skip(bytes, rest),
            };
        }
        Ok(())
    }

    fn in_handshake<'b>(&mut self, bytes: &'b [u8], found: &mut dyn FnMut(Found)) -> &'b [u8] {
        let line = bytes.iter().position(|byte| *byte == b'\n');
        let (line, rest) = bytes.split_at(line.map_or(bytes.len(), |end| end + 1));
        if line.ends_with(b"\n") {
            self.state = State::Message;
        }
        found(Found::Handshake(line.to_vec()));
        rest
    }

    fn in_message<'b>(
        &mut self,
        bytes: &'b [u8],
        found: &mut dyn FnMut(Found),
    ) -> io::Result<&'b [u8]> {
        let bytes = self.keep(bytes, PRIMARY as u64);
        let Some(first) = self.kept.first_chunk() else {
            return Ok(bytes);
        };
        let primary = Primary::read(first).ok_or_else(broken)?;
        let length = primary.length();
        if length > self.limits.of(primary.kind) {
            self.state = if primary.header_length() <= LONGEST_HEADER {
                State::Oversized {
                    header: primary.header_length(),
                    rest: length - primary.header_length(),
                }
            } else {
                self.kept.clear();
                State::Skipping {
                    rest: length - PRIMARY as u64,
                }
            };
            return Ok(bytes);
        }
        let bytes = self.keep(bytes, length);
        if self.kept.len() as u64 == length {
            match Incoming::read(&self.kept) {
                Some(message) => found(Found::Message(message)),
                None => debug!("dropped a message with an invalid header"),
            }
            self.forget();
        }
        Ok(bytes)
    }

    fn in_oversized<'b>(
        &mut self,
        bytes: &'b [u8],
        header: u64,
        rest: u64,
        found: &mut dyn FnMut(Found),
    ) -> &'b [u8] {
        let bytes = self.keep(bytes, header);
        if self.kept.len() as u64 == header {
            if let Some(head) = Head::read(&self.kept) {
                found(Found::Oversized(head));
            }
            self.kept.clear();
            self.state = State::Skipping { rest };
        }
        bytes
    }

    fn skip<'b>(&mut self, bytes: &'b [u8], rest: u64) -> &'b [u8] {
        let skipped = usize::try_from(rest).map_or(bytes.len(), |rest| rest.min(bytes.len()));
        let rest = rest - skipped as u64;
        self.state = if rest == 0 {
            State::Message
        } else {
            State::Skipping { rest }
        };
        bytes.get(skipped..).unwrap_or_default()
    }

    /// Clears the buffer, and frees the memory of long messages.
    fn forget(&mut self) {
        self.kept.clear();
        self.kept.shrink_to(LONGEST_KEPT);
    }

    /// Buffers bytes up to this total length, and returns the others.
    fn keep<'b>(&mut self, bytes: &'b [u8], length: u64) -> &'b [u8] {
        let missing = length.saturating_sub(self.kept.len() as u64);
        let missing = usize::try_from(missing).map_or(bytes.len(), |it| it.min(bytes.len()));
        let (kept, rest) = bytes.split_at(missing);
        self.kept.extend_from_slice(kept);
        rest
    }
}

fn broken() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the bus sent bytes that are not a D-Bus message",
    )
}

#[cfg(test)]
mod tests {
    use zbus::Message;

    use super::*;

    const LIMITS: Limits = Limits {
        call: 1000,
        signal: 200,
        answer: 100_000,
    };

    fn call(member: &str, body: &str) -> Vec<u8> {
        let call = Message::method_call("/", member).sender(":1.7");
        call.build(&body).unwrap().data().bytes().to_vec()
    }

    /// The elements of a stream that is received in pieces of this size.
    fn split(stream: &[u8], piece: usize) -> Vec<String> {
        let mut splitter = Splitter::new(LIMITS);
        let mut handshake = Vec::new();
        let mut all = Vec::new();
        for piece in stream.chunks(piece) {
            splitter
                .push(piece, &mut |found| match found {
                    Found::Handshake(bytes) => handshake.extend(bytes),
                    Found::Message(message) => {
                        all.push(message.head.member.unwrap_or_default());
                    }
                    Found::Oversized(head) => {
                        all.push(format!("oversized {}", head.member.unwrap_or_default()));
                    }
                })
                .unwrap();
        }
        assert_eq!(handshake, b"OK 1234\r\n");
        all
    }

    #[test]
    fn messages_are_received_in_pieces_of_any_size() {
        let stream = [
            b"OK 1234\r\n".to_vec(),
            call("One", "short"),
            call("Two", &"x".repeat(900)),
            call("Three", ""),
        ]
        .concat();
        for piece in [1, 2, 3, 7, 16, 17, 100, 1024, 5000] {
            assert_eq!(split(&stream, piece), ["One", "Two", "Three"], "{piece}");
        }
    }

    #[test]
    fn oversized_messages_are_skipped_and_their_header_is_read() {
        let signal = Message::signal("/", "org.example", "Loud").sender(":1.7");
        let signal = signal.build(&"x".repeat(300)).unwrap();
        let long_header = Message::method_call("/".to_owned() + &"x".repeat(9000), "Deep");
        let long_header = long_header.build(&()).unwrap();
        let stream = [
            b"OK 1234\r\n".to_vec(),
            call("Huge", &"x".repeat(3_000_000)),
            call("One", ""),
            signal.data().bytes().to_vec(),
            long_header.data().bytes().to_vec(),
            call("Two", ""),
        ]
        .concat();
        for piece in [1, 13, 4096, 65536] {
            let found = split(&stream, piece);
            let expected = ["oversized Huge", "One", "oversized Loud", "Two"];
            assert_eq!(found, expected, "{piece}");
        }
    }

    #[test]
    fn an_oversized_message_needs_little_memory() {
        let mut splitter = Splitter::new(LIMITS);
        splitter.push(b"OK\n", &mut drop).unwrap();
        for piece in call("Huge", &"x".repeat(3_000_000)).chunks(4096) {
            splitter.push(piece, &mut drop).unwrap();
            assert!(splitter.kept.capacity() < 10_000);
        }
    }

    #[test]
    fn other_bytes_than_messages_are_an_error() {
        let mut splitter = Splitter::new(LIMITS);
        let error = splitter.push(b"OK\nGET / HTTP/1.0\r\n\r\n", &mut drop);
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, piece in 1_usize..64) {
            let mut splitter = Splitter::new(LIMITS);
            _ = splitter.push(b"OK\n", &mut drop);
            for piece in bytes.chunks(piece) {
                if splitter.push(piece, &mut drop).is_err() {
                    break;
                }
            }
        }

        #[test]
        fn no_changed_byte_panics(place in 0_usize..200, byte: u8) {
            let mut bytes = call("One", "some text that makes it longer");
            if let Some(changed) = bytes.get_mut(place) {
                *changed = byte;
            }
            let mut splitter = Splitter::new(LIMITS);
            _ = splitter.push(b"OK\n", &mut drop);
            _ = splitter.push(&bytes, &mut drop);
        }
    }
}
