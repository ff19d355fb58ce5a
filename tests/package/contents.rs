//! The contents of the package.

use std::fs;
use std::process::Command;

use crate::deb::packages;
use crate::tools::{output, path};

/// The reviewed list of its contents.
const REVIEWED: &str = "tests/package/contents.txt";

/// Mode, owner and path of each file; folders are omitted.
fn contents() -> String {
    let list = output(
        Command::new("dpkg-deb")
            .arg("--contents")
            .arg(&packages().ours),
    );
    let mut lines: Vec<_> = list.lines().filter_map(line).collect();
    lines.sort_by(|a, b| a.rsplit(' ').next().cmp(&b.rsplit(' ').next()));
    lines.join("\n") + "\n"
}

fn line(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (mode, owner, path) = (words.next()?, words.next()?, words.next_back()?);
    (!mode.starts_with('d')).then(|| format!("{mode} {owner} {path}"))
}

#[test]
fn the_contents_equal_the_reviewed_list() {
    let contents = contents();
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(REVIEWED), contents).unwrap();
        return;
    }
    let reviewed = fs::read_to_string(path(REVIEWED)).unwrap();
    assert_eq!(
        contents, reviewed,
        "if the change is meant, run BLESS=1 cargo test --test package contents"
    );
}

#[test]
fn every_dependency_is_listed_once() {
    let mut field = Command::new("dpkg-deb");
    let list = output(field.arg("--field").arg(&packages().ours).arg("Depends"));
    let names = list.split(", ").map(|it| it.split_whitespace().next());
    let mut names: Vec<_> = names.collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{list}");
    assert!(names.contains(&Some("libc6")), "{list}");
}

#[test]
fn lintian_finds_no_unexplained_fault() {
    let mut lintian = Command::new("lintian");
    lintian.args([
        "--allow-root",
        "--pedantic",
        "--fail-on=error,warning,pedantic",
    ]);
    let tags = output(lintian.arg(&packages().ours));
    assert_eq!(tags, "");
}
