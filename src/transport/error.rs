use std::io;

use hidpp_proto::wire::Report;

/// A permanent or transient failure of a transport.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The device was unplugged, or access to the node was revoked.
    #[error("{node} went away while it was in use: plug the receiver in again and retry")]
    Gone {
        /// The path of the node.
        node: String,
    },
    /// There is no permission to open the node.
    #[error(
        "permission denied on {node}: run the command as root, or let the logged-in user open the \
         node with the udev rule 70-solar-status-uaccess.rules (copy it to /etc/udev/rules.d, run \
         `udevadm control --reload` and plug the receiver in again; read its warning first)"
    )]
    PermissionDenied {
        /// The path of the node.
        node: String,
    },
    /// A write failed with a transient error (EPIPE, EIO and similar): retry.
    #[error("{node}: sending a report failed: {source}")]
    Stalled {
        /// The path of the node.
        node: String,
        /// The system error.
        source: io::Error,
    },
    /// The replayed trace has no (further) answer to the report, so there is no need to wait for
    /// one.
    #[error("the trace has no (further) answer to {report}")]
    NotRecorded {
        /// The report to be sent.
        report: Report,
    },
    /// Any other error.
    #[error("{node}: {source}; if plugging the receiver in again does not help, report this")]
    Io {
        /// The path of the node.
        node: String,
        /// The system error.
        source: io::Error,
    },
}
