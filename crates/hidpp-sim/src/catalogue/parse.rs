//! Parses the list of devices, strictly: a typing mistake is an error, not a different device.

use std::collections::BTreeSet;

use super::{Connection, Entry, FeatureLine, Part, PartKind, Source, UnitId};
use crate::battery::{Battery, Cell, Register, State};
use crate::battery_features::{AdcMeasurement, BatteryView, LevelStatus, Levels, UnifiedBattery};
use crate::device::Kind;
use hidpp_proto::units::{Lux, Millivolts, Percent};

/// Why a block of the list could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {wrong}")]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: usize,
    /// A description of the error.
    pub wrong: &'static str,
}

/// A line with its continuation lines.
struct Field {
    line: usize,
    key: &'static str,
    values: Vec<&'static str>,
}

impl Field {
    fn words(&self) -> impl Iterator<Item = &'static str> {
        self.values
            .iter()
            .flat_map(|value| value.split_whitespace())
    }

    fn text(&self) -> &'static str {
        self.values.first().copied().unwrap_or_default()
    }

    fn is(&self, word: &str) -> Result<bool, &'static str> {
        if self.text() == word {
            Ok(true)
        } else {
            Err("an unknown word")
        }
    }
}

/// Reads all blocks.
pub(super) fn parse(text: &'static str) -> Vec<Result<Entry, ParseError>> {
    let mut blocks: Vec<Vec<Field>> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let before = blocks.last_mut().and_then(|block| block.last_mut());
        if let Some(field) = before.filter(|_| line.starts_with(' ')) {
            field.values.push(line);
            continue;
        }
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        let begins = line.starts_with('[');
        let (key, value) = if begins { ("[", line) } else { (key, value) };
        let field = Field {
            line: number,
            key,
            values: vec![value],
        };
        match blocks.last_mut() {
            Some(block) if !begins => block.push(field),
            _ => blocks.push(vec![field]),
        }
    }
    blocks.iter().map(|block| entry(block)).collect()
}

fn entry(block: &[Field]) -> Result<Entry, ParseError> {
    let first = block.first().map_or(0, |field| field.line);
    let missing = |wrong| ParseError { line: first, wrong };
    let has = |keys: &[&str]| {
        let count = block.iter().filter(|it| keys.contains(&it.key)).count();
        count == 1
    };
    if !has(&["["]) {
        return Err(missing("a block begins with a name"));
    }
    if !has(&["receiver", "pad", "usb", "bluetooth"]) {
        return Err(missing("one connection is needed"));
    }
    if !has(&["kind"]) || !has(&["protocol"]) {
        return Err(missing("kind and protocol are needed, once"));
    }
    let mut entry = Entry {
        name: "",
        codename: "",
        connection: Connection::Receiver(0),
        kind: Kind::Unknown,
        protocol: [0, 0],
        interval: None,
        power_switch: 0,
        name_end: 0,
        no_serial: false,
        model: None,
        unit: UnitId::Own,
        transports: None,
        long_reports_only: false,
        flags: [0; 3],
        firmware: Vec::new(),
        features: Vec::new(),
        battery: None,
    };
    let mut keys = BTreeSet::new();
    for field in block {
        if !keys.insert(field.key) {
            return Err(ParseError {
                line: field.line,
                wrong: "duplicate key",
            });
        }
        read(&mut entry, field).map_err(|wrong| ParseError {
            line: field.line,
            wrong,
        })?;
    }
    Ok(entry)
}

fn read(entry: &mut Entry, field: &Field) -> Result<(), &'static str> {
    let text = field.text();
    match field.key {
        "[" => {
            let name = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
            entry.name = name.ok_or("a name stands in brackets")?;
        }
        "codename" => entry.codename = text,
        "receiver" => entry.connection = Connection::Receiver(hex(text)?),
        "pad" => entry.connection = Connection::Pad(hex(text)?),
        "usb" => {
            let (vendor, product) = ids(text)?;
            entry.connection = Connection::Usb(vendor, product);
        }
        "bluetooth" => {
            let (vendor, product) = ids(text)?;
            entry.connection = Connection::Bluetooth(vendor, product);
        }
        "kind" => entry.kind = kind(text)?,
        "protocol" => {
            let (major, minor) = text.split_once('.').ok_or("a version has a dot")?;
            entry.protocol = [decimal(major)?, decimal(minor)?];
        }
        "interval" => entry.interval = Some(decimal(text)?),
        "switch" => entry.power_switch = decimal(text)?,
        "padding" => entry.name_end = if field.is("blank")? { b' ' } else { 0 },
        "serial" => entry.no_serial = field.is("zero")?,
        "model" => entry.model = Some(bytes(text)?),
        "unit" => entry.unit = unit(text)?,
        "transports" => entry.transports = Some(hex(text)?),
        "reports" => entry.long_reports_only = field.is("long")?,
        "flags" => entry.flags = bytes(text)?,
        "firmware" => entry.firmware = firmware(field)?,
        "features" => entry.features = field.words().map(feature).collect::<Result<_, _>>()?,
        "battery" => entry.battery = Some(battery(field)?),
        _ => return Err("an unknown key"),
    }
    Ok(())
}

fn hex(text: &str) -> Result<u16, &'static str> {
    bytes(text).map(u16::from_be_bytes)
}

/// Exactly `N` bytes of hexadecimal digits.
fn bytes<const N: usize>(text: &str) -> Result<[u8; N], &'static str> {
    let wrong = "hexadecimal digits are expected, neither more nor fewer";
    if text.len() != 2 * N {
        return Err(wrong);
    }
    let (digits, _) = text.as_bytes().as_chunks::<2>();
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(digits) {
        let value = |digit: u8| {
            char::from(digit)
                .to_digit(16)
                .and_then(|it| u8::try_from(it).ok())
        };
        *byte = value(*high)
            .zip(value(*low))
            .map(|(high, low)| high << 4 | low)
            .ok_or(wrong)?;
    }
    Ok(bytes)
}

fn decimal<N: std::str::FromStr>(text: &str) -> Result<N, &'static str> {
    text.parse().map_err(|_| "a number is expected")
}

fn ids(text: &str) -> Result<(u16, u16), &'static str> {
    let (vendor, product) = text.split_once(':').ok_or("two ids are expected")?;
    Ok((hex(vendor)?, hex(product)?))
}

fn unit(text: &str) -> Result<UnitId, &'static str> {
    match text {
        "serial" => Ok(UnitId::Serial),
        "none" => Ok(UnitId::None),
        _ => Err("an unknown word"),
    }
}

fn kind(text: &str) -> Result<Kind, &'static str> {
    Ok(match text {
        "keyboard" => Kind::Keyboard,
        "mouse" => Kind::Mouse,
        "touchpad" => Kind::Touchpad,
        "headset" => Kind::Headset,
        _ => return Err("an unknown kind"),
    })
}

/// `1806+hi/4`: id, flags, version.
fn feature(word: &str) -> Result<FeatureLine, &'static str> {
    if word == "----" {
        return Ok(FeatureLine {
            id: 0,
            flags: 0,
            version: None,
        });
    }
    let (rest, version) = match word.split_once('/') {
        Some((rest, version)) => (rest, Some(decimal(version)?)),
        None => (word, None),
    };
    let (id, letters) = rest.split_once('+').unwrap_or((rest, ""));
    let mut flags = 0;
    for letter in letters.chars() {
        flags |= match letter {
            'h' => 1 << 6,
            'i' => 1 << 5,
            'm' => 1 << 4,
            'c' => 1 << 3,
            _ => return Err("an unknown flag"),
        };
    }
    Ok(FeatureLine {
        id: hex(id)?,
        flags,
        version,
    })
}

/// `boot BOT 56.01.B0006, other`: each with a prefix and a version, if they are known.
fn firmware(field: &Field) -> Result<Vec<Part>, &'static str> {
    let words: Vec<&str> = field.words().collect();
    words.join(" ").split(", ").map(part).collect()
}

fn part(text: &str) -> Result<Part, &'static str> {
    let mut words = text.trim_end_matches(',').split(' ');
    let kind = match words.next() {
        Some("main") => PartKind::Main,
        Some("boot") => PartKind::Bootloader,
        Some("hardware") => PartKind::Hardware,
        Some("other") => PartKind::Other,
        _ => return Err("an unknown part"),
    };
    let mut part = Part {
        kind,
        prefix: *b"   ",
        version: [0; 4],
    };
    for word in words {
        if word.contains('.') {
            part.version = version(word)?;
        } else if word.len() <= part.prefix.len() {
            for (to, from) in part.prefix.iter_mut().zip(word.bytes()) {
                *to = from;
            }
        } else {
            return Err("a prefix has three characters");
        }
    }
    Ok(part)
}

/// `56.01.B0006`, or without the build.
fn version(text: &str) -> Result<[u8; 4], &'static str> {
    let (number, build) = text.split_once(".B").unwrap_or((text, "0000"));
    let (major, minor) = number.split_once('.').ok_or("a version has a dot")?;
    let ([major], [minor], [high, low]) = (bytes(major)?, bytes(minor)?, bytes(build)?);
    Ok([major, minor, high, low])
}

/// The properties that follow the source of a battery.
struct Options {
    charge: Percent,
    state: State,
    measured: Option<Millivolts>,
    cell: Cell,
    steps: Vec<u8>,
    critical: u8,
    life: u16,
    rechargeable: bool,
    days: u16,
    lux: u16,
    off: bool,
}

fn battery(field: &Field) -> Result<(Source, Battery), &'static str> {
    let mut words = field.words();
    let source = words.next().unwrap_or_default();
    let options = options(words)?;
    let unified = UnifiedBattery {
        percent: true,
        rechargeable: true,
    };
    let adc = AdcMeasurement {
        connected: !options.off,
    };
    let battery = Battery {
        charge: options.charge,
        state: options.state,
        measured: options.measured,
        cell: options.cell,
    };
    let source = match source {
        "07" => Source::Register(Register::Steps),
        "0D" => Source::Register(Register::Mileage { days: options.days }),
        "1000" => Source::Feature(BatteryView::LevelStatus(level_status(options))),
        "1001" => Source::Feature(BatteryView::Voltage),
        "1004" => Source::Feature(BatteryView::UnifiedBattery(unified)),
        "1F20" => Source::Feature(BatteryView::AdcMeasurement(adc)),
        "4301" => Source::Solar(Lux(options.lux)),
        _ => return Err("an unknown source"),
    };
    Ok((source, battery))
}

fn level_status(options: Options) -> LevelStatus {
    let levels = Levels::Steps(options.steps);
    let status = if options.rechargeable {
        LevelStatus::rechargeable(levels)
    } else {
        LevelStatus::dry(levels)
    };
    LevelStatus {
        critical: options.critical,
        life: options.life,
        ..status
    }
}

fn options(words: impl Iterator<Item = &'static str>) -> Result<Options, &'static str> {
    let mut charge = None;
    let mut options = Options {
        charge: Percent::FULL,
        state: State::Discharging,
        measured: None,
        cell: Cell::Usual,
        steps: Vec::new(),
        critical: 5,
        life: 0,
        rechargeable: false,
        days: 0,
        lux: 0,
        off: false,
    };
    for word in words {
        match word.split_once('=') {
            Some(("charge", value)) => charge = Percent::new(decimal(value)?),
            Some(("mv", value)) => options.measured = Some(Millivolts(decimal(value)?)),
            Some(("steps", value)) => {
                options.steps = value.split(',').map(decimal).collect::<Result<_, _>>()?;
            }
            Some(("critical", value)) => options.critical = decimal(value)?,
            Some(("life", value)) => options.life = hex(value)?,
            Some(("days", value)) => options.days = decimal(value)?,
            Some(("lux", value)) => options.lux = decimal(value)?,
            Some(("cell", "G933")) => options.cell = Cell::G933,
            None if word == "charging" => options.state = State::Charging,
            None if word == "rechargeable" => options.rechargeable = true,
            None if word == "off" => options.off = true,
            _ => return Err("an unknown property of the battery"),
        }
    }
    options.charge = charge.ok_or("a battery has a charge, up to 100")?;
    Ok(options)
}
