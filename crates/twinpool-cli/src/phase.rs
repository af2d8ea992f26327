//! `twinpool phase`: where the move stands.

use clap::Args;
use serde_json::{Value, json};
use twinpool_aws::chain::Chain;
use twinpool_core::phase::{Change, PhaseReader as _, PhaseStore as _, Standing};
use twinpool_core::port::Clock as _;
use twinpool_engine::{Note, Switching, at_work};

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::options::{self, Consent, Table};
use crate::place::Place;
use crate::readiness::Heard;
use crate::show::{beside, minute, rfc3339, table};
use crate::steps::{self, a_reason, cohorts, moment};
use crate::{Exit, Outcome};

mod beside;

/// What to show.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Every change of the phase, with who and why.
    #[arg(long)]
    history: bool,
    /// Takes a table that was put back from a backup as it is, after you have looked at it.
    #[arg(long, requires = "why")]
    take_table: bool,
    /// Why the table is taken: kept in the history.
    #[arg(long, value_name = "TEXT", requires = "take_table", value_parser = a_reason)]
    why: Option<String>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    new_place: Place,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    if let Some(why) = arguments.why.as_deref().filter(|_| arguments.take_table) {
        return take(arguments, &config, why).await;
    }
    let problem = |error| steps::table_problem(&arguments.table.table, error);
    let standing = links.standing().await.map_err(problem)?;
    let changes = links.changes().await.map_err(problem)?;
    let pools = links.pools().await.map_err(problem)?;
    let region = config.region().map(AsRef::as_ref);
    let heard = Heard::of_table(&standing, &arguments.new_place, region, pools.as_ref());
    let besides = beside::lines(&links, heard).await;
    let text = match arguments.json {
        true => format!("{:#}\n", as_json(&standing, &changes, arguments.history, &besides)),
        false => words(&standing, &changes, arguments.history, &besides),
    };
    Ok((text, Exit::Done))
}

/// Room for the longest name.
const ROOM: usize = 12;

fn words(standing: &Standing, changes: &[Change], history: bool, besides: &[(&str, String)]) -> String {
    let mut out = beside(ROOM, "phase", &moment(standing.phase, standing.share));
    if let Some(last) = changes.last() {
        out += &beside(ROOM, "since", &minute(standing.since));
        out += &beside(ROOM, "by", &last.who);
        out += &beside(ROOM, "why", &last.why);
    }
    if let Some(named) = cohorts(&standing.cohorts) {
        out += &beside(ROOM, "besides", &named);
    }
    let proven =
        standing.proven.map_or_else(|| "not proven yet".to_owned(), |at| format!("proven {}", minute(at)));
    out += &beside(ROOM, "way back", &proven);
    if let Some(busy) = at_work(standing, SystemClock.now()) {
        out += &beside(ROOM, "at work", &format!("{} by {}, since {}", busy.what, busy.who, minute(busy.at)));
    }
    for (name, line) in besides {
        out += &beside(ROOM, name, line);
    }
    if history {
        out += "\n";
        out += &match changes {
            [] => "the phase was never changed\n".to_owned(),
            changes => {
                table(&["when", "from", "to", "who", "why"], &changes.iter().map(row).collect::<Vec<_>>())
            }
        };
    }
    out
}

fn row(change: &Change) -> Vec<String> {
    let why = match change.forced.as_slice() {
        [] => change.why.clone(),
        checks => format!("{} (did not hold: {})", change.why, checks.join(", ")),
    };
    vec![
        minute(change.at),
        moment(change.from.0, change.from.1),
        moment(change.to.0, change.to.1),
        change.who.clone(),
        why,
    ]
}

fn as_json(standing: &Standing, changes: &[Change], history: bool, besides: &[(&str, String)]) -> Value {
    let percent = |share: twinpool_core::phase::Share| f64::from(share.hundredths()) / 100.0;
    let Standing { version, phase, share, cohorts, round, since, two_way_since, proven, .. } = standing;
    let line = |change: &Change| {
        json!({
            "version": change.version,
            "at": rfc3339(change.at),
            "from": { "phase": change.from.0.code(), "percent": percent(change.from.1) },
            "to": { "phase": change.to.0.code(), "percent": percent(change.to.1) },
            "who": change.who,
            "why": change.why,
            "forced": change.forced,
        })
    };
    let busy = at_work(standing, SystemClock.now());
    let mut all = json!({
        "phase": phase.code(),
        "percent": percent(*share),
        "version": version,
        "round": round.0,
        "since": changes.last().map(|_| rfc3339(*since)),
        "two_way_since": two_way_since.map(rfc3339),
        "way_back_proven": proven.map(rfc3339),
        "groups": cohorts.groups.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "values": cohorts.values.len(),
        "testers": cohorts.allow.len(),
        "never_sent": cohorts.deny.len(),
        "at_work": busy.map(|busy| json!({ "what": busy.what, "who": busy.who, "at": rfc3339(busy.at) })),
        "last": changes.last().map(line),
    });
    for (name, line) in besides {
        all[*name] = line.as_str().into();
    }
    if history {
        all["history"] = changes.iter().map(line).collect();
    }
    all
}

/// The id of the table is written down, and with it that somebody has looked.
async fn take(arguments: &Arguments, config: &twinpool_aws::client::Config, why: &str) -> Outcome {
    let (links, name) = (arguments.table.connect(config), &arguments.table.table);
    let found = Chain::connect(config)?.table(name).await.map_err(|error| arguments.table.problem(error))?;
    let Some(id) = found.get("TableId").and_then(Value::as_str) else {
        anyhow::bail!("AWS tells no id of the table {name}: there is nothing to take");
    };
    let what = format!(
        "The table {name} is taken as it is: from now on the phase and the links that it holds count.\n"
    );
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown if arguments.json => {
            return Ok((steps::answer(false, None, links.standing().await.ok().as_ref(), &[]), Exit::Done));
        }
        Answer::Shown => return Ok((what, Exit::Done)),
        Answer::Declined => return Ok(steps::declined(None, &[], arguments.json)),
    }
    let who = steps::who(config).await;
    let note = Note { who, why: format!("the table is taken as it is: {why}"), forced: Vec::new() };
    let mut switching = match Switching::begin(&links, &SystemClock, "a look at the table", &note.who).await {
        Ok(switching) => switching,
        Err(error) => return steps::not_changed(error, name, arguments.json),
    };
    let taken = switching.take_table(id, &note).await;
    let standing = switching.end().await;
    if let Err(error) = taken {
        return steps::not_changed(error, name, arguments.json);
    }
    let text = match arguments.json {
        true => steps::answer(true, None, standing.as_ref().ok(), &[]),
        false => format!("the table {name} counts from now on: twinpool phase\n"),
    };
    Ok((text, Exit::Done))
}

#[cfg(test)]
mod tests;
