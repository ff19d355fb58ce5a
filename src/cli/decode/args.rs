//! The arguments of `solar-status decode`.

use clap::Args;

use crate::cli::options::heading;
use crate::decode::GivenFeature;
use hidpp_proto::wire::FeatureId;

/// Explain HID++ frames, the messages between Logitech devices and the computer.
///
/// Prints the kind of each frame, its sender, and the meaning of its bytes, as far as known. Frames
/// are given as arguments or, without any, on standard input, one per line. Accepted are plain
/// hexadecimal digits with or without separators, usbmon lines, lines of traces that this program
/// recorded, and log lines of Solaar, ratbagd, ltunify and hid-recorder. Information from one frame,
/// such as the index of a feature, is used to explain later ones.
///
/// Reports of keys and pointer motion are named, and their content is left out. Exception: if
/// another program, such as Solaar, has redirected keys to itself, these key presses look like
/// other messages and may be in the output. Read the output before you give it to others.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = "Examples:
  solar-status decode 10 01 09 03 78 01 00
  solar-status decode --feature 9=4301 '11 02 09 00 60 00 00 06 72 47 4f 4f 44 00 00 00 00 00 00 00'
  solar-status decode --json < capture.txt
  solar-status decode --summary < capture.txt

Exit status: 0 all frames were valid, 1 a frame or the input could not be
read, 2 wrong arguments.")]
pub struct DecodeArgs {
    /// Assume that feature ID has this INDEX on every device (both hexadecimal, as in 9=4301); may
    /// be given several times
    #[arg(long = "feature", value_name = "INDEX=ID", value_parser = given_feature)]
    pub features: Vec<GivenFeature>,

    /// Print one JSON object per frame, each on one line
    #[arg(short, long, help_heading = heading::OUTPUT)]
    pub json: bool,

    /// Print a summary instead of the frames: the devices, their features, which programs asked, how
    /// long answers took, and what batteries and light did; with --json as one object
    #[arg(long, help_heading = heading::OUTPUT)]
    pub summary: bool,

    /// Frames to explain; without any, standard input is read
    #[arg(value_name = "FRAME")]
    pub frames: Vec<String>,
}

fn given_feature(text: &str) -> Result<GivenFeature, String> {
    let (index, id) = text
        .split_once('=')
        .ok_or("expected INDEX=ID, as in 9=4301")?;
    let index = hexadecimal(index)
        .and_then(|index| u8::try_from(index).ok())
        .filter(|index| matches!(index, 1..=0x7F))
        .ok_or("the index must be a hexadecimal number from 1 to 7f")?;
    let id = hexadecimal(id).ok_or("the feature id must be up to four hexadecimal digits")?;
    Ok(GivenFeature {
        index,
        id: FeatureId(id),
    })
}

fn hexadecimal(text: &str) -> Option<u16> {
    let text = text.trim();
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    let all_digits = digits.chars().all(|c| c.is_ascii_hexdigit());
    all_digits
        .then(|| u16::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_and_id_are_hexadecimal() {
        let solar = GivenFeature {
            index: 9,
            id: FeatureId(0x4301),
        };
        for text in ["9=4301", "09=4301", "0x09=0x4301"] {
            assert_eq!(given_feature(text), Ok(solar), "{text}");
        }
        assert_eq!(given_feature("1d=1f20").unwrap().index, 0x1D);
    }

    #[test]
    fn anything_else_is_rejected() {
        for text in [
            "", "9", "9=", "=4301", "0=0000", "80=1000", "9=43010", "9=+301", "g=1",
        ] {
            assert!(given_feature(text).is_err(), "{text}");
        }
    }
}
