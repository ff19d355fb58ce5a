//! A minimal daemon that changes its values on request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use solar_status::bus::{DEVICE_INTERFACE, Layout, NAME};
use test_support::bus::Bus;
use zbus::connection::Builder;
use zbus::fdo::{ObjectManager, Properties};
use zbus::names::InterfaceName;
use zbus::object_server::SignalEmitter;
use zbus::{Connection, Variant, block_on, interface};

/// A daemon with one device, and the requested light series.
pub(crate) struct Fake(Connection, Series);

struct Keyboard {
    presence: &'static str,
    /// The light series that were requested.
    series: Series,
}

/// The number of measurements and their period in seconds, per request.
type Series = Arc<Mutex<Vec<(u32, u32)>>>;

#[expect(clippy::unused_self, reason = "D-Bus methods need a receiver")]
#[interface(name = "org.solarstatus.Device1")]
impl Keyboard {
    #[zbus(property)]
    fn id(&self) -> &'static str {
        "4002-392A0750"
    }

    #[zbus(property)]
    fn name(&self) -> &'static str {
        "K750"
    }

    #[zbus(property)]
    fn connection(&self) -> &'static str {
        "receiver"
    }

    #[zbus(property)]
    fn receiver(&self) -> &'static str {
        "AF4F95EA"
    }

    #[zbus(property)]
    fn slot(&self) -> u8 {
        1
    }

    #[zbus(property)]
    fn presence(&self) -> &'static str {
        self.presence
    }

    /// Fails if the presence of the keyboard was `spent` at the start.
    fn measure_light(&self, count: u32, period: u32) -> zbus::fdo::Result<()> {
        self.series.lock().unwrap().push((count, period));
        if self.presence == "spent" {
            let why = "available again in 3 h 20 min".to_owned();
            return Err(zbus::fdo::Error::LimitsExceeded(why));
        }
        Ok(())
    }

    #[zbus(signal)]
    async fn light_button_pressed(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

pub(crate) fn path() -> String {
    Layout::of(NAME).device("4002-392A0750")
}

impl Fake {
    /// Its device has a presence value that this version does not know.
    pub(crate) fn on(bus: &Bus) -> Self {
        Self::with_presence(bus, "dreaming")
    }

    pub(crate) fn with_presence(bus: &Bus, presence: &'static str) -> Self {
        let fake = Self::without_devices(bus);
        fake.add(presence);
        fake
    }

    pub(crate) fn without_devices(bus: &Bus) -> Self {
        let root = Layout::of(NAME).root();
        let builder = Builder::address(bus.address())
            .serve_at(root, ObjectManager)
            .name(NAME);
        Self(block_on(builder.build()).unwrap(), Series::default())
    }

    pub(crate) fn press_light_key(&self) {
        press_light_key(&self.0);
    }

    pub(crate) fn change(&self, name: &str, value: Variant<'_>) {
        self.change_all(HashMap::from([(name, value)]));
    }

    /// Several changes in one signal.
    pub(crate) fn change_all(&self, changed: HashMap<&str, Variant<'_>>) {
        let emitter = SignalEmitter::new(&self.0, path()).unwrap();
        let interface = InterfaceName::try_from(DEVICE_INTERFACE).unwrap();
        let none = [].as_slice().into();
        let sent = Properties::properties_changed(&emitter, interface, changed, none);
        block_on(sent).unwrap();
    }

    /// The light series that were requested so far.
    pub(crate) fn series(&self) -> Vec<(u32, u32)> {
        self.1.lock().unwrap().clone()
    }

    pub(crate) fn remove_device(&self) {
        let server = self.0.object_server();
        assert!(block_on(server.remove::<Keyboard, _>(path())).unwrap());
    }

    pub(crate) fn add_device(&self) {
        self.add("dreaming");
    }

    pub(crate) fn add(&self, presence: &'static str) {
        let server = self.0.object_server();
        let series = Arc::clone(&self.1);
        let keyboard = Keyboard { presence, series };
        assert!(block_on(server.at(path(), keyboard)).unwrap().is_none());
    }
}

/// Sends a forged signal, as any connection can.
pub(crate) fn press_light_key(connection: &Connection) {
    let emitter = SignalEmitter::new(connection, path()).unwrap();
    block_on(emitter.light_button_pressed()).unwrap();
}
