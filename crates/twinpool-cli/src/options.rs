//! Options that several commands share, and what they connect to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::cognito::facts::Facts;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::new_pool::is_role_refused;
use twinpool_aws::setup::CognitoSettings;
use twinpool_aws::sqs::Queue;
use twinpool_core::id::{IdError, Pool, PoolId, RunId, Sub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::port::{Answer, PortError};
use twinpool_engine::{NoSelector, Selector, StartError};
use twinpool_rules::Rules;

use crate::bound::right_pools;
use crate::defaults::file::NAME;
use crate::defaults::place;
use crate::failure::unusable;
use crate::operator::Operator;
use crate::place::Place;
use crate::random::random;
use crate::show;

/// Where the ids come from, at the end of each command's help.
pub(crate) const WHERE: &str = "What no option says comes from the environment, else from twinpool.toml\n\
    (`twinpool init` writes it), else from the outputs of the stack that it names:\n\
    `twinpool where` shows what is used, and from where.";

/// Which table to look into.
#[derive(Debug, Args)]
pub(crate) struct Table {
    /// The table of links: the stack's output `TableName`.
    #[arg(long, env = "TWINPOOL_LINKS_TABLE", hide_env_values = true, value_name = "NAME")]
    pub(crate) table: String,
}

impl Table {
    pub(crate) fn connect(&self, config: &Config) -> Links {
        Links::connect(config, self.table.clone(), None)
    }

    /// What to say when the table does not answer.
    pub(crate) fn problem(&self, error: PortError) -> anyhow::Error {
        table_problem(&self.table, error)
    }
}

/// What to say when the table does not answer.
pub(crate) fn table_problem(table: &str, error: PortError) -> anyhow::Error {
    unusable(&format!("the table {table}"), "--table / TWINPOOL_LINKS_TABLE", error)
}

/// Both pools.
#[derive(Debug, Args)]
pub(crate) struct Pools {
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = a_pool)]
    pub(crate) old_pool: PoolId,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = a_pool)]
    new_pool: PoolId,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    old_pool_endpoint: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

impl Pools {
    /// The old pool and the new one.
    pub(crate) fn ids(&self) -> [&PoolId; 2] {
        [&self.old_pool, &self.new_pool]
    }

    /// Where the old pool answers, if not where AWS has it.
    pub(crate) fn old_endpoint(&self) -> Option<String> {
        self.old_pool_endpoint.clone()
    }

    pub(crate) fn old(&self, config: &Config) -> CognitoPool {
        CognitoPool::connect(config, self.old_pool_endpoint.clone(), self.old_pool.clone())
    }

    /// What else there is to know of the old pool and of the new one. `new_config`: from [`Pools::new_config`].
    pub(crate) fn facts(&self, config: &Config, new_config: &Config) -> Answer<[Facts; 2]> {
        let old = Facts::connect(config, self.old_pool_endpoint.clone(), self.old_pool.clone())?;
        Ok([old, Facts::connect(new_config, None, self.new_pool.clone())?])
    }

    /// Refuses pools that are not those of the table.
    pub(crate) async fn check(&self, links: &Links, table: &Table) -> anyhow::Result<()> {
        right_pools(links, &table.table, Some(&self.old_pool), Some(&self.new_pool)).await.map(drop)
    }

    /// What to say when the old pool does not answer.
    pub(crate) fn old_problem(&self, error: PortError) -> anyhow::Error {
        old_pool_problem(&self.old_pool, error)
    }

    /// What to say when the new pool does not answer.
    pub(crate) fn new_problem(&self, error: PortError) -> anyhow::Error {
        new_pool_problem(&self.new_pool, error)
    }

    /// What to say when the engine does not start.
    pub(crate) fn start_problem(&self, error: StartError) -> anyhow::Error {
        match error {
            StartError::Shape(Pool::New, error) if is_role_refused(&error) => self.new_problem(error),
            other => other.into(),
        }
    }

    /// Region and credentials for all calls about the new pool. `stack`: those for all else.
    pub(crate) async fn new_config(&self, stack: &Config, patience: Patience) -> anyhow::Result<Config> {
        self.place.config(stack, &self.new_pool, patience).await
    }

    /// The settings of the old pool and of the new one. `new_config`: from [`Pools::new_config`].
    pub(crate) fn settings(&self, config: &Config, new_config: &Config) -> [Answer<CognitoSettings>; 2] {
        [
            CognitoSettings::connect(config, self.old_pool_endpoint.clone(), self.old_pool.clone()),
            CognitoSettings::connect(new_config, None, self.new_pool.clone()),
        ]
    }

    /// The new pool. `config`: from [`Pools::new_config`].
    pub(crate) fn new_pool(&self, config: &Config) -> CognitoPool {
        CognitoPool::connect(config, None, self.new_pool.clone())
    }
}

/// What to say when the old pool does not answer.
pub(crate) fn old_pool_problem(pool: &PoolId, error: PortError) -> anyhow::Error {
    unusable(&format!("the old pool {pool}"), "--old-pool / TWINPOOL_OLD_POOL_ID", error)
}

/// What to say when the new pool does not answer.
pub(crate) fn new_pool_problem(pool: &PoolId, error: PortError) -> anyhow::Error {
    unusable(&format!("the new pool {pool}"), "--new-pool / TWINPOOL_NEW_POOL_ID, --new-pool-region", error)
}

/// How the mirror is asked to look at a user.
#[derive(Debug, Args)]
pub(crate) struct Mirror {
    /// The queue of change events: the stack's output `QueueUrl`.
    #[arg(long, env = "TWINPOOL_QUEUE_URL", hide_env_values = true, value_name = "URL")]
    queue_url: String,
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = a_pool)]
    old_pool: PoolId,
    /// Asks the mirror, and does not wait for what becomes of it.
    #[arg(long)]
    no_wait: bool,
    /// Waits this many seconds at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, conflicts_with = "no_wait")]
    wait: u64,
}

impl Mirror {
    /// Refuses pools that are not those of the table.
    pub(crate) async fn connect(
        &self,
        config: &Config,
        table: &Table,
        new_pool: Option<&PoolId>,
    ) -> anyhow::Result<Operator> {
        let links = table.connect(config);
        right_pools(&links, &table.table, Some(&self.old_pool), new_pool).await?;
        Ok(Operator {
            links,
            queue: Queue::connect_without_key(config, self.queue_url.clone()),
            pool: self.old_pool.clone(),
            wait: (!self.no_wait).then_some(Duration::from_secs(self.wait)),
        })
    }
}

/// What a command that changes something may do without asking.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Consent {
    /// Does it without asking.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Shows what would be done, and does nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// The owner's rules.
#[derive(Debug, Args)]
pub(crate) struct RulesFile {
    /// The owner's rules [default: twinpool.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

impl RulesFile {
    /// The rules, and which they are in words.
    pub(crate) fn read(&self) -> anyhow::Result<(Rules, String)> {
        let path = match &self.rules {
            Some(path) => path.as_path(),
            None if Path::new(NAME).exists() => Path::new(NAME),
            None => return Ok((Rules::default(), "the default rules".to_owned())),
        };
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the rules {name}"))?;
        let rules = Rules::parse(&text)
            .map_err(|problem| anyhow::anyhow!("cannot use the rules {}", problem.in_file(&name)))?;
        Ok((rules, format!("the rules {name}")))
    }
}

/// Region, credentials and endpoint as every AWS tool has them; what the environment does not say, of twinpool.toml.
pub(crate) async fn aws() -> anyhow::Result<Config> {
    aws_with(Patience::MIRROR).await
}

/// The same, as patient as this.
pub(crate) async fn aws_with(patience: Patience) -> anyhow::Result<Config> {
    let config = place::config(patience).await;
    anyhow::ensure!(
        config.region().is_some(),
        "no AWS Region: write it into twinpool.toml ([old_pool] region), or set AWS_REGION, or AWS_PROFILE to a profile \
         that has one"
    );
    Ok(config)
}

const NO_ID: &str = "a sub or user id looks like 9441f38c-d64d-45d1-8401-ec94ab328c6d; links hold no names or addresses. \
    Find the sub with: twinpool explain <username>, or: \
    aws cognito-idp list-users --user-pool-id <old pool> --filter 'email = \"...\"'";

/// A sub or a user id. Cognito writes them in small letters.
pub(crate) fn an_id(text: &str) -> Result<Sub, &'static str> {
    let text = text.trim();
    let is_uuid = text.len() == 36 && text.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
    let text = if is_uuid { text.to_ascii_lowercase() } else { text.to_owned() };
    Sub::parse(text).map_err(|_| NO_ID)
}

/// A line that says which user of the old pool an id is of, where it is not the old sub.
pub(crate) fn named(id: &Sub, link: &Link) -> String {
    if id.as_str() == link.old_sub.as_str() {
        return String::new();
    }
    format!("{id} is {} of the old pool.\n", link.old_sub)
}

/// The id of a pool.
pub(crate) fn a_pool(text: &str) -> Result<PoolId, IdError> {
    PoolId::parse(text.trim())
}

/// Whom a run is about. `@file` has a sub on each line.
pub(crate) fn a_selector(text: &str) -> Result<Selector, String> {
    let Some(path) = text.strip_prefix('@') else {
        return text.parse().map_err(|problem: NoSelector| problem.to_string());
    };
    let lines = std::fs::read_to_string(path).map_err(|problem| format!("cannot read {path}: {problem}"))?;
    let filled = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let sub = |(index, line): (usize, &str)| match line.parse() {
        Ok(Selector::User(sub)) => Ok(sub),
        _ => Err(format!("line {} of {path} is no sub", index + 1)),
    };
    Ok(Selector::Users(filled.map(sub).collect::<Result<_, _>>()?))
}

/// A name for a run that begins now.
pub(crate) fn fresh_run(now: Timestamp) -> anyhow::Result<RunId> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let tail: String =
        random::<4>()?.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let time: String = show::rfc3339(now).chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, hour) = time.split_at(8);
    Ok(RunId::parse(format!("{day}-{hour}-{tail}"))?)
}
