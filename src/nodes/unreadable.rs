use log::debug;

use crate::manager::{Unreadable, unreadable};
use crate::transport::list_nodes;

/// The connected hardware of this machine that this program cannot read. No node is opened.
pub fn unreadable_here() -> Vec<Unreadable> {
    let nodes = list_nodes().unwrap_or_else(|error| {
        debug!("{error}");
        Vec::new()
    });
    unreadable(&nodes)
}
