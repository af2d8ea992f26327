//! `twinpool explain`: one user told whole. Reads only.

use std::collections::BTreeSet;

use clap::Args;
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_core::account::{Accounts, IdReader as _};
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{OldSub, PoolId, Username};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, LinkReader as _, LinkScan, PoolReader, PortError, by_sub};
use twinpool_core::snapshot::Snapshot;
use twinpool_rules::Rules;

use crate::conflicts::walk;
use crate::options::{self, Pools, RulesFile, Table};
use crate::resolve::{find, primary};
use crate::{Exit, Outcome};

mod compare;
mod password;
mod person;
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
pub(crate) struct Whole {
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

/// Where to look.
pub(crate) struct Eyes {
    pub(crate) links: Links,
    pub(crate) old_pool: CognitoPool,
    pub(crate) new_pool: CognitoPool,
    pub(crate) rules: Rules,
    /// Which rules they are.
    pub(crate) rules_are: String,
}

/// Why nobody is told of.
pub(crate) enum Unread {
    /// What was typed is no id and no name.
    NoName,
    Table(PortError),
    OldPool(PortError),
    NewPool(PortError),
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let eyes = arguments.eyes().await?;
    let told = eyes.tell(arguments.who.trim(), arguments.aliases).await;
    match told.map_err(|why| arguments.problem(why))? {
        Some(user) if arguments.json => Ok((format!("{:#}\n", user.json()), Exit::Done)),
        Some(user) => Ok((user.text(), Exit::Done)),
        None if arguments.json => Ok(("null\n".to_owned(), Exit::NotFound)),
        None => Ok((nobody(&arguments.pools.old_pool), Exit::NotFound)),
    }
}

impl Arguments {
    /// What these words name.
    pub(crate) async fn eyes(&self) -> anyhow::Result<Eyes> {
        let (rules, rules_are) = self.rules.read()?;
        let config = options::aws().await?;
        let links = self.table.connect(&config);
        self.pools.check(&links, &self.table).await?;
        let of_new = self.pools.new_config(&config, Patience::MIRROR).await?;
        let (old_pool, new_pool) = (self.pools.old(&config), self.pools.new_pool(&of_new));
        Ok(Eyes { links, old_pool, new_pool, rules, rules_are })
    }

    fn problem(&self, why: Unread) -> anyhow::Error {
        match why {
            // Nothing of what was typed is said: it may be an address.
            Unread::NoName => anyhow::anyhow!(
                "this is no sub, user id or username: a username has no blanks and at most 128 characters"
            ),
            Unread::Table(error) => self.table.problem(error),
            Unread::OldPool(error) => self.pools.old_problem(error),
            Unread::NewPool(error) => self.pools.new_problem(error),
        }
    }
}

impl Eyes {
    /// All of one user, by a sub, a user id or a username of the old pool. `None`: nobody.
    pub(crate) async fn tell(&self, who: &str, aliases: bool) -> Result<Option<Whole>, Unread> {
        let mut link = match options::an_id(who) {
            Ok(id) => find(&self.links, &id).await.map_err(Unread::Table)?,
            Err(_) => None,
        };
        let reference = match &link {
            Some(link) => UserRef::Sub(link.sub()),
            None => UserRef::Username(Username::parse(who).map_err(|_| Unread::NoName)?),
        };
        let old_shape = self.old_pool.shape().await.map_err(Unread::OldPool)?;
        let old = whole(&self.old_pool, &reference, &old_shape).await.map_err(Unread::OldPool)?;
        let old =
            old.filter(|user| link.as_ref().is_none_or(|link| link.old_sub.as_str() == user.sub.as_str()));
        if let (None, Some(user)) = (&link, &old) {
            link = self.links.link(&OldSub::from(user.sub.clone())).await.map_err(Unread::Table)?;
        }
        if link.is_none() && old.is_none() {
            return Ok(None);
        }
        let primary = match &link {
            Some(link) => primary(&self.links, link).await.map_err(Unread::Table)?,
            None => None,
        };
        let new_shape = self.new_pool.shape().await.map_err(Unread::NewPool)?;
        let new = self.counterpart(primary.as_ref().or(link.as_ref()), &new_shape).await?;
        let aliases = match &link {
            Some(link) if aliases => {
                Some(merged_into(&self.links, &link.old_sub).await.map_err(Unread::Table)?)
            }
            _ => None,
        };
        let accounts = match &link {
            Some(link) => self.links.user_ids().accounts(&link.user_id).await.map_err(Unread::Table)?,
            None => None,
        };
        let (rules, rules_are) = (self.rules.clone(), self.rules_are.clone());
        Ok(Some(Whole { link, primary, aliases, accounts, old, new, new_shape, rules, rules_are }))
    }

    /// The user of the new pool whom the link names.
    async fn counterpart(&self, link: Option<&Link>, shape: &PoolShape) -> Result<Option<Snapshot>, Unread> {
        let Some(who) = link.and_then(new_sub) else {
            return Ok(None);
        };
        let user = whole(&self.new_pool, &who, shape).await.map_err(Unread::NewPool)?;
        Ok(user.filter(|user| who.parameter() == user.sub.as_str()))
    }
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
