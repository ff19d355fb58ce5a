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

    /// The first line that is shown after a key; `None`: the key does not scroll by pages.
    fn by_page(self, top: usize, input: Input) -> Option<usize> {
        let top = match input {
            _ if !self.is_needed() => return None,
            Input::PageUp => top.min(self.last).saturating_sub(self.page),
            Input::PageDown => top + self.page,
            _ => return None,
        };
        Some(top.min(self.last))
    }

    /// The same for a page that scrolls by lines, too.
    fn by_line(self, top: usize, input: Input) -> Option<usize> {
        let top = match input {
            _ if !self.is_needed() => return None,
            Input::Up => top.min(self.last).saturating_sub(1),
            Input::Down => top + 1,
            Input::First => 0,
            Input::Last => self.last,
            input => return self.by_page(top, input),
        };
        Some(top.min(self.last))
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
    /// The first line of the help that is shown instead of the page; `None`: it is closed.
    pub(super) help: Option<usize>,
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

    /// Shows a page from its first line on.
    const fn open(&mut self, page: Page) {
        self.page = page;
        self.top = 0;
    }

    /// Processes a key. `scroll` is that of the screen as it is now.
    pub(super) fn on_input(&mut self, input: Input, model: &Model, scroll: Scroll) -> Action {
        if let Some(top) = self.help {
            // The effect of a key would not be visible behind the help.
            self.help = scroll.by_line(top, input);
            return Action::Nothing;
        }
        if let Some(top) = scroll.by_page(self.top, input) {
            self.top = top;
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
            Input::PageUp => choose(place.saturating_sub(scroll.page.max(1))),
            Input::PageDown => choose(place + scroll.page.max(1)),
            Input::First => choose(0),
            Input::Last => choose(last),
            Input::Details => self.open(match self.page {
                Page::Overview => Page::Details,
                Page::Details => Page::Overview,
            }),
            Input::Sort => {
                // The chosen device stays chosen.
                choose(place);
                self.order = match self.order {
                    Order::Place => Order::Emptiest,
                    Order::Emptiest => Order::Place,
                }
            }
            Input::Help => self.help = Some(0),
            Input::Back => self.open(Page::Overview),
            Input::Other => {}
        }
        Action::Nothing
    }
}
