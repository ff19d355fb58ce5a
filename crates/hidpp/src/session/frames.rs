//! A session with a headset that speaks Centurion, on its own node or behind its dongle.
//!
//! The exchange and the probe have the messages as reports of HID++ 2.0, see
//! [`wire::centurion`](crate::wire::centurion): from [`DeviceIndex::DIRECT`] those of the headset,
//! which go through the dongle's bridge if there is one, and from [`DONGLE`] those of the dongle.
//!
//! The dongle acknowledges a message for the headset also while that is off (`HeadsetControl`), so an
//! acknowledgement is not an answer. A headset that is off is sent nothing: the dongle returns
//! whether it is there, and reports when it comes and goes. `HeadsetControl` pull request 538
//! attributes a dongle that needed a minute to enumerate to repeated polls of such a headset.

use log::debug;

use super::{Purpose, Session};
use crate::feature::centurion_bridge;
use crate::units::Timestamp;
use crate::wire::centurion::{self, Bridge, DONGLE, Frame};
use crate::wire::{DeviceIndex, ErrorCode, FeatureIndex, Message, Report};

impl Session {
    /// The frame of a report to send; `None`: it does not fit, or the node has no such frames.
    pub(super) fn wrap_in_frame(&mut self, report: Report) -> Option<Report> {
        let centurion = self.centurion.as_mut()?;
        let known = self.known.get(&DeviceIndex::DIRECT);
        let bridge = known.and_then(|it| it.bridge);
        let address = known.and_then(|it| it.address);
        let address = address.unwrap_or(centurion::USUAL_ADDRESS);
        centurion.sent = Some(report);
        if report.device() == DeviceIndex::DIRECT {
            centurion.asked = Some(report);
        }
        centurion::send(&report, bridge, centurion.addressed.then_some(address))
    }

    /// Processes a report of the node.
    pub(super) fn handle_frame(&mut self, now: Timestamp, report: &Report) {
        let Some(state) = &mut self.centurion else {
            return;
        };
        let frame = match Frame::parse(report) {
            Ok(frame) => frame,
            Err(error) => {
                debug!("report dropped: {error}");
                return;
            }
        };
        if frame.address.is_some() != state.addressed {
            return;
        }
        let known = self.known.entry(DeviceIndex::DIRECT).or_default();
        // The address is in everything that the node sends, and cannot be requested.
        known.address = frame.address.or(known.address);
        let bridge = known.bridge;
        let Some(report) = state.decoder.receive(frame, bridge) else {
            return;
        };
        match (bridge, report.device()) {
            (Some(Bridge::At(index)), DONGLE) => self.handle_dongle(now, index, &report),
            (Some(_), _) => {
                state.linked = Some(true);
                self.handle_headset(now, &report);
            }
            (None, _) => {
                if self.exchange.handle_report(now, &report) {
                    self.settle(now);
                } else {
                    // The node can be reached, possibly at another address than it was asked at.
                    self.note_life(DeviceIndex::DIRECT);
                }
            }
        }
    }

    fn handle_headset(&mut self, now: Timestamp, report: &Report) {
        let device = DeviceIndex::DIRECT;
        if self.exchange.handle_report(now, report) {
            self.settle(now);
        } else if let Message::Event { feature, event } = Message::of(report) {
            self.handle_event(now, device, feature, event, report);
        }
    }

    fn handle_dongle(&mut self, now: Timestamp, bridge: FeatureIndex, report: &Report) {
        // The acknowledgement of the last message is not that of another program.
        let acknowledged = self.acknowledgement(bridge);
        if acknowledged == Some([report.sub_id(), report.address()]) {
            return;
        }
        if self.exchange.handle_report(now, report) {
            self.settle(now);
            return;
        }
        match Message::of(report) {
            Message::Event { feature, event } => {
                if feature == bridge
                    && event.get() == centurion_bridge::CONNECTION
                    && let Some(up) = centurion_bridge::read_connection_event(report)
                {
                    self.handle_link(up);
                }
            }
            Message::Error {
                sub_id,
                address,
                code,
            } => {
                let is_ours = acknowledged == Some([sub_id, address]);
                if is_ours {
                    self.handle_refusal(now, code);
                }
            }
            _ => {}
        }
    }

    /// Feature index, function and software id of the last message to the bridge.
    fn acknowledgement(&self, bridge: FeatureIndex) -> Option<[u8; 2]> {
        let asked = self.centurion.as_ref()?.asked?;
        let address = (centurion::MESSAGE.get() << 4) | (asked.address() & 0x0F);
        Some([bridge.0, address])
    }

    /// The dongle refused to pass a message on: that answers the message.
    fn handle_refusal(&mut self, now: Timestamp, code: ErrorCode) {
        let (Some(asked), ErrorCode::Hidpp20(code)) =
            (self.centurion.as_ref().and_then(|it| it.asked), code)
        else {
            return;
        };
        let error = [0xFF, asked.sub_id(), asked.address(), code.code()];
        if let Some(error) = centurion::to_report(DeviceIndex::DIRECT, &error)
            && self.exchange.handle_report(now, &error)
        {
            self.settle(now);
        }
    }

    /// The headset connected to its dongle, or left.
    fn handle_link(&mut self, up: bool) {
        let device = DeviceIndex::DIRECT;
        self.set_link(up);
        if up {
            self.note_wake(device);
            return;
        }
        // No answer can come, and nothing more is sent.
        self.exchange
            .withdraw(|purpose| matches!(purpose, Purpose::Probe(at, _) if *at == device));
        self.continue_probe(device);
    }
}
