//! `solar-status doctor`: why a device is missing or wrong, for people, programs and bug reports.

mod args;
mod text;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

pub use args::DoctorArgs;

use super::exit::Exit;
use super::file::{self, Target, Written};
use super::{cache, complain};
use crate::cli::json;
use crate::config::ConfigFile;
use crate::doctor::{
    Area, Facts, Finding, Machine, Places, Verdict, Wishes, judge, look, report, worst,
};

/// The version of the JSON document.
const SCHEMA: u32 = 1;

/// The default directory of the service's histories, below the root.
const HISTORY: &str = "var/lib/solar-status/history";

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    verdict: &'static str,
    findings: &'a [Finding],
}

pub(super) fn run(args: &DoctorArgs) -> io::Result<Exit> {
    let root = args.root.clone().unwrap_or_else(|| PathBuf::from("/"));
    let mut facts = look(&Wishes {
        machine: Machine::at(&root),
        direct: args.direct,
        listen: args.listen,
        places: Places {
            cache: cache::path(),
            history: root.join(HISTORY),
        },
    });
    // The report is made without the configuration: the names in it may identify the user.
    let anonymous = args.report.as_ref();
    let anonymous = anonymous.map(|path| (path, report(&facts, &judge(&facts))));
    let findings = configured(&mut facts, args.config.as_deref());
    let exit = exit(worst(&findings));
    if let Some((path, text)) = anonymous {
        let written = file::write(path, text.as_bytes())?;
        if file::is_standard(path) {
            return Ok(exit);
        }
        complain(&format_args!(
            "the report {} {}; read it before you send it to anyone",
            match written {
                Written::New => "was written to",
                Written::Replaced => "replaced",
            },
            path.display(),
        ));
    }
    print(args, &findings)?;
    Ok(exit)
}

/// Returns the findings with the names and limits of the configuration, and whether it is wrong.
fn configured(facts: &mut Facts, named: Option<&Path>) -> Vec<Finding> {
    let file = ConfigFile::read(named);
    if let (Ok(file), Ok(seen)) = (&file, &mut facts.devices) {
        for device in &mut seen.devices {
            file.content.apply(device, &seen.receivers);
        }
    }
    let mut findings = judge(facts);
    findings.extend(file.err().map(|error| {
        Finding::problem(Area::Files, "configuration", error.to_string())
            .advise("mend it, then check it with solar-status --check-config")
    }));
    findings
}

const fn exit(worst: Verdict) -> Exit {
    match worst {
        Verdict::Ok | Verdict::Note | Verdict::Unseen => Exit::Ok,
        Verdict::Denied => Exit::NoPermission,
        Verdict::Absent => Exit::NoDevice,
        Verdict::Problem => Exit::Failure,
    }
}

fn print(args: &DoctorArgs, findings: &[Finding]) -> io::Result<()> {
    let target = Target::new(args.output.as_deref());
    let mut out = Vec::new();
    if args.json {
        let document = Document {
            schema: SCHEMA,
            verdict: worst(findings).name(),
            findings,
        };
        writeln!(out, "{}", json::to_string_pretty(&document)?)?;
    } else {
        let style = target.style(args.color);
        text::print(&mut out, findings, style)?;
    }
    target.write(&out)
}
