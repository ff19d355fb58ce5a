//! Nodes are followed through the real netlink socket of udev, alongside its real rules and driver.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use hidpp_sim::scenario::{K750, K800, M705};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::fstat;
use solar_status::manager::role;
use solar_status::transport::{NodeEvent, NodeId, NodeRole, NodeWatch};
use test_support::wait::eventually;

use crate::kernel::{self, PATIENCE, Seen};
use crate::program::Program;
use crate::scenarios::plug_in;

const UDEV_CONTROL: &str = "/run/udev/control";

/// The present nodes with role and path, and the number of reported ones.
#[derive(Default)]
struct Nodes {
    present: BTreeMap<NodeId, (NodeRole, PathBuf)>,
    appeared: usize,
}

impl Nodes {
    fn take(&mut self, event: NodeEvent) {
        match event {
            NodeEvent::Appeared(node) => {
                let role = role(&node);
                println!("        {node} is {role:?}: {}", node.id);
                let before = self.present.insert(node.id, (role, node.path.into()));
                assert_eq!(before, None, "reported twice");
                self.appeared += 1;
            }
            NodeEvent::Disappeared(id) => {
                let node = self.present.remove(&id);
                assert!(node.is_some(), "{id} was never reported");
            }
            NodeEvent::Supply(_) | NodeEvent::SupplyGone(_) => {}
        }
    }

    /// Receives events until this many nodes are present.
    fn follow(&mut self, watch: &mut NodeWatch, until: usize) {
        let started = Instant::now();
        loop {
            while let Some(event) = watch.next_event().expect("the watch works") {
                self.take(event);
            }
            if self.present.len() == until {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{:?}", self.present);
            wait(watch);
        }
    }

    fn paths(&self, wanted: NodeRole) -> Vec<PathBuf> {
        let nodes = self.present.values().filter(|(role, _)| *role == wanted);
        let mut paths: Vec<PathBuf> = nodes.map(|(_, path)| path.clone()).collect();
        paths.sort();
        paths
    }

    /// Asserts the receiver's node and those of its three devices.
    fn expect_desk(&self, seen: Seen) {
        let receiver: Vec<PathBuf> = seen.node().into_iter().collect();
        assert_eq!(self.paths(NodeRole::Receiver), receiver);
        let devices = [K750, M705, K800].into_iter();
        let mut devices: Vec<PathBuf> = devices.filter_map(|slot| seen.node_of(slot)).collect();
        devices.sort();
        assert_eq!(devices.len(), 3);
        assert_eq!(self.paths(NodeRole::Child), devices);
    }
}

/// Waits until the descriptor is readable; panics after a timeout.
fn wait(watch: &NodeWatch) {
    let limit = Timespec::try_from(PATIENCE).expect("a short time");
    let mut fds = [PollFd::new(watch, PollFlags::IN)];
    let ready = poll(&mut fds, Some(&limit)).expect("poll");
    assert_eq!(ready, 1, "no event within {PATIENCE:?}");
}

pub(crate) fn prove(_: &Program) {
    let mut watch = NodeWatch::open().expect("a watch");
    let mut nodes = Nodes::default();
    nodes.follow(&mut watch, 0);

    let desk = plug_in();
    nodes.follow(&mut watch, 4);
    nodes.expect_desk(desk.seen());

    // A watch opened later has the same nodes, and the first gets no event twice.
    udevadm(&[
        "trigger",
        "--settle",
        "--action=add",
        "--subsystem-match=hidraw",
    ]);
    let mut late = Nodes::default();
    late.follow(&mut NodeWatch::open().expect("a watch"), 4);
    assert_eq!(late.present, nodes.present);
    nodes.follow(&mut watch, 4);
    assert_eq!(nodes.appeared, 4);

    drop(desk);
    nodes.follow(&mut watch, 0);

    let desk = plug_in();
    nodes.follow(&mut watch, 4);
    nodes.expect_desk(desk.seen());
    for id in nodes.present.keys() {
        assert!(
            !late.present.contains_key(id),
            "{id} is used for two hotplugs"
        );
    }
}

pub(crate) fn prove_lost(_: &Program) {
    let mut watch = NodeWatch::open().expect("a watch");
    let mut nodes = Nodes::default();
    nodes.follow(&mut watch, 0);

    // The watch is not read, so its socket has no room for further messages.
    flood();
    let desk = plug_in();
    assert_ne!(dropped(&watch), 0);
    nodes.follow(&mut watch, 4);
    nodes.expect_desk(desk.seen());

    flood();
    drop(desk);
    eventually("the receiver to be gone", PATIENCE, kernel::unplugged);
    nodes.follow(&mut watch, 0);
}

pub(crate) fn prove_without_udev(_: &Program) {
    // Whether udev runs is checked only on opening.
    let away = "/run/udev/control-away";
    fs::rename(UDEV_CONTROL, away).expect("udev");
    let watch = NodeWatch::open();
    fs::rename(away, UDEV_CONTROL).expect("udev back");

    let mut watch = watch.expect("a watch");
    let mut nodes = Nodes::default();
    let desk = plug_in();
    nodes.follow(&mut watch, 4);
    nodes.expect_desk(desk.seen());
    drop(desk);
    nodes.follow(&mut watch, 0);
}

/// The number of messages that the kernel dropped from the socket of this watch.
fn dropped(watch: &NodeWatch) -> u64 {
    let socket = fstat(watch).expect("a socket").st_ino.to_string();
    // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode (Linux `netlink_native_seq_show`)
    let sockets = fs::read_to_string("/proc/net/netlink").expect("a list of sockets");
    let mut lines = sockets
        .lines()
        .map(|line| line.split_whitespace().collect());
    let line: Vec<&str> = lines
        .find(|line: &Vec<&str>| line.last() == Some(&socket.as_str()))
        .expect("the socket of the watch");
    line[8].parse().expect("a number")
}

/// Makes udev send more than a socket holds. There are about seventy terminals, and no driver sends
/// requests because of them.
fn flood() {
    for _ in 0..5 {
        udevadm(&["trigger", "--settle", "--subsystem-match=tty"]);
    }
}

fn udevadm(arguments: &[&str]) {
    let status = Command::new("udevadm").args(arguments).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "udevadm {arguments:?}"
    );
}
