//! Reports of the headset ASTRO A50, which are named only. Source: `HeadsetControl`,
//! `logitech_astro_a50.hpp`.
//!
//! | bytes | generation |
//! |---|---|
//! | `02 0C length 00 command …` | 5 (046D:0B1C) |
//! | `02 54 …`, `02 7C …` | 4 (9886:002C) |
//!
//! A mouse has reports `02` too, which are shorter: so a report must have 64 bytes, or be the
//! battery command of generation 5.

use crate::decode::explanation::{Explanation, FrameKind};
use crate::decode::fields::hex;

/// The command that reads the battery of generation 5.
const BATTERY: u8 = 0x06;

/// Explains a report of such a headset; `None`: it is another one. Its content is withheld.
pub(in crate::decode) fn explain(bytes: &[u8]) -> Option<Explanation> {
    let is_whole = bytes.len() == 64;
    let name = match *bytes {
        [0x02, 0x0C, length, 0x00, command, ..]
            if is_whole || (command == BATTERY && bytes.len() == 3 + usize::from(length)) =>
        {
            "ASTRO A50 Gen 5"
        }
        [0x02, 0x54 | 0x7C, ..] if is_whole => "ASTRO A50 Gen 4",
        _ => return None,
    };
    let start = hex(bytes.get(..2).unwrap_or_default());
    let mut explanation = Explanation::new(format!("{start} .."), FrameKind::Input);
    explanation.protocol = Some(name);
    Some(explanation)
}
