use std::time::Duration;

use super::*;
use crate::clock::VirtualClock;
use crate::device::{Battery, OtherLink, Presence, TimeBasis, TimeLeft, TimeLeftUntil};
use crate::manager::{Memory, Obstacle, OpenNode, Query, Unreadable, read_status};
use crate::nodes::{SimulatedNode, numbered};
use crate::transport::{Bus, NodeInfo};
use hidpp_proto::feature::battery_level_status::read_level;
use hidpp_proto::feature::battery_voltage::read_voltage;
use hidpp_proto::feature::unified_battery::read_status as read_unified;
use hidpp_proto::session::Wanted;
use hidpp_proto::units::Percent;
use hidpp_proto::wire::Slot;
use hidpp_sim::Plugged;
use hidpp_sim::receiver::Receiver as SimulatedReceiver;
use hidpp_sim::scenario::{self, K750, M705};
use test_support::report;

const WIDE: Style = Style {
    color: false,
    unicode: true,
    width: None,
};

fn read(nodes: Vec<(NodeInfo, Plugged)>, wanted: Wanted, clock: &mut VirtualClock) -> Snapshot {
    read_with(nodes, wanted, &mut Memory::default(), clock)
}

fn read_with(
    nodes: Vec<(NodeInfo, Plugged)>,
    wanted: Wanted,
    memory: &mut Memory,
    clock: &mut VirtualClock,
) -> Snapshot {
    let query = Query::once(wanted, Duration::from_secs(10));
    let open = |(info, plugged)| OpenNode {
        info,
        transport: Box::new(SimulatedNode(plugged)),
    };
    let nodes = nodes.into_iter().map(open).collect();
    read_status(nodes, &query, memory, clock).unwrap()
}

fn desk() -> Vec<(NodeInfo, Plugged)> {
    vec![(
        NodeInfo::unifying("/dev/hidraw0"),
        Plugged::Receiver(scenario::desk()),
    )]
}

fn drawn(snapshot: &Snapshot, style: Style) -> String {
    let mut out = Vec::new();
    print(&mut out, snapshot, false, style).unwrap();
    String::from_utf8(out).unwrap()
}

fn table(width: usize) -> String {
    let style = Style {
        width: Some(width),
        ..WIDE
    };
    drawn(
        &read(desk(), Wanted::BATTERY, &mut VirtualClock::default()),
        style,
    )
}

#[test]
fn a_narrow_terminal_shows_the_most_important_columns() {
    for (width, headings) in [
        (
            100,
            "SLOT  DEVICE  KIND      CHARGE            STATE        VOLTAGE  LIGHT         READ",
        ),
        (
            80,
            "SLOT  DEVICE  KIND      CHARGE            STATE        LIGHT         READ",
        ),
        (60, "SLOT  DEVICE  CHARGE            STATE        LIGHT"),
        (50, "SLOT  DEVICE  CHARGE  STATE        LIGHT"),
        (45, "DEVICE  CHARGE  STATE        LIGHT"),
        (35, "DEVICE  CHARGE  STATE"),
    ] {
        let table = table(width);
        assert_eq!(
            table.lines().nth(1).unwrap().trim(),
            headings,
            "{width}\n{table}"
        );
        let widest = table.lines().map(UnicodeWidthStr::width).max().unwrap();
        assert!(widest <= width.max(40), "{widest} of {width}\n{table}");
        assert!(table.contains("57 %"), "{table}");
    }
}

#[test]
fn the_age_of_an_absent_device_stays_on_a_narrow_terminal() {
    let mut snapshot = read(desk(), Wanted::BATTERY, &mut VirtualClock::default());
    let mut m705 = snapshot.devices.iter_mut();
    let m705 = m705.find(|it| it.name.as_deref() == Some("M705")).unwrap();
    m705.presence = Presence::Offline;
    snapshot.at += Duration::from_secs(3 * 60 * 60);
    for width in [100, 60, 45] {
        let style = Style {
            width: Some(width),
            ..WIDE
        };
        let table = drawn(&snapshot, style);
        let line = table.lines().find(|it| it.contains("M705")).unwrap();
        assert!(line.contains("3 h ago"), "{width}\n{table}");
        assert!(line.contains("65 %"), "{width}\n{table}");
    }
}

#[test]
fn only_receivers_of_chosen_devices_have_a_heading() {
    let other = Plugged::Receiver(SimulatedReceiver::new([0xA0, 0, 0, 9]));
    let mut nodes = desk();
    nodes.push((NodeInfo::unifying("/dev/hidraw9"), other));
    let mut snapshot = read(nodes, Wanted::BATTERY, &mut VirtualClock::default());
    snapshot.unreadable.push(g435());
    let mut out = Vec::new();
    print(&mut out, &snapshot, true, WIDE).unwrap();
    let chosen = String::from_utf8(out).unwrap();
    assert!(chosen.contains("/dev/hidraw0"), "{chosen}");
    for part in ["/dev/hidraw9", "G435"] {
        assert!(!chosen.contains(part), "{chosen}");
        assert!(drawn(&snapshot, WIDE).contains(part));
    }
}

fn g435() -> Unreadable {
    Unreadable {
        unit: "usb-0000:00:14.0-3".to_owned(),
        name: Some("Logitech G435".to_owned()),
        bus: Bus::Usb,
        vendor: 0x046D,
        product: 0x0ACB,
        node: "/dev/hidraw7".to_owned(),
        obstacle: Obstacle::NoHidpp,
    }
}

#[test]
fn unreadable_hardware_is_listed_below_with_the_reason() {
    let mut snapshot = read(desk(), Wanted::BATTERY, &mut VirtualClock::default());
    snapshot.unreadable.push(g435());
    let table = drawn(&snapshot, WIDE);
    let end = "\n\nCannot be read\n  Logitech G435 (046D:0ACB): it does not speak HID++\n";
    assert!(table.ends_with(end), "{table}");
}

#[test]
fn requested_firmware_has_a_column() {
    assert!(!table(100).contains("FIRMWARE"));
    let wanted = Wanted::BATTERY | Wanted::FIRMWARE;
    let table = drawn(&read(desk(), wanted, &mut VirtualClock::default()), WIDE);
    assert!(
        table.contains("FIRMWARE") && table.contains("RQK 33.00.B0015"),
        "{table}"
    );
}

#[test]
fn all_groups_share_one_heading() {
    let snapshot = read(
        numbered("simulated", scenario::full()),
        Wanted::BATTERY,
        &mut VirtualClock::default(),
    );
    for width in [80, 100, 120, 200] {
        let style = Style {
            width: Some(width),
            ..WIDE
        };
        let table = drawn(&snapshot, style);
        assert_eq!(table.matches("DEVICE").count(), 1, "{table}");
        let heading = table.lines().find(|line| line.contains("STATE")).unwrap();
        let state = column_of(heading, "STATE");
        let mut seen = 0;
        for line in table.lines().filter(|line| line.contains("discharging")) {
            assert_eq!(column_of(line, "discharging"), state, "{width}\n{table}");
            seen += 1;
        }
        assert!(seen > 40, "{seen}");
        let widest = table.lines().map(UnicodeWidthStr::width).max().unwrap();
        assert!(widest <= width, "{widest} of {width}\n{table}");
        assert!(table.contains("█  █  █  ·"), "{width}: a bar\n{table}");
    }
}

/// Returns the column of the screen at which a word starts.
fn column_of(line: &str, word: &str) -> usize {
    line.split(word).next().unwrap().width()
}

#[test]
fn devices_without_a_receiver_are_sorted_by_name_under_their_bus() {
    let snapshot = read(
        numbered("simulated", scenario::full()),
        Wanted::BATTERY,
        &mut VirtualClock::default(),
    );
    let table = drawn(&snapshot, WIDE);
    let usb = table.find("\nUSB  without a receiver\n").unwrap();
    let bluetooth = table.find("\nBluetooth  without a receiver\n").unwrap();
    assert!(usb < bluetooth, "{table}");
    let names: Vec<&str> = table[bluetooth..]
        .lines()
        .skip(2)
        .map(|line| line.trim().split("  ").next().unwrap())
        .collect();
    assert!(names.contains(&"MX Master 4"), "{table}");
    assert!(names.is_sorted(), "{names:?}");
    assert!(
        table.contains("G815 Mechanical Keyboard                keyboard      no battery"),
        "{table}"
    );
}

#[test]
fn the_slot_column_needs_a_receiver() {
    let nodes = numbered("simulated", scenario::full()).into_iter();
    let nodes = nodes.filter(|(_, plugged)| plugged.direct().is_some());
    let snapshot = read(
        nodes.collect(),
        Wanted::BATTERY,
        &mut VirtualClock::default(),
    );
    let table = drawn(&snapshot, WIDE);
    assert!(!table.contains("SLOT"), "{table}");
    assert!(!table.contains("LIGHT"), "nor a solar keyboard\n{table}");
    assert!(table.contains("\n  DEVICE "), "{table}");
}

#[test]
fn a_powerplay_does_not_use_two_of_one_slots() {
    let snapshot = read(
        numbered("simulated", scenario::full()),
        Wanted::BATTERY,
        &mut VirtualClock::default(),
    );
    let table = drawn(&snapshot, WIDE);
    assert!(
        table.contains("046D:C53A, serial A0000001, 2 paired"),
        "{table}"
    );
}

#[test]
fn an_offline_device_shows_its_last_charge_with_its_age() {
    let (mut memory, mut clock) = (Memory::default(), VirtualClock::default());
    read_with(desk(), Wanted::BATTERY, &mut memory, &mut clock);
    let mut desk = scenario::desk();
    for slot in [K750, M705] {
        desk.switch_off(Timestamp::START, slot);
    }
    let asleep = vec![(NodeInfo::unifying("/dev/hidraw0"), Plugged::Receiver(desk))];
    let three_days = Timestamp::from_start(Duration::from_secs(72 * 3600));
    let mut clock = VirtualClock::at(three_days);
    let snapshot = read_with(asleep, Wanted::BATTERY, &mut memory, &mut clock);
    assert_eq!(
        drawn(&snapshot, WIDE),
        "\
Unifying Receiver  046D:C52B, serial AF4F95EA, 3 of 6 slots used, /dev/hidraw0
  SLOT  DEVICE  KIND      CHARGE            STATE    VOLTAGE  LIGHT         READ
     1  K750    keyboard  █████▋····  57 %  offline   2.54 V  12 lux, dark  2 days ago
     2  M705    mouse     ██████▌···  65 %  offline  –        –             2 days ago
     3  K800    keyboard  –                 offline  –        –             –
"
    );
    let colored = Style {
        color: true,
        ..WIDE
    };
    let dimmed = Ansi::new().dimmed();
    assert!(drawn(&snapshot, colored).contains(&format!("{dimmed}57 %")));
}

/// Returns the line of a device with this battery.
fn line(battery: Option<Battery>, has_battery: Option<bool>, style: Style) -> String {
    let link = Link::Paired {
        receiver: "receiver".into(),
        slot: Slot::new(1).unwrap(),
    };
    let device = Device {
        name: Some("M1".into()),
        presence: Presence::Online,
        has_battery,
        battery,
        ..Device::new("id".into(), link)
    };
    let snapshot = Snapshot {
        at: Timestamp::from_start(Duration::from_secs(3 * 3600)),
        receivers: Vec::new(),
        devices: vec![device],
        failures: Vec::new(),
        sent: 0,
        others: Vec::new(),
        unreadable: Vec::new(),
        interrupted: false,
    };
    let mut out = Vec::new();
    let layout = Layout::of(&snapshot, style);
    layout.print_device(&mut out, &snapshot.devices[0]).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_charge_kept_from_before_differs_from_a_new_one() {
    // MX Master (Solaar issue 265): 90 %, then charging at an unknown level.
    let at = |hours: u64| Timestamp::from_start(Duration::from_secs(hours * 3600));
    let level = |hex, hours| Battery::from_level_status(&read_level(&report(hex)), None, at(hours));
    let before = level("11 01 06 0B 5A 32 00 …", 0);
    let charging = level("11 01 06 0B 00 00 01 …", 3).after(Some(&before));
    let text = line(Some(charging), Some(true), WIDE);
    assert_eq!(text, "1 M1 – █ █ █ █ was ≈90 % charging 3 h ago");
}

#[test]
fn percentages_steps_and_levels_look_different() {
    let at = Timestamp::START;
    let unified = |hex| Battery::from_unified(&read_unified(&report(hex)), None, at);
    let exact = unified("11 01 06 1B 32 04 00 …");
    let step = Battery::from_level_status(&read_level(&report("11 01 06 0B 32 14 00 …")), None, at);
    assert_eq!(
        line(Some(exact), Some(true), WIDE),
        "1 M1 – █████····· 50 % discharging 3 h ago"
    );
    assert_eq!(
        line(Some(step), Some(true), WIDE),
        "1 M1 – █ █ █ · ≈50 % discharging 3 h ago"
    );
    assert_eq!(exact.percent, Percent::new(50));
    assert_eq!(step.percent, exact.percent, "the numbers are the same");
}

#[test]
fn a_missing_battery_is_shown_without_room_for_a_bar() {
    let narrow = Style {
        width: Some(30),
        ..WIDE
    };
    assert_eq!(line(None, Some(false), WIDE), "1 M1 – no battery – –");
    assert_eq!(line(None, Some(false), narrow), "M1 no battery –");
    assert_eq!(line(None, None, narrow), "1 M1 – –");
}

#[test]
fn a_battery_on_power_that_does_not_charge_is_marked() {
    let battery = Battery::from_voltage(
        &read_voltage(&report("11 FF 04 00 0F 29 82 …")),
        None,
        Timestamp::START,
    );
    let text = line(Some(battery), Some(true), WIDE);
    assert!(text.contains("not charging"), "{text}");
}

#[test]
fn a_known_time_left_has_a_column() {
    let mut clock = VirtualClock::default();
    let mut snapshot = read(desk(), Wanted::BATTERY, &mut clock);
    let text = |snapshot: &Snapshot, style| {
        let mut out = Vec::new();
        print(&mut out, snapshot, false, style).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(!text(&snapshot, WIDE).contains("TIME LEFT"));
    let days = |days: u64| Duration::from_secs(days * 24 * 3600);
    let at = snapshot.at;
    let mouse = snapshot
        .devices
        .iter_mut()
        .find(|it| it.slot().map(Slot::get) == Some(M705));
    mouse.unwrap().forecast = Some(TimeLeft {
        until: TimeLeftUntil::Empty,
        basis: TimeBasis::Calendar,
        best: days(40),
        low: days(30),
        high: days(55),
        at,
    });
    let wide = text(&snapshot, WIDE);
    assert!(wide.contains("TIME LEFT"), "{wide}");
    assert!(
        wide.contains("discharging  about 40 days left (30 to 55)"),
        "{wide}"
    );
    // On 80 columns it stays, without its range; the light of the K750 stays too.
    for (width, headings) in [
        (
            110,
            "SLOT  DEVICE  KIND      CHARGE            STATE        TIME LEFT                      \
             LIGHT         READ",
        ),
        (
            80,
            "SLOT  DEVICE  KIND      CHARGE            STATE        TIME LEFT  LIGHT",
        ),
        (
            70,
            "SLOT  DEVICE  CHARGE            STATE        TIME LEFT  LIGHT",
        ),
        (60, "SLOT  DEVICE  CHARGE  STATE        TIME LEFT  LIGHT"),
        (55, "DEVICE  CHARGE  STATE        TIME LEFT  LIGHT"),
        (45, "DEVICE  CHARGE  STATE        TIME LEFT"),
        (35, "DEVICE  CHARGE  STATE"),
    ] {
        let narrow = Style {
            width: Some(width),
            ..WIDE
        };
        let table = text(&snapshot, narrow);
        let heading = table.lines().nth(1).unwrap().trim();
        assert_eq!(heading, headings, "{width}\n{table}");
        let short = (45..110).contains(&width);
        assert_eq!(table.contains("  40 days"), short, "{width}\n{table}");
    }
}

#[test]
fn a_receiver_whose_devices_are_all_in_use_elsewhere_has_no_heading() {
    let other = Plugged::Receiver(SimulatedReceiver::new([0xA0, 0, 0, 9]));
    let mut nodes = desk();
    nodes.push((NodeInfo::unifying("/dev/hidraw9"), other));
    let mut snapshot = read(nodes, Wanted::BATTERY, &mut VirtualClock::default());
    // No device is paired with this one: that is worth a line.
    assert!(drawn(&snapshot, WIDE).contains("/dev/hidraw9"));
    let m705 = snapshot.devices.last_mut().unwrap();
    m705.other_links.push(OtherLink {
        link: Link::Paired {
            receiver: "A0000009".into(),
            slot: Slot::new(1).unwrap(),
        },
        presence: Presence::Offline,
    });
    let table = drawn(&snapshot, WIDE);
    assert!(!table.contains("/dev/hidraw9"), "{table}");
    assert!(!table.ends_with("\n\n"), "{table}");
}
