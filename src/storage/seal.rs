//! A checksum as the last member of a JSON object.
//!
//! ```json
//! {"at":1764000000,"percent":57,"online":true,"crc":"89abcdef"}
//! ```
//!
//! `crc` is the CRC-32 (that of gzip and PNG, 8 lower-case hexadecimal digits) of a name, such as
//! the id of the device, followed by the text of the object up to the comma before `"crc"`. The
//! name prevents an object from being mistaken for that of another device. The object stays JSON:
//! people and `jq` can read it, and so can versions of this program without checksums.
//!
//! A CRC-32 detects every error of up to 3 bits, and every burst of up to 32, in objects of this
//! size. It does not protect against deliberate changes.

use crc32fast::Hasher;

const START: &[u8] = br#","crc":""#;
const DIGITS: usize = 8;
const END: &[u8] = br#""}"#;

/// The result of checking a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The checksum is valid.
    Sound,
    /// The checksum does not match: the object is damaged.
    Broken,
    /// The object has no checksum, as in files of earlier versions.
    Missing,
}

/// Adds the checksum to the text of an object, which must not be empty.
pub fn seal(name: &str, object: &str) -> String {
    let body = object.strip_suffix('}').unwrap_or(object);
    let sum = checksum(name, body.as_bytes());
    format!(r#"{body},"crc":"{sum:08x}"}}"#)
}

/// Checks the checksum of an object.
pub fn check(name: &str, object: &[u8]) -> Seal {
    let sealed = object.strip_suffix(END).and_then(|rest| {
        let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
        Some((rest.strip_suffix(START)?, digits))
    });
    match sealed {
        None => Seal::Missing,
        Some((body, digits)) if format!("{:08x}", checksum(name, body)).as_bytes() == digits => {
            Seal::Sound
        }
        Some(_) => Seal::Broken,
    }
}

fn checksum(name: &str, body: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(body);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = r#"{"at":1764000000,"online":true}"#;

    #[test]
    fn a_sealed_object_is_the_same_object_with_one_more_member() {
        // printf '4002-1{"at":1764000000,"online":true' | gzip -c | tail -c 8 | od -A n -N 4 -t x4
        let sealed = r#"{"at":1764000000,"online":true,"crc":"4066b2fe"}"#;
        assert_eq!(seal("4002-1", OBJECT), sealed);
        assert_eq!(check("4002-1", sealed.as_bytes()), Seal::Sound);
        assert_eq!(check("4002-2", sealed.as_bytes()), Seal::Broken);
        let mut value: serde_json::Value = serde_json::from_str(sealed).unwrap();
        value.as_object_mut().unwrap().remove("crc");
        assert_eq!(
            value,
            serde_json::from_str::<serde_json::Value>(OBJECT).unwrap()
        );
    }

    #[test]
    fn no_flipped_bit_leaves_an_object_sound() {
        let sealed = seal("4002-1", OBJECT).into_bytes();
        for byte in 0..sealed.len() {
            for bit in 0..8 {
                let mut flipped = sealed.clone();
                flipped[byte] ^= 1 << bit;
                assert_ne!(check("4002-1", &flipped), Seal::Sound, "{byte} {bit}");
            }
        }
    }

    #[test]
    fn an_object_without_a_checksum_is_not_damaged() {
        for object in ["", "{}", "}", OBJECT, r#","crc":"1234567""#] {
            assert_eq!(check("", object.as_bytes()), Seal::Missing, "{object}");
        }
        assert_eq!(check("", br#","crc":"12345678"}"#), Seal::Broken);
    }
}
