//! `twinpool undo`: takes back what a run made.

use std::collections::BTreeMap;

use anyhow::Context as _;
use clap::Args;
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;
use twinpool_core::id::RunId;
use twinpool_core::phase::{Phase, PhaseReader as _, Standing};
use twinpool_core::port::Clock as _;
use twinpool_core::run::{Run, RunState, RunStore as _};
use twinpool_engine::{Ports as _, Undone};

use crate::ask::{self, Answer};
use crate::bulk::Bulk;
use crate::clock::SystemClock;
use crate::failure::Misuse;
use crate::options::{self, Consent};
use crate::progress::Progress;
use crate::runs::{made_by, not_found};
use crate::show::{field, prose, thousands};
use crate::steps;
use crate::{Exit, Outcome};

/// Which run to take back.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// The run: `twinpool runs` lists them.
    #[arg(value_name = "RUN", value_parser = |text: &str| RunId::parse(text.trim()))]
    run: RunId,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    bulk: Bulk,
}

/// So many users are worked on at a time.
const AT_A_TIME: usize = 16;

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let connected = arguments.bulk.connect().await?;
    let links = connected.engine.ports().links();
    let problem = |error| arguments.bulk.table.problem(error);
    let standing = links.standing().await.map_err(problem)?;
    if let Some(why) = refusal(&standing) {
        return Ok(steps::refused(&why, Some(&standing), &[], arguments.json));
    }
    let Some(run) = links.run(&arguments.run).await.map_err(problem)? else {
        return Ok(not_found(&arguments.run, arguments.json));
    };
    if run.is_alive(SystemClock.now()) {
        return Err(Misuse(format!("the run {} is at work: stop it first", run.id)).into());
    }
    let made = made_by(links, &run.id).await.map_err(problem)?;
    let what = intent(&run, made.len());
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown => return Ok((ask::shown(what, arguments.json), Exit::Done)),
        Answer::Declined => return Ok(("nothing was done\n".to_owned(), Exit::Failed)),
    }
    let progress = Progress::new(Some(made.len() as u64));
    let mut work = stream::iter(&made)
        .map(async |link| (link, Box::pin(connected.engine.undo(&link.old_sub, &run.id)).await))
        .buffer_unordered(AT_A_TIME);
    let (mut became, mut failed): (BTreeMap<Undone, u64>, u64) = (BTreeMap::new(), 0);
    while let Some((link, undone)) = work.next().await {
        match undone {
            Ok(undone) => *became.entry(undone).or_default() += 1,
            Err(problem) => {
                failed += 1;
                progress.say(&format!("{}: {problem}", link.old_sub));
            }
        }
        progress.show(became.values().sum::<u64>() + failed, "");
    }
    drop(work);
    progress.end();
    if failed == 0 {
        let undone = Run { state: RunState::Undone, ..run };
        links.write_run(&undone).await.context("it is done, and cannot be written down")?;
    }
    Ok(told(&became, failed, arguments.json))
}

/// Once somebody was sent to the new pool, what a run made there may be somebody's only account.
fn refusal(standing: &Standing) -> Option<String> {
    let was_sent = standing.phase != Phase::DualWrite || standing.two_way_since.is_some();
    let why = "users are sent to the new pool, or were: what a run made there is in use";
    was_sent.then(|| format!("the phase is {}, and {why}; nothing was undone", standing.phase))
}

fn intent(run: &Run, made: usize) -> String {
    prose(&format!(
        "The run {} made {} users of the new pool who are there still. Those whom nobody has changed there since are deleted, \
         with their links; nothing happens to the old pool. Who only signed in to the new pool leaves no trace that \
         twinpool can read: do not take back what people use already.",
        run.id,
        thousands(made as u64)
    ))
}

fn word(undone: Undone) -> (&'static str, &'static str) {
    match undone {
        Undone::TakenBack => ("taken_back", "deleted from the new pool, with their links"),
        Undone::NotOfRun => ("not_of_run", "kept: no pair of this run any more"),
        Undone::Changed => ("changed", "kept: somebody has changed them in the new pool"),
        Undone::NoMarker => ("no_marker", "kept: no marker proves that twinpool made them"),
        Undone::Moving => ("moving", "kept: users are sent to the new pool, or were"),
    }
}

fn told(became: &BTreeMap<Undone, u64>, failed: u64, as_json: bool) -> (String, Exit) {
    let exit = if failed > 0 { Exit::Failed } else { Exit::Done };
    if as_json {
        let counts: serde_json::Map<_, _> =
            became.iter().map(|(undone, count)| (word(*undone).0.to_owned(), json!(count))).collect();
        return (format!("{:#}\n", json!({ "users": counts, "failed": failed })), exit);
    }
    let mut out = String::new();
    for (undone, count) in became {
        out += &field(&thousands(*count), word(*undone).1);
    }
    if failed > 0 {
        out += &field(&thousands(failed), "failed, and were named above: say it again to try once more");
    }
    if out.is_empty() {
        "there was nobody to take back\n".clone_into(&mut out);
    }
    (out, exit)
}

#[cfg(test)]
mod tests {
    use twinpool_core::id::Timestamp;

    use super::*;

    #[test]
    fn nothing_is_undone_once_somebody_was_sent_to_the_new_pool() {
        for phase in Phase::ALL {
            let standing = Standing { phase, ..Standing::default() };
            assert_eq!(refusal(&standing).is_none(), phase == Phase::DualWrite, "{phase}");
        }
        let sent = Standing { two_way_since: Some(Timestamp(1)), ..Standing::default() };
        assert!(refusal(&sent).is_some());
    }
}
