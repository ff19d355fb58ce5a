//! Joins the links of devices, and reports changes.

use std::collections::VecDeque;
use std::io;

use super::{Monitor, MonitorEvent};
use crate::device::Change;
use crate::manager::joined::{BluetoothUse, Request};
use crate::manager::memory::Memory;
use crate::manager::{fulfil, role};
use crate::transport::{Bus, NodeInfo, NodeRole};
use hidpp_proto::units::Timestamp;

/// The number of joining requests per turn of the event loop.
const REQUESTS: usize = 64;

impl Monitor<'_> {
    /// Joins the links of devices: reports changes, assigns separate ids to devices that share one,
    /// and polls links that may belong to two devices or to an already identified one.
    pub(super) fn join(
        &mut self,
        now: Timestamp,
        memory: &mut Memory,
        report: &mut dyn FnMut(Timestamp, MonitorEvent) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut put_off = Vec::new();
        for _ in 0..REQUESTS {
            self.report_changes(now, memory, report)?;
            let bluetooth = self.bluetooth_use();
            let request = self.joined.next_request(now, &put_off, bluetooth, memory);
            let Some(request) = request else {
                break;
            };
            if !fulfil(&request, self.nodes.values_mut(), now, memory) {
                self.joined.put_off(&request);
                put_off.push(request);
            }
        }
        let alike: Vec<Request> = self.joined.find_alike(memory).collect();
        for request in alike {
            fulfil(&request, self.nodes.values_mut(), now, memory);
        }
        Ok(())
    }

    /// A device on Bluetooth is announced after its first poll, and until then its link is unknown to
    /// [`Joined`](crate::manager::joined::Joined). It can answer later than a device that claims its
    /// unit id. One whose node cannot be opened may be in use, too.
    fn bluetooth_use(&self) -> BluetoothUse {
        let is_bluetooth = |info: &NodeInfo| role(info) == NodeRole::Direct && info.bus != Bus::Usb;
        let mut nodes = self.nodes.values().filter(|it| is_bluetooth(it.info()));
        let is_waiting = self.waiting.iter().any(|it| is_bluetooth(&it.info));
        if is_waiting || nodes.any(|node| !node.is_settled()) {
            BluetoothUse::Pending
        } else {
            BluetoothUse::Known
        }
    }

    /// Reports changes. [`Change::Identified`] is reported once the new id is in use.
    pub(super) fn report_changes(
        &mut self,
        now: Timestamp,
        memory: &mut Memory,
        report: &mut dyn FnMut(Timestamp, MonitorEvent) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut identified = VecDeque::new();
        loop {
            for node in self.nodes.values_mut() {
                while let Some(change) = node.poll_change() {
                    if let Change::Identified { from, to } = change {
                        identified.push_back((from, to));
                        continue;
                    }
                    for change in self.joined.take(change, node.port(), memory) {
                        report(now, MonitorEvent::Change(Box::new(change)))?;
                    }
                }
                for (link, claim) in node.take_claims() {
                    self.joined.on_claim(now, link, claim, memory);
                }
                for (at, link, sign) in node.take_signs() {
                    self.joined.on_sign(at, &link, sign, memory);
                }
            }
            // Devices with the first id get the second, which causes further changes.
            let Some((from, to)) = identified.pop_front() else {
                return Ok(());
            };
            for node in self.nodes.values_mut() {
                node.adopt(now, &from, &to, memory);
                while let Some(change) = node.poll_change() {
                    for change in self.joined.take(change, node.port(), memory) {
                        report(now, MonitorEvent::Change(Box::new(change)))?;
                    }
                }
            }
            report(
                now,
                MonitorEvent::Change(Box::new(Change::Identified { from, to })),
            )?;
        }
    }
}
