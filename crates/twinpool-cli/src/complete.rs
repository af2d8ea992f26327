//! `twinpool complete`: leaves the old pool.

use std::path::PathBuf;

use clap::Args;
use twinpool_core::phase::{Phase, PhaseReader as _, Step};
use twinpool_core::port::Clock as _;

use crate::Outcome;
use crate::clock::SystemClock;
use crate::export::links::Files;
use crate::options::{self, Consent};
use crate::steps::{self, Around, Made, Plain, a_reason};

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

const END: &str = "Run `twinpool verify` first. As long as both pools and the stack are there, `twinpool reopen` leads back. The table stays, and \
    with it every user id: backends go on resolving. Interrupted after the phase was changed, the same command does the rest.";

const INTENT: &str = "The move is completed: the pools follow each other no more, and nobody can roll back until somebody runs \
    `twinpool reopen`. Then capture is taken out of the triggers of the old pool. Links and user ids stay.";

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
    let step = Plain {
        step: Step::Complete,
        command: "complete",
        intent: INTENT,
        done: "the move is complete\n",
        why: &arguments.why,
        force: arguments.force.as_deref(),
        json: arguments.json,
        consent: &arguments.consent,
        around: &arguments.around,
    };
    if arguments.consent.dry_run {
        return Ok(step.shown(&reached, &standing).await);
    }
    match Box::pin(step.take(&reached)).await? {
        Ok(Made { said, .. }) => leave(arguments, &reached, files, &said).await,
        Err(ended) => Ok(ended),
    }
}
