//! What the user looks at: which device, in which order, and in how much detail.

use super::key::Input;
use super::model::{Entry, Key, Model};

/// The order of the devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// By receiver and slot.
    #[default]
    Place,
    /// The emptiest battery first.
    Emptiest,
}

/// The page that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Page {
    /// All devices, and one of them in detail.
    #[default]
    Overview,
    /// One device.
    Details,
    /// The keys and signs.
    Help,
}

/// The effect of a key beyond the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Nothing,
    Leave,
    /// Measure light on the chosen device.
    MeasureLight,
}

/// How far a page that does not fit can be scrolled, in lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The first line shown at the end of the page; 0: it fits.
    pub(super) last: usize,
    /// How many lines, or devices of the overview, are shown at once.
    pub(super) page: usize,
}

impl Scroll {
    /// Of a page with this number of lines, `shown` of which are shown.
    pub(super) const fn of(lines: usize, shown: usize) -> Self {
        Self {
            last: lines.saturating_sub(shown),
            page: shown,
        }
    }

    /// Returns whether the page does not fit.
    pub(super) const fn is_needed(self) -> bool {
        self.last > 0
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) order: Order,
    pub(super) page: Page,
    /// `None`: not chosen yet.
    chosen: Option<Key>,
    /// The first line of the page that is shown.
    pub(super) top: usize,
    /// As drawn last.
    scroll: Scroll,
}

impl View {
    /// The devices in their order.
    pub(super) fn entries<'a>(&self, model: &'a Model) -> Vec<&'a Entry> {
        let mut entries: Vec<&Entry> = model.entries.iter().collect();
        if self.order == Order::Emptiest {
            entries.sort_by_key(|entry| entry.fullness());
        }
        entries
    }

    /// The position of the chosen device among these; without a choice, of the first one with a
    /// light meter.
    pub(super) fn place(&self, entries: &[&Entry]) -> usize {
        let chosen = self.chosen.as_ref();
        let chosen = chosen.and_then(|key| entries.iter().position(|it| it.is(key)));
        chosen
            .or_else(|| entries.iter().position(|it| it.measures_light()))
            .unwrap_or_default()
    }

    /// The chosen device.
    pub(super) fn entry<'a>(&self, model: &'a Model) -> Option<&'a Entry> {
        let entries = self.entries(model);
        entries.get(self.place(&entries)).copied()
    }

    /// Stores how far the drawn page can be scrolled.
    pub(super) fn drawn(&mut self, scroll: Scroll) {
        self.scroll = scroll;
        self.top = self.top.min(scroll.last);
    }

    /// Shows a page from its first line on.
    const fn open(&mut self, page: Page) {
        self.page = page;
        self.top = 0;
    }

    /// Scrolls a page that does not fit; `false`: the key does not scroll it.
    fn scrolls(&mut self, input: Input) -> bool {
        let Scroll { last, page } = self.scroll;
        let top = match (self.page, input) {
            _ if !self.scroll.is_needed() => return false,
            (Page::Help, Input::Up) => self.top.saturating_sub(1),
            (Page::Help, Input::Down) => self.top + 1,
            (Page::Help, Input::First) => 0,
            (Page::Help, Input::Last) => last,
            (Page::Help | Page::Details, Input::PageUp) => self.top.saturating_sub(page),
            (Page::Help | Page::Details, Input::PageDown) => self.top + page,
            _ => return false,
        };
        self.top = top.min(last);
        true
    }

    /// Processes a key.
    pub(super) fn on_input(&mut self, input: Input, model: &Model) -> Action {
        if self.scrolls(input) {
            return Action::Nothing;
        }
        // The effect of a key would not be visible behind the help.
        if self.page == Page::Help {
            self.open(Page::Overview);
            return Action::Nothing;
        }
        let entries = self.entries(model);
        let place = self.place(&entries);
        let last = entries.len().saturating_sub(1);
        let mut choose = |place: usize| {
            self.top = 0;
            self.chosen = entries.get(place.min(last)).map(|it| it.key());
        };
        match input {
            Input::Quit => return Action::Leave,
            Input::Light => return Action::MeasureLight,
            Input::Up => choose(place.saturating_sub(1)),
            Input::Down => choose(place + 1),
            Input::PageUp => choose(place.saturating_sub(self.scroll.page.max(1))),
            Input::PageDown => choose(place + self.scroll.page.max(1)),
            Input::First => choose(0),
            Input::Last => choose(last),
            Input::Details => self.open(match self.page {
                Page::Overview => Page::Details,
                Page::Details | Page::Help => Page::Overview,
            }),
            Input::Sort => {
                // The chosen device stays chosen.
                choose(place);
                self.order = match self.order {
                    Order::Place => Order::Emptiest,
                    Order::Emptiest => Order::Place,
                }
            }
            Input::Help => self.open(Page::Help),
            Input::Back => self.open(Page::Overview),
            Input::Other => {}
        }
        Action::Nothing
    }
}
