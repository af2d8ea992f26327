//! Goes over those who need it. Who is being worked on is finished, whatever happens.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::Notify;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::id::OldSub;
use twinpool_core::password::PasswordResetter;
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::{Clock, LinkReader, PoolReader, PoolWriter};
use twinpool_engine::{NotReset, Reset, ResetError, ResetPasswords};

use crate::progress::Progress;
use crate::signal;

/// So many users are worked on at a time.
const AT_A_TIME: usize = 8;

/// After so many failures in a row, the next would fail too: a quota of messages, a permission, the network.
const IN_A_ROW: u32 = 10;

/// What became of everybody.
#[derive(Debug, Default)]
pub(super) struct Result {
    pub(super) done: u64,
    /// Who was left alone, and why.
    pub(super) skipped: BTreeMap<NotReset, Vec<OldSub>>,
    pub(super) failed: u64,
    /// Nobody looked at these.
    pub(super) left: u64,
}

/// Puts them to reset, one after another.
pub(super) async fn reset_all<O, L, C>(
    resets: &ResetPasswords<'_, O, L, C>,
    who: &[OldSub],
    progress: &Progress,
) -> Result
where
    O: PoolReader + PasswordResetter + PoolWriter<OldSub>,
    L: LinkReader + ArrivalStore + PhaseReader,
    C: Clock,
{
    let (row, hopeless) = (AtomicU32::new(0), Notify::new());
    let ended = async {
        tokio::select! {
            () = signal::asked_to_stop(progress) => {}
            () = hopeless.notified() => {}
        }
    };
    let begun = stream::iter(who).take_until(Box::pin(ended));
    let work = begun.map(async |one| (one, Box::pin(resets.reset(one)).await));
    let mut work = pin!(work.buffer_unordered(AT_A_TIME));
    let (mut result, mut looked_at) = (Result::default(), 0_u64);
    let mut is_over = false;
    while let Some((one, became)) = work.next().await {
        if let Err(over @ ResetError::NotNow(_)) = &became {
            if !std::mem::replace(&mut is_over, true) {
                progress.say(&format!("{over}: the others are left"));
                hopeless.notify_one();
            }
            continue;
        }
        looked_at += 1;
        match became {
            Ok(Reset::Done) => {
                row.store(0, Ordering::Relaxed);
                result.done += 1;
            }
            Ok(Reset::Not(why)) => result.skipped.entry(why).or_default().push(one.clone()),
            Err(problem) => {
                result.failed += 1;
                progress.say(&format!("{one}: {:#}", anyhow::Error::new(problem)));
                if row.fetch_add(1, Ordering::Relaxed) + 1 == IN_A_ROW {
                    progress.say(&format!("{IN_A_ROW} failed in a row: the others are left for another run"));
                    hopeless.notify_one();
                }
            }
        }
        progress.show(looked_at, "");
    }
    progress.end();
    result.left = u64::try_from(who.len()).unwrap_or(u64::MAX).saturating_sub(looked_at);
    result
}
