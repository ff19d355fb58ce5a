//! `solar-status history`: the past charge and light, and a forecast.

mod args;
mod csv;
mod document;
mod moment;
mod phrases;
mod plot;
mod simulated;
mod source;
mod subject;
mod summary;
mod view;

use std::io::{self, Write};

use jiff::tz::TimeZone;

pub(super) use self::args::HistoryArgs;

use self::document::Document;
use self::moment::End;
use self::source::SourceError;
use self::subject::Subject;
use self::summary::Summary;
use self::view::View;
use super::exit::Exit;
use super::{complain, file, selecting};
use crate::chart::{Chart, Period, Scene, Track};
use crate::cli::json;
use crate::clock::{Clock, RealClock};
use crate::device::{Device, Selection};
use crate::history::forecast;
use hidpp_proto::units::Timestamp;

pub(super) fn run(args: &HistoryArgs) -> io::Result<Exit> {
    let zone = TimeZone::system();
    let now = RealClock::new(None).now();
    let until = args
        .until
        .map_or(now, |it| it.resolve(now, &zone, End::Last).min(now));
    let since = args.since.resolve(until, &zone, End::First);
    let asked = Period { since, until };
    let error = not_a_period(asked, now)
        .or_else(|| twice_on_standard_output(args))
        .or_else(|| binary_on_a_terminal(args));
    if let Some(error) = error {
        complain(&error);
        return Ok(Exit::Usage);
    }
    // A forecast may use entries from before the shown period.
    let first = since.min(forecast::window_start(until));
    let mut subjects = match source::subjects(args, (first, until), &zone) {
        Ok(subjects) => subjects,
        Err(error) => {
            complain(&error);
            return Ok(match error {
                SourceError::Nothing(_) | SourceError::NothingRuns(_) => Exit::NoDevice,
                SourceError::Forbidden(_) => Exit::NoPermission,
                _ => Exit::Failure,
            });
        }
    };
    let mut exit = Exit::Ok;
    for subject in &mut subjects {
        args.config.content.apply(&mut subject.device, &[]);
    }
    let mut selection = Selection::new(&args.device);
    for subject in &subjects {
        selection.learn(&subject.device, &[]);
    }
    let known: Vec<&Device> = subjects.iter().map(|it| &it.device).collect();
    for missing in selecting::unmatched(&selection, &known, &[]) {
        complain(&missing.text("run solar-status history without --device to see all"));
        exit = Exit::NoDevice;
    }
    let is_visible = |device: &Device| args.config.keeps_hidden || !device.preferences.is_hidden;
    subjects.retain(|it| is_visible(&it.device) && selection.selects(&it.device, &[]));
    subjects.sort_by_key(|it| it.device.preferences.position());
    let views = view::views(&subjects, asked);
    if views.is_empty() {
        if exit == Exit::Ok {
            complain(&nothing(&subjects));
        }
        return Ok(Exit::NoDevice);
    }
    let shown = show(args, &views, asked, zone)?;
    Ok(exit.max(shown))
}

/// Returns why there is nothing to show, and what to do.
fn nothing(subjects: &[Subject]) -> &'static str {
    if subjects.iter().any(|it| !it.entries.is_empty()) {
        "nothing was recorded in that period; choose another with --since and --until"
    } else {
        "nothing is recorded yet: solar-statusd records charge and light while it runs with \
         --state DIRECTORY (as the service does)"
    }
}

/// Returns an error if nothing can be in the period.
fn not_a_period(asked: Period, now: Timestamp) -> Option<&'static str> {
    match asked {
        Period { until, .. } if until == Timestamp::START => {
            Some("--until is before 1970, when nothing was recorded; choose a later time")
        }
        Period { since, .. } if since >= now => {
            Some("--since is in the future; choose an earlier time")
        }
        Period { since, until } => (since >= until).then_some("--since must be before --until"),
    }
}

/// Returns an error if more than one output goes to standard output.
fn twice_on_standard_output(args: &HistoryArgs) -> Option<&'static str> {
    let pictures = [&args.svg, &args.png].into_iter().flatten();
    let pictures = pictures.filter(|path| file::is_standard(path)).count();
    let is_text = args.csv || args.json || args.output.is_some();
    let is_standard = args.output.as_deref().is_none_or(file::is_standard);
    let text = usize::from(is_text && is_standard);
    (pictures + text > 1)
        .then_some("only one output can go to standard output; name files for the others")
}

/// Returns an error if a terminal would receive a PNG picture: its bytes can be control sequences.
fn binary_on_a_terminal(args: &HistoryArgs) -> Option<&'static str> {
    args.png.as_deref().filter(|path| file::is_terminal(path))?;
    Some(
        "a terminal cannot show a PNG picture; name a file (--png chart.png) or redirect the output",
    )
}

fn show(args: &HistoryArgs, views: &[View<'_>], asked: Period, zone: TimeZone) -> io::Result<Exit> {
    let pictured = args.svg.is_some() || args.png.is_some();
    if pictured {
        let scene = match scene(args, views, asked, zone.clone()) {
            Ok(scene) => scene,
            Err(error) => {
                complain(&error);
                return Ok(Exit::Usage);
            }
        };
        if let Some(path) = &args.svg {
            file::write(path, scene.svg().as_bytes())?;
        }
        if let Some(path) = &args.png {
            let png = scene.png().map_err(io::Error::other)?;
            file::write(path, &png)?;
        }
    }
    let target = file::Target::new(args.output.as_deref());
    let mut text = Vec::new();
    if args.csv {
        csv::print(&mut text, views)?;
    } else if args.json {
        let document = json::to_string_pretty(&Document::of(views, asked))?;
        writeln!(text, "{document}")?;
    } else if pictured && args.output.is_none() {
        return Ok(Exit::Ok);
    } else {
        let summary = Summary {
            period: asked,
            zone,
            style: target.style(args.color),
        };
        summary.print(&mut text, views)?;
    }
    target.write(&text)?;
    Ok(Exit::Ok)
}

/// Returns the picture of all devices with a recorded charge or light.
fn scene(
    args: &HistoryArgs,
    views: &[View<'_>],
    period: Period,
    zone: TimeZone,
) -> Result<Scene, crate::chart::TooSmall> {
    let has_values = |view: &&View<'_>| {
        let has_value =
            |entry: &crate::history::Entry| entry.charge.is_some() || entry.light.is_some();
        view.entries.iter().any(has_value)
    };
    let tracks = views.iter().filter(has_values).map(|view| Track {
        name: view.name.clone(),
        note: phrases::note(&view.forecast, view.charges().map(|it| it.last.to_string())),
        entries: view.entries,
    });
    let chart = Chart {
        tracks: tracks.collect(),
        period,
        zone,
        theme: args.theme.into(),
    };
    chart.scene(args.size.unwrap_or_else(|| chart.natural_size()))
}
