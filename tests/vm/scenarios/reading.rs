//! A reading through the receiver's node provides charge and light, and does not disturb the kernel
//! driver.

use hidpp_sim::scenario::{K750, K800, M705};
use serde_json::{Value, json};

use crate::program::Program;
use crate::scenarios::{K750_LUX, K750_PERCENT, M705_PERCENT, plug_in};

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    let before = [K750, M705].map(|slot| desk.seen().battery_of(slot));
    let run = program.run(&["--json"]);
    println!("        a reading takes {:.1} s", run.took.as_secs_f32());
    expect_desk(&run.document());
    assert_eq!(
        [K750, M705].map(|slot| desk.seen().battery_of(slot)),
        before,
        "the kernel's batteries"
    );
}

/// Asserts that the document has the values of the desk.
pub(crate) fn expect_desk(document: &Value) {
    let k750 = device(document, "4002");
    assert_eq!(k750["slot"], json!(K750), "the slot in {k750}");
    assert_eq!(k750["online"], json!(true), "the link in {k750}");
    assert_eq!(
        k750["battery"]["percent"],
        json!(K750_PERCENT),
        "the charge in {k750}"
    );
    assert_eq!(k750["light"]["lux"], json!(K750_LUX), "the light in {k750}");

    let m705 = device(document, "101B");
    assert_eq!(m705["slot"], json!(M705), "the slot in {m705}");
    assert_eq!(
        m705["battery"]["percent"],
        json!(M705_PERCENT),
        "the charge in {m705}"
    );

    let k800 = device(document, "2010");
    assert_eq!(k800["slot"], json!(K800), "the slot in {k800}");
    assert_eq!(k800["online"], json!(false), "the link in {k800}");
}

fn device<'a>(document: &'a Value, wpid: &str) -> &'a Value {
    let devices = document["devices"].as_array().into_iter().flatten();
    let mut found = devices.filter(|device| device["wpid"] == wpid);
    let (Some(device), None) = (found.next(), found.next()) else {
        panic!("expected exactly one device {wpid} in {document}");
    };
    device
}
