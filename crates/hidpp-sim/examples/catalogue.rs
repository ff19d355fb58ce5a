//! Lists the models that can be simulated: product id, connection and name.

use hidpp_sim::catalogue::{Connection, devices};

fn main() {
    for entry in devices() {
        let connection = match entry.connection {
            Connection::Receiver(_) => "receiver",
            Connection::Pad(_) => "charging pad",
            Connection::Usb(..) => "USB",
            Connection::Bluetooth(..) => "Bluetooth",
        };
        println!("{:04X}  {:<14} {}", entry.product(), connection, entry.name);
    }
}

#[test]
fn it_runs() {
    main();
    assert_eq!(devices().len(), 73);
}
