//! Estimates with ranges, and robust slopes, which are not affected by a few outliers.

/// A number with its 90 % range. All are finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The most likely value.
    pub best: f64,
    /// The lower limit.
    pub low: f64,
    /// The upper limit; `None`: unknown.
    pub high: Option<f64>,
}

/// The half width of a 90 % range in standard errors, for few degrees of freedom.
const NINE_OF_TEN: f64 = 2.0;

impl Estimate {
    /// A value with its standard error.
    pub(super) fn around(best: f64, error: f64) -> Self {
        let away = NINE_OF_TEN * error;
        Self {
            best,
            low: best - away,
            high: Some(best + away),
        }
    }
}

/// A point of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The maximum number of points; more are thinned, because all pairs are evaluated.
const MOST_POINTS: usize = 120;

/// The Theil–Sen slope of points on several lines with a common slope: the median over all pairs on
/// a line, weighted by their distance in `x`. `None`: there are no pairs.
pub(super) fn slope(lines: &[Vec<Point>]) -> Option<f64> {
    let count: usize = lines.iter().map(Vec::len).sum();
    let every = count.div_ceil(MOST_POINTS).max(1);
    let mut slopes = Vec::new();
    for line in lines {
        let points: Vec<&Point> = line.iter().step_by(every).chain(line.last()).collect();
        for (place, a) in points.iter().enumerate() {
            for b in points.iter().skip(place + 1) {
                let apart = b.x - a.x;
                if apart.abs() > f64::EPSILON {
                    slopes.push(((b.y - a.y) / apart, apart.abs()));
                }
            }
        }
    }
    weighted_median(slopes)
}

/// The value with as much weight below as above it.
pub(super) fn weighted_median(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    let found = values.iter().find(|(_, weight)| {
        below += weight;
        below >= half
    });
    found.map(|(value, _)| *value)
}

pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    weighted_median(values.map(|value| (value, 1.0)).collect())
}

/// The mean of values; `None`: there are none.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len()).ok().filter(|it| *it > 0)?;
    Some(values.iter().sum::<f64>() / f64::from(count))
}

/// The mean square of the differences between values and their mean; `None`: there are none.
fn variance(values: &[f64]) -> Option<f64> {
    let center = mean(values)?;
    mean(
        &values
            .iter()
            .map(|it| (it - center).powi(2))
            .collect::<Vec<f64>>(),
    )
}

/// The spread of values, as standard errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    /// Of one of them.
    pub(super) of_one: f64,
    /// Of their mean.
    pub(super) of_mean: f64,
}

/// The weight of the usual spread, in values: a few values can be similar by chance.
const USUAL_WEIGHT: f64 = 2.0;

/// The spread of values that may overlap, of which `independent` would not; `usual` is the standard
/// error of one value without further knowledge.
pub(super) fn spread(values: &[f64], independent: f64, usual: f64) -> Spread {
    let squares = variance(values).unwrap_or_default() * independent;
    let free = (independent - 1.0).max(0.0);
    let of_one = ((squares + USUAL_WEIGHT * usual.powi(2)) / (free + USUAL_WEIGHT)).sqrt();
    Spread {
        of_one,
        of_mean: of_one / independent.max(1.0).sqrt(),
    }
}

/// The sum of two independent standard errors. (`hypot` would load libm, 0.3 MB, into the daemon.)
pub(super) fn both(one: f64, other: f64) -> f64 {
    (one.powi(2) + other.powi(2)).sqrt()
}

/// The jackknife standard error of a value, from its values without each part of the data, of which
/// there are `parts`. The parts may overlap: the moving-block jackknife of Künsch (The Annals of
/// Statistics 17, 1989).
pub(super) fn jackknife(without_each: &[f64], parts: f64) -> Option<f64> {
    Some((variance(without_each)? * (parts - 1.0).max(0.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[(f64, f64)]) -> Vec<Point> {
        values.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    fn assert_near(value: Option<f64>, expected: f64) {
        assert!((value.unwrap() - expected).abs() < 1e-9, "{value:?}");
    }

    #[test]
    fn an_outlier_does_not_change_the_slope_of_a_line() {
        let odd = line(&[
            (0.0, 90.0),
            (1.0, 88.0),
            (2.0, 3.0),
            (3.0, 84.0),
            (4.0, 82.0),
        ]);
        assert_near(slope(&[odd]), -2.0);
    }

    #[test]
    fn lines_with_a_common_slope_are_combined_wherever_they_begin() {
        let lines = [
            line(&[(0.0, 90.0), (10.0, 80.0)]),
            line(&[(20.0, 99.0), (30.0, 89.0)]),
        ];
        assert_near(slope(&lines), -1.0);
    }

    #[test]
    fn points_at_one_time_have_no_slope() {
        assert_eq!(slope(&[line(&[(1.0, 5.0), (1.0, 9.0)])]), None);
        assert_eq!(slope(&[]), None);
    }

    #[test]
    fn many_points_are_thinned_and_the_last_one_stays() {
        let many: Vec<Point> = (0..5000)
            .map(|it| Point {
                x: f64::from(it),
                y: 3.0 * f64::from(it),
            })
            .collect();
        assert_near(slope(&[many]), 3.0);
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_standard_error() {
        let values = [1.0, 2.0, 4.0, 9.0];
        let without: Vec<f64> = (0..4)
            .map(|left_out| {
                let others = values.iter().enumerate();
                let others = others.filter(|(place, _)| *place != left_out);
                mean(&others.map(|(_, it)| *it).collect::<Vec<_>>()).unwrap()
            })
            .collect();
        // 38 is the sum of the squares of the differences from the mean, 4.
        let error_of_mean = f64::sqrt(38.0 / 3.0 / 4.0);
        assert_near(jackknife(&without, 4.0), error_of_mean);
        assert_eq!(jackknife(&[], 4.0), None);
    }
}
