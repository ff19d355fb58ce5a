//! Which hidraw nodes speak HID++, told from sysfs without opening any.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hidapi::HidApi;
use log::debug;

use super::NodeInfo;
use crate::wire::descriptor;

/// Why nodes could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("the HID devices cannot be listed: {0}")]
pub struct DiscoveryError(#[from] hidapi::HidError);

/// All hidraw nodes whose report descriptor holds HID++ reports, ordered by path.
///
/// These are receivers, devices on a cable or on Bluetooth, and the nodes that the kernel makes
/// for each paired device. Nobody is asked anything and no permission is needed.
pub fn list_nodes() -> Result<Vec<NodeInfo>, DiscoveryError> {
    let api = HidApi::new()?;
    let mut seen = BTreeSet::new();
    let mut nodes = Vec::new();
    // One entry for each usage: several for one node.
    for entry in api.device_list() {
        let path = entry.path().to_string_lossy().into_owned();
        if !seen.insert(path.clone()) {
            continue;
        }
        let capabilities = match read_descriptor(&path) {
            Ok(bytes) => descriptor::scan(&bytes),
            Err(error) => {
                // The node went away between listing and looking.
                debug!("{path}: its report descriptor cannot be read: {error}");
                continue;
            }
        };
        if capabilities.is_hidpp() {
            let (vendor, product) = (entry.vendor_id(), entry.product_id());
            nodes.push(NodeInfo {
                path,
                vendor,
                product,
                capabilities,
            });
        }
    }
    nodes.sort_by(|a, b| (a.path.len(), &a.path).cmp(&(b.path.len(), &b.path)));
    Ok(nodes)
}

fn read_descriptor(node: &str) -> std::io::Result<Vec<u8>> {
    let name = Path::new(node).file_name().unwrap_or_default();
    fs::read(
        Path::new("/sys/class/hidraw")
            .join(name)
            .join("device/report_descriptor"),
    )
}
