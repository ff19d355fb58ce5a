//! A logger that sanitizes messages and keeps each on one line.

use log::{Log, Metadata, Record};

use super::line;

/// Passes messages to another logger in displayable form: messages may quote names of devices or
/// error texts of other programs, which must not end the line or control the terminal.
pub struct Clean<L>(pub L);

impl Clean<env_logger::Logger> {
    /// Installs the program's logger, unless one is installed already.
    pub fn init(logger: env_logger::Logger) {
        let level = logger.filter();
        if log::set_boxed_logger(Box::new(Self(logger))).is_ok() {
            log::set_max_level(level);
        }
    }
}

impl<L: Log> Log for Clean<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.0.enabled(record.metadata()) {
            return;
        }
        let message = line(&record.args().to_string());
        self.0.log(
            &Record::builder()
                .metadata(record.metadata().clone())
                .args(format_args!("{message}"))
                .module_path(record.module_path())
                .file(record.file())
                .line(record.line())
                .build(),
        );
    }

    fn flush(&self) {
        self.0.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use log::Level;

    use super::super::tests::{HOSTILE, assert_harmless};
    use super::*;

    /// Stores the messages.
    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Log for Kept {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push(record.args().to_string());
        }

        fn flush(&self) {}
    }

    #[test]
    fn a_quoted_name_does_not_control_the_log() {
        let log = Clean(Kept::default());
        for name in HOSTILE {
            let record = |args: std::fmt::Arguments<'_>| {
                log.log(&Record::builder().level(Level::Warn).args(args).build());
            };
            record(format_args!("{name}: implausible reading"));
        }
        let kept = log.0.0.into_inner().unwrap();
        assert_eq!(kept.len(), HOSTILE.len());
        for message in kept {
            assert_harmless(&message);
            assert!(
                message.ends_with("implausible reading") || message.ends_with('…'),
                "{message}"
            );
        }
    }
}
