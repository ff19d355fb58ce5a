//! Any text as a trace to replay, and as lines to decode.

#![no_main]

use libfuzzer_sys::fuzz_target;
use solar_status::cli::decode::{DecodeArgs, run};
use solar_status::transport::Replay;

fuzz_target!(|bytes: &[u8]| {
    _ = Replay::read(bytes);
    for json in [false, true] {
        let args = DecodeArgs {
            json,
            ..DecodeArgs::default()
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        run(&args, &mut &bytes[..], &mut out, &mut err).expect("memory can be written");
        String::from_utf8(out).expect("text");
    }
});
