//! Clients that request light measurements and disconnect.

use solar_status::bus::{DEVICE_INTERFACE, NAME};
use test_support::bus::Bus;
use test_support::wait::until;
use zbus::{Connection, Message, block_on};

use crate::daemon_harness::Harness;

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";

/// A bus allows 512 match rules per connection; once leaked rules exhaust them, further disconnects
/// go unnoticed.
const CALLERS: u32 = 50;

#[test]
fn a_caller_that_disconnects_immediately_leaves_no_match_rule() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate", "--light-every", "0"]);
    let stays = bus.connect();
    let before = rules_of_the_daemon(&stays);
    for _ in 0..CALLERS {
        let caller = bus.connect();
        let call = Message::method_call(K750, "MeasureLight")
            .destination(NAME)
            .interface(DEVICE_INTERFACE)
            .build(&(1_u32, 1_u32))
            .unwrap();
        block_on(async {
            caller.send(&call).await.unwrap();
            caller.close().await.unwrap();
        });
    }
    // The earlier callers may already have gone when their call was handled; this one stays, so the
    // daemon watches its name.
    let arguments = (1_u32, 1_u32);
    let call = stays.call_method(
        Some(NAME),
        K750,
        Some(DEVICE_INTERFACE),
        "MeasureLight",
        &arguments,
    );
    block_on(call).unwrap();
    until("one more match rule", || {
        rules_of_the_daemon(&stays) == before + 1
    });
}

/// How many match rules the daemon has, as the bus reports it.
fn rules_of_the_daemon(connection: &Connection) -> u32 {
    let stats: std::collections::HashMap<String, zbus::OwnedVariant> = block_on(async {
        let reply = connection
            .call_method(
                Some("org.freedesktop.DBus"),
                "/org/freedesktop/DBus",
                Some("org.freedesktop.DBus.Debug.Stats"),
                "GetConnectionStats",
                &NAME,
            )
            .await
            .unwrap();
        reply.body().deserialize().unwrap()
    });
    u32::try_from(stats.get("MatchRules").unwrap()).unwrap()
}
