//! One device from several links: turns what nodes report of each link into changes of devices.
//!
//! Nodes give the same id to the links of one device: model and serial number or unit id are equal
//! ([`device_id`](crate::device::device_id), [`unit_id`](crate::device::unit_id)), and [`join`] says
//! which link the values come from. A link without a serial number has an id of its own.
//!
//! Two devices can have one serial number, too: clones. They are told apart by their presence. A
//! device has one USB connection, and one radio link that is up; where two links of one id answer
//! in turn, they are two devices, and one of them gets an id of its own. A receiver may report the
//! link that a device left as up for a while, so both links are asked once before that is decided.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::change::Change;
use super::memory::Memory;
use super::query::Query;
use crate::device::{Device, Link, join};
use crate::units::Timestamp;

/// Within this time links answer in turn if they belong to two devices. An idle device takes up to
/// 2 s for an answer, and no one changes the channel of a mouse twice in a few seconds.
const IN_TURN: Duration = Duration::from_secs(10);

/// How many answers in turn show that there are two devices: the first, the other, the first again.
const TURNS: usize = 3;

/// How often links are asked whether they answer, until one of them goes and comes again.
const CHECKS: u32 = 4;

/// All links and the devices they belong to.
#[derive(Debug)]
pub(super) struct Joined<'a> {
    query: &'a Query,
    views: BTreeMap<Link, View>,
    /// Those that are wanted, as last reported, by id.
    devices: BTreeMap<String, Device>,
    /// Of devices with several radio links that seem to be up.
    rivals: BTreeMap<String, Rivals>,
}

/// A device as one link shows it.
#[derive(Debug)]
struct View {
    device: Device,
    /// The port its node is plugged into, where the kernel knows it.
    port: Option<String>,
}

/// Radio links of one id that are up at the same time.
#[derive(Debug, Default)]
struct Rivals {
    /// Which link answered when; a link that answers several times in a row is the last one once.
    answers: Vec<(Link, Timestamp)>,
    checks: u32,
    /// The link that is being asked.
    asked: Option<Link>,
}

impl<'a> Joined<'a> {
    pub(super) const fn new(query: &'a Query) -> Self {
        Self {
            query,
            views: BTreeMap::new(),
            devices: BTreeMap::new(),
            rivals: BTreeMap::new(),
        }
    }

    /// The link of a device its values come from.
    pub(super) fn active_link(&self, id: &str) -> Option<&Link> {
        Some(&self.devices.get(id)?.link)
    }

    /// The device whose values come from this view of it.
    pub(super) fn device_at(&self, view: &Device) -> Option<&Device> {
        let device = self.devices.get(&view.id);
        device.filter(|device| device.link == view.link)
    }

    fn views(&self, id: &str) -> impl Iterator<Item = &Device> {
        let devices = self.views.values().map(|it| &it.device);
        devices.filter(move |it| it.id == id)
    }

    /// All devices.
    pub(super) fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.values()
    }

    /// What a change of a link changes about its device; `port` is that of its node.
    pub(super) fn take(&mut self, change: Change, port: Option<&str>) -> Option<Change> {
        match change {
            Change::DeviceAdded(view)
            | Change::DeviceChanged(view, _)
            | Change::DeviceRead(view) => self.put(view, port),
            Change::DeviceRemoved(view) => {
                self.views.remove(&view.link);
                self.update(&view.id)
            }
            Change::LightKey(view) => {
                let device = self.devices.get(&view.id).cloned();
                device.map(Change::LightKey)
            }
            change @ (Change::ReceiverAdded(_)
            | Change::ReceiverRemoved(_)
            | Change::Identified { .. }) => Some(change),
        }
    }

    /// Takes the view of a link as it is now; what that changes about its device.
    pub(super) fn put(&mut self, device: Device, port: Option<&str>) -> Option<Change> {
        let (id, link) = (device.id.clone(), device.link.clone());
        let port = port.map(str::to_owned);
        let before = self.views.insert(link, View { device, port });
        if let Some(before) = before.filter(|it| it.device.id != id) {
            self.update(&before.device.id);
        }
        self.update(&id)
    }

    fn update(&mut self, id: &str) -> Option<Change> {
        let device = join(self.views(id)).filter(|device| self.query.selects(device));
        let Some(after) = device else {
            self.rivals.remove(id);
            return self.devices.remove(id).map(Change::DeviceRemoved);
        };
        if after.other_links.is_empty() || self.radio_links_up(id).len() < 2 {
            self.rivals.remove(id);
        } else {
            self.rivals.entry(id.to_owned()).or_default();
        }
        match self.devices.insert(id.to_owned(), after.clone()) {
            Some(before) => Change::between(&before, &after),
            None => Some(Change::DeviceAdded(after)),
        }
    }

    fn radio_links_up(&self, id: &str) -> Vec<&Device> {
        let up = |it: &&Device| it.is_online() && !it.link.is_usb();
        self.views(id).filter(up).collect()
    }

    /// The device at a link answered.
    pub(super) fn on_answer(&mut self, now: Timestamp, link: &Link) {
        let Some(id) = self.views.get(link).map(|it| &it.device.id) else {
            return;
        };
        let Some(rivals) = self.rivals.get_mut(id).filter(|_| !link.is_usb()) else {
            return;
        };
        rivals.asked.take_if(|asked| asked == link);
        match rivals.answers.last_mut() {
            Some((last, at)) if last == link => *at = now,
            _ => rivals.answers.push((link.clone(), now)),
        }
        if rivals.answers.len() > TURNS {
            rivals.answers.remove(0);
        }
    }

    /// A link that belongs to another device than the one of its id, if there is one.
    pub(super) fn find_other(&self) -> Option<Link> {
        let wired = self.views.values().filter(|it| it.device.link.is_usb());
        let plugged_in = wired.clone().find(|view| {
            let mut before = wired
                .clone()
                .take_while(|it| it.device.link < view.device.link);
            before.any(|it| it.has_own_port(view))
        });
        let rivals = self.rivals.values().find_map(Rivals::other);
        rivals.or_else(|| plugged_in.map(|it| it.device.link.clone()))
    }

    /// Links behind receivers that may belong to a device that was identified on a cable or
    /// Bluetooth, also earlier: the same model. What they state of their identity decides.
    pub(super) fn find_alike(&self, memory: &Memory) -> Vec<Link> {
        let models: BTreeSet<&str> = memory.identified_models().collect();
        let paired = self.views.values().map(|it| &it.device);
        let alike = paired.filter(|it| {
            let model = it.wpid.map(|wpid| wpid.to_string());
            it.is_online() && model.is_some_and(|model| models.contains(&*model))
        });
        alike.map(|it| it.link.clone()).collect()
    }

    /// A link to be asked whether it answers, if there is one; it counts as asked.
    pub(super) fn next_check(&mut self) -> Option<Link> {
        let ids: Vec<String> = self.rivals.keys().cloned().collect();
        ids.into_iter().find_map(|id| {
            let up = self.radio_links_up(&id);
            let links: Vec<Link> = up.iter().map(|it| it.link.clone()).collect();
            let rivals = self.rivals.get_mut(&id)?;
            if rivals.asked.is_some() || rivals.checks >= CHECKS {
                return None;
            }
            let answered = |link: &Link| {
                let mut answers = rivals.answers.iter().rev();
                answers.find(|(it, _)| it == link).map(|(_, at)| *at)
            };
            // The one that was silent for longest.
            let link = links.into_iter().min_by_key(answered)?;
            rivals.checks += 1;
            rivals.asked = Some(link.clone());
            Some(link)
        })
    }

    /// Remembers all devices as they are now.
    pub(super) fn remember(&self, memory: &mut Memory) {
        for device in self.devices.values() {
            memory.keep(device);
        }
    }
}

impl Rivals {
    /// The link of another device: two answered in turn.
    fn other(&self) -> Option<Link> {
        let [(first, from), (second, _), (third, to)] = &*self.answers else {
            return None;
        };
        let in_turn = first == third && first != second && to.since(*from) <= IN_TURN;
        in_turn.then(|| first.max(second).clone())
    }
}

impl View {
    /// Whether it is plugged in elsewhere than another one with the same id and product id: a device
    /// has one USB connection. (A headset has a dongle and a cable, with two product ids.)
    fn has_own_port(&self, other: &Self) -> bool {
        let product = |view: &Self| match view.device.link {
            Link::Direct { product, .. } => Some(product),
            Link::Paired { .. } => None,
        };
        self.device.id == other.device.id
            && product(self) == product(other)
            && self.port.is_some()
            && other.port.is_some()
            && self.port != other.port
    }
}
