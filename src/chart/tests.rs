//! Pictures of various histories: layout, contents and colours.

use std::time::Duration;

use super::scene::{Area, Shape};
use super::*;
use crate::device::ChargeState;
use crate::history::Span;
use hidpp_proto::units::{Lux, Percent, Timestamp};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// This number of hours after the start of 25 November 2025.
fn at(hour: u32) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(1_764_028_800)) + HOUR * hour
}

fn entry(hour: u32, light: bool) -> Entry {
    let sky = [0, 0, 0, 0, 0, 0, 8, 60, 150, 260, 380, 538];
    let lux = sky.iter().chain(sky.iter().rev()).nth(hour as usize % 24);
    Entry {
        at: at(hour),
        span: Span::Moment,
        charge: Percent::new(u8::try_from(100 - hour / 24 % 100).unwrap()),
        voltage: None,
        light: lux.filter(|_| light).map(|lux| Lux(*lux)),
        state: ChargeState::Discharging,
        online: true,
    }
}

/// One entry per hour, except for a gap of eight hours.
fn hours(count: u32, light: bool) -> Vec<Entry> {
    let hours = (0..count).filter(|hour| !(30..38).contains(hour));
    hours.map(|hour| entry(hour, light)).collect()
}

/// Entries of devices, the first of which measures light.
fn devices(count: usize, hours_each: u32) -> Vec<Vec<Entry>> {
    (0..count).map(|it| hours(hours_each, it == 0)).collect()
}

fn chart(devices: &[Vec<Entry>], until: u32) -> Chart<'_> {
    let note = "57 %, empty in about 78 days (60 to 105), gets 1540 lux hours a day, needs 2140";
    Chart {
        tracks: devices
            .iter()
            .enumerate()
            .map(|(number, entries)| Track {
                name: format!("Wireless Solar Keyboard K75{number}"),
                note: note.to_owned(),
                entries,
            })
            .collect(),
        period: Period {
            since: at(0),
            until: at(until),
        },
        zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap(),
        theme: Theme::Light,
    }
}

fn texts(scene: &Scene) -> Vec<(String, Area)> {
    let texts = scene.shapes.iter().filter_map(|shape| match shape {
        Shape::Text { text, .. } => Some((text.clone(), shape.text_area()?)),
        _ => None,
    });
    texts.collect()
}

#[test]
fn no_text_covers_another_or_leaves_the_picture() {
    for (count, hours) in [
        (1, 1),
        (1, 24),
        (1, 60 * 24),
        (3, 60 * 24),
        (20, 200),
        (2, 2 * 365 * 24),
    ] {
        let devices = devices(count, hours);
        let chart = chart(&devices, hours);
        let natural = chart.natural_size();
        let least = chart
            .scene(Size {
                width: 1,
                height: 1,
            })
            .unwrap_err();
        let least = Size {
            width: least.width,
            height: least.height,
        };
        for size in [
            natural,
            least,
            Size {
                width: 3000,
                height: 9000,
            },
        ] {
            let scene = chart.scene(size).unwrap();
            let texts = texts(&scene);
            for (place, (text, area)) in texts.iter().enumerate() {
                let picture = Area {
                    left: 0.0,
                    top: 0.0,
                    right: f32::from(size.width),
                    bottom: f32::from(size.height),
                };
                let inside = area.left >= picture.left
                    && area.right <= picture.right
                    && area.top >= picture.top
                    && area.bottom <= picture.bottom;
                assert!(
                    inside,
                    "{text:?} {area:?} leaves {size:?} ({count}, {hours})"
                );
                for (other, others) in texts.iter().skip(place + 1) {
                    assert!(
                        !area.overlaps(*others),
                        "{text:?} covers {other:?} in {size:?} ({count}, {hours})"
                    );
                }
            }
        }
    }
}

#[test]
fn a_picture_of_a_device_is_1200_by_600_and_of_many_higher() {
    let size = |count| {
        let devices = devices(count, 240);
        let size = chart(&devices, 240).natural_size();
        (size.width, size.height)
    };
    assert_eq!(size(1), (1200, 600));
    assert_eq!(size(2), (1200, 600));
    let many = size(20);
    assert!(many.0 == 1200 && many.1 > 2000, "{many:?}");
}

#[test]
fn the_svg_is_well_formed_and_has_its_parts() {
    let devices = devices(2, 10 * 24);
    let mut chart = chart(&devices, 10 * 24);
    chart.tracks[0].name = "<K750> & co".to_owned();
    let svg = chart.scene(chart.natural_size()).unwrap().svg();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\""));
    assert!(svg.ends_with("</svg>\n"));
    for part in [
        "<title id=\"title\">Charge and light of 2 devices</title>",
        "<desc id=\"desc\">Charge and light of 2 devices, 25 Nov – 5 Dec 2025.",
        ">&lt;K750&gt; &amp; co</text>",
        ">charge</text>",
        ">light</text>",
        ">dark (below 20 lux)</text>",
        ">not recorded</text>",
        ">100 %</text>",
        ">600 lx</text>",
        ">1 Dec</text>",
        "<polygon ",
        "<polyline ",
    ] {
        assert!(svg.contains(part), "{part} in\n{svg}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn the_png_has_its_size_and_the_colours_of_its_theme() {
    let devices = devices(1, 48);
    let mut chart = chart(&devices, 48);
    for (theme, background) in [(Theme::Light, 0xFF), (Theme::Dark, 0x15)] {
        chart.theme = theme;
        let size = Size {
            width: 640,
            height: 400,
        };
        let png = chart.scene(size).unwrap().png().unwrap();
        let pixels = tiny_skia::Pixmap::decode_png(&png).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (640, 400));
        assert_eq!(pixels.pixel(1, 1).unwrap().red(), background);
        let colors = theme.colors();
        for color in [colors.light, colors.night, colors.day] {
            let [red, green, blue] = color.rgb;
            let is_there = pixels
                .pixels()
                .iter()
                .any(|it| (it.red(), it.green(), it.blue()) == (red, green, blue));
            assert!(is_there, "{color:?}");
        }
    }
}

#[test]
fn a_picture_is_the_same_in_bands_of_any_height() {
    let devices = devices(3, 48);
    let chart = chart(&devices, 48);
    let size = Size {
        width: 640,
        height: 700,
    };
    let scene = chart.scene(size).unwrap();
    let pixels = |lines| {
        let png = scene.png_in_bands(lines).unwrap();
        tiny_skia::Pixmap::decode_png(&png).unwrap()
    };
    let whole = pixels(700);
    for lines in [1, 7, 64, 699] {
        let banded = pixels(lines);
        let values = whole.data().iter().zip(banded.data());
        let differ = values.filter(|(a, b)| a.abs_diff(**b) > 8).count();
        // Coordinates that are rounded differently may slightly change the shade of an edge.
        assert!(differ * 10_000 < whole.data().len(), "{lines}: {differ}");
    }
}

#[test]
fn the_error_for_a_small_picture_has_the_minimum_size() {
    let devices = devices(3, 48);
    let chart = chart(&devices, 48);
    let size = Size {
        width: 1200,
        height: 100,
    };
    let error = chart.scene(size).unwrap_err().to_string();
    assert!(
        error.starts_with("3 devices do not fit there: use at least 400x"),
        "{error}"
    );
}

#[test]
fn nights_are_not_drawn_if_days_are_too_narrow() {
    let fill = Theme::Light.colors().night;
    let nights = |hours| {
        let devices = devices(1, hours);
        let scene = chart(&devices, hours).scene(Size {
            width: 1200,
            height: 600,
        });
        let is_night =
            |shape: &&Shape| matches!(shape, Shape::Rectangle { fill: it, .. } if *it == fill);
        scene.unwrap().shapes.iter().filter(is_night).count()
    };
    // Two panels, and the legend.
    assert_eq!(nights(10 * 24), 2 * 11 + 1);
    assert_eq!(nights(2 * 365 * 24), 0);
}
