//! `solar-status doctor`: why a device is missing or wrong, for people, programs and bug reports.

mod args;
mod text;

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

pub use args::DoctorArgs;

use super::exit::Exit;
use super::file::{self, Target, Written};
use super::{cache, complain};
use crate::cli::json;
use crate::doctor::{Finding, Machine, Places, Verdict, Wishes, judge, look, report, worst};

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
    let facts = look(&Wishes {
        machine: Machine::at(&root),
        direct: args.direct,
        listen: args.listen,
        places: Places {
            cache: cache::path(),
            history: root.join(HISTORY),
        },
    });
    let findings = judge(&facts);
    let exit = exit(worst(&findings));
    if let Some(path) = &args.report {
        let text = report(&facts, &findings);
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
