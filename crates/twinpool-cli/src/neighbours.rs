//! Live traffic first: the governor learns from CloudWatch what the rest of the account calls.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{MissedTickBehavior, interval};
use twinpool_aws::usage::Usage;
use twinpool_core::port::{Class, Clock as _};
use twinpool_engine::{Governor, Neighbours};

use crate::clock::SystemClock;

/// Between two notes of our own calls.
const NOTE: Duration = Duration::from_secs(20);
/// CloudWatch counts by the minute.
const NOTES_A_LOOK: u32 = 3;
/// After so many looks in vain, what was known is too old to hold to.
const MOST_IN_VAIN: u32 = 5;

/// Watches until the command ends, or until it turns out that it may not: then the share alone counts.
pub(crate) async fn watch(usage: Usage, governor: Arc<Governor>) {
    let mut neighbours = Neighbours::of(governor);
    let mut ticks = interval(NOTE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut notes, mut in_vain) = (0, 0);
    loop {
        ticks.tick().await;
        neighbours.note(SystemClock.now());
        notes += 1;
        if notes % NOTES_A_LOOK != 1 {
            continue;
        }
        match usage.at(SystemTime::now()).await {
            Ok(loads) => {
                in_vain = 0;
                neighbours.hear(|category| loads.get(&category).map(|load| (load.calls, load.minute)));
            }
            Err(error) if error.class == Class::Denied => return neighbours.hear(|_| None),
            Err(_) => {
                in_vain += 1;
                if in_vain == MOST_IN_VAIN {
                    neighbours.hear(|_| None);
                }
            }
        }
    }
}
