//! Waybar under a headless sway, as an ordinary user: sway refuses to run as root.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::process::getuid;
use tempfile::TempDir;
use test_support::process::Process;
use test_support::project;
use test_support::tools::run;
use test_support::wait::{PATIENCE, eventually, until};

use super::case::{CASES, Case, open_folder};
use super::configurations;
use super::picture::Picture;

/// `nobody`, if the tests run as root.
const USER: u32 = 65534;

/// A Wayland session with a bus for accessibility.
struct Session {
    /// Ends first, so that the programs lose their display.
    _sway: Process,
    _bus: Process,
    address: String,
    folder: TempDir,
}

impl Session {
    fn start() -> Self {
        let folder = open_folder();
        let home = folder.path();
        fs::set_permissions(home, fs::Permissions::from_mode(0o700)).unwrap();
        if getuid().is_root() {
            chown(home, Some(USER), Some(USER)).unwrap();
        }
        let configuration = home.join("sway.conf");
        fs::write(&configuration, "output * resolution 900x24\n").unwrap();
        let mut bus = as_user("dbus-daemon", &folder);
        bus.args(["--session", "--nofork", "--print-address=1"]);
        let mut bus = Process::start_from(bus.stdout(Stdio::piped()), "dbus-daemon");
        let address = bus.lines().next().unwrap().trim_end().to_owned();
        let mut sway = as_user("sway", &folder);
        sway.arg("-c").arg(&configuration);
        let sway = Process::start_from(sway.stdout(Stdio::null()), "sway");
        let session = Self {
            _sway: sway,
            _bus: bus,
            address,
            folder,
        };
        until("sway", || session.folder.path().join(DISPLAY).exists());
        session
    }

    fn command(&self, program: &str) -> Command {
        let mut command = as_user(program, &self.folder);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("WAYLAND_DISPLAY", DISPLAY);
        command
    }

    /// The visible labels of the bar; `None`: there is no bar.
    fn labels(&self) -> Option<Vec<String>> {
        let mut python = self.command("/usr/bin/python3");
        python.arg(project().join("tests/desktop/bars/texts.py"));
        let printed = run(&mut python, "python3-gi and gir1.2-atspi-2.0").stdout;
        let printed = String::from_utf8(printed).unwrap();
        let mut lines = printed.lines().map(str::to_owned);
        let is_one = lines.next().is_some_and(|it| it == "[1 bar]");
        is_one.then(|| lines.collect())
    }

    /// The screen once it meets the condition: a label is known before it is drawn.
    fn picture(&self, what: &str, is_so: impl Fn(&Picture) -> bool) -> Picture {
        eventually(what, PATIENCE, || {
            let mut grim = self.command("grim");
            grim.arg("-").stderr(Stdio::inherit());
            let picture = Picture::of_png(&run(&mut grim, "grim").stdout);
            is_so(&picture).then_some(picture)
        })
    }
}

/// The first name that wlroots gives to a display.
const DISPLAY: &str = "wayland-1";

fn as_user(program: &str, folder: &TempDir) -> Command {
    let mut command = Command::new(program);
    let home = folder.path();
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("LC_ALL", "C.UTF-8")
        .env("WLR_BACKENDS", "headless")
        .env("WLR_RENDERER", "pixman")
        .env("WLR_LIBINPUT_NO_DEVICES", "1")
        .current_dir(home)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    if getuid().is_root() {
        command.uid(USER).gid(USER);
    }
    command
}

/// The rest of a style sheet.
const STYLE: &str =
    "* { font: 13px 'DejaVu Sans'; }\nwindow { background: #222222; color: #eeeeee; }\n";

fn check(session: &Session, case: &Case, module: &str, style: &str, icon: Option<&str>) {
    let (stage, name) = (case.stage(), case.name);
    let bar = format!("{{ \"height\": 24, \"modules-left\": [\"custom/solar\"],\n{module}}}\n");
    let file = stage.file("config", &bar);
    let style = stage.file("style.css", &format!("{STYLE}{style}"));
    let expected = format!("{}{}", icon.unwrap_or_default(), case.lowest);
    until("the previous bar to end", || session.labels().is_none());
    let mut waybar = session.command("waybar");
    waybar
        .env("PATH", &stage.path)
        .args(["-c", &file, "-s", &style]);
    let _waybar = Process::start_from(waybar.stdout(Stdio::null()), "waybar");
    until("Waybar", || session.labels().is_some());
    stage.settle();
    if expected.is_empty() {
        // The module is hidden from the beginning.
        assert_eq!(session.labels().unwrap(), [""; 0]);
    } else {
        until(&expected, || {
            session.labels().is_some_and(|it| it == [expected.as_str()])
        });
    }
    let picture = session.picture(&expected, |it| case.is_drawn(it));
    let kind = if icon.is_some() {
        "waybar-icons"
    } else {
        "waybar"
    };
    picture.save(&format!("{kind}-{name}"));
}

#[test]
fn waybar_shows_each_desk_as_configured_in_docs() {
    let [plain, style, icons] = &configurations("Waybar")[..] else {
        panic!("a module, a style and a module with icons for Waybar");
    };
    let session = Session::start();
    for case in &CASES {
        check(&session, case, plain, style, None);
        check(&session, case, icons, style, Some(case.icon));
    }
}
