//! One device has one id, whatever comes and goes: devices of three models with equal or zero
//! serial numbers, on receivers, cables and Bluetooth, in random order and at random times.
//!
//! The rules are those of docs/devices.md, section Links. If the rules do not specify which of two
//! devices gets an id with its place, or when, the check accepts every result that they allow.

mod expected;
mod steps;
mod world;

use std::time::Duration;

use proptest::prelude::*;

use self::steps::{RECEIVERS, steps, units};
use self::world::World;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_steps_never_split_or_merge_devices(
        units in units(),
        receivers in proptest::collection::btree_set(0..RECEIVERS, 1..=RECEIVERS),
        steps in steps(),
    ) {
        let mut world = World::new(units);
        for receiver in receivers {
            world.toggle_receiver(receiver);
        }
        for (step, pause) in steps {
            world.step(step)?;
            match pause {
                Some(pause) => {
                    world.look(false);
                    world.now += Duration::from_millis(pause);
                }
                None => world.settle(),
            }
        }
        world.settle();
        world.run()?;
        world.check_kept()?;
    }
}
