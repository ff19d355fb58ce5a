use std::io::{self, Error, ErrorKind, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recv, sendmsg};

use super::received::{START, whole_length};
use super::{Message, Received};

/// The descriptors for which there is space in a message: more than a bus allows.
const MOST_DESCRIPTORS: usize = 32;

/// The timeout of the authentication.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a connection reads the messages that are sent to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// Reads and drops them as they arrive.
    Always,
    /// Does not read.
    Never,
    /// Reads one byte per second.
    Slowly,
}

/// A client of a bus on a plain socket.
pub struct Peer {
    stream: UnixStream,
    serial: u32,
    /// Its unique name on the bus.
    pub unique: String,
}

impl Peer {
    /// Connects as the user of this thread and calls `Hello`; with `descriptors` it negotiates the
    /// passing of file descriptors.
    pub fn connect(socket: &Path, descriptors: bool) -> io::Result<Self> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // The bus takes the user from the socket's credentials.
        stream.write_all(b"\0AUTH EXTERNAL\r\nDATA\r\n")?;
        await_answer(&mut stream, "OK")?;
        if descriptors {
            stream.write_all(b"NEGOTIATE_UNIX_FD\r\n")?;
            await_answer(&mut stream, "AGREE_UNIX_FD")?;
        }
        stream.write_all(b"BEGIN\r\n")?;
        let mut peer = Self {
            stream,
            serial: 0,
            unique: String::new(),
        };
        let bus = "org.freedesktop.DBus";
        let hello = Message::call(bus, "/org/freedesktop/DBus", bus, "Hello");
        let name = peer.call(&hello, PATIENCE)?.text();
        peer.unique = name.ok_or_else(|| Error::other("the bus gives no name"))?;
        Ok(peer)
    }

    /// Sends a message and waits for its reply or error; other messages are dropped.
    pub fn call(&mut self, message: &Message, within: Duration) -> io::Result<Received> {
        let until = Instant::now() + within;
        let serial = self.send(message, &[], ReadMode::Never, until)?;
        loop {
            let received = self.receive(until)?;
            if received.reply_serial == Some(serial) {
                return Ok(received);
            }
        }
    }

    /// Sends a message with these descriptors, waiting until `until` while the socket is full;
    /// returns its serial number.
    pub fn send(
        &mut self,
        message: &Message,
        descriptors: &[BorrowedFd<'_>],
        read_mode: ReadMode,
        until: Instant,
    ) -> io::Result<u32> {
        self.serial += 1;
        let bytes = message.encode(self.serial, descriptors.len());
        let mut rest = bytes.as_slice();
        let mut descriptors = descriptors;
        while !rest.is_empty() {
            match self.send_part(rest, descriptors) {
                // The descriptors went with the first byte.
                Ok(sent) => (rest, descriptors) = (&rest[sent..], &[]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.wait(PollFlags::OUT, read_mode, until)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.serial)
    }

    fn send_part(&self, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() {
            assert!(control.push(SendAncillaryMessage::ScmRights(descriptors)));
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let parts = [IoSlice::new(bytes)];
        Ok(sendmsg(&self.stream, &parts, &mut control, flags)?)
    }

    /// Waits until the socket is ready, reading in the meantime as `read_mode` specifies.
    fn wait(&self, ready: PollFlags, read_mode: ReadMode, until: Instant) -> io::Result<usize> {
        if Instant::now() >= until {
            return Err(ErrorKind::TimedOut.into());
        }
        let mut wanted = ready;
        if read_mode == ReadMode::Always {
            wanted |= PollFlags::IN;
        }
        let mut polled = [PollFd::new(&self.stream, wanted)];
        let at_most = Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        poll(&mut polled, Some(&at_most))?;
        self.read_available(read_mode)
    }

    /// Reads and drops what has arrived; returns the number of bytes.
    pub fn read_available(&self, read_mode: ReadMode) -> io::Result<usize> {
        let mut scratch = [0; 16 << 10];
        let part = match read_mode {
            ReadMode::Never => return Ok(0),
            ReadMode::Slowly => &mut scratch[..1],
            ReadMode::Always => &mut scratch[..],
        };
        match recv(&self.stream, part, RecvFlags::DONTWAIT) {
            Ok((0, _)) => Err(ErrorKind::UnexpectedEof.into()),
            Ok((read, _)) => Ok(read),
            Err(rustix::io::Errno::AGAIN) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the connection open until this time; returns how many bytes it read.
    pub fn linger(&self, read_mode: ReadMode, until: Instant) -> io::Result<usize> {
        let mut received = 0;
        while Instant::now() < until {
            if read_mode == ReadMode::Always {
                received += self.wait(PollFlags::IN, read_mode, until)?;
            } else {
                received += self.read_available(read_mode)?;
                let left = until.saturating_duration_since(Instant::now());
                std::thread::sleep(left.min(Duration::from_secs(1)));
            }
        }
        Ok(received)
    }

    /// Receives the next message.
    pub fn receive(&mut self, until: Instant) -> io::Result<Received> {
        let mut start = [0; START];
        self.read(&mut start, until)?;
        let mut message = start.to_vec();
        message.resize(whole_length(&start), 0);
        self.read(&mut message[START..], until)?;
        let received = Received::decode(&message);
        received.ok_or_else(|| Error::other("a message cannot be decoded"))
    }

    fn read(&mut self, mut buffer: &mut [u8], until: Instant) -> io::Result<()> {
        while !buffer.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => buffer = &mut buffer[read..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Reads lines of the authentication until one starts with `wanted`.
fn await_answer(stream: &mut UnixStream, wanted: &str) -> io::Result<()> {
    let mut line = String::new();
    let mut byte = [0];
    loop {
        stream.read_exact(&mut byte)?;
        match byte {
            [b'\n'] if line.starts_with(wanted) => return Ok(()),
            [b'\n'] if line.starts_with("REJECTED") || line.starts_with("ERROR") => {
                return Err(Error::other(format!("the bus answers {line}")));
            }
            [b'\n'] => line.clear(),
            [byte] => line.push(char::from(byte)),
        }
    }
}
