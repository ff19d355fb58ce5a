//! Lists the hidraw nodes without opening any.

use std::collections::BTreeSet;
use std::path::Path;

use hidapi::HidApi;
use log::debug;

use super::NodeInfo;
use super::sysfs::Sysfs;

/// Why nodes could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("the HID devices cannot be listed: {0}")]
pub struct DiscoveryError(#[from] hidapi::HidError);

/// Lists all hidraw nodes of Logitech hardware, and those of other vendors with HID++ reports in
/// their report descriptor, ordered by path.
///
/// These are receivers, devices connected by cable or Bluetooth, their other interfaces, the nodes
/// that the kernel creates for each paired device, and similar hardware of other vendors:
/// [`NodeInfo::role`] distinguishes them. Nothing is sent, and no permission is needed.
pub fn list_nodes() -> Result<Vec<NodeInfo>, DiscoveryError> {
    let api = HidApi::new()?;
    let sysfs = Sysfs::default();
    // hidapi has one entry per usage, so several for one node.
    let names: BTreeSet<String> = api
        .device_list()
        .filter_map(|entry| {
            let path = entry.path().to_string_lossy().into_owned();
            Some(Path::new(&path).file_name()?.to_string_lossy().into_owned())
        })
        .collect();
    let mut nodes: Vec<NodeInfo> = names
        .iter()
        .filter_map(|name| look_up(&sysfs, name))
        .collect();
    nodes.sort_by(|a, b| (a.path.len(), &a.path).cmp(&(b.path.len(), &b.path)));
    Ok(nodes)
}

/// Looks up the node of this name; `None` if it is not of interest, or disappeared in the meantime.
pub(super) fn look_up(sysfs: &Sysfs, name: &str) -> Option<NodeInfo> {
    sysfs
        .node(name)
        .inspect_err(|error| debug!("{name}: cannot be looked up: {error}"))
        .ok()
        .flatten()
}
