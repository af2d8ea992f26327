//! `twinpool complete`: leaves the old pool for good.

use std::path::PathBuf;

use clap::Args;
use twinpool_aws::dynamodb::Links;
use twinpool_core::check::{Check, checks};
use twinpool_core::phase::{Phase, PhaseReader as _, Standing, Step};
use twinpool_core::port::Clock as _;
use twinpool_engine::{Note, Switching};

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::export::links::Files;
use crate::options::{self, Consent};
use crate::show::prose;
use crate::steps::{self, Around, Held, Reached, Seen, a_reason};
use crate::{Exit, Outcome};

mod leave;

use leave::leave;

/// Why.
#[derive(Debug, Args)]
#[command(after_help = format!("{END}\n\n{}", options::WHERE), override_usage = "twinpool complete [OPTIONS] --why <TEXT>")]
pub(crate) struct Arguments {
    /// Why: kept in the history.
    #[arg(long, value_name = "TEXT", value_parser = a_reason)]
    why: String,
    /// Does it although checks do not hold; the reason is kept in the history.
    #[arg(long, value_name = "REASON", value_parser = a_reason)]
    force: Option<String>,
    /// Writes who is who into this file, as `twinpool export links --to` does.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// The same as a table for your own database, as `twinpool export links --sql` does.
    #[arg(long, value_name = "FILE")]
    sql: Option<PathBuf>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    around: Around,
}

const END: &str = "Run `twinpool verify` first. Nothing leads back. The table stays, and with it every user id: backends go on resolving. Interrupted after the phase was \
    changed, the same command does the rest.";

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let reached = arguments.around.reach().await?;
    let table = arguments.around.table();
    let standing = reached.links.standing().await.map_err(|error| steps::table_problem(table, error))?;
    // Before anything is changed: a file that will not do is said at once.
    let (jsonl, sql) = (arguments.export.as_deref(), arguments.sql.as_deref());
    let files = match standing.phase {
        Phase::Complete => Files::begin_again(jsonl, sql)?,
        Phase::DualWrite | Phase::Canary | Phase::Cutover | Phase::RolledBack => {
            Files::begin(jsonl, sql, false)?
        }
    };
    if standing.phase == Phase::Complete && !arguments.consent.dry_run {
        let said = "the move is complete already; what is left of it is done now\n";
        return leave(arguments, &reached, files, said).await;
    }
    if let Err(why) = standing.after(&Step::Complete, SystemClock.now()) {
        return Ok(steps::refused(&why.to_string(), Some(&standing), &[], arguments.json));
    }
    if arguments.consent.dry_run {
        return Ok(shown(arguments, &reached, &standing).await);
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
        Ok(said) => leave(arguments, &reached, files, &said).await,
        Err(ended) => Ok(ended),
    }
}

const INTENT: &str = "The move is completed: the pools follow each other no more, and nothing leads back. Then capture is taken out of \
    the triggers of the old pool. Links and user ids stay.";

/// The checks, and how they are shown.
async fn look(reached: &Reached<'_>, standing: &Standing) -> (Vec<Check>, String) {
    let Seen { facts, readiness } = Box::pin(reached.see(standing)).await;
    let all = checks(&Step::Complete, standing, &facts, SystemClock.now());
    let shown = steps::checks(&all) + &steps::readiness(&readiness);
    (all, shown)
}

async fn shown(arguments: &Arguments, reached: &Reached<'_>, standing: &Standing) -> (String, Exit) {
    let (all, shown) = look(reached, standing).await;
    let (problem, exit) = match Held::of(&all, arguments.force.as_deref()) {
        Held::Go(_) => (None, Exit::Done),
        Held::Refused(why) => (Some(why), Exit::Blocked),
    };
    if arguments.json {
        return (steps::answer(false, problem.as_deref(), Some(standing), &all), exit);
    }
    let end = problem.map_or_else(|| INTENT.to_owned(), |why| format!("refused: {why}"));
    (shown + &prose(&end), exit)
}

/// What was said; or how the command ends.
async fn go(
    arguments: &Arguments,
    reached: &Reached<'_>,
    switching: &mut Switching<'_, Links, SystemClock>,
) -> anyhow::Result<Result<String, (String, Exit)>> {
    let (all, shown) = look(reached, switching.standing()).await;
    let forced = match Held::of(&all, arguments.force.as_deref()) {
        Held::Go(forced) => forced,
        Held::Refused(why) => {
            let (said, exit) = steps::refused(&why, Some(switching.standing()), &all, arguments.json);
            return Ok(Err((if arguments.json { said } else { shown + &said }, exit)));
        }
    };
    match ask::before(&arguments.consent, &(shown.clone() + &prose(INTENT)))? {
        Answer::Go => {}
        Answer::Shown | Answer::Declined => {
            return Ok(Err(steps::declined(Some(switching.standing()), &all, arguments.json)));
        }
    }
    let who = reached.who.clone();
    let why = arguments.around.why(&forced.why(&arguments.why));
    let note = Note { who, why, forced: forced.checks };
    match switching.step(&Step::Complete, None, &note).await {
        Ok(()) => {
            Ok(Ok(if arguments.consent.yes { shown } else { String::new() } + "the move is complete\n"))
        }
        Err(error) => steps::not_changed(error, arguments.around.table(), arguments.json).map(Err),
    }
}
