//! Why something could not be examined, and examinations with a timeout.

use std::io;
use std::time::Duration;

use super::job::{self, Outcome};

/// Why something could not be examined. `what` names it: `/sys/class/hidraw`, `the system bus`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LookError {
    #[error("{what} cannot be examined (permission denied)")]
    Denied { what: String },
    #[error("{what} does not exist")]
    Missing { what: String },
    #[error("{what} did not answer in time")]
    Slow { what: String },
    #[error("internal error: examining {what} panicked; please report this bug")]
    Died { what: String },
    #[error("{what} cannot be examined ({why})")]
    Failed { what: String, why: String },
}

impl LookError {
    pub(super) fn of(what: &str, error: &io::Error) -> Self {
        let what = what.to_owned();
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied { what },
            io::ErrorKind::NotFound => Self::Missing { what },
            _ => Self::Failed {
                what,
                why: error.to_string(),
            },
        }
    }
}

/// Examines something that may hang.
pub(super) fn within<T: Send + 'static>(
    what: &str,
    patience: Duration,
    look: impl FnOnce() -> Result<T, LookError> + Send + 'static,
) -> Result<T, LookError> {
    let what = what.to_owned();
    match job::within("look", patience, look) {
        Ok(Outcome::Ended(seen)) => seen,
        Ok(Outcome::Late) => Err(LookError::Slow { what }),
        Ok(Outcome::Died) => Err(LookError::Died { what }),
        Err(error) => Err(LookError::of(&what, &error)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn a_job_that_hangs_is_abandoned() {
        let (_never, forever) = sync_channel::<()>(0);
        let hang = move || Ok(forever.recv().is_ok());
        let seen = within("the wall", Duration::ZERO, hang);
        assert_eq!(
            seen.unwrap_err().to_string(),
            "the wall did not answer in time"
        );
    }

    #[test]
    fn a_job_that_panics_is_not_a_timeout() {
        let look = || -> Result<(), LookError> { panic!("as it should") };
        let seen = within("the wall", Duration::from_secs(600), look);
        assert!(matches!(seen, Err(LookError::Died { .. })), "{seen:?}");
    }
}
