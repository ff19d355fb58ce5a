use log::debug;

use crate::manager::{Unreadable, unreadable};
use crate::transport::list_nodes;

/// What is plugged into this machine, or connected to it, and cannot be read. Nothing is opened.
pub fn unreadable_here() -> Vec<Unreadable> {
    let nodes = list_nodes().unwrap_or_else(|error| {
        debug!("{error}");
        Vec::new()
    });
    unreadable(&nodes)
}
