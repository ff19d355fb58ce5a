//! HID report descriptors: which HID++ reports a node has, if any.
//!
//! Items are parsed one by one, since their order varies (logiops issue 300). Sizes alone are not
//! sufficient: the report must be on a vendor usage page, so that no ping is sent to a device that
//! merely has a report `10`. On page FF43 the usage of the collection must announce the report,
//! too.

use super::{Report, ReportId};

/// Which HID++ reports a node accepts and sends. [`scan`] reads them; otherwise begin with
/// [`Self::NONE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Report `10`.
    pub short: bool,
    /// Report `11`.
    pub long: bool,
    /// Report `12`, with its length in bytes, id included.
    pub very_long: Option<u16>,
    /// DJ reports `20`: a receiver that can multiplex its devices' input to the kernel.
    pub dj: bool,
    /// Reports `50` or `51` of 64 bytes on page FFA0, in both directions: a headset with frames of
    /// Centurion instead of HID++ (Solaar pull request 3150; `HeadsetControl` pull request 478 for the
    /// page).
    pub centurion: Option<ReportId>,
}

impl Capabilities {
    /// No report at all.
    pub const NONE: Self = Self {
        short: false,
        long: false,
        very_long: None,
        dj: false,
        centurion: None,
    };

    /// The same with report `10`.
    #[must_use]
    pub const fn with_short(self) -> Self {
        Self {
            short: true,
            ..self
        }
    }

    /// The same with report `11`.
    #[must_use]
    pub const fn with_long(self) -> Self {
        Self { long: true, ..self }
    }

    /// The same with report `12` of this length in bytes, id included.
    #[must_use]
    pub const fn with_very_long(self, length: u16) -> Self {
        Self {
            very_long: Some(length),
            ..self
        }
    }

    /// The same with DJ reports `20`.
    #[must_use]
    pub const fn with_dj(self) -> Self {
        Self { dj: true, ..self }
    }

    /// The same with this report of Centurion, `50` or `51`.
    #[must_use]
    pub const fn with_centurion(self, report: ReportId) -> Self {
        Self {
            centurion: Some(report),
            ..self
        }
    }

    /// Whether the node speaks HID++ at all.
    pub const fn is_hidpp(self) -> bool {
        self.short || self.long
    }
}

/// Tag and type of the item prefixes that matter, size bits removed (HID 1.11, 6.2.2).
mod item {
    pub(super) const INPUT: u8 = 0x80;
    pub(super) const OUTPUT: u8 = 0x90;
    pub(super) const COLLECTION: u8 = 0xA0;
    pub(super) const END_COLLECTION: u8 = 0xC0;
    pub(super) const USAGE_PAGE: u8 = 0x04;
    pub(super) const USAGE: u8 = 0x08;
    pub(super) const REPORT_SIZE: u8 = 0x74;
    pub(super) const REPORT_ID: u8 = 0x84;
    pub(super) const REPORT_COUNT: u8 = 0x94;
    pub(super) const PUSH: u8 = 0xA4;
    pub(super) const POP: u8 = 0xB4;
    /// A long item: its length and tag follow in two bytes.
    pub(super) const LONG: u8 = 0xFE;
    /// The type of an item; all zero for a main item, after which usages begin again.
    pub(super) const TYPE: u8 = 0x0C;
}

mod page {
    /// The first vendor-defined usage page.
    pub(super) const VENDOR: u32 = 0xFF00;
    /// HID++ of newer devices. The high byte of a collection's usage is a mask of the reports that
    /// the device has, the low byte names that of this collection (cvuchener/hidpp
    /// `Dispatcher.cpp`).
    pub(super) const MASKED: u32 = 0xFF43;
    pub(super) const CENTURION: u32 = 0xFFA0;
}

/// The bits in the usage of a collection on page FF43.
mod mask {
    pub(super) const SHORT: u32 = 0x0100;
    pub(super) const LONG: u32 = 0x0200;
    pub(super) const VERY_LONG: u32 = 0x0400;
}

/// Data bytes of a Centurion report.
const CENTURION_COUNT: u32 = 63;

/// The items of a descriptor; a truncated item ends the sequence.
struct Items<'a>(&'a [u8]);

impl Iterator for Items<'_> {
    /// Tag with type, and value.
    type Item = (u8, u32);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&prefix, after) = self.0.split_first()?;
            if prefix == item::LONG {
                let len = usize::from(*after.first()?);
                self.0 = after.get(len + 2..)?;
                continue;
            }
            let size = match prefix & 0x03 {
                3 => 4,
                size => usize::from(size),
            };
            let (data, rest) = after.split_at_checked(size)?;
            self.0 = rest;
            let bytes = data.iter().rev();
            let value = bytes.fold(0, |value, &byte| (value << 8) | u32::from(byte));
            return Some((prefix & 0xFC, value));
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Globals {
    usage_page: u32,
    report_size: u32,
    report_count: u32,
    report_id: u32,
}

/// The page and the usage of an application collection.
#[derive(Clone, Copy, Default)]
struct Collection {
    page: u32,
    usage: u32,
}

impl Collection {
    fn new(page: u32, usage: u32) -> Self {
        match usage >> 16 {
            0 => Self { page, usage },
            // A usage of four bytes contains its page (HID 1.11, 6.2.2.8).
            page => Self {
                page,
                usage: usage & 0xFFFF,
            },
        }
    }

    /// Whether a report can be HID++ as far as this collection states.
    const fn announces(self, bit: u32) -> bool {
        self.page != page::MASKED || self.usage & bit != 0
    }
}

/// Reads a report descriptor; a truncated one is read up to the last complete item.
pub fn scan(descriptor: &[u8]) -> Capabilities {
    let mut found = Capabilities::NONE;
    let mut globals = Globals::default();
    let mut stack = Vec::new();
    let mut usage = None;
    let mut application = Collection::default();
    let mut depth = 0_u32;
    // The Centurion reports of each direction.
    let (mut sent, mut accepted) = (None, None);
    for (kind, value) in Items(descriptor) {
        match kind {
            item::USAGE_PAGE => globals.usage_page = value,
            item::USAGE => _ = usage.get_or_insert(value),
            item::REPORT_SIZE => globals.report_size = value,
            item::REPORT_ID => globals.report_id = value,
            item::REPORT_COUNT => globals.report_count = value,
            item::PUSH => stack.push(globals),
            item::POP => globals = stack.pop().unwrap_or_default(),
            item::COLLECTION => {
                if depth == 0 {
                    application = Collection::new(globals.usage_page, usage.unwrap_or_default());
                }
                depth = depth.saturating_add(1);
            }
            item::END_COLLECTION => depth = depth.saturating_sub(1),
            item::INPUT => {
                found.note(globals, application);
                sent = sent.or(centurion(globals));
            }
            item::OUTPUT => accepted = accepted.or(centurion(globals)),
            _ => {}
        }
        if kind & item::TYPE == 0 {
            usage = None;
        }
    }
    found.centurion = sent.filter(|_| sent == accepted);
    found
}

/// The Centurion report that a field belongs to, if any.
fn centurion(globals: Globals) -> Option<ReportId> {
    let is_centurion = globals.usage_page == page::CENTURION
        && globals.report_size == 8
        && globals.report_count == CENTURION_COUNT;
    let id = ReportId::from_byte(u8::try_from(globals.report_id).ok()?);
    id.filter(|id| is_centurion && id.is_centurion())
}

impl Capabilities {
    fn note(&mut self, globals: Globals, application: Collection) {
        if globals.usage_page < page::VENDOR || globals.report_size != 8 {
            return;
        }
        let Ok(count) = u16::try_from(globals.report_count) else {
            return;
        };
        let len = usize::from(count) + 1;
        match globals.report_id {
            0x10 if len == Report::SHORT_LEN && application.announces(mask::SHORT) => {
                self.short = true;
            }
            0x11 if len == Report::LONG_LEN && application.announces(mask::LONG) => {
                self.long = true;
            }
            0x12 if (Report::LONG_LEN..=Report::MAX_LEN).contains(&len)
                && application.announces(mask::VERY_LONG) =>
            {
                self.very_long = Some(count + 1);
            }
            0x20 => self.dj = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{BLE, BOLT, CENTURION, FOREIGN, UNIFYING};
    use super::*;

    /// The HID++ collections of a corded G815, usages 0602 and 0604 (keyboard-center issue 8);
    /// corded headsets have the same.
    const G_SERIES: &[u8] = &[
        0x06, 0x43, 0xFF, 0x0A, 0x02, 0x06, 0xA1, 0x01, 0x85, 0x11, 0x75, 0x08, 0x95, 0x13, 0x15,
        0x00, 0x26, 0xFF, 0x00, 0x09, 0x02, 0x81, 0x00, 0x09, 0x02, 0x91, 0x00, 0xC0, 0x06, 0x43,
        0xFF, 0x0A, 0x04, 0x06, 0xA1, 0x01, 0x85, 0x12, 0x75, 0x08, 0x95, 0x3F, 0x15, 0x00, 0x26,
        0xFF, 0x00, 0x09, 0x04, 0x81, 0x00, 0x09, 0x04, 0x91, 0x00, 0xC0,
    ];

    /// The dongle of a PRO X wireless headset (Solaar issue 1376): usage 0202, and a separate
    /// vendor collection with other reports of 8 bit fields.
    const HEADSET: &[u8] = &[
        0x05, 0x0C, 0x09, 0x01, 0xA1, 0x01, 0x85, 0x01, 0x09, 0xE9, 0x09, 0xEA, 0x75, 0x01, 0x95,
        0x02, 0x15, 0x00, 0x25, 0x01, 0x81, 0x02, 0xC0, 0x06, 0x43, 0xFF, 0x0A, 0x02, 0x02, 0xA1,
        0x01, 0x85, 0x11, 0x95, 0x13, 0x75, 0x08, 0x26, 0xFF, 0x00, 0x09, 0x02, 0x81, 0x00, 0x09,
        0x02, 0x91, 0x00, 0xC0, 0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x09, 0x22, 0xA1, 0x02,
        0x85, 0x90, 0x95, 0x0A, 0x81, 0x02, 0xC0, 0xC0,
    ];

    /// A collection on page FF43 with this usage and this report.
    fn masked(usage: u16, id: u8, count: u8) -> Vec<u8> {
        let [low, high] = usage.to_le_bytes();
        vec![
            0x06, 0x43, 0xFF, 0x0A, low, high, 0xA1, 0x01, 0x85, id, 0x75, 0x08, 0x95, count, 0x09,
            low, 0x81, 0x00, 0xC0,
        ]
    }

    #[test]
    fn a_unifying_receiver_speaks_short_long_and_dj() {
        let expected = Capabilities {
            short: true,
            long: true,
            dj: true,
            ..Default::default()
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
    fn a_bolt_receiver_speaks_short_and_long() {
        let expected = Capabilities {
            short: true,
            long: true,
            ..Default::default()
        };
        assert_eq!(scan(BOLT), expected);
    }

    #[test]
    fn a_corded_g_device_speaks_long_and_very_long() {
        let expected = Capabilities {
            long: true,
            very_long: Some(64),
            ..Default::default()
        };
        assert_eq!(scan(G_SERIES), expected);
    }

    #[test]
    fn a_headset_s_other_reports_are_not_hidpp() {
        let expected = Capabilities {
            long: true,
            ..Default::default()
        };
        assert_eq!(scan(HEADSET), expected);
    }

    #[test]
    fn a_racing_wheel_speaks_all_three() {
        let wheel = [
            masked(0x0701, 0x10, 6),
            masked(0x0702, 0x11, 19),
            masked(0x0704, 0x12, 63),
        ];
        let expected = Capabilities {
            short: true,
            long: true,
            very_long: Some(64),
            ..Default::default()
        };
        assert_eq!(scan(&wheel.concat()), expected);
    }

    #[test]
    fn on_page_ff43_a_report_must_be_announced() {
        assert!(scan(&masked(0x0101, 0x10, 6)).short);
        assert_eq!(scan(&masked(0x0601, 0x10, 6)), Capabilities::NONE);
        assert_eq!(scan(&masked(0x0502, 0x11, 19)), Capabilities::NONE);
        assert_eq!(scan(&masked(0x0304, 0x12, 63)), Capabilities::NONE);
    }

    #[test]
    fn a_usage_of_four_bytes_names_its_page() {
        let mut descriptor = masked(0x0202, 0x11, 19);
        descriptor.splice(0..6, [0x06, 0x00, 0xFF, 0x0B, 0x02, 0x04, 0x43, 0xFF]);
        assert!(!scan(&descriptor).long, "mask 04 is very long only");
        descriptor[5] = 0x02;
        assert!(scan(&descriptor).long);
    }

    #[test]
    fn a_nested_collection_belongs_to_the_application() {
        let (start, end) = BLE.split_at(19);
        let inner = [0x09, 0x05, 0xA1, 0x02];
        assert!(scan(&[start, &inner, end, &[0xC0]].concat()).long);
    }

    #[test]
    fn a_centurion_headset_does_not_speak_hidpp() {
        let expected = Capabilities::NONE.with_centurion(ReportId::Centurion);
        assert_eq!(scan(CENTURION), expected);
        let mut addressed = CENTURION.to_vec();
        addressed[8] = 0x50;
        let expected = Capabilities::NONE.with_centurion(ReportId::CenturionAddressed);
        assert_eq!(scan(&addressed), expected);
        let mut input_only = CENTURION.to_vec();
        input_only[24] = 0x81;
        assert_eq!(scan(&input_only), Capabilities::NONE);
        let mut elsewhere = CENTURION.to_vec();
        elsewhere[1] = 0x43;
        assert_eq!(scan(&elsewhere), Capabilities::NONE);
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
