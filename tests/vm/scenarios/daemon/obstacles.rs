//! Obstacles for the daemon: a full disk, and a node without permission.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use test_support::wait::eventually;

use crate::bus::OURS;
use crate::daemon::{STATE, System};
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::scenarios::plug_in;

pub(crate) fn prove_full(program: &Program) {
    let system = System::install();
    let disk = FullDisk::mount(&system);
    let _desk = plug_in();
    let daemon = system.start(program, &[]);
    assert_eq!(
        system.client.devices(OURS).len(),
        2,
        "the daemon keeps running"
    );
    eventually("an error about its state", PATIENCE, || {
        daemon.errors().contains("devices.json").then_some(())
    });
    disk.free();
    let run = daemon.stop();
    let (recovered, errors): (Vec<&str>, Vec<&str>) = run
        .stderr
        .lines()
        .partition(|line| line.ends_with("written again"));
    assert!(recovered.len() <= 2, "{recovered:?}");
    assert!(!errors.is_empty());
    for error in errors {
        println!("        {error}");
        for word in ["No space left", STATE] {
            assert!(error.contains(word), "{error:?} lacks {word}");
        }
    }
    let kept = Path::new(STATE).join("devices.json");
    let kept = fs::read_to_string(kept).expect("its state, once there is room");
    assert!(kept.contains("392A0750"), "{kept}");
}

pub(crate) fn prove_denied(program: &Program) {
    let system = System::without_rule();
    let desk = plug_in();
    let node = desk.seen().node().expect("the receiver's node");
    let daemon = system.start(program, &[]);
    let error = eventually("an error", PATIENCE, || {
        Some(daemon.errors()).filter(|text| !text.is_empty())
    });
    print!("        {error}");
    for word in [&*node.to_string_lossy(), "71-solar-statusd.rules"] {
        assert!(error.contains(word), "{error:?} lacks {word}");
    }
    assert_eq!(error.lines().count(), 1, "{error:?}");
    assert_eq!(system.client.devices(OURS), [""; 0]);

    system.give_to_daemon(&node);
    eventually("its devices", PATIENCE, || {
        (system.client.devices(OURS).len() == 2).then_some(())
    });
    assert_eq!(daemon.stop().stderr, error, "standard error of the daemon");
}

/// A full disk for the daemon's state directory.
struct FullDisk {
    /// The file that fills the disk.
    filler: PathBuf,
}

impl FullDisk {
    fn mount(system: &System) -> Self {
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount("disk", STATE, "tmpfs", flags, Some(c"size=64k")).expect("a small disk");
        let state = Path::new(STATE);
        system.give_to_daemon(state);
        let disk = Self {
            filler: state.join("filler"),
        };
        let mut filler = File::create(&disk.filler).expect("a file on it");
        while filler.write_all(&[0; 1024]).is_ok() {}
        disk
    }

    fn free(&self) {
        fs::remove_file(&self.filler).expect("what fills the disk");
    }
}

impl Drop for FullDisk {
    fn drop(&mut self) {
        // A panic here would hide the reason of a failed scenario.
        unmount(STATE, UnmountFlags::DETACH).ok();
    }
}
