//! Reads the output of a program line by line, with a deadline.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

use crate::wait::PATIENCE;

/// The lines of a stream, each with its line feed.
pub struct Lines(Receiver<String>);

impl Lines {
    /// Reads them in a thread that ends with the stream.
    pub fn of(stream: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        let mut stream = BufReader::new(stream);
        thread::spawn(move || {
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap() == 0 || sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self(lines)
    }
}

impl Iterator for Lines {
    type Item = String;

    /// Waits for the next line; panics if none arrives in time.
    fn next(&mut self) -> Option<String> {
        match self.0.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                panic!("the program prints no further line and does not end")
            }
        }
    }
}
