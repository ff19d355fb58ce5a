//! The legend, which explains the colours.

use super::font::width;
use super::measures::{LINE, TEXT};
use super::scene::{Anchor, Area, Shape};
use super::strokes::{border, dashed, hatch, line, text};
use super::theme::Colors;
use crate::device::{CHARGING_ABOVE, LightLevel};

/// An entry of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Swatch {
    Charge,
    Light,
    Threshold,
    Night,
    Gap,
}

impl Swatch {
    fn label(self) -> String {
        match self {
            Self::Charge => "charge".to_owned(),
            Self::Light => "light".to_owned(),
            Self::Threshold => format!("{CHARGING_ABOVE}: above, it charges"),
            Self::Night => {
                let (dark, end) = (LightLevel::Dark.name(), LightLevel::Poor.least());
                format!("{dark} (below {end})")
            }
            Self::Gap => "not recorded".to_owned(),
        }
    }

    /// Its width, including the space after it.
    pub(super) fn width(self) -> f32 {
        30.0 + width(&self.label(), TEXT) + 20.0
    }
}

/// The entries of the legend, with their positions and lines.
pub(super) struct Legend {
    placed: Vec<(Swatch, f32, u16)>,
    /// The number of lines.
    pub(super) lines: u16,
}

impl Legend {
    /// Places entries on lines of this width.
    pub(super) fn of(shown: impl Iterator<Item = Swatch>, room: f32) -> Self {
        let (mut x, mut row) = (0.0, 0);
        let mut placed = Vec::new();
        for swatch in shown {
            let width = swatch.width();
            if x > 0.0 && x + width > room {
                (x, row) = (0.0, row + 1);
            }
            placed.push((swatch, x, row));
            x += width;
        }
        Self {
            placed,
            lines: row + 1,
        }
    }

    /// Draws it with its top left corner at this position.
    pub(super) fn draw(&self, left: f32, top: f32, colors: Colors, out: &mut Vec<Shape>) {
        for (swatch, x, row) in &self.placed {
            let top = top + f32::from(*row) * LINE;
            swatch.draw(left + x, top, colors, out);
        }
    }
}

impl Swatch {
    fn draw(self, left: f32, top: f32, colors: Colors, out: &mut Vec<Shape>) {
        let area = Area {
            left,
            right: left + 24.0,
            top,
            bottom: top + 12.0,
        };
        let middle = top + 6.0;
        let filled = |fill| Shape::Rectangle { area, fill };
        match self {
            Self::Charge => {
                let ends = [(area.left, middle), (area.right, middle)];
                out.push(line(&ends, colors.charge, 2.0));
            }
            Self::Light => out.push(filled(colors.light)),
            Self::Threshold => {
                out.push(dashed(area.left, area.right, middle, colors.threshold));
            }
            Self::Night => {
                out.push(filled(colors.night));
                out.push(border(area, colors.grid));
            }
            Self::Gap => hatch(area, colors.gap, out),
        }
        let x = area.right + 6.0;
        let label = self.label();
        out.push(text(x, top + 10.5, Anchor::Start, TEXT, colors.text, label));
    }
}
