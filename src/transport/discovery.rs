//! Which hidraw nodes there are, told without opening any.

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

/// All hidraw nodes of Logitech's hardware, and those of other makers whose report descriptor holds
/// HID++ reports, ordered by path.
///
/// These are receivers, devices on a cable or on Bluetooth, their other interfaces, the nodes that
/// the kernel makes for each paired device, and what other makers sell that looks alike:
/// [`NodeInfo::role`] distinguishes them. Nothing is sent and no permission is needed.
pub fn list_nodes() -> Result<Vec<NodeInfo>, DiscoveryError> {
    let api = HidApi::new()?;
    let sysfs = Sysfs::default();
    // One entry for each usage: several for one node.
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

/// The node of this name, unless it is none of ours or went away since it was named.
pub(super) fn look_up(sysfs: &Sysfs, name: &str) -> Option<NodeInfo> {
    sysfs
        .node(name)
        .inspect_err(|error| debug!("{name} cannot be looked at: {error}"))
        .ok()
        .flatten()
}
