//! HID report descriptors: which HID++ reports a node speaks, if any.
//!
//! Items are read one by one, since their order varies (logiops issue 300). Sizes alone are not
//! trusted: the report must lie on a vendor usage page, so that no ping reaches a device that
//! merely has a report `10`.

use super::Report;

/// Which HID++ reports a node takes and sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Report `10`.
    pub short: bool,
    /// Report `11`.
    pub long: bool,
    /// Report `12`, with its length in bytes, id included.
    pub very_long: Option<u16>,
    /// DJ reports `20`: a receiver whose input the kernel can multiplex.
    pub dj: bool,
}

impl Capabilities {
    /// Whether the node speaks HID++ at all.
    pub const fn is_hidpp(self) -> bool {
        self.short || self.long
    }
}

/// Tag and type of the item prefixes that matter, size bits removed (HID 1.11, 6.2.2).
mod item {
    pub(super) const INPUT: u8 = 0x80;
    pub(super) const USAGE_PAGE: u8 = 0x04;
    pub(super) const REPORT_SIZE: u8 = 0x74;
    pub(super) const REPORT_ID: u8 = 0x84;
    pub(super) const REPORT_COUNT: u8 = 0x94;
    pub(super) const PUSH: u8 = 0xA4;
    pub(super) const POP: u8 = 0xB4;
    /// A long item: its length and tag follow in two bytes.
    pub(super) const LONG: u8 = 0xFE;
}

/// The first vendor-defined usage page.
const VENDOR_PAGES: u32 = 0xFF00;

#[derive(Clone, Copy, Default)]
struct Globals {
    usage_page: u32,
    report_size: u32,
    report_count: u32,
    report_id: u32,
}

/// Reads a report descriptor; one that breaks off counts as far as it goes.
pub fn scan(descriptor: &[u8]) -> Capabilities {
    let mut found = Capabilities::default();
    let mut globals = Globals::default();
    let mut stack = Vec::new();
    let mut rest = descriptor;
    while let Some((&prefix, after)) = rest.split_first() {
        if prefix == item::LONG {
            let skip = after
                .first()
                .map_or(usize::MAX, |&len| usize::from(len) + 2);
            rest = after.get(skip..).unwrap_or_default();
            continue;
        }
        let size = [0, 1, 2, 4]
            .get(usize::from(prefix & 0x03))
            .copied()
            .unwrap_or_default();
        let Some((data, after)) = after.split_at_checked(size) else {
            break;
        };
        rest = after;
        let value = data
            .iter()
            .rev()
            .fold(0, |value, &byte| (value << 8) | u32::from(byte));
        match prefix & 0xFC {
            item::USAGE_PAGE => globals.usage_page = value,
            item::REPORT_SIZE => globals.report_size = value,
            item::REPORT_COUNT => globals.report_count = value,
            item::REPORT_ID => globals.report_id = value,
            item::PUSH => stack.push(globals),
            item::POP => globals = stack.pop().unwrap_or_default(),
            item::INPUT => found.note(globals),
            _ => {}
        }
    }
    found
}

impl Capabilities {
    fn note(&mut self, globals: Globals) {
        if globals.usage_page < VENDOR_PAGES || globals.report_size != 8 {
            return;
        }
        let Ok(count) = u16::try_from(globals.report_count) else {
            return;
        };
        let len = usize::from(count) + 1;
        match globals.report_id {
            0x10 if len == Report::SHORT_LEN => self.short = true,
            0x11 if len == Report::LONG_LEN => self.long = true,
            0x12 if (Report::LONG_LEN..=Report::MAX_LEN).contains(&len) => {
                self.very_long = Some(count + 1);
            }
            0x20 => self.dj = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vendor interface of a Unifying receiver, 98 bytes: reports 10, 11, 20 and 21.
    const UNIFYING: &[u8] = &[
        0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x85, 0x10, 0x75, 0x08, 0x95, 0x06, 0x15, 0x00,
        0x26, 0xFF, 0x00, 0x09, 0x01, 0x81, 0x00, 0x09, 0x01, 0x91, 0x00, 0xC0, 0x06, 0x00, 0xFF,
        0x09, 0x02, 0xA1, 0x01, 0x85, 0x11, 0x75, 0x08, 0x95, 0x13, 0x15, 0x00, 0x26, 0xFF, 0x00,
        0x09, 0x02, 0x81, 0x00, 0x09, 0x02, 0x91, 0x00, 0xC0, 0x06, 0x00, 0xFF, 0x09, 0x04, 0xA1,
        0x01, 0x85, 0x20, 0x75, 0x08, 0x95, 0x0E, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x09, 0x41, 0x81,
        0x00, 0x09, 0x41, 0x91, 0x00, 0x85, 0x21, 0x95, 0x1F, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x09,
        0x42, 0x81, 0x00, 0x09, 0x42, 0x91, 0x00, 0xC0,
    ];

    /// A boot keyboard with a report id 10 of its own: not HID++.
    const FOREIGN: &[u8] = &[
        0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x85, 0x10, 0x75, 0x08, 0x95, 0x06, 0x81, 0x00, 0xC0,
    ];

    /// A Bluetooth LE mouse: long reports only, page FF43, size before count (OpenLogi issue 28).
    const BLE: &[u8] = &[
        0x06, 0x43, 0xFF, 0x0A, 0x02, 0x02, 0xA1, 0x01, 0x85, 0x11, 0x75, 0x08, 0x95, 0x13, 0x15,
        0x00, 0x26, 0xFF, 0x00, 0x09, 0x02, 0x81, 0x00, 0x09, 0x02, 0x91, 0x00, 0xC0,
    ];

    #[test]
    fn a_unifying_receiver_speaks_short_long_and_dj() {
        let expected = Capabilities {
            short: true,
            long: true,
            very_long: None,
            dj: true,
        };
        assert_eq!(scan(UNIFYING), expected);
    }

    #[test]
    fn the_order_of_size_and_count_does_not_matter() {
        let swapped: Vec<u8> = [&BLE[..10], &BLE[12..14], &BLE[10..12], &BLE[14..]].concat();
        for descriptor in [BLE, &swapped] {
            assert_eq!(
                scan(descriptor),
                Capabilities {
                    long: true,
                    ..Default::default()
                }
            );
        }
    }

    #[test]
    fn a_report_10_off_the_vendor_pages_is_not_hidpp() {
        assert!(!scan(FOREIGN).is_hidpp());
    }

    #[test]
    fn a_descriptor_cut_anywhere_is_read_as_far_as_it_goes() {
        for len in 0..UNIFYING.len() {
            let _ = scan(&UNIFYING[..len]);
        }
        assert!(!scan(&[0xFE, 0xFF, 0xFF]).is_hidpp());
    }
}
