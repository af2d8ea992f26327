//! `twinpool reopen`: lets the pools follow each other again after the old one was left.

use clap::Args;
use twinpool_core::phase::{PhaseReader as _, Step};
use twinpool_core::port::Clock as _;

use crate::clock::SystemClock;
use crate::options::{self, Consent};
use crate::show::prose;
use crate::steps::{self, Around, Made, Plain, a_reason};
use crate::{Exit, Outcome};

/// Why.
#[derive(Debug, Args)]
#[command(after_help = format!("{END}\n\n{}", options::WHERE), override_usage = "twinpool reopen [OPTIONS] --why <TEXT>")]
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

const END: &str = "Run `twinpool attach` first: `complete` took capture out of the old pool. Everybody stays in the new pool, which has the \
    say. What either pool changed meanwhile is brought to the other by `twinpool sweep`.";

const INTENT: &str = "The move goes back to the cutover: everybody stays in the new pool, which has the say, and the pools follow each other \
    again. Nobody is touched by that itself.";

const THEN: &str = "\
Everybody stays in the new pool; the pools follow each other again.
What was changed meanwhile is in one pool only until it is looked for: twinpool sweep
Once the queue is worked off, see that both pools agree: twinpool verify
Then there is a way back, as from every cutover: twinpool rollback
";

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let reached = arguments.around.reach().await?;
    let table = arguments.around.table();
    let standing = reached.links.standing().await.map_err(|error| steps::table_problem(table, error))?;
    if let Err(why) = standing.after(&Step::Reopen, SystemClock.now()) {
        return Ok(steps::refused(&why.to_string(), Some(&standing), &[], arguments.json));
    }
    let step = Plain {
        step: Step::Reopen,
        command: "reopen",
        intent: INTENT,
        done: "the move is reopened\n",
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
        Ok(Made { standing, checks, .. }) if arguments.json => {
            Ok((steps::answer(true, None, Some(&standing), &checks), Exit::Done))
        }
        Ok(Made { said, .. }) => Ok((said + &prose(THEN), Exit::Done)),
        Err(ended) => Ok(ended),
    }
}
