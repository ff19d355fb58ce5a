//! Fault injection: lost, duplicated, delayed, reordered and corrupted reports, and traffic of
//! other programs.
//!
//! [`Faulty`] wraps any [`Firmware`] and is one itself. [`Faults`] configures the faults: at
//! random, from a seeded generator, or by a script that lists report numbers. The same seed and the
//! same calls give the same faults.

mod foreign;

pub use foreign::Foreign;

use std::collections::BTreeMap;
use std::time::Duration;

use super::Firmware;
use super::outbox::Outbox;
use hidpp_proto::units::Timestamp;

/// What happens to one input report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The report never arrives.
    Drop,
    /// The report arrives twice.
    Double,
    /// The report arrives this much later; reports sent after it may arrive before it.
    Delay(Duration),
    /// One byte of the report is changed.
    Corrupt {
        /// The offset of the byte from the report id; an offset beyond the end has no effect.
        offset: usize,
        /// The bits that flip.
        flip: u8,
    },
    /// The report arrives after a report for another program.
    After(Foreign),
}

/// The probability of each fault, in thousandths per report. They are independent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chances {
    /// An output report is lost on its way to the firmware.
    pub drop_output: u16,
    /// [`Fault::Drop`].
    pub drop: u16,
    /// [`Fault::Double`].
    pub double: u16,
    /// [`Fault::Delay`] by [`Faults::delay`].
    pub delay: u16,
    /// [`Fault::Delay`] by [`Faults::reorder`].
    pub reorder: u16,
    /// [`Fault::Corrupt`] of a random bit.
    pub corrupt: u16,
    /// [`Fault::After`] with random traffic of other programs.
    pub foreign: u16,
}

/// The faults to inject.
#[derive(Clone, Debug)]
pub struct Faults {
    /// The seed of the random numbers; zero counts as one.
    pub seed: u64,
    /// The random faults.
    pub chances: Chances,
    /// A long delay, longer than the host's timeout.
    pub delay: Duration,
    /// A short delay that lets the next report overtake.
    pub reorder: Duration,
    /// Scripted faults by the number of the input report, counted from 0. A report listed here has
    /// no random faults.
    pub script: BTreeMap<u64, Fault>,
    /// Numbers of the output reports that are lost, counted from 0.
    pub lost_output: Vec<u64>,
}

impl Default for Faults {
    /// No faults; a long delay is 6 s, a short one 30 ms.
    fn default() -> Self {
        Self {
            seed: 1,
            chances: Chances::default(),
            delay: Duration::from_secs(6),
            reorder: Duration::from_millis(30),
            script: BTreeMap::new(),
            lost_output: Vec::new(),
        }
    }
}

/// A firmware behind an unreliable connection.
///
/// A fault applies when the host reads the report, so delays count from that moment.
#[derive(Clone, Debug)]
pub struct Faulty<F> {
    inner: F,
    faults: Faults,
    random: Random,
    inputs: u64,
    outputs: u64,
    outbox: Outbox,
}

impl<F: Firmware> Faulty<F> {
    /// Puts `inner` behind a connection with these faults.
    pub fn new(inner: F, faults: Faults) -> Self {
        Self {
            inner,
            random: Random::new(faults.seed),
            faults,
            inputs: 0,
            outputs: 0,
            outbox: Outbox::default(),
        }
    }

    /// The firmware itself.
    pub fn inner(&self) -> &F {
        &self.inner
    }

    /// Replaces the faults from now on; the random sequence continues.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Queues a report that arrives at `due`, as if the firmware had sent it.
    pub fn inject(&mut self, due: Timestamp, report: Vec<u8>) {
        self.outbox.push(due, report);
    }

    /// Applies scripted or random faults to one report of the firmware.
    fn carry(&mut self, now: Timestamp, report: Vec<u8>) {
        let number = self.inputs;
        self.inputs += 1;
        if let Some(&fault) = self.faults.script.get(&number) {
            self.strike(now, report, fault);
            return;
        }
        let chances = self.faults.chances;
        let mut report = report;
        let mut due = now;
        if self.random.happens(chances.foreign) {
            let other = Foreign::any(&mut self.random);
            let foreign = other.report_for(&report, &mut self.random);
            self.outbox.push(now, foreign);
        }
        if self.random.happens(chances.drop) {
            return;
        }
        if self.random.happens(chances.corrupt) {
            let offset = self.random.below(report.len());
            flip(&mut report, offset, 1 << self.random.below(8));
        }
        if self.random.happens(chances.delay) {
            due += self.faults.delay;
        }
        if self.random.happens(chances.reorder) {
            due += self.faults.reorder;
        }
        if self.random.happens(chances.double) {
            self.outbox.push(due, report.clone());
        }
        self.outbox.push(due, report);
    }

    /// Applies one fault to a report.
    fn strike(&mut self, now: Timestamp, mut report: Vec<u8>, fault: Fault) {
        match fault {
            Fault::Drop => {}
            Fault::Double => {
                self.outbox.push(now, report.clone());
                self.outbox.push(now, report);
            }
            Fault::Delay(span) => {
                self.outbox.push(now + span, report);
            }
            Fault::Corrupt { offset, flip: bits } => {
                flip(&mut report, offset, bits);
                self.outbox.push(now, report);
            }
            Fault::After(other) => {
                let foreign = other.report_for(&report, &mut self.random);
                self.outbox.push(now, foreign);
                self.outbox.push(now, report);
            }
        }
    }
}

impl<F: Firmware> Firmware for Faulty<F> {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        let number = self.outputs;
        self.outputs += 1;
        let by_chance = self.random.happens(self.faults.chances.drop_output);
        if !by_chance && !self.faults.lost_output.contains(&number) {
            self.inner.output_report(now, report);
        }
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        while let Some(report) = self.inner.input_report(now) {
            self.carry(now, report);
        }
        self.outbox.pop(now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        let all = [self.inner.next_due(), self.outbox.next_due()];
        all.into_iter().flatten().min()
    }
}

fn flip(report: &mut [u8], offset: usize, bits: u8) {
    if let Some(byte) = report.get_mut(offset) {
        *byte ^= bits;
    }
}

/// Marsaglia's xorshift with 64 bits: small, and the same everywhere.
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from 0 to `limit - 1`; 0 for a limit of 0.
    fn below(&mut self, limit: usize) -> usize {
        // The high half is more random than the low one.
        let number = usize::try_from(self.next() >> 33).unwrap_or(0);
        number.checked_rem(limit).unwrap_or(0)
    }

    /// A byte.
    fn byte(&mut self) -> u8 {
        let [byte, ..] = self.next().to_be_bytes();
        byte
    }

    /// `true` with a probability of `per_mille` thousandths.
    fn happens(&mut self, per_mille: u16) -> bool {
        self.below(1000) < usize::from(per_mille)
    }
}

#[cfg(test)]
mod tests;
