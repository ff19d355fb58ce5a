//! Pictures of a bar.

use std::fs;
use std::path::{Path, PathBuf};

use tiny_skia::{ColorU8, Pixmap, PremultipliedColorU8};

use super::case::Tone;

/// A picture of a screen that is as high as the bar.
pub(super) struct Picture(Pixmap);

impl Picture {
    pub(super) fn of_png(png: &[u8]) -> Self {
        Self(Pixmap::decode_png(png).unwrap())
    }

    /// The screen of an X server, as its option `-fbdir` writes it: a window dump (`XWDFile.h`) of
    /// 32 bits per pixel.
    pub(super) fn of_dump(dump: &[u8]) -> Self {
        let field = |number: usize| {
            let bytes = dump[number * 4..][..4].try_into().unwrap();
            u32::from_be_bytes(bytes) as usize
        };
        let (header, width, height) = (field(0), field(4), field(5));
        let (bits, line, colors) = (field(11), field(12), field(19));
        assert_eq!(bits, 32);
        let pixels = &dump[header + colors * 12..];
        let size = |number: usize| u32::try_from(number).unwrap();
        let mut pixmap = Pixmap::new(size(width), size(height)).unwrap();
        let rows = pixels.chunks_exact(line).take(height);
        let from = rows.flat_map(|row| row[..width * 4].chunks_exact(4));
        for (to, from) in pixmap.pixels_mut().iter_mut().zip(from) {
            let color = ColorU8::from_rgba(from[2], from[1], from[0], u8::MAX);
            *to = color.premultiply();
        }
        Self(pixmap)
    }

    pub(super) fn save(&self, name: &str) {
        self.0
            .save_png(pictures().join(format!("{name}.png")))
            .unwrap();
    }

    fn colors(&self) -> impl Iterator<Item = ColorU8> {
        self.0.pixels().iter().map(PremultipliedColorU8::demultiply)
    }

    /// Whether there is a bar with this background, a shade of grey, at the top of the screen.
    pub(super) fn has_bar(&self, background: u8) -> bool {
        let width = self.0.width() as usize;
        let background = ColorU8::from_rgba(background, background, background, u8::MAX);
        self.colors().take(2 * width).any(|it| it == background)
    }

    /// Whether the columns of the bar are all the same: there is no text.
    pub(super) fn is_empty(&self) -> bool {
        let width = self.0.width() as usize;
        let mut rows = self.0.pixels().chunks_exact(width);
        rows.all(|row| row.iter().all(|pixel| *pixel == row[0]))
    }

    /// Whether the text has the colours of this tone.
    pub(super) fn has(&self, tone: Tone) -> bool {
        let is_grey = |it: &ColorU8| it.red().abs_diff(it.blue()) < 30;
        let brightest = self
            .colors()
            .filter(is_grey)
            .map(ColorU8::red)
            .max()
            .unwrap();
        let orange = self
            .colors()
            .any(|it| it.red().saturating_sub(it.blue()) > 80);
        let is_bright = brightest > 0xC0;
        match tone {
            Tone::Plain => !orange && is_bright,
            Tone::Dim => !orange && !is_bright,
            Tone::Low => orange,
        }
    }
}

fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desktop/bars");
    fs::create_dir_all(&folder).unwrap();
    folder
}
