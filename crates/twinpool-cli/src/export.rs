//! `twinpool export`: a whole pool in one file, and such a file read back.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::quotas;
use twinpool_core::id::{Pool, PoolId};
use twinpool_core::listing::PoolList as _;
use twinpool_core::port::PortError;
use twinpool_engine::{Budget, Governed, Governor, WalkError};

use crate::clock::SystemClock;
use crate::failure::Misuse;
use crate::options;
use crate::place::Place;
use crate::progress::Progress;
use crate::show::count;
use crate::{Exit, Outcome, signal};

mod csv;
pub(crate) mod file;
mod format;
mod jsonl;
mod lines;
pub(crate) mod links;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use format::{Flaw, Format, Head, Tail};
pub use read::{ExportReader, ReadError};

use file::Unfinished;
use write::{ExportError, Wanted, export};

/// Which pool, and into which file.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: Option<Command>,
    #[command(flatten)]
    whole: Whole,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes who is who instead: user ids, old subs and new subs, for the application's own database. No call to a pool.
    Links(links::Arguments),
}

/// A whole pool.
#[derive(Debug, Args)]
struct Whole {
    /// The file to write; its folder must be closed to others, because it
    /// holds personal data.
    #[arg(value_name = "FILE", required = true)]
    file: Option<PathBuf>,
    /// jsonl holds everything; csv is one flat row a user, whose cells a
    /// spreadsheet has to read as text: what begins with = is a formula to it.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Whose users.
    #[arg(long, value_enum, default_value_t = Which::Old)]
    pool: Which,
    /// Second factors too: one call a user, which makes each a monthly active
    /// user.
    #[arg(long)]
    mfa: bool,
    /// Replaces a file that is there.
    #[arg(long)]
    force: bool,
    /// The share of each quota of Cognito that this command may take, in
    /// percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
    percent: u8,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    old_pool: Option<PoolId>,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    new_pool: Option<PoolId>,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    old_pool_endpoint: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// The pool being left.
    Old,
    /// The pool being moved to.
    New,
}

impl Whole {
    fn pool_id(&self) -> anyhow::Result<&PoolId> {
        let (id, option) = match self.pool {
            Which::Old => (&self.old_pool, "--old-pool / TWINPOOL_OLD_POOL_ID"),
            Which::New => (&self.new_pool, "--new-pool / TWINPOOL_NEW_POOL_ID"),
        };
        id.as_ref().ok_or_else(|| Misuse(format!("which pool? say {option}")).into())
    }

    fn problem(&self, pool: &PoolId, error: PortError) -> anyhow::Error {
        match self.pool {
            Which::Old => options::old_pool_problem(pool, error),
            Which::New => options::new_pool_problem(pool, error),
        }
    }

    fn failure(&self, pool: &PoolId, file: &Path, error: ExportError) -> anyhow::Error {
        match error {
            ExportError::Walk(WalkError::Port(error)) => self.problem(pool, error),
            ExportError::Write(error) => {
                anyhow::Error::new(error).context(format!("cannot write {}", file.display()))
            }
            other => other.into(),
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    match (&arguments.what, &arguments.whole.file) {
        (Some(Command::Links(arguments)), _) => links::run(arguments).await,
        (None, Some(file)) => run_whole(&arguments.whole, file).await,
        (None, None) => Err(Misuse("into which file? say `twinpool export FILE`".to_owned()).into()),
    }
}

async fn run_whole(arguments: &Whole, path: &Path) -> Outcome {
    let pool = arguments.pool_id()?;
    // Before any call: a folder that will not do is said at once.
    let file = Unfinished::begin(path, arguments.force)?;
    let config = options::aws_with(Patience::BULK).await?;
    let config = match arguments.pool {
        Which::Old => config,
        Which::New => arguments.place.config(&config, pool, Patience::BULK).await?,
    };
    let endpoint = arguments.old_pool_endpoint.clone().filter(|_| arguments.pool == Which::Old);
    let budget = Budget { percent: arguments.percent, processes: NonZeroU32::MIN };
    let cognito = CognitoPool::connect(&config, endpoint, pool.clone());
    let quotas = quotas::read(&config).await.quotas;
    let governed = Governed::new(cognito, Arc::new(Governor::with_quotas(budget, quotas)));
    let about = governed.size().await.map_err(|error| arguments.problem(pool, error))?;
    let progress = Progress::new(Some(about));
    let wanted = Wanted { format: arguments.format, mfa: arguments.mfa };
    let work = export(&governed, file, wanted, &SystemClock, &progress);
    let (tail, file) = tokio::select! {
        done = work => done.map_err(|error| arguments.failure(pool, path, error))?,
        () = signal::once() => anyhow::bail!("stopped: nothing is left of the half-written file"),
    };
    progress.end();
    file.finish().context("the users were read, and the file cannot be put in its place")?;
    Ok((arguments.told(pool, path, tail), if tail.unreadable == 0 { Exit::Done } else { Exit::Warned }))
}

impl Whole {
    fn told(&self, pool: &PoolId, file: &Path, tail: Tail) -> String {
        let shown = file.display().to_string();
        if self.json {
            let all = json!({
                "file": shown,
                "pool": pool.as_str(),
                "users": tail.users,
                "unreadable": tail.unreadable,
            });
            return format!("{all:#}\n");
        }
        let which = match self.pool {
            Which::Old => Pool::Old,
            Which::New => Pool::New,
        };
        let users = usize::try_from(tail.users).unwrap_or(usize::MAX);
        let mut out = format!("{} of the {which} {pool} in {shown}\n", count(users, "user"));
        if tail.unreadable > 0 {
            out.push_str(&format!(
                "not in it: {} whom Cognito shows in a form that this twinpool cannot read\n",
                tail.unreadable
            ));
        }
        out.push_str(
            "it holds personal data: keep it where nobody else can read it, and delete it when it is used\n",
        );
        out
    }
}
