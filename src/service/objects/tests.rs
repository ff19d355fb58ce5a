//! An object has exactly the values of its list, for any state of a device or receiver. How clients
//! decode them is tested next to the lists.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use zbus::object_server::{Interface, SignalEmitter};
use zbus::{Connection, OwnedVariant, block_on};

use super::{Actions, Device1, Receiver1, UpowerDevice};
use crate::bus::{self, Layout, ServedValues, Values, any};
use crate::device::{Change, Device};
use crate::manager::command_channel;
use crate::service::board::{Board, PublishedDevice};
use crate::service::histories::Histories;
use crate::service::testing::connections;
use crate::service::wall_clock::today;

fn values(connection: &Connection, object: &impl Interface) -> Values {
    let server = connection.object_server();
    let emitter = SignalEmitter::new(connection, "/").unwrap();
    block_on(object.get_all(server, connection, None, &emitter)).unwrap()
}

fn named(served: zbus::Result<ServedValues>) -> HashMap<String, OwnedVariant> {
    let served = served.unwrap().into_iter();
    let named = served.map(|(property, value)| (property.name.to_owned(), value));
    named.collect()
}

fn post(device: Device) -> Arc<PublishedDevice> {
    let board = Board::new(Layout::of(bus::NAME), today());
    board.take(today(), Change::DeviceAdded(device));
    board.wait(None).devices.remove(0)
}

#[test]
fn a_device_has_the_values_of_its_lists() {
    let [connection, _client] = connections();
    let actions = Actions::new(command_channel().unwrap().0, Histories::new(None));
    let same = |device: Device| {
        let post = post(device);
        let device1 = Device1 {
            post: Arc::clone(&post),
            actions: actions.clone(),
        };
        prop_assert_eq!(values(&connection, &device1), named(device1.served()));
        let upower = UpowerDevice::new(post, actions.clone());
        prop_assert_eq!(values(&connection, &upower), named(upower.served()));
        Ok(())
    };
    TestRunner::default().run(&any::device(), same).unwrap();
}

#[test]
fn a_receiver_has_the_values_of_its_list() {
    let [connection, _client] = connections();
    let same = |receiver| {
        let object = Receiver1(receiver);
        prop_assert_eq!(values(&connection, &object), named(object.served()));
        Ok(())
    };
    TestRunner::default().run(&any::receiver(), same).unwrap();
}
