//! Records the history requests of programs on the bus, and the replies.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;

use ordered_stream::OrderedStreamExt;
use test_support::bus::Bus;
use zbus::fdo::MonitoringProxy;
use zbus::message::Type;
use zbus::{MatchRule, Message, MessageStream, block_on};

/// A point of a history: time, value, state.
pub(crate) type Point = (u32, f64, u32);

/// A call of `GetHistory` with its reply.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) path: String,
    pub(crate) kind: String,
    pub(crate) timespan: u32,
    pub(crate) points: Vec<Point>,
}

/// Records all history requests on a bus.
pub(crate) struct Histories {
    requests: Arc<Mutex<Vec<History>>>,
}

impl Histories {
    pub(crate) fn on(bus: &Bus) -> Self {
        let connection = bus.connect();
        let stream = MessageStream::from(&connection);
        let calls = MatchRule::builder().member("GetHistory").build().unwrap();
        let answers = MatchRule::builder()
            .msg_type(Type::MethodReturn)
            .build()
            .unwrap();
        block_on(async {
            let bus = MonitoringProxy::new(&connection).await.unwrap();
            bus.become_monitor(&[calls, answers], 0).await.unwrap();
        });
        let requests = Arc::default();
        let histories = Self {
            requests: Arc::clone(&requests),
        };
        thread::spawn(move || block_on(record(stream, &requests)));
        histories
    }

    /// The requests answered so far.
    pub(crate) fn so_far(&self) -> Vec<History> {
        self.requests.lock().unwrap().clone()
    }
}

async fn record(mut stream: MessageStream, requests: &Mutex<Vec<History>>) {
    let mut asked = BTreeMap::new();
    while let Some(Ok(message)) = stream.next().await {
        if message.message_type() == Type::MethodCall {
            asked.insert(key(&message), message);
        } else {
            let call = asked.remove(&key(&message));
            requests
                .lock()
                .unwrap()
                .extend(call.and_then(|call| answered(&call, &message)));
        }
    }
}

/// `None`: the message is not such a reply.
fn answered(call: &Message, answer: &Message) -> Option<History> {
    let (kind, timespan, _resolution): (String, u32, u32) = call.body().deserialize().ok()?;
    Some(History {
        path: call.header().path()?.to_string(),
        kind,
        timespan,
        points: answer.body().deserialize().ok()?,
    })
}

/// The sender and the serial number of the call.
fn key(message: &Message) -> (String, u32) {
    let header = message.header();
    if let Some(serial) = header.reply_serial() {
        (header.destination().unwrap().to_string(), serial.get())
    } else {
        let serial = message.primary_header().serial_num();
        (header.sender().unwrap().to_string(), serial.get())
    }
}
