//! `twinpool complete`: leaves the old pool for good.

use clap::Args;
use twinpool_aws::dynamodb::Links;
use twinpool_core::check::{Check, checks};
use twinpool_core::phase::{Phase, PhaseReader as _, Standing, Step};
use twinpool_core::port::Clock as _;
use twinpool_engine::{Note, Switching};
use twinpool_setup::guest::Guest;

use crate::ask::{self, Answer};
use crate::attach::Place;
use crate::clock::SystemClock;
use crate::detach;
use crate::options::{self, Consent};
use crate::steps::{self, Around, Held, Reached, a_reason};
use crate::{Exit, Outcome};

/// Why.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLE}\n\n{}", options::WHERE), override_usage = "twinpool complete [OPTIONS] --why <TEXT>")]
pub(crate) struct Arguments {
    /// Why: kept in the history.
    #[arg(long, value_name = "TEXT", value_parser = a_reason)]
    why: String,
    /// Does it although checks do not hold; the reason is kept in the history.
    #[arg(long, value_name = "REASON", value_parser = a_reason)]
    force: Option<String>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    around: Around,
}

const EXAMPLE: &str = "Example:\n  twinpool verify && twinpool complete --why 'four weeks in the new pool'\n\
    Nothing leads back. The table stays, and with it every user id: backends go on resolving. Interrupted after the phase was \
    changed, the same command does the rest.";

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let reached = arguments.around.reach().await?;
    let table = arguments.around.table();
    let standing = reached.links.standing().await.map_err(|error| steps::table_problem(table, error))?;
    if standing.phase == Phase::Complete && !arguments.consent.dry_run {
        return leave(arguments, "the move is complete already; what is left of it is done now\n").await;
    }
    if let Err(why) = standing.after(&Step::Complete, SystemClock.now()) {
        return Ok(steps::refused(&why.to_string(), Some(&standing), &[], arguments.json));
    }
    if arguments.consent.dry_run {
        let all = look(&reached, &standing).await;
        let told = if arguments.json {
            steps::answer(false, None, Some(&standing), &all)
        } else {
            steps::checks(&all) + INTENT
        };
        let is_free = matches!(Held::of(&all, arguments.force.as_deref()), Held::Go(_));
        return Ok((told, if is_free { Exit::Done } else { Exit::Blocked }));
    }
    if !arguments.consent.yes {
        ask::can_ask()?;
    }
    let mut switching = match Switching::begin(&reached.links, &SystemClock, "complete", &reached.who).await {
        Ok(switching) => switching,
        Err(error) => return steps::not_changed(error, table, arguments.json),
    };
    let ended = Box::pin(go(arguments, &reached, &mut switching)).await;
    // Who took the phase over has let it go, or will.
    drop(switching.end().await);
    match ended? {
        Ok(said) => leave(arguments, &said).await,
        Err(ended) => Ok(ended),
    }
}

const INTENT: &str = "The move is completed: the pools follow each other no more, and nothing leads back. Then capture is taken out of \
    the triggers of the old pool. Links and user ids stay.\n";

async fn look(reached: &Reached<'_>, standing: &Standing) -> Vec<Check> {
    checks(&Step::Complete, standing, &Box::pin(reached.facts()).await, SystemClock.now())
}

/// What was said; or how the command ends.
async fn go(
    arguments: &Arguments,
    reached: &Reached<'_>,
    switching: &mut Switching<'_, Links, SystemClock>,
) -> anyhow::Result<Result<String, (String, Exit)>> {
    let all = look(reached, switching.standing()).await;
    let shown = steps::checks(&all);
    let forced = match Held::of(&all, arguments.force.as_deref()) {
        Held::Go(forced) => forced,
        Held::Refused(why) => {
            let (said, exit) = steps::refused(&why, Some(switching.standing()), &all, arguments.json);
            return Ok(Err((if arguments.json { said } else { shown + &said }, exit)));
        }
    };
    match ask::before(&arguments.consent, &(shown.clone() + INTENT))? {
        Answer::Go => {}
        Answer::Shown | Answer::Declined => {
            return Ok(Err(("nothing was changed\n".to_owned(), Exit::Failed)));
        }
    }
    let who = reached.who.clone();
    let note = Note { who, why: forced.why(&arguments.why), forced: forced.checks };
    match switching.step(&Step::Complete, None, &note).await {
        Ok(()) => {
            Ok(Ok(if arguments.consent.yes { shown } else { String::new() } + "the move is complete\n"))
        }
        Err(error) => steps::not_changed(error, arguments.around.table(), arguments.json).map(Err),
    }
}

/// Takes capture out of the old pool. May be done again.
async fn leave(arguments: &Arguments, said: &str) -> Outcome {
    let parts = &arguments.around.parts;
    let [old, _] = parts.pools.ids();
    let place = Place::of(
        Guest::Capture,
        old.clone(),
        parts.pools.old_endpoint(),
        parts.stack.capture.clone(),
        parts.table.table.clone(),
    );
    let how = detach::How::with(Consent { yes: true, dry_run: false });
    let (detached, exit) = Box::pin(detach::from(&place, &how)).await?;
    if arguments.json {
        let problem = (exit != Exit::Done).then_some(detached.trim_end());
        let all = serde_json::json!({ "done": true, "phase": Phase::Complete.code(), "detached": exit == Exit::Done, "problem": problem });
        return Ok((format!("{all:#}\n"), exit));
    }
    let next = match exit {
        Exit::Done => {
            "Keep the table: it says who everybody is. twinpool remove deletes the stack without it.\n"
        }
        _ => {
            "The move is complete, and capture is still in the triggers of the old pool: twinpool detach, when that is put right.\n"
        }
    };
    Ok((format!("{said}{detached}{next}"), exit))
}
