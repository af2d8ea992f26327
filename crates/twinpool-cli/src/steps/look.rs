//! Gathers what the checks are made of. What cannot be looked at is told as that, and ends nothing.

use std::future::Future;
use std::time::Duration;

use twinpool_aws::chain::Chain;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::Stack;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::setup::LambdaFunctions;
use twinpool_core::check::{self, Facts, Lag, Look, Marker};
use twinpool_core::id::AttributeName;
use twinpool_core::phase::{PhaseStore as _, Standing};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Clock as _, PoolReader as _};
use twinpool_core::readiness::Readiness;
use twinpool_core::verified::VerifiedStore as _;
use twinpool_setup::doctor::{self, Blind, Part, steps};
use twinpool_setup::port::Json;

use super::dead_letters::{self, Dlq};
use super::{alarms, walked};
use crate::clock::{self, SystemClock};
use crate::digest_key;
use crate::doctor::{Parts, look};
use crate::readiness::Heard;

/// A rollback, and a look at the whole, look no longer than this at anything.
const PATIENCE: Duration = Duration::from_secs(5);

/// The few things that a rollback looks at.
pub(crate) struct Brief<'a> {
    pub(crate) chain: Look<&'a Chain>,
    pub(crate) links: &'a Links,
    pub(crate) table: &'a str,
    pub(crate) queue_url: Option<&'a str>,
    pub(crate) dlqs: Vec<Dlq<'a>>,
}

/// Waits a while.
pub(crate) async fn soon<T>(look: impl Future<Output = Look<T>>) -> Look<T> {
    let late = || Err(format!("no answer in {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| late())
}

fn told(error: impl ToString) -> String {
    error.to_string()
}

impl Brief<'_> {
    /// All at once, none of it for longer than a few seconds.
    pub(crate) async fn facts(&self) -> Facts {
        let dead = async { dead_letters::held(self.chain.clone()?, &self.dlqs).await };
        let younger = async { self.links.younger().await.map_err(told) };
        let (table, younger, queue, dead_letters) =
            tokio::join!(soon(self.described()), soon(younger), soon(self.lag()), soon(dead));
        let restored = table.as_ref().is_ok_and(|table| table.contains_key("RestoreSummary"));
        let id = |table: Json| table.get("TableId").and_then(|id| id.as_str()).map(str::to_owned);
        let table = table.map(id);
        Facts { table, restored, younger, queue, dead_letters, ..Facts::unknown("not looked at") }
    }

    async fn described(&self) -> Look<Json> {
        self.chain.clone()?.table(self.table).await.map_err(told)
    }

    async fn lag(&self) -> Look<Lag> {
        let url = self.queue_url.ok_or("nobody named the queue: --queue-url / TWINPOOL_QUEUE_URL")?;
        let chain = self.chain.clone()?;
        let waiting = waiting(chain, url).await?;
        // A queue that is empty now is not late, whatever was measured some minutes ago.
        let oldest = if waiting == 0 { None } else { chain.age(url, clock::now()).await.ok().flatten() };
        let oldest = oldest.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Ok(Lag { waiting, oldest })
    }
}

/// Whatever is in a queue: it waits, is late by intention, or is being worked on.
pub(super) async fn waiting(chain: &Chain, url: &str) -> Look<u64> {
    const COUNTS: [&str; 3] = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible",
    ];
    let queue = chain.queue(url).await.map_err(told)?;
    let number = |name: &str| queue.get(name)?.as_str()?.parse::<u64>().ok();
    if number(COUNTS[0]).is_none() {
        return Err("the queue does not tell how much it holds".to_owned());
    }
    Ok(COUNTS.into_iter().filter_map(number).sum())
}

/// All that a switch looks at.
pub(crate) struct Whole<'a> {
    pub(crate) brief: Brief<'a>,
    pub(crate) parts: &'a Parts,
    pub(crate) stack: &'a str,
    pub(crate) configs: [&'a Config; 2],
    pub(crate) fresh: Duration,
}

/// What a switch saw.
#[derive(Debug)]
pub(crate) struct Seen {
    /// What the checks are made of.
    pub(crate) facts: Facts,
    /// What a rollback would mean now.
    pub(crate) readiness: Look<Readiness>,
}

impl Whole<'_> {
    /// One after the other: nothing waits for it but the operator.
    pub(crate) async fn see(&self, standing: &Standing) -> Seen {
        let is_elsewhere = self.is_elsewhere().await;
        let heard = Heard::of(standing, is_elsewhere);
        let (open, drain, readiness) = match walked::over(self.brief.links, SystemClock.now()).await {
            Ok((open, mut walked)) => (Ok(open), Ok(walked.drain.clone()), Ok(walked.readiness(heard))),
            Err(why) => (Err(why.clone()), Err(why.clone()), Err(why)),
        };
        let facts = Facts { conflicts: open, drain, ..self.facts(is_elsewhere).await };
        Seen { facts, readiness }
    }

    async fn is_elsewhere(&self) -> bool {
        let ([config, new_config], pools) = (self.configs, &self.parts.pools);
        let region = config.region().map(AsRef::as_ref);
        let [_, new] = pools.ids();
        pools.place.is_elsewhere(region, new) || pools.place.has_own_quotas(config, new_config).await
    }

    async fn facts(&self, is_elsewhere: bool) -> Facts {
        let seen = self.doctor().await;
        Facts {
            heard: Ok(!is_elsewhere),
            reverse_sync: self.reverse_sync(seen.as_ref().ok()).await,
            marker: self.marker().await,
            verified: self.brief.links.verified().await.map_err(told),
            fresh: self.fresh,
            ahead: seen.as_ref().map_err(Clone::clone).and_then(|facts| match &facts.ahead {
                Ok(ahead) => Ok(*ahead),
                Err(Blind::Failed(error)) => Err(told(error)),
                Err(Blind::Unnamed(option)) => Err(format!("set {option}")),
            }),
            chain: seen.map(|facts| chain(&steps(&facts), facts.sign_in.is_some(), is_elsewhere)),
            alarms: alarms::on(self.brief.chain.clone(), self.configs[0], self.stack).await,
            ..Box::pin(self.brief.facts()).await
        }
    }

    async fn doctor(&self) -> Look<doctor::Facts> {
        let chain = self.brief.chain.clone()?;
        let functions = LambdaFunctions::connect(self.configs[0]).map_err(told)?;
        let key = digest_key::text().map_err(told)?;
        Ok(Box::pin(look(self.parts, self.configs, chain, &functions, key, false)).await)
    }

    /// As the mirror was told, else as the stack was.
    async fn reverse_sync(&self, seen: Option<&doctor::Facts>) -> Look<bool> {
        if let Some(mirror) = seen.and_then(|facts| facts.mirror.as_ref().ok()) {
            let variables = mirror.get("Environment").and_then(|it| it.get("Variables"));
            let told = variables.and_then(|all| all.get("TWINPOOL_REVERSE_SYNC")).and_then(|it| it.as_str());
            return Ok(told == Some("on"));
        }
        match Stack::connect(self.configs[0], self.stack).describe().await {
            Ok(Some(stack)) => Ok(stack.parameters.get("ReverseSync").is_some_and(|it| it == "on")),
            Ok(None) => Err(format!("there is no stack {} in this Region", self.stack)),
            Err(error) => Err(error.port.to_string()),
        }
    }

    async fn marker(&self) -> Look<Marker> {
        let shape = self.parts.pools.old(self.configs[0]).shape().await.map_err(told)?;
        Ok(marker(&shape, &self.parts.marker))
    }
}

fn marker(shape: &PoolShape, name: &AttributeName) -> Marker {
    match shape.attributes.get(name) {
        Some(attribute) if attribute.mutable => Marker::Changeable,
        Some(_) => Marker::Fine,
        None => {
            let bare = name.as_str().strip_prefix("custom:").unwrap_or(name.as_str());
            Marker::Missing(format!(
                "aws cognito-idp add-custom-attributes --user-pool-id {} --custom-attributes \
                 Name={bare},AttributeDataType=String,Mutable=false",
                shape.id
            ))
        }
    }
}

/// What the doctor says, but for what has a check of its own: where the new pool is elsewhere, there is no sign-in function to name.
fn chain(steps: &[doctor::Step], has_sign_in: bool, is_elsewhere: bool) -> check::Chain {
    let mut chain = check::Chain::default();
    let has_own = |step: &doctor::Step| {
        let is_unheard = step.part == Part::WayBack && step.verdict == doctor::Verdict::Unseen;
        [Part::DeadLetters, Part::OldMarker].contains(&step.part) || (is_elsewhere && is_unheard)
    };
    for step in steps.iter().filter(|step| !has_own(step)) {
        let told = || format!("{}: {}", step.part, step.why);
        match step.verdict {
            doctor::Verdict::Fine => chain.fine += 1,
            doctor::Verdict::Broken => chain.broken.push(told()),
            doctor::Verdict::Unseen => chain.unseen.push(told()),
        }
    }
    if !has_sign_in && !is_elsewhere {
        chain
            .unseen
            .push("sign in: nobody named the function: --sign-in-arn / TWINPOOL_SIGN_IN_ARN".to_owned());
    }
    chain
}

#[cfg(test)]
mod tests {
    use twinpool_core::pool::AttributeSchema;
    use twinpool_testkit::world::email_pool;

    use super::*;

    #[test]
    fn a_way_back_that_is_broken_breaks_the_chain_and_what_has_its_own_check_does_not() {
        let broken = |part| doctor::Step::broken(part, "so", "do");
        let unseen = doctor::Step::unseen(Part::WayBack, "no function is named", "name it");
        let of = |steps: &[doctor::Step], elsewhere: bool| chain(steps, !elsewhere, elsewhere);
        assert_eq!(of(&[broken(Part::WayBack)], false).broken, ["way back: so"]);
        assert_eq!(of(&[broken(Part::WayBack)], true).broken, ["way back: so"]);
        let own = [broken(Part::OldMarker), broken(Part::DeadLetters)];
        assert_eq!(of(&own, false), check::Chain::default());
        assert_eq!(of(std::slice::from_ref(&unseen), false).unseen.len(), 1);
        assert_eq!(of(&[unseen], true), check::Chain::default(), "there is none to name");
        assert!(chain(&[], false, false).unseen[0].contains("--sign-in-arn"));
    }

    #[test]
    fn the_old_pool_needs_a_marker_that_nobody_can_change() {
        let name = AttributeName::parse("custom:twinpool").unwrap();
        let mut shape = email_pool("eu-west-1_Old");
        let mut with = |schema: Option<AttributeSchema>| {
            shape.attributes.remove(&name);
            shape.attributes.extend(schema.map(|schema| (name.clone(), schema)));
            marker(&shape, &name)
        };
        assert_eq!(with(Some(AttributeSchema { mutable: false, ..AttributeSchema::TEXT })), Marker::Fine);
        assert_eq!(with(Some(AttributeSchema::TEXT)), Marker::Changeable);
        let Marker::Missing(remedy) = with(None) else { panic!() };
        assert!(remedy.contains("add-custom-attributes") && remedy.contains("Mutable=false"), "{remedy}");
    }
}
