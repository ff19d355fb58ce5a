use serde::Serialize;

use crate::device::named;
use crate::text;

named! {
    serde
    /// The area of a finding, in the order of the report.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
    pub enum Area {
        /// Receivers and devices on USB, and the drivers that hold them.
        Usb => "usb",
        /// The nodes for HID++.
        Hidraw => "hidraw",
        /// The kernel's drivers and batteries.
        Kernel => "kernel",
        /// solar-statusd.
        Daemon => "daemon",
        /// upowerd.
        Upower => "upower",
        /// Other programs that use HID++.
        Programs => "programs",
        /// The devices themselves.
        Devices => "devices",
        /// Rules, cache, history.
        Files => "files",
    }
}

named! {
    serde
    /// The severity of a finding, in ascending order.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
    pub enum Verdict {
        /// As it should be.
        Ok => "ok",
        /// Worth knowing, and nothing wrong.
        Note => "note",
        /// It could not be examined, and is not needed.
        Unseen => "unseen",
        /// The user lacks the permission to read the devices.
        Denied => "denied",
        /// There is no receiver or device.
        Absent => "absent",
        /// Something is wrong.
        Problem => "problem",
    }
}

/// One result of the examination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its area.
    pub area: Area,
    /// Identifies the finding within its area. It remains the same when the text changes.
    pub id: &'static str,
    /// Its severity.
    pub verdict: Verdict,
    /// What was found, in one line.
    pub text: String,
    /// What to do next.
    pub advice: Option<String>,
}

impl Finding {
    /// A finding without advice. Names that come from devices and other programs are made
    /// displayable here.
    pub fn new(area: Area, id: &'static str, verdict: Verdict, text: impl Into<String>) -> Self {
        Self {
            area,
            id,
            verdict,
            text: text::line(&text.into()),
            advice: None,
        }
    }

    /// As it should be.
    pub fn ok(area: Area, id: &'static str, text: impl Into<String>) -> Self {
        Self::new(area, id, Verdict::Ok, text)
    }

    /// A finding worth knowing, with nothing wrong.
    pub fn note(area: Area, id: &'static str, text: impl Into<String>) -> Self {
        Self::new(area, id, Verdict::Note, text)
    }

    /// A finding about something that could not be examined.
    pub fn unseen(area: Area, id: &'static str, text: impl Into<String>) -> Self {
        Self::new(area, id, Verdict::Unseen, text)
    }

    /// A finding that something is wrong.
    pub fn problem(area: Area, id: &'static str, text: impl Into<String>) -> Self {
        Self::new(area, id, Verdict::Problem, text)
    }

    /// Adds advice: what to do about the finding.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(text::line(&advice.into()));
        self
    }
}

/// The most severe verdict of all findings.
pub fn worst(findings: &[Finding]) -> Verdict {
    let verdicts = findings.iter().map(|finding| finding.verdict);
    verdicts.max().unwrap_or(Verdict::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_counts() {
        let found = |verdict| Finding::new(Area::Usb, "it", verdict, "");
        let all = [Verdict::Note, Verdict::Problem, Verdict::Denied].map(found);
        assert_eq!(worst(&all), Verdict::Problem);
        assert_eq!(
            worst(&[found(Verdict::Denied), found(Verdict::Ok)]),
            Verdict::Denied
        );
        assert_eq!(worst(&[]), Verdict::Ok);
    }

    #[test]
    fn the_name_of_a_device_cannot_control_the_terminal() {
        let finding = Finding::ok(Area::Usb, "it", "a\u{1b}[2Jmouse\n").advise("do\u{7} it");
        assert_eq!(
            (&*finding.text, finding.advice.as_deref()),
            ("a[2Jmouse", Some("do it"))
        );
    }
}
