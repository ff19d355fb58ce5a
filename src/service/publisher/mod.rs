//! The publisher: emits signals about changes on the board.
//!
//! It compares the current values with those sent last, so that changes are coalesced: one signal
//! contains exactly the changed properties, however often the board was written in between. Times
//! are sent only together with other changes, and light at most once per second.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use log::{debug, info};
use sd_notify::NotifyState;
use zbus::fdo::{Properties, RequestNameFlags};
use zbus::names::InterfaceName;
use zbus::object_server::{Interface, SignalEmitter};
use zbus::{ObjectPath, OwnedObjectPath, Variant};

use super::board::{Board, PublishedDevice, Work};
use super::bus_error::BusError;
use super::bus_thread::Served;
use super::difference::Difference;
use super::objects::{Device1, Device1Signals, Receiver1, RootSignals, UpowerDevice};
use super::recorder::Recorder;
use super::settings::notify;
use super::shutdown::ShutdownSender;
use crate::bus::ServedValues;
use crate::device::Receiver;

/// Rate limit: the minimum time between two signals with light of one device.
const LIGHT_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Publisher {
    board: Arc<Board>,
    served: Served,
    name: String,
    named: bool,
    devices: BTreeMap<String, Published>,
    receivers: BTreeMap<String, Receiver>,
    status: String,
    recorder: Recorder,
}

/// A device on the bus.
struct Published {
    device1: Device1,
    /// The values sent last.
    sent: ServedValues,
    /// Present once the device has a battery reading.
    upower: Option<(UpowerDevice, ServedValues)>,
    /// When light was sent last.
    light_sent: Option<Instant>,
}

impl Publisher {
    pub(super) fn new(board: Arc<Board>, served: Served, name: String, recorder: Recorder) -> Self {
        Self {
            board,
            served,
            name,
            named: false,
            devices: BTreeMap::new(),
            receivers: BTreeMap::new(),
            status: String::new(),
            recorder,
        }
    }

    /// Publishes until shutdown, or until the name cannot be acquired.
    pub(super) fn run(mut self, shutdown_sender: &ShutdownSender) {
        let mut late: BTreeMap<String, Instant> = BTreeMap::new();
        loop {
            let due = late.values().copied().chain(self.recorder.due()).min();
            let mut work = self.board.wait(due);
            if work.ended {
                return;
            }
            // Those from before: a device can leave on resume, and have another id in this change.
            let posts = self.devices.values().map(|it| &*it.device1.post);
            let all = self.recorder.look_for_suspend(posts) | self.recorder.is_due();
            for (from, to) in &work.identified {
                self.recorder.join(from, to);
            }
            for post in &work.devices {
                if (all || work.touched.contains(&post.path)) && self.recorder.on_published(post) {
                    work.touched.insert(post.path.clone());
                }
            }
            work.touched.extend(std::mem::take(&mut late).into_keys());
            late = zbus::block_on(self.publish(&work));
            if work.settled && !self.named {
                if let Err(error) = zbus::block_on(self.take_name()) {
                    shutdown_sender.start(error);
                    return;
                }
                notify(&[NotifyState::Ready]);
            }
            self.update_status(&work);
        }
    }

    /// Publishes the current changes. Returns the devices with changes held back, and until when.
    async fn publish(&mut self, work: &Work) -> BTreeMap<String, Instant> {
        let gone = |path: &String| work.devices.iter().all(|post| post.path != *path);
        let gone: Vec<String> = self
            .devices
            .keys()
            .filter(|path| gone(path))
            .cloned()
            .collect();
        for path in gone {
            log_failure(&path, self.remove(&path).await);
        }
        let gone = |id: &String| work.receivers.iter().all(|receiver| receiver.id != *id);
        let gone: Vec<String> = self
            .receivers
            .keys()
            .filter(|id| gone(id))
            .cloned()
            .collect();
        for id in gone {
            self.receivers.remove(&id);
            log_failure(&id, self.remove_receiver(&id).await);
        }
        for receiver in &work.receivers {
            log_failure(&receiver.id, self.publish_receiver(receiver).await);
        }
        let mut late = BTreeMap::new();
        for post in &work.devices {
            let path = &post.path;
            let is_new = self
                .devices
                .get(path)
                .is_none_or(|it| !Arc::ptr_eq(&it.device1.post, post));
            if is_new {
                log_failure(path, self.add(post).await);
            } else if work.touched.contains(path) {
                match self.update(path).await {
                    Ok(Some(due)) => _ = late.insert(path.clone(), due),
                    Ok(None) => {}
                    Err(error) => log_failure(path, Err(error)),
                }
            }
        }
        for (path, presses) in &work.light_keys {
            for _ in 0..*presses {
                log_failure(path, self.emit_light_key(path).await);
            }
        }
        late
    }

    /// Puts a device on the bus.
    async fn add(&mut self, post: &Arc<PublishedDevice>) -> zbus::Result<()> {
        // A previous device may have had the same path.
        self.remove(&post.path).await?;
        let device1 = Device1 {
            post: Arc::clone(post),
            actions: self.served.actions.clone(),
        };
        // Read before the object is visible, so that changes in between are sent.
        let sent = device1.served()?;
        let server = self.served.connection.object_server();
        server.at(post.path.as_str(), device1.clone()).await?;
        let published = Published {
            device1,
            sent,
            upower: None,
            light_sent: None,
        };
        self.devices.insert(post.path.clone(), published);
        self.add_upower(post).await
    }

    /// Puts the battery of a device on the bus, once it has a reading.
    async fn add_upower(&mut self, post: &Arc<PublishedDevice>) -> zbus::Result<()> {
        if !post.has_battery() {
            return Ok(());
        }
        let path = post.path.as_str();
        let upower = UpowerDevice::new(Arc::clone(post), self.served.actions.clone());
        let sent = upower.served()?;
        let server = self.served.connection.object_server();
        server.at(path, upower.clone()).await?;
        if let Some(published) = self.devices.get_mut(path) {
            published.upower = Some((upower, sent));
        }
        self.update_device_list();
        self.root()?.device_added(ObjectPath::try_from(path)?).await
    }

    /// Takes a device off the bus.
    async fn remove(&mut self, path: &str) -> zbus::Result<()> {
        let Some(published) = self.devices.remove(path) else {
            return Ok(());
        };
        self.update_device_list();
        let server = self.served.connection.object_server();
        if published.upower.is_some() {
            self.root()?
                .device_removed(ObjectPath::try_from(path)?)
                .await?;
            server.remove::<UpowerDevice, _>(path).await?;
        }
        server.remove::<Device1, _>(path).await?;
        Ok(())
    }

    async fn publish_receiver(&mut self, receiver: &Receiver) -> zbus::Result<()> {
        let before = self.receivers.insert(receiver.id.clone(), receiver.clone());
        if before.as_ref() == Some(receiver) {
            return Ok(());
        }
        let path = self.board.layout().receiver(&receiver.id);
        let server = self.served.connection.object_server();
        let now = Receiver1(receiver.clone());
        let Some(before) = before else {
            server.at(path, now).await?;
            return Ok(());
        };
        let before = Receiver1(before).served()?;
        let values = now.served()?;
        let object = server.interface::<_, Receiver1>(path.as_str()).await?;
        *object.get_mut().await = now;
        let difference = Difference::between(&before, values, None);
        self.emit_changes(&path, &Receiver1::name(), &difference.changed)
            .await
    }

    async fn remove_receiver(&self, id: &str) -> zbus::Result<()> {
        let path = self.board.layout().receiver(id);
        let server = self.served.connection.object_server();
        server.remove::<Receiver1, _>(path).await?;
        Ok(())
    }

    /// Emits signals about the changes of a device. Returns until when the rest is held back.
    async fn update(&mut self, path: &str) -> zbus::Result<Option<Instant>> {
        let Some(published) = self.devices.get(path) else {
            return Ok(None);
        };
        let now = Instant::now();
        let next_light = published.light_sent.map(|sent| sent + LIGHT_PAUSE);
        let wait = next_light.filter(|next| *next > now);
        let device1 = published.device1.clone();
        let mut changes = vec![(
            Device1::name(),
            Difference::between(&published.sent, device1.served()?, wait),
        )];
        if let Some((upower, sent)) = &published.upower {
            changes.push((
                UpowerDevice::name(),
                Difference::between(sent, upower.served()?, wait),
            ));
        }
        let late = changes.iter().any(|(_, difference)| difference.late);
        let sends_light = changes.iter().any(|(_, it)| it.includes_light());
        for (interface, difference) in changes {
            if !difference.is_worth_a_signal() {
                continue;
            }
            self.emit_changes(path, &interface, &difference.changed)
                .await?;
            if let Some(published) = self.devices.get_mut(path) {
                let sent = match &mut published.upower {
                    Some((_, sent)) if interface == UpowerDevice::name() => sent,
                    _ => &mut published.sent,
                };
                difference.record(sent);
            }
        }
        if let Some(published) = self.devices.get_mut(path) {
            if sends_light {
                published.light_sent = Some(now);
            }
            if published.upower.is_none() {
                self.add_upower(&device1.post).await?;
            }
        }
        Ok(wait.filter(|_| late))
    }

    async fn emit_changes(
        &self,
        path: &str,
        interface: &InterfaceName<'_>,
        changed: &ServedValues,
    ) -> zbus::Result<()> {
        let changed = changed.iter().map(|(property, value)| {
            let value = Variant::from(value.clone());
            (property.name, value)
        });
        let changed: HashMap<&str, Variant<'_>> = changed.collect();
        let emitter = SignalEmitter::new(&self.served.connection, path)?;
        Properties::properties_changed(&emitter, interface.clone(), changed, [].as_slice().into())
            .await
    }

    async fn emit_light_key(&self, path: &str) -> zbus::Result<()> {
        if !self.devices.contains_key(path) {
            return Ok(());
        }
        let emitter = SignalEmitter::new(&self.served.connection, path)?;
        emitter.light_button_pressed().await
    }

    fn update_device_list(&self) {
        let with_battery = self.devices.iter().filter(|(_, it)| it.upower.is_some());
        let paths =
            with_battery.filter_map(|(path, _)| OwnedObjectPath::try_from(path.as_str()).ok());
        let mut device_list = self
            .served
            .device_list
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *device_list = paths.collect();
    }

    fn root(&self) -> zbus::Result<SignalEmitter<'static>> {
        SignalEmitter::new(&self.served.connection, self.board.layout().root())
    }

    /// Acquires the name after the first poll, so that clients that see the name find all devices.
    async fn take_name(&mut self) -> Result<(), BusError> {
        let connection = &self.served.connection;
        let flags = RequestNameFlags::DO_NOT_QUEUE;
        match connection
            .request_name_with_flags(self.name.as_str(), flags)
            .await
        {
            Ok(_) => {
                info!("serving as {}", self.name);
                self.named = true;
                Ok(())
            }
            Err(zbus::Error::NameTaken) => {
                Err(BusError::taken(&self.name, "another program".to_owned()))
            }
            Err(source) => Err(BusError::Refused {
                name: self.name.clone(),
                source,
            }),
        }
    }

    /// Updates the status that `systemctl status` shows.
    fn update_status(&mut self, work: &Work) {
        let (devices, receivers) = (work.devices.len(), work.receivers.len());
        let status = format!("{devices} devices, {receivers} receivers");
        if self.status != status {
            notify(&[NotifyState::Status(&status)]);
            self.status = status;
        }
    }
}

/// Logs a signal that could not be sent. The bus thread reports a lost bus.
fn log_failure(what: &str, outcome: zbus::Result<()>) {
    if let Err(error) = outcome {
        debug!("{what}: not published: {error}");
    }
}
