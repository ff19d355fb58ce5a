//! Reads arbitrary text as a trace to replay and as lines to decode.

use solar_status::capture::Replay;
use solar_status::cli::decode::{self, DecodeArgs};

/// Panics if reading or decoding does.
pub(crate) fn run(bytes: &[u8]) {
    _ = Replay::read(bytes);
    for (json, summary) in [(false, false), (true, false), (false, true), (true, true)] {
        let args = DecodeArgs {
            json,
            summary,
            ..DecodeArgs::default()
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        decode::run(&args, &mut &bytes[..], &mut out, &mut err).expect("memory can be written");
        String::from_utf8(out).expect("text");
    }
}
