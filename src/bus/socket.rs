//! The socket of a connection to a bus, which receives no file descriptors.
//!
//! A peer that can receive descriptors negotiates this in the handshake. zbus does so on every Unix
//! socket, and then closes the connection when the kernel drops descriptors because too many are
//! open: any peer could terminate a program by sending it some. This socket does not negotiate it.
//! dbus-daemon and dbus-broker then refuse messages with descriptors on our behalf; and if a bus
//! passes some on nevertheless, a plain `read` makes the kernel discard them.
//!
//! dbus-broker does not refuse a *broadcast signal* with descriptors to such a peer: it closes the
//! peer's connection, if a match rule of the peer matches the signal. So every match rule names a
//! trusted sender.
//!
//! Messages are separated before zbus reads them, and an [`Intake`] decides which ones zbus reads,
//! and when.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use rustix::net::sockopt::set_socket_send_buffer_size;
use zbus::Message;
use zbus::connection::socket::{ReadHalf, Socket, Split, WriteHalf};
use zbus::export::async_trait::async_trait;
use zruntime::{AsyncIo, Event, Shared, SharedRuntime};

use super::head::{Head, Incoming};
use super::splitter::{Found, Limits, Splitter};

/// The size of one read, in bytes.
const CHUNK: usize = 32 << 10;

/// Decides which received messages zbus reads, and when.
pub trait Intake: fmt::Debug + Send + Sync + 'static {
    /// The length limits of messages.
    fn limits(&self) -> Limits;

    /// Whether to read from the socket while messages are queued here.
    fn takes_more(&self) -> bool;

    /// A message was received.
    fn on_message(&self, message: Incoming);

    /// A message exceeded the limits and was skipped.
    fn on_oversized(&self, head: Head);

    /// The bytes of the next message for zbus, if one is admitted now.
    fn next_message(&self) -> Option<Vec<u8>>;

    /// Notified when `next_message` may return a message although none was received.
    fn released(&self) -> &Event;

    /// Whether to send a message of ours, or to drop it.
    fn is_sent(&self, _message: &Message) -> bool {
        true
    }

    /// A message of ours was sent or dropped.
    fn on_sent(&self, _message: &Message) {}
}

/// The size of the socket's send buffer in bytes, which the kernel doubles: half a dozen small
/// answers.
///
/// Small because fairness is decided before this buffer, and dbus-daemon reads 2 KB from it at a
/// time (`max_bytes_read_per_iteration` in dbus-transport-socket.c), in turn with all other peers.
/// The default is 200 KB.
const SEND_BUFFER: usize = 2 << 10;

/// A socket on the thread's async runtime, which zbus also uses.
#[derive(Debug)]
pub(super) struct BusSocket {
    stream: Arc<AsyncIo<UnixStream, Shared>>,
    intake: Arc<dyn Intake>,
}

impl BusSocket {
    pub(super) fn new(stream: UnixStream, intake: Arc<dyn Intake>) -> io::Result<Self> {
        set_socket_send_buffer_size(&stream, SEND_BUFFER)?;
        let stream = AsyncIo::new(&SharedRuntime::current()?, stream)?;
        Ok(Self {
            stream: Arc::new(stream),
            intake,
        })
    }
}

impl Socket for BusSocket {
    type ReadHalf = Reader;
    type WriteHalf = Writer;

    fn split(self) -> Split<Reader, Writer> {
        let reader = Reader {
            stream: Arc::clone(&self.stream),
            splitter: Splitter::new(self.intake.limits()),
            intake: Arc::clone(&self.intake),
            chunk: vec![0; CHUNK],
            given: Vec::new(),
            place: 0,
        };
        let writer = Writer {
            stream: self.stream,
            intake: self.intake,
        };
        Split::new(reader, writer)
    }
}

/// The receiving half.
#[derive(Debug)]
pub(super) struct Reader {
    stream: Arc<AsyncIo<UnixStream, Shared>>,
    intake: Arc<dyn Intake>,
    splitter: Splitter,
    chunk: Vec<u8>,
    /// The bytes for zbus: part of the handshake, or one message.
    given: Vec<u8>,
    /// The number of them that zbus has read.
    place: usize,
}

impl Reader {
    /// Reads the available bytes, without blocking. Returns whether there were any.
    fn read_now(&mut self) -> io::Result<bool> {
        let length = match (&mut self.stream.get_ref()).read(&mut self.chunk) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(true),
            Err(error) => return Err(error),
        };
        if length == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let (intake, given) = (&self.intake, &mut self.given);
        let bytes = self.chunk.get(..length).unwrap_or_default();
        self.splitter.push(bytes, &mut |found| match found {
            Found::Handshake(bytes) => given.extend(bytes),
            Found::Message(message) => intake.on_message(message),
            Found::Oversized(head) => intake.on_oversized(head),
        })?;
        Ok(true)
    }

    /// Reads from the socket and fetches the next message for zbus; `false`: nothing was read and
    /// no message is admitted.
    fn advance(&mut self) -> io::Result<bool> {
        let has_read = self.intake.takes_more() && self.read_now()?;
        if self.given.is_empty()
            && let Some(message) = self.intake.next_message()
        {
            self.given = message;
        }
        Ok(has_read || !self.given.is_empty())
    }
}

#[async_trait]
impl ReadHalf for Reader {
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        loop {
            let mut rest = self.given.get(self.place..).unwrap_or_default();
            if !rest.is_empty() {
                let length = rest.read(buffer)?;
                self.place += length;
                return Ok((length, Vec::new()));
            }
            self.given.clear();
            self.place = 0;
            // Registered before checking, so that a message released later ends the wait.
            let mut released = pin!(self.intake.released().listen());
            if self.advance()? {
                if self.given.is_empty() {
                    // A flood of dropped messages must not delay the thread's other tasks.
                    yield_now().await;
                }
                continue;
            }
            let mut readable = pin!(self.stream.readable());
            poll_fn(|context| {
                if released.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Ok(()));
                }
                readable.as_mut().poll(context)
            })
            .await?;
        }
    }
}

/// Lets the other tasks of the thread run.
pub async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The sending half.
#[derive(Debug)]
pub(super) struct Writer {
    stream: Arc<AsyncIo<UnixStream, Shared>>,
    intake: Arc<dyn Intake>,
}

#[async_trait]
impl WriteHalf for Writer {
    async fn send_message(&mut self, message: &Message) -> zbus::Result<()> {
        if self.intake.is_sent(message) {
            let mut bytes = message.data().bytes();
            while !bytes.is_empty() {
                let length = self.sendmsg(bytes, &[]).await?;
                bytes = bytes.get(length..).unwrap_or_default();
            }
        }
        self.intake.on_sent(message);
        Ok(())
    }

    async fn sendmsg(&mut self, buffer: &[u8], _: &[BorrowedFd<'_>]) -> io::Result<usize> {
        let write = |mut stream: &UnixStream| stream.write(buffer);
        self.stream.write_with(write).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    async fn close(&mut self) -> io::Result<()> {
        self.stream.get_ref().shutdown(Shutdown::Both)
    }
}
