//! A headset that speaks Centurion: behind its dongle, off, on its cable, and both.

use hidpp_sim::centurion::CenturionNode;
use serde_json::{Value, json};
use test_support::wait::eventually;

use crate::descriptors::{HEADSET_CABLE, HEADSET_DONGLE};
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::usbip::UsbDevice;

const SERIAL: &str = "2413LZ0ABCD8";

pub(crate) fn prove(program: &Program) {
    let dongle = UsbDevice::plug_in(&HEADSET_DONGLE, CenturionNode::g522_dongle(SERIAL));
    eventually("the dongle's node", PATIENCE, || dongle.seen().node());
    expect(&read(program), "usb", true);

    // It is switched off: the dongle is asked, and the headset is not.
    dongle.with(|node, now| {
        node.switch(now, false);
        node.forget_requests();
    });
    assert_eq!(read(program)["online"], json!(false));
    let to_headset = dongle.with(|node, _| {
        let requests = node.requests();
        let passed_on = requests.filter(|it| it.report.get(5).is_some_and(|it| it >> 4 == 1));
        passed_on.count()
    });
    assert_eq!(to_headset, 0, "requests to a headset that is off");
    dongle.with(|node, now| node.switch(now, true));

    let cable = UsbDevice::plug_in(&HEADSET_CABLE, CenturionNode::g522_cable(SERIAL));
    eventually("the cable's node", PATIENCE, || cable.seen().node());
    expect(&read(program), "usb", true);
    drop(dongle);
    expect(&read(program), "usb", true);
}

/// The only device.
fn read(program: &Program) -> Value {
    let document = program.run(&["--json"]).document();
    let devices = document["devices"].as_array().expect("devices");
    assert_eq!(devices.len(), 1, "one headset: {document:#}");
    devices[0].clone()
}

fn expect(headset: &Value, connection: &str, online: bool) {
    for (name, expected) in [
        ("name", json!("Logitech G522 LIGHTSPEED")),
        ("kind", json!("headset")),
        ("serial", json!(SERIAL)),
        ("connection", json!(connection)),
        ("online", json!(online)),
    ] {
        assert_eq!(headset[name], expected, "{name} of {headset:#}");
    }
    assert_eq!(headset["battery"]["percent"], json!(78), "{headset:#}");
    assert_eq!(headset["battery"]["source"], json!("0104"), "{headset:#}");
}
