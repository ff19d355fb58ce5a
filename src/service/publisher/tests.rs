use std::collections::HashSet;
use std::sync::Arc;

use ordered_stream::OrderedStreamExt;
use zbus::fdo::ObjectManager;
use zbus::{MessageStream, block_on};

use super::Publisher;
use crate::bus::{self, Layout, Values};
use crate::device::{Change, Receiver, ReceiverModel};
use crate::manager::command_channel;
use crate::service::board::Board;
use crate::service::bus_thread::Served;
use crate::service::histories::Histories;
use crate::service::objects::{Actions, DeviceList};
use crate::service::recorder::Recorder;
use crate::service::testing::connections;
use hidpp_proto::units::Timestamp;

fn receiver(paired: u8) -> Receiver {
    Receiver {
        id: "AF4F95EA".to_owned(),
        model: ReceiverModel::of(0x046D, 0xC52B).unwrap(),
        vendor: 0x046D,
        product: 0xC52B,
        node: "/dev/hidraw0".to_owned(),
        serial: Some("AF4F95EA".to_owned()),
        firmware: None,
        slots: Some(6),
        paired: Some(paired),
    }
}

#[test]
fn a_change_of_a_receiver_is_a_signal_and_not_a_new_object() {
    let [connection, client] = connections();
    let layout = Layout::of(bus::NAME);
    let objects = connection.object_server();
    block_on(objects.at(layout.root(), ObjectManager)).unwrap();
    let mut signals = MessageStream::from(&client);
    let board = Arc::new(Board::new(layout, Timestamp::START));
    let served = Served {
        connection: connection.clone(),
        device_list: DeviceList::default(),
        actions: Actions::new(command_channel().unwrap().0, Histories::new(None)),
    };
    let recorder = Recorder::open(None, Timestamp::START);
    let name = bus::NAME.to_owned();
    let mut publisher = Publisher::new(Arc::clone(&board), served, name, recorder);
    let mut publish = |change| {
        board.take(Timestamp::START, change);
        block_on(publisher.publish(&board.wait(None)));
    };
    publish(Change::ReceiverAdded(receiver(2)));
    publish(Change::ReceiverAdded(receiver(2)));
    publish(Change::ReceiverAdded(receiver(3)));
    publish(Change::ReceiverRemoved(receiver(3)));
    let mut next = || block_on(signals.next()).unwrap().unwrap();
    let member = |message: &zbus::Message| message.header().member().unwrap().to_string();
    assert_eq!(member(&next()), "InterfacesAdded");
    let changed = next();
    assert_eq!(member(&changed), "PropertiesChanged");
    let (_, values, _): (String, Values, Vec<String>) = changed.body().deserialize().unwrap();
    let names: HashSet<&str> = values.keys().map(String::as_str).collect();
    assert_eq!(names, HashSet::from(["Paired"]));
    assert_eq!(member(&next()), "InterfacesRemoved");
}
