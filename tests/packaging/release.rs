//! The packaged version: the same in every file that contains it.

use test_support::documents::document;

pub(crate) const METAINFO: &str = "packaging/appstream/org.solarstatus.SolarStatus.metainfo.xml";

pub(crate) struct Release {
    pub(crate) version: String,
    /// Year, month and day.
    pub(crate) date: String,
}

/// The newest release in the `AppStream` metainfo.
pub(crate) fn newest() -> Release {
    let metainfo = document(METAINFO);
    let tag = metainfo.split_once("<release ").unwrap().1;
    let value = |key: &str| {
        let (_, rest) = tag.split_once(&format!("{key}=\"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    Release {
        version: value("version"),
        date: value("date"),
    }
}

#[test]
fn every_package_has_the_version_of_the_programs() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(newest().version, version, "{METAINFO}");
    for (file, line) in [
        (
            "packaging/debian/changelog",
            format!("solar-status ({version}-"),
        ),
        ("packaging/arch/PKGBUILD", format!("pkgver={version}\n")),
        (
            "packaging/rpm/solar-status.spec",
            format!("Version: {version}\n"),
        ),
    ] {
        assert!(document(file).contains(&line), "no {line} in {file}");
    }
}
