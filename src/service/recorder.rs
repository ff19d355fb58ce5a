//! Records the history and updates forecasts. Logs each failure and its recovery once.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use log::{debug, warn};

use super::board::PublishedDevice;
use super::expected::{Due, Expectations};
use super::suspend::SuspendDetector;
use super::wall_clock;
use crate::device::{Device, TimeLeft};
use crate::history::{HEARTBEAT, History, HistoryError, Recorded, Sample, forecast};
use hidpp_proto::units::Timestamp;

/// The number of devices with a logged failure at the same time; further failures are logged at
/// debug level only.
const MOST_FAILING: usize = 256;

/// The number of failed moves of histories that are retried; the oldest are given up.
const MOST_PENDING: usize = 256;

/// The delay before failed moves are retried: each attempt reads whole files.
const JOIN_PAUSE: Duration = Duration::from_secs(60);

pub(super) struct Recorder {
    history: Option<History>,
    /// Whether the last use of the directory failed, which was logged.
    unusable: bool,
    /// The devices with a file that could not be written at the last attempt, which was logged.
    failing: BTreeSet<String>,
    /// Moves of histories that failed and were logged, the oldest first: from which id to which.
    pending: Vec<(String, String)>,
    /// When these were last retried.
    join_tried: Option<Instant>,
    expectations: Expectations,
    /// When to record unchanged devices again.
    due: Option<Instant>,
    suspend: SuspendDetector,
}

impl Recorder {
    /// Prepares the history in a directory, if one is given. A failure is retried with the next
    /// reading.
    pub(super) fn open(directory: Option<&Path>, now: Timestamp) -> Self {
        let mut recorder = Self {
            history: directory.map(|it| History::new(it.to_owned(), now)),
            unusable: false,
            failing: BTreeSet::new(),
            pending: Vec::new(),
            join_tried: None,
            expectations: Expectations::default(),
            due: None,
            suspend: SuspendDetector::new(),
        };
        if let Some(Err(error)) = recorder.history.as_mut().map(History::prepare) {
            recorder.unusable = true;
            warn!("{}", failure(&error));
        }
        recorder
    }

    /// Whether the computer was suspended since the last call. The state of the devices during that
    /// time is recorded as unknown.
    pub(super) fn look_for_suspend<'a>(
        &mut self,
        posts: impl Iterator<Item = &'a PublishedDevice>,
    ) -> bool {
        let Some(slept) = self.suspend.look() else {
            return false;
        };
        self.on_suspend(slept, wall_clock::today(), posts);
        true
    }

    /// Records that nothing is known of these devices during a suspend that ended now.
    fn on_suspend<'a>(
        &mut self,
        slept: Duration,
        now: Timestamp,
        posts: impl Iterator<Item = &'a PublishedDevice>,
    ) {
        let began = Timestamp::from_start(now.since_start().saturating_sub(slept));
        for post in posts {
            if let Some(line) = self.interrupt(&post.name, began) {
                warn!("{line}");
            }
        }
    }

    /// Records the values of a device if they changed, and retries pending moves. Updates the
    /// device's forecast if that is due, and returns whether it changed.
    pub(super) fn on_published(&mut self, post: &PublishedDevice) -> bool {
        if self.history.is_none() {
            return false;
        }
        let is_due = |at: Instant| at.elapsed() >= JOIN_PAUSE;
        if !self.pending.is_empty() && self.join_tried.is_none_or(is_due) {
            self.join_tried = Some(Instant::now());
            for line in self.retry_joins(wall_clock::today()) {
                warn!("{line}");
            }
        }
        let device = post.read(|facts| facts.device.clone());
        let Some(sample) = Sample::of(&device) else {
            return false;
        };
        if let Some(line) = self.record(&post.name, wall_clock::today(), &sample) {
            warn!("{line}");
        }
        let now = Instant::now();
        if device.is_online() {
            self.due.get_or_insert(now + HEARTBEAT);
        }
        match self.expectations.due(&device, now) {
            Due::Now => {
                let left = self.time_left(&device);
                self.expectations.take(&device, now, left);
            }
            Due::At(at) => self.due = self.due.into_iter().chain([at]).min(),
            Due::Later => {}
        }
        post.set_forecast(self.expectations.left(&post.name))
    }

    /// Computes the forecast from the history of a device. The entries are not cached.
    fn time_left(&self, device: &Device) -> Option<TimeLeft> {
        let now = wall_clock::today();
        let since = forecast::window_start(now);
        let entries = self.history.as_ref()?.read(&device.id, since);
        let entries = entries.inspect_err(|error| debug!("{}: {error}", device.id));
        forecast::time_left(&entries.ok()?, device, now)
    }

    /// Moves the history of a device that was identified as another one. A failure is retried with
    /// later readings.
    pub(super) fn join(&mut self, from: &str, to: &str) {
        if let Some(line) = self.join_at(from, to, wall_clock::today()) {
            warn!("{line}");
        }
    }

    /// Returns a line to log if it failed.
    fn join_at(&mut self, from: &str, to: &str, now: Timestamp) -> Option<String> {
        let history = self.history.as_mut()?;
        // Pending moves to the first id are redirected to the second.
        for (_, target) in self.pending.iter_mut().filter(|(_, it)| it == from) {
            to.clone_into(target);
        }
        self.pending.retain(|(it, _)| it != from);
        let error = history.join(from, to, now).err()?;
        if self.pending.len() >= MOST_PENDING {
            self.pending.remove(0);
        }
        self.pending.push((from.to_owned(), to.to_owned()));
        Some(format!(
            "the history of {from} cannot be moved to {to} and will be retried: {error}"
        ))
    }

    /// Retries failed moves. Returns lines to log about those that succeeded.
    fn retry_joins(&mut self, now: Timestamp) -> Vec<String> {
        let Some(history) = &mut self.history else {
            return Vec::new();
        };
        let mut moved = Vec::new();
        self.pending
            .retain(|(from, to)| match history.join(from, to, now) {
                Ok(()) => {
                    moved.push(format!("the history of {from} was moved to {to}"));
                    false
                }
                Err(error) => {
                    debug!("{from}: {error}");
                    true
                }
            });
        moved
    }

    /// When to record unchanged devices again.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether that is due; `true` once.
    pub(super) fn is_due(&mut self) -> bool {
        self.due.take_if(|due| *due <= Instant::now()).is_some()
    }

    /// Records a sample. Returns a line to log if a failure began or ended.
    fn record(&mut self, device: &str, at: Timestamp, sample: &Sample) -> Option<String> {
        let recorded = self.history.as_mut()?.record(device, at, sample);
        self.on_recorded(device, recorded)
    }

    /// Records that nothing is known of a device from this time on. Returns a line to log if a
    /// failure began or ended.
    fn interrupt(&mut self, device: &str, at: Timestamp) -> Option<String> {
        let recorded = self.history.as_mut()?.interrupt(device, at);
        self.on_recorded(device, recorded)
    }

    fn on_recorded(
        &mut self,
        device: &str,
        recorded: Result<Recorded, HistoryError>,
    ) -> Option<String> {
        let history = self.history.as_ref()?;
        match recorded {
            Ok(Recorded::NotDue) => None,
            Ok(Recorded::Written) => {
                let failed = self.failing.remove(device);
                if std::mem::take(&mut self.unusable) {
                    Some("the history can be written again".to_owned())
                } else {
                    failed.then(|| format!("the history of {device} can be written again"))
                }
            }
            Err(error) => {
                debug!("{device}: {error}");
                let is_new = if history.concerns_all(&error) {
                    !std::mem::replace(&mut self.unusable, true)
                } else {
                    self.failing.len() < MOST_FAILING && self.failing.insert(device.to_owned())
                };
                is_new.then(|| failure(&error))
            }
        }
    }
}

fn failure(error: &HistoryError) -> String {
    format!("no history is written: {error}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;
    use crate::bus::{self, Layout};
    use crate::device::samples::{battery, mouse};
    use crate::device::{Change, ChargeState, Presence};
    use crate::history::read;
    use crate::service::board::Board;
    use hidpp_proto::units::Percent;

    const KEYBOARD: &str = "4002-392A0750";
    const MOUSE: &str = "101B-0C8D5D36";

    /// A recorder in a directory that does not exist yet.
    struct Desk {
        folder: TempDir,
        recorder: Recorder,
        seconds: u64,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let directory = folder.path().join("history");
            let recorder = Recorder::open(Some(&directory), Timestamp::START);
            Self {
                folder,
                recorder,
                seconds: 0,
            }
        }

        fn directory(&self) -> PathBuf {
            self.folder.path().join("history")
        }

        fn file(&self, device: &str) -> PathBuf {
            self.directory().join(format!("{device}.jsonl"))
        }

        /// Records a charge a second later. Returns the logged line.
        fn record_charge(&mut self, device: &str, percent: u8) -> Option<String> {
            self.seconds += 1;
            let sample = Sample {
                charge: Percent::new(percent),
                voltage: None,
                light: None,
                state: ChargeState::Discharging,
                online: true,
            };
            let at = Timestamp::from_start(Duration::from_secs(self.seconds));
            self.recorder.record(device, at, &sample)
        }

        fn charges(&self, device: &str) -> Vec<u8> {
            let entries = read(&self.directory(), device, Timestamp::START).unwrap();
            entries.iter().map(|it| it.charge.unwrap().get()).collect()
        }
    }

    /// An online device on the board.
    fn post(board: &Board, id: &str, percent: u8) -> Arc<PublishedDevice> {
        let battery = battery(percent, ChargeState::Discharging);
        let mut device = mouse(id, battery);
        device.presence = Presence::Online;
        board.take(Timestamp::START, Change::DeviceAdded(device));
        let posts = board.wait(None).devices;
        posts.into_iter().find(|it| it.name == id).unwrap()
    }

    #[test]
    fn a_device_recorded_often_does_not_delay_the_others() {
        let mut desk = Desk::new();
        let board = Board::new(Layout::of(bus::NAME), Timestamp::START);
        desk.recorder.on_published(&post(&board, MOUSE, 40));
        let due = desk.recorder.due().unwrap();
        for percent in 50..60 {
            desk.recorder.on_published(&post(&board, KEYBOARD, percent));
        }
        assert!(desk.recorder.due().unwrap() <= due);
    }

    #[test]
    fn another_reading_within_a_minute_is_evaluated_after_it() {
        let mut desk = Desk::new();
        let board = Board::new(Layout::of(bus::NAME), Timestamp::START);
        desk.recorder.on_published(&post(&board, MOUSE, 5));
        let soon = Instant::now() + Duration::from_secs(61);
        assert!(desk.recorder.due().unwrap() > soon);
        desk.recorder.on_published(&post(&board, MOUSE, 100));
        assert!(desk.recorder.due().unwrap() <= soon);
    }

    #[test]
    fn suspend_is_not_recorded_as_use() {
        let mut desk = Desk::new();
        let at = |seconds| Timestamp::from_start(Duration::from_secs(seconds));
        desk.record_charge(MOUSE, 60);
        assert_eq!(desk.recorder.interrupt(MOUSE, at(1000)), None);
        // It is offline already, or was never recorded.
        assert_eq!(desk.recorder.interrupt(MOUSE, at(2000)), None);
        assert_eq!(desk.recorder.interrupt(KEYBOARD, at(2000)), None);
        desk.seconds = 4999;
        desk.record_charge(MOUSE, 60);
        // The time of day was set back.
        assert_eq!(desk.recorder.interrupt(MOUSE, at(3000)), None);
        let entries = read(&desk.directory(), MOUSE, Timestamp::START).unwrap();
        let entries: Vec<_> = entries.iter().map(|it| (it.at, it.online)).collect();
        assert_eq!(
            entries,
            [(at(1), true), (at(1000), false), (at(5000), true)]
        );
        assert!(!desk.file(KEYBOARD).exists());
    }

    #[test]
    fn a_device_that_leaves_on_resume_was_not_in_use_during_the_suspend() {
        let mut desk = Desk::new();
        let board = Board::new(Layout::of(bus::NAME), Timestamp::START);
        let mouse = post(&board, MOUSE, 60);
        desk.recorder.on_published(&mouse);
        // It is removed and connects again, as a Bluetooth device does.
        board.take(
            Timestamp::START,
            Change::DeviceRemoved(mouse.read(|it| it.device.clone())),
        );
        let (hour, began) = (
            Duration::from_secs(3600),
            wall_clock::today() + Duration::from_secs(3600),
        );
        desk.recorder
            .on_suspend(hour, began + hour, std::iter::once(&*mouse));
        let entries = read(&desk.directory(), MOUSE, Timestamp::START).unwrap();
        let last = entries.last().unwrap();
        assert!(!last.online);
        assert_eq!(
            last.at.since_start().as_secs(),
            began.since_start().as_secs()
        );
    }

    fn again(line: Option<String>) -> bool {
        line.is_some_and(|line| line.contains("written again"))
    }

    #[test]
    fn a_removed_directory_is_created_again_with_its_lock() {
        let mut desk = Desk::new();
        assert_eq!(desk.record_charge(KEYBOARD, 60), None);
        fs::remove_dir_all(desk.directory()).unwrap();
        // An unchanged value is not written, which is not a failure.
        assert_eq!(desk.record_charge(KEYBOARD, 60), None);
        assert_eq!(desk.record_charge(KEYBOARD, 59), None);
        assert_eq!(desk.charges(KEYBOARD), [59]);
        assert!(History::open(desk.directory(), Timestamp::START).is_err());
    }

    #[test]
    fn a_directory_that_cannot_be_created_is_logged_once_and_so_is_recovery() {
        let mut desk = Desk::new();
        desk.record_charge(KEYBOARD, 60);
        desk.record_charge(MOUSE, 90);
        fs::remove_dir_all(desk.directory()).unwrap();
        fs::write(desk.directory(), "in its place").unwrap();
        let line = desk.record_charge(KEYBOARD, 59).unwrap();
        assert!(line.starts_with("no history is written: "), "{line}");
        assert_eq!(desk.record_charge(KEYBOARD, 58), None);
        assert_eq!(desk.record_charge(MOUSE, 89), None);
        fs::remove_file(desk.directory()).unwrap();
        assert!(again(desk.record_charge(MOUSE, 89)));
        assert_eq!(desk.record_charge(KEYBOARD, 58), None);
        assert_eq!(
            (desk.charges(KEYBOARD), desk.charges(MOUSE)),
            (vec![58], vec![89])
        );
    }

    #[test]
    fn recovery_is_logged_only_after_a_successful_write() {
        let mut desk = Desk::new();
        desk.record_charge(KEYBOARD, 60);
        fs::remove_dir_all(desk.file(KEYBOARD).parent().unwrap()).unwrap();
        fs::create_dir_all(desk.file(KEYBOARD)).unwrap();
        assert!(desk.record_charge(KEYBOARD, 59).is_some());
        // An unchanged value, and the directory is still at the path of the file.
        desk.record_charge(MOUSE, 90);
        assert_eq!(desk.record_charge(MOUSE, 90), None);
        assert_eq!(desk.record_charge(KEYBOARD, 60), None);
        fs::remove_dir(desk.file(KEYBOARD)).unwrap();
        assert!(again(desk.record_charge(KEYBOARD, 60)));
    }

    #[test]
    fn the_success_of_one_device_does_not_hide_the_failure_of_another() {
        let mut desk = Desk::new();
        fs::create_dir_all(desk.file(KEYBOARD)).unwrap();
        let line = desk.record_charge(KEYBOARD, 60).unwrap();
        assert!(
            line.contains(desk.file(KEYBOARD).to_str().unwrap()),
            "{line}"
        );
        for percent in 50..60 {
            assert_eq!(
                desk.record_charge(MOUSE, percent),
                None,
                "its file is writable"
            );
            assert_eq!(desk.record_charge(KEYBOARD, percent), None, "logged before");
        }
        fs::remove_dir(desk.file(KEYBOARD)).unwrap();
        assert_eq!(desk.record_charge(MOUSE, 70), None);
        let line = desk.record_charge(KEYBOARD, 70).unwrap();
        let expected = format!("the history of {KEYBOARD} can be written again");
        assert_eq!(line, expected);
    }

    #[test]
    fn a_directory_that_is_unusable_at_the_start_is_retried() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("history"), "in its place").unwrap();
        let directory = folder.path().join("history");
        let recorder = Recorder::open(Some(&directory), Timestamp::START);
        let mut desk = Desk {
            folder,
            recorder,
            seconds: 0,
        };
        assert_eq!(
            desk.record_charge(KEYBOARD, 60),
            None,
            "logged at the start"
        );
        fs::remove_file(&directory).unwrap();
        assert!(again(desk.record_charge(KEYBOARD, 60)));
        assert_eq!(desk.charges(KEYBOARD), [60]);
    }

    #[test]
    fn a_failed_move_of_a_history_is_retried() {
        let mut desk = Desk::new();
        let now = Timestamp::from_start(Duration::from_secs(1000));
        let by_port = "C091-usb-0000:00:14.0-2-input2";
        desk.record_charge(by_port, 60);
        // A directory occupies the path of the file.
        fs::create_dir_all(desk.file(MOUSE)).unwrap();
        let line = desk.recorder.join_at(by_port, MOUSE, now).unwrap();
        assert!(line.contains("will be retried"), "{line}");
        assert_eq!(desk.recorder.retry_joins(now), Vec::<String>::new());
        // The device is identified once more, by another id.
        assert!(desk.recorder.join_at(MOUSE, KEYBOARD, now).is_some());
        assert_eq!(desk.charges(KEYBOARD), Vec::<u8>::new());
        desk.record_charge(KEYBOARD, 59);
        assert_eq!(desk.recorder.retry_joins(now).len(), 1);
        assert_eq!(desk.charges(KEYBOARD), [60, 59]);
        assert!(!desk.file(by_port).exists());
        assert_eq!(desk.recorder.retry_joins(now), Vec::<String>::new());
    }

    #[test]
    fn failed_moves_need_bounded_memory() {
        let mut desk = Desk::new();
        fs::create_dir_all(desk.file(MOUSE)).unwrap();
        for number in 0..300 {
            let device = format!("4002-{number}");
            desk.record_charge(&device, 60);
            desk.recorder.join_at(&device, MOUSE, Timestamp::START);
            desk.recorder.join_at(&device, MOUSE, Timestamp::START);
        }
        assert_eq!(desk.recorder.pending.len(), MOST_PENDING);
    }

    #[test]
    fn failures_of_many_devices_fill_neither_memory_nor_the_log() {
        let mut desk = Desk::new();
        let mut logged = 0;
        for number in 0..1000 {
            let device = format!("4002-{number}");
            fs::create_dir_all(desk.file(&device)).unwrap();
            logged += usize::from(desk.record_charge(&device, 60).is_some());
        }
        assert_eq!(logged, MOST_FAILING);
        assert_eq!(desk.recorder.failing.len(), MOST_FAILING);
    }
}
