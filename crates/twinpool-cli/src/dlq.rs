//! `twinpool dlq`: what could not be mirrored, why, and how it is tried again.

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::sqs::{DeadLetters, Hints};
use twinpool_core::id::PoolId;

use crate::Exit;
use crate::ask::NO_TERMINAL;
use crate::bound::right_pools;
use crate::failure::Misuse;
use crate::options::{self, Consent};

mod act;
mod ask;
mod cause;
mod letters;
mod look;
mod show;
mod walk;

use act::{Act, Task};
#[cfg(test)]
pub(crate) use cause::is_cause;
use look::Look;
use walk::Interrupt;

/// What to do with the DLQ.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows what is in the DLQ, by cause. Everything stays there.
    Show(Show),
    /// Has the users read again: sends a new hint for each, never the old event, and takes the dead letters away.
    Redrive(Redrive),
    /// Deletes dead letters that are of no user of this stack.
    Drop(Drop),
}

/// Where things are.
#[derive(Debug, Args)]
struct Place {
    /// The DLQ: the stack's output `DlqUrl`.
    #[arg(long, env = "TWINPOOL_DLQ_URL", hide_env_values = true, value_name = "URL")]
    dlq_url: String,
    /// The table of links: the stack's output `TableName`.
    #[arg(long, env = "TWINPOOL_LINKS_TABLE", hide_env_values = true, value_name = "NAME")]
    table: String,
    /// The old pool of this stack, so that events of other pools are known at once.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    old_pool: Option<PoolId>,
}

#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
struct Show {
    #[command(flatten)]
    place: Place,
    /// Look at so many messages at most.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    limit: usize,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = options::WHERE, override_usage = "twinpool dlq redrive [OPTIONS]")]
struct Redrive {
    #[command(flatten)]
    place: Place,
    /// The queue of change events: the stack's output `QueueUrl`.
    #[arg(long, env = "TWINPOOL_QUEUE_URL", hide_env_values = true, value_name = "URL")]
    queue_url: String,
    /// Only messages with this cause, as `dlq show` names it; may be given more than once.
    #[arg(long, value_name = "CAUSE", conflicts_with = "all")]
    cause: Vec<String>,
    /// Also those for which somebody had to act first.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
#[command(after_help = options::WHERE, override_usage = "twinpool dlq drop [OPTIONS] --cause <CAUSE>")]
struct Drop {
    #[command(flatten)]
    place: Place,
    /// Which messages, by their cause, as `dlq show` names it; may be given more than once.
    #[arg(long, value_name = "CAUSE", required = true)]
    cause: Vec<String>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
struct How {
    #[command(flatten)]
    consent: Consent,
    /// At most so many messages.
    #[arg(long, value_name = "N", default_value_t = usize::MAX, hide_default_value = true)]
    limit: usize,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<(String, Exit)> {
    let config = options::aws().await?;
    let place = match &arguments.command {
        Command::Show(show) => &show.place,
        Command::Redrive(redrive) => &redrive.place,
        Command::Drop(drop) => &drop.place,
    };
    let dlq = DeadLetters::connect(&config, place.dlq_url.clone());
    let links = Links::connect(&config, place.table.clone(), None);
    let known = right_pools(&links, &place.table, place.old_pool.as_ref(), None).await?;
    let known = known.map(|(old, new)| [old, new].into());
    let look = Look::new(links, known.unwrap_or_else(|| place.old_pool.iter().cloned().collect()));
    let interrupt = Interrupt::watch();
    match &arguments.command {
        Command::Show(show) => {
            let found = look::survey(&dlq, &look, show.limit, &interrupt).await?;
            let text = if show.json { show::to_json(&found) } else { show::to_text(&found) };
            Ok((text, if found.is_interrupted { Exit::Failed } else { Exit::Done }))
        }
        Command::Redrive(redrive) => {
            let queue = Hints::connect(&config, redrive.queue_url.clone());
            let task = Task::redrive(&redrive.cause, redrive.all);
            perform(Act { dlq: &dlq, queue: Some(&queue), look: &look, task }, &redrive.how, &interrupt).await
        }
        Command::Drop(drop) => {
            let task = Task::drop(&drop.cause);
            let act = Act { dlq: &dlq, queue: None::<&Hints>, look: &look, task };
            perform(act, &drop.how, &interrupt).await
        }
    }
}

/// Shows what will be done, asks, and does it.
async fn perform(
    act: Act<'_, DeadLetters, Hints, Links>,
    how: &How,
    interrupt: &Interrupt,
) -> anyhow::Result<(String, Exit)> {
    if let Some(cause) = act.task.unknown() {
        // A mirror of another version may have causes of its own.
        let found = look::survey(act.dlq, act.look, Show::MOST, interrupt).await?;
        if !found.groups.iter().any(|group| group.cause.name() == cause) {
            return Err(Misuse(format!("there is no cause {cause}: `twinpool dlq show` names them")).into());
        }
    }
    if let Some(problem) = act.task.refusal() {
        let json = || json!({ "answer": "refused", "why": problem.trim_end() });
        let text = if how.json { format!("{:#}\n", json()) } else { problem };
        return Ok((text, Exit::Blocked));
    }
    let Consent { yes, dry_run } = how.consent;
    if dry_run || !yes {
        let found = look::survey(act.dlq, act.look, how.limit.min(Show::MOST), interrupt).await?;
        let outlook = act.task.outlook(&found);
        if dry_run || found.is_interrupted || !act.task.has_work(&found) {
            let json = || act.task.outlook_json(&found, dry_run);
            let outlook = if how.json { format!("{:#}\n", json()) } else { outlook };
            return Ok((outlook, if found.is_interrupted { Exit::Failed } else { Exit::Done }));
        }
        if !ask::is_possible() {
            return Err(Misuse(NO_TERMINAL.to_owned()).into());
        }
        if !ask::ask(&outlook).await.context("cannot read the answer")? {
            return Ok(("nothing was done\n".to_owned(), Exit::Failed));
        }
    }
    let done = act.run(how.limit, interrupt).await?;
    let text = if how.json { format!("{:#}\n", done.json()) } else { done.to_text() };
    Ok((text, if done.is_complete() { Exit::Done } else { Exit::Failed }))
}

impl Show {
    /// As many messages as a survey keeps in mind.
    const MOST: usize = 10_000;
}
