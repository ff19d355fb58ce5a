//! The files that `packaging/install` creates and removes below a folder, what it refuses, and where
//! it looks for the programs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

use test_support::tools::run;

use test_support::documents::document;

use crate::tools::path;

/// The path of the program in all packages except Nix.
const PROGRAM: &str = "/usr/bin/solar-status";

/// A folder outside the project, with programs in `built`.
fn elsewhere() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("built")).unwrap();
    for program in ["solar-status", "solar-statusd"] {
        fs::write(folder.path().join("built").join(program), "").unwrap();
    }
    folder
}

fn install(from: &Path, arguments: &[&str]) -> Output {
    let mut install = Command::new(path("packaging/install"));
    install.current_dir(from).args(arguments);
    run(install.env_remove("CARGO_TARGET_DIR"), "coreutils")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// All folders below a folder, and itself.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let below = paths.filter(|it| it.is_dir()).flat_map(|it| folders(&it));
    let mut all: Vec<PathBuf> = below.chain([folder.to_owned()]).collect();
    all.sort();
    all
}

/// Whether a pattern `$out/…/*.end` in the Nix package covers a file.
fn is_substituted(file: &str, nix: &str) -> bool {
    let patterns = nix.lines().filter_map(|line| {
        let pattern = line.trim().strip_prefix("\"$out\"/")?;
        pattern.trim_end_matches(" \\").split_once('*')
    });
    let mut patterns = patterns.map(|(start, end)| (format!("usr/{start}"), end));
    patterns.any(|(start, end)| file.starts_with(&start) && file.ends_with(end))
}

#[test]
fn the_nix_package_substitutes_every_program_path() {
    let folder = elsewhere();
    let installed = install(folder.path(), &["staging", "built"]);
    assert!(installed.status.success(), "{installed:?}");
    let root = folder.path().join("staging");
    let nix = document("packaging/nix/package.nix");
    let mut named = 0;
    for file in files(&root) {
        if !String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(PROGRAM) {
            continue;
        }
        named += 1;
        let file = file.strip_prefix(&root).unwrap().to_str().unwrap();
        assert!(is_substituted(file, &nix), "{file} keeps {PROGRAM}");
    }
    assert!(
        named >= 4,
        "two units, the bus activation and the autostart file have a program path"
    );
}

/// A project below a folder: the script itself, links to what it installs, and built programs.
fn project(folder: &Path) -> PathBuf {
    let project = folder.join("project");
    for part in ["packaging", "target/release"] {
        fs::create_dir_all(project.join(part)).unwrap();
    }
    for part in [".", "packaging"] {
        for entry in fs::read_dir(path(part)).unwrap() {
            let entry = entry.unwrap();
            let link = project.join(part).join(entry.file_name());
            if entry.file_name() == "install" {
                fs::copy(entry.path(), link).unwrap();
            } else if !link.exists() {
                symlink(entry.path(), link).unwrap();
            }
        }
    }
    for program in ["solar-status", "solar-statusd"] {
        fs::write(project.join("target/release").join(program), "default").unwrap();
    }
    project
}

#[test]
fn without_a_folder_argument_the_programs_that_cargo_built_are_installed() {
    let folder = elsewhere();
    let script = project(folder.path()).join("packaging/install");
    // As cargo does, it looks for this folder in the caller's.
    fs::create_dir_all(folder.path().join("given/release")).unwrap();
    for program in ["solar-status", "solar-statusd"] {
        fs::write(folder.path().join("given/release").join(program), "given").unwrap();
    }
    let absolute = folder.path().join("given");
    for (target, built) in [
        (None, "default"),
        (Some(Path::new("")), "default"),
        (Some(Path::new("given")), "given"),
        (Some(absolute.as_path()), "given"),
    ] {
        let mut install = Command::new(&script);
        install.current_dir(folder.path()).arg("staging");
        install.env_remove("CARGO_TARGET_DIR");
        install.envs(target.map(|it| ("CARGO_TARGET_DIR", it)));
        let installed = run(&mut install, "coreutils");
        assert!(installed.status.success(), "{target:?}: {installed:?}");
        for program in ["solar-status", "solar-statusd"] {
            let program = folder.path().join("staging/usr/bin").join(program);
            assert_eq!(fs::read_to_string(program).unwrap(), built, "{target:?}");
        }
    }
}

#[test]
fn help_prints_the_usage_and_installs_nothing() {
    let folder = elsewhere();
    for arguments in [&["--help"][..], &["-h"], &["staging", "--help"]] {
        let installed = install(folder.path(), arguments);
        assert!(installed.status.success(), "{arguments:?}: {installed:?}");
        let usage = String::from_utf8(installed.stdout).unwrap();
        assert!(
            usage.starts_with("usage: packaging/install [--prefix PREFIX] FOLDER"),
            "{usage}"
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "only `built`"
    );
}

#[test]
fn invalid_arguments_are_refused_and_nothing_is_installed() {
    let folder = elsewhere();
    let wrong = [
        (&["-v", "staging"][..], "there is no option -v"),
        (&["staging", "--remove"], "there is no option --remove"),
        (&["staging", "--prefix"], "--prefix needs a value"),
        (&["--prefix=/opt", "staging", "built"], "so not in /opt"),
        (
            &["--prefix", "", "staging", "built"],
            "so not in an empty one",
        ),
        (&["--uninstall"], "not 0"),
        (&["--uninstall", "staging", "built"], "not 2"),
        (&["staging", "--"], "there is no option --"),
        (&[], "not 0"),
        (&["staging", "built", "more"], "not 3"),
        (&[""], "FOLDER is empty"),
    ];
    for (arguments, reason) in wrong {
        let installed = install(folder.path(), arguments);
        assert_eq!(
            installed.status.code(),
            Some(2),
            "{arguments:?}: {installed:?}"
        );
        let errors = String::from_utf8(installed.stderr).unwrap();
        assert!(errors.contains(reason), "{errors}");
        assert!(errors.contains("usage: packaging/install"), "{errors}");
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "only `built`"
    );
}

/// The text of every file below a folder.
fn texts(root: &Path) -> BTreeMap<PathBuf, String> {
    let read = |path: PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        (path.strip_prefix(root).unwrap().to_owned(), text)
    };
    files(root).into_iter().map(read).collect()
}

fn assert_installs(from: &Path, arguments: &[&str]) {
    let installed = install(from, arguments);
    assert!(installed.status.success(), "{arguments:?}: {installed:?}");
}

/// The message of a command that fails.
fn failure(from: &Path, arguments: &[&str]) -> String {
    let failed = install(from, arguments);
    assert_eq!(failed.status.code(), Some(1), "{arguments:?}: {failed:?}");
    String::from_utf8(failed.stderr).unwrap()
}

#[test]
fn uninstalling_leaves_the_files_of_others() {
    for prefix in ["--prefix=/usr", "--prefix=/usr/local"] {
        let folder = elsewhere();
        let staging = folder.path().join("staging");
        // Files of others, next to its own, and in a folder of its own.
        let foreign = [
            "usr/bin/other",
            "usr/local/share/doc/solar-status/docs/notes.md",
        ];
        for file in foreign {
            fs::create_dir_all(staging.join(file).parent().unwrap()).unwrap();
            fs::write(staging.join(file), "").unwrap();
        }
        // An empty folder of others.
        fs::create_dir_all(staging.join("usr/share/man/man1")).unwrap();
        let before = texts(&staging);
        assert_installs(folder.path(), &[prefix, "staging", "built"]);
        assert!(texts(&staging).len() > before.len() + 50);
        // What an installation that was killed left.
        let killed = &prefix["--prefix=/".len()..];
        let killed = staging.join(killed).join("bin/solar-status.new");
        fs::write(&killed, "").unwrap();
        let removed = install(folder.path(), &["--uninstall", prefix, "staging"]);
        assert!(removed.status.success(), "{removed:?}");
        assert_eq!(texts(&staging), before);
        // Of the empty folders, its own are removed.
        let left = folders(&staging);
        assert!(left.contains(&staging.join("usr/share/man/man1")));
        for folder in left {
            assert!(
                fs::read_dir(&folder).unwrap().next().is_some()
                    || !folder.to_str().unwrap().contains("solar-status"),
                "{folder:?}"
            );
        }
        fs::write(&killed, "").unwrap();
        assert_installs(folder.path(), &["--uninstall", prefix, "staging"]);
        let again = failure(folder.path(), &["--uninstall", prefix, "staging"]);
        assert!(
            again.contains("no file of it is installed below"),
            "{again}"
        );
    }
}

#[test]
fn below_usr_local_every_path_follows_the_prefix() {
    let folder = elsewhere();
    assert_installs(folder.path(), &["usr", "built"]);
    assert_installs(folder.path(), &["local", "built", "--prefix", "/usr/local"]);
    let usual = texts(&folder.path().join("usr"));
    let local = texts(&folder.path().join("local"));
    let moved = |path: &Path| match path.strip_prefix("usr/share/dbus-1/system.d") {
        Ok(policy) => Path::new("etc/dbus-1/system.d").join(policy),
        Err(_) => Path::new("usr/local").join(path.strip_prefix("usr").unwrap()),
    };
    let names: Vec<PathBuf> = usual.keys().map(|it| moved(it)).collect();
    let (mut names, found) = (names, local.keys().cloned().collect::<Vec<_>>());
    names.sort();
    assert_eq!(found, names);
    let mut changed = 0;
    for (path, text) in &usual {
        let local = local.get(&moved(path)).unwrap();
        changed += usize::from(local != text);
        assert_eq!(&local.replace("/usr/local/", "/usr/"), text, "{path:?}");
        // Man pages have a backslash before each hyphen.
        let local = local.replace('\\', "");
        for (start, name) in [
            ("/usr/bin/", "solar-status"),
            ("/usr/share/", "solar-status"),
        ] {
            assert!(!local.contains(&format!("{start}{name}")), "{path:?}");
        }
        assert!(!local.contains("/usr/share/doc/solar-status"), "{path:?}");
    }
    assert!(
        changed >= 10,
        "units, bus activation, autostart, man pages, documents"
    );
}

/// A program that runs the real one, but fails for a file of the section 8 of manuals.
const FAILS_AT_MAN8: &str = "case $* in *man8*) echo stand-in: failed >&2; exit 1 ;; esac";

/// Runs the script with a stand-in for a program: what it does before the real one.
fn install_with(program: &str, before: &str, from: &Path, arguments: &[&str]) -> Output {
    let tools = tempfile::tempdir().unwrap();
    let script = format!("{before}\nexec /usr/bin/{program} \"$@\"");
    stand_in(tools.path(), program, &script);
    let path_of_programs = std::env::var("PATH").unwrap();
    let path_of_programs = format!("{}:{path_of_programs}", tools.path().display());
    let mut install = Command::new(path("packaging/install"));
    install.current_dir(from).args(arguments);
    run(install.env("PATH", path_of_programs), "coreutils")
}

fn stand_in(folder: &Path, name: &str, script: &str) {
    fs::write(folder.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(folder.join(name), PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn nothing_is_installed_if_something_is_missing_or_in_the_way() {
    let folder = elsewhere();
    let staging = folder.path().join("staging");
    fs::remove_file(folder.path().join("built/solar-statusd")).unwrap();
    let errors = failure(folder.path(), &["staging", "built"]);
    assert!(errors.contains("there is no program"), "{errors}");
    assert!(errors.contains("cargo build --release --bins"), "{errors}");
    assert!(!staging.exists());

    fs::write(folder.path().join("built/solar-statusd"), "").unwrap();
    let errors = failure(folder.path(), &["built/solar-status/x", "built"]);
    assert!(errors.contains("is not a folder"), "{errors}");

    // Copying fails midway. Empty folders that were there stay.
    fs::create_dir_all(folder.path().join("some/usr/share/man/man8")).unwrap();
    let some = folder.path().join("some");
    let before = folders(&some);
    for target in ["staging", "some"] {
        let failed = install_with("install", FAILS_AT_MAN8, folder.path(), &[target, "built"]);
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        let errors = String::from_utf8(failed.stderr).unwrap();
        assert!(errors.contains("Nothing was installed"), "{errors}");
    }
    assert!(!staging.exists());
    assert_eq!(folders(&some), before);
    assert_eq!(files(&some).len(), 0);

    // It would replace a folder.
    let blocked = folder.path().join("blocked");
    fs::create_dir_all(blocked.join("usr/share/man/man8/solar-statusd.8")).unwrap();
    let errors = failure(folder.path(), &["blocked", "built"]);
    assert!(errors.contains("is a folder"), "{errors}");
    assert_eq!(texts(&blocked).len(), 0);
}

#[test]
fn an_installation_replaces_an_earlier_one() {
    let folder = elsewhere();
    assert_installs(folder.path(), &["staging", "built"]);
    let program = folder.path().join("built/solar-status");
    fs::write(&program, "newer").unwrap();
    assert_installs(folder.path(), &["staging", "built"]);
    let staging = folder.path().join("staging");
    let installed = staging.join("usr/bin/solar-status");
    assert_eq!(fs::read_to_string(&installed).unwrap(), "newer");
    for path in files(&staging) {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
        let is_program = path.parent().unwrap().ends_with("bin");
        assert_eq!(mode, if is_program { 0o755 } else { 0o644 }, "{path:?}");
        assert!(path.extension().is_none_or(|it| it != "new"), "{path:?}");
    }
}

#[test]
fn the_links_of_installed_documents_resolve() {
    let folder = elsewhere();
    assert_installs(folder.path(), &["staging", "built"]);
    let root = folder.path().join("staging/usr/share/doc/solar-status");
    let mut checked = 0;
    for (path, text) in texts(&root) {
        if path.extension().is_none_or(|it| it != "md") {
            continue;
        }
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let mut to = root.join(&path).parent().unwrap().to_owned();
            for part in Path::new(target).components() {
                match part {
                    Component::ParentDir => assert!(to.pop()),
                    part => to.push(part),
                }
            }
            assert!(to.starts_with(&root) && to.is_file(), "{path:?}: {target}");
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn folders_that_are_there_keep_their_modes() {
    for prefix in ["/usr", "/usr/local"] {
        let folder = elsewhere();
        let staging = folder.path().join("staging");
        // Debian's /usr/local belongs to a group, whose members may write to it.
        let modes = [("bin", 0o2775), ("share", 0o2775), ("lib", 0o700)];
        for (part, mode) in modes {
            let part = staging.join(&prefix[1..]).join(part);
            fs::create_dir_all(&part).unwrap();
            fs::set_permissions(&part, PermissionsExt::from_mode(mode)).unwrap();
        }
        assert_installs(folder.path(), &["--prefix", prefix, "staging", "built"]);
        for (part, mode) in modes {
            let part = staging.join(&prefix[1..]).join(part);
            let found = fs::metadata(&part).unwrap().permissions().mode() & 0o7777;
            assert_eq!(found, mode, "{part:?}");
        }
        let below = staging.join(&prefix[1..]).join("lib/systemd/system");
        let found = fs::metadata(below).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, 0o755);
    }
}

#[test]
fn links_at_the_places_of_new_files_are_not_followed() {
    for prefix in ["/usr", "/usr/local"] {
        let folder = elsewhere();
        let precious = folder.path().join("precious");
        fs::write(&precious, "precious").unwrap();
        let absent = folder.path().join("absent");
        let place = folder.path().join("staging").join(&prefix[1..]);
        let targets = [
            ("bin/solar-status", &precious),
            ("lib/systemd/system/solar-statusd.service", &precious),
            ("share/man/man1/solar-status.1", &absent),
            ("share/doc/solar-status/README.md", &absent),
        ];
        for (file, target) in targets {
            let link = place.join(format!("{file}.new"));
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(target, link).unwrap();
        }
        assert_installs(folder.path(), &["--prefix", prefix, "staging", "built"]);
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
        assert!(!absent.exists());
        for (file, _) in targets {
            assert!(!place.join(file).is_symlink(), "{file}");
        }
    }
}

#[test]
fn a_partial_installation_is_reported_and_can_be_removed() {
    let folder = elsewhere();
    let staging = folder.path().join("staging");
    let failed = install_with("mv", FAILS_AT_MAN8, folder.path(), &["staging", "built"]);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let errors = String::from_utf8(failed.stderr).unwrap();
    assert!(
        errors.contains("Only a part of the files was replaced"),
        "{errors}"
    );
    let left = files(&staging);
    assert!(left.len() > 5);
    for path in left {
        assert!(path.extension().is_none_or(|it| it != "new"), "{path:?}");
    }

    // One file cannot be removed: all others are.
    assert_installs(folder.path(), &["staging", "built"]);
    let arguments = ["--uninstall", "staging"];
    let failed = install_with("rm", FAILS_AT_MAN8, folder.path(), &arguments);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let errors = String::from_utf8(failed.stderr).unwrap();
    assert!(errors.contains("1 files could not be removed"), "{errors}");
    assert_eq!(
        files(&staging),
        [staging.join("usr/share/man/man8/solar-statusd.8")]
    );
    assert_installs(folder.path(), &arguments);
    assert_eq!(files(&staging).len(), 0);
}

#[test]
fn a_changed_policy_is_kept_and_named() {
    let folder = elsewhere();
    let policy = "etc/dbus-1/system.d/org.solarstatus.Monitor1.conf";
    let policy = folder.path().join("staging").join(policy);
    let local = ["--prefix=/usr/local", "staging", "built"];
    assert_installs(folder.path(), &local);
    let same = install(folder.path(), &local);
    assert!(same.status.success() && same.stderr.is_empty(), "{same:?}");

    let shipped = fs::read_to_string(&policy).unwrap();
    let stricter = shipped.replace("allow", "deny");
    assert_ne!(stricter, shipped);
    let uninstall = ["--prefix=/usr/local", "--uninstall", "staging"];
    for arguments in [&local, &uninstall] {
        fs::write(&policy, &stricter).unwrap();
        let kept = install(folder.path(), arguments);
        assert!(kept.status.success(), "{kept:?}");
        let errors = String::from_utf8(kept.stderr).unwrap();
        let named = format!("kept {}, which differs", policy.display());
        assert!(errors.contains(&named), "{errors}");
        assert_eq!(fs::read_to_string(&policy).unwrap(), stricter);
    }
    assert_eq!(
        files(&folder.path().join("staging")),
        std::slice::from_ref(&policy)
    );

    // A link to /dev/null, which masks it.
    fs::remove_file(&policy).unwrap();
    symlink("/dev/null", &policy).unwrap();
    assert_installs(folder.path(), &local);
    assert!(policy.is_symlink());
}

/// With stand-ins for all programs that change files, so that this system stays as it is.
#[test]
fn programs_of_a_package_are_neither_replaced_nor_removed() {
    let folder = elsewhere();
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    for tool in ["cmp", "dirname", "grep", "sed", "sh"] {
        symlink(format!("/usr/bin/{tool}"), tools.join(tool)).unwrap();
    }
    for tool in ["chmod", "install", "mkdir", "mv", "rm", "rmdir"] {
        stand_in(&tools, tool, "echo changes files >&2\nexit 1");
    }
    symlink("/", folder.path().join("link")).unwrap();
    for (manager, owner) in [
        ("dpkg-query", "solar-status: /usr/bin/solar-status"),
        ("rpm", "solar-status-0.1.0-1.x86_64"),
        ("pacman", "/usr/bin/solar-status is owned by solar-status"),
    ] {
        stand_in(&tools, manager, &format!("echo '{owner}'"));
        for root in ["/", "//", "/.", "/usr/..", "/./", "link", "link/"] {
            for arguments in [&["--uninstall", root][..], &[root, "built"]] {
                let mut install = Command::new(path("packaging/install"));
                install.current_dir(folder.path()).args(arguments);
                let refused = run(install.env("PATH", &tools), "coreutils");
                assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
                let errors = String::from_utf8(refused.stderr).unwrap();
                assert!(errors.contains("Nothing was changed"), "{errors}");
                let reason = format!("/usr/bin/solar-status is part of a package ({owner})");
                assert!(errors.contains(&reason), "{arguments:?}: {errors}");
            }
        }
        fs::remove_file(tools.join(manager)).unwrap();
    }
}

#[test]
fn files_without_a_path_that_follows_the_prefix_are_copied_as_they_are() {
    // Some versions of sed add an end of line to a file without one.
    let sed = "case $* in */usr/local*) /usr/bin/sed \"$@\"; echo; exit ;; esac";
    let folder = elsewhere();
    let local = ["--prefix=/usr/local", "staging", "built"];
    let installed = install_with("sed", sed, folder.path(), &local);
    assert!(installed.status.success(), "{installed:?}");
    let documents = folder
        .path()
        .join("staging/usr/local/share/doc/solar-status");
    // This one describes what does not follow.
    for document in [
        "docs/pictures/watch.svg",
        "docs/pictures/history.svg",
        "docs/models.md",
        "packaging/README.md",
    ] {
        let installed = fs::read(documents.join(document)).unwrap();
        assert!(installed == fs::read(path(document)).unwrap(), "{document}");
    }
}
