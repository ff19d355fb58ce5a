//! The project's addresses: `homepage` and `repository` are set in `[workspace.package]` of Cargo.toml,
//! or in no file.

use std::fs;
use std::path::Path;
use std::process::Command;

use test_support::documents::document;
use test_support::tools::run;
use toml::Table;

use crate::release::METAINFO;
use crate::tools::path;
use crate::written::assert_fresh;

/// The keys, and the types of `AppStream` addresses that have them.
const KEYS: [(&str, &str); 2] = [("homepage", "homepage"), ("repository", "vcs-browser")];

const MANIFESTS: [&str; 3] = [
    "Cargo.toml",
    "crates/hidpp/Cargo.toml",
    "crates/hidpp-sim/Cargo.toml",
];

/// An address, if the project has one.
pub(crate) fn address(key: &str) -> Option<String> {
    let manifest: Table = document("Cargo.toml").parse().unwrap();
    let package = manifest.get("workspace").unwrap().get("package").unwrap();
    Some(package.get(key)?.as_str().unwrap().to_owned())
}

/// Metadata for software centres with these addresses and no others.
fn metainfo(text: &str, addresses: &[(&str, Option<String>)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.retain(|line| !line.trim_start().starts_with("<url "));
    let place = lines.iter().position(|it| it.trim() == "<categories>");
    let place = place.unwrap();
    let urls = addresses.iter().filter_map(|(kind, address)| {
        let address = address.as_ref()?.replace('&', "&amp;");
        Some(format!("  <url type=\"{kind}\">{address}</url>"))
    });
    lines.splice(place..place, urls);
    lines.join("\n") + "\n"
}

#[test]
fn every_manifest_inherits_the_addresses() {
    for file in MANIFESTS {
        let manifest: Table = document(file).parse().unwrap();
        for (key, _) in KEYS {
            let own = manifest.get("package").unwrap().get(key);
            let inherits = own.is_some_and(|it| it.get("workspace").is_some());
            let has = address(key).is_some();
            assert_eq!(own.is_some(), has, "{file}: {key}.workspace = true");
            assert_eq!(inherits, has, "{file}: {key}.workspace = true");
        }
    }
}

#[test]
fn the_metadata_for_software_centres_has_the_addresses() {
    let addresses = KEYS.map(|(key, kind)| (kind, address(key)));
    assert_fresh(METAINFO, &metainfo(&document(METAINFO), &addresses));
}

#[test]
fn an_address_that_is_set_appears_in_the_metadata_once() {
    let text = document(METAINFO);
    let set = [("homepage", Some("https://example.org/?a&b".to_owned()))];
    let with = metainfo(&text, &set);
    assert!(with.contains("\n  <url type=\"homepage\">https://example.org/?a&amp;b</url>\n"));
    assert_eq!(metainfo(&with, &set), with);
    let folder = tempfile::tempdir().unwrap();
    let file = folder
        .path()
        .join("org.solarstatus.SolarStatus.metainfo.xml");
    fs::write(&file, with).unwrap();
    let mut command = Command::new("appstreamcli");
    command.args(["validate", "--no-net", "--no-color"]);
    let output = run(command.arg(file), "appstream");
    assert!(output.status.success(), "{output:?}");
}

/// A folder with the project's manifest, with this line in `[workspace.package]`.
fn project_with(line: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let heading = "[workspace.package]\n";
    let manifest = document("Cargo.toml").replace(heading, &format!("{heading}{line}\n"));
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(folder.path().join("packaging/arch")).unwrap();
    folder
}

/// The address that the package for Arch and the RPM get.
fn built(project: &Path) -> [String; 2] {
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!(
        "startdir={}; . {}; echo \"$url\"",
        project.join("packaging/arch").display(),
        path("packaging/arch/PKGBUILD").display()
    ));
    let mut rpm = Command::new("rpmspec");
    rpm.current_dir(project)
        .args(["--query", "--queryformat", "%{url}\n"]);
    rpm.arg(path("packaging/rpm/solar-status.spec"));
    [(shell, "bash"), (rpm, "rpm")].map(|(mut command, package)| {
        let output = run(&mut command, package);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}

#[test]
fn packages_are_built_with_the_address_of_the_manifest() {
    if address("homepage").is_none() {
        let without = project_with("");
        assert_eq!(built(without.path()), ["", "(none)"]);
        let with = project_with("homepage = \"https://example.org/\"");
        assert_eq!(built(with.path()), ["https://example.org/"; 2]);
    } else {
        let address = address("homepage").unwrap();
        assert_eq!(built(&path("")), [address.clone(), address]);
    }
}
