//! Gathers what the checks are made of. What cannot be looked at is told as that, and ends nothing.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use twinpool_aws::chain::Chain;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::Stack;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::setup::LambdaFunctions;
use twinpool_core::check::{self, Facts, Lag, Look, Marker, Open};
use twinpool_core::id::AttributeName;
use twinpool_core::phase::PhaseStore as _;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::PoolReader as _;
use twinpool_core::verified::VerifiedStore as _;
use twinpool_setup::doctor::{self, Part, steps};

use crate::clock;
use crate::conflicts::{Found, walk};
use crate::digest_key;
use crate::doctor::{Parts, look};

/// A rollback looks no longer than this at anything.
const PATIENCE: Duration = Duration::from_secs(5);

/// The few things that a rollback looks at.
pub(crate) struct Brief<'a> {
    pub(crate) chain: Look<&'a Chain>,
    pub(crate) links: &'a Links,
    pub(crate) table: &'a str,
    pub(crate) queue_url: Option<&'a str>,
    /// Each with the name that it is told by.
    pub(crate) dlqs: Vec<(&'static str, &'a str)>,
}

/// Waits a while.
async fn soon<T>(look: impl Future<Output = Look<T>>) -> Look<T> {
    let late = || Err(format!("no answer in {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| late())
}

fn told(error: impl ToString) -> String {
    error.to_string()
}

impl Brief<'_> {
    /// All at once, none of it for longer than a few seconds.
    pub(crate) async fn facts(&self) -> Facts {
        let (table, last_line, queue, dead_letters) =
            tokio::join!(soon(self.id()), soon(self.last_line()), soon(self.lag()), soon(self.dead()));
        Facts { table, last_line, queue, dead_letters, ..Facts::unknown("not looked at") }
    }

    async fn id(&self) -> Look<Option<String>> {
        let table = self.chain.clone()?.table(self.table).await.map_err(told)?;
        Ok(table.get("TableId").and_then(|id| id.as_str()).map(str::to_owned))
    }

    async fn last_line(&self) -> Look<Option<u64>> {
        let lines = self.links.changes().await.map_err(told)?;
        Ok(lines.last().map(|line| line.version))
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

    async fn dead(&self) -> Look<BTreeMap<String, u64>> {
        if self.dlqs.is_empty() {
            return Err("nobody named a DLQ: --dlq-url / TWINPOOL_DLQ_URL".to_owned());
        }
        let chain = self.chain.clone()?;
        let mut all = BTreeMap::new();
        for (name, url) in &self.dlqs {
            all.insert((*name).to_owned(), waiting(chain, url).await?);
        }
        Ok(all)
    }
}

/// Whatever is in a queue: it waits, is late by intention, or is being worked on.
async fn waiting(chain: &Chain, url: &str) -> Look<u64> {
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

impl Whole<'_> {
    /// One after the other: nothing waits for it but the operator.
    pub(crate) async fn facts(&self) -> Facts {
        let seen = self.doctor().await;
        Facts {
            reverse_sync: self.reverse_sync(seen.as_ref().ok()).await,
            marker: self.marker().await,
            verified: self.brief.links.verified().await.map_err(told),
            fresh: self.fresh,
            chain: seen.map(|facts| chain(&facts)),
            conflicts: open(self.brief.links).await,
            alarms: match self.brief.chain.clone() {
                Ok(chain) => chain.alarms_on(&format!("{}-", self.stack)).await.map_err(told),
                Err(why) => Err(why),
            },
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

/// What the doctor says, but for what has a check of its own.
fn chain(facts: &doctor::Facts) -> check::Chain {
    let mut chain = check::Chain::default();
    let own = [Part::DeadLetters, Part::WayBack];
    for step in steps(facts).iter().filter(|step| !own.contains(&step.part)) {
        let told = || format!("{}: {}", step.part, step.why);
        match step.verdict {
            doctor::Verdict::Fine => chain.fine += 1,
            doctor::Verdict::Broken => chain.broken.push(told()),
            doctor::Verdict::Unseen => chain.unseen.push(told()),
        }
    }
    if facts.sign_in.is_none() {
        chain
            .unseen
            .push("sign in: nobody named the function: --sign-in-arn / TWINPOOL_SIGN_IN_ARN".to_owned());
    }
    chain
}

async fn open(links: &Links) -> Look<Open> {
    let mut open = Open::default();
    let each = |page| {
        for found in Found::on(&page).into_iter().filter(|found| found.reason.is_open()) {
            *open.by_reason.entry(found.reason).or_default() += 1;
        }
    };
    let unreadable = walk(links, each).await.map_err(told)?;
    Ok(Open { unreadable: u64::try_from(unreadable).unwrap_or(u64::MAX), ..open })
}

#[cfg(test)]
mod tests {
    use twinpool_core::pool::AttributeSchema;
    use twinpool_testkit::world::email_pool;

    use super::*;

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
