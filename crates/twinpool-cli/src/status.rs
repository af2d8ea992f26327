//! `twinpool status`: where a move stands, on one screen.

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::Args;
use twinpool_aws::settings::{Environment, Source as _};
use twinpool_core::id::PoolId;
use twinpool_core::overview::{Health, Overview};

use crate::again::Again;
use crate::options::{self, RulesFile, Table};
use crate::output::print;
use crate::{Command, Exit, Outcome, signal};

mod census;
mod json;
mod kept;
mod lookout;
mod standstill;
mod told;
mod walker;

use lookout::Manner;
use lookout::Sources;
pub(crate) use lookout::{Lookout, since};
use told::Paint;

const EXIT: &str = "Nothing is changed, and nobody is told. What nobody could look at is shown as ?, with the reason.\n\
    Exit code: 0 all is well, 11 somebody should look, 10 somebody must act.";

/// How to look.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXIT}\n\n{}", options::WHERE))]
pub(crate) struct Arguments {
    /// Looks again and again, and ends with Ctrl-C.
    #[arg(long)]
    watch: bool,
    /// With --watch, looks so often; 2 seconds at least.
    #[arg(long, value_name = "TIME", default_value = "5s", requires = "watch", value_parser = an_interval)]
    every: Duration,
    /// For programs: one JSON object; with --watch one for each look, on a line of its own.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    rules: RulesFile,
    #[command(flatten)]
    sources: Sources,
    /// The pool being left [default: as the table says].
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    old_pool: Option<PoolId>,
    /// The pool being moved to [default: as the table says].
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    new_pool: Option<PoolId>,
    #[command(flatten)]
    table: Table,
}

/// A single look waits so long for the walk over the table: some hundred thousand users take no longer.
const WALK: Duration = Duration::from_secs(15);
/// The next look is not far.
pub(crate) const WALK_OF_MANY: Duration = Duration::from_secs(5);

fn an_interval(text: &str) -> Result<Duration, String> {
    const LEAST: Duration = Duration::from_secs(2);
    match humantime::parse_duration(text) {
        Ok(every) if every >= LEAST => Ok(every),
        Ok(_) => Err("2 seconds at least: each look asks AWS some twenty questions".to_owned()),
        Err(_) => Err("this must be a time, such as 5s or 1m".to_owned()),
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let Arguments { watch, every, json, .. } = arguments;
    let patience = if *watch { WALK_OF_MANY } else { WALK };
    let mut lookout = Box::pin(arguments.lookout(Manner { charts: false, patience })).await?;
    let mut seen = Box::pin(lookout.look()).await;
    let screen = Screen::new(*json);
    if !watch {
        return Ok((screen.once(&seen), exit(&seen)));
    }
    let mut is_first = true;
    loop {
        // Whoever reads has gone: so does the watch.
        if !print(&screen.again(&seen, is_first))? {
            return Ok((String::new(), exit(&seen)));
        }
        is_first = false;
        let next = async {
            tokio::time::sleep(*every).await;
            Box::pin(lookout.look()).await
        };
        tokio::select! {
            now = next => seen = now,
            () = signal::once() => return Ok((String::new(), exit(&seen))),
        }
    }
}

/// Whoever looks, for a command that is given these options. With charts.
pub(crate) async fn lookout(again: &Again, patience: Duration) -> anyhow::Result<Lookout> {
    let Command::Status(arguments) = again.read(&["status".to_owned()]).await?.command else {
        anyhow::bail!("`twinpool status` was not understood");
    };
    Box::pin(arguments.lookout(Manner { charts: true, patience })).await
}

impl Arguments {
    /// Whoever looks at what these words name.
    async fn lookout(&self, manner: Manner) -> anyhow::Result<Lookout> {
        let named = [self.old_pool.as_ref(), self.new_pool.as_ref()];
        Lookout::connect(&self.table, named, &self.rules, &self.sources, manner).await
    }
}

fn exit(seen: &Overview) -> Exit {
    match seen.health() {
        Health::Well => Exit::Done,
        Health::Look => Exit::Warned,
        Health::Act => Exit::Blocked,
    }
}

/// How a look is shown.
struct Screen {
    json: bool,
    is_terminal: bool,
    paint: Paint,
}

impl Screen {
    fn new(json: bool) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        // https://no-color.org: set, and not empty.
        let is_plain = Environment.get("NO_COLOR").is_some_and(|set| !set.is_empty());
        Self { json, is_terminal, paint: Paint { colour: is_terminal && !is_plain } }
    }

    fn once(&self, seen: &Overview) -> String {
        if self.json { format!("{:#}\n", json::of(seen)) } else { told::screen(seen, self.paint) }
    }

    /// One look of many: in place on a terminal, one below the other elsewhere.
    fn again(&self, seen: &Overview, is_first: bool) -> String {
        if self.json {
            return format!("{}\n", json::of(seen));
        }
        let text = told::screen(seen, self.paint);
        match (self.is_terminal, is_first) {
            (true, _) => in_place(&text, is_first),
            (false, true) => text,
            (false, false) => format!("\n{text}"),
        }
    }
}

/// Over what stands there: each line to its end, and nothing below. The first time, the screen is cleared.
fn in_place(text: &str, is_first: bool) -> String {
    let clear = if is_first { "\x1b[2J" } else { "" };
    let lines: String = text.lines().map(|line| format!("{line}\x1b[K\n")).collect();
    format!("{clear}\x1b[H{lines}\x1b[J")
}

#[cfg(test)]
mod tests;
