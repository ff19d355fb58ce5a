//! Who is known to use which software id.

use super::SoftwareId;

/// The program known for `id`; `None` for 0 in an event, and for ids nobody is known for.
///
/// Source: the programs' own code and captures of them. Older versions of Solaar rotated through
/// 2 to F, so an id alone is a hint and no proof.
pub const fn user(id: u8) -> Option<&'static str> {
    Some(match id {
        0x0 => "Linux kernel before 5.19 or upower",
        0x1 => "Linux kernel",
        0x2 => "logiops",
        0x3 => "Logitech solar application",
        0x5 => "Logitech SetPoint",
        0x7 => "fwupd or OpenRGB",
        0x8 => "libratbag",
        0xA => "Logitech Windows driver or LGSTrayEx",
        0xB => "Solaar",
        0xD => "Logitech G HUB",
        0xF => "firmware's own enumeration",
        _ if id == SoftwareId::OURS.get() => OURS,
        _ => return None,
    })
}

/// Whether a frame with this id was another program's request, or the answer to it.
pub const fn is_foreign(id: u8) -> bool {
    id != 0 && id != SoftwareId::OURS.get()
}

/// Whether the id stands in for ours at times. Other programs use it too, so only a trace that
/// this program recorded shows that it was ours.
pub fn is_spare(id: u8) -> bool {
    SoftwareId::SPARE.iter().any(|spare| spare.get() == id)
}

/// This program.
pub const OURS: &str = "solar-status";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_by_their_ids() {
        assert_eq!(user(0x1), Some("Linux kernel"));
        assert_eq!(user(0xB), Some("Solaar"));
        assert_eq!(user(0x6), Some("solar-status"));
        assert_eq!(user(0xE), None);
    }

    #[test]
    fn events_and_our_own_traffic_are_not_foreign() {
        for id in 0..16 {
            assert_eq!(is_foreign(id), !matches!(id, 0x0 | 0x6), "{id:X}");
            assert_eq!(is_spare(id), matches!(id, 0x4 | 0x5), "{id:X}");
        }
    }
}
