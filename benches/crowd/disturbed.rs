//! How long the other devices wait when one device never answers and another sleeps.

use std::io;

use hidpp_proto::units::Timestamp;
use solar_status::manager::{Memory, Snapshot};

use super::crowd::{self, PATIENCES, Run, SIZES, receivers};
use super::{floor, millis};

const SILENT: u8 = 1;
const SLEEPING: u8 = 2;

pub(crate) fn print(models: &[&str]) -> io::Result<()> {
    println!("\nWith a silent and a sleeping device on each receiver, cold, in ms\n");
    println!("devices  on  receiver  all well  disturbed      floor  × floor  all done");
    for (name, patience) in PATIENCES {
        for size in SIZES.into_iter().filter(|size| size.devices > 1) {
            let mut crowd = crowd::crowd(size, models, patience);
            let (well, _) = crowd::read_watched(&crowd, &mut Memory::default(), Run::Cold)?;
            crowd::change(&mut crowd, |_, receiver| {
                receiver.set_silent(SILENT, true);
                receiver.sleep(Timestamp::START, SLEEPING);
            });
            let (snapshot, logs) = crowd::read_watched(&crowd, &mut Memory::default(), Run::Cold)?;
            let end = others_read(&snapshot)?;
            let soonest = receivers(&crowd).zip(&logs).map(|(receiver, log)| {
                let others: Vec<u8> = receiver.slots().filter(|slot| is_other(*slot)).collect();
                floor::soonest(receiver, log, &others, end)
            });
            let floor = millis(soonest.max().unwrap_or_default());
            let time = millis(end.since_start());
            println!(
                "{:7} {:3}  {name:8}  {:8.1}  {time:11.1}  {floor:7.1}  {:7.2}  {:9.1}",
                size.devices,
                size.receivers,
                millis(others_read(&well)?.since_start()),
                time / floor,
                millis(snapshot.at.since_start()),
            );
        }
    }
    Ok(())
}

/// When the last battery of the devices that are neither silent nor asleep was read.
fn others_read(snapshot: &Snapshot) -> io::Result<Timestamp> {
    crowd::all_read(snapshot, Run::Cold, |device| {
        device.slot().is_some_and(|slot| is_other(slot.get()))
    })
}

const fn is_other(slot: u8) -> bool {
    !matches!(slot, SILENT | SLEEPING)
}
