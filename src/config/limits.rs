//! Limits of the charge in a table.

use serde::Deserialize;
use toml::{Spanned, Value};

use super::mistake::Mistake;
use crate::device::ChargeLimits;

/// The highest limit in percent: above it, no charge would be enough to end the reason.
const MOST: u8 = 95;

/// The limits that a table sets.
pub(super) struct OwnLimits {
    pub(super) low: Option<Spanned<Threshold>>,
    pub(super) critical: Option<Spanned<Threshold>>,
}

impl OwnLimits {
    /// Returns both limits, or an error if `critical` is not below `low`, which is the general one
    /// if the table has none.
    pub(super) fn checked(
        self,
        general: ChargeLimits,
        text: &str,
    ) -> Result<(Option<u8>, Option<u8>), Mistake> {
        let place = self.critical.as_ref().map_or(0, |it| it.span().start);
        let percent = |own: Option<Spanned<Threshold>>| own.map(|it| it.into_inner().0);
        let (low, critical) = (percent(self.low), percent(self.critical));
        let below = match low.unwrap_or(general.low) {
            0 => MOST,
            low => low,
        };
        if let Some(critical) = critical
            && critical >= below
        {
            let what = format!("critical ({critical}) must be below low ({below})");
            return Err(Mistake::at(text, place, &what));
        }
        Ok((low, critical))
    }
}

/// A charge in percent.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct Threshold(u8);

impl TryFrom<Value> for Threshold {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let percent = number(&value).filter(|it| *it <= MOST);
        percent
            .map(Self)
            .ok_or("a limit is a charge from 1 to 95 percent, or 0 for never")
    }
}

/// The value, if it is a whole number in the range of its type.
pub(super) fn number<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_integer()?).ok()
}
