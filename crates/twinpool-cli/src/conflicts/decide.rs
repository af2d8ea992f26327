//! `twinpool conflicts resolve`: what a person decides is written on the link, and the mirror is asked to look.

use anyhow::Context as _;
use clap::{ArgGroup, Args};
use serde_json::json;
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_core::account::{Account, IdReader as _};
use twinpool_core::decision::{Decision, Decisions};
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, NewSub, OldSub, PoolId, ProviderName, Sub};
use twinpool_core::link::Link;
use twinpool_core::port::{Class, DecisionStore as _, LinkReader, PoolReader as _, by_sub};
use twinpool_core::snapshot::Factor;

use super::check::{Asked, Others, check_decision, effect, is_decided};
use super::{list, many};
use crate::ask::{self, Answer};
use crate::operator::Operator;
use crate::options::{self, Consent, Mirror, Table};
use crate::place::Place;
use crate::resolve::{find, not_found};
use crate::{Exit, Outcome, show};

/// What to decide, and about whom.
#[derive(Debug, Args)]
#[command(
    after_help = options::WHERE,
    override_usage = "twinpool conflicts resolve [OPTIONS] <SUB OR USER ID> <DECISION>\n       \
        twinpool conflicts resolve [OPTIONS] --reason <REASON> <DECISION>\n       \
        twinpool conflicts resolve [OPTIONS] --twins-into-first\n\n\
        Decisions: --keep-old, --keep-new, --link-to, --merge-into, --leave-out or\n\
        --forget",
    group(ArgGroup::new("whom").required(true).args(["id", "reason", "twins_into_first"]).multiple(true)),
    group(ArgGroup::new("decision").required(true).args(["keep_old", "keep_new", "link_to", "merge_into", "leave_out", "forget", "twins_into_first"])),
    group(ArgGroup::new("subject").args(["attribute", "group", "identity", "factor"]))
)]
pub(crate) struct Arguments {
    /// The user: a sub of the old pool, as the list shows it, a sub of the new pool, or a user id.
    #[arg(value_name = "SUB OR USER ID", value_parser = options::an_id)]
    id: Option<Sub>,
    /// Instead of one user: all that have this reason, each for what is held back.
    #[arg(long, value_parser = list::a_reason, conflicts_with_all = ["id", "subject", "link_to", "merge_into"])]
    pub(super) reason: Option<Reason>,
    /// All twins who are no pair: merges each into the old user who came first and holds the name.
    #[arg(long, conflicts_with_all = ["id", "subject"])]
    pub(super) twins_into_first: bool,
    /// The old pool's value counts: whoever signs in with it in the new pool loses it.
    #[arg(long)]
    keep_old: bool,
    /// The new pool's value stands.
    #[arg(long)]
    keep_new: bool,
    /// This user of the new pool is the one.
    #[arg(long, value_name = "NEW SUB", value_parser = a_new_sub)]
    link_to: Option<NewSub>,
    /// One person with this user of the old pool, whose user id counts.
    #[arg(long, value_name = "SUB OR USER ID", value_parser = options::an_id)]
    merge_into: Option<Sub>,
    /// Is not carried over.
    #[arg(long)]
    leave_out: bool,
    /// What was decided before counts no more.
    #[arg(long)]
    forget: bool,
    /// About one attribute, by its name in the new pool, and not about the whole user.
    #[arg(long, value_name = "NAME", value_parser = an_attribute)]
    attribute: Option<AttributeName>,
    /// About membership of one group, by its name in the new pool.
    #[arg(long, value_name = "NAME", value_parser = a_group)]
    group: Option<GroupName>,
    /// About the sign-in with one identity provider, by its name in the new pool.
    #[arg(long, value_name = "PROVIDER", value_parser = a_provider)]
    identity: Option<ProviderName>,
    /// About one second factor: sms, email, totp, passkeys or devices.
    #[arg(long, value_parser = a_factor)]
    factor: Option<Factor>,
    /// The pool being moved to: for --link-to.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    new_pool: Option<PoolId>,
    #[command(flatten)]
    place: Place,
    /// For programs: one JSON object.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) consent: Consent,
    #[command(flatten)]
    pub(super) table: Table,
    #[command(flatten)]
    mirror: Mirror,
}

fn a_new_sub(text: &str) -> Result<NewSub, &'static str> {
    options::an_id(text).map(NewSub::from)
}

fn an_attribute(text: &str) -> Result<AttributeName, twinpool_core::id::IdError> {
    AttributeName::parse(text)
}

fn a_group(text: &str) -> Result<GroupName, twinpool_core::id::IdError> {
    GroupName::parse(text)
}

fn a_provider(text: &str) -> Result<ProviderName, twinpool_core::id::IdError> {
    ProviderName::parse(text)
}

fn a_factor(text: &str) -> Result<Factor, &'static str> {
    Factor::from_code(text).ok_or("a factor is sms, email, totp, passkeys or devices")
}

impl Arguments {
    /// Not a `requires` of clap, which takes a value of twinpool.toml or of the stack for none.
    pub(super) fn lacking(&self) -> Vec<&'static str> {
        let lacks_pool = self.link_to.is_some() && self.new_pool.is_none();
        if lacks_pool { vec!["--new-pool <ID>"] } else { Vec::new() }
    }

    fn subject(&self) -> Subject {
        let attribute = self.attribute.clone().map(Subject::Attribute);
        let group = || self.group.clone().map(Subject::Group);
        let identity = || self.identity.clone().map(Subject::Identity);
        let factor = || self.factor.map(Subject::Factor);
        attribute.or_else(group).or_else(identity).or_else(factor).unwrap_or(Subject::User)
    }

    /// `None` with --twins-into-first, where it depends on the user.
    pub(super) fn asked(&self) -> Option<Asked> {
        let decision = match (&self.link_to, &self.merge_into) {
            (Some(sub), _) => Decision::LinkTo(sub.clone()),
            (None, Some(sub)) => Decision::MergeInto(OldSub::from(sub.clone())),
            (None, None) if self.keep_old => Decision::KeepOld,
            (None, None) if self.keep_new => Decision::KeepNew,
            (None, None) if self.leave_out => Decision::LeaveOut,
            (None, None) => return self.forget.then_some(Asked::Forget),
        };
        Some(Asked::Decide(decision))
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let new_pool = arguments.new_pool.as_ref();
    let operator = arguments.mirror.connect(&config, &arguments.table, new_pool).await?;
    let (Some(id), Some(mut asked)) = (&arguments.id, arguments.asked()) else {
        return many::run(arguments, &operator).await;
    };
    let problem = |error| arguments.table.problem(error);
    let Some(link) = find(&operator.links, id).await.map_err(problem)? else {
        return Ok(not_found(arguments.json));
    };
    let mut as_named = options::named(id, &link);
    if let Some(into) = &arguments.merge_into
        && let Some(other) = find(&operator.links, into).await.map_err(problem)?
    {
        as_named.push_str(&options::named(into, &other));
        asked = Asked::Decide(Decision::MergeInto(other.old_sub));
    }
    let subject = arguments.subject();
    if is_decided(&link, &subject, &asked) {
        return Ok((decided_already(arguments, &link, &as_named), Exit::Done));
    }
    let mut others = others(&operator.links, &asked).await.map_err(problem)?;
    if let (Some(new_sub), Some(id)) = (&arguments.link_to, new_pool) {
        let holders = operator.links.user_ids().user_ids(&[Account::from(new_sub)]).await;
        others.belongs_to = holders.map_err(problem)?.into_iter().flatten().next();
        let of_new = arguments.place.config(&config, id, Patience::MIRROR).await?;
        let pool = CognitoPool::connect(&of_new, None, id.clone());
        let user = pool.user(&by_sub(new_sub)).await;
        let user = user.map_err(|error| options::new_pool_problem(id, error))?;
        others.is_in_new_pool = user.is_some_and(|user| user.sub.as_str() == new_sub.as_str());
    }
    let decisions = match check_decision(&link, &subject, &asked, &others) {
        Ok(decisions) => decisions,
        Err(refusal) => return Ok(refused(arguments, &refusal)),
    };
    let what = format!("{as_named}{}: {}.\n", link.old_sub, effect(&link, &subject, &asked));
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown => return Ok((shown(arguments, &what), Exit::Done)),
        Answer::Declined => return Ok(("nothing was done\n".to_owned(), Exit::Failed)),
    }
    carry_out(&operator, &link, &decisions, &arguments.table).await?;
    let answer = operator.answer(&link).await?;
    let text =
        if arguments.json { format!("{:#}\n", answer.json(&link)) } else { as_named + &answer.words(&link) };
    Ok((text, answer.exit()))
}

fn decided_already(arguments: &Arguments, link: &Link, as_named: &str) -> String {
    let sub = &link.old_sub;
    if arguments.json {
        return format!("{:#}\n", json!({ "old_sub": sub.as_str(), "answer": "decided already" }));
    }
    let text = format!("{sub} has this decision; twinpool sync {sub} has the mirror look again");
    as_named.to_owned() + &show::field("as it was", &text)
}

fn shown(arguments: &Arguments, what: &str) -> String {
    if arguments.json {
        return format!("{:#}\n", json!({ "answer": "dry run", "would": what.trim_end() }));
    }
    format!("dry run: {what}")
}

/// Nothing was written.
fn refused(arguments: &Arguments, why: &str) -> (String, Exit) {
    let text = if arguments.json {
        format!("{:#}\n", json!({ "answer": "refused", "why": why }))
    } else {
        show::field("refused", why)
    };
    (text, Exit::Usage)
}

/// What the table says of the others that a decision is about.
pub(super) async fn others(links: &impl LinkReader, asked: &Asked) -> twinpool_core::port::Answer<Others> {
    let mut others = Others::default();
    match asked {
        Asked::Decide(Decision::MergeInto(into)) => others.into = links.link(into).await?,
        // That is for one user alone, and looked up there.
        Asked::Decide(Decision::LinkTo(_)) => {}
        Asked::Decide(Decision::KeepOld | Decision::KeepNew | Decision::LeaveOut) | Asked::Forget => {}
    }
    Ok(others)
}

/// Writes the decisions on the link as it was read, and sends the mirror.
pub(super) async fn carry_out(
    operator: &Operator,
    link: &Link,
    decisions: &Decisions,
    table: &Table,
) -> anyhow::Result<()> {
    let sub = &link.old_sub;
    operator.links.decide(link, decisions).await.map_err(|error| match error.class {
        Class::Stale => anyhow::anyhow!(
            "{sub} was changed while you decided: look again with twinpool conflicts show {sub}"
        ),
        _ => table.problem(error),
    })?;
    operator.send(link, "Resolve").await.with_context(|| {
        format!(
            "the decision about {sub} is written, and the mirror was not asked: twinpool sync {sub} asks it"
        )
    })
}
