//! Reads histories for D-Bus callers: cached while a file is unchanged, and on a separate thread,
//! so that other calls are not delayed.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::history::{self, Entry, HistoryError, Stamp};
use hidpp_proto::units::Timestamp;

/// The size limit of the cache in entries, about 3 MB. A file has about 6500.
const ENTRIES: usize = 100_000;

/// Reads histories.
#[derive(Clone, Debug)]
pub(super) struct Histories {
    /// Their directory; `None`: no history is recorded.
    directory: Option<PathBuf>,
    cache: Arc<Mutex<Cache>>,
}

impl Histories {
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        let cache = Arc::default();
        Self { directory, cache }
    }

    /// Whether a history is recorded.
    pub(super) const fn are_kept(&self) -> bool {
        self.directory.is_some()
    }

    /// Passes the history of a device to `answer`, on a thread for blocking work. The admission
    /// runs one such call at a time.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not a history of the device.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        device: &str,
        answer: impl FnOnce(&[Entry]) -> T + Send + 'static,
    ) -> Result<T, HistoryError> {
        let Some(directory) = self.directory.clone() else {
            return Ok(answer(&[]));
        };
        let (cache, device) = (Arc::clone(&self.cache), device.to_owned());
        let read = move || Ok(answer(&entries(&cache, &directory, &device)?));
        zruntime::unblock(read).await
    }
}

/// The entries of a device, from the cache if its file is unchanged. The cache is not locked while
/// a file is read.
fn entries(
    cache: &Mutex<Cache>,
    directory: &Path,
    device: &str,
) -> Result<Arc<[Entry]>, HistoryError> {
    // Taken before reading, so that concurrent writes invalidate the cached entries.
    let stamp = history::stamp(directory, device);
    if let Some(stamp) = stamp
        && let Some(entries) = lock(cache).get(device, stamp)
    {
        return Ok(entries);
    }
    let entries: Arc<[Entry]> = history::read(directory, device, Timestamp::START)?.into();
    if let Some(stamp) = stamp {
        lock(cache).insert(device, stamp, Arc::clone(&entries));
    }
    Ok(entries)
}

/// The cached histories, the least recently used first.
#[derive(Debug, Default)]
struct Cache(VecDeque<(String, Stamp, Arc<[Entry]>)>);

impl Cache {
    fn get(&mut self, device: &str, stamp: Stamp) -> Option<Arc<[Entry]>> {
        let place = self.0.iter().position(|(of, ..)| of == device)?;
        let found = self.0.remove(place)?;
        if found.1 != stamp {
            return None;
        }
        let entries = Arc::clone(&found.2);
        self.0.push_back(found);
        Some(entries)
    }

    fn insert(&mut self, device: &str, stamp: Stamp, entries: Arc<[Entry]>) {
        self.0.retain(|(of, ..)| of != device);
        self.0.push_back((device.to_owned(), stamp, entries));
        while self.0.iter().map(|(.., it)| it.len()).sum::<usize>() > ENTRIES {
            self.0.pop_front();
        }
    }
}

fn lock(cache: &Mutex<Cache>) -> MutexGuard<'_, Cache> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use tempfile::TempDir;
    use zbus::block_on;

    use super::*;
    use crate::device::ChargeState;
    use crate::history::{History, Sample};
    use hidpp_proto::units::Percent;

    const K750: &str = "4002-392A0750";

    /// Records a charge of a device at this second.
    fn record(history: &mut History, device: &str, at: u64, percent: u8) {
        let sample = Sample {
            charge: Percent::new(percent),
            voltage: None,
            light: None,
            state: ChargeState::Discharging,
            online: true,
        };
        let at = Timestamp::from_start(Duration::from_secs(at));
        history.record(device, at, &sample).unwrap();
    }

    fn count(histories: &Histories, device: &str) -> usize {
        block_on(histories.read(device, <[Entry]>::len)).unwrap()
    }

    #[test]
    fn a_history_is_parsed_again_when_its_file_changed() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().to_owned();
        let mut history = History::open(path.clone(), Timestamp::START).unwrap();
        let histories = Histories::new(Some(path.clone()));
        assert_eq!(count(&histories, K750), 0);
        record(&mut history, K750, 1, 57);
        assert_eq!(count(&histories, K750), 1);
        let first = Arc::as_ptr(&lock(&histories.cache).0[0].2);
        assert_eq!(count(&histories, K750), 1);
        let again = Arc::as_ptr(&lock(&histories.cache).0[0].2);
        assert!(std::ptr::addr_eq(first, again), "not parsed again");
        record(&mut history, K750, 2, 56);
        assert_eq!(count(&histories, K750), 2);
        fs::remove_file(path.join(format!("{K750}.jsonl"))).unwrap();
        assert_eq!(count(&histories, K750), 0);
    }

    #[test]
    fn the_cache_is_bounded_and_drops_the_least_recently_used() {
        let stamp = {
            let directory = TempDir::new().unwrap();
            let path = directory.path().to_owned();
            let mut history = History::open(path.clone(), Timestamp::START).unwrap();
            record(&mut history, K750, 1, 57);
            history::stamp(&path, K750).unwrap()
        };
        let entry = Entry {
            at: Timestamp::START,
            span: history::Span::Moment,
            charge: None,
            voltage: None,
            light: None,
            state: ChargeState::Unknown,
            online: false,
        };
        let mut cache = Cache::default();
        for device in ["a", "b", "c"] {
            cache.insert(device, stamp, vec![entry; ENTRIES / 3].into());
        }
        assert!(cache.get("a", stamp).is_some());
        cache.insert("d", stamp, vec![entry; ENTRIES / 3].into());
        assert!(cache.get("a", stamp).is_some());
        assert!(cache.get("b", stamp).is_none());
        cache.insert("e", stamp, vec![entry; 2 * ENTRIES].into());
        assert!(cache.0.is_empty());
    }
}
