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

#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) order: Order,
    pub(super) page: Page,
    /// `None`: not chosen yet.
    chosen: Option<Key>,
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

    /// Processes a key.
    pub(super) fn on_input(&mut self, input: Input, model: &Model) -> Action {
        // The effect of another key would not be visible behind the help.
        if self.page == Page::Help && input != Input::Quit {
            self.page = Page::Overview;
            return Action::Nothing;
        }
        let entries = self.entries(model);
        let place = self.place(&entries);
        let last = entries.len().saturating_sub(1);
        let mut choose = |place: usize| {
            self.chosen = entries.get(place.min(last)).map(|it| it.key());
        };
        match input {
            Input::Quit => return Action::Leave,
            Input::Light => return Action::MeasureLight,
            Input::Up => choose(place.saturating_sub(1)),
            Input::Down => choose(place + 1),
            Input::PageUp => choose(place.saturating_sub(PAGE)),
            Input::PageDown => choose(place + PAGE),
            Input::First => choose(0),
            Input::Last => choose(last),
            Input::Details => {
                self.page = match self.page {
                    Page::Overview => Page::Details,
                    Page::Details | Page::Help => Page::Overview,
                }
            }
            Input::Sort => {
                // The chosen device stays chosen.
                choose(place);
                self.order = match self.order {
                    Order::Place => Order::Emptiest,
                    Order::Emptiest => Order::Place,
                }
            }
            Input::Help => self.page = Page::Help,
            Input::Back => self.page = Page::Overview,
        }
        Action::Nothing
    }
}

/// How many devices Page Up and Page Down move by.
const PAGE: usize = 10;
