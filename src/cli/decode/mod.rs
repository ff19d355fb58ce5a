//! `solar-status decode`: explains HID++ frames, from the command line or from a capture.

mod args;
mod lines;

use std::io::{self, BufRead, ErrorKind, Write};

pub use self::args::DecodeArgs;
use self::lines::{Lines, Raw};
use super::io_errors::{unreadable, unwritable};
use super::json;
use crate::capture::line::{self, Line, Recording, Source};
use crate::decode::{self, Context, FrameKind, Summary};
use crate::text;

/// Explains the frames of `args` or, without any, the lines of `input` as they arrive.
///
/// Returns whether all of them could be decoded. A closed `out` is not an error.
pub fn run(
    args: &DecodeArgs,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let mut decoder = Decoder {
        context: Context::new(&args.features),
        json: args.json,
        summary: args.summary.then(Summary::default),
        first: true,
        all_decoded: true,
        passed_over_usb: 0,
        passed_over_log: 0,
        out,
        err,
    };
    let done = if args.frames.is_empty() {
        decoder.lines(input).map_err(unreadable)?
    } else {
        decoder.arguments(&args.frames)
    };
    match done.and_then(|()| decoder.summarize()) {
        Err(Stop::Closed) | Ok(()) => {}
        Err(Stop::Failed(why)) => return Err(unwritable(why)),
    }
    decoder.end();
    Ok(decoder.all_decoded)
}

/// Why decoding stopped before the end of its input.
enum Stop {
    Closed,
    Failed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(why: io::Error) -> Self {
        if why.kind() == ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Failed(why)
        }
    }
}

struct Decoder<'a> {
    context: Context,
    json: bool,
    /// What is printed at the end instead of the frames.
    summary: Option<Summary>,
    first: bool,
    all_decoded: bool,
    /// Numbers of lines of USB captures without a HID++ report, and of logs without a frame.
    passed_over_usb: usize,
    passed_over_log: usize,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl Decoder<'_> {
    fn arguments(&mut self, frames: &[String]) -> Result<(), Stop> {
        // An unquoted frame arrives as one argument per byte.
        let is_byte = |argument: &String| argument.trim_start_matches("0x").len() == 2;
        if frames.len() > 1 && frames.iter().all(is_byte) {
            return self.line("arguments", &frames.join(" "));
        }
        for (number, frame) in (1..).zip(frames) {
            self.line(&format!("argument {number}"), frame)?;
        }
        Ok(())
    }

    /// The outer result is that of reading the input, the inner one that of writing the output.
    fn lines(&mut self, input: &mut dyn BufRead) -> io::Result<Result<(), Stop>> {
        let mut lines = Lines::new(input);
        let mut number = 0_u64;
        while let Some(raw) = lines.next()? {
            number += 1;
            let place = format!("line {number}");
            let written = match raw {
                Raw::Text(line) => self.line(&place, line),
                Raw::NoText => {
                    self.complain(&place, "it is not valid UTF-8");
                    Ok(())
                }
                Raw::TooLong => {
                    let why = format!("longer than {} bytes", lines::MAX_LEN);
                    self.complain(&place, why);
                    Ok(())
                }
            };
            if written.is_err() {
                return Ok(written);
            }
        }
        Ok(Ok(()))
    }

    fn line(&mut self, place: &str, line: &str) -> Result<(), Stop> {
        let frame = match line::read(line) {
            Ok(Line::Frame(frame)) => frame,
            Ok(Line::Nothing) => return Ok(()),
            Ok(Line::Ids {
                source,
                vendor,
                product,
            }) => {
                self.context.introduce(source, vendor, product);
                if let Some(summary) = &mut self.summary {
                    summary.introduce(source, vendor, product);
                }
                self.passed_over_usb += usize::from(matches!(source, Source::Usb(..)));
                return Ok(());
            }
            Ok(Line::PassedOver(Recording::Usb)) => {
                self.passed_over_usb += 1;
                return Ok(());
            }
            Ok(Line::PassedOver(Recording::Log)) => {
                self.passed_over_log += 1;
                return Ok(());
            }
            Err(why) => {
                self.complain(place, why);
                return Ok(());
            }
        };
        let explanation = match decode::explain(&mut self.context, &frame) {
            // A capture of the whole bus contains everything: descriptors, key presses, other
            // devices.
            Err(_) if frame.is_from_usbmon() => {
                self.passed_over_usb += 1;
                return Ok(());
            }
            Ok(explanation) if frame.is_from_usbmon() && explanation.kind() == FrameKind::Input => {
                self.passed_over_usb += 1;
                return Ok(());
            }
            Ok(explanation) => explanation,
            Err(why) => {
                self.complain(place, why);
                return Ok(());
            }
        };
        if let Some(summary) = &mut self.summary {
            summary.add(&frame, &explanation);
            return Ok(());
        }
        let text = if self.json {
            let object = json::to_string(&explanation).map_err(io::Error::from)?;
            format!("{object}\n")
        } else {
            let space = if self.first { "" } else { "\n" };
            format!("{space}{}", decode::block(&explanation))
        };
        self.first = false;
        self.out.write_all(text.as_bytes())?;
        // A user who follows a live capture waits for this frame, not for a full buffer.
        self.out.flush()?;
        Ok(())
    }

    fn summarize(&mut self) -> Result<(), Stop> {
        let Some(summary) = &self.summary else {
            return Ok(());
        };
        let report = summary.report();
        let text = if self.json {
            format!("{}\n", json::to_string(&report).map_err(io::Error::from)?)
        } else {
            decode::page(&report)
        };
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        Ok(())
    }

    fn complain(&mut self, place: &str, why: impl std::fmt::Display) {
        self.all_decoded = false;
        self.report(format_args!("{place}: {why}"));
    }

    fn end(&mut self) {
        for (passed, what) in [
            (self.passed_over_usb, "of USB capture"),
            (self.passed_over_log, "of other programs' logs"),
        ] {
            if passed > 0 {
                let lines = match passed {
                    1 => "1 line".to_owned(),
                    _ => format!("{passed} lines"),
                };
                self.report(format_args!(
                    "skipped {lines} {what} without a HID++ report"
                ));
            }
        }
    }

    /// Writes a line to standard error, as all commands do. A failure to write it cannot be
    /// reported.
    fn report(&mut self, what: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.err, "{}", text::line(&format!("solar-status: {what}")));
    }
}
