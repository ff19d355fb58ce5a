//! What solar-statusd recorded of a keyboard, for its alerts.

use std::time::Duration;

use crate::alerts::Past;
use crate::client::on_demand::OnDemand;
use crate::device::Device;
use hidpp_proto::units::{Lux, Percent, Timestamp};

/// The state of points that only mark a gap.
const GAP: u32 = 0;

/// What was recorded of a solar keyboard.
pub(super) fn past(daemon: &OnDemand, device: &Device) -> Past {
    let history = |kind: &str| {
        let mut points = daemon.history(&device.id, kind);
        points.retain(|(_, _, state)| *state != GAP);
        points.sort_by_key(|(at, _, _)| *at);
        points.into_iter().filter_map(|(at, value, _)| {
            let at = Timestamp::from_start(Duration::from_secs(at.into()));
            Some((at, rounded(value)?))
        })
    };
    let charge = |(at, value)| Some((at, Percent::new(u8::try_from(value).ok()?)?));
    Past {
        charges: history("charge").filter_map(charge).collect(),
        lights: history("luminosity")
            .map(|(at, lux)| (at, Lux(lux)))
            .collect(),
    }
}

/// The nearest whole number, where there is one of two bytes.
fn rounded(value: f64) -> Option<u16> {
    let whole = (0.0..=f64::from(u16::MAX)).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is in the range"
    )]
    whole.then(|| value.round() as u16)
}
