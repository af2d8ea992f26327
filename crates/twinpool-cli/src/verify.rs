//! `twinpool verify`: whether both pools agree, user by user.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use twinpool_core::id::{OldSub, Timestamp};
use twinpool_core::port::Clock as _;
use twinpool_core::verified::{Verified, VerifiedStore as _};
use twinpool_engine::{Looking, Sample, Summary, Verdict};

use crate::ask;
use crate::bulk::{Bound, Bulk};
use crate::clock::SystemClock;
use crate::failure::Misuse;
use crate::options;
use crate::random::random;
use crate::{Exit, Outcome};

mod file;
mod told;
mod watch;

use file::{Head, Journal};
use told::Repaired;
use watch::Watch;

/// How to look, and what to keep.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Writes a line of JSON for every user: subs and names, no values. Readable for you alone.
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// Reads nobody again whom the interrupted run with these --rows has read.
    #[arg(long, requires = "rows")]
    resume: bool,
    /// Compares this many users of the old pool, picked at random.
    #[arg(long, value_name = "USERS", conflicts_with = "resume")]
    sample: Option<usize>,
    /// Reads every user in both pools: for second factors, passkeys and devices, which lists do not tell. Everybody counts as
    /// active this month.
    #[arg(long)]
    thorough: bool,
    /// Waits this long before a difference is looked at again.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pause: u64,
    /// Reads this many users at most; of the others the lists alone speak.
    #[arg(long, value_name = "USERS", conflicts_with = "thorough")]
    most_looks: Option<usize>,
    /// Reads who differs again, and mirrors it. Asks first.
    #[arg(long)]
    repair: bool,
    /// Repairs without asking.
    #[arg(long, requires = "repair")]
    yes: bool,
    /// For programs: one JSON object at the end.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    bulk: Bulk,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    if arguments.repair && !arguments.yes {
        ask::can_ask()?;
    }
    check_bound(&arguments.bulk).await?;
    let (rules, _) = arguments.bulk.rules.read()?;
    let head = Head::of(&arguments.bulk.pools, rules.fingerprint(), SystemClock.now());
    let journal = Journal::open(arguments.rows.as_deref(), arguments.resume, &head)?;
    let engine = arguments.bulk.connect().await?.engine;
    let looking = Looking {
        thorough: arguments.thorough,
        pause: Duration::from_secs(arguments.pause),
        most_looks: arguments.most_looks,
        earlier: journal.earlier(),
        ..Looking::default()
    };
    let resumed = journal.resumed;
    let watch = Watch::new(journal.rows, arguments.sample.is_none());
    let summary = compare(arguments, &engine, &looking, &watch).await;
    watch.end();
    let summary = summary.with_context(|| told::broken(arguments.rows.is_some()))?;
    let found = watch.close()?;
    let not_noted = note(arguments, &summary, resumed).await.err();
    let repaired = match arguments.repair && !found.differing.is_empty() {
        true => repair(arguments, &engine, &found.differing, &looking).await?,
        false => None,
    };
    let exit = exit(&summary, found.strangers, repaired.as_ref());
    let text = match arguments.json {
        true => told::json(&summary, repaired.as_ref(), not_noted.as_deref()),
        false => {
            let said = not_noted.map(|why| why + "\n").unwrap_or_default();
            told::words(&summary, &found, repaired.as_ref()) + &said
        }
    };
    Ok((text, exit))
}

/// Writes down how a look at everybody ended: `twinpool switch` goes by it. What cannot be written down is said, and spoils nothing.
/// `resumed`: when the run began that this one goes on with.
async fn note(arguments: &Arguments, summary: &Summary, resumed: Option<Timestamp>) -> Result<(), String> {
    if !is_whole(arguments.sample, summary) {
        return Ok(());
    }
    let said = |problem: String| format!("not written down for `twinpool switch`: {problem}");
    let config = options::aws().await.map_err(|problem| said(problem.to_string()))?;
    let noted = arguments.bulk.table.connect(&config).note_verified(&verified(summary, resumed)).await;
    noted.map_err(|problem| said(problem.to_string()))
}

/// Whether everybody was looked at.
fn is_whole(sample: Option<usize>, summary: &Summary) -> bool {
    sample.is_none() && summary.unlooked == 0
}

fn verified(summary: &Summary, resumed: Option<Timestamp>) -> Verified {
    const DIFFERENT: [Verdict; 4] =
        [Verdict::Differs, Verdict::OnlyInOld, Verdict::OnlyInNew, Verdict::Unreadable];
    Verified {
        at: resumed.unwrap_or_else(|| SystemClock.now()),
        users: summary.users(),
        differing: DIFFERENT.map(|verdict| summary.count(verdict)).iter().sum::<u64>() + summary.unreadable,
        held_back: summary.count(Verdict::HeldBack),
        in_flight: summary.count(Verdict::InFlight),
    }
}

async fn compare(
    arguments: &Arguments,
    engine: &Bound,
    looking: &Looking,
    watch: &Watch,
) -> anyhow::Result<Summary> {
    let verifier = engine.verifier();
    let Some(users) = arguments.sample else {
        return Ok(Box::pin(verifier.verify(looking, watch)).await?);
    };
    let sample = Sample { users, random: u64::from_le_bytes(random()?) };
    Ok(Box::pin(verifier.verify_sample(sample, looking, watch)).await?)
}

/// Asks, mirrors, and looks again.
async fn repair(
    arguments: &Arguments,
    engine: &Bound,
    subs: &[OldSub],
    looking: &Looking,
) -> anyhow::Result<Option<Repaired>> {
    if !arguments.yes && !ask::yes(&told::intent(subs.len()))? {
        return Ok(None);
    }
    let mut failed = Vec::new();
    for sub in subs {
        if let Err(problem) = Box::pin(engine.repair(sub)).await {
            failed.push(format!("{sub}: {problem}"));
        }
    }
    let watch = Watch::new(None, false);
    let looking = Looking { earlier: Vec::new(), ..looking.clone() };
    let after = Box::pin(engine.verifier().verify_these(subs, &looking, &watch)).await;
    watch.end();
    Ok(Some(Repaired { failed, after: after? }))
}

/// Whoever was repaired counts as found afterwards; nobody repairs whom the old pool does not know.
fn exit(summary: &Summary, strangers: u64, repaired: Option<&Repaired>) -> Exit {
    let (is_equal, is_explained) = match repaired {
        None => (summary.is_equal(), summary.is_explained()),
        Some(Repaired { failed, after }) => {
            let open = [Verdict::InFlight, Verdict::Unreadable].map(|verdict| summary.count(verdict));
            let open = open.iter().sum::<u64>() + summary.unreadable + strangers;
            let is_explained = open == 0 && failed.is_empty() && after.is_explained();
            (is_explained && after.is_equal() && summary.count(Verdict::HeldBack) == 0, is_explained)
        }
    };
    match (is_equal, is_explained) {
        (true, _) => Exit::Done,
        (false, true) => Exit::Warned,
        (false, false) => Exit::Failed,
    }
}

/// The engine writes into a table that is of no pools yet; verify does not.
async fn check_bound(bulk: &Bulk) -> anyhow::Result<()> {
    let links = bulk.table.connect(&options::aws().await?);
    let known = links.pools().await.map_err(|error| bulk.table.problem(error))?;
    if known.is_none() {
        let table = &bulk.table.table;
        return Err(Misuse(format!(
            "nothing was mirrored into the table {table} yet, so there is nothing to compare: run twinpool backfill first, or correct --table / TWINPOOL_LINKS_TABLE"
        ))
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_in_one_pool_only_or_unreadable_differs_in_what_a_switch_goes_by() {
        let equal = || [(Verdict::Equal, 9)];
        for verdict in [Verdict::Differs, Verdict::OnlyInOld, Verdict::OnlyInNew, Verdict::Unreadable] {
            let verdicts = equal().into_iter().chain([(verdict, 2)]).collect();
            let noted = verified(&Summary { verdicts, ..Summary::default() }, None);
            assert_eq!((noted.users, noted.differing, noted.is_equal()), (11, 2, false), "{verdict:?}");
        }
        let noted =
            verified(&Summary { verdicts: equal().into(), unreadable: 1, ..Summary::default() }, None);
        assert_eq!((noted.differing, noted.is_equal()), (1, false));
        let verdicts = equal().into_iter().chain([(Verdict::HeldBack, 3), (Verdict::InFlight, 1)]).collect();
        let noted = verified(&Summary { verdicts, ..Summary::default() }, None);
        assert_eq!((noted.differing, noted.held_back, noted.in_flight), (0, 3, 1));
        assert!(verified(&Summary { verdicts: equal().into(), ..Summary::default() }, None).is_equal());
    }

    #[test]
    fn a_look_at_a_few_or_at_the_lists_of_some_is_not_one_at_everybody() {
        let whole = Summary::default();
        assert!(is_whole(None, &whole));
        assert!(!is_whole(Some(100), &whole));
        assert!(!is_whole(None, &Summary { unlooked: 1, ..whole }));
    }

    #[test]
    fn what_an_interrupted_run_read_counts_from_its_beginning() {
        let (monday, before) = (Timestamp(1_795_219_200_000), SystemClock.now());
        assert_eq!(verified(&Summary::default(), Some(monday)).at, monday);
        assert!(verified(&Summary::default(), None).at >= before);
    }
}
