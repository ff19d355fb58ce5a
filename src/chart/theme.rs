use super::scene::Color;

/// The colour theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// For a light background.
    Light,
    /// For a dark background.
    Dark,
}

/// The colours of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Colors {
    pub(super) background: Color,
    pub(super) text: Color,
    /// Of secondary text.
    pub(super) faint: Color,
    pub(super) grid: Color,
    /// The background of the curves, by day and by night.
    pub(super) day: Color,
    pub(super) night: Color,
    /// The hatching of gaps.
    pub(super) gap: Color,
    pub(super) charge: Color,
    pub(super) light: Color,
    /// The line above which light charges.
    pub(super) threshold: Color,
}

impl Theme {
    pub(super) const fn colors(self) -> Colors {
        match self {
            Self::Light => Colors {
                background: Color::rgb(0xFF_FF_FF),
                text: Color::rgb(0x1F_24_30),
                faint: Color::rgb(0x56_5F_6D),
                grid: Color::rgb(0xD5_DA_E2),
                day: Color::rgb(0xFD_FD_FB),
                night: Color::rgb(0xE4_E9_F4),
                gap: Color::rgb(0xC9_B9_AA),
                charge: Color::rgb(0x15_65_C0),
                light: Color::rgb(0xF2_A9_00),
                threshold: Color::rgb(0x8A_5A_00),
            },
            Self::Dark => Colors {
                background: Color::rgb(0x15_18_1E),
                text: Color::rgb(0xE8_EB_F0),
                faint: Color::rgb(0xA0_AA_B8),
                grid: Color::rgb(0x3A_41_4D),
                day: Color::rgb(0x26_2B_34),
                night: Color::rgb(0x18_1B_22),
                gap: Color::rgb(0x5E_54_4B),
                charge: Color::rgb(0x64_B5_F6),
                light: Color::rgb(0xFF_C1_07),
                threshold: Color::rgb(0xFF_E0_82),
            },
        }
    }
}
