//! Goes over those who were chosen. Who is being worked on is finished, whatever happens.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::stream::{self, StreamExt as _};
use tokio::sync::Notify;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::id::OldSub;
use twinpool_core::password::Inviter;
use twinpool_core::port::{Clock, LinkReader, PoolWriter};
use twinpool_engine::{Invite, Invited, PerHour, Skip, Taken, Which};

use super::choose::Chosen;
use crate::progress::Progress;
use crate::signal;

/// So many users are worked on at a time.
const AT_A_TIME: usize = 8;

/// After so many failures in a row, the next would fail too: a quota of mails, a permission, the network.
const IN_A_ROW: u32 = 10;

/// What became of everybody.
#[derive(Debug, Default)]
pub(super) struct Result {
    pub(super) sent: u64,
    /// Who was left alone, and why.
    pub(super) skipped: BTreeMap<Skip, Vec<OldSub>>,
    /// Who can reset the password again.
    pub(super) withdrawn: u64,
    pub(super) failed: u64,
    /// Nobody looked at the rest.
    pub(super) stopped: bool,
    pub(super) left: usize,
}

impl Result {
    fn done(&self) -> u64 {
        self.sent + self.failed + self.skipped.values().map(|all| all.len() as u64).sum::<u64>()
    }
}

/// Invites, at this pace. Whoever gets no new mail in this run can at least reset.
pub(super) async fn invite_chosen<N, L, C>(
    invite: &Invite<'_, N, L, C>,
    chosen: &Chosen,
    per_hour: NonZeroU32,
    progress: &Progress,
) -> Result
where
    N: PoolWriter + Inviter,
    L: LinkReader + ArrivalStore,
    C: Clock,
{
    let invited = invite_all(invite, &chosen.who, per_hour, progress).await;
    if invited.stopped {
        return invited;
    }
    let back = withdraw_all(invite, &chosen.expired, Which::Expired, progress).await;
    Result { failed: invited.failed + back.failed, sent: invited.sent, skipped: invited.skipped, ..back }
}

/// Invites, at this pace.
async fn invite_all<N, L, C>(
    invite: &Invite<'_, N, L, C>,
    who: &[OldSub],
    per_hour: NonZeroU32,
    progress: &Progress,
) -> Result
where
    N: PoolWriter + Inviter,
    L: LinkReader + ArrivalStore,
    C: Clock,
{
    let pace = PerHour::new(per_hour);
    let turn = async |one| {
        pace.turn().await;
        one
    };
    let (row, hopeless) = (AtomicU32::new(0), Notify::new());
    let mut result = Result::default();
    let begun = stream::iter(who).then(turn).take_until(Box::pin(ended(progress, &hopeless)));
    let invited = begun.map(async |one| (one, Box::pin(invite.invite(one)).await));
    let mut work = pin!(invited.buffer_unordered(AT_A_TIME));
    while let Some((one, became)) = work.next().await {
        match became {
            Ok(Invited::Sent) => {
                row.store(0, Ordering::Relaxed);
                result.sent += 1;
            }
            Ok(Invited::Not(skip)) => result.skipped.entry(skip).or_default().push(one.clone()),
            Err(problem) => {
                result.failed += 1;
                progress.say(&format!("{one}: {:#}", anyhow::Error::new(problem)));
                if row.fetch_add(1, Ordering::Relaxed) + 1 == IN_A_ROW {
                    progress.say(&format!("{IN_A_ROW} failed in a row: the others are left for another run"));
                    hopeless.notify_one();
                }
            }
        }
        progress.show(result.done(), "");
    }
    progress.end();
    result.left = who.len().saturating_sub(usize::try_from(result.done()).unwrap_or(usize::MAX));
    result.stopped = result.left > 0;
    result
}

/// Takes invitations back.
pub(super) async fn withdraw_all<N, L, C>(
    invite: &Invite<'_, N, L, C>,
    who: &[OldSub],
    which: Which,
    progress: &Progress,
) -> Result
where
    N: PoolWriter + Inviter,
    L: LinkReader + ArrivalStore,
    C: Clock,
{
    let mut result = Result::default();
    if who.is_empty() {
        return result;
    }
    let never = Notify::new();
    let begun = stream::iter(who).take_until(Box::pin(ended(progress, &never)));
    let taken = begun.map(async |one| (one, Box::pin(invite.withdraw(one, which)).await));
    let mut work = pin!(taken.buffer_unordered(AT_A_TIME));
    let mut looked_at = 0;
    while let Some((one, taken)) = work.next().await {
        looked_at += 1;
        match taken {
            Ok(taken) => result.withdrawn += u64::from(taken == Taken::Back),
            Err(problem) => {
                result.failed += 1;
                progress.say(&format!("{one}: {problem}"));
            }
        }
        progress.show(looked_at, "");
    }
    progress.end();
    result.left = who.len().saturating_sub(usize::try_from(looked_at).unwrap_or(usize::MAX));
    result.stopped = result.left > 0;
    result
}

async fn ended(progress: &Progress, hopeless: &Notify) {
    tokio::select! {
        () = signal::asked_to_stop(progress) => {}
        () = hopeless.notified() => {}
    }
}

#[cfg(test)]
mod tests;
