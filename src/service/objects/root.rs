use std::sync::{Arc, Mutex, PoisonError};

use zbus::object_server::SignalEmitter;
use zbus::{ObjectPath, OwnedObjectPath, interface};

use crate::bus::Layout;

/// The paths of the devices that UPower's clients see: those with a battery.
pub(in crate::service) type DeviceList = Arc<Mutex<Vec<OwnedObjectPath>>>;

/// The root object, with UPower's interface.
pub(in crate::service) struct Root {
    pub(in crate::service) device_list: DeviceList,
    pub(in crate::service) layout: Layout,
}

/// The service as a whole. Its devices never power the computer, so what UPower reports about the
/// computer itself is empty here.
#[expect(
    clippy::unused_self,
    reason = "the interface macro requires methods, even for constant answers"
)]
#[interface(name = "org.freedesktop.UPower")]
impl Root {
    /// Returns the devices with a battery, without the display device.
    #[zbus(out_args("devices"))]
    fn enumerate_devices(&self) -> Vec<OwnedObjectPath> {
        let device_list = self.device_list.lock();
        device_list.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the summary of the computer's own batteries, which is always empty in this service.
    #[zbus(out_args("device"))]
    fn get_display_device(&self) -> zbus::fdo::Result<OwnedObjectPath> {
        let path = OwnedObjectPath::try_from(self.layout.display_device());
        path.map_err(|error| zbus::fdo::Error::Failed(error.to_string()))
    }

    /// Returns the action for an empty battery of the computer: none (`Ignore`).
    #[zbus(out_args("action"))]
    fn get_critical_action(&self) -> &'static str {
        "Ignore"
    }

    /// A device with a battery was added.
    #[zbus(signal)]
    async fn device_added(emitter: &SignalEmitter<'_>, device: ObjectPath<'_>) -> zbus::Result<()>;

    /// A device was removed.
    #[zbus(signal)]
    async fn device_removed(
        emitter: &SignalEmitter<'_>,
        device: ObjectPath<'_>,
    ) -> zbus::Result<()>;

    /// The version of this service.
    #[zbus(property(emits_changed_signal = "const"))]
    fn daemon_version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Whether the computer runs on a battery: unknown to this service, so false.
    #[zbus(property)]
    fn on_battery(&self) -> bool {
        false
    }

    /// Whether the lid is closed: unknown to this service, so false.
    #[zbus(property)]
    fn lid_is_closed(&self) -> bool {
        false
    }

    /// Whether there is a lid: unknown to this service, so false.
    #[zbus(property)]
    fn lid_is_present(&self) -> bool {
        false
    }
}
