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

use super::memory::Memory;
use super::query::Query;
use super::rivals::Rivals;
pub(super) use super::rivals::Sign;
use crate::device::{Change, Device, Link, Presence, join};
use hidpp_proto::units::Timestamp;

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
    pub(super) fn take(
        &mut self,
        change: Change,
        port: Option<&str>,
        memory: &Memory,
    ) -> Vec<Change> {
        match change {
            Change::DeviceAdded(view)
            | Change::DeviceChanged(view, _)
            | Change::DeviceRead(view) => self.put(view, port, memory),
            Change::DeviceRemoved(view) => {
                let before = self.views.remove(&view.link);
                let change = before.and_then(|before| self.update(&before.device.id, memory));
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
    pub(super) fn put(
        &mut self,
        device: Device,
        port: Option<&str>,
        memory: &Memory,
    ) -> Vec<Change> {
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
        let left = before.and_then(|before| self.update(&before, memory));
        left.into_iter().chain(self.update(&id, memory)).collect()
    }

    fn update(&mut self, id: &str, memory: &Memory) -> Option<Change> {
        let mut device = join(self.views(id)).filter(|device| self.query.selects(device));
        if let (Some(device), Some(before)) = (&mut device, self.devices.get(id)) {
            keep_last(device, before);
        }
        self.update_rivals(memory.without_place(id), memory);
        let Some(after) = device else {
            return self.devices.remove(id).map(Change::DeviceRemoved);
        };
        match self.devices.insert(id.to_owned(), after.clone()) {
            Some(before) => Change::between(&before, &after),
            None => Some(Change::DeviceAdded(after)),
        }
    }

    /// Which links of an id, and of the same with a place, are to answer in turn.
    fn update_rivals(&mut self, own: &str, memory: &Memory) {
        let is_up = |it: &&Device| it.presence == Presence::Online && !it.link.is_usb();
        let views = self.views.values().map(|it| &it.device);
        let up = views.filter(is_up);
        let up = up.filter(|it| memory.without_place(&it.id) == own);
        let up: Vec<&Device> = up.collect();
        let is_due = |it: &&Device| it.seen.is_some_and(|at| memory.is_apart_due(&it.id, at));
        let is_any_due = up.iter().copied().any(|it| is_due(&it));
        let up = up.iter().map(|it| (&it.link, is_any_due || it.id == own));
        self.rivals.set_up(own, &up.collect::<Vec<_>>());
    }

    /// Takes a sign of life at a link.
    pub(super) fn on_sign(&mut self, now: Timestamp, link: &Link, sign: Sign, memory: &mut Memory) {
        let Some(view) = self.views.get(link) else {
            return;
        };
        let own = memory.without_place(&view.device.id).to_owned();
        self.rivals.on_sign(now, &own, link, sign);
        for (one, other) in self.rivals.pairs_now(now, &own) {
            self.renew(now, [one, other], memory);
        }
        self.update_rivals(&own, memory);
    }

    /// Notes again that two links of two ids belong to two devices.
    fn renew(&self, now: Timestamp, links: [&Link; 2], memory: &mut Memory) {
        for view in links.into_iter().filter_map(|link| self.views.get(link)) {
            let id = &view.device.id;
            let own = memory.without_place(id).to_owned();
            if own != *id {
                memory.set_apart(id, &own, now);
            }
        }
    }

    /// What is to be done next, if anything is that was not put off. A check counts as done; that a
    /// link is asked for its identity only once is up to its node.
    pub(super) fn next_request(&mut self, now: Timestamp, put_off: &[Request]) -> Option<Request> {
        let other = {
            let mut others = self.find_others().cloned().map(Request::SetApart);
            others.find(|it| !put_off.contains(it))
        };
        if other.is_some() {
            return other;
        }
        let is_put_off = |link: &Link| put_off.contains(&Request::Check(link.clone()));
        let check = self.rivals.next_check(now, is_put_off);
        check.map(Request::Check)
    }

    /// A request could not be fulfilled now: it is made again later.
    pub(super) fn put_off(&mut self, request: &Request) {
        if let Request::Check(link) = request {
            self.rivals.put_off(link);
        }
    }

    /// Links that belong to other devices than those of their ids.
    fn find_others(&self) -> impl Iterator<Item = &Link> {
        let order = |link: &&Link| self.views.get(*link).map(|it| it.order);
        let id = |link: &Link| self.views.get(link).map(|it| &it.device.id);
        let pairs = self.rivals.pairs();
        let pairs = pairs.filter(move |(one, other)| id(one) == id(other));
        let later =
            pairs.filter_map(move |(one, other)| [one, other].into_iter().max_by_key(order));
        let wired = self.views.values().filter(|it| it.device.link.is_usb());
        let plugged_in = wired.clone().filter(move |view| {
            let mut others = wired.clone();
            others.any(|it| {
                let has_same_id = it.device.id == view.device.id;
                has_same_id && it.order < view.order && it.has_own_port(view)
            })
        });
        later.chain(plugged_in.map(|it| &it.device.link))
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
    pub(super) fn remember(&self, now: Timestamp, memory: &mut Memory) {
        for device in self.devices.values() {
            memory.keep(device);
        }
        let wired = self.views.values().filter(|it| it.device.link.is_usb());
        for view in wired.clone() {
            let own = |it: &View| memory.without_place(&it.device.id).to_owned();
            let mut others = wired.clone().filter(|it| it.has_own_port(view));
            if let Some(other) = others.find(|it| own(it) == own(view)) {
                self.renew(now, [&view.device.link, &other.device.link], memory);
            }
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
    /// Whether it is plugged in elsewhere than another one with the same product id: a device has one
    /// USB connection. (A headset has a dongle and a cable, with two product ids.)
    fn has_own_port(&self, other: &Self) -> bool {
        let product = |view: &Self| match view.device.link {
            Link::Direct { product, .. } => Some(product),
            Link::Paired { .. } => None,
        };
        product(self) == product(other)
            && self.port.is_some()
            && other.port.is_some()
            && self.port != other.port
    }
}
