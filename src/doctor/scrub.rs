//! Removes identifying information from texts.

use super::look::{Answer, Facts, UpowerDevice, Whose};
use crate::bus::upower::Identity;
use crate::device::{Device, Link, Receiver};
use crate::transport::Bus;

/// The length of the shortest number that is removed: a shorter one occurs everywhere and
/// identifies nothing.
const SHORTEST: usize = 6;

/// Removes serial numbers, addresses, and the names of people and machines from texts. Each is
/// replaced by the same placeholder wherever it occurs.
#[derive(Debug, Default)]
pub(super) struct Scrubber {
    /// Letters and digits, found in any spelling: `392A0750` also as `39-2a-07-50`.
    numbers: Vec<String>,
    /// Found as whole words, with their placeholders.
    words: Vec<(String, &'static str)>,
}

impl Scrubber {
    /// A scrubber for everything in these facts.
    pub(super) fn of(facts: &Facts) -> Self {
        let mut scrubber = Self::default();
        scrubber.add_whose(&facts.whose);
        if let Ok(devices) = &facts.devices {
            scrubber.add_devices(&devices.receivers, &devices.devices);
        }
        for on in facts.buses.iter().filter_map(|it| it.seen.as_ref().ok()) {
            if let Answer::State {
                receivers, devices, ..
            } = &on.answer
            {
                scrubber.add_devices(receivers, devices);
            }
            let upower = on.upower.iter().flat_map(|it| &it.devices).flatten();
            for device in upower {
                scrubber.add_upower_device(device);
            }
        }
        for id in facts.files.iter().flat_map(|it| &it.ids) {
            scrubber.add_id(id);
        }
        for node in facts.nodes() {
            let info = &node.info;
            scrubber.add_number(info.uniq.as_deref().unwrap_or_default());
            if info.bus == Bus::Bluetooth {
                scrubber.add_number(info.phys.as_deref().unwrap_or_default());
                // The user may have named it.
                scrubber.add_word(info.name.as_deref().unwrap_or_default(), "(name)");
            }
        }
        scrubber
    }

    fn add_whose(&mut self, whose: &Whose) {
        // First, since it contains the user's name.
        self.add_word(whose.home.as_deref().unwrap_or_default(), "~");
        self.add_word(whose.host.as_deref().unwrap_or_default(), "(host)");
        for user in &whose.users {
            self.add_word(user, "(user)");
        }
    }

    fn add_devices(&mut self, receivers: &[Receiver], devices: &[Device]) {
        for receiver in receivers {
            // All fields are listed, so that adding one forces a decision here whether it is a
            // secret.
            let Receiver {
                serial,
                // Made of the serial number, or of USB ids and a node.
                id: _,
                model: _,
                vendor: _,
                product: _,
                node: _,
                firmware: _,
                slots: _,
                paired: _,
            } = receiver;
            self.add_number(serial.as_deref().unwrap_or_default());
        }
        for device in devices {
            let Device {
                serial,
                name,
                full_name,
                // Made of model and serial number; ids of files are split (`add_id`).
                id: _,
                // Addresses are found by their form.
                link: _,
                other_links: _,
                // As `name`: clients do not receive it.
                stored_name: _,
                kind: _,
                wpid: _,
                protocol: _,
                firmware: _,
                power_switch: _,
                presence: _,
                seen: _,
                has_battery: _,
                battery: _,
                light: _,
                forecast: _,
                // The service has none.
                preferences: _,
            } = device;
            self.add_number(serial.as_deref().unwrap_or_default());
            let is_bluetooth =
                |link: &Link| matches!(link, Link::Direct { bus, .. } if bus == "bluetooth");
            if device.links().any(|(link, _)| is_bluetooth(link)) {
                for name in [name, full_name].into_iter().flatten() {
                    self.add_word(name, "(name)");
                }
            }
        }
    }

    fn add_upower_device(&mut self, device: &UpowerDevice) {
        let UpowerDevice {
            identity:
                Identity {
                    serial,
                    // The kernel's, or an address.
                    native: _,
                    model: _,
                },
            object: _,
        } = device;
        self.add_number(serial);
    }

    /// Adds the secret part of a device id, for a device that may be known from its id only: the
    /// part after the model (which is not a secret), which is its serial number, or that of its
    /// receiver with a slot.
    fn add_id(&mut self, id: &str) {
        let number = id.split_once('-').map_or(id, |(_, number)| number);
        self.add_number(number);
        if let Some((receiver, _slot)) = number.rsplit_once('-') {
            self.add_number(receiver);
        }
    }

    fn add_number(&mut self, text: &str) {
        let number: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let number = number.to_uppercase();
        if number.len() >= SHORTEST
            && number.chars().any(|it| it != '0')
            && !self.numbers.contains(&number)
        {
            self.numbers.push(number);
        }
    }

    fn add_word(&mut self, word: &str, instead: &'static str) {
        // Common names, which are not secrets.
        let common = ["", "/", "/root", "root", "localhost"];
        if !common.contains(&word) {
            self.words.push((word.to_owned(), instead));
        }
    }

    /// The text with secrets, and anything in the form of an address, replaced.
    pub(super) fn scrub(&self, text: &str) -> String {
        let lines: Vec<String> = text.lines().map(|line| self.scrub_line(line)).collect();
        let end = if text.ends_with('\n') { "\n" } else { "" };
        lines.join("\n") + end
    }

    fn scrub_line(&self, line: &str) -> String {
        let mut clean = String::with_capacity(line.len());
        let mut rest = line;
        let mut before = None;
        while let Some(next) = rest.chars().next() {
            let (len, instead) = self
                .secret(before, rest)
                .unwrap_or_else(|| (next.len_utf8(), next.to_string()));
            clean += &instead;
            let (taken, left) = rest.split_at_checked(len).unwrap_or((rest, ""));
            before = taken.chars().next_back();
            rest = left;
        }
        clean
    }

    /// The length of the secret at the start of a text, and its placeholder.
    fn secret(&self, before: Option<char>, text: &str) -> Option<(usize, String)> {
        for (number, secret) in self.numbers.iter().enumerate() {
            if let Some(len) = spelt(text, secret) {
                return Some((len, format!("(serial {})", number + 1)));
            }
        }
        let inside = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
        if inside(before) {
            return None;
        }
        for (word, instead) in &self.words {
            let after = text.strip_prefix(word.as_str());
            if after.is_some_and(|after| !inside(after.chars().next())) {
                return Some((word.len(), (*instead).to_owned()));
            }
        }
        address(text).map(|len| (len, "(address)".to_owned()))
    }
}

/// The length of a number at the start of a text, in any case and with or without separators
/// between its digits.
fn spelt(text: &str, number: &str) -> Option<usize> {
    let mut len = 0;
    let mut rest = text.chars().peekable();
    for (place, wanted) in number.chars().enumerate() {
        if place > 0 {
            len += usize::from(rest.next_if(|it| "-:_ ".contains(*it)).is_some());
        }
        rest.next_if(|it| it.eq_ignore_ascii_case(&wanted))?;
        len += 1;
    }
    Some(len)
}

/// The length of a Bluetooth address, or another of six bytes, at the start of a text:
/// `e4:5f:01:02:03:04`, in object paths `E4_5F_01_02_03_04`.
fn address(text: &str) -> Option<usize> {
    const LEN: usize = 17;
    let head = text.get(..LEN)?;
    let more = text.get(LEN..)?.chars().next();
    let is_digit = |it: char| it.is_ascii_hexdigit();
    let fits = head.chars().enumerate().all(|(place, it)| match place % 3 {
        2 => matches!(it, ':' | '_'),
        _ => is_digit(it),
    });
    (fits && !more.is_some_and(is_digit)).then_some(LEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubber() -> Scrubber {
        let mut scrubber = Scrubber::default();
        scrubber.add_number("392A0750");
        scrubber.add_number("39-2a-07-51");
        scrubber.add_whose(&Whose {
            host: Some("attic".to_owned()),
            users: vec!["anna".to_owned(), "root".to_owned()],
            home: Some("/home/anna".to_owned()),
        });
        scrubber
    }

    #[test]
    fn a_serial_number_is_found_however_it_is_written() {
        for text in [
            "392A0750",
            "392a0750",
            "39-2a-07-50",
            "39:2A:07:50",
            "39_2a_07_50",
            "39 2a 07 50",
        ] {
            assert_eq!(
                scrubber().scrub(&format!("4002-{text}!\n")),
                "4002-(serial 1)!\n"
            );
        }
        assert_eq!(
            scrubber().scrub("hidpp_4002_392A0751"),
            "hidpp_4002_(serial 2)"
        );
    }

    #[test]
    fn people_and_machines_are_found_as_whole_words() {
        let scrub = |text| scrubber().scrub(text);
        assert_eq!(
            scrub("/home/anna/.cache of anna@attic"),
            "~/.cache of (user)@(host)"
        );
        assert_eq!(
            scrub("annals of the attics, by root"),
            "annals of the attics, by root"
        );
    }

    #[test]
    fn any_address_is_found() {
        let scrub = |text| scrubber().scrub(text);
        assert_eq!(scrub("B034-E4:5F:01:02:03:04"), "B034-(address)");
        assert_eq!(scrub("/hci0/dev_E4_5F_01_02_03_04"), "/hci0/dev_(address)");
        let other = "11 ff 83 b5 03 00 00 of 0000:00:14.0";
        assert_eq!(scrub(other), other);
    }

    #[test]
    fn short_texts_and_zeros_are_not_secrets() {
        let mut scrubber = Scrubber::default();
        for text in ["12345", "00-00-00-00", ""] {
            scrubber.add_number(text);
        }
        assert_eq!(scrubber.scrub("12345 00000000"), "12345 00000000");
    }
}
