//! Which programs are known to use which software id.

use super::SoftwareId;

/// The program known to use `id` on Linux; `None` for ids without one.
pub fn on_linux(id: u8) -> Option<&'static str> {
    match id {
        0x0 | 0x1 | 0x7 | 0x8 => user(id),
        0x2 => Some("logiops"),
        0xB => Some("Solaar"),
        0xF => Some("firmware's own enumeration"),
        _ => (id == SoftwareId::OURS.get() || is_spare(id)).then_some(OURS),
    }
}

/// The programs known for `id` on any system; `None` for ids without one.
///
/// Source: the programs' own code and captures of them. Logitech's programs (LGS, G HUB, those for
/// Unifying and Bolt) cycle through ids: recordings have 2 and A to F. Older versions of Solaar
/// rotated through 2 to F. So an id alone is a hint, not a proof.
pub const fn user(id: u8) -> Option<&'static str> {
    Some(match id {
        0x0 => "Linux kernel before 5.19 or upower",
        0x1 => "Linux kernel",
        0x2 => "logiops or Logitech's own programs",
        0x3 => "Logitech solar application",
        0x5 => "Logitech SetPoint",
        0x7 => "fwupd or OpenRGB",
        0x8 => "libratbag",
        0xA => "Logitech's own programs or LGSTrayEx",
        0xB => "Solaar or Logitech's own programs",
        0xC..=0xE => "Logitech's own programs or older Solaar",
        0xF => "Logitech's own programs or firmware's own enumeration",
        _ if id == SoftwareId::OURS.get() => OURS,
        _ => return None,
    })
}

/// Whether a frame with this id is another program's request, or the answer to it.
pub const fn is_foreign(id: u8) -> bool {
    id != 0 && id != SoftwareId::OURS.get()
}

/// Whether a session sends under this id where an answer to one of its requests under
/// [`SoftwareId::OURS`] could be mistaken for another. Other programs use the id too.
pub fn is_spare(id: u8) -> bool {
    SoftwareId::SPARE.iter().any(|spare| spare.get() == id)
}

/// The program that this crate belongs to.
pub const OURS: &str = "solar-status";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hints_at_programs() {
        assert_eq!(user(0x1), Some("Linux kernel"));
        assert_eq!(user(0x6), Some("solar-status"));
        assert_eq!(user(0x9), None);
    }

    #[test]
    fn ids_that_logitechs_programs_cycle_through_are_theirs_too() {
        // Recordings of LGS and G HUB with a G933 and other G devices, of the programs for Unifying
        // and Bolt receivers.
        for id in [0x2, 0xA, 0xB, 0xC, 0xD, 0xE, 0xF] {
            let programs = user(id).unwrap();
            assert!(programs.contains("Logitech's own programs"), "{id:X}");
        }
    }

    #[test]
    fn on_linux_an_id_belongs_to_a_program_for_linux() {
        assert_eq!(on_linux(0xB), Some("Solaar"));
        assert_eq!(on_linux(0x5), Some("solar-status"));
        assert_eq!(on_linux(0xD), None);
    }

    #[test]
    fn events_and_our_own_traffic_are_not_foreign() {
        for id in 0..16 {
            assert_eq!(is_foreign(id), !matches!(id, 0x0 | 0x6), "{id:X}");
            assert_eq!(is_spare(id), matches!(id, 0x4 | 0x5), "{id:X}");
        }
    }
}
