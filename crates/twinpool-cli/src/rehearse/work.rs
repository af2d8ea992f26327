//! Mirrors each user into the scratch pool, as the mirror does with an event, and compares.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use twinpool_core::change_event::{About, Cause, ChangeEvent};
use twinpool_core::id::{OldSub, PoolId, Sub};
use twinpool_core::port::{Clock as _, PortError};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_engine::{Listener, Looking, Observer, Ports as _, Row, Step, Summary, SyncError};

use super::Rehearsal;
use crate::clock::SystemClock;
use crate::random::event_id;

/// How often a user is tried whose failure may pass.
const TRIES: u32 = 6;
/// Between writing and comparing, twice.
const PAUSE: Duration = Duration::from_secs(2);

/// What came of it.
#[derive(Debug)]
pub(super) struct Result {
    pub(super) summary: Summary,
    /// Whoever is not equal.
    pub(super) rows: Vec<Row>,
    /// Whom the engine could not work on.
    pub(super) failed: Vec<(Sub, SyncError)>,
}

pub(super) async fn work(engine: &Rehearsal, chosen: &[Snapshot]) -> anyhow::Result<Result> {
    let pool = twinpool_core::port::PoolReader::shape(engine.ports().old()).await?.id;
    let mut failed = Vec::new();
    for user in chosen {
        if let Err(problem) = carry(engine, &pool, user).await? {
            failed.push((user.sub.clone(), problem));
        }
    }
    let subs: Vec<_> = chosen.iter().map(|user| OldSub::from(user.sub.clone())).collect();
    let looking = Looking { pause: PAUSE, ..Looking::default() };
    let rows = Kept::default();
    let summary = Box::pin(engine.verifier().verify_these(&subs, &looking, &rows)).await?;
    let rows = rows.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Result { summary, rows, failed })
}

/// One user, as the mirror would: again where it may pass by itself.
async fn carry(
    engine: &Rehearsal,
    pool: &PoolId,
    user: &Snapshot,
) -> anyhow::Result<std::result::Result<(), SyncError>> {
    let mut delivery = 1;
    loop {
        let answer = Box::pin(engine.sync_user(&event(pool, user)?, delivery)).await;
        match answer {
            Err(problem) if delivery < TRIES && may_pass(&problem) => {
                tokio::time::sleep(Duration::from_millis(250) * (1 << delivery)).await;
                delivery += 1;
            }
            answer => return Ok(answer.map(drop)),
        }
    }
}

fn may_pass(problem: &SyncError) -> bool {
    match problem {
        SyncError::TooEarly
        | SyncError::BeingMade
        | SyncError::OwnerVanished
        | SyncError::AtWork
        | SyncError::Settling
        | SyncError::Contended => true,
        SyncError::Port(error) => error.class.passes(),
        SyncError::OtherPool | SyncError::NoUser | SyncError::NoWayBack => false,
    }
}

fn event(pool: &PoolId, user: &Snapshot) -> anyhow::Result<ChangeEvent> {
    // A federated profile is found by its username only (F§4).
    let about = match user.status {
        Status::ExternalProvider => About::Profile(user.sub.clone(), user.username.clone()),
        _ => About::User(user.sub.clone()),
    };
    let cause = Cause::operator("Rehearse");
    Ok(ChangeEvent::hint(event_id()?, pool.clone(), about, cause, SystemClock.now()))
}

/// Keeps the rows of those who are not equal.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Row>>);

impl Listener for Kept {
    fn waits(&self, _error: &PortError, _after: Duration) {}
    fn begins_anew(&self) {}
}

impl Observer for Kept {
    fn step(&self, _step: Step, _done: u64) {}

    fn row(&self, row: &Row) -> io::Result<()> {
        if row.verdict != twinpool_engine::Verdict::Equal {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(row.clone());
        }
        Ok(())
    }
}
