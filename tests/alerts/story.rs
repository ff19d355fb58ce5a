//! Stories in lines: a time, a device, and what it reports.
//!
//! | word | meaning |
//! |---|---|
//! | `21` | the charge in percent |
//! | `low`, `good`, … | the charge as a step |
//! | `≈30` | a percentage that is a step |
//! | `charging`, `full`, `error` | the state; the default is discharging |
//! | `?` | the device flags the value as unreliable |
//! | `12lux` | the light |
//! | `old` | the reading is two days old |
//! | `cable` | the device is reached over another link |
//! | `gone` | the device is no longer reachable over this link |
//!
//! A line with only a time advances to it, or sets the clock back if it is earlier; `woken` runs
//! the timers, and `restart` restarts the program with its stored state.

use std::time::Duration;

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::units::{Lux, Percent, PercentPoints, Timestamp};
use hidpp_proto::wire::Slot;
use jiff::tz::TimeZone;
use solar_status::alerts::{Alerts, Bubble, Memory, Order};
use solar_status::config::{Configuration, parse};
use solar_status::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Device, Light, Link, Presence, ValueKind,
};

const TWO_DAYS: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// The notifications of a story, one per line: the time, and what was shown or withdrawn (`-`).
pub(crate) fn story(configuration: &str, lines: &str) -> Vec<String> {
    play(configuration, lines).seen
}

/// Plays a story to its end.
pub(crate) fn play(configuration: &str, lines: &str) -> Story {
    let mut story = Story::new(parse(configuration).unwrap());
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        story.play(line.trim());
    }
    story
}

pub(crate) struct Story {
    configuration: Configuration,
    alerts: Alerts,
    now: Timestamp,
    pub(crate) seen: Vec<String>,
    /// For which devices a re-reading was requested, and when.
    pub(crate) read_again: Vec<String>,
}

impl Story {
    pub(crate) fn new(configuration: Configuration) -> Self {
        let alerts = Alerts::new(
            configuration.notify.settings,
            TimeZone::UTC,
            Memory::default(),
        );
        Self {
            configuration,
            alerts,
            now: Timestamp::START,
            seen: Vec::new(),
            read_again: Vec::new(),
        }
    }

    fn play(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let mut word = words.next().unwrap();
        let mut hours = 0;
        if let Some(days) = word.strip_suffix('d') {
            hours = 24 * days.parse::<u64>().unwrap();
            word = words.next().unwrap();
        }
        let (hour, minute) = word.split_once(':').unwrap();
        let minutes = (hours + hour.parse::<u64>().unwrap()) * 60 + minute.parse::<u64>().unwrap();
        self.pass(Timestamp::from_start(Duration::from_secs(minutes * 60)));
        let Some(name) = words.next() else {
            return;
        };
        if name == "woken" {
            let orders = self.alerts.advance(self.now);
            self.see(&orders);
            return;
        }
        if name == "restart" {
            // The state as it is stored in the file.
            let memory = serde_json::to_string(self.alerts.memory()).unwrap();
            let memory = serde_json::from_str(&memory).unwrap();
            self.alerts = Alerts::new(self.configuration.notify.settings, TimeZone::UTC, memory);
            return;
        }
        let words: Vec<&str> = words.collect();
        let device = device(name, &words, self.now);
        if words.contains(&"gone") {
            let orders = self.alerts.remove(&device, self.now);
            self.see(&orders);
        } else {
            self.take(&device);
        }
    }

    /// The stored state.
    pub(crate) fn memory(&self) -> &Memory {
        self.alerts.memory()
    }

    pub(crate) fn take(&mut self, device: &Device) {
        let mut device = device.clone();
        self.configuration.apply(&mut device, &[]);
        let orders = self.alerts.take(&device, self.now);
        self.see(&orders);
    }

    /// Advances the time, running each timer when it is due.
    pub(crate) fn pass(&mut self, until: Timestamp) {
        while let Some(due) = self.alerts.due(self.now).filter(|due| *due <= until) {
            assert!(due > self.now, "the timer would fire without end");
            self.now = due;
            let orders = self.alerts.advance(due);
            self.see(&orders);
        }
        self.now = until;
    }

    fn see(&mut self, orders: &[Order]) {
        let minutes = self.now.since_start().as_secs() / 60;
        let (day, hour, minute) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let time = format!("{day}d {hour:02}:{minute:02}");
        for order in orders {
            if let Order::ReadAgain(device) = order {
                self.read_again
                    .push(format!("{time} {}", device.name.clone().unwrap()));
                continue;
            }
            self.seen.push(format!("{time} {}", read(order)));
        }
    }
}

fn read(order: &Order) -> String {
    match order {
        Order::Show(_, alert) => {
            let name = alert.device.name.clone().unwrap();
            let twin = if alert.has_namesake {
                " (one of two)"
            } else {
                ""
            };
            format!("{name} {}{twin}", alert.kind.name())
        }
        Order::Sum(alerts) => {
            let names = alerts.iter().map(|it| {
                let name = it.device.name.clone().unwrap();
                format!("{name} {}", it.kind.name())
            });
            format!("all: {}", names.collect::<Vec<_>>().join(", "))
        }
        Order::Withdraw(Bubble::Charge(key)) => format!("- charge of {key}"),
        Order::Withdraw(Bubble::Light(key)) => format!("- light of {key}"),
        Order::Withdraw(Bubble::Summary) => "- summary".to_owned(),
        Order::ReadAgain(_) => unreachable!("a re-reading is not shown"),
    }
}

/// A device that has its name as serial number, with the values of these words.
fn device(name: &str, words: &[&str], now: Timestamp) -> Device {
    let link = if words.contains(&"cable") {
        Link::Direct {
            node: "/dev/hidraw1".to_owned(),
            bus: "usb".to_owned(),
            product: 0xC094,
        }
    } else {
        Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        }
    };
    let mut device = Device {
        presence: Presence::Online,
        name: Some(name.trim_end_matches('\'').to_owned()),
        serial: Some(name.to_owned()),
        ..Device::new(name.to_owned(), link)
    };
    if !words.iter().all(|word| ["gone", "cable"].contains(word)) {
        device.battery = Some(battery(name, words, now));
    }
    let lux = words.iter().find_map(|word| word.strip_suffix("lux"));
    device.light = lux.map(|lux| Light {
        lux: Lux(lux.parse().unwrap()),
        trusted: true,
        at: now,
    });
    device
}

fn battery(name: &str, words: &[&str], now: Timestamp) -> Battery {
    let at = if words.contains(&"old") {
        Timestamp::from_start(now.since_start().saturating_sub(TWO_DAYS))
    } else {
        now
    };
    let source = if name.starts_with("K750") {
        BatterySource::SOLAR
    } else {
        BatterySource::Feature(BatteryFeature::Unified)
    };
    let state = ChargeState::Discharging;
    let mut battery = Battery::state_only(source, ValueKind::Percent, state, at);
    for word in words {
        match *word {
            "charging" => battery.state = ChargeState::Charging,
            "full" => battery.state = ChargeState::Full,
            "error" => battery.state = ChargeState::ChargingError,
            "invalid" => battery.state = ChargeState::InvalidBattery,
            "hot" => battery.state = ChargeState::ThermalError,
            "dry" => battery.rechargeable = Some(false),
            "rechargeable" => battery.rechargeable = Some(true),
            "?" => battery.trusted = false,
            "old" | "cable" => {}
            word if word.ends_with("lux") => {}
            word => {
                if let Some((percent, margin)) = word.split_once('±') {
                    battery.percent = Percent::new(percent.parse().unwrap());
                    battery.margin = Some(PercentPoints(margin.parse().unwrap()));
                    battery.value_kind = ValueKind::Voltage;
                } else if let Some(level) = BatteryLevel::from_name(word) {
                    battery.level = Some(level);
                    battery.value_kind = ValueKind::Steps;
                } else {
                    let percent = word.trim_start_matches('≈').parse().unwrap();
                    battery.percent = Percent::new(percent);
                    if word.starts_with('≈') {
                        battery.value_kind = ValueKind::Steps;
                        battery.level = battery.percent.map(BatteryLevel::of);
                    }
                }
            }
        }
    }
    battery
}
