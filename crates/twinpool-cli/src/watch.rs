//! `twinpool watch`: how a move goes, and whether to go on, to hold or to roll back.

use std::time::Duration;

use clap::Args;
use twinpool_aws::client::Patience;
use twinpool_aws::cloudformation::{Resource, Stack};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::metrics::Metrics;
use twinpool_aws::notices::Notices;
use twinpool_aws::settings::{TopicArn, WatchPlaces};
use twinpool_core::criteria::Criteria;
use twinpool_core::id::PoolId;
use twinpool_core::phase::{PhaseStore, Standing};
use twinpool_core::port::Clock;
use twinpool_core::verdict::Verdict;
use twinpool_core::watch::{Announcer, Measurer, Memory};
use twinpool_engine::{Looked, Watch};

use crate::ask;
use crate::bound::right_pools;
use crate::clock::SystemClock;
use crate::options::{self, RulesFile, Table};
use crate::output::print;
use crate::place::Place;
use crate::progress::Progress;
use crate::signal;
use crate::stack::Named;
use crate::status::since;
use crate::{Exit, Outcome, steps};

mod told;

const AFTER_HELP: &str = "What is held against what stands under [rollback] in twinpool.toml. Exit code: 0 go on, 11 hold, 10 roll back or rolled back.";

/// How to look.
#[derive(Debug, Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}", options::WHERE))]
pub(crate) struct Arguments {
    /// Looks so often; 10 seconds at least.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = an_interval)]
    every: Duration,
    /// Looks once, and ends.
    #[arg(long)]
    once: bool,
    /// Sends everybody back to the old pool when two looks in a row say "roll back". Asks first.
    #[arg(long, conflicts_with = "once")]
    auto_rollback: bool,
    /// Does not ask.
    #[arg(long, requires = "auto_rollback", conflicts_with = "once")]
    yes: bool,
    /// Tells this SNS topic of each change of the verdict.
    #[arg(long, env = "TWINPOOL_WATCH_TOPIC_ARN", hide_env_values = true, value_name = "ARN")]
    topic: Option<TopicArn>,
    /// For programs: one JSON object for each look, on a line of its own.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    rules: RulesFile,
    /// The name of the stack.
    #[arg(
        long,
        env = "TWINPOOL_STACK",
        hide_env_values = true,
        value_name = "NAME",
        default_value = "twinpool"
    )]
    stack: String,
    /// The queue of change events: the stack's output `QueueUrl`.
    #[arg(long, env = "TWINPOOL_QUEUE_URL", hide_env_values = true, value_name = "URL")]
    queue_url: String,
    /// The DLQ: the stack's output `DlqUrl`.
    #[arg(long, env = "TWINPOOL_DLQ_URL", hide_env_values = true, value_name = "URL")]
    dlq_url: String,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    new_pool: PoolId,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    table: Table,
}

const INTENT: &str = "When two looks in a row say \"roll back\", everybody is sent to the old pool again.\n";

fn an_interval(text: &str) -> Result<Duration, String> {
    const LEAST: Duration = Duration::from_secs(10);
    match humantime::parse_duration(text) {
        Ok(every) if every >= LEAST => Ok(every),
        Ok(_) => Err("10 seconds at least: CloudWatch counts by the minute".to_owned()),
        Err(_) => Err("this must be a time, such as 30s or 5m".to_owned()),
    }
}

/// What a look needs.
struct Watching<S, M, A, C> {
    table: String,
    store: S,
    measurer: M,
    announcer: A,
    clock: C,
    criteria: Criteria,
    stack: String,
    /// Who rolls back. `None`: nobody does.
    who: Option<String>,
}

/// What a look came to.
pub(crate) struct Seen {
    standing: Standing,
    looked: Looked,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    if arguments.auto_rollback && !arguments.yes {
        ask::can_ask()?;
        if !ask::yes(INTENT)? {
            return Ok(("nothing was done\n".to_owned(), Exit::Failed));
        }
    }
    let watching = Box::pin(connect(arguments)).await?;
    watching.run(arguments).await
}

/// Who rolls back, where it was asked for. Asked now: a rollback is not to wait for it, nor to fail by it.
async fn rolls_back_as(arguments: &Arguments, who: impl Future<Output = String>) -> Option<String> {
    if arguments.auto_rollback { Some(format!("twinpool watch, {}", who.await)) } else { None }
}

async fn connect(arguments: &Arguments) -> anyhow::Result<Watching<Links, Metrics, Notices, SystemClock>> {
    let (rules, _) = arguments.rules.read()?;
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let table = arguments.table.table.clone();
    right_pools(&links, &table, None, Some(&arguments.new_pool)).await?;
    let resources = Stack::connect(&config, &arguments.stack).resources().await;
    let named = Named { stack: arguments.stack.clone(), old_pool_endpoint: None };
    let places = places(arguments, &resources.map_err(|error| named.problem(error))?);
    let of_new = arguments.place.config(&config, &arguments.new_pool, Patience::MIRROR).await?;
    let who = rolls_back_as(arguments, steps::who(&config)).await;
    Ok(Watching {
        measurer: Metrics::connect(&config, &of_new, places)?,
        announcer: Notices::connect(&config, arguments.topic.clone())?,
        clock: SystemClock,
        criteria: rules.criteria().clone(),
        stack: arguments.stack.clone(),
        table,
        store: links,
        who,
    })
}

/// What AWS calls the functions and queues of the stack.
fn places(arguments: &Arguments, resources: &[Resource]) -> WatchPlaces {
    let physical = |name: &str| {
        let found = resources.iter().find(|resource| resource.name == name);
        found.map(|resource| resource.physical.clone()).filter(|physical| !physical.is_empty())
    };
    WatchPlaces {
        stack: arguments.stack.clone(),
        new_pool: arguments.new_pool.clone(),
        queue_url: arguments.queue_url.clone(),
        dlq_url: arguments.dlq_url.clone(),
        audit_trail_dlq_url: physical("AuditTrailDeadLetters"),
        mirror: physical("Mirror"),
        resolve: physical("Resolve"),
        authorizer: physical("Authorizer"),
        sign_in: physical("SignIn"),
    }
}

impl<S: PhaseStore, M: Measurer, A: Announcer, C: Clock> Watching<S, M, A, C> {
    /// Look by look, until somebody ends it or everybody was sent back.
    async fn run(&self, arguments: &Arguments) -> Outcome {
        let mut memory = Memory::default();
        let mut seen = self.look(&mut memory).await?;
        if arguments.once {
            return Ok((told::told(&seen, arguments.json), exit(&seen)));
        }
        let progress = Progress::new(None);
        progress
            .say(&format!("looking every {} (Ctrl-C ends it)", humantime::format_duration(arguments.every)));
        // One for all pauses: what is sent during a look would be lost between two.
        let mut stop = signal::once();
        loop {
            match print(&told::told(&seen, arguments.json)) {
                Ok(true) => {}
                // Who guards does it unseen, too.
                Ok(false) if arguments.auto_rollback => progress.say("nobody reads this: the watch goes on"),
                Err(problem) if arguments.auto_rollback => {
                    progress.say(&format!("{problem:#}: the watch goes on"));
                }
                Ok(false) => return Ok((String::new(), exit(&seen))),
                Err(problem) => return Err(problem),
            }
            if matches!(seen.looked.rolled_back, Some(Ok(_))) {
                return Ok((String::new(), Exit::Blocked));
            }
            loop {
                tokio::select! {
                    () = tokio::time::sleep(arguments.every) => {}
                    () = &mut stop => return Ok((String::new(), exit(&seen))),
                }
                match self.look(&mut memory).await {
                    Ok(now) => {
                        seen = now;
                        break;
                    }
                    // It passes, or the next look says it again.
                    Err(problem) => progress.say(&format!("{problem:#}")),
                }
            }
        }
    }

    async fn look(&self, memory: &mut Memory) -> anyhow::Result<Seen> {
        let standing = self.store.standing().await;
        let standing = standing.map_err(|error| options::table_problem(&self.table, error))?;
        let now = self.clock.now();
        let measures = self.measurer.measures(since(&standing, self.criteria.window, now), now).await;
        let watch = Watch {
            store: &self.store,
            clock: &self.clock,
            announcer: &self.announcer,
            criteria: &self.criteria,
            stack: &self.stack,
            rolls_back: self.who.as_deref(),
        };
        let looked = watch.look(&standing, &measures, memory).await;
        Ok(Seen { standing, looked })
    }
}

fn exit(seen: &Seen) -> Exit {
    match seen.looked.judgement.verdict {
        Verdict::GoOn => Exit::Done,
        Verdict::Hold => Exit::Warned,
        Verdict::RollBack => Exit::Blocked,
    }
}

#[cfg(test)]
mod tests;
