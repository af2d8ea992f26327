//! `twinpool reset-passwords`: after a rollback, the old pool has people reset who would type a password that it does not know.

use std::num::NonZeroU32;
use std::sync::Arc;

use clap::Args;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::quotas;
use twinpool_core::id::{OldSub, PoolId, Timestamp};
use twinpool_core::phase::{Change, PhaseReader as _, PhaseStore as _, Standing};
use twinpool_core::port::{Class, Clock as _};
use twinpool_core::readiness::{InOld, OldPassword};
use twinpool_engine::{
    Awaited, Awaits, Budget, Governed, Governor, ResetPasswords, ResetWay, at_work, may_reset,
};

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::options::{self, Consent, Table};
use crate::progress::Progress;
use crate::readiness::Walked;
use crate::steps::{self, a_reason};
use crate::{Exit, Outcome};

mod carry;
mod told;

/// Whom, how, and why.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Why, for the history of the phase. Says nothing about a person.
    #[arg(long, value_name = "TEXT", value_parser = a_reason)]
    why: String,
    /// Sends nobody a message: gives each a password that nobody knows, so that only "forgot password" helps.
    #[arg(long)]
    silently: bool,
    /// Only this user of the old pool. May be repeated. Without it, everybody whom `report passwords --list need-reset` shows.
    #[arg(long, value_name = "SUB", value_parser = |text: &str| OldSub::parse(text.trim()))]
    user: Vec<OldSub>,
    /// The share of each quota of Cognito that this command may take, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
    percent: u8,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    table: Table,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    old_pool_endpoint: Option<String>,
}

impl Arguments {
    fn way(&self) -> ResetWay {
        if self.silently { ResetWay::Silently } else { ResetWay::Message }
    }

    async fn who(&self, links: &Links) -> anyhow::Result<Vec<OldSub>> {
        if !self.user.is_empty() {
            return Ok(self.user.clone());
        }
        let walked = Walked::over(links, SystemClock.now()).await;
        let mut walked = walked.map_err(|error| self.table.problem(error))?;
        let mut who: Vec<_> = walked.ways.all().filter_map(needs_it).collect();
        who.sort_unstable();
        Ok(who)
    }

    async fn pool(&self, config: &Config, old: PoolId) -> Governed<CognitoPool> {
        let budget = Budget { percent: self.percent, processes: NonZeroU32::MIN };
        let cognito = CognitoPool::connect(config, self.old_pool_endpoint.clone(), old);
        let quotas = quotas::read(config).await.quotas;
        Governed::new(cognito, Arc::new(Governor::with_quotas(budget, quotas)))
    }

    /// Keeps why in the history. Whoever changed the phase meanwhile may have sent everybody to the new pool again.
    async fn keep_why(&self, config: &Config, links: &Links, standing: &Standing) -> anyhow::Result<()> {
        let who = steps::who(config).await;
        let here = (standing.phase, standing.share);
        let line = Change {
            version: standing.version,
            from: here,
            to: here,
            at: SystemClock.now(),
            who,
            why: format!("reset-passwords: {}", self.why),
            forced: Vec::new(),
        };
        match links.change(standing, &line).await {
            Ok(_) => Ok(()),
            Err(error) if error.class == Class::Stale => anyhow::bail!(
                "somebody else changed the phase at the same time: nothing was done; look with `twinpool phase`"
            ),
            Err(error) => Err(self.table.problem(error)),
        }
    }
}

/// Whoever would fail at the old pool, and is not asked for a reset yet.
fn needs_it(one: Awaited) -> Option<OldSub> {
    let needs = matches!(one.what, Awaits::Old(InOld::Own | InOld::Made, OldPassword::Reset(_)));
    needs.then(|| OldSub::from(one.who))
}

/// Why nobody may be put to reset from here.
fn refusal(standing: &Standing, now: Timestamp) -> Option<String> {
    if !may_reset(standing.phase) {
        return Some(format!(
            "people are put to reset only after a rollback, or in a canary, and the phase is {}; who would need it then: \
             `twinpool report passwords`",
            standing.phase
        ));
    }
    let busy = at_work(standing, now)?;
    Some(format!(
        "another command is at work on the phase ({}, by {}): wait for its end, or look with `twinpool phase`",
        busy.what, busy.who
    ))
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws_with(Patience::BULK).await?;
    let links = arguments.table.connect(&config);
    let problem = |error| arguments.table.problem(error);
    let standing = links.standing().await.map_err(problem)?;
    if let Some(why) = refusal(&standing, SystemClock.now()) {
        return Ok(steps::refused(&why, Some(&standing), &[], arguments.json));
    }
    let Some((old, _)) = links.pools().await.map_err(problem)? else {
        anyhow::bail!(
            "the table {} is of no pools yet: nothing was ever carried over",
            arguments.table.table
        );
    };
    let who = arguments.who(&links).await?;
    if who.is_empty() {
        return Ok((told::nobody(arguments.json), Exit::Done));
    }
    match ask::before(&arguments.consent, &told::intent(who.len(), arguments.way()))? {
        Answer::Go => {}
        Answer::Shown if arguments.json => return Ok((told::plan_json(who.len()), Exit::Done)),
        Answer::Shown => return Ok((told::intent(who.len(), arguments.way()), Exit::Done)),
        Answer::Declined => return Ok(steps::declined(Some(&standing), &[], arguments.json)),
    }
    arguments.keep_why(&config, &links, &standing).await?;
    let pool = arguments.pool(&config, old).await;
    let progress = Progress::new(Some(who.len() as u64));
    let resets = ResetPasswords::new(&pool, &links, &SystemClock, arguments.way());
    let result = carry::reset_all(&resets, &who, &progress).await;
    Ok(told::told(&result, arguments.json))
}

#[cfg(test)]
mod tests {
    use twinpool_core::phase::{Busy, Phase};

    use super::*;

    #[test]
    fn nobody_is_put_to_reset_while_everybody_is_sent_to_the_new_pool_or_while_somebody_changes_the_phase() {
        for phase in Phase::ALL {
            let standing = Standing { phase, ..Standing::default() };
            let may = [Phase::Canary, Phase::RolledBack].contains(&phase);
            assert_eq!(refusal(&standing, Timestamp(2)).is_none(), may, "{phase}");
        }
        let busy = Busy { what: "switch".to_owned(), who: "role/Admin".to_owned(), at: Timestamp(1) };
        let standing = Standing { phase: Phase::RolledBack, busy: Some(busy), ..Standing::default() };
        assert!(refusal(&standing, Timestamp(2)).unwrap().contains("switch"));
        assert_eq!(refusal(&standing, Timestamp(3_600_000)), None, "that command is dead");
    }
}
