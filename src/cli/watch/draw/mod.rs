//! Draws the screen as a pure function of the known state, the size and the time.

mod charts;
mod details;
mod facts;
mod help;
mod list;
mod pen;
mod scale;

use std::time::Duration;

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::text::{Line, Span};

use self::list::List;
use self::list::join;
use self::pen::{BOLD, DIM, LOUD, Pen, at_both_ends, gap, plain, span, wrapped};
use super::model::{Entry, FollowState, Model};
use super::view::{Order, Page, Scroll, View};
use crate::cli::style::Style;
use crate::device::Link;
use crate::text;
use hidpp_proto::units::Timestamp;

/// The least size in columns and rows; a smaller screen shows a message.
const LEAST: (u16, u16) = (24, 5);

/// How long the indicator of a light key stays lit.
const LIT: Duration = Duration::from_secs(4);

/// A screen, and when it changes without an event.
pub(super) struct Drawn {
    pub(super) buffer: Buffer,
    pub(super) changes: Option<Timestamp>,
    pub(super) scroll: Scroll,
}

/// Draws a screen of this size (columns, rows).
pub(super) fn draw(
    model: &Model,
    view: &View,
    size: (u16, u16),
    style: Style,
    now: Timestamp,
) -> Drawn {
    let pen = Pen::new(style, now);
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    let (lines, scroll) = lines(&pen, model, view, size);
    for (line, y) in lines.iter().zip(0..size.1) {
        buffer.set_line(0, y, line, size.0);
    }
    if !style.unicode {
        // Names may contain any character.
        for cell in buffer
            .content
            .iter_mut()
            .filter(|it| !it.symbol().is_ascii())
        {
            cell.set_symbol("?");
        }
    }
    Drawn {
        buffer,
        changes: pen.changes(),
        scroll,
    }
}

fn lines(pen: &Pen, model: &Model, view: &View, size: (u16, u16)) -> (Vec<Line<'static>>, Scroll) {
    let (width, height) = (usize::from(size.0), usize::from(size.1));
    if size.0 < LEAST.0 || size.1 < LEAST.1 {
        let (columns, rows) = LEAST;
        let text = wrapped(&format!("too small: {columns}x{rows} at least"), width);
        return (
            text.into_iter().map(Line::from).collect(),
            Scroll::default(),
        );
    }
    let remark = model.remark.as_ref();
    let remark = remark.filter(|it| it.until.is_none_or(|until| pen.now < until));
    if let Some(until) = remark.and_then(|it| it.until) {
        pen.until(until);
    }
    let remark = remark.map(|it| Line::from(span(pen.shortened(&it.text, width), LOUD)));
    // Without the heading and the keys.
    let room = height - 2 - usize::from(remark.is_some());
    let (mut lines, scroll) = match (view.help, view.page) {
        (Some(top), _) => help(pen, top, width, room),
        (None, Page::Overview) => overview(pen, model, view, width, room),
        (None, Page::Details) => one_device(pen, model, view, width, room),
    };
    lines.resize(room + 1, Line::default());
    lines.extend(remark);
    let has_devices = !model.entries.is_empty();
    lines.push(Line::from_iter(keys(pen, view, has_devices, scroll, width)));
    (lines, scroll)
}

/// The part of a page that is shown, and how far it can be scrolled.
fn part(top: usize, lines: Vec<Line<'static>>, room: usize) -> (Vec<Line<'static>>, Scroll) {
    let scroll = Scroll::of(lines.len(), room);
    let top = top.min(scroll.last);
    (lines.into_iter().skip(top).take(room).collect(), scroll)
}

/// `1-9 of 16`, if not all lines are shown.
fn part_text(top: usize, scroll: Scroll) -> String {
    let top = top.min(scroll.last);
    let (last, all) = (top + scroll.page, scroll.last + scroll.page);
    if scroll.is_needed() {
        format!("{}-{last} of {all}", top + 1)
    } else {
        String::new()
    }
}

fn help(pen: &Pen, top: usize, width: usize, room: usize) -> (Vec<Line<'static>>, Scroll) {
    let (lines, scroll) = part(top, help::lines(pen, width), room);
    let title = Line::from_iter([span("solar-status", BOLD), gap(2), plain("help")]);
    let shown = Line::from(span(part_text(top, scroll), DIM));
    let heading = at_both_ends(title, shown, width);
    ([heading].into_iter().chain(lines).collect(), scroll)
}

/// The heading and what to do without a device.
fn no_device(model: &Model, width: usize) -> (Vec<Line<'static>>, Scroll) {
    let text = wrapped(no_device_text(model), width).into_iter();
    let heading = heading(model, String::new(), width);
    let lines = [heading].into_iter().chain(text.map(Line::from)).collect();
    (lines, Scroll::default())
}

/// The heading and one device.
fn one_device(
    pen: &Pen,
    model: &Model,
    view: &View,
    width: usize,
    room: usize,
) -> (Vec<Line<'static>>, Scroll) {
    let entries = view.entries(model);
    let place = view.place(&entries);
    let Some(chosen) = entries.get(place) else {
        return no_device(model, width);
    };
    let room = room.saturating_sub(1);
    let (lines, scroll) = part(
        view.top,
        details::page(pen, model, chosen, width, room),
        room,
    );
    let shown = Some(part_text(view.top, scroll)).filter(|it| !it.is_empty());
    let shown = shown.map(|it| format!("lines {it}"));
    let order = Some(format!("{} of {}", place + 1, entries.len()));
    let heading = heading(model, join([shown, order], ", "), width);
    let title = details::title(pen, model, chosen, width);
    ([heading, title].into_iter().chain(lines).collect(), scroll)
}

/// The heading, the devices and one of them in detail.
fn overview(
    pen: &Pen,
    model: &Model,
    view: &View,
    width: usize,
    height: usize,
) -> (Vec<Line<'static>>, Scroll) {
    let entries = view.entries(model);
    let place = view.place(&entries);
    let Some(chosen) = entries.get(place) else {
        return no_device(model, width);
    };
    let rows = rows(entries.len(), height);
    // The chosen device is in the middle, as far as there are others on both sides.
    let first = place
        .saturating_sub(rows / 2)
        .min(entries.len().saturating_sub(rows));
    let order = (view.order == Order::Emptiest).then(|| "emptiest first".to_owned());
    let part = || format!("{}-{} of {}", first + 1, first + rows, entries.len());
    let part = (rows < entries.len()).then(part);
    let mut lines = vec![heading(model, join([order, part], ", "), width)];
    let list = List::new(pen, &entries, width);
    let shown = entries.iter().enumerate().skip(first).take(rows);
    lines.extend(shown.map(|(at, entry)| list.line(pen, entry, at == place, width)));
    let mut left = height - rows;
    // Distinguishes list and details on a large screen.
    if left > DETAILS {
        lines.push(Line::default());
        left -= 1;
    }
    if left > 0 {
        lines.push(details::title(pen, model, chosen, width));
        lines.extend(details::lines(pen, chosen, width, left - 1));
    }
    let scroll = Scroll {
        last: 0,
        page: rows,
    };
    (lines, scroll)
}

/// Where a link leads: a slot of a receiver, or a bus.
fn place(model: &Model, link: &Link) -> String {
    match link {
        Link::Paired { slot, .. } => {
            let receiver = model.receiver_of(link).map(|it| it.model.name());
            join(
                [receiver.map(str::to_owned), Some(format!("slot {slot}"))],
                ", ",
            )
        }
        Link::Direct { bus, .. } => match bus.as_str() {
            "usb" => "USB".to_owned(),
            "bluetooth" => "Bluetooth".to_owned(),
            bus => text::line(&format!("bus {bus}")),
        },
    }
}

/// The lines needed for all details of a device, with its title.
const DETAILS: usize = 12;

/// With fewer lines there is room for the list only.
const BOTH: usize = 6;

/// How many devices are listed: all, if that leaves room for the details of one; at least as many
/// as fill half of the screen.
fn rows(count: usize, height: usize) -> usize {
    if height < BOTH {
        return count.min(height);
    }
    count.min(height.saturating_sub(DETAILS).max(height / 2))
}

fn heading(model: &Model, right: String, width: usize) -> Line<'static> {
    let count = model.entries.len();
    let asleep = model.entries.iter().filter(|it| it.is_old()).count();
    let devices = match count {
        0 => String::new(),
        1 => "1 device".to_owned(),
        count => format!("{count} devices"),
    };
    let awake = match model.follow_state {
        FollowState::Lost => ", disconnected".to_owned(),
        FollowState::Starting => String::new(),
        FollowState::Settled if asleep == 0 => String::new(),
        FollowState::Settled => format!(", {asleep} offline"),
    };
    let mut left = Line::from_iter([span("solar-status", BOLD), gap(2), plain(devices)]);
    if left.width() + awake.len() <= width {
        left.push_span(span(awake, DIM));
    }
    at_both_ends(left, Line::from(span(right, DIM)), width)
}

/// The message while there is no device.
const fn no_device_text(model: &Model) -> &'static str {
    match model.follow_state {
        FollowState::Starting => "Looking for devices.",
        FollowState::Settled => {
            "No device found. Waiting for one to be plugged in, to connect or to be paired."
        }
        FollowState::Lost => "Waiting for solar-statusd.",
    }
}

/// The keys, as many as fit.
fn keys(
    pen: &Pen,
    view: &View,
    has_devices: bool,
    scroll: Scroll,
    width: usize,
) -> Vec<Span<'static>> {
    let arrows = pen.glyph("↑↓", "j k");
    let quit = ("q", "quit");
    let all: &[(&str, &str)] = match view.page {
        _ if view.help.is_some() && scroll.is_needed() => {
            &[(arrows, "scroll"), ("any other key", "closes this")]
        }
        _ if view.help.is_some() => &[("any key", "closes this")],
        _ if !has_devices => &[quit, ("?", "help")],
        Page::Details if scroll.is_needed() => &[
            quit,
            ("PgDn PgUp", "scroll"),
            ("Enter", "all"),
            ("?", "help"),
            (arrows, "choose"),
            ("l", "light now"),
            ("s", "sort"),
        ],
        Page::Overview | Page::Details => &[
            quit,
            (arrows, "choose"),
            (
                "Enter",
                if view.page == Page::Details {
                    "all"
                } else {
                    "details"
                },
            ),
            ("l", "light now"),
            ("?", "help"),
            ("s", "sort"),
        ],
    };
    fitting(all, width)
}

fn fitting(keys: &[(&'static str, &str)], width: usize) -> Vec<Span<'static>> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for &(key, what) in keys {
        let item = [span(key, BOLD), plain(format!(" {what}"))];
        let item_width = item.iter().map(Span::width).sum::<usize>();
        if used + item_width > width {
            continue;
        }
        spans.extend(item);
        spans.push(gap(2));
        used += item_width + 2;
    }
    spans
}

/// Returns whether the light key was pressed just now.
fn is_lit(pen: &Pen, entry: &Entry) -> bool {
    let Some(pressed) = entry.key_pressed else {
        return false;
    };
    pen.until(pressed + LIT);
    pen.now.since(pressed) < LIT
}
