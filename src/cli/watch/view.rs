//! What somebody looks at: whom, in which order, and how closely.

use super::key::Input;
use super::model::{Entry, Key, Model};

/// Which devices come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// By receiver and slot.
    #[default]
    Place,
    /// The emptiest battery.
    Emptiest,
}

/// What fills the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Page {
    /// All devices, and one of them closely.
    #[default]
    Overview,
    /// One device.
    Closely,
    /// The keys and signs.
    Help,
}

/// What a key wants done beyond the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    Leave,
    /// Measure light on the chosen device.
    MeasureLight,
}

#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) order: Order,
    pub(super) page: Page,
    /// `None`: nobody chose yet.
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

    /// The place of the chosen device among these; without a choice the first light meter's.
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

    /// Does what a key says.
    pub(super) fn handle(&mut self, input: Input, model: &Model) -> Wish {
        // Who reads the help does not see what else a key would do.
        if self.page == Page::Help && input != Input::Quit {
            self.page = Page::Overview;
            return Wish::Nothing;
        }
        let entries = self.entries(model);
        let place = self.place(&entries);
        let last = entries.len().saturating_sub(1);
        let mut choose = |place: usize| {
            self.chosen = entries.get(place.min(last)).map(|it| it.key());
        };
        match input {
            Input::Quit => return Wish::Leave,
            Input::Light => return Wish::MeasureLight,
            Input::Up => choose(place.saturating_sub(1)),
            Input::Down => choose(place + 1),
            Input::PageUp => choose(place.saturating_sub(PAGE)),
            Input::PageDown => choose(place + PAGE),
            Input::First => choose(0),
            Input::Last => choose(last),
            Input::Closely => {
                self.page = match self.page {
                    Page::Overview => Page::Closely,
                    Page::Closely | Page::Help => Page::Overview,
                }
            }
            Input::Sort => {
                // Who is looked at stays.
                choose(place);
                self.order = match self.order {
                    Order::Place => Order::Emptiest,
                    Order::Emptiest => Order::Place,
                }
            }
            Input::Help => self.page = Page::Help,
            Input::Back => self.page = Page::Overview,
        }
        Wish::Nothing
    }
}

/// So many devices are passed by Page Up and Page Down.
const PAGE: usize = 10;
