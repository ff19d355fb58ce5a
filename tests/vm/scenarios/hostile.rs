//! The installed package under systemd with its unit's limits, while a user attacks the service: it
//! remains the same process, and answers another user.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use test_support::attacker::attack::Attack;
use test_support::attacker::attacks;
use test_support::attacker::honest::Honest;
use test_support::attacker::state::three_years;
use test_support::attacker::target::Target;
use test_support::attacker::user::{ATTACKER, HONEST};
use test_support::wait::eventually;

use crate::process::Running;
use crate::program::Program;
use crate::scenarios::package::{
    LIMIT, SERVICE, STATE, USER, apt, as_user, await_light, await_state, state, succeed,
};
use crate::scenarios::{plug_in, reading};

const BUS: &str = "/run/dbus/system_bus_socket";

/// The control group of the service.
const GROUP: &str = "/sys/fs/cgroup/system.slice/solar-statusd.service";

/// `MemoryMax` of the unit.
const MOST_MEMORY: &str = "67108864";

/// The deadline of an attack, after which it is aborted; the guest is slow.
const LONGEST: Duration = Duration::from_secs(30);

/// The ids of the devices on the desk.
const DEVICES: [&str; 3] = ["4002-392A0750", "101B-1C5E0705", "2010-FB841B86"];

pub(crate) fn prove(program: &Program) {
    let [package, _] = program.packages();
    if !as_user("true").status.success() {
        succeed("useradd", &["--create-home", USER]);
    }
    apt("install", package);
    succeed("systemctl", &["stop", SERVICE]);
    three_years(Path::new(STATE), &DEVICES.map(str::to_owned));
    succeed(
        "chown",
        &["--recursive", "solar-status:solar-status", STATE],
    );
    let _desk = plug_in();
    await_state("active");
    await_light();
    assert_eq!(of_group("memory.max"), MOST_MEMORY);

    let all = [&attacks::DESCRIPTORS[..], &attacks::BULK, &attacks::FLOODS].concat();
    let mut faults = Vec::new();
    for attack in &all {
        let target = Target::find(Path::new(BUS), 2);
        let found = withstand(&target, attack);
        if !found.is_empty() {
            start_again();
        }
        faults.extend(found);
    }
    assert_eq!(faults, [""; 0]);
}

/// Leftover messages of an attack on the bus may end the service once more.
fn start_again() {
    eventually("the service to start again", LIMIT, || {
        succeed("systemctl", &["reset-failed"]);
        let mut restart = Command::new("systemctl");
        restart.args(["restart", SERVICE]);
        Running::start(restart)
            .finish(LIMIT)
            .status
            .success()
            .then_some(())
    });
    await_light();
}

/// Runs an attack; afterwards the unit must be active with the same process, and an ordinary
/// `solar-status` must work. Returns the violated requirements.
fn withstand(target: &Target, attack: &Attack) -> Vec<String> {
    let process = process();
    let asking = &AtomicBool::new(true);
    let (tally, honest) = thread::scope(|scope| {
        let honest = Honest::ask(scope, target, HONEST, asking);
        let tally = attack.run(target, ATTACKER, LONGEST);
        (tally, honest.stop())
    });
    println!(
        "        {}: {} sent; peak {} MB; {} honest calls, {} refused, {} lost, worst {:.1?}, of the \
         bus itself {:.1?}",
        attack.name,
        tally.sent,
        of_group("memory.peak").parse::<u64>().unwrap_or_default() >> 20,
        honest.gets.len(),
        honest.limited,
        honest.lost.len(),
        honest.worst(),
        honest.bus.iter().max().copied().unwrap_or_default()
    );
    let mut faults = honest.lost;
    if tally.connected < attack.connections {
        faults.push("the attack was not made".to_owned());
    }
    if honest.limited > 0 {
        faults.push("another user was rejected because of it".to_owned());
    }
    let state = state();
    if state != "active" {
        faults.push(format!("the unit is {state}"));
    } else if self::process() != process {
        faults.push("the service was restarted".to_owned());
    } else {
        let run = as_user("solar-status --json --bus system");
        if run.status.success() {
            reading::expect_desk(&run.document());
        } else {
            faults.push(format!("an ordinary solar-status: {}", run.stderr));
        }
    }
    let name = attack.name;
    faults.iter().map(|it| format!("{name}: {it}")).collect()
}

/// The process of the service according to systemd.
fn process() -> String {
    succeed(
        "systemctl",
        &["show", "--property=MainPID", "--value", SERVICE],
    )
}

/// A file of the service's control group.
fn of_group(file: &str) -> String {
    let text = fs::read_to_string(Path::new(GROUP).join(file));
    text.unwrap_or_default().trim().to_owned()
}
