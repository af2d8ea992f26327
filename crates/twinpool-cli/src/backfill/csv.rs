//! The part of a backfill that import jobs of Cognito do.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use twinpool_aws::cognito::import_job::CognitoImportJobs;
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::JobId;
use twinpool_core::port::{Clock as _, PortError};
use twinpool_core::run::{Run, RunState};
use twinpool_engine::{
    CsvImportError, CsvReport, JobEvent, JobListener, Keeper, Limits, Listener, Memberships, OfPool,
    Ports as _, Selected, Selection, Settled, Walk, import_by_csv,
};

use super::told;
use crate::bulk::{Bulk, Connected};
use crate::carry::{self, Also};
use crate::clock::SystemClock;
use crate::progress::Progress;
use crate::show::count;
use crate::signal;

/// How far it came.
pub(super) enum Imported {
    /// Whoever fits is there.
    All(Also),
    /// A job did not get through. To make the rest by calls, and active by that, is for people to decide.
    Partly(Also),
    /// Somebody stopped it; which job goes on.
    Stopped(Option<JobId>),
}

/// What ended the wait.
type End = Option<Result<(CsvReport, Settled), CsvImportError>>;

/// Has those of the selection who fit made by jobs, and pairs them.
pub(super) async fn import(
    (connected, bulk): (&Connected, &Bulk),
    role: &str,
    (selection, groups): (&Selection, &Memberships),
    keeper: &mut Keeper<'_, Links>,
) -> anyhow::Result<Imported> {
    let progress = Progress::new(None);
    let listener = Jobs { progress: &progress, running: Mutex::default() };
    let paused = || progress.say("backfills and imports are paused: `twinpool resume` lets them go on");
    keeper.resumed(&SystemClock, &progress, paused).await?;
    let id = keeper.run.id.clone();
    let end = wait((connected, bulk), role, (selection, groups), keeper, &listener).await;
    progress.end();
    let end = match end {
        Ok(Some(Ok((report, settled)))) => {
            for (user, why) in &report.refused {
                progress.say(&format!("{user}: {}; tried by a call", why.words()));
            }
            for (user, problem) in &settled.failed {
                progress.say(&format!("{user}: {problem}; tried again by calls"));
            }
            listener.note(&mut keeper.run);
            let (also, is_whole) = (told::imported(&report, &settled), report.is_whole());
            if !is_whole {
                keeper.run.state = RunState::Stopped;
            }
            keeper.persist(SystemClock.now(), &progress).await?;
            return Ok(if is_whole { Imported::All(also) } else { Imported::Partly(also) });
        }
        other => other,
    };
    listener.note(&mut keeper.run);
    keeper.run.state = RunState::Stopped;
    keeper.run.waits = None;
    let kept = keeper.persist(SystemClock.now(), &progress).await;
    match end {
        Ok(Some(Err(problem))) => Err(anyhow::Error::new(problem).context(carry::broken(&id))),
        Ok(_) => {
            kept?;
            Ok(Imported::Stopped(listener.running().clone()))
        }
        Err(problem) => Err(problem.context(carry::broken(&id))),
    }
}

async fn wait(
    (connected, bulk): (&Connected, &Bulk),
    role: &str,
    (selection, groups): (&Selection, &Memberships),
    keeper: &mut Keeper<'_, Links>,
    listener: &Jobs<'_>,
) -> anyhow::Result<End> {
    let (engine, run) = (&connected.engine, keeper.run.id.clone());
    let of_new = &connected.new_config;
    let jobs = CognitoImportJobs::of(bulk.pools.new_pool(of_new), of_new, role.to_owned())?;
    let users = || {
        let everybody = OfPool::new(Walk::new(engine.ports().old(), None, listener), groups);
        Selected::new(everybody, selection)
    };
    let work = Box::pin(async {
        tokio::select! {
            done = import_by_csv(engine, &jobs, users, (&run, Limits::default()), listener) => Some(done),
            () = signal::asked_to_stop_with(listener.progress, "a job that runs goes on at AWS") => None,
        }
    });
    Ok(keeper.alive_during(work, &SystemClock, listener.progress, |run| listener.note(run)).await?)
}

/// Tells what happens to jobs, and knows which one runs.
struct Jobs<'a> {
    progress: &'a Progress,
    running: Mutex<Option<JobId>>,
}

impl Jobs<'_> {
    fn running(&self) -> MutexGuard<'_, Option<JobId>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes on the run what it waits for.
    fn note(&self, run: &mut Run) {
        let running = self.running();
        run.job = running.as_ref().map(ToString::to_string);
        run.waits = running.as_ref().map(|job| format!("waits for the import job {job}"));
    }
}

impl Listener for Jobs<'_> {
    fn waits(&self, error: &PortError, after: Duration) {
        self.progress.waits(error, after);
    }

    fn begins_anew(&self) {
        self.progress.begins_anew();
    }
}

impl JobListener for Jobs<'_> {
    fn job(&self, event: JobEvent<'_>) {
        match event {
            JobEvent::Found(job) => {
                self.progress
                    .say(&format!("the import job {} of an earlier run goes on: waiting for it", job.id));
                *self.running() = Some(job.id.clone());
            }
            JobEvent::Created { id, rows } => {
                self.progress.say(&format!("import job {id}, of {}", count(rows, "user")));
            }
            JobEvent::Goes(job) => {
                *self.running() = Some(job.id.clone()).filter(|_| !job.state.is_over());
                let done = job.imported + job.skipped + job.failed;
                self.progress.show(done, &format!("by the import job {}", job.id));
            }
        }
    }
}
