//! The program links only the C library: it runs without libusb and libudev, and builds the same
//! whether or not their headers are installed.

use std::process::Command;

#[test]
fn only_the_c_library_is_linked() {
    let output = Command::new("ldd")
        .arg(env!("CARGO_BIN_EXE_solar-status"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let allowed = [
        "linux-vdso.so",
        "libc.so",
        "libgcc_s.so",
        "libm.so",
        "ld-linux",
        "ld64",
        "ld-musl",
    ];
    for line in text.lines() {
        assert!(
            allowed.iter().any(|name| line.contains(name)),
            "{line} in\n{text}"
        );
    }
    assert!(text.contains("libc.so"), "{text}");
}
