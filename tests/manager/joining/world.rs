//! Devices and receivers at their ports, and the program that follows them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::Slot;
use hidpp_sim::Plugged;
use hidpp_sim::direct::DirectDevice;
use hidpp_sim::family::Family;
use hidpp_sim::receiver::Receiver;
use proptest::prelude::*;
use solar_status::device::{Change, Link};
use solar_status::history::{self, History, Sample};
use solar_status::manager::{Memory, MonitorEvent};

use super::expected::{Checkpoint, Found, PresentLink, Reach, clones};
use super::steps::{BOLT, LINGER, Model, RECEIVERS, SETTLED, SLOTS, Step, Unit};
use crate::desk::{Shared, usb_port};
use crate::follow_harness::FollowHarness;
use crate::links::devices_of;

/// The link on which a unit is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Used {
    Channel(usize),
    Bluetooth,
}

/// The current state of a unit.
pub(super) struct Owned {
    pub(super) unit: Unit,
    /// The hardware on its cable or on Bluetooth.
    pub(super) hardware: Shared,
    pub(super) node: Option<Shared>,
    pub(super) port: usize,
    /// The slot of each channel.
    pub(super) slots: Vec<Option<usize>>,
    /// The number of times each channel was connected, paired or unpaired: in total, and up to the
    /// time that the harness has reached.
    pub(super) epochs: Vec<(u32, Rc<Cell<u32>>)>,
    pub(super) used: Option<Used>,
}

/// The current state of a receiver.
pub(super) struct Desk {
    pub(super) hardware: Shared,
    pub(super) node: Option<Shared>,
    pub(super) slots: [bool; SLOTS],
}

pub(super) struct World {
    pub(super) units: Vec<Owned>,
    pub(super) desks: Vec<Desk>,
    pub(super) harness: FollowHarness,
    pub(super) now: Duration,
    pub(super) nodes: usize,
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) rivals: BTreeSet<String>,
    /// The numbers of [`Model::Office`] with an identity read on Bluetooth and on receivers,
    /// possibly (0) and certainly (1).
    pub(super) on_bluetooth: [BTreeSet<u8>; 2],
    pub(super) on_receivers: [BTreeSet<u8>; 2],
    pub(super) folder: tempfile::TempDir,
    pub(super) found: Found,
}

impl World {
    pub(super) fn new(units: Vec<Unit>) -> Self {
        let mut receivers: Vec<Receiver> = (1..)
            .zip(0..RECEIVERS)
            .map(|(number, place)| {
                let serial = [0xA0, 0, 0, number];
                if place == BOLT {
                    Receiver::of(Family::BOLT, serial)
                } else {
                    Receiver::new(serial)
                }
            })
            .collect();
        let mut slots = [[false; SLOTS]; RECEIVERS];
        let mut owned = Vec::new();
        for (index, unit) in units.into_iter().enumerate() {
            let channels = unit.channels.iter().map(|receiver| {
                let free = slots[*receiver].iter().position(|used| !used)?;
                slots[*receiver][free] = true;
                let receiver = &mut receivers[*receiver];
                let firmware = unit.firmware(index).asleep();
                *receiver = receiver.clone().with(number_of(free), firmware);
                Some(free)
            });
            let channels: Vec<Option<usize>> = channels.collect();
            let protocol = unit.firmware(index).protocol;
            let hardware = if unit.model.is_wired() {
                let device = DirectDevice::usb(unit.model.product(), protocol);
                Shared::new("", Plugged::Direct(device))
            } else {
                let device = DirectDevice::bluetooth(unit.model.product(), protocol);
                Shared::new("", Plugged::Direct(device)).with_address(&address(index))
            };
            owned.push(Owned {
                hardware,
                node: None,
                port: index,
                epochs: channels.iter().map(|_| Default::default()).collect(),
                slots: channels,
                used: None,
                unit,
            });
        }
        let desks = receivers.into_iter().zip(slots).zip(1..);
        let desks = desks.map(|((receiver, slots), port)| Desk {
            hardware: Shared::new("", Plugged::Receiver(receiver)).at_port(&format!("9.{port}")),
            node: None,
            slots,
        });
        let mut found = Found::default();
        for unit in owned.iter().map(|it| &it.unit).filter(|it| it.number != 0) {
            for id in [unit.id(), unit.id_on_bluetooth()] {
                found.ids.insert(id, clones(&owned, unit));
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let mut harness = FollowHarness::new();
        harness.memory = Memory::open(folder.path().join("devices.json"));
        Self {
            units: owned,
            desks: desks.collect(),
            harness,
            now: Duration::from_secs(1),
            nodes: 0,
            checkpoints: Vec::new(),
            rivals: BTreeSet::new(),
            on_bluetooth: Default::default(),
            on_receivers: Default::default(),
            folder,
            found,
        }
    }

    pub(super) fn act(&mut self, act: impl FnOnce(Timestamp) + 'static) {
        self.harness.at_time(self.now, act);
    }

    /// Plugs the hardware in as a new node with the first free number.
    pub(super) fn node_of(&mut self, hardware: &Shared) -> Shared {
        let units = self.units.iter().filter_map(|it| it.node.as_ref());
        let all = units.chain(self.desks.iter().filter_map(|it| it.node.as_ref()));
        let used: BTreeSet<String> = all.map(|it| it.info().path).collect();
        let mut paths = (0..).map(|number| format!("/dev/hidraw{number}"));
        let path = paths.find(|it| !used.contains(it)).unwrap();
        self.nodes += 1;
        hardware.plugged_again(&path, self.nodes)
    }

    pub(super) fn step(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Receiver(number) => self.toggle_receiver(number),
            Step::Node { unit, port } => self.toggle_node(unit % self.units.len(), port),
            Step::Channel {
                unit,
                channel,
                linger,
            } => {
                let unit = unit % self.units.len();
                match channel.map(|it| self.channel_of(unit, it)) {
                    Some(Some(channel)) => {
                        self.use_on(unit, Some(Used::Channel(channel)), linger);
                        self.wake(unit, channel);
                    }
                    Some(None) => {}
                    None => self.use_on(unit, None, linger),
                }
            }
            Step::Pairing { unit, channel } => {
                self.toggle_pairing(unit % self.units.len(), channel);
            }
            Step::Restart { reversed } => return self.restart(reversed),
        }
        Ok(())
    }

    /// One of the paired channels of a unit.
    pub(super) fn channel_of(&self, unit: usize, number: usize) -> Option<usize> {
        let slots = self.units[unit].slots.iter().enumerate();
        let paired = slots.filter(|(_, slot)| slot.is_some());
        let paired: Vec<usize> = paired.map(|(channel, _)| channel).collect();
        paired.get(number.checked_rem(paired.len())?).copied()
    }

    pub(super) fn toggle_receiver(&mut self, number: usize) {
        let port = self.harness.port.clone();
        if let Some(node) = self.desks[number].node.take() {
            self.act(move |_| port.unplug(&node));
            return;
        }
        let node = self.node_of(&self.desks[number].hardware.clone());
        self.desks[number].node = Some(node.clone());
        self.act(move |now| {
            node.act(|receiver| receiver.power_cycle(now));
            port.plug(&node);
        });
    }

    pub(super) fn toggle_node(&mut self, unit: usize, port: usize) {
        let model = self.units[unit].unit.model;
        if self.units[unit].node.is_some() {
            if model.is_wired() {
                self.pull(unit);
            } else {
                self.use_on(unit, None, 0);
            }
            return;
        }
        let mut hardware = self.units[unit].hardware.clone();
        if model.is_wired() {
            let others = self.units.iter().filter(|it| it.unit.model.is_wired());
            if others
                .filter(|it| it.node.is_some())
                .any(|it| it.port == port)
            {
                return;
            }
            self.units[unit].port = port;
            hardware = hardware.at_port(&port.to_string());
        } else {
            self.use_on(unit, Some(Used::Bluetooth), LINGER / 2);
        }
        let node = self.node_of(&hardware);
        self.units[unit].node = Some(node.clone());
        let hub = self.harness.port.clone();
        self.act(move |now| {
            node.act_direct(|device| {
                device.plug(now);
                device.wake(now);
            });
            hub.plug(&node);
        });
    }

    /// Removes the node of a unit.
    pub(super) fn pull(&mut self, unit: usize) {
        let Some(node) = self.units[unit].node.take() else {
            return;
        };
        let port = self.harness.port.clone();
        self.act(move |now| {
            node.act_direct(|device| {
                device.sleep(now);
                device.unplug(now);
            });
            port.unplug(&node);
        });
    }

    /// Moves a unit from its current link to another or to none.
    pub(super) fn use_on(&mut self, unit: usize, used: Option<Used>, linger: u64) {
        let before = std::mem::replace(&mut self.units[unit].used, used);
        if before == used {
            return;
        }
        match before {
            None => {}
            Some(Used::Bluetooth) => self.pull(unit),
            Some(Used::Channel(channel)) => {
                let (desk, slot) = self.channel(unit, channel).unwrap();
                let (at, epoch) = self.units[unit].epochs[channel].clone();
                let left = desk.clone();
                self.act(move |_| left.act(|receiver| receiver.set_silent(slot, true)));
                let until = self.now + Duration::from_millis(linger);
                self.harness.at_time(until, move |now| {
                    if epoch.get() == at {
                        desk.act(|receiver| {
                            receiver.set_silent(slot, false);
                            receiver.sleep(now, slot);
                        });
                    }
                });
            }
        }
    }

    /// The receiver and slot of a channel.
    pub(super) fn channel(&self, unit: usize, channel: usize) -> Option<(Shared, u8)> {
        let owned = &self.units[unit];
        let slot = (*owned.slots.get(channel)?)?;
        let desk = &self.desks[owned.unit.channels[channel]];
        Some((desk.hardware.clone(), number_of(slot)))
    }

    /// Returns a function that starts a new epoch of a channel.
    pub(super) fn epoch(&mut self, unit: usize, channel: usize) -> impl FnOnce() + use<> {
        let (count, epoch) = &mut self.units[unit].epochs[channel];
        *count += 1;
        let (count, epoch) = (*count, Rc::clone(epoch));
        move || epoch.set(count)
    }

    pub(super) fn wake(&mut self, unit: usize, channel: usize) {
        let (desk, slot) = self.channel(unit, channel).unwrap();
        let begin = self.epoch(unit, channel);
        self.act(move |now| {
            begin();
            desk.act(|receiver| {
                receiver.set_silent(slot, false);
                receiver.sleep(now, slot);
                receiver.wake(now, slot);
            });
        });
    }

    pub(super) fn toggle_pairing(&mut self, unit: usize, channel: usize) {
        let Some(number) = self.units[unit].unit.channels.get(channel).copied() else {
            return;
        };
        let begin = self.epoch(unit, channel);
        let desk = self.desks[number].hardware.clone();
        if let Some(slot) = self.units[unit].slots[channel].take() {
            self.desks[number].slots[slot] = false;
            if self.units[unit].used == Some(Used::Channel(channel)) {
                self.units[unit].used = None;
            }
            self.act(move |now| {
                begin();
                desk.act(|receiver| _ = receiver.unpair(now, number_of(slot)));
            });
            return;
        }
        let Some(slot) = self.desks[number].slots.iter().position(|used| !used) else {
            return;
        };
        self.use_on(unit, Some(Used::Channel(channel)), LINGER / 2);
        self.desks[number].slots[slot] = true;
        self.units[unit].slots[channel] = Some(slot);
        let firmware = self.units[unit].unit.firmware(unit);
        self.act(move |now| {
            begin();
            desk.act(|receiver| _ = receiver.pair(now, number_of(slot), firmware));
        });
    }

    /// The links that are present.
    pub(super) fn present_links(&self) -> Vec<PresentLink> {
        let mut present_links = Vec::new();
        for (index, owned) in self.units.iter().enumerate() {
            for (channel, number) in owned.unit.channels.iter().enumerate() {
                let Some(slot) = owned.slots[channel] else {
                    continue;
                };
                if self.desks[*number].node.is_none() {
                    continue;
                }
                let receiver = receiver_id(*number);
                present_links.push(PresentLink {
                    place: format!("{receiver}-{}", number_of(slot)),
                    link: Link::Paired {
                        receiver,
                        slot: Slot::new(number_of(slot)).unwrap(),
                    },
                    unit: index,
                    reach: match owned.used {
                        Some(Used::Channel(it)) if it == channel => Reach::Radio,
                        _ => Reach::No,
                    },
                });
            }
            if let Some(node) = &owned.node {
                let is_wired = owned.unit.model.is_wired();
                present_links.push(PresentLink {
                    place: if is_wired {
                        usb_port(&owned.port.to_string()).replace('/', "-")
                    } else {
                        address(index)
                    },
                    link: Link::Direct {
                        node: node.info().path,
                        bus: owned.unit.model.bus().to_owned(),
                        product: owned.unit.model.product(),
                    },
                    unit: index,
                    reach: if is_wired { Reach::Cable } else { Reach::Radio },
                });
            }
        }
        present_links
    }

    /// Updates the expected results after a step; `settled`: all consequences are complete.
    pub(super) fn look(&mut self, settled: bool) {
        let present_links = self.present_links();
        for it in &present_links {
            let unit = &self.units[it.unit].unit;
            if unit.number == 0 {
                let clones = clones(&self.units, unit);
                self.found.ids.insert(it.id_by_link(unit.model), clones);
            }
        }
        for one in &present_links {
            for other in &present_links {
                if one.unit != other.unit && one.reach != Reach::No && one.reach == other.reach {
                    let (one, other) = (one, &self.units[other.unit].unit);
                    let unit = &self.units[one.unit].unit;
                    if (unit.model, unit.number) == (other.model, other.number) {
                        self.rivals.insert(format!("{}-{}", unit.id(), one.place));
                    }
                }
            }
        }
        for surely in [false, true] {
            if surely && !settled {
                continue;
            }
            let level = usize::from(surely);
            let office = |it: &&PresentLink| {
                let unit = &self.units[it.unit].unit;
                unit.model == Model::Office && unit.number != 0 && it.reach == Reach::Radio
            };
            let reachable = present_links.iter().filter(office);
            let number = |it: &PresentLink| self.units[it.unit].unit.number;
            let (paired, direct): (Vec<_>, Vec<_>) =
                reachable.partition(|it| matches!(it.link, Link::Paired { .. }));
            self.on_bluetooth[level].extend(direct.into_iter().map(number));
            // Devices behind receivers get identity requests once another device of their model was
            // identified.
            if !self.on_bluetooth[level].is_empty() {
                self.on_receivers[level].extend(paired.into_iter().map(number));
            }
        }
        if settled {
            let both = |level: usize| {
                let both = self.on_bluetooth[level].intersection(&self.on_receivers[level]);
                both.copied().collect()
            };
            self.checkpoints.push(Checkpoint {
                second: self.now.as_secs() - 1,
                present_links,
                rivals: self.rivals.clone(),
                may_join: both(0),
                must_join: both(1),
            });
        }
    }

    pub(super) fn settle(&mut self) {
        self.now = Duration::from_secs((self.now + SETTLED).as_secs());
        self.look(true);
    }

    /// Runs the program until now, and checks what it reported.
    pub(super) fn run(&mut self) -> Result<(), TestCaseError> {
        let events = self.harness.follow(self.now.as_secs());
        self.harness.start = Timestamp::from_start(self.now);
        self.record(&events);
        for checkpoint in std::mem::take(&mut self.checkpoints) {
            let devices = devices_of(&events, checkpoint.second);
            self.found.check(&checkpoint, &self.units, &devices)?;
        }
        Ok(())
    }

    pub(super) fn restart(&mut self, reversed: bool) -> Result<(), TestCaseError> {
        self.now = Duration::from_secs((self.now + Duration::from_millis(2 * LINGER)).as_secs());
        self.run()?;
        let mut harness = FollowHarness::new();
        harness.start = Timestamp::from_start(self.now);
        harness.memory = Memory::open(self.folder.path().join("devices.json"));
        self.harness = harness;
        let units = self.units.iter_mut().map(|it| &mut it.node);
        let nodes = units.chain(self.desks.iter_mut().map(|it| &mut it.node));
        let mut nodes: Vec<&mut Shared> = nodes.filter_map(Option::as_mut).collect();
        if reversed {
            nodes.reverse();
        }
        for (number, node) in nodes.into_iter().enumerate() {
            self.nodes += 1;
            *node = node.plugged_again(&format!("/dev/hidraw{number}"), self.nodes);
            self.harness.port.plug(node);
        }
        Ok(())
    }

    pub(super) fn directory(&self) -> std::path::PathBuf {
        self.folder.path().join("history")
    }

    /// Records the reported readings as the daemon does.
    pub(super) fn record(&self, events: &[(u64, MonitorEvent)]) {
        let at = |second| Timestamp::from_start(Duration::from_secs(second));
        let mut history = History::open(self.directory(), Timestamp::START).unwrap();
        for (second, event) in events {
            let MonitorEvent::Change(change) = event else {
                continue;
            };
            match &**change {
                Change::DeviceAdded(device)
                | Change::DeviceChanged(device, _)
                | Change::DeviceRead(device) => {
                    if let Some(sample) = Sample::of(device) {
                        history.record(&device.id, at(*second), &sample).unwrap();
                    }
                }
                Change::Identified { from, to } => {
                    history.join(from, to, at(*second)).unwrap();
                }
                _ => {}
            }
        }
    }

    /// Checks that the history of each device is in the file of its id, and that the cache has no
    /// other devices.
    pub(super) fn check_kept(&self) -> Result<(), TestCaseError> {
        for id in history::devices(&self.directory()).unwrap() {
            self.check_id(&id, "history")?;
            let Some(units) = self.found.ids.get(&id) else {
                continue;
            };
            let entries = history::read(&self.directory(), &id, Timestamp::START).unwrap();
            for charge in entries.iter().filter_map(|it| it.charge) {
                let is_of = |unit: &&usize| {
                    let own = self.units[**unit].unit.charge(**unit);
                    own.abs_diff(charge.get()) <= 3
                };
                prop_assert!(units.iter().any(|unit| is_of(&unit)), "{id}: {charge:?}");
            }
        }
        for id in cached(&self.folder.path().join("devices.json")) {
            self.check_id(&id, "cache")?;
        }
        Ok(())
    }

    /// Checks an id under which data are stored. A device that was unplugged before it reported its
    /// identity has an id by its link.
    pub(super) fn check_id(&self, id: &str, kept: &str) -> Result<(), TestCaseError> {
        let by_link = ["C091-", "B015-", "B034-e4"];
        let unidentified =
            by_link.iter().any(|it| id.starts_with(it)) && !self.found.identified.contains(id);
        prop_assert!(
            self.found.ids.contains_key(id) || self.rivals.contains(id) || unidentified,
            "{kept} of {id}, known are {:?}",
            self.found.ids.keys()
        );
        Ok(())
    }
}

pub(super) fn cached(path: &Path) -> BTreeSet<String> {
    let Ok(text) = std::fs::read(path) else {
        return BTreeSet::new();
    };
    let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let entries = document["devices"].as_object().unwrap();
    entries.keys().cloned().collect()
}

pub(super) fn number_of(slot: usize) -> u8 {
    u8::try_from(slot).unwrap() + 1
}

/// The serial number of a receiver; that of a Bolt receiver is longer.
pub(super) fn receiver_id(number: usize) -> String {
    let id = format!("A000000{}", number + 1);
    if number == BOLT {
        format!("{id}5FFFFFFB")
    } else {
        id
    }
}

pub(super) fn address(unit: usize) -> String {
    format!("e4:5f:01:02:03:{unit:02x}")
}
