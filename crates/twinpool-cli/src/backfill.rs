//! `twinpool backfill`: carries over everybody who is not there yet.

use clap::Args;
use twinpool_core::listing::PoolList as _;
use twinpool_core::port::Clock as _;
use twinpool_core::run::{Run, RunKind};
use twinpool_engine::{Backfill, Keeper, OfPool, Ports as _, Selection, Selector, Walk, memberships};

use crate::ask::{self, Answer};
use crate::bulk::{Bulk, Connected};
use crate::clock::SystemClock;
use crate::options::{self, Consent};
use crate::progress::Progress;
use crate::signal;
use crate::{Exit, Outcome};

mod told;

pub(crate) use told::{run_json, run_words};

/// Whom to carry over, and how.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Only these: a sub, @<file with a sub on each line>, group=<name>, status=<STATUS>, disabled. May be repeated.
    #[arg(long, value_name = "WHOM", value_parser = options::a_selector)]
    only: Vec<Selector>,
    /// Not these.
    #[arg(long, value_name = "WHOM", value_parser = options::a_selector)]
    exclude: Vec<Selector>,
    /// Works on this many users at most, those for whom nothing is to be done not counted.
    #[arg(long, value_name = "USERS")]
    limit: Option<u64>,
    /// Begins at the beginning, also where an earlier run was stopped.
    #[arg(long)]
    from_start: bool,
    /// For programs: one JSON object at the end.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    bulk: Bulk,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let connected = arguments.bulk.connect().await?;
    let old = connected.engine.ports().old();
    let size = old.size().await.map_err(|error| arguments.bulk.pools.old_problem(error))?;
    if arguments.consent.dry_run {
        return survey(arguments, &connected, size).await;
    }
    let intent = told::intent(size, connected.engine.list_tells_all(), arguments.bulk.percent);
    if ask::before(&arguments.consent, &intent)? == Answer::Declined {
        return Ok(("nothing was done\n".to_owned(), Exit::Failed));
    }
    let progress = Progress::new(arguments.only.is_empty().then_some(size));
    progress.say("reading who is in which group");
    let groups = memberships(old, &progress).await?;
    let keeper = keeper(arguments, &connected).await?;
    progress.say(&told::beginning(&keeper.run));
    connected.engine.prepare_groups(&groups, &keeper.run.id, &progress).await?;
    let source = OfPool::new(Walk::new(old, keeper.run.place.clone(), &progress), &groups);
    let backfill = Backfill {
        engine: &connected.engine,
        watcher: &progress,
        selection: arguments.selection(),
        limit: arguments.limit,
    };
    let id = keeper.run.id.clone();
    let report = backfill.run(source, keeper, signal::asked_to_stop(&progress)).await;
    progress.end();
    match report {
        Ok(report) => Ok(told::report(&report, arguments.json)),
        Err(problem) => Err(anyhow::Error::new(problem).context(told::broken(&id))),
    }
}

impl Arguments {
    fn selection(&self) -> Selection {
        Selection { only: self.only.clone(), exclude: self.exclude.clone() }
    }
}

async fn keeper<'a>(
    arguments: &Arguments,
    connected: &'a Connected,
) -> anyhow::Result<Keeper<'a, twinpool_aws::dynamodb::Links>> {
    let now = SystemClock.now();
    let scope = arguments.selection().to_string();
    let fresh = Run::new(options::fresh_run(now)?, RunKind::Backfill, scope, now);
    let (links, governor) = (connected.engine.ports().links(), connected.governor.clone());
    let percent = arguments.bulk.percent;
    Ok(Keeper::begin(links, governor, percent, fresh, !arguments.from_start, now).await?)
}

async fn survey(arguments: &Arguments, connected: &Connected, size: u64) -> Outcome {
    let old = connected.engine.ports().old();
    let progress = Progress::new(Some(size));
    progress.say("reading who is in which group");
    let groups = memberships(old, &progress).await?;
    let mut source = OfPool::new(Walk::new(old, None, &progress), &groups);
    let survey = connected.engine.survey(&mut source, &arguments.selection(), &progress).await;
    progress.end();
    Ok((told::survey(&survey?, arguments.json), Exit::Done))
}
