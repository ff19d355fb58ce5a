//! Emulates the terminal sequences that the program may use; any other one panics.

use unicode_width::UnicodeWidthChar;

/// The main and the alternate screen, and everything written so far.
pub(crate) struct Emulator {
    columns: usize,
    rows: usize,
    main: Vec<Vec<char>>,
    other: Vec<Vec<char>>,
    on_other: bool,
    cursor: bool,
    plain: bool,
    at: (usize, usize),
    saved: (usize, usize),
    /// An incomplete sequence or character.
    rest: Vec<u8>,
    stream: Vec<u8>,
}

impl Emulator {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        let (columns, rows) = (columns.into(), rows.into());
        let blank = vec![vec![' '; columns]; rows];
        Self {
            columns,
            rows,
            main: blank.clone(),
            other: blank,
            on_other: false,
            cursor: true,
            plain: true,
            at: (0, 0),
            saved: (0, 0),
            rest: Vec::new(),
            stream: Vec::new(),
        }
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        (self.columns, self.rows) = (columns.into(), rows.into());
        for screen in [&mut self.main, &mut self.other] {
            screen.resize(self.rows, Vec::new());
            for line in screen {
                line.resize(self.columns, ' ');
            }
        }
    }

    /// The lines of the screen that is shown.
    pub(crate) fn text(&self) -> String {
        let screen = if self.on_other {
            &self.other
        } else {
            &self.main
        };
        let line = |line: &Vec<char>| line.iter().collect::<String>().trim_end().to_owned() + "\n";
        screen.iter().map(line).collect()
    }

    pub(crate) fn stream(&self) -> String {
        String::from_utf8_lossy(&self.stream).into_owned()
    }

    /// Whether it is in its initial state: the main screen, with a cursor and without colour.
    pub(crate) const fn is_clean(&self) -> bool {
        !self.on_other && self.cursor && self.plain
    }

    pub(crate) fn show(&mut self, bytes: &[u8]) {
        self.stream.extend(bytes);
        let mut bytes = [std::mem::take(&mut self.rest), bytes.to_vec()].concat();
        while !bytes.is_empty() {
            let Some(used) = self.take(&bytes) else {
                self.rest = bytes;
                return;
            };
            bytes.drain(..used);
        }
    }

    /// Processes one character or sequence; returns its length, or `None` if it is incomplete.
    fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        match *bytes {
            [] | [0x1B] => None,
            [0x1B, b'[', ref sequence @ ..] => {
                let end = sequence
                    .iter()
                    .position(|byte| (0x40..=0x7E).contains(byte))?;
                let parameters = std::str::from_utf8(&sequence[..end]).unwrap().to_owned();
                self.obey(&parameters, sequence[end]);
                Some(end + 3)
            }
            [0x1B, ..] => panic!("unknown sequence: {:?}", self.stream()),
            [b'\r', ..] => {
                self.at.1 = 0;
                Some(1)
            }
            [b'\n', ..] => {
                self.at.0 = (self.at.0 + 1).min(self.rows - 1);
                Some(1)
            }
            [first, ..] => {
                let length = match first {
                    0x20..=0x7E => 1,
                    0xC0..=0xDF => 2,
                    0xE0..=0xEF => 3,
                    0xF0..=0xF7 => 4,
                    _ => panic!("unexpected byte {first:02X}: {:?}", self.stream()),
                };
                let character = std::str::from_utf8(bytes.get(..length)?).unwrap();
                self.put(character.chars().next().unwrap());
                Some(length)
            }
        }
    }

    fn put(&mut self, character: char) {
        let (row, column) = self.at;
        let screen = if self.on_other {
            &mut self.other
        } else {
            &mut self.main
        };
        if let Some(cell) = screen.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = character;
        }
        self.at.1 += character.width().unwrap_or(0);
    }

    fn obey(&mut self, parameters: &str, command: u8) {
        match (parameters, command) {
            ("?1049", b'h') => {
                assert!(!self.on_other, "already on the alternate screen");
                self.saved = self.at;
                self.on_other = true;
            }
            ("?1049", b'l') => {
                assert!(self.on_other, "already on the main screen");
                self.on_other = false;
                self.at = self.saved;
            }
            ("?25", b'h') => self.cursor = true,
            ("?25", b'l') => self.cursor = false,
            ("" | "2", b'J') => {
                let screen = if self.on_other {
                    &mut self.other
                } else {
                    &mut self.main
                };
                for line in screen {
                    line.fill(' ');
                }
            }
            (place, b'H') => {
                let mut numbers = place.split(';').map(|it| it.parse().unwrap_or(1_usize) - 1);
                let (row, column) = (numbers.next(), numbers.next());
                let row = row.unwrap_or(0).min(self.rows - 1);
                self.at = (row, column.unwrap_or(0));
            }
            (style, b'm') => {
                for part in style.split(';') {
                    // Bold, dim, and the colours that the program uses.
                    assert!(
                        matches!(part, "" | "0" | "1" | "2" | "31" | "32" | "33"),
                        "{style}"
                    );
                    self.plain = matches!(part, "" | "0");
                }
            }
            other => panic!("unknown sequence {other:?}: {:?}", self.stream()),
        }
    }
}
