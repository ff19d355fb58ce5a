//! Whole screens after some time at a simulated desk.

mod any;

use std::time::Duration;

use proptest::prelude::*;
use ratatui_core::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use self::any::{any_device, any_input};
use super::draw::draw;
use super::key::Input;
use super::model::{Model, Remark};
use super::on_key;
use super::renewal::WatchRenewal;
use super::view::{Action, Page, View};
use crate::cli::style::Style;
use crate::client::naming::Naming;
use crate::clock::VirtualClock;
use crate::device::{
    Change, Device, Link, OtherLink, Presence, TimeBasis, TimeLeft, TimeLeftUntil,
};
use crate::manager::{Command, Follow, Memory, MonitorEvent, Query, command_channel, follow};
use crate::nodes::{Desk, Given, Tapping, simulated};
use crate::text::tests::assert_harmless;
use hidpp_proto::feature::FirmwareVersion;
use hidpp_proto::session::Wanted;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::Slot;

pub(super) const UNICODE: Style = Style {
    color: true,
    unicode: true,
    width: None,
};

const PLAIN: Style = Style {
    color: false,
    unicode: false,
    width: None,
};

pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(seconds))
}

/// Returns the state of a watch after this time at a desk, and how often it requested light.
pub(super) fn watched(desk: Desk, seconds: u64) -> (Model, usize) {
    let query = Query {
        follow: true,
        ..Query::once(Wanted::BATTERY, Duration::MAX)
    };
    let (control, mut commands) = command_channel().unwrap();
    let mut model = Model::new(Naming::Short);
    let (mut renewal, mut asked) = (WatchRenewal::every(Some(2)), 0);
    let follow_desk = Follow {
        source: &mut Given::new(simulated(desk), Tapping::default()),
        commands: &mut commands,
        query: &query,
        memory: &mut Memory::default(),
        clock: &mut VirtualClock::default(),
        until: Some(at(seconds)),
    };
    follow(follow_desk, &mut |now, event| {
        match event {
            MonitorEvent::Change(change) => model.on_change(now, *change),
            MonitorEvent::Unreadable(unreadable) => unreachable!("{unreadable}"),
            MonitorEvent::Settled { .. } => model.settle(),
            MonitorEvent::Failure(failure) => unreachable!("{failure}"),
        }
        for (device, series) in renewal.due(now, &model) {
            asked += 1;
            let command = Command::MeasureLight {
                device: device.id.clone(),
                series: Some(series),
            };
            control.send(command).unwrap();
        }
        Ok(())
    })
    .unwrap();
    (model, asked)
}

/// The lines of a screen.
fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width.max(1));
    let line = |cells: &[ratatui_core::buffer::Cell]| {
        let mut line = String::new();
        let mut covered = 0;
        for cell in cells {
            // The second half of a wide character.
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = cell.symbol().width().saturating_sub(1);
            line.push_str(cell.symbol());
        }
        line.trim_end().to_owned() + "\n"
    };
    buffer.content.chunks(width).map(line).collect()
}

fn screen(model: &Model, view: &View, size: (u16, u16), style: Style, seconds: u64) -> String {
    text(&draw(model, view, size, style, at(seconds)).buffer)
}

/// Compares with a text in `snapshots/`. `BLESS=1` rewrites it: review it before you commit it.
pub(super) fn assert_snapshot(path: &str, found: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == found,
        "{path} is not what is drawn (BLESS=1 writes it):\n{found}"
    );
}

fn assert_screen(name: &str, found: &str) {
    assert_snapshot(&format!("src/cli/watch/snapshots/{name}.txt"), found);
}

/// Processes keys that arrive at once at a screen of this size.
fn keys_at(view: &mut View, model: &Model, size: (u16, u16), inputs: &[Input]) {
    for input in inputs {
        assert_eq!(
            on_key(view, model, *input, size, UNICODE, at(33)),
            Action::Nothing
        );
    }
}

fn keys(view: &mut View, model: &Model, inputs: &[Input]) {
    keys_at(view, model, (80, 24), inputs);
}

#[test]
fn the_desk_on_a_usual_terminal() {
    let (model, _) = watched(Desk::Small, 33);
    assert_screen(
        "desk-80x24",
        &screen(&model, &View::default(), (80, 24), UNICODE, 33),
    );
}

#[test]
fn the_light_key_lights_up_for_some_seconds() {
    let (model, _) = watched(Desk::Small, 12);
    let lit = |seconds| screen(&model, &View::default(), (80, 24), UNICODE, seconds);
    assert!(lit(12).contains("● light key") && lit(12).contains("● K750"));
    assert!(lit(15).contains("○ light key") && lit(15).contains("› K750"));
}

#[test]
fn the_desk_on_a_small_terminal() {
    let (model, _) = watched(Desk::Small, 33);
    assert_screen(
        "desk-40x12",
        &screen(&model, &View::default(), (40, 12), UNICODE, 33),
    );
}

#[test]
fn the_desk_without_unicode() {
    let (model, _) = watched(Desk::Small, 33);
    let text = screen(&model, &View::default(), (80, 24), PLAIN, 33);
    assert!(text.is_ascii());
    assert_screen("desk-ascii", &text);
}

#[test]
fn many_devices_scroll_with_the_chosen_one() {
    let (model, _) = watched(Desk::Full, 30);
    let mut view = View::default();
    keys(&mut view, &model, &[Input::First]);
    assert_screen(
        "full-100x30",
        &screen(&model, &view, (100, 30), UNICODE, 30),
    );
    keys(&mut view, &model, &[Input::Last]);
    let last = screen(&model, &view, (100, 30), UNICODE, 30);
    assert!(
        last.contains("of 73") && last.contains("-73 of 73"),
        "{last}"
    );
}

#[test]
fn the_list_can_be_sorted_by_charge() {
    let (model, _) = watched(Desk::Full, 30);
    let mut view = View::default();
    keys(&mut view, &model, &[Input::Sort, Input::First]);
    assert_screen(
        "emptiest-60x14",
        &screen(&model, &view, (60, 14), UNICODE, 30),
    );
}

/// The sizes at which a newcomer looked at it: a small terminal, the usual one, a large one and a
/// whole screen.
const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// All that can be seen of a page by scrolling down.
fn scrolled(model: &Model, view: &mut View, size: (u16, u16)) -> String {
    let mut all = String::new();
    loop {
        let drawn = draw(model, view, size, UNICODE, at(33));
        all.push_str(&text(&drawn.buffer));
        let top = view.help.unwrap_or(view.top);
        if top >= drawn.scroll.last {
            return all;
        }
        keys_at(view, model, size, &[Input::PageDown]);
    }
}

/// A keyboard with everything that can be known.
fn known_in_full() -> Model {
    let (mut model, _) = watched(Desk::Small, 33);
    let mut device = model.entries[0].device.clone();
    device.firmware = Some(FirmwareVersion {
        prefix: Some(*b"RQK"),
        number: 0x33,
        revision: 0,
        build: Some(0x15),
    });
    device.full_name = Some("Wireless Solar Keyboard K750".to_owned());
    device.other_links = vec![OtherLink {
        link: Link::Direct {
            node: "/dev/hidraw5".to_owned(),
            bus: "bluetooth".to_owned(),
            product: 0xB010,
        },
        presence: Presence::Offline,
    }];
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    device.forecast = Some(TimeLeft {
        until: TimeLeftUntil::Empty,
        basis: TimeBasis::Calendar,
        best: days(203),
        low: days(165),
        high: days(263),
        at: at(33),
    });
    model.on_change(at(33), Change::DeviceChanged(device, vec![]));
    model
}

#[test]
fn the_overview_uses_the_screen() {
    let (model, _) = watched(Desk::Small, 9 * 60 + 12);
    for (width, height) in [(120, 40), (200, 60)] {
        let name = format!("desk-{width}x{height}");
        let size = (width, height);
        let text = screen(&model, &View::default(), size, UNICODE, 9 * 60 + 12);
        assert_screen(&name, &text);
        // The charts end above the last two lines.
        let last = text.lines().rev().nth(3);
        assert!(last.is_some_and(|it| it.contains("ago ──")), "{text}");
    }
}

#[test]
fn one_device_has_charts_and_all_facts() {
    let model = known_in_full();
    for (width, height) in SIZES {
        let mut view = View::default();
        keys(&mut view, &model, &[Input::Details]);
        let size = (width, height);
        assert_screen(
            &format!("details-{width}x{height}"),
            &screen(&model, &view, size, UNICODE, 33),
        );
    }
    // Nothing is out of reach, however small the screen.
    for size in SIZES.into_iter().chain([(24, 5), (30, 8)]) {
        let mut view = View::default();
        keys(&mut view, &model, &[Input::Details]);
        let all = scrolled(&model, &mut view, size);
        for fact in [
            "57 %",
            "320 lux",
            "203 days",
            "Solar",
            "4002-392A0750",
            "wpid",
            "Unifying",
            "Bluetooth:",
            "RQK",
            "HID++ 2.0",
            "4301",
            "corner",
            "Seen",
        ] {
            assert!(all.contains(fact), "{fact} at {size:?}:\n{all}");
        }
    }
}

#[test]
fn the_details_of_another_device_begin_at_their_first_line() {
    let (model, _) = watched(Desk::Small, 33);
    let mut view = View::default();
    keys(&mut view, &model, &[Input::Details]);
    scrolled(&model, &mut view, (40, 12));
    assert!(view.top > 0);
    keys(&mut view, &model, &[Input::Down]);
    let text = screen(&model, &view, (40, 12), UNICODE, 33);
    assert!(text.contains("─ M705") && text.contains("64 %"), "{text}");
}

/// The help was cut at 40x12, could not be scrolled, and most keys did not close it.
#[test]
fn the_help_can_be_read_completely_and_any_key_closes_it() {
    let (model, _) = watched(Desk::Small, 5);
    let whole: Vec<String> = {
        let mut view = View::default();
        keys(&mut view, &model, &[Input::Help]);
        let text = screen(&model, &view, (60, 20), UNICODE, 5);
        assert_screen("help-60x20", &text);
        let lines = text.lines().filter(|line| !line.contains("any key"));
        let words = lines.flat_map(str::split_whitespace);
        words.map(str::to_owned).collect()
    };
    for size in [(40, 12), (24, 5), (24, 60), (200, 60)] {
        let mut view = View::default();
        keys(&mut view, &model, &[Input::Help]);
        if size == (40, 12) {
            assert_screen("help-40x12", &screen(&model, &view, size, UNICODE, 5));
        }
        let all = scrolled(&model, &mut view, size);
        for word in &whole {
            assert!(all.contains(word), "{word} at {size:?}:\n{all}");
        }
    }
    for (size, input) in [
        ((40, 12), Input::Other),
        ((40, 12), Input::Quit),
        ((40, 12), Input::Help),
        ((40, 12), Input::Details),
        ((80, 24), Input::Other),
        ((80, 24), Input::Up),
        ((80, 24), Input::PageDown),
        ((80, 24), Input::Last),
    ] {
        let mut view = View::default();
        keys_at(&mut view, &model, size, &[Input::Help, input]);
        assert_eq!(
            (view.help, view.page),
            (None, Page::Overview),
            "{input:?} at {size:?}"
        );
    }
}

/// Closing the help always opened the overview.
#[test]
fn the_page_below_the_help_returns_where_it_was() {
    let model = known_in_full();
    let mut view = View::default();
    let mut page = |inputs| {
        keys_at(&mut view, &model, (40, 12), inputs);
        screen(&model, &view, (40, 12), UNICODE, 33)
    };
    let before = page(&[Input::Details, Input::PageDown]);
    let help = page(&[Input::Help, Input::PageDown]);
    assert!(help.contains("9-18 of 18"), "{help}");
    assert_eq!(page(&[Input::Other]), before);
}

/// At 40x12, Enter and Page Down in one read chose another device instead of scrolling the details.
#[test]
fn keys_that_arrive_together_are_those_of_the_page_that_is_open_by_then() {
    let model = known_in_full();
    for inputs in [
        &[Input::Details, Input::PageDown, Input::PageDown][..],
        &[Input::Help, Input::Last, Input::Other, Input::Last],
        &[
            Input::Details,
            Input::PageDown,
            Input::Back,
            Input::PageDown,
        ],
    ] {
        let (mut together, mut apart) = (View::default(), View::default());
        keys_at(&mut together, &model, (40, 12), inputs);
        for input in inputs {
            screen(&model, &apart, (40, 12), UNICODE, 33);
            keys_at(&mut apart, &model, (40, 12), &[*input]);
        }
        let shown = |view: &View| screen(&model, view, (40, 12), UNICODE, 33);
        assert_eq!(shown(&together), shown(&apart), "{inputs:?}");
    }
    let mut view = View::default();
    keys_at(
        &mut view,
        &model,
        (40, 12),
        &[Input::Details, Input::PageDown],
    );
    let text = screen(&model, &view, (40, 12), UNICODE, 33);
    assert!(text.contains("─ K750") && view.top > 0, "{text}");
}

/// From 140 to 179 columns, the details had three charts without any label.
#[test]
fn charts_have_labels_at_each_width() {
    let model = known_in_full();
    for width in 100..=220 {
        let mut view = View::default();
        keys(&mut view, &model, &[Input::Details]);
        let text = screen(&model, &view, (width, 50), UNICODE, 33);
        for label in [" 100 %", " 0 %", " 0 lux", " 2.44 V", "6 hours ago ─"] {
            assert!(text.contains(label), "{label} at {width}:\n{text}");
        }
    }
}

#[test]
fn the_help_scrolls_by_lines_pages_and_to_its_ends() {
    let (model, _) = watched(Desk::Small, 5);
    let mut view = View::default();
    let mut top = |input| {
        keys_at(&mut view, &model, (40, 12), &[input]);
        view.help.unwrap()
    };
    assert_eq!(top(Input::Help), 0);
    assert_eq!(
        [top(Input::Down), top(Input::Down), top(Input::Up)],
        [1, 2, 1]
    );
    assert_eq!([top(Input::Last), top(Input::Down)], [8, 8]);
    assert_eq!([top(Input::PageUp), top(Input::Up)], [0, 0]);
    assert_eq!([top(Input::PageDown), top(Input::First)], [8, 0]);
    // A larger window has room for all of it.
    keys_at(&mut view, &model, (40, 12), &[Input::Last]);
    let text = screen(&model, &view, (80, 24), UNICODE, 5);
    assert!(text.contains(" q         quit"), "{text}");
}

#[test]
fn a_page_of_devices_is_what_the_list_shows() {
    let (model, _) = watched(Desk::Full, 30);
    let mut view = View::default();
    keys(&mut view, &model, &[Input::First]);
    let place = |view: &View| view.place(&view.entries(&model));
    keys(&mut view, &model, &[Input::PageDown]);
    assert_eq!(place(&view), 11, "half of the screen");
    keys(&mut view, &model, &[Input::PageUp]);
    assert_eq!(place(&view), 0);
}

#[test]
fn a_message_is_shown_without_devices() {
    let mut model = Model::new(Naming::Short);
    let view = View::default();
    assert!(screen(&model, &view, (40, 12), UNICODE, 0).contains("Looking for devices"));
    model.settle();
    assert_screen(
        "no-device-40x12",
        &screen(&model, &view, (40, 12), UNICODE, 0),
    );
}

#[test]
fn a_screen_that_is_too_small_shows_a_message() {
    let (model, _) = watched(Desk::Small, 5);
    let view = View::default();
    assert_eq!(
        screen(&model, &view, (23, 3), UNICODE, 5),
        "too small: 24x5 at\nleast\n\n"
    );
    let least = screen(&model, &view, (24, 5), UNICODE, 5);
    assert!(least.contains("K750") && least.starts_with("solar-status  3 devices\n"));
}

#[test]
fn the_last_values_stay_when_the_daemon_ends() {
    let (mut model, _) = watched(Desk::Small, 33);
    model.lose(at(40));
    model.remark = Some(Remark {
        text: "solar-status: solar-statusd left the system bus".to_owned(),
        until: None,
    });
    assert_screen(
        "lost-80x24",
        &screen(&model, &View::default(), (80, 24), UNICODE, 3633),
    );
    // It returns without the mouse.
    let others = model.entries.clone().into_iter().map(|it| it.device);
    for device in others.filter(|it| it.name.as_deref() != Some("M705")) {
        model.on_change(at(3640), Change::DeviceAdded(device));
    }
    model.settle();
    let names = model
        .entries
        .iter()
        .map(|it| it.device.name.as_deref().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["K750", "K800"]);
    let text = screen(&model, &View::default(), (80, 24), UNICODE, 3640);
    assert!(!text.contains("disconnected"), "{text}");
}

fn named(name: &str, slot: u8) -> Device {
    let link = Link::Paired {
        receiver: "AF4F95EA".to_owned(),
        slot: Slot::new(slot).unwrap(),
    };
    Device {
        name: Some(name.to_owned()),
        presence: Presence::Online,
        ..Device::new(format!("id {slot}"), link)
    }
}

#[test]
fn names_are_cut_and_contain_only_text() {
    let mut model = Model::new(Naming::Short);
    for (name, slot) in [
        ("罗技无线太阳能键盘罗技无线太阳能键盘", 1),
        (
            "A name that is longer than any terminal is wide, and then some more",
            2,
        ),
        ("K7\x1b[31m50\r\n\x07\u{202e}\u{200b}", 3),
        ("👨‍👩‍👧‍👦 mouse", 4),
    ] {
        model.on_change(at(0), Change::DeviceAdded(named(name, slot)));
    }
    model.settle();
    let text = screen(&model, &View::default(), (40, 12), UNICODE, 0);
    assert!(
        !text.contains(['\x1b', '\r', '\x07', '\u{202e}']),
        "{text:?}"
    );
    assert_screen("names-40x12", &text);
    assert!(screen(&model, &View::default(), (40, 12), PLAIN, 0).is_ascii());
}

#[test]
fn a_watch_of_ten_minutes_asks_for_light_each_40_seconds() {
    let (model, asked) = watched(Desk::Small, 600);
    assert_eq!(asked, 15);
    // All of it was measured, and each value holds until the next.
    let columns = model.entries[0].light.columns(at(600), 60);
    assert!(columns[1..].iter().all(Option::is_some), "{columns:?}");
    assert!(columns.contains(&Some(12)) && columns.contains(&Some(320)));
}

#[test]
fn the_screen_is_current_and_rarely_redrawn() {
    let (model, _) = watched(Desk::Small, 33);
    let drawn = |now| draw(&model, &View::default(), (80, 24), UNICODE, now);
    let mut now = at(33);
    let mut wakes = Vec::new();
    while now < at(33 + 3 * 3600) {
        let shown = drawn(now);
        let next = shown.changes.expect("an age goes on");
        assert!(next > now);
        // Ages in seconds are at most a second late, others more, so that many change together.
        let young = now < at(33 + 60);
        let late = Duration::from_millis(if young { 1001 } else { 15_001 });
        let then = Timestamp::from_start(next.since_start().saturating_sub(late));
        assert_eq!(text(&shown.buffer), text(&drawn(then.max(now)).buffer));
        wakes.push(next);
        now = next;
    }
    let within = |from, to| {
        wakes
            .iter()
            .filter(|wake| (at(from)..at(to)).contains(wake))
            .count()
    };
    assert!(within(33, 93) <= 70, "{}", within(33, 93));
    assert!(within(7200, 10_800) <= 4 * 60, "{}", within(7200, 10_800));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_report_breaks_a_screen_of_any_size(
        devices in proptest::collection::vec((any_device(), 0..2_000_000_u64, any::<bool>()), 0..30),
        inputs in proptest::collection::vec(any_input(), 0..6),
        size in (0..300_u16, 0..100_u16),
        now in 0..2_000_000_u64,
        unicode: bool,
    ) {
        let mut model = Model::new(Naming::Short);
        for (device, time, pressed) in devices {
            model.on_change(at(time), Change::DeviceAdded(device.clone()));
            if pressed {
                model.on_change(at(time), Change::LightKey(device));
            }
        }
        let mut view = View::default();
        let style = Style { unicode, ..UNICODE };
        for input in inputs {
            on_key(&mut view, &model, input, size, style, at(now));
        }
        let drawn = draw(&model, &view, size, style, at(now));
        prop_assert!(drawn.changes.is_none_or(|changes| changes > at(now)));
        for line in text(&drawn.buffer).lines() {
            assert_harmless(line.trim());
        }
    }
}
