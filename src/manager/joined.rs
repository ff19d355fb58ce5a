//! Joins the links of one device: turns what nodes report for each link into changes of devices.
//!
//! Nodes assign the same id to all links of a device, because model and serial number or unit id
//! are equal ([`device_id`](crate::device::device_id), [`unit_id`](crate::device::unit_id)), and
//! [`join`] selects the link that the values are taken from. A link without a serial number has its
//! own id.
//!
//! Two devices can also have the same serial number. They are distinguished by their presence: a
//! device has one USB connection, and one radio link that is up ([`Rivals`]). If two such links are
//! up, the one found later gets its own id.
//!
//! A device behind a receiver can report a unit id that is the id of another link
//! ([`Joined::on_claim`]). Both are one device unless the other link is in use on Bluetooth at the
//! same time, which is checked in the same way.

use std::collections::{BTreeMap, BTreeSet};

use log::debug;

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
    /// The number of views inserted so far; the source of [`View::order`].
    count: u64,
    /// The selected devices as last reported, by id.
    devices: BTreeMap<String, Device>,
    /// Links behind receivers whose device reported this unit id, until the claim is settled.
    claims: BTreeMap<Link, String>,
    rivals: Rivals,
}

/// The state of a device as seen through one link.
#[derive(Debug)]
struct View {
    device: Device,
    /// The port of its node, if the kernel reports one.
    port: Option<String>,
    /// The number of views inserted before it.
    order: u64,
}

/// A device behind a receiver reported its unit id, by which its other links may be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The id from its pairing record.
    pub(super) id: String,
    /// The id from its unit id.
    pub(super) unit: String,
}

/// A request that joining makes at a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Assign a separate id: the device at the link is not the one that its id belongs to.
    SetApart(Link),
    /// Check whether the device answers.
    Check(Link),
    /// Request its identity: it may be the device of another link.
    Identify(Link),
    /// Join the device at the link with that of this unit id.
    Join(Link, String),
}

/// Whether it is known which devices are in use on Bluetooth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BluetoothUse {
    /// All devices on Bluetooth were polled.
    Known,
    /// A node on Bluetooth is to be opened, or its device is being polled.
    Pending,
}

impl<'a> Joined<'a> {
    pub(super) fn new(query: &'a Query) -> Self {
        Self {
            query,
            views: BTreeMap::new(),
            count: 0,
            devices: BTreeMap::new(),
            claims: BTreeMap::new(),
            rivals: Rivals::default(),
        }
    }

    /// The link from which the values of a device are taken.
    pub(super) fn active_link(&self, id: &str) -> Option<&Link> {
        Some(&self.devices.get(id)?.link)
    }

    /// The links of a device in order of trust: those with a receiver's pairing record first, then
    /// the active one. A device connected by cable or Bluetooth can claim the identity of another.
    pub(super) fn links_by_proof(&self, id: &str) -> Vec<&Link> {
        let Some(device) = self.devices.get(id) else {
            return Vec::new();
        };
        let mut links: Vec<&Link> = device.links().map(|(link, _)| link).collect();
        links.sort_by_key(|link| matches!(link, Link::Direct { .. }));
        links
    }

    /// The device of this view, if the view's link is its active one.
    pub(super) fn device_at(&self, view: &Device) -> Option<&Device> {
        let device = self.devices.get(&view.id);
        device.filter(|device| device.link == view.link)
    }

    fn views(&self, id: &str) -> impl Iterator<Item = &Device> {
        let devices = self.views.values().map(|it| &it.device);
        devices.filter(move |it| it.id == id)
    }

    /// The devices that the query does not select.
    pub(super) fn unselected(&self) -> impl Iterator<Item = Device> {
        let ids = self.views.values().map(|it| &it.device.id);
        let others = ids.filter(|id| !self.devices.contains_key(*id));
        let others: BTreeSet<&String> = others.collect();
        others.into_iter().filter_map(|id| join(self.views(id)))
    }

    /// Applies a change of a link and returns the resulting changes of devices; `port` is the port
    /// of its node.
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
                if let Some(unit) = self.claims.remove(&view.link) {
                    self.update_rivals(&unit, memory);
                }
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

    /// Replaces the view of a link and returns the resulting changes of devices.
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
        let unit = self.claims.get(&link).cloned();
        let before = self.views.insert(link, view).map(|it| it.device.id);
        let before = before.filter(|before| *before != id);
        let left = before.and_then(|before| self.update(&before, memory));
        let changes = left.into_iter().chain(self.update(&id, memory)).collect();
        if let Some(unit) = unit {
            self.update_rivals(&unit, memory);
        }
        changes
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

    /// The device at a link behind a receiver, with this id from its pairing record, reported a unit
    /// id. It is joined with the links of that id as soon as these are not in use on Bluetooth. A
    /// link without a view has no claim: the node repeats it when it announces the device.
    pub(super) fn on_claim(&mut self, now: Timestamp, link: Link, claim: Claim, memory: &Memory) {
        if !self.views.contains_key(&link) {
            return;
        }
        let before = self.claims.remove(&link);
        if memory.can_be_joined(&claim.unit, &claim.id, now) {
            self.claims.insert(link, claim.unit.clone());
        }
        for unit in before.into_iter().chain([claim.unit]) {
            self.update_rivals(&unit, memory);
        }
    }

    /// Whether a device of this unit id is, or may be, in use on Bluetooth. USB is ignored: a device
    /// can have a radio link at the same time.
    fn is_in_use(&self, unit: &str, memory: &Memory) -> bool {
        let mut views = self.views.values().map(|it| &it.device);
        views.any(|it| {
            is_bluetooth(&it.link)
                && it.presence != Presence::Offline
                && memory.without_place(&it.id) == unit
        })
    }

    /// Removes a claim that can be granted, because its device is online. Claims on a unit id that
    /// was joined with another device in the meantime are dropped.
    fn take_claim(&mut self, now: Timestamp, memory: &Memory) -> Option<Request> {
        loop {
            let online = self.claims.iter().filter_map(|(link, unit)| {
                let view = self.views.get(link).filter(|it| it.device.is_online())?;
                Some((link.clone(), unit, view.device.id.clone()))
            });
            let mut online = online.filter(|(_, unit, _)| !self.is_in_use(unit, memory));
            let (link, _, id) = online.next()?;
            let unit = self.claims.remove(&link)?;
            self.update_rivals(&unit, memory);
            if memory.can_be_joined(&unit, &id, now) {
                return Some(Request::Join(link, unit));
            }
        }
    }

    /// Refuses the claims whose device answered in turn with another one of the same unit id.
    fn refuse_claims(&mut self, now: Timestamp, memory: &mut Memory) {
        let is_refuted = |(claimant, unit): &(&Link, &String)| {
            let mut pairs = self.rivals.pairs_now(now, unit);
            pairs.any(|(one, other)| {
                (one == *claimant && is_bluetooth(other))
                    || (other == *claimant && is_bluetooth(one))
            })
        };
        let refuted = self.claims.iter().filter(is_refuted);
        let refuted: Vec<Link> = refuted.map(|(link, _)| link.clone()).collect();
        for link in refuted {
            let view = self.views.get(&link).map(|it| it.device.id.clone());
            if let (Some(id), Some(unit)) = (view, self.claims.remove(&link)) {
                debug!("{id} reports the unit id of {unit}, which is another device");
                memory.refuse(&id, &unit, now);
                self.update_rivals(&unit, memory);
            }
        }
    }

    /// Updates which links are checked against each other: those of an id, of the ids made from it
    /// for devices set apart, and those with a claim to it.
    fn update_rivals(&mut self, own: &str, memory: &Memory) {
        let claims = |it: &Device| self.claims.get(&it.link).is_some_and(|unit| unit == own);
        let is_claimed = self.claims.values().any(|unit| unit == own);
        let is_up = |it: &&Device| match it.presence {
            Presence::Online => !it.link.is_usb(),
            Presence::Unknown => is_claimed && is_bluetooth(&it.link),
            Presence::Offline => false,
        };
        let views = self.views.values().map(|it| &it.device);
        let up = views.filter(is_up);
        let up = up.filter(|it| memory.without_place(&it.id) == own || claims(it));
        let up: Vec<&Device> = up.collect();
        let is_due = |it: &&Device| it.seen.is_some_and(|at| memory.is_apart_due(&it.id, at));
        let is_any_due = up.iter().copied().any(|it| is_due(&it));
        let up = up
            .iter()
            .map(|it| (&it.link, is_any_due || it.id == own || claims(it)));
        self.rivals.set_up(own, &up.collect::<Vec<_>>());
    }

    /// A device answered or connected at a link.
    pub(super) fn on_sign(&mut self, now: Timestamp, link: &Link, sign: Sign, memory: &mut Memory) {
        let Some(view) = self.views.get(link) else {
            return;
        };
        let own = memory.without_place(&view.device.id).to_owned();
        self.rivals.on_sign(now, &own, link, sign);
        if let Some(unit) = self.claims.get(link) {
            self.rivals.on_sign(now, unit, link, sign);
        }
        for (one, other) in self.rivals.pairs_now(now, &own) {
            self.renew(now, [one, other], memory);
        }
        self.refuse_claims(now, memory);
        self.update_rivals(&own, memory);
    }

    /// Renews the record that two links of two ids belong to two devices.
    fn renew(&self, now: Timestamp, links: [&Link; 2], memory: &mut Memory) {
        for view in links.into_iter().filter_map(|link| self.views.get(link)) {
            let id = &view.device.id;
            let own = memory.without_place(id).to_owned();
            if own != *id {
                memory.set_apart(id, &own, now);
            }
        }
    }

    /// The next request that was not put off, if any. A returned check counts against the rate
    /// limit, and a join as done; requesting an identity only once is up to the node. No claim is
    /// granted before it is known which devices are in use on Bluetooth.
    pub(super) fn next_request(
        &mut self,
        now: Timestamp,
        put_off: &[Request],
        bluetooth: BluetoothUse,
        memory: &Memory,
    ) -> Option<Request> {
        let other = {
            let mut others = self.find_others().cloned().map(Request::SetApart);
            others.find(|it| !put_off.contains(it))
        };
        if other.is_some() {
            return other;
        }
        if bluetooth == BluetoothUse::Known
            && let Some(claim) = self.take_claim(now, memory)
        {
            return Some(claim);
        }
        let is_put_off = |link: &Link| put_off.contains(&Request::Check(link.clone()));
        let check = self.rivals.next_check(now, is_put_off);
        check.map(Request::Check)
    }

    /// A request could not be fulfilled now and is retried later.
    pub(super) fn put_off(&mut self, request: &Request) {
        if let Request::Check(link) = request {
            self.rivals.put_off(link);
        }
    }

    /// Links of devices other than the one that their id belongs to.
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

    /// Paired links that may belong to a device identified by cable or Bluetooth, now or in an
    /// earlier run, because the model is the same. The identity that they return decides.
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

    /// Writes the current state of all devices to the cache.
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

fn is_bluetooth(link: &Link) -> bool {
    matches!(link, Link::Direct { .. }) && !link.is_usb()
}

/// Keeps the last values of a device if its active link changed or disappeared: the readings of its
/// other links are older.
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
    /// Whether the two views have the same product id but different USB ports: then they are two
    /// devices, because a device has one USB connection. (A headset has a dongle and a cable, with
    /// two product ids.)
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
