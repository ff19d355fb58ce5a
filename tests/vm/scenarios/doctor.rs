//! The doctor names faults and remedies on a real kernel, with the matching exit status.

use hidpp_sim::scenario::K750;
use rustix::process::Signal;
use serde_json::Value;
use test_support::wait::eventually;

use crate::daemon::System;
use crate::descriptors::UNIFYING;
use crate::kernel::PATIENCE;
use crate::process::LIMIT;
use crate::program::Program;
use crate::scenarios::{plug_in, wait_for_quiet};
use crate::upowerd::Upowerd;

/// Exit statuses.
const WELL: i32 = 0;
const WRONG: i32 = 1;
const NOTHING: i32 = 3;
const DENIED: i32 = 4;

/// Users by number.
const ROOT: &str = "0";
const NOBODY: &str = "65534";

pub(crate) fn prove(program: &Program) {
    let doctor = |user, status| Found::by(program, user, &[], status);

    doctor(NOBODY, NOTHING).expect("hidraw", "nothing", "absent", "no node leads to");

    let desk = plug_in();
    let node = desk.seen().node().expect("the receiver's node");
    let node = node.to_string_lossy().into_owned();
    let denied = doctor(NOBODY, DENIED);
    denied.expect(
        "usb",
        "device",
        "ok",
        "Unifying Receiver 046D:C52B at usb 1-",
    );
    denied.expect("hidraw", "denied", "denied", &format!("{node} leads to"));
    denied.expect(
        "hidraw",
        "denied",
        "denied",
        "root:root 0600, you cannot open it (permission denied)",
    );
    denied.expect("kernel", "battery", "ok", "57 %");
    denied.advises("hidraw", "denied", "70-solar-status-uaccess.rules");

    let well = doctor(ROOT, WELL);
    well.expect(
        "usb",
        "device",
        "ok",
        "interfaces 0, 1 and 2 held by usbhid",
    );
    well.expect("hidraw", "opens", "ok", "driver logitech-djreceiver");
    well.expect(
        "kernel",
        "battery",
        "ok",
        "of K750: 57 %, Discharging, as the device reports",
    );
    well.expect("daemon", "absent", "note", "the devices are read directly");
    well.expect("programs", "quiet", "ok", "no HID++ answer was received");
    well.expect("devices", "online", "ok", "K750 (slot 1) answers, 57 %");
    well.expect("devices", "asleep", "ok", "K800 (slot 3) is asleep");

    desk.with(|receiver, _| receiver.set_silent(K750, true));
    let wedged = doctor(ROOT, WRONG);
    wedged.expect(
        "devices",
        "wedged",
        "problem",
        "K750 (slot 1) does not answer",
    );
    wedged.advises("devices", "wedged", "switch it off and on again");
    wedged.expect("devices", "online", "ok", "M705 (slot 2) answers");
    desk.with(|receiver, _| receiver.set_silent(K750, false));

    let taking = program.start(&["--transport", "usb", "--json"]);
    eventually("the program to take the interface", LIMIT, || {
        let driver = desk.seen().usb_driver(UNIFYING.hidpp_interface);
        (driver.as_deref() == Some("usbfs")).then_some(())
    });
    // It must not end in the meantime.
    taking.signal(Signal::STOP);
    let claimed = doctor(ROOT, WRONG);
    claimed.expect("usb", "claimed", "problem", "interface 2 held by usbfs");
    claimed.expect("programs", "holds", "note", "holds /dev/bus/usb/001/");
    taking.signal(Signal::KILL);
    drop(taking);
    eventually("an interface without a driver", PATIENCE, || {
        let driver = desk.seen().usb_driver(UNIFYING.hidpp_interface);
        driver.is_none().then_some(())
    });
    let left = doctor(NOBODY, WRONG);
    left.expect("usb", "unbound", "problem", "interface 2 without a driver");
    drop(desk);
    eventually(
        "the receiver to be gone",
        PATIENCE,
        crate::kernel::unplugged,
    );
    prove_with_daemon(program);
}

/// With the daemon running, users need no permission for nodes.
fn prove_with_daemon(program: &Program) {
    let system = System::install();
    let desk = plug_in();
    let daemon = system.start(program, &[]);
    wait_for_quiet(&desk);
    let _upowerd = Upowerd::start(&system.client);
    let served = Found::by(program, NOBODY, &[], WELL);
    served.expect(
        "hidraw",
        "served",
        "ok",
        "you cannot open it (permission denied), but need not",
    );
    served.expect("daemon", "runs", "ok", "answers, version");
    served.expect("upower", "runs", "ok", "K750");
    served.expect("devices", "online", "ok", "K750 (slot 1) is online, 57 %");
    let report = program.start_as(ROOT, &["doctor", "--direct", "--report", "-"]);
    let report = report.finish(LIMIT);
    report.expect_status(WELL);
    let lower = report.stdout.to_lowercase();
    for secret in [
        "af4f95ea",
        "af 4f 95 ea",
        "392a0750",
        "39-2a-07-50",
        "39 2a 07 50",
    ] {
        assert!(!lower.contains(secret), "{secret} is in {}", report.stdout);
    }
    assert!(lower.contains("usb 1-1 046d:c52b\n    12 01"), "{lower}");
    assert!(lower.contains("node 1 046d:c52b short,long,dj"), "{lower}");

    desk.with(|receiver, _| receiver.set_silent(K750, true));
    let wedged = Found::by(program, ROOT, &["--direct", "--listen", "0"], WRONG);
    wedged.expect(
        "devices",
        "wedged",
        "problem",
        "K750 (slot 1) does not answer",
    );
    daemon.stop();
}

/// The doctor's findings.
struct Found(Value);

impl Found {
    /// The doctor's findings for this user; it must end with this status.
    fn by(program: &Program, user: &str, options: &[&str], status: i32) -> Self {
        let arguments = [&["doctor", "--json"], options].concat();
        let run = program.start_as(user, &arguments).finish(LIMIT);
        println!(
            "        status {:?} in {:.1} s",
            run.status.code(),
            run.took.as_secs_f32()
        );
        let found = Self(run.printed());
        for it in found.all() {
            println!("        {} {}", text(it, "verdict"), text(it, "text"));
        }
        run.expect_status(status);
        found
    }

    fn all(&self) -> impl Iterator<Item = &Value> {
        self.0["findings"].as_array().into_iter().flatten()
    }

    /// Asserts that there is such a finding with this text.
    fn expect(&self, area: &str, id: &str, verdict: &str, words: &str) {
        let is = |it: &&Value| text(it, "area") == area && text(it, "id") == id;
        let found = self
            .all()
            .filter(is)
            .any(|it| text(it, "verdict") == verdict && text(it, "text").contains(words));
        assert!(
            found,
            "no {verdict} {area} {id} with {words:?} in {:#}",
            self.0
        );
    }

    /// Asserts that such a finding has this advice.
    fn advises(&self, area: &str, id: &str, words: &str) {
        let is = |it: &&Value| text(it, "area") == area && text(it, "id") == id;
        let found = self
            .all()
            .filter(is)
            .any(|it| text(it, "advice").contains(words));
        assert!(found, "no advice {words:?} at {area} {id} in {:#}", self.0);
    }
}

fn text<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding[key].as_str().unwrap_or_default()
}
