//! The frames: see [`hidpp_proto::wire`].

pub use hidpp_proto::wire::*;

#[cfg(test)]
#[path = "../crates/hidpp/src/wire/samples.rs"]
pub(crate) mod samples;

#[cfg(test)]
pub(crate) mod tests {
    use super::Report;

    /// A report from its hexadecimal bytes.
    pub(crate) fn report(hex: &str) -> Report {
        hex.parse().unwrap()
    }
}
