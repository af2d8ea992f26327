//! What AWS counts of a move that is under way: CloudWatch, and the depth of the queues.
//!
//! A metric that has no point is not zero: SQS tells nothing of a queue that nobody has touched for six hours, so queues are asked
//! themselves; a function of which Lambda tells nothing was not called.

use aws_config::SdkConfig;
use serde_json::{Value, json};
use twinpool_core::criteria::Criterion;
use twinpool_core::id::Timestamp;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::verdict::{Fact, Measure};
use twinpool_core::watch::Measurer;

use crate::raw::RawClient;
use crate::settings::WatchPlaces;

mod ask;
mod curves;
mod series;
mod sign_ins;

use ask::{Span, Wanted};
use series::{Found, Series};
use sign_ins::sign_ins;

const GET_METRIC_DATA: &str = "GraniteServiceVersion20100801.GetMetricData";
const GET_QUEUE_ATTRIBUTES: &str = "AmazonSQS.GetQueueAttributes";
const MOST_PAGES: usize = 20;

/// The age of the oldest message that is older than this is no age of now.
const STALE: u64 = 5 * 60 * 1_000;

/// What CloudWatch answered, or why nothing is known of it.
type Told = Result<Found, Fact>;

/// Reads all of it. Needs `cloudwatch:GetMetricData`, and `sqs:GetQueueAttributes` of the queues.
#[derive(Debug)]
pub struct Metrics {
    metrics: RawClient,
    metrics_of_new: RawClient,
    queues: RawClient,
    places: WatchPlaces,
}

impl Metrics {
    /// `of_new`: Region and credentials of the new pool; what Cognito counts is there.
    ///
    /// # Errors
    /// When a configuration has no Region.
    pub fn connect(config: &SdkConfig, of_new: &SdkConfig, places: WatchPlaces) -> Answer<Self> {
        let metrics =
            |config| RawClient::connect(config, "monitoring", "monitoring").map(RawClient::json_1_0);
        Ok(Self {
            metrics: metrics(config)?,
            metrics_of_new: metrics(of_new)?,
            queues: RawClient::connect(config, "sqs", "sqs")?.json_1_0(),
            places,
        })
    }

    /// Without a whole minute nobody is asked: the one before the last step says nothing of it.
    async fn told(
        &self,
        client: &RawClient,
        span: Option<Span>,
        question: fn(&WatchPlaces, Span) -> Value,
    ) -> Told {
        const TOO_SOON: &str = "no whole minute has passed since the last step";
        let span = span.ok_or_else(|| Fact::Unknown(TOO_SOON.to_owned()))?;
        self.ask(client, question(&self.places, span)).await.map_err(|error| unknown(&error))
    }

    async fn ask(&self, client: &RawClient, mut question: Value) -> Answer<Found> {
        let mut found = Found::default();
        if question["MetricDataQueries"].as_array().is_none_or(Vec::is_empty) {
            return Ok(found);
        }
        for _ in 0..MOST_PAGES {
            let mut page = client.call(GET_METRIC_DATA, &question).await?;
            found.add(&page);
            question["NextToken"] = page["NextToken"].take();
            if question["NextToken"].is_null() {
                break;
            }
        }
        Ok(found)
    }

    /// Messages that wait, and messages that somebody works on.
    async fn depth(&self, url: &str) -> Answer<(u64, u64)> {
        const NAMES: [&str; 2] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let question = json!({ "QueueUrl": url, "AttributeNames": NAMES });
        let answer = self.queues.call(GET_QUEUE_ATTRIBUTES, &question).await?;
        let count = |name: &str| answer["Attributes"][name].as_str()?.parse::<u64>().ok();
        let unreadable = || PortError::new(Class::Unreadable, "GetQueueAttributes", "UnreadableResponse");
        count(NAMES[0]).zip(count(NAMES[1])).ok_or_else(unreadable)
    }

    async fn waiting(&self, url: &str) -> Fact {
        match self.depth(url).await {
            Ok((waiting, under_way)) => Fact::Amount(waiting.saturating_add(under_way)),
            Err(error) => unknown(&error),
        }
    }
}

impl Measurer for Metrics {
    async fn measures(&self, from: Timestamp, now: Timestamp) -> Vec<Measure> {
        let span = ask::span(from, now);
        let own = self.told(&self.metrics, span, ask::of_stack).await;
        let new = self.told(&self.metrics_of_new, span, ask::of_new_pool).await;
        let queue = self.depth(&self.places.queue_url).await;
        let mut all = vec![
            measure(Criterion::SignInSuccess, None, sign_ins(&new, &own)),
            measure(Criterion::MirrorAge, None, age(&own, &queue, now)),
            measure(Criterion::Conflicts, None, conflicts(&own, &queue)),
            measure(Criterion::DeadLetters, Some("mirror"), self.waiting(&self.places.dlq_url).await),
        ];
        if let Some(url) = &self.places.audit_trail_dlq_url {
            all.push(measure(Criterion::DeadLetters, Some("audit trail"), self.waiting(url).await));
        }
        let places = &self.places;
        for (place, function, errors, calls) in [
            ("HTTP API", &places.resolve, ask::RESOLVE_ERRORS, ask::RESOLVE_CALLS),
            ("authorizer", &places.authorizer, ask::AUTHORIZER_ERRORS, ask::AUTHORIZER_CALLS),
            ("tokens", &places.sign_in, ask::SIGN_IN_ERRORS, ask::SIGN_IN_CALLS),
        ] {
            if function.is_some() {
                all.push(measure(Criterion::ResolverErrors, Some(place), share(&own, errors, calls)));
            }
        }
        all
    }
}

fn measure(criterion: Criterion, place: Option<&'static str>, fact: Fact) -> Measure {
    Measure { criterion, place, fact }
}

/// Names the operation and the code, never the message.
fn unknown(error: &PortError) -> Fact {
    Fact::Unknown(error.to_string())
}

fn no_point(what: &str) -> Fact {
    Fact::Unknown(format!("CloudWatch has {what}"))
}

fn series(found: &Told, id: Wanted) -> Result<&Series, Fact> {
    let found = found.as_ref().map_err(Clone::clone)?;
    found.series(id).map_err(no_point)
}

fn age(found: &Told, queue: &Answer<(u64, u64)>, now: Timestamp) -> Fact {
    let newest = match series(found, ask::AGE) {
        Ok(series) => series.newest().filter(|(at, _)| now.0.saturating_sub(at.0) < STALE),
        Err(fact) => return fact,
    };
    match (newest, queue) {
        // Whatever CloudWatch said last of what was in it.
        (_, Ok((0, 0))) => Fact::Amount(0),
        (Some((_, age)), _) => Fact::Amount(age),
        (None, Ok(_)) => no_point("no age of a queue that is not empty"),
        (None, Err(error)) => unknown(error),
    }
}

/// The mirror counts conflicts, and says 0 whenever it works. Where it did not work and nothing waits, there were none.
fn conflicts(found: &Told, queue: &Answer<(u64, u64)>) -> Fact {
    let counted = series(found, ask::CONFLICTS)
        .and_then(|conflicts| Ok((conflicts, series(found, ask::MIRROR_CALLS)?)));
    match (counted, queue) {
        (Err(fact), _) => fact,
        (Ok((conflicts, _)), _) if !conflicts.is_empty() => Fact::Amount(conflicts.sum()),
        (Ok((_, calls)), Ok((0, 0))) if calls.sum() == 0 => Fact::Amount(0),
        (Ok(_), Err(error)) => unknown(error),
        (Ok(_), Ok(_)) => no_point("no count of the mirror's conflicts"),
    }
}

fn share(found: &Told, errors: &[Wanted], calls: Wanted) -> Fact {
    let of = match series(found, calls) {
        Ok(series) => series.sum(),
        Err(fact) => return fact,
    };
    let mut part = 0_u64;
    for id in errors {
        match series(found, id) {
            Ok(series) => part = part.saturating_add(series.sum()),
            Err(fact) => return fact,
        }
    }
    Fact::Share { part: part.min(of), of }
}

#[cfg(test)]
mod tests;
