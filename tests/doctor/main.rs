//! `solar-status doctor` on simulated machines (trees of files) and on this one.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
)]

mod tree;

use std::fs;

use tree::{Found, Tree, doctor};

#[test]
fn the_real_machine_is_examined_whatever_it_has() {
    let output = doctor(&["--json", "--listen", "0"]).output().unwrap();
    let found = Found::of(&output);
    assert!(matches!(found.status, Some(0 | 1 | 3 | 4)), "{output:?}");
    let areas = found.document["findings"].as_array().unwrap().iter();
    let mut areas: Vec<&str> = areas.filter_map(|it| it["area"].as_str()).collect();
    areas.dedup();
    for area in [
        "usb", "hidraw", "kernel", "daemon", "upower", "programs", "files",
    ] {
        assert!(areas.contains(&area), "{area} is not in {areas:?}");
    }
}

#[test]
fn missing_directories_are_reported_as_unseen() {
    let found = Tree::empty().found();
    assert_eq!(found.status, Some(3));
    assert_eq!(found.document["verdict"], "absent");
    assert_eq!(
        found.get("usb", "unseen")[..2],
        ["unseen", "/sys/bus/usb/devices does not exist"]
    );
    assert_eq!(
        found.get("hidraw", "unseen")[..2],
        ["unseen", "/sys/class does not exist"]
    );
    assert_eq!(
        found.get("programs", "unseen")[..2],
        ["unseen", "/proc does not exist"]
    );
    assert_eq!(found.get("devices", "nothing")[0], "absent");
}

#[test]
fn a_healthy_machine_is_described() {
    let found = Tree::healthy().found();
    assert_eq!(found.status, Some(0), "{:#}", found.document);
    let [verdict, text, _] = found.get("usb", "device");
    assert_eq!(
        [verdict, text],
        [
            "ok",
            "Unifying Receiver 046D:C52B at usb 1-2, firmware 12.11: \
             interfaces 0, 1 and 2 held by usbhid"
        ]
    );
    let text = found.get("hidraw", "opens")[1];
    assert!(
        text.starts_with("/dev/hidraw2 leads to Unifying Receiver 046D:C52B"),
        "{text}"
    );
    assert!(
        text.contains("driver logitech-djreceiver; short, long reports"),
        "{text}"
    );
    let text = found.get("kernel", "drivers")[1];
    let expected = "Linux 6.1.0-test has the drivers of receivers and devices, \
                    1 paired device with a separate node";
    assert_eq!(text, expected);
    assert_eq!(
        found.get("kernel", "battery")[1],
        "hidpp_battery_0: 57 %, Discharging"
    );
    assert_eq!(found.get("daemon", "absent")[0], "note");
    assert_eq!(found.get("programs", "alone")[0], "ok");
}

#[test]
fn the_driver_of_an_interface_determines_the_finding() {
    let tree = Tree::healthy();
    let driver = "sys/bus/usb/devices/1-2:1.2/driver";
    tree.remove(driver);
    let found = tree.found();
    assert_eq!(found.status, Some(1));
    let [verdict, _, advice] = found.get("usb", "unbound");
    assert_eq!(verdict, "problem");
    assert!(advice.contains("echo 1-2:1.2"), "{advice}");
    for (holder, id) in [("usbfs", "claimed"), ("vfio-usb", "foreign-driver")] {
        tree.link(driver, &format!("/sys/bus/usb/drivers/{holder}"));
        assert_eq!(tree.found().get("usb", id)[0], "problem");
        tree.remove(driver);
    }
}

#[test]
fn a_node_without_a_device_file_is_explained_as_a_container() {
    let tree = Tree::healthy();
    tree.remove("dev/hidraw2");
    let found = tree.found();
    assert_eq!(found.status, Some(1));
    let [verdict, _, advice] = found.get("hidraw", "no-file");
    assert_eq!(verdict, "problem");
    assert!(advice.contains("--device /dev/hidraw2"), "{advice}");
}

#[test]
fn a_kernel_without_hidraw_is_a_problem() {
    let tree = Tree::healthy();
    tree.remove("sys/class/hidraw");
    let found = tree.found();
    assert_eq!(found.status, Some(1));
    assert!(found.get("hidraw", "no-hidraw")[2].contains("--transport usb"));
}

#[test]
fn unreadable_devices_are_named_with_the_reason_and_without_wrong_advice() {
    // Solaar issues 1350 and 1835 (C542), HeadsetControl issue 224 (G435).
    for (product, name, id, reason) in [
        (
            "C542",
            "Logitech Wireless Receiver",
            "no-hidpp",
            "it does not speak HID++",
        ),
        (
            "0ACB",
            "G435 Wireless Gaming Headset",
            "no-hidpp",
            "it does not speak HID++",
        ),
    ] {
        let tree = Tree::empty();
        tree.mute(4, product, name);
        let found = tree.found();
        assert_eq!(found.status, Some(3), "{:#}", found.document);
        let [verdict, text, advice] = found.get("hidraw", id);
        let expected =
            format!("{name} (046D:{product}) is plugged in and cannot be read: {reason}");
        assert_eq!([verdict, text, advice], ["note", &expected, ""]);
        assert_eq!(found.get("hidraw", "nothing-readable")[0], "absent");
        let document = found.document.to_string();
        for wrong in ["plug a receiver in", "can be opened"] {
            assert!(!document.contains(wrong), "{wrong}: {document}");
        }
    }
}

#[test]
fn a_headset_that_speaks_centurion_is_readable() {
    let tree = Tree::empty();
    tree.centurion(4, "0AF7", "PRO X 2 LIGHTSPEED");
    let document = tree.found().document.to_string();
    assert!(
        document.contains("PRO X 2 LIGHTSPEED 046D:0AF7"),
        "{document}"
    );
    assert!(document.contains("Centurion reports"), "{document}");
    assert!(!document.contains("cannot be read: it"), "{document}");
}

#[test]
fn unreadable_devices_are_named_alongside_readable_ones() {
    let tree = Tree::healthy();
    tree.mute(5, "C24D", "Logitech G710 Keyboard");
    let found = tree.found();
    assert_eq!(found.status, Some(0), "{:#}", found.document);
    assert_eq!(found.get("hidraw", "no-hidpp")[0], "note");
}

#[test]
fn other_programs_are_found_by_their_open_nodes_and_by_name() {
    let tree = Tree::healthy();
    tree.process(41, "solaar", "/dev/hidraw2");
    tree.process(42, "fwupd", "/dev/null");
    tree.process(43, "qemu", "/dev/bus/usb/001/003");
    tree.process(44, "sh", "/dev/hidraw3");
    let found = tree.found();
    let findings = found.document["findings"].as_array().unwrap();
    let texts: Vec<&str> = findings
        .iter()
        .filter(|it| it["area"] == "programs")
        .filter_map(|it| it["text"].as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "solaar (process 41) holds /dev/hidraw2",
            "qemu (process 43) holds /dev/bus/usb/001/003",
            "fwupd runs (process 42), and does not visibly hold a node",
        ]
    );
    assert_eq!(found.status, Some(0), "other programs are not a problem");
}

#[test]
fn installed_files_and_histories_are_examined() {
    let tree = Tree::healthy();
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/udev/71-solar-statusd.rules");
    let rule = "usr/lib/udev/rules.d/71-solar-statusd.rules";
    tree.write(rule, &fs::read_to_string(rules).unwrap());
    tree.write("etc/udev/rules.d/70-solar-status-uaccess.rules", "# mine\n");
    let history = "var/lib/solar-status/history";
    let header =
        "{\"device\":\"4002-392A0750\",\"format\":\"solar-status history\",\"version\":1}\n";
    tree.write(&format!("{history}/4002-392A0750.jsonl"), header);
    let found = tree.found();
    assert!(found.get("files", "installed")[1].ends_with(&format!("/{rule}")));
    assert_eq!(found.get("files", "differs")[0], "note");
    assert!(found.get("files", "kept")[1].ends_with("can be read: 1 device"));

    // The first file with a name takes precedence.
    tree.link("etc/udev/rules.d/71-solar-statusd.rules", "/dev/null");
    tree.write(&format!("{history}/4002-392A0751.jsonl"), "no history\n");
    let found = tree.found();
    assert_eq!(found.get("files", "masked")[0], "note");
    let [verdict, text, _] = found.get("files", "damaged");
    assert_eq!(verdict, "problem");
    assert!(
        text.ends_with("1 of 2 files are not histories of this version"),
        "{text}"
    );
}

#[test]
fn a_report_replaces_the_file_and_is_anonymous() {
    let tree = Tree::healthy();
    tree.process(41, "solaar", "/dev/hidraw2");
    let hid = "sys/devices/usb1/1-2/1-2:1.2/0003:046D:C52B.0007/uevent";
    let properties = fs::read_to_string(tree.path(hid)).unwrap();
    tree.write(hid, &(properties + "HID_UNIQ=af-4f-95-ea\n"));
    // The path contains a user's name.
    let path = tree.path("anna.txt");
    fs::write(&path, "an older report, and a longer one".repeat(1000)).unwrap();
    let output = tree.doctor(&["--report", path.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("the report replaced "), "{errors}");
    assert!(errors.contains("read it before you send it"), "{errors}");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        !output.stdout.is_empty(),
        "the findings are printed as well"
    );
    let report = fs::read_to_string(&path).unwrap();
    for part in [
        "# solar-status report 1\n",
        "Linux 6.1.0-test\nsystem Test 1\n",
        "usb 1-2 046D:C52B\n    12 01\n",
        "/dev/hidraw2 (046D:C52B)\n    06 00 ff 09 01",
        "programs holds note: solaar (process 41)",
    ] {
        assert!(report.contains(part), "{part:?} is not in\n{report}");
    }
    let plain = report.to_lowercase().replace(['-', ':', '_'], "");
    for secret in ["af4f95ea", "392a0750", "attic", "anna", "/home"] {
        assert!(!plain.contains(secret), "{secret} is in\n{report}");
    }
}

#[test]
fn a_report_redacts_devices_known_only_from_histories() {
    let tree = Tree::healthy();
    let history = "var/lib/solar-status/history";
    let name = "4003-5D01C0DE";
    // It starts like a history, and is longer than any valid one.
    let header =
        format!("{{\"device\":\"{name}\",\"format\":\"solar-status history\",\"version\":1}}\n");
    let file = format!("{history}/{name}.jsonl");
    tree.write(&file, &header);
    let damaged = fs::File::options().write(true).open(tree.path(&file));
    damaged.unwrap().set_len(1 << 26).unwrap();
    tree.write(&format!("{history}/4003-5D01C0DF.jsonl"), "no history\n");
    // The same serial number occurs in a program's name, too.
    tree.process(41, "5d-01-c0-de", "/dev/hidraw2");
    let output = tree.doctor(&["--report", "-"]);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("1 of 2 files cannot be read"), "{report}");
    assert!(report.contains("(serial "), "{report}");
    let plain = report.to_lowercase().replace(['-', ':', '_'], "");
    assert!(!plain.contains("5d01c0"), "{report}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let output = Tree::healthy().doctor(&["--report", "/nonexistent/report.txt"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("solar-status: /nonexistent/report.txt cannot be written: "),
        "{error}"
    );
}

#[test]
fn the_text_output_has_findings_with_advice_below() {
    let tree = Tree::healthy();
    tree.remove("dev/hidraw2");
    let text = String::from_utf8(tree.doctor(&[]).stdout).unwrap();
    assert!(
        text.starts_with("usb       ok      Unifying Receiver"),
        "{text}"
    );
    assert!(
        text.contains("\nhidraw    problem /dev/hidraw2 leads to"),
        "{text}"
    );
    assert!(
        text.contains("\n                  → the kernel has this node"),
        "{text}"
    );
    assert!(text.contains("\nSomething is wrong: 1 problem, "), "{text}");
    let coloured = tree.doctor(&["--color", "always"]).stdout;
    assert!(
        String::from_utf8(coloured)
            .unwrap()
            .contains("\u{1b}[31mproblem")
    );
}

#[test]
fn wrong_arguments_are_exit_status_2() {
    let output = doctor(&["--listen", "forever"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
