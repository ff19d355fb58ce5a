//! Device names, and whether the query selects a device by its name.

use super::Node;
use crate::manager::memory::Memory;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::session::{Known, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

impl Node<'_> {
    pub(super) fn on_name(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        name: Option<String>,
        memory: &mut Memory,
    ) {
        self.change(index, |device| {
            device.stored_name = name.or(device.stored_name.take());
            device.name = device.best_name();
        });
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        let known = self.session.known(index).or(state.deferred.as_ref());
        let lacks_name =
            self.query.names && known.is_none_or(can_have_name) && state.device.lacks_own_name();
        if lacks_name {
            state.unread.want_name();
        }
        self.remember_device(now, index, memory);
        self.ask_as_named(now, index, lacks_name);
        if let Some(state) = self.devices.get_mut(&index)
            && state.announcement.on_named()
        {
            self.announce(index);
        }
    }

    /// Polls a device if the query selects it by its name. Otherwise requests the name
    /// from the device itself, if it has no better one, or none at all by which it could be
    /// selected.
    pub(super) fn ask_as_named(&mut self, now: Timestamp, index: DeviceIndex, lacks_name: bool) {
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        let wanted = self.query.selects(&state.device);
        let is_nameless = state.device.name.is_none();
        if let Some(known) = state.deferred.take_if(|_| wanted) {
            self.ask(now, index, known);
        } else if lacks_name && (wanted || is_nameless) && !self.session.also_name(index) {
            let known = state.deferred.clone().unwrap_or_default();
            state.announcement.await_answers();
            self.probe(now, index, Wanted::NAME, known);
        }
    }
}

/// Whether a device may be able to return its own name: HID++ 1.0 devices cannot.
pub(super) fn can_have_name(known: &Known) -> bool {
    known.protocol.is_none_or(ProtocolVersion::has_features)
}
