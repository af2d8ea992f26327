//! Users carried over by import jobs: no call for each, and nobody is active by it (F§7).
//!
//! Everything may be interrupted. A job goes on without us, and whoever comes next waits for its end. What a job made is
//! known by the marker, and [`Arrivals`] pairs it. Whoever was not made is made by a call: the usual backfill does that.

use std::collections::HashSet;

use twinpool_core::change_event::Cause;
use twinpool_core::id::{AttributeName, JobId, OldSub, RunId};
use twinpool_core::import_job::{ImportJobs, Job};
use twinpool_core::link::{Link, Names};
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::plan::Operation;
use twinpool_core::port::{Answer, PortError};
use twinpool_core::snapshot::{Snapshot, Status};

use crate::backfill::{Source, SourceError};
use crate::engine::{Engine, Ports};
use crate::memberships::compact;
use crate::sync_user::SyncError;
use crate::walk::{Listener, WalkError, persist};

mod arrivals;
mod file;
mod job;
mod refused;
mod report;
mod row;

use arrivals::Arrivals;
pub use arrivals::Settled;
pub use file::Limits;
pub use job::JobReport;
pub use report::CsvReport;
pub use row::Unfit;

use file::CsvFile;
use refused::Refused;
use row::Header;

/// Carries over everybody without a link who fits, and pairs whoever an import job has made, now or before. Who does not fit,
/// and who was rejected, has no link afterwards: the usual backfill makes them by calls. After a job that did not get through no
/// other is begun.
///
/// `users` begins at the beginning each time: it is gone through twice. `run` names the jobs, and stands on the links.
///
/// # Errors
/// When a job cannot be run to its end. What was done stays done, and whoever begins again goes on there.
pub async fn import_by_csv<P, J, L, S>(
    engine: &Engine<P>,
    jobs: &J,
    users: impl Fn() -> S,
    (run, limits): (&RunId, Limits),
    listener: &L,
) -> Result<(CsvReport, Settled), CsvImportError>
where
    P: Ports,
    P::New: PoolList,
    P::Links: LinkBatch,
    J: ImportJobs,
    L: JobListener,
    S: Source,
{
    check(engine).await?;
    let mut import = CsvImport::begin(engine, jobs, run, limits, listener).await?;
    // Left by a job whose maker was interrupted: in a file they would be in the way.
    let mut arrivals = Arrivals::find(engine, run, listener).await?;
    let mut source = users();
    while let Some(some) = source.next().await? {
        arrivals.pair(engine, &some.users).await;
        import.offer(some.users).await?;
    }
    let (mut report, refused) = import.finish().await?;
    let mut settled = arrivals.finish(engine).await;
    if !report.jobs.is_empty() {
        let mut arrivals = Arrivals::find(engine, run, listener).await?;
        let arrived: HashSet<_> = arrivals.subs().collect();
        let mut owners = refused.owners(|owner| arrived.contains(&owner));
        drop(arrived);
        let mut source = users();
        while let Some(some) = source.next().await? {
            owners.name(some.users.iter().map(|user| &user.sub), &mut report.refused);
            arrivals.pair(engine, &some.users).await;
        }
        settled.add(arrivals.finish(engine).await);
    }
    Ok((report, settled))
}

/// A job goes on by itself, whatever becomes of the move meanwhile: it is asked for before each.
async fn check<P: Ports>(engine: &Engine<P>) -> Result<(), CsvImportError> {
    match engine.may_write_now().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(CsvImportError::Over),
        Err(problem) => Err(CsvImportError::NotNow(problem)),
    }
}

/// Why users cannot be carried over by import jobs. Who was imported stays, and is paired next time.
#[derive(Debug, thiserror::Error)]
pub enum CsvImportError {
    /// A call fails for good.
    #[error("the import cannot go on")]
    Port(#[from] PortError),
    /// The new pool cannot be walked over.
    #[error("not all users of the new pool can be listed")]
    Walk(#[from] WalkError),
    /// No more users come.
    #[error("the users to carry over cannot all be read")]
    Source(#[from] SourceError),
    /// Nothing may be written where the move stands.
    #[error("no import job is begun where the move stands")]
    NotNow(#[source] SyncError),
    /// Nothing follows any more.
    #[error("the move is complete: nobody is carried over any more")]
    Over,
    /// The new pool verifies no contact.
    #[error(
        "the new pool takes no import job, because it verifies neither addresses nor numbers by itself \
         (AutoVerifiedAttributes): turn one on, or carry users over without --via csv"
    )]
    NothingVerified,
    /// The file would have no column for the marker.
    #[error(
        "the import file has no column for {0}, which proves whose user a user is: carry users over without --via csv"
    )]
    NoMarker(AttributeName),
    /// Somebody else imports into this pool.
    #[error("the import job {0} runs in the new pool, and it is not ours: wait for its end, or stop it")]
    AnotherJob(JobId),
    /// Cognito takes no job, or does not start it.
    #[error(
        "Cognito takes no import job now: another one may run in this account, which has one at a time, or the role cannot \
         be used"
    )]
    Refused(#[source] PortError),
    /// The file did not get there.
    #[error("the file of the import job {0} could not be uploaded, so the job makes nobody")]
    Upload(JobId, #[source] PortError),
}

/// What happens to a job.
#[derive(Debug, Clone, Copy)]
pub enum JobEvent<'a> {
    /// One of ours runs already, begun by somebody who was interrupted: it is waited for.
    Found(&'a Job),
    /// One is made, and gets its file.
    Created {
        /// Which.
        id: &'a JobId,
        /// How many users are in the file.
        rows: usize,
    },
    /// How far it is.
    Goes(&'a Job),
}

/// Who hears how jobs go.
pub trait JobListener: Listener {
    /// Something happened.
    fn job(&self, event: JobEvent<'_>);
}

/// Users are offered to it, and a job runs whenever a file is full.
struct CsvImport<'a, P, J, L> {
    engine: &'a Engine<P>,
    jobs: &'a J,
    listener: &'a L,
    name: String,
    header: Header,
    file: CsvFile,
    in_file: HashSet<u128>,
    refused: Refused,
    report: CsvReport,
}

impl<'a, P, J, L> CsvImport<'a, P, J, L>
where
    P: Ports,
    P::Links: LinkBatch,
    J: ImportJobs,
    L: JobListener,
{
    /// Begins, and waits for a job of ours that was begun and left.
    async fn begin(
        engine: &'a Engine<P>,
        jobs: &'a J,
        run: &RunId,
        limits: Limits,
        listener: &'a L,
    ) -> Result<Self, CsvImportError> {
        if engine.new_shape.verifies.is_empty() {
            return Err(CsvImportError::NothingVerified);
        }
        let header = Header::new(persist(|| jobs.csv_header(), listener).await?);
        if !header.has(&engine.marker) {
            return Err(CsvImportError::NoMarker(engine.marker.clone()));
        }
        let mut report = CsvReport { factors_follow: !engine.list_tells_all(), ..CsvReport::default() };
        let known = persist(|| jobs.jobs(), listener).await?;
        if let Some(active) = known.into_iter().find(|job| job.state.is_active()) {
            if !active.name.starts_with(job::OURS) {
                return Err(CsvImportError::AnotherJob(active.id));
            }
            listener.job(JobEvent::Found(&active));
            report.jobs.push(job::watch(jobs, &active.id, listener).await?);
        }
        let name = format!("{}{run}", job::OURS);
        let file = CsvFile::new(&header, limits);
        let (in_file, refused) = (HashSet::new(), Refused::default());
        Ok(Self { engine, jobs, listener, name, header, file, in_file, refused, report })
    }

    /// Puts those who have no link and fit into the file.
    async fn offer(&mut self, users: Vec<Snapshot>) -> Result<(), CsvImportError> {
        for user in self.without_link(users).await? {
            let row = match self.engine.csv_row(&self.header, &user) {
                Ok(Some(row)) => row,
                Ok(None) => {
                    self.report.left_out += 1;
                    continue;
                }
                Err(unfit) => {
                    *self.report.unfit.entry(unfit).or_default() += 1;
                    continue;
                }
            };
            if !self.file.has_room(&row) {
                self.run_job().await?;
            }
            // Lists show somebody twice now and then (F§4.6).
            let owner = compact(&user.sub);
            if self.report.is_whole() && self.in_file.insert(owner) {
                self.file.push(&row, owner);
                self.report.sent += 1;
            }
        }
        Ok(())
    }

    /// Runs the last job.
    async fn finish(mut self) -> Result<(CsvReport, Refused), CsvImportError> {
        if self.file.rows() > 0 {
            self.run_job().await?;
        }
        Ok((self.report, self.refused))
    }

    async fn without_link(&mut self, users: Vec<Snapshot>) -> Answer<Vec<Snapshot>> {
        let known = persist(|| self.engine.links_of(&users), self.listener).await?;
        let is_known = |user: &Snapshot| known.contains_key(&OldSub::from(user.sub.clone()));
        let all = users.len();
        let free: Vec<_> = users.into_iter().filter(|user| !is_known(user)).collect();
        self.report.known += (all - free.len()) as u64;
        Ok(free)
    }

    async fn run_job(&mut self) -> Result<(), CsvImportError> {
        check(self.engine).await?;
        let (file, order) = self.file.take();
        self.in_file.clear();
        let name = format!("{}-{}", self.name, self.report.jobs.len() + 1);
        let report = job::run(self.jobs, &name, (file, order.len()), self.listener).await?;
        self.refused.note(&order, &report.rejections);
        self.report.jobs.push(report);
        Ok(())
    }
}

impl<P: Ports> Engine<P> {
    /// The row of a user of the old pool; `None` if the rules leave the user out.
    fn csv_row(&self, header: &Header, old: &Snapshot) -> Result<Option<String>, Unfit> {
        match old.status {
            Status::Unconfirmed => return Err(Unfit::NotConfirmed),
            Status::ExternalProvider => return Err(Unfit::Federated),
            _ if !old.enabled => return Err(Unfit::Disabled),
            _ => {}
        }
        let case = self.case(&Cause::operator("Import"), 1, old.clone(), None);
        if case.view.left_out {
            return Ok(None);
        }
        let old_sub = case.old_sub();
        let link = Link::intent(&old_sub, Names::default(), old.modified_at);
        let plan = self.known().plan_creation(&case, &link);
        let Some((Operation::CreateUser { username, attributes }, rest)) = plan.operations.split_first()
        else {
            return Err(plan.refusal().map_or(Unfit::NotVerified, Unfit::HeldBack));
        };
        for operation in rest {
            if let Operation::SetAttributes(later) = operation
                && let Some(name) = later.keys().next()
            {
                return Err(Unfit::Waits(name.clone()));
            }
        }
        header.row(&self.new_shape, username, attributes).map(Some)
    }
}
