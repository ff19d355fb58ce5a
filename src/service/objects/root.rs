use std::sync::{Arc, Mutex, PoisonError};

use zbus::object_server::SignalEmitter;
use zbus::{ObjectPath, OwnedObjectPath, interface};

use crate::bus::Layout;

/// Which devices are there, as UPower's clients see it: those with a battery.
pub(in crate::service) type Roster = Arc<Mutex<Vec<OwnedObjectPath>>>;

/// The root object, in UPower's words.
pub(in crate::service) struct Root {
    pub(in crate::service) roster: Roster,
    pub(in crate::service) layout: Layout,
}

/// The service as a whole. Its devices never feed the computer: what UPower says of the computer
/// itself is empty here.
#[expect(
    clippy::unused_self,
    reason = "an object answers, also where all answer the same"
)]
#[interface(name = "org.freedesktop.UPower")]
impl Root {
    /// The devices with a battery; the display device is not among them.
    #[zbus(out_args("devices"))]
    fn enumerate_devices(&self) -> Vec<OwnedObjectPath> {
        let roster = self.roster.lock();
        roster.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The summary of the computer's own batteries, of which this service knows none.
    #[zbus(out_args("device"))]
    fn get_display_device(&self) -> zbus::fdo::Result<OwnedObjectPath> {
        let path = OwnedObjectPath::try_from(self.layout.display_device());
        path.map_err(|error| zbus::fdo::Error::Failed(error.to_string()))
    }

    /// What is done when the computer's battery is empty: nothing.
    #[zbus(out_args("action"))]
    fn get_critical_action(&self) -> &'static str {
        "Ignore"
    }

    /// A device with a battery is there.
    #[zbus(signal)]
    async fn device_added(emitter: &SignalEmitter<'_>, device: ObjectPath<'_>) -> zbus::Result<()>;

    /// A device is gone.
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

    /// Whether the computer runs on a battery: not known here, so false.
    #[zbus(property)]
    fn on_battery(&self) -> bool {
        false
    }

    /// Whether the lid is closed: not known here, so false.
    #[zbus(property)]
    fn lid_is_closed(&self) -> bool {
        false
    }

    /// Whether there is a lid: not known here, so false.
    #[zbus(property)]
    fn lid_is_present(&self) -> bool {
        false
    }
}
