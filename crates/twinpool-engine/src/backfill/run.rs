//! One run from its beginning to its end, or to where it is stopped.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::time::{Instant, sleep};
use twinpool_core::held_back::Reason;
use twinpool_core::id::OldSub;
use twinpool_core::link::Link;
use twinpool_core::listing::LinkBatch;
use twinpool_core::port::Clock as _;
use twinpool_core::run::{Control, Run, RunState, RunStore};

use super::carry::Carried;
use super::progress::Progress;
use super::queue::{Job, Queue};
use super::record::{Keeper, RunError};
use super::report::{Broken, Ending, Report, Watcher};
use super::words::{Settled, code, settled, why_not_faster, word};
use super::{Selection, Source};
use crate::engine::{Engine, Ports};
use crate::governors::Governors;
use crate::need::{Need, Zeal};
use crate::sync_user::Kind;
use crate::walk::{PATIENCE, Stretch, persist};

/// Between two looks at what people say, and two lines of progress.
const TICK: Duration = Duration::from_secs(2);

/// What is to be done.
#[derive(Debug)]
pub struct Backfill<'a, P, W> {
    /// The engine.
    pub engine: &'a Engine<P>,
    /// Who watches.
    pub watcher: &'a W,
    /// Whom it is about.
    pub selection: Selection,
    /// Works on so many users at most.
    pub limit: Option<u64>,
}

type Links = BTreeMap<OldSub, Option<Link>>;

/// What happens next.
enum Event<'a, S, R> {
    Page(S, Result<Option<(Stretch, Links)>, Broken>),
    Carried(Job, Carried),
    Kept(Keeper<'a, R>, Result<Control, RunError>),
    Tick,
    Stop,
}

type Future<'a, S, R> = Pin<Box<dyn std::future::Future<Output = Event<'a, S, R>> + 'a>>;

impl<'a, P, W> Backfill<'a, P, W>
where
    P: Ports,
    P::Links: LinkBatch,
    W: Watcher,
{
    /// Runs until everybody is dealt with, `stop` is ready, or there is no going on.
    ///
    /// # Errors
    /// When there is no going on; the run is written down as stopped, as far as that is possible.
    pub async fn run<S, R>(
        self,
        source: S,
        keeper: Keeper<'a, R>,
        stop: impl std::future::Future<Output = ()> + 'a,
    ) -> Result<Report, Broken>
    where
        S: Source + 'a,
        R: RunStore,
    {
        let mut work = Work {
            progress: Progress::from(keeper.run.place.clone()),
            run: keeper.run.clone(),
            keeper: None,
            source: Some(source),
            queue: Queue::default(),
            governors: keeper.governors().clone(),
            events: FuturesUnordered::new(),
            paused: None,
            stopping: false,
            at_end: false,
            left: self.limit,
            broken: None,
            went_well: None,
            task: self,
        };
        work.events.push(Box::pin(async move {
            stop.await;
            Event::Stop
        }));
        // What people said before counts from the beginning.
        work.keep(keeper);
        work.work_off().await
    }
}

/// A run at work.
struct Work<'a, P, W, S, R> {
    task: Backfill<'a, P, W>,
    run: Run,
    keeper: Option<Keeper<'a, R>>,
    /// Away while a page is read.
    source: Option<S>,
    queue: Queue,
    governors: Governors,
    progress: Progress,
    events: FuturesUnordered<Future<'a, S, R>>,
    /// Unknown until people were listened to.
    paused: Option<bool>,
    stopping: bool,
    at_end: bool,
    left: Option<u64>,
    broken: Option<Broken>,
    /// When somebody was last written.
    went_well: Option<Instant>,
}

impl<'a, P, W, S, R> Work<'a, P, W, S, R>
where
    P: Ports,
    P::Links: LinkBatch,
    W: Watcher,
    S: Source + 'a,
    R: RunStore,
{
    async fn work_off(mut self) -> Result<Report, Broken> {
        while !self.is_over() {
            self.begin_what_can_be_begun();
            let Some(event) = self.events.next().await else {
                break;
            };
            self.take(event);
        }
        self.write_the_end().await
    }

    fn is_over(&self) -> bool {
        let is_idle = self.queue.is_idle() && self.source.is_some();
        // Nothing is dropped half-way: who is being worked on is finished.
        is_idle && (self.stopping || (self.at_end && self.queue.is_empty())) && self.keeper.is_some()
    }

    fn begin_what_can_be_begun(&mut self) {
        if self.paused != Some(false) || self.stopping {
            return;
        }
        while self.left != Some(0)
            && let Some(job) = self.queue.next()
        {
            self.left = self.left.map(|left| left - 1);
            let (engine, run) = (self.task.engine, self.run.id.clone());
            self.events.push(Box::pin(async move {
                let carried = engine.carry(&job.user, job.need, &run).await;
                Event::Carried(job, carried)
            }));
        }
        if self.left == Some(0) {
            self.stop();
        }
        if !self.at_end
            && self.queue.wants_more()
            && let Some(source) = self.source.take()
        {
            self.events.push(Box::pin(page(self.task.engine, self.task.watcher, source)));
        }
    }

    fn take(&mut self, event: Event<'a, S, R>) {
        match event {
            Event::Page(source, page) => {
                self.source = Some(source);
                match page {
                    Ok(Some((stretch, links))) => self.sort(stretch, &links),
                    Ok(None) => self.at_end = true,
                    Err(broken) => self.break_off(broken),
                }
            }
            Event::Carried(job, carried) => self.book(&job, carried),
            Event::Kept(keeper, heard) => self.heard(keeper, heard),
            Event::Tick => {
                if let Some(keeper) = self.keeper.take() {
                    self.keep(keeper);
                }
            }
            Event::Stop => self.stop(),
        }
    }

    /// Decides who has to be looked at.
    fn sort(&mut self, stretch: Stretch, links: &Links) {
        if stretch.is_new_beginning {
            self.progress.begin_anew();
            self.run.beyond = self.run.tally.all();
        }
        let (mut jobs, before) = (Vec::new(), self.run.tally.all());
        for user in stretch.users {
            if !self.task.selection.fits(&user) {
                continue;
            }
            let need = match links.get(&OldSub::from(user.sub.clone())) {
                Some(None) => Need::Look,
                link => self.task.engine.need(&user, link.and_then(Option::as_ref), Zeal::Everything),
            };
            match settled(need) {
                // Met before, and counted then.
                Some(Settled::Done(_)) if need == Need::Nothing && self.run.beyond > 0 => {
                    self.run.beyond -= 1;
                }
                Some(Settled::Done(word)) => self.run.tally.count(word),
                Some(Settled::Conflict(reason)) => self.conflict(reason),
                None => jobs.push((user, need)),
            }
        }
        for _ in 0..stretch.unreadable {
            *self.run.tally.failed.entry("UnreadableUser".to_owned()).or_default() += 1;
        }
        let counted = self.run.tally.all() - before;
        let page = self.progress.begin(jobs.len(), counted, stretch.next);
        for (user, need) in jobs {
            self.queue.push(Job { user, need, page });
        }
    }

    fn conflict(&mut self, reason: Reason) {
        *self.run.tally.conflicts.entry(reason).or_default() += 1;
    }

    fn book(&mut self, job: &Job, carried: Carried) {
        self.queue.done(job.lane(), self.governors.most_waiting());
        match carried {
            Carried::Done(outcome) => {
                if outcome.operations > 0 {
                    self.went_well = Some(Instant::now());
                }
                match (outcome.kind, outcome.held_back.first()) {
                    (Kind::Conflict, Some(held)) => self.conflict(held.reason),
                    (kind, _) => self.run.tally.count(word(kind)),
                }
            }
            // While others go well, one user must not stop the run, at the same place each time.
            Carried::Away(problem) if !self.goes_well() => {
                return self.break_off(Broken::User(job.user.sub.clone(), problem));
            }
            Carried::Failed(problem) | Carried::Away(problem) => {
                self.task.watcher.failed(&job.user.sub, &problem);
                *self.run.tally.failed.entry(code(&problem)).or_default() += 1;
            }
            // Not done: whoever goes on begins before this user.
            Carried::Fatal(problem) => {
                return self.break_off(Broken::User(job.user.sub.clone(), problem));
            }
        }
        self.progress.done(job.page);
    }

    fn goes_well(&self) -> bool {
        self.went_well.is_some_and(|at| at.elapsed() < PATIENCE / 2)
    }

    fn write_down(&self, keeper: &mut Keeper<'a, R>) {
        keeper.run.place = self.progress.place().cloned();
        keeper.run.beyond = self.run.beyond + self.progress.beyond();
        keeper.run.tally = self.run.tally.clone();
    }

    fn keep(&mut self, mut keeper: Keeper<'a, R>) {
        self.write_down(&mut keeper);
        let lanes = keeper.governors().state();
        keeper.run.waits = why_not_faster(&lanes, self.paused == Some(true));
        self.task.watcher.progress(&keeper.run, &lanes);
        let (now, watcher) = (self.task.engine.ports.clock().now(), self.task.watcher);
        self.events.push(Box::pin(async move {
            let heard = match keeper.persist(now, watcher).await {
                Ok(()) => persist(|| keeper.listen(now), watcher).await.map_err(RunError::from),
                Err(problem) => Err(problem),
            };
            Event::Kept(keeper, heard)
        }));
    }

    fn heard(&mut self, keeper: Keeper<'a, R>, heard: Result<Control, RunError>) {
        self.keeper = Some(keeper);
        match heard {
            Ok(control) => self.paused = Some(control.paused),
            Err(problem) => return self.break_off(problem.into()),
        }
        self.events.push(Box::pin(async {
            sleep(TICK).await;
            Event::Tick
        }));
    }

    fn stop(&mut self) {
        self.stopping = true;
        self.queue.drop_waiting();
    }

    fn break_off(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
        self.stop();
    }

    async fn write_the_end(mut self) -> Result<Report, Broken> {
        let ending = match (self.stopping, self.left) {
            (false, _) => Ending::Finished,
            (true, Some(0)) => Ending::AtLimit,
            (true, _) => Ending::Stopped,
        };
        let Some(mut keeper) = self.keeper.take() else {
            return Err(self.broken.unwrap_or(Broken::Run(RunError::Taken(self.run.id))));
        };
        self.write_down(&mut keeper);
        keeper.run.waits = None;
        keeper.run.state = if ending == Ending::Finished { RunState::Finished } else { RunState::Stopped };
        let now = self.task.engine.ports.clock().now();
        let kept = keeper.persist(now, self.task.watcher).await;
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        kept?;
        Ok(Report { run: keeper.run, ending })
    }
}

/// The next users with their links.
async fn page<'a, P, W, S, R>(engine: &'a Engine<P>, watcher: &'a W, mut source: S) -> Event<'a, S, R>
where
    P: Ports,
    P::Links: LinkBatch,
    W: Watcher,
    S: Source,
    R: 'a,
{
    let stretch = match source.next().await {
        Ok(Some(stretch)) => stretch,
        Ok(None) => return Event::Page(source, Ok(None)),
        Err(problem) => return Event::Page(source, Err(problem.into())),
    };
    let links = persist(|| engine.links_of(&stretch.users), watcher).await;
    let page = links.map(|links| Some((stretch, links))).map_err(Broken::Links);
    Event::Page(source, page)
}
