use std::io;

use hidpp_proto::wire::Report;

/// Why a transport cannot be used, or not now.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The device was unplugged, or the node revoked.
    #[error("{node} went away while it was in use: plug the receiver in again and retry")]
    Gone {
        /// Which node.
        node: String,
    },
    /// The node may not be opened.
    #[error(
        "permission denied on {node}: run the command as root, or let the logged-in user open the \
         node with the udev rule 70-solar-status-uaccess.rules (copy it to /etc/udev/rules.d, run \
         `udevadm control --reload` and plug the receiver in again; read its warning first)"
    )]
    PermissionDenied {
        /// Which node.
        node: String,
    },
    /// The transfer failed in a way that passes (EPIPE, EIO and the like on writing): try again.
    #[error("{node} did not take a report: {source}")]
    Stalled {
        /// Which node.
        node: String,
        /// What the system said.
        source: io::Error,
    },
    /// A trace has no answer to the report, and none is on its way: to wait for one is useless.
    #[error("the trace has no (further) answer to {report}")]
    NotRecorded {
        /// What was to be sent.
        report: Report,
    },
    /// Anything else.
    #[error("{node}: {source}; if plugging the receiver in again does not help, report this")]
    Io {
        /// Which node.
        node: String,
        /// What the system said.
        source: io::Error,
    },
}
