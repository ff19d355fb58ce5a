//! Uevents: parses the messages by which the kernel and udev report hotplug.
//!
//! The kernel writes `add@/devices/…`, a NUL, then `KEY=value` and a NUL for each property,
//! `SEQNUM` last (Linux `lib/kobject_uevent.c`). udev, once its rules have run, replaces the first
//! string by a header (systemd `sd-device/device-monitor.c`):
//!
//! | offset | size | what |
//! |---|---|---|
//! | 0 | 8 | `libudev`, NUL |
//! | 8 | 4 | the mark FEEDCAFE, big endian |
//! | 12 | 4 | size of the header; this and the following in native byte order |
//! | 16 | 4 | offset of the properties |
//! | 20 | 4 | their length |
//! | 24 | 16 | hashes by which receivers can filter |
//!
//! Truncated messages are rejected.

/// A device was added, removed or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Uevent<'a> {
    pub(super) action: Action<'a>,
    /// Its path in sysfs, without `/sys`.
    pub(super) devpath: &'a str,
    /// `hidraw`, `power_supply`, …
    pub(super) subsystem: &'a str,
    /// Its file, if it has one: `hidraw3` from the kernel, `/dev/hidraw3` from udev.
    pub(super) devname: Option<&'a str>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action<'a> {
    Add,
    Remove,
    /// `change`, `bind`, `move` and similar.
    Other(&'a str),
}

impl<'a> From<&'a str> for Action<'a> {
    fn from(text: &'a str) -> Self {
        match text {
            "add" => Self::Add,
            "remove" => Self::Remove,
            other => Self::Other(other),
        }
    }
}

const UDEV_PREFIX: [u8; 8] = *b"libudev\0";
const UDEV_MARK: u32 = 0xFEED_CAFE;
/// The header of the first version; later ones may be longer.
const UDEV_HEADER: usize = 40;

/// Parses a message of the kernel.
pub(super) fn parse_kernel(message: &[u8]) -> Option<Uevent<'_>> {
    let end = message.iter().position(|&byte| byte == 0)?;
    let (head, rest) = message.split_at_checked(end + 1)?;
    let head = std::str::from_utf8(head.strip_suffix(b"\0")?).ok()?;
    let (action, devpath) = head.split_once('@')?;
    let properties = Properties::new(rest)?;
    // SEQNUM is the last property: without it, the message was truncated.
    properties.value("SEQNUM")?;
    let event = properties.event()?;
    (event.action == Action::from(action) && event.devpath == devpath).then_some(event)
}

/// Parses a message of udev.
pub(super) fn parse_udev(message: &[u8]) -> Option<Uevent<'_>> {
    let (prefix, rest) = message.split_first_chunk()?;
    let (mark, rest) = rest.split_first_chunk()?;
    if *prefix != UDEV_PREFIX || u32::from_be_bytes(*mark) != UDEV_MARK {
        return None;
    }
    let (size, rest) = split_number(rest)?;
    let (offset, rest) = split_number(rest)?;
    let (len, _) = split_number(rest)?;
    if size < UDEV_HEADER || offset < size {
        return None;
    }
    let properties = message.get(offset..offset.checked_add(len)?)?;
    Properties::new(properties)?.event()
}

fn split_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u32::from_ne_bytes(*number)).ok()?, rest))
}

/// `KEY=value` strings, each terminated by a NUL.
#[derive(Clone, Copy)]
struct Properties<'a>(&'a [u8]);

impl<'a> Properties<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        bytes.strip_suffix(b"\0").map(Self)
    }

    fn value(self, key: &str) -> Option<&'a str> {
        let mut lines = self.0.split(|&byte| byte == 0);
        let value = lines.find_map(|line| {
            line.strip_prefix(key.as_bytes())
                .and_then(|rest| rest.strip_prefix(b"="))
        });
        std::str::from_utf8(value?).ok()
    }

    fn event(self) -> Option<Uevent<'a>> {
        Some(Uevent {
            action: self.value("ACTION")?.into(),
            devpath: self.value("DEVPATH").filter(|it| it.starts_with('/'))?,
            subsystem: self.value("SUBSYSTEM")?,
            devname: self.value("DEVNAME"),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::transport) const DEVPATH: &str =
        "/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.2/0003:046D:C52B.0007/hidraw/hidraw3";

    /// A message of the kernel about the node hidraw3, in the order of `kobject_uevent_env`.
    pub(in crate::transport) fn kernel_message(action: &str, subsystem: &str) -> Vec<u8> {
        format!(
            "{action}@{DEVPATH}\0ACTION={action}\0DEVPATH={DEVPATH}\0SUBSYSTEM={subsystem}\0\
             MAJOR=243\0MINOR=3\0DEVNAME=hidraw3\0SEQNUM=4711\0"
        )
        .into_bytes()
    }

    /// udev's message about the same.
    pub(in crate::transport) fn udev_message(action: &str, subsystem: &str) -> Vec<u8> {
        let properties = format!(
            "ACTION={action}\0DEVPATH={DEVPATH}\0SUBSYSTEM={subsystem}\0DEVNAME=/dev/hidraw3\0\
             SEQNUM=4711\0USEC_INITIALIZED=81921334\0MAJOR=243\0MINOR=3\0TAGS=:uaccess:\0"
        );
        let mut message = UDEV_PREFIX.to_vec();
        message.extend([0xFE, 0xED, 0xCA, 0xFE]);
        let len = u32::try_from(properties.len()).unwrap();
        for number in [40, 40, len, 0x1234_5678, 0, 0, 0] {
            message.extend(number.to_ne_bytes());
        }
        message.extend(properties.into_bytes());
        message
    }

    #[test]
    fn a_kernel_message_about_an_added_node_is_parsed() {
        let message = kernel_message("add", "hidraw");
        let expected = Uevent {
            action: Action::Add,
            devpath: DEVPATH,
            subsystem: "hidraw",
            devname: Some("hidraw3"),
        };
        assert_eq!(parse_kernel(&message), Some(expected));
        // Each parser accepts only its own format.
        assert_eq!(parse_udev(&message), None);
    }

    #[test]
    fn a_udev_message_about_a_removed_node_is_parsed() {
        let message = udev_message("remove", "hidraw");
        let expected = Uevent {
            action: Action::Remove,
            devpath: DEVPATH,
            subsystem: "hidraw",
            devname: Some("/dev/hidraw3"),
        };
        assert_eq!(parse_udev(&message), Some(expected));
        assert_eq!(parse_kernel(&message), None);
    }

    #[test]
    fn a_message_about_a_device_without_a_file_is_parsed() {
        // As written by Linux 6.18.
        let message = b"change@/devices/virtual/net/lo\0ACTION=change\0\
            DEVPATH=/devices/virtual/net/lo\0SUBSYSTEM=net\0SYNTH_UUID=0\0INTERFACE=lo\0\
            IFINDEX=1\0SEQNUM=815\0";
        let expected = Uevent {
            action: Action::Other("change"),
            devpath: "/devices/virtual/net/lo",
            subsystem: "net",
            devname: None,
        };
        assert_eq!(parse_kernel(message), Some(expected));
    }

    #[test]
    fn a_message_truncated_anywhere_is_rejected() {
        let kernel = kernel_message("add", "hidraw");
        for len in 0..kernel.len() {
            assert_eq!(parse_kernel(&kernel[..len]), None, "{len}");
        }
        let udev = udev_message("add", "hidraw");
        for len in 0..udev.len() {
            assert_eq!(parse_udev(&udev[..len]), None, "{len}");
        }
    }

    #[test]
    fn a_longer_header_is_skipped() {
        let mut message = udev_message("add", "hidraw");
        message.splice(40..40, [0xAA; 8]);
        for at in [12, 16] {
            message[at..at + 4].copy_from_slice(&48_u32.to_ne_bytes());
        }
        assert_eq!(parse_udev(&message).unwrap().subsystem, "hidraw");
    }

    #[test]
    fn an_inconsistent_header_is_rejected() {
        let good = udev_message("add", "hidraw");
        for (at, number) in [
            // Prefix and mark.
            (4, 0),
            (8, u32::from_ne_bytes([0xCA, 0xFE, 0xFE, 0xED])),
            // A header that is too short; properties inside it, past the end, longer than the rest.
            (12, 39),
            (16, 39),
            (16, u32::MAX),
            (20, 1000),
            (20, u32::MAX),
        ] {
            let mut message = good.clone();
            message[at..at + 4].copy_from_slice(&number.to_ne_bytes());
            assert_eq!(parse_udev(&message), None, "{number} at {at}");
        }
    }

    #[test]
    fn an_inconsistent_first_line_is_rejected() {
        let text = String::from_utf8(kernel_message("add", "hidraw")).unwrap();
        for (from, to) in [
            ("add@", "remove@"),
            ("add@/devices", "add@/devicez"),
            ("add@", "add"),
            ("DEVPATH=/", "DEVPATH="),
            ("ACTION=", "OPTION="),
            ("SUBSYSTEM=", "SUBSYSTEMS="),
        ] {
            let wrong = text.replacen(from, to, 1);
            assert_ne!(wrong, text);
            assert_eq!(parse_kernel(wrong.as_bytes()), None, "{to}");
        }
    }

    proptest! {
        #[test]
        fn no_message_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            _ = parse_kernel(&bytes);
            _ = parse_udev(&bytes);
        }

        #[test]
        fn no_damage_panics(at in 0_usize..200, bytes in any::<[u8; 4]>()) {
            for mut message in [kernel_message("add", "hidraw"), udev_message("add", "hidraw")] {
                message[at..at + 4].copy_from_slice(&bytes);
                _ = parse_kernel(&message);
                _ = parse_udev(&message);
            }
        }

        #[test]
        fn written_messages_are_parsed(action in "[a-z]{1,9}", subsystem in "[a-z0-9_-]{0,20}") {
            let kernel = kernel_message(&action, &subsystem);
            let udev = udev_message(&action, &subsystem);
            for event in [parse_kernel(&kernel), parse_udev(&udev)] {
                let event = event.unwrap();
                prop_assert_eq!(event.action, Action::from(action.as_str()));
                prop_assert_eq!(event.subsystem, subsystem.as_str());
                prop_assert_eq!(event.devpath, DEVPATH);
            }
        }
    }
}
