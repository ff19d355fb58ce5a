//! Processes killed while writing, and disks that become full.
//!
//! The writer is this test program itself, restarted with `HISTORY_WRITER` set.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use signal_hook::consts::SIGXFSZ;

use test_support::torn::torn_lines;

use super::*;

const VARIABLE: &str = "HISTORY_WRITER";

/// Runs this program again, with one of its tests as a writer to a directory.
fn writer(test: &str, directory: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(VARIABLE, directory);
    command
}

/// The directory to write to, if this process is a writer.
fn to_write() -> Option<PathBuf> {
    env::var_os(VARIABLE).map(PathBuf::from)
}

/// Charges go from 100 to 0 repeatedly, one per second.
fn sample_at(second: u64) -> Sample {
    charge(u8::try_from(100 - second % 101).unwrap())
}

/// Records until it is killed, and prints each recorded second.
#[test]
fn writes_until_it_is_killed() {
    let Some(directory) = to_write() else {
        return;
    };
    let mut history = open(&directory);
    let start = fs::read_to_string(directory.join("start")).unwrap();
    for second in start.parse().unwrap().. {
        history
            .record(KEYBOARD, at(second), &sample_at(second))
            .unwrap();
        writeln!(stdout(), "recorded {second}").unwrap();
    }
}

/// Starts a writer that begins with this second.
fn start_at(second: u64, directory: &Path, output: Stdio) -> Child {
    fs::write(directory.join("start"), second.to_string()).unwrap();
    writer("killed::writes_until_it_is_killed", directory)
        .stdout(output)
        .spawn()
        .unwrap()
}

/// The second of the newest entry.
fn newest(entries: &[Entry]) -> u64 {
    entries[entries.len() - 1].at.since(at(0)).as_secs()
}

/// Asserts that all entries are those that were recorded, and that none of the newest, which
/// thinning keeps, is missing.
fn check(entries: &[Entry]) {
    for entry in entries {
        let second = entry.at.since(at(0)).as_secs();
        assert_eq!(entry.charge, sample_at(second).charge, "{second}");
    }
    let spared = &entries[entries.len().saturating_sub(500)..];
    let mut pairs = spared.windows(2);
    assert!(pairs.all(|it| it[1].at.since(it[0].at) <= Duration::from_secs(1)));
}

/// Asserts that every entry was written in one piece, as far as the kernel does not tear it.
fn assert_whole(directory: &Path) {
    let text = fs::read_to_string(directory.join(format!("{KEYBOARD}.jsonl"))).unwrap();
    assert_eq!(torn_lines(&text), [""; 0]);
}

#[test]
fn entries_recorded_before_a_kill_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let mut start = 0;
    // A hundred kills. The file is thinned after about 6000 entries, and again after about 2000
    // more.
    let many = [1, 50, 8000, 1200, 7, 1, 3000, 2, 5000];
    let few = (0..91).map(|kill| 1 + kill * 37 % 200);
    for lines in many.into_iter().chain(few) {
        let mut child = start_at(start, directory.path(), Stdio::piped());
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut seconds = output
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("recorded ")?.parse::<u64>().ok());
        let last = seconds.nth(lines - 1).unwrap();
        // Reading works while the writer runs.
        assert!(newest(&all(directory.path())) >= last);
        child.kill().unwrap();
        child.wait().unwrap();
        // Includes what it printed before it was killed.
        let last = seconds.last().unwrap_or(last);

        let entries = all(directory.path());
        check(&entries);
        assert_whole(directory.path());
        let newest = newest(&entries);
        assert!((last..=last + 1).contains(&newest), "{newest} of {last}");
        start = newest + 1;
    }
}

#[test]
fn a_kill_during_thinning_leaves_the_old_or_the_new_file() {
    let directory = tempfile::tempdir().unwrap();
    let names = || {
        let names = fs::read_dir(directory.path()).unwrap();
        names.map(|it| it.unwrap().file_name().into_string().unwrap())
    };
    let mut child = start_at(0, directory.path(), Stdio::null());
    while !names().any(|name| name.starts_with(".history-")) {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the writer ended on its own"
        );
    }
    child.kill().unwrap();
    child.wait().unwrap();
    check(&all(directory.path()));

    let mut history = open(directory.path());
    history.record(KEYBOARD, at(DAY), &charge(1)).unwrap();
    assert_eq!(newest(&all(directory.path())), DAY);
    let mut left: Vec<String> = names().collect();
    left.sort();
    assert_eq!(left, ["4002-5692B2EC.jsonl", "lock", "start"]);
}

/// Limits the size of files this process writes: simulates a full disk, even within a line.
fn limit(bytes: Option<u64>) {
    // Without a handler, SIGXFSZ would end the process.
    signal_hook::flag::register(SIGXFSZ, Arc::default()).unwrap();
    let limits = getrlimit(Resource::Fsize);
    let current = bytes.or(limits.maximum);
    setrlimit(Resource::Fsize, Rlimit { current, ..limits }).unwrap();
}

#[test]
fn meets_a_full_disk() {
    let Some(directory) = to_write() else {
        return;
    };
    let path = directory.join(format!("{KEYBOARD}.jsonl"));
    let mut history = open(&directory);
    history.record(KEYBOARD, at(0), &charge(57)).unwrap();
    let full = fs::metadata(&path).unwrap().len() + 20;
    limit(Some(full));
    for second in [1, 2] {
        let error = history.record(KEYBOARD, at(second), &charge(56));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
        assert_eq!(fs::metadata(&path).unwrap().len(), full);
    }
    assert_eq!(charges(&all(&directory)), [57]);
    limit(None);
    history.record(KEYBOARD, at(3), &charge(56)).unwrap();
    history.record(KEYBOARD, at(4), &charge(55)).unwrap();
    assert_eq!(charges(&all(&directory)), [57, 56, 55]);
}

#[test]
fn meets_a_full_disk_while_it_thins() {
    let Some(directory) = to_write() else {
        return;
    };
    let path = directory.join(format!("{KEYBOARD}.jsonl"));
    let mut history = open(&directory);
    let mut seconds = 0..;
    let length = || fs::metadata(&path).map_or(0, |it| it.len());
    while length() <= 512 << 10 {
        let second = seconds.next().unwrap();
        history
            .record(KEYBOARD, at(second), &sample_at(second))
            .unwrap();
    }
    let before = fs::read(&path).unwrap();
    limit(Some(100_000));
    let next = seconds.next().unwrap();
    history
        .record(KEYBOARD, at(next), &sample_at(next))
        .unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), before);
    limit(None);
    history
        .record(KEYBOARD, at(next), &sample_at(next))
        .unwrap();
    check(&all(&directory));
    assert!(length() < 384 << 10);
    // The lock and the history.
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
}

#[test]
fn a_full_disk_loses_no_entry_written_before_or_after() {
    for test in ["meets_a_full_disk", "meets_a_full_disk_while_it_thins"] {
        let directory = tempfile::tempdir().unwrap();
        let output = writer(&format!("killed::{test}"), directory.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}");
        assert!(!all(directory.path()).is_empty(), "{text}");
    }
}
