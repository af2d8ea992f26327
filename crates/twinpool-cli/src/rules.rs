//! `twinpool rules check`: what `twinpool.toml` makes of the old pool's users, and whether the new pool takes it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{AttributeName, PoolId, Sub};
use twinpool_core::port::PoolReader as _;
use twinpool_core::snapshot::Snapshot;
use twinpool_rules::{Rules, RulesError};

use crate::Exit;
use crate::defaults::file::NAME;
use crate::options;
use crate::place::Place;

mod pools;
mod sign_in;
mod table;

use table::{Line, Sheet};

/// What to do with the rules.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Holds the rules against both pools, and shows what becomes of each attribute. Changes nothing.
    Check(Check),
}

#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
struct Check {
    /// The rules [default: twinpool.toml]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    old_pool: PoolId,
    /// The pool being moved to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    new_pool: PoolId,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    old_pool_endpoint: Option<String>,
    #[command(flatten)]
    place: Place,
    /// The attribute of the new pool that twinpool writes.
    #[arg(long, env = "TWINPOOL_MARKER_ATTRIBUTE", hide_env_values = true, value_name = "NAME", default_value = "custom:twinpool",
          value_parser = |text: &str| AttributeName::parse(text))]
    marker: AttributeName,
    /// Take the examples from this user of the old pool; otherwise from the first few.
    #[arg(long, value_name = "SUB", value_parser = |text: &str| Sub::parse(text.trim()))]
    user: Option<Sub>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
}

/// How many users the examples are taken from: the first few may lack an attribute.
const SAMPLE: u8 = 10;

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<(String, Exit)> {
    let Command::Check(check) = &arguments.command;
    let file = read(check.rules.as_deref())?;
    let rules = match file.as_deref().map_or_else(|| Ok(Rules::default()), Rules::parse) {
        Ok(rules) => rules,
        Err(problem) => return Ok((broken(&problem, check), Exit::Blocked)),
    };
    let config = options::aws().await?;
    let old = CognitoPool::connect(&config, check.old_pool_endpoint.clone(), check.old_pool.clone());
    let of_new = check.place.config(&config, &check.new_pool, Patience::MIRROR).await?;
    let new = CognitoPool::connect(&of_new, None, check.new_pool.clone());
    let (old_shape, new_shape) = (
        old.shape().await.map_err(|error| options::old_pool_problem(&check.old_pool, error))?,
        new.shape().await.map_err(|error| options::new_pool_problem(&check.new_pool, error))?,
    );
    let users = users(&old, &check.old_pool, check.user.as_ref()).await?;
    let rows = rules.check(&old_shape, &new_shape, &check.marker);
    let lines = rows.into_iter().map(|row| Line::of(row, &rules, &users)).collect();
    let pools = pools::check(&old_shape, &new_shape, &check.marker);
    let sheet = Sheet { lines, pools, sign_in: rules.sign_in().clone() };
    let exit = sheet.exit();
    if check.json {
        return Ok((sheet.to_json(), exit));
    }
    let mut out = String::new();
    if file.is_none() {
        out += "no twinpool.toml here: without rules everything travels as it is.\n\n";
    }
    out += &sheet.to_text();
    if let Some(user) = users.first().filter(|user| check.user.is_some() && rules.view(user).left_out) {
        out += &format!("\nthe rules leave {} out: nothing of this user is mirrored.\n", user.sub);
    }
    Ok((out, exit))
}

/// The text of the rules; `None` where no file is named and none is there.
fn read(named: Option<&Path>) -> anyhow::Result<Option<String>> {
    let path = named.unwrap_or(Path::new(NAME));
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(problem) if named.is_none() && problem.kind() == ErrorKind::NotFound => Ok(None),
        Err(problem) => Err(problem)
            .with_context(|| format!("cannot read {}: name the rules with --rules", path.display())),
    }
}

fn broken(problem: &RulesError, check: &Check) -> String {
    let name = check.rules.as_deref().unwrap_or(Path::new(NAME)).display().to_string();
    let said = problem.in_file(&name);
    if !check.json {
        return format!("{said}\n");
    }
    let key = match problem {
        RulesError::Syntax { .. } => None,
        RulesError::Key { key, .. } => Some(key),
    };
    let all = json!({ "refused": true, "line": problem.line(), "key": key, "problem": said });
    format!("{all:#}\n")
}

/// Whom the examples are of.
async fn users(old: &CognitoPool, id: &PoolId, sub: Option<&Sub>) -> anyhow::Result<Vec<Snapshot>> {
    let Some(sub) = sub else {
        return old.sample(SAMPLE).await.with_context(|| {
            format!("cannot list users of {id} for the examples: check your permission cognito-idp:ListUsers, or name one with --user")
        });
    };
    let who = UserRef::Sub(sub.clone());
    let failed = || {
        format!(
            "cannot read the user {sub} of {id}: check your permissions cognito-idp:AdminGetUser and AdminListGroupsForUser"
        )
    };
    let user = old.user(&who).await.with_context(failed)?;
    let user =
        user.with_context(|| format!("the pool {id} has no user {sub}: give the sub of the old pool"))?;
    let groups = old.groups(&who).await.with_context(failed)?.unwrap_or_default();
    Ok(vec![Snapshot { groups, ..user }])
}
