//! The receiver is plugged in again or a device sleeps and wakes, thirty times in total, while keys
//! are typed and the mouse moves: kernel, upowerd and daemon agree each time, and no input is lost.

use std::fmt::{self, Display};
use std::thread;
use std::time::Duration;

use hidpp_sim::receiver::Receiver;
use test_support::wait::eventually;

use super::agreement::{Known, expect_agreement, expect_asleep, expect_right_serials};
use super::input_load::{Done, busy};
use super::{G903, K750, K800, M705, MX_MASTER, PRO_X};
use crate::bus::{OURS, Signal};
use crate::daemon::{Daemon, System};
use crate::descriptors::UNIFYING;
use crate::devices;
use crate::kernel::{self, PATIENCE};
use crate::program::Program;
use crate::scenarios::{Desk, batteries, wait_for_quiet};
use crate::traffic;
use crate::upowerd::Upowerd;
use crate::usbip::UsbDevice;

/// A hotplug takes the kernel seconds, so there are fewer of them than sleeps.
const REPLUGS: usize = 6;

/// The devices that fall asleep after each hotplug, in sequence.
const SLEEPERS: [u8; 4] = [K750, MX_MASTER, G903, PRO_X];

/// How long at the end only keys and motions occur, and then nothing.
const UNDISTURBED: Duration = Duration::from_secs(10);

pub(crate) fn prove(program: &Program) {
    let system = System::install();
    let client = &system.client;
    let _upowerd = Upowerd::start(client);
    let daemon = system.start(program, &[]);
    let bare = client.objects();
    client.take_signals();
    let mut known = Known::default();
    let (mut done, mut requests) = (Done::default(), Requests::default());
    let (mut paths, mut costs) = (Vec::new(), Vec::new());
    for replug in 0..REPLUGS {
        let desk = plug_in(&known);
        done += busy(&desk, K800, M705, || {
            expect_agreement(client, &desk, &known);
            for slot in SLEEPERS {
                assert!(desk.with(|receiver, now| receiver.sleep(now, slot)));
                expect_asleep(client, &desk, slot);
                known.change(slot);
                let charge = known.charge(slot);
                assert!(desk.with(|receiver, now| receiver.set_charge(now, slot, charge)));
                assert!(desk.with(|receiver, now| receiver.wake(now, slot)));
                expect_agreement(client, &desk, &known);
            }
        });
        costs.push(daemon.cost());
        expect_right_serials(&desk);
        let listed = client.devices(OURS);
        if replug == 0 {
            paths = listed;
        } else {
            assert_eq!(listed, paths, "paths after replug {replug}");
        }
        requests.count(&desk);
        if replug + 1 == REPLUGS {
            measure(&daemon, &desk);
        }
        drop(desk);
        eventually("the receiver to be gone", PATIENCE, kernel::unplugged);
        eventually("no device and no object on the bus", PATIENCE, || {
            (client.devices(OURS).is_empty() && client.objects() == bare).then_some(())
        });
    }
    println!("        {done}: all arrived, in order");
    println!("        {requests}");
    println!(
        "        after the first hotplug, including the calls of this test: {}",
        costs[0]
    );
    println!("        after the last: {}", costs[REPLUGS - 1]);
    expect_one_each(&client.take_signals(), &paths);
    let run = daemon.stop();
    assert_eq!(run.stderr, "", "standard error of the daemon");
}

/// The cost of the daemon while keys are typed, and while nothing happens.
fn measure(daemon: &Daemon, desk: &Desk) {
    let before = daemon.cost();
    let done = busy(desk, K800, M705, || thread::sleep(UNDISTURBED));
    let after = daemon.cost();
    println!(
        "        in {} s of {done}: {}",
        UNDISTURBED.as_secs(),
        after.since(before)
    );
    wait_for_quiet(desk);
    let before = daemon.cost();
    thread::sleep(UNDISTURBED);
    let still = daemon.cost().since(before);
    println!(
        "        in {} s without events: {still}",
        UNDISTURBED.as_secs()
    );
    // The K750 may broadcast its charge in that time.
    assert!(still.wakes < 10, "it is woken by nothing: {still}");
}

/// Plugs the receiver in with these charges.
fn plug_in(known: &Known) -> Desk {
    let mut receiver = Receiver::new([0xAF, 0x4F, 0x95, 0xEA]);
    for row in &batteries::EXPECTED {
        let device = devices::charged(row.codename, row.serial, row.state, known.charge(row.slot));
        receiver = receiver.with(row.slot, device);
    }
    UsbDevice::plug_in(&UNIFYING, receiver)
}

/// Asserts that each device was added and removed once per hotplug.
fn expect_one_each(signals: &[Signal], paths: &[String]) {
    for path in paths {
        for member in ["DeviceAdded", "DeviceRemoved"] {
            let matching = signals.iter();
            let matching = matching.filter(|it| it.member == member && it.path == *path);
            assert_eq!(matching.count(), REPLUGS, "{member} {path}");
        }
    }
}

/// The requests that the receiver got.
#[derive(Default)]
struct Requests {
    all: usize,
    /// Feature requests with our software id; register requests do not identify their sender.
    ours: usize,
}

impl Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { all, ours } = self;
        write!(
            f,
            "{all} requests, {ours} of them feature requests of the daemon"
        )
    }
}

impl Requests {
    fn count(&mut self, desk: &Desk) {
        desk.with(|receiver, _| {
            for sent in receiver.requests() {
                self.all += 1;
                self.ours += usize::from(traffic::text(&sent.report).contains('s'));
            }
        });
    }
}
