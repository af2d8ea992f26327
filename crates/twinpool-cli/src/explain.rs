//! `twinpool explain`: one user told whole. Reads only.

use std::collections::BTreeSet;

use clap::Args;
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_core::account::{Accounts, IdReader as _};
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{OldSub, PoolId, Username};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, LinkReader as _, LinkScan, PoolReader, by_sub};
use twinpool_core::snapshot::Snapshot;
use twinpool_rules::Rules;

use crate::conflicts::walk;
use crate::options::{self, Pools, RulesFile, Table};
use crate::resolve::{find, primary};
use crate::{Exit, Outcome};

mod compare;
mod password;
mod told;

/// Whom to tell of.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE, override_usage = "twinpool explain [OPTIONS] <SUB, USERNAME OR USER ID>")]
pub(crate) struct Arguments {
    /// A sub of either pool, a user id, or a username of the old pool, which may be an address.
    #[arg(value_name = "SUB, USERNAME OR USER ID")]
    who: String,
    /// Also walks over the whole table for those who were merged into this user.
    #[arg(long)]
    aliases: bool,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pools: Pools,
    #[command(flatten)]
    rules: RulesFile,
}

/// All that is known of one user.
struct Whole {
    link: Option<Link>,
    /// Of a merged user, the one whose user id counts.
    primary: Option<Link>,
    /// Those who were merged into this user; `None` if nobody looked.
    aliases: Option<BTreeSet<OldSub>>,
    /// Everybody whom the user id stands for; `None` where there is no link.
    accounts: Option<Accounts>,
    old: Option<Snapshot>,
    new: Option<Snapshot>,
    new_shape: PoolShape,
    rules: Rules,
    /// Which rules they are.
    rules_are: String,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let (rules, rules_are) = arguments.rules.read()?;
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    arguments.pools.check(&links, &arguments.table).await?;
    let of_new = arguments.pools.new_config(&config, Patience::MIRROR).await?;
    let (old_pool, new_pool) = (arguments.pools.old(&config), arguments.pools.new_pool(&of_new));
    let problem = |error| arguments.table.problem(error);
    let old_problem = |error| arguments.pools.old_problem(error);
    let new_problem = |error| arguments.pools.new_problem(error);
    let who = arguments.who.trim();

    let mut link = match options::an_id(who) {
        Ok(id) => find(&links, &id).await.map_err(problem)?,
        Err(_) => None,
    };
    let reference = match &link {
        Some(link) => UserRef::Sub(link.sub()),
        // Nothing of what was typed is said: it may be an address.
        None => UserRef::Username(Username::parse(who).map_err(|_| {
            anyhow::anyhow!(
                "this is no sub, user id or username: a username has no blanks and at most 128 characters"
            )
        })?),
    };
    let old_shape = old_pool.shape().await.map_err(old_problem)?;
    let old = whole(&old_pool, &reference, &old_shape).await.map_err(old_problem)?;
    let old = old.filter(|user| link.as_ref().is_none_or(|link| link.old_sub.as_str() == user.sub.as_str()));
    if let (None, Some(user)) = (&link, &old) {
        link = links.link(&OldSub::from(user.sub.clone())).await.map_err(problem)?;
    }
    if link.is_none() && old.is_none() {
        let text = if arguments.json { "null\n".to_owned() } else { nobody(&old_shape.id) };
        return Ok((text, Exit::NotFound));
    }
    let primary = match &link {
        Some(link) => primary(&links, link).await.map_err(problem)?,
        None => None,
    };
    let new_shape = new_pool.shape().await.map_err(new_problem)?;
    let counterpart = primary.as_ref().or(link.as_ref()).and_then(new_sub);
    let new = match &counterpart {
        Some(who) => whole(&new_pool, who, &new_shape).await.map_err(new_problem)?,
        None => None,
    };
    let new = new.filter(|user| counterpart.as_ref().is_some_and(|who| who.parameter() == user.sub.as_str()));
    let aliases = match &link {
        Some(link) if arguments.aliases => Some(merged_into(&links, &link.old_sub).await.map_err(problem)?),
        _ => None,
    };
    let accounts = match &link {
        Some(link) => links.user_ids().accounts(&link.user_id).await.map_err(problem)?,
        None => None,
    };
    let user = Whole { link, primary, aliases, accounts, old, new, new_shape, rules, rules_are };
    let text = if arguments.json { format!("{:#}\n", user.json()) } else { user.text() };
    Ok((text, Exit::Done))
}

/// What of a user does not say the same in both pools, and what is held back: names and reasons, no values.
pub(crate) struct Differences {
    pub(crate) differs: Vec<String>,
    pub(crate) held_back: Vec<String>,
}

/// Compares both sides of a link by reading them. `None` where one of them is not there.
pub(crate) async fn differences(
    old_pool: &CognitoPool,
    new_pool: &CognitoPool,
    link: Link,
    rules: Rules,
) -> Answer<Option<Differences>> {
    let (old_shape, new_shape) = (old_pool.shape().await?, new_pool.shape().await?);
    let old = whole(old_pool, &UserRef::Sub(link.sub()), &old_shape).await?;
    let new = match new_sub(&link) {
        Some(who) => whole(new_pool, &who, &new_shape).await?,
        None => None,
    };
    if old.is_none() || new.is_none() {
        return Ok(None);
    }
    let rules_are = String::new();
    let nobody_else = Whole {
        link: Some(link),
        primary: None,
        aliases: None,
        accounts: None,
        old,
        new,
        new_shape,
        rules,
        rules_are,
    };
    Ok(Some(nobody_else.differences()))
}

fn nobody(old_pool: &PoolId) -> String {
    format!(
        "nobody: no link has this id, and the old pool has no such user.\nAn address is found only where the old pool signs in with addresses. Otherwise\nfind the sub with:\n  aws cognito-idp list-users --user-pool-id {old_pool} --filter 'email = \"...\"'\n"
    )
}

fn new_sub(link: &Link) -> Option<UserRef> {
    match &link.state {
        LinkState::Linked(linked) => Some(by_sub(&linked.new_sub)),
        LinkState::Tombstone { new_sub, .. } => new_sub.as_ref().map(by_sub),
        LinkState::Pending { .. } | LinkState::Conflict { .. } | LinkState::Merged { .. } => None,
    }
}

/// One user of one pool, with all that the pool tells.
async fn whole(pool: &CognitoPool, who: &UserRef, shape: &PoolShape) -> Answer<Option<Snapshot>> {
    let user = match pool.user(who).await {
        // Not what Cognito takes for a username.
        Err(error) if error.class == Class::Rejected => None,
        answer => answer?,
    };
    let Some(mut user) = user else {
        return Ok(None);
    };
    let name = UserRef::Username(user.username.clone());
    user.groups = pool.groups(&name).await?.unwrap_or_default();
    if shape.passkeys || shape.devices {
        user.factors = pool.factors(&name, shape).await?;
    }
    Ok(Some(user))
}

async fn merged_into(links: &impl LinkScan, sub: &OldSub) -> Answer<BTreeSet<OldSub>> {
    let mut aliases = BTreeSet::new();
    walk(links, |page| {
        let merged = page
            .links
            .into_iter()
            .filter(|link| matches!(&link.state, LinkState::Merged { into, .. } if into == sub));
        aliases.extend(merged.map(|link| link.old_sub));
    })
    .await?;
    Ok(aliases)
}
