//! What `backfill` and `import` share: whom to carry over, the question before, and the run.

use clap::Args;
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::GroupName;
use twinpool_core::phase::{Phase, PhaseReader as _, Standing};
use twinpool_core::port::Clock as _;
use twinpool_core::run::{Run, RunKind};
use twinpool_engine::{Backfill, Keeper, Ports as _, Report, Selection, Selector, Source};

use crate::ask::{self, Answer};
use crate::bulk::{Bulk, Connected};
use crate::clock::SystemClock;
use crate::options::{self, Consent};
use crate::progress::Progress;
use crate::signal;
use crate::steps;
use crate::{Exit, Outcome};

mod told;

pub(crate) use told::{Also, beginning, broken, report, run_json, run_words};

/// Whom to carry over, and how.
#[derive(Debug, Args)]
pub(crate) struct Carrying {
    /// Only these: a sub, @<file with a sub on each line>, group=<name>, status=<STATUS>, disabled. May be repeated.
    #[arg(long, value_name = "WHOM", value_parser = options::a_selector)]
    only: Vec<Selector>,
    /// Not these.
    #[arg(long, value_name = "WHOM", value_parser = options::a_selector)]
    exclude: Vec<Selector>,
    /// Works on this many users at most, those for whom nothing is to be done not counted.
    #[arg(long, value_name = "USERS")]
    pub(crate) limit: Option<u64>,
    /// Begins at the beginning, also where an earlier run was stopped.
    #[arg(long)]
    from_start: bool,
    /// For programs: one JSON object at the end.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) consent: Consent,
    #[command(flatten)]
    pub(crate) bulk: Bulk,
}

impl Carrying {
    pub(crate) fn selection(&self) -> Selection {
        Selection { only: self.only.clone(), exclude: self.exclude.clone() }
    }

    /// How many there are, where all are meant.
    pub(crate) fn total(&self, all: u64) -> Option<u64> {
        self.only.is_empty().then_some(all)
    }

    /// Says what a run would do, and does nothing.
    pub(crate) async fn survey(
        &self,
        connected: &Connected,
        mut source: impl Source,
        progress: &Progress,
    ) -> Outcome {
        let survey = connected.engine.survey(&mut source, &self.selection(), progress).await;
        progress.end();
        Ok((told::survey(&survey?, self.json), Exit::Done))
    }

    /// Refuses where nobody may be carried over: once, and not with each user.
    pub(crate) async fn refused(&self, connected: &Connected) -> anyhow::Result<Option<(String, Exit)>> {
        let ports = connected.engine.ports();
        let standing = ports.links().standing().await.map_err(|error| self.bulk.table.problem(error))?;
        let why = refusal(&standing, ports.back().is_some());
        Ok(why.map(|why| steps::refused(&why, Some(&standing), &[], self.json)))
    }

    /// Asks. What there is to say where the answer is no.
    pub(crate) fn declined(&self, intent: &str) -> anyhow::Result<Option<(String, Exit)>> {
        let is_declined = ask::before(&self.consent, intent)? == Answer::Declined;
        Ok(is_declined.then(|| ("nothing was done\n".to_owned(), Exit::Failed)))
    }

    /// Goes on with an earlier run, or begins one.
    pub(crate) async fn keeper<'a>(
        &self,
        connected: &'a Connected,
        kind: RunKind,
        scope: String,
    ) -> anyhow::Result<Keeper<'a, Links>> {
        let now = SystemClock.now();
        let fresh = Run::new(options::fresh_run(now)?, kind, scope, now);
        let (links, governors) = (connected.engine.ports().links(), connected.governors.clone());
        Ok(Keeper::begin(links, governors, self.bulk.percent, fresh, !self.from_start, now).await?)
    }

    /// Carries over those of the source who are not there yet, until the end, or until somebody stops it.
    pub(crate) async fn carry(
        &self,
        connected: &Connected,
        source: impl Source,
        keeper: Keeper<'_, Links>,
        progress: &Progress,
    ) -> anyhow::Result<Report> {
        let backfill = Backfill {
            engine: &connected.engine,
            watcher: progress,
            selection: self.selection(),
            limit: self.limit,
        };
        let id = keeper.run.id.clone();
        let report = Box::pin(backfill.run(source, keeper, signal::asked_to_stop(progress))).await;
        progress.end();
        report.map_err(|problem| anyhow::Error::new(problem).context(broken(&id)))
    }
}

fn refusal(standing: &Standing, may_write_old: bool) -> Option<String> {
    let phase = standing.phase;
    if phase == Phase::Complete {
        return Some(format!("the phase is {phase}: nobody is carried over any more; nothing was done"));
    }
    let is_missing = phase.is_two_way() && !may_write_old;
    is_missing.then(|| {
        format!(
            "the phase is {phase}, in which changes travel both ways, and this command may not write the old pool; nothing was \
             done. Where the stack has ReverseSync=on, say --reverse-sync on / TWINPOOL_REVERSE_SYNC"
        )
    })
}

/// Makes the groups that the new pool lacks, before their members. While people want a pause nothing is begun: then they are made
/// with their first members.
pub(crate) async fn groups<'a>(
    connected: &Connected,
    names: impl IntoIterator<Item = &'a GroupName>,
    keeper: &mut Keeper<'_, Links>,
    progress: &Progress,
) -> anyhow::Result<()> {
    if keeper.listen(SystemClock.now()).await?.paused {
        return Ok(());
    }
    let id = keeper.run.id.clone();
    let work = Box::pin(connected.engine.prepare_groups(names, &id, progress));
    // Five a second at most: hundreds take minutes.
    keeper.alive_during(work, &SystemClock, progress, |_| {}).await??;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_carried_over_where_nothing_may_be_written() {
        for (phase, leave) in Phase::ALL.into_iter().flat_map(|phase| [(phase, false), (phase, true)]) {
            let why = refusal(&Standing { phase, ..Standing::default() }, leave);
            let may = phase == Phase::DualWrite || (phase.is_two_way() && leave);
            assert_eq!(why.is_none(), may, "{phase} {leave}: {why:?}");
            assert!(why.is_none_or(|why| phase == Phase::Complete || why.contains("--reverse-sync on")));
        }
    }
}
