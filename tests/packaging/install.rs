//! The files that `packaging/install` creates and removes below a folder, what it refuses, and where
//! it looks for the programs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
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

#[test]
fn without_a_folder_argument_the_projects_build_is_installed() {
    let folder = elsewhere();
    let installed = install(folder.path(), &["staging"]);
    let errors = String::from_utf8(installed.stderr).unwrap();
    // The programs may not be built; only the path in the error matters.
    let theirs = folder.path().join("target");
    assert!(!errors.contains(theirs.to_str().unwrap()), "{errors}");
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
fn uninstalling_leaves_the_folder_as_it_was() {
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
        let before = texts(&staging);
        assert_installs(folder.path(), &[prefix, "staging", "built"]);
        assert!(texts(&staging).len() > before.len() + 50);
        let removed = install(folder.path(), &["--uninstall", prefix, "staging"]);
        assert!(removed.status.success(), "{removed:?}");
        assert_eq!(texts(&staging), before);
        // Empty folders are removed, too.
        let left = Command::new("find")
            .arg(&staging)
            .args(["-type", "d", "-empty"])
            .output();
        assert_eq!(String::from_utf8(left.unwrap().stdout).unwrap(), "");
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

    // Copying fails midway.
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let script = "#!/bin/sh\ncase $* in *man8*) exit 1 ;; esac\nexec /usr/bin/install \"$@\"\n";
    fs::write(tools.join("install"), script).unwrap();
    fs::set_permissions(tools.join("install"), PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = Command::new(path("packaging/install"));
    command
        .current_dir(folder.path())
        .args(["staging", "built"]);
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let failed = run(command.env("PATH", path), "coreutils");
    let errors = String::from_utf8(failed.stderr).unwrap();
    assert!(errors.contains("Nothing was installed"), "{errors}");
    assert_eq!(files(&staging).len(), 0);

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
