//! The charge of a lithium cell by its voltage, for devices that report no percentage: features
//! 1001 and 1F20.
//!
//! Which charge belongs to a voltage depends on the product: 3.65 V are 47 % of a G933 and 6 % of a
//! G733. If the discharge of a product was measured, its charge is taken from that curve. For all
//! others a default curve is used, with a margin that includes every curve known for the feature.
//!
//! | product | ids | curve | source | curve against source |
//! |---|---|---|---|---|
//! | G Pro | 4079, C088 | `G_PRO` | Logitech's power model 4079 | 2 points at most, 0.2 on average |
//! | G703 Hero | 4086, C090 | `G_PRO` | Logitech's power model 4086 | 2, 0.3 |
//! | G403 | 405D, C082 | `G_PRO` | Logitech's power model 405D | 4, 1.6 |
//! | G703 | 4070, C087 | `G_PRO` | Logitech's power model 4070, that of the G403 | 4, 1.6 |
//! | G900 | 4053, C081 | `G900` | Logitech's power model 4053 | 1, 0.2 (with `G_PRO` 11) |
//! | G903 | 4067, C086 | `G900` | Logitech's power model 4067, that of the G900 | 1, 0.2 |
//! | other of 1001 | | `G_PRO` | the kernel and Solaar use it for all of 1001 | unknown |
//! | G533 | 0A66 | `G533` | Logitech's power model 0A66 | 13 near full, 0.6 |
//! | G933 | 0A5B | `G933` | Logitech's power model 0A5B | 8 below 20 %, 1.2 |
//! | G935 | 0A87 | `G933` | the kernel's curve for it is a fit of the G933's; Solaar issue 1615 | 6 |
//! | G733 | 0AB5, 0AFE, 0B1F | `G_PRO` | Logitech's power model 0AB5, of the first revision | 4, 1.5 |
//! | G535 | 0AC4 | `G535` | 45 readings of a user, `HeadsetControl` `logitech_g535.c` | 2, 0.5 |
//! | other of 1F20 | | `G_PRO` | fits the newer headsets | unknown |
//!
//! Logitech's power models are recorded discharges (time, voltage, energy used) from which its own
//! programs look up charges. They are public in `LGSTrayBattery` (`PowerModel/`, until 2021), those
//! of G533 and G933 in `ashkitten/g933-utils` (`maps/`) too. If a voltage occurs twice in one,
//! since the cell recovered during a pause, the mean of its charges is used.

use crate::units::{Millivolts, Percent, PercentPoints};
use crate::wire::Wpid;

/// A charge estimated from a voltage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Estimate {
    /// The charge.
    pub charge: Percent,
    /// How far the real charge may be from it.
    pub margin: PercentPoints,
}

/// The products that report voltages through one feature.
#[derive(Debug)]
pub struct Family {
    /// The curve of a product that is not in `known`.
    default: Curve,
    known: &'static [(&'static [u16], Curve)],
}

/// Millivolts and percent of a cell while it is discharged, full first: linear in between, flat
/// beyond.
type Curve = &'static [(u16, u8)];

/// How far two cells of one product, or one cell at two loads, can be apart, in millivolts.
/// Published readings are within it: a G733 at 3742 mV is 18 % according to Logitech's program and
/// 27 % by the curve, another at 3663 mV 15 % and 8 % (`HeadsetControl` issue 169).
const SPREAD_MV: u16 = 35;

/// Feature 1001: mice and keyboards.
pub const MICE_AND_KEYBOARDS: Family = Family {
    default: G_PRO,
    known: &[
        (
            &[
                0x405D, 0x4070, 0x4079, 0x4086, 0xC082, 0xC087, 0xC088, 0xC090,
            ],
            G_PRO,
        ),
        (&[0x4053, 0x4067, 0xC081, 0xC086], G900),
    ],
};

/// Feature 1F20: headsets.
pub const HEADSETS: Family = Family {
    default: G_PRO,
    known: &[
        (&[0x0A66], G533),
        (&[0x0A5B, 0x0A87], G933),
        (&[0x0AB5, 0x0AFE, 0x0B1F], G_PRO),
        (&[0x0AC4], G535),
    ],
};

const G_PRO: Curve = &[
    (4186, 100),
    (4067, 90),
    (3989, 80),
    (3922, 70),
    (3859, 60),
    (3811, 50),
    (3778, 40),
    (3751, 30),
    (3717, 20),
    (3671, 10),
    (3646, 5),
    (3579, 2),
    (3500, 0),
];

const G900: Curve = &[
    (4182, 100),
    (4105, 95),
    (4058, 90),
    (3969, 80),
    (3894, 70),
    (3829, 60),
    (3781, 50),
    (3747, 40),
    (3723, 30),
    (3690, 20),
    (3663, 15),
    (3640, 10),
    (3585, 5),
    (3502, 3),
    (3323, 1),
    (2997, 0),
];

const G533: Curve = &[
    (4042, 100),
    (3965, 95),
    (3923, 90),
    (3874, 80),
    (3812, 70),
    (3775, 60),
    (3749, 50),
    (3729, 40),
    (3708, 30),
    (3678, 20),
    (3658, 15),
    (3641, 10),
    (3600, 5),
    (3523, 3),
    (3400, 1),
    (3361, 0),
];

const G933: Curve = &[
    (4057, 100),
    (3979, 95),
    (3933, 90),
    (3836, 80),
    (3769, 70),
    (3705, 60),
    (3661, 50),
    (3631, 40),
    (3610, 30),
    (3590, 20),
    (3578, 15),
    (3555, 10),
    (3548, 5),
    (3499, 3),
    (3396, 1),
    (3304, 0),
];

const G535: Curve = &[
    (4175, 100),
    (4106, 95),
    (4066, 90),
    (4025, 84),
    (4000, 83),
    (3963, 78),
    (3945, 72),
    (3934, 71),
    (3894, 64),
    (3839, 56),
    (3817, 50),
    (3806, 48),
    (3788, 39),
    (3766, 30),
    (3741, 22),
    (3730, 20),
    (3701, 13),
    (3688, 10),
    (3664, 5),
    (3600, 3),
    (3405, 1),
    (3339, 0),
];

impl Family {
    /// Whether the discharge of this product was measured, so that its charge is taken from a curve
    /// of its own.
    pub fn is_known(&self, product: Wpid) -> bool {
        self.own(product).is_some()
    }

    /// The curve of a product, with the ids for which it was measured.
    fn own(&self, Wpid(id): Wpid) -> Option<&(&'static [u16], Curve)> {
        self.known.iter().find(|(ids, _)| ids.contains(&id))
    }

    /// Estimates the charge of a product's cell while it is being discharged. A cell that is being
    /// charged has a higher voltage: a mouse at 30 % looks like 63 % (piper issue 222).
    ///
    /// `product` is its id on USB or Bluetooth, or behind a receiver; `None`: it is not known. The
    /// margin is the effect of `SPREAD_MV` on the curve; for a product without a curve, its effect
    /// on any curve of the family.
    pub fn estimate(&self, product: Option<Wpid>, voltage: Millivolts) -> Estimate {
        let own = product.and_then(|product| self.own(product));
        let charge = percent(own.map_or(self.default, |(_, curve)| curve), voltage.0);
        let curves = self.known.iter().filter(|(ids, _)| match own {
            Some((own, _)) => own == ids,
            None => true,
        });
        let extremes = curves.flat_map(|(_, curve)| {
            [
                percent(curve, voltage.0.saturating_sub(SPREAD_MV)),
                percent(curve, voltage.0.saturating_add(SPREAD_MV)),
            ]
        });
        let margin = extremes.map(|it| it.get().abs_diff(charge.get())).max();
        Estimate {
            charge,
            margin: PercentPoints(margin.unwrap_or_default()),
        }
    }
}

/// The charge of a curve at a voltage, to the nearest percent.
fn percent(curve: Curve, millivolts: u16) -> Percent {
    let first = curve.first().filter(|(full, _)| millivolts >= *full);
    let between = curve.windows(2).find_map(|points| {
        let [(upper, more), (lower, less)] = *points else {
            return None;
        };
        let above = u32::from(millivolts.checked_sub(lower)?);
        let (span, rise) = (u32::from(upper - lower), u32::from(more - less));
        Some(u32::from(less) + (rise * above + span / 2) / span)
    });
    let percent = first.map(|(_, charge)| *charge);
    let percent = percent.or(between.and_then(|percent| u8::try_from(percent).ok()));
    percent.and_then(Percent::new).unwrap_or(Percent::EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Charge and margin.
    fn estimate(family: &Family, product: u16, millivolts: u16) -> (u8, u8) {
        let estimate = family.estimate(Some(Wpid(product)), Millivolts(millivolts));
        (estimate.charge.get(), estimate.margin.0)
    }

    /// A published reading: product, millivolts, the percentage that belongs to it and the points
    /// the curve may be off.
    type Published = (u16, u16, u8, u8);

    fn assert_within(family: &Family, published: &[Published]) {
        for &(product, millivolts, real, off) in published {
            let (charge, margin) = estimate(family, product, millivolts);
            assert!(
                charge.abs_diff(real) <= off,
                "{product:04X} at {millivolts} mV: {charge} %, not {real} %"
            );
            let spans = charge.abs_diff(real) <= margin;
            assert!(spans, "{product:04X} at {millivolts} mV: ±{margin}");
        }
    }

    #[test]
    fn headsets_are_as_full_as_was_measured() {
        assert_within(
            &HEADSETS,
            &[
                // Solaar issue 272 with the map of g933-utils: 60 %; the kernel's fit: 57.
                (0x0A5B, 3701, 60, 3),
                // Points of the map of g933-utils.
                (0x0A5B, 4002, 97, 1),
                (0x0A5B, 3901, 87, 1),
                (0x0A5B, 3800, 75, 1),
                (0x0A5B, 3752, 68, 1),
                (0x0A5B, 3650, 47, 1),
                (0x0A5B, 3600, 27, 2),
                (0x0A5B, 3499, 4, 1),
                // The kernel's 1F20 curve, which is for the G935.
                (0x0A87, 4003, 96, 1),
                (0x0A87, 3820, 80, 2),
                (0x0A87, 3712, 60, 2),
                (0x0A87, 3640, 40, 4),
                (0x0A87, 3601, 28, 3),
                // Solaar issue 1615: 30 % according to Logitech's program between 3580 and 3646 mV.
                (0x0A87, 3612, 30, 15),
                // HeadsetControl issue 169: the fit of a user.
                (0x0AB5, 4050, 84, 4),
                (0x0AB5, 4000, 77, 4),
                (0x0AB5, 3900, 61, 6),
                (0x0AB5, 3800, 45, 2),
                (0x0AB5, 3750, 26, 4),
                (0x0AB5, 3700, 16, 1),
                (0x0AFE, 3650, 3, 3),
                // Points of Logitech's power model.
                (0x0AB5, 4086, 90, 2),
                (0x0B1F, 3944, 70, 4),
                (0x0AB5, 3818, 50, 2),
                (0x0AFE, 3725, 20, 3),
                (0x0AB5, 3675, 10, 1),
                // The percentage of Logitech's program next to that of HeadsetControl, from which
                // its formula gives the voltage: issues 169 (two users) and 416, and issue 6 of
                // HeadsetControl-SystemTray.
                (0x0AB5, 3742, 18, 9),
                (0x0AB5, 3663, 15, 7),
                (0x0AB5, 4015, 80, 3),
                (0x0AB5, 3951, 72, 2),
                // HeadsetControl: readings of a G535, and its five points.
                (0x0AC4, 4135, 98, 1),
                (0x0AC4, 4055, 87, 2),
                (0x0AC4, 3971, 79, 1),
                (0x0AC4, 3916, 67, 2),
                (0x0AC4, 3872, 61, 1),
                (0x0AC4, 3817, 50, 0),
                (0x0AC4, 3774, 34, 1),
                (0x0AC4, 3766, 30, 0),
                (0x0AC4, 3730, 20, 0),
                (0x0AC4, 3664, 5, 0),
                (0x0AC4, 3540, 2, 1),
                // Points of the map of g933-utils, which ends at 6 % when the headset goes off.
                (0x0A66, 3910, 88, 3),
                (0x0A66, 3850, 78, 2),
                (0x0A66, 3792, 67, 3),
                (0x0A66, 3750, 53, 4),
                (0x0A66, 3722, 40, 3),
                (0x0A66, 3690, 28, 4),
                (0x0A66, 3649, 19, 7),
            ],
        );
    }

    #[test]
    fn mice_are_as_full_as_was_measured() {
        assert_within(
            &MICE_AND_KEYBOARDS,
            &[
                // Points of Logitech's power models.
                (0x4079, 4069, 90, 1),
                (0x4086, 3811, 50, 0),
                (0xC088, 3670, 10, 0),
                (0x405D, 4006, 80, 3),
                (0x4070, 3759, 30, 4),
                (0xC087, 3731, 20, 4),
                (0xC082, 3679, 10, 2),
                (0x4053, 3894, 70, 0),
                (0xC086, 3747, 40, 0),
                (0x4067, 3690, 20, 0),
            ],
        );
    }

    #[test]
    fn a_curve_is_met_at_its_points_and_linear_between() {
        for (millivolts, charge) in [
            (4186, 100),
            (4090, 92),
            (4067, 90),
            (3922, 70),
            (3881, 63),
            (3859, 60),
            // A G915 (Solaar issue 1498): the kernel's 100 points give 35 too.
            (3765, 35),
            // The mouse of piper issue 222: the kernel's points give 21 too.
            (3722, 21),
            (3671, 10),
            (3579, 2),
        ] {
            let estimate = MICE_AND_KEYBOARDS.estimate(None, Millivolts(millivolts));
            assert_eq!(estimate.charge.get(), charge, "{millivolts} mV");
        }
    }

    #[test]
    fn a_product_without_a_curve_has_a_wider_margin() {
        // A PRO X headset and a G915: no curve of theirs is public.
        for (family, unknown) in [(&HEADSETS, 0x0ABA), (&MICE_AND_KEYBOARDS, 0x407C)] {
            for millivolts in 3300..4250 {
                let (default, wide) = estimate(family, unknown, millivolts);
                for (ids, _) in family.known {
                    let (charge, _) = estimate(family, ids[0], millivolts);
                    assert!(
                        default.abs_diff(charge) <= wide,
                        "{millivolts} mV: {default} ± {wide} does not reach {charge}"
                    );
                }
                let narrow = family.known.iter().filter(|(_, curve)| *curve == G_PRO);
                for (ids, _) in narrow {
                    assert!(estimate(family, ids[0], millivolts).1 <= wide);
                }
            }
        }
        assert_eq!(estimate(&HEADSETS, 0x0ABA, 3640), (5, 48));
    }

    #[test]
    fn a_higher_voltage_is_never_less_charge_and_beyond_the_ends_it_is_flat() {
        for family in [&HEADSETS, &MICE_AND_KEYBOARDS] {
            let products = family.known.iter().flat_map(|(ids, _)| ids.iter().copied());
            for product in products.chain([0xFFFF]) {
                let mut before = 0;
                for millivolts in 0..=u16::MAX {
                    let (charge, _) = estimate(family, product, millivolts);
                    assert!(charge >= before, "{product:04X} at {millivolts} mV");
                    before = charge;
                }
                assert_eq!(before, 100, "{product:04X}");
                assert_eq!(estimate(family, product, 0), (0, 0), "{product:04X}");
            }
        }
    }

    #[test]
    fn no_product_has_two_curves() {
        for family in [&HEADSETS, &MICE_AND_KEYBOARDS] {
            let mut ids: Vec<u16> = Vec::new();
            ids.extend(family.known.iter().flat_map(|(ids, _)| ids.iter()));
            let number = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), number);
        }
    }
}
