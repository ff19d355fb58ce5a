//! Draws the screen as a pure function of the known state, the size and the time.

mod details;
mod help;
mod list;
mod pen;
mod scale;

use std::time::Duration;

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::text::{Line, Span};

use self::list::List;
use self::pen::{BOLD, DIM, LOUD, Pen, at_both_ends, gap, plain, span};
use super::model::{Entry, FollowState, Model};
use super::view::{Order, Page, View};
use crate::cli::style::Style;
use hidpp_proto::units::Timestamp;

/// The least size in columns and rows; a smaller screen shows a message.
const LEAST: (u16, u16) = (24, 5);

/// How long the indicator of a light key stays lit.
const LIT: Duration = Duration::from_secs(4);

/// A screen, and when it changes without an event.
pub(super) struct Drawn {
    pub(super) buffer: Buffer,
    pub(super) changes: Option<Timestamp>,
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
    for (line, y) in lines(&pen, model, view, size).iter().zip(0..size.1) {
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
    }
}

fn lines(pen: &Pen, model: &Model, view: &View, size: (u16, u16)) -> Vec<Line<'static>> {
    let (width, height) = (usize::from(size.0), usize::from(size.1));
    if size.0 < LEAST.0 || size.1 < LEAST.1 {
        let (columns, rows) = LEAST;
        return wrapped(&format!("too small: {columns}x{rows} at least"), width);
    }
    let keys = Line::from_iter(keys(pen, view, width));
    let remark = model.remark.as_ref();
    let remark = remark.filter(|it| it.until.is_none_or(|until| pen.now < until));
    if let Some(until) = remark.and_then(|it| it.until) {
        pen.until(until);
    }
    let remark = remark.map(|it| Line::from(span(pen.fitted(&it.text, width), LOUD)));
    let room = height - 2 - usize::from(remark.is_some());
    let mut lines = match view.page {
        Page::Help => help::lines(pen, room + 1),
        Page::Overview | Page::Details => devices(pen, model, view, width, room),
    };
    lines.resize(room + 1, Line::default());
    lines.extend(remark);
    lines.push(keys);
    lines
}

/// The heading and the devices.
fn devices(
    pen: &Pen,
    model: &Model,
    view: &View,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let entries = view.entries(model);
    let place = view.place(&entries);
    let Some(chosen) = entries.get(place) else {
        let mut lines = vec![heading(model, String::new(), width)];
        lines.extend(wrapped(no_device_text(model), width));
        return lines;
    };
    let details = |height: usize| {
        let title = details::title(pen, model, chosen, width);
        let lines = details::lines(pen, chosen, width, height.saturating_sub(1));
        [title].into_iter().chain(lines)
    };
    if view.page == Page::Details {
        let order = format!("{} of {}", place + 1, entries.len());
        let heading = heading(model, order, width);
        return [heading].into_iter().chain(details(height)).collect();
    }
    let rows = rows(entries.len(), height);
    // The chosen device is in the middle, as far as there are others on both sides.
    let first = place
        .saturating_sub(rows / 2)
        .min(entries.len().saturating_sub(rows));
    let order = match view.order {
        Order::Place => "",
        Order::Emptiest => "emptiest first",
    };
    let part = if rows < entries.len() {
        format!("{}-{} of {}", first + 1, first + rows, entries.len())
    } else {
        String::new()
    };
    let order = [order.to_owned(), part]
        .into_iter()
        .filter(|it| !it.is_empty());
    let order = order.collect::<Vec<_>>().join(", ");
    let mut lines = vec![heading(model, order, width)];
    let list = List::new(pen, &entries, width);
    let shown = entries.iter().enumerate().skip(first).take(rows);
    lines.extend(shown.map(|(at, entry)| list.line(pen, entry, at == place, width)));
    if height > rows {
        // Keep it close to the list on a large screen.
        lines.extend((height > rows + DETAILS).then(Line::default));
        lines.extend(details(height - rows));
    }
    lines
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
fn keys(pen: &Pen, view: &View, width: usize) -> Vec<Span<'static>> {
    let details = match view.page {
        Page::Overview => "details",
        Page::Details => "all",
        Page::Help => {
            let keys = [("q", "quit"), ("any other", "closes this")];
            return fitting(&keys, width);
        }
    };
    let keys = [
        ("q", "quit"),
        (pen.glyph("↑↓", "j k"), "choose"),
        ("Enter", details),
        ("l", "light now"),
        ("?", "help"),
        ("s", "sort"),
    ];
    fitting(&keys, width)
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

/// Wraps a text between words at this width.
fn wrapped(text: &str, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.into_iter().map(Line::from).collect()
}
