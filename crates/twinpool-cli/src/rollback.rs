//! `twinpool rollback`: sends everybody to the old pool again.

use std::time::{Duration, Instant};

use clap::Args;
use twinpool_aws::chain::Chain;
use twinpool_aws::client::Config;
use twinpool_aws::dynamodb::Links;
use twinpool_core::check::{Check, checks};
use twinpool_core::phase::{PhaseReader as _, Refused, Standing, Step};
use twinpool_core::port::Clock as _;
use twinpool_engine::{RollBackError, RolledBack, at_work, roll_back};

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::options::{self, Consent, Table};
use crate::place::Place;
use crate::readiness::{Heard, glance};
use crate::show::prose;
use crate::steps::{self, Brief, Dlq, a_reason, moment};
use crate::{Exit, Outcome};

mod noted;

use noted::Noted;

/// Why.
#[derive(Debug, Args)]
#[command(after_help = format!("{COST}\n\n{}", options::WHERE))]
pub(crate) struct Arguments {
    /// Why: kept in the history.
    #[arg(long, value_name = "TEXT", value_parser = a_reason)]
    why: String,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    /// The queue of change events, which is looked at: the stack's output `QueueUrl`.
    #[arg(long, env = "TWINPOOL_QUEUE_URL", hide_env_values = true, value_name = "URL")]
    queue_url: Option<String>,
    /// The DLQ, which is looked at: the stack's output `DlqUrl`.
    #[arg(long, env = "TWINPOOL_DLQ_URL", hide_env_values = true, value_name = "URL")]
    dlq_url: Option<String>,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    new_place: Place,
}

const COST: &str =
    "One write, and no user is touched; it waits for no verify and for no switch that is at work.";

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let table = &arguments.table.table;
    let standing = links.standing().await.map_err(|error| steps::table_problem(table, error))?;
    match standing.after(&Step::Rollback, SystemClock.now()) {
        // Nobody is to be sent back, and whoever is at work is to be stopped.
        Err(Refused::NothingToRollBack) if standing.busy.is_some() => {}
        Err(why) => return Ok(steps::refused(&why.to_string(), Some(&standing), &[], arguments.json)),
        Ok(_) => {}
    }
    let chain = Chain::connect(&config);
    let brief = Brief {
        chain: chain.as_ref().map_err(ToString::to_string),
        links: &links,
        table,
        queue_url: arguments.queue_url.as_deref(),
        dlqs: vec![Dlq::of_mirror(arguments.dlq_url.as_deref())],
    };
    let (facts, who, meant) =
        tokio::join!(brief.facts(), steps::who(&config), meant(arguments, &config, &links, &standing));
    let checks = checks(&Step::Rollback, &standing, &facts, SystemClock.now());
    let shown = steps::checks(&checks) + &meant;
    match ask::before(&arguments.consent, &(shown.clone() + &intent(&standing)))? {
        Answer::Go => {}
        Answer::Shown if arguments.json => {
            return Ok((steps::answer(false, None, Some(&standing), &checks), Exit::Done));
        }
        Answer::Shown => return Ok((shown + &intent(&standing), Exit::Done)),
        Answer::Declined => return Ok(steps::declined(Some(&standing), &checks, arguments.json)),
    }
    let start = Instant::now();
    let noted = Noted::over(&links, &checks, &facts);
    let done = match roll_back(&noted, &SystemClock, &who, &arguments.why).await {
        Ok(done) => done,
        Err(error) => return not_done(error, arguments, &standing, &checks),
    };
    let shown = if arguments.consent.yes { shown } else { String::new() };
    let text = match arguments.json {
        true => steps::answer(true, None, Some(&done.standing), &checks),
        false => shown + &told(&done, start.elapsed().as_millis()),
    };
    Ok((text, Exit::Done))
}

/// What it would mean, for whoever is asked. Nobody waits for it where nobody is.
async fn meant(arguments: &Arguments, config: &Config, links: &Links, standing: &Standing) -> String {
    const PATIENCE: Duration = Duration::from_secs(5);
    if arguments.consent.yes {
        return String::new();
    }
    let pools = tokio::time::timeout(PATIENCE, links.pools());
    let (walked, pools) = tokio::join!(glance(links, PATIENCE), pools);
    let pools = pools.ok().and_then(Result::ok).flatten();
    let region = config.region().map(AsRef::as_ref);
    let heard = Heard::of_table(standing, &arguments.new_place, region, pools.as_ref());
    steps::readiness(&walked.map(|mut walked| walked.readiness(heard)))
}

fn not_done(error: RollBackError, arguments: &Arguments, standing: &Standing, checks: &[Check]) -> Outcome {
    let said = error.to_string();
    match error {
        RollBackError::YoungerHistory(_) => Ok(steps::refused(&said, Some(standing), checks, arguments.json)),
        // Nobody is in the new pool, and nobody will be: that is what was asked for.
        RollBackError::Stopped(_) if arguments.json => {
            Ok((steps::answer(true, Some(&said), Some(standing), checks), Exit::Done))
        }
        RollBackError::Stopped(_) => Ok((prose(&said), Exit::Done)),
        error => steps::not_rolled_back(error, &arguments.table.table, arguments.json),
    }
}

fn intent(standing: &Standing) -> String {
    if let (false, Some(busy)) = (standing.phase.moves(), &standing.busy) {
        return prose(&format!(
            "Now {}, and nobody is sent to the new pool. {} by {} is at work: it is stopped, so that nobody will be.\n",
            standing.phase, busy.what, busy.who
        ));
    }
    let mut out = format!(
        "Now {}. Everybody is sent to the old pool again, which has the say for everybody; changes go on travelling both ways.\n",
        moment(standing.phase, standing.share)
    );
    if let Some(busy) = at_work(standing, SystemClock.now()) {
        out += &format!("{} by {} is at work: it loses, and says so.\n", busy.what, busy.who);
    }
    prose(&out)
}

fn told(done: &RolledBack, millis: u128) -> String {
    let by = if done.by_another { " by somebody else, at the same moment" } else { "" };
    prose(&format!(
        "rolled back{by}: {} before; version {}, written in {millis} ms\n\
         Clients that ask where to go are told so within 35 seconds, unless the stack says another time (RouteTtlSeconds and five); who \
         is signed in to the new pool stays so until the session ends.\n\
         Who needs a new password in the old pool: twinpool report passwords\n",
        moment(done.before.phase, done.before.share),
        done.standing.version,
    ))
}
