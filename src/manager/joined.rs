//! One device from several links: turns what nodes report of each link into changes of devices.
//!
//! Nodes give the same id to the links of one device: model and serial number or unit id are equal
//! ([`device_id`](crate::device::device_id), [`unit_id`](crate::device::unit_id)), and [`join`]
//! decides which link the values come from. A link without a serial number has an id of its own.
//!
//! Two devices can have one serial number, too. They are distinguished by their presence: a device has
//! one USB connection, and one radio link that is up ([`Rivals`]). Of two such links the one that was
//! found later gets an id of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::memory::Memory;
use super::query::Query;
use super::rivals::Rivals;
pub(super) use super::rivals::Sign;
use crate::device::{Device, Link, Presence, join};
use crate::units::Timestamp;

/// All links and the devices they belong to.
#[derive(Debug)]
pub(super) struct Joined<'a> {
    query: &'a Query,
    views: BTreeMap<Link, View>,
    /// How many views there were so far.
    count: u64,
    /// Those that are wanted, as last reported, by id.
    devices: BTreeMap<String, Device>,
    rivals: Rivals,
}

/// A device as one link shows it.
#[derive(Debug)]
struct View {
    device: Device,
    /// The port its node is plugged into, where the kernel knows it.
    port: Option<String>,
    /// How many were there before it.
    order: u64,
}

/// What is to be done at a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// The device there is another one than that of its id, and gets its own.
    SetApart(Link),
    /// Ask whether it answers.
    Check(Link),
    /// Ask for its identity: it may be the device of another link.
    Identify(Link),
}

impl<'a> Joined<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        Self {
            query,
            views: BTreeMap::new(),
            count: 0,
            devices: BTreeMap::new(),
            rivals: Rivals::default(),
        }
    }

    /// The link of a device its values come from.
    pub(super) fn active_link(&self, id: &str) -> Option<&Link> {
        Some(&self.devices.get(id)?.link)
    }

    /// The links of a device, the most certain ones first: those for which a receiver has a pairing
    /// record, then the one its values come from. A device on a cable or Bluetooth can state the
    /// identity of another one.
    pub(super) fn links_by_proof(&self, id: &str) -> Vec<&Link> {
        let Some(device) = self.devices.get(id) else {
            return Vec::new();
        };
        let mut links: Vec<&Link> = device.links().map(|(link, _)| link).collect();
        links.sort_by_key(|link| matches!(link, Link::Direct { .. }));
        links
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
    pub(super) fn take(&mut self, change: Change, port: Option<&str>) -> Vec<Change> {
        match change {
            Change::DeviceAdded(view)
            | Change::DeviceChanged(view, _)
            | Change::DeviceRead(view) => self.put(view, port),
            Change::DeviceRemoved(view) => {
                let before = self.views.remove(&view.link);
                let change = before.and_then(|before| self.update(&before.device.id));
                change.into_iter().collect()
            }
            Change::LightKey(view) => {
                let device = self.devices.get(&view.id).cloned();
                device.map(Change::LightKey).into_iter().collect()
            }
            change @ (Change::ReceiverAdded(_)
            | Change::ReceiverRemoved(_)
            | Change::Identified { .. }) => vec![change],
        }
    }

    /// Takes the view of a link as it is now; what that changes about its device.
    pub(super) fn put(&mut self, device: Device, port: Option<&str>) -> Vec<Change> {
        let (id, link) = (device.id.clone(), device.link.clone());
        let port = port.map(str::to_owned);
        let before = self.views.get(&link);
        let order = match before {
            Some(before) if before.device.id == id => before.order,
            _ => self.count,
        };
        self.count += 1;
        let view = View {
            device,
            port,
            order,
        };
        let before = self.views.insert(link, view).map(|it| it.device.id);
        let before = before.filter(|before| *before != id);
        let left = before.and_then(|before| self.update(&before));
        left.into_iter().chain(self.update(&id)).collect()
    }

    fn update(&mut self, id: &str) -> Option<Change> {
        let mut device = join(self.views(id)).filter(|device| self.query.selects(device));
        if let (Some(device), Some(before)) = (&mut device, self.devices.get(id)) {
            keep_last(device, before);
        }
        let is_up = |it: &&Device| it.presence == Presence::Online && !it.link.is_usb();
        let views = self.views.values().map(|it| &it.device);
        let up = views.filter(|it| it.id == id).filter(is_up);
        let up: Vec<&Link> = up.map(|it| &it.link).collect();
        self.rivals.set_up(id, &up);
        let Some(after) = device else {
            return self.devices.remove(id).map(Change::DeviceRemoved);
        };
        match self.devices.insert(id.to_owned(), after.clone()) {
            Some(before) => Change::between(&before, &after),
            None => Some(Change::DeviceAdded(after)),
        }
    }

    /// Takes a sign of life at a link.
    pub(super) fn on_sign(&mut self, now: Timestamp, link: &Link, sign: Sign) {
        if let Some(view) = self.views.get(link) {
            self.rivals.on_sign(now, &view.device.id, link, sign);
        }
    }

    /// What is to be done next, if anything is. A check counts as done; that a link is asked for its
    /// identity only once is up to its node.
    pub(super) fn next_request(&mut self, now: Timestamp) -> Option<Request> {
        let other = self.find_other().map(Request::SetApart);
        other.or_else(|| self.rivals.next_check(now).map(Request::Check))
    }

    /// A link that belongs to another device than the one of its id.
    fn find_other(&self) -> Option<Link> {
        let order = |link: &&Link| self.views.get(*link).map(|it| it.order);
        let two = self.rivals.find_two();
        let later = two.and_then(|(one, other)| [one, other].into_iter().max_by_key(order));
        let wired = self.views.values().filter(|it| it.device.link.is_usb());
        let plugged_in = wired.clone().find(|view| {
            let mut others = wired.clone();
            others.any(|it| it.order < view.order && it.has_own_port(view))
        });
        later
            .or_else(|| plugged_in.map(|it| &it.device.link))
            .cloned()
    }

    /// Links behind receivers that may belong to a device that was identified on a cable or
    /// Bluetooth, also earlier: the same model. What they state of their identity decides.
    pub(super) fn find_alike(&self, memory: &Memory) -> impl Iterator<Item = Request> {
        let models: BTreeSet<&str> = memory.identified_models().collect();
        let paired = self.views.values().map(|it| &it.device);
        paired
            .filter(move |it| {
                let model = it.wpid.map(|wpid| wpid.to_string());
                it.is_online() && model.is_some_and(|model| models.contains(&*model))
            })
            .map(|it| Request::Identify(it.link.clone()))
    }

    /// Remembers all devices as they are now.
    pub(super) fn remember(&self, memory: &mut Memory) {
        for device in self.devices.values() {
            memory.keep(device);
        }
    }
}

/// Keeps the last values of a device whose active link is another one now, or whose link is gone:
/// what the other links had read is older.
fn keep_last(device: &mut Device, before: &Device) {
    device.seen = device.seen.max(before.seen);
    if device.is_online() && device.link == before.link {
        return;
    }
    let batteries = [before.battery, device.battery].into_iter().flatten();
    device.battery = batteries.max_by_key(|it| it.at);
    let lights = [before.light, device.light].into_iter().flatten();
    device.light = lights.max_by_key(|it| it.at);
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
