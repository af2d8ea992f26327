//! Arrivals: `ARRIVAL#<sub>`, in the table of links. Times and counts; each is written alone, so that nobody has to read first.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use twinpool_core::arrival::{Allowance, Arrival, ArrivalStore, Limit, Mark, Tried};
use twinpool_core::id::{NewSub, Sub, Timestamp};
use twinpool_core::port::{Answer, Class, PortError};

use super::item::arrival::{
    BRIDGED, CHOSEN, FIRST, LAST, TIMES, decode_arrival, field_of, is_latest, latest_of,
};
use super::item::field::{integer, number};
use super::user_ids::CAME;
use super::{Item, Links, fine_if_refused, new_key};
use crate::code::port_error;

pub(super) const PREFIX: &str = "ARRIVAL#";

const UPDATE: &str = "UpdateItem";

/// How often others may begin a count anew while one is at it.
const ROUNDS: usize = 4;

pub(super) fn arrival_key(who: &Sub) -> String {
    format!("{PREFIX}{who}")
}

/// What became of an attempt to count.
enum Counted {
    Done,
    /// What stands in the table instead.
    Refused(Item),
}

impl ArrivalStore for Links {
    async fn arrival(&self, who: &Sub) -> Answer<Arrival> {
        let item = self.get(arrival_key(who)).await?;
        item.map_or_else(|| Ok(Arrival::default()), |item| decode_arrival(&item))
    }

    async fn note(&self, who: &Sub, mark: Mark, at: Timestamp) -> Answer<()> {
        let call = self.update(arrival_key(who)).expression_attribute_values(":at", number(at.0));
        if mark == Mark::BridgedChosen {
            return self.note_bridged_chosen(who, at).await;
        }
        if let Some(latest) = latest_of(mark) {
            return self.note_latest(who, latest, field_of(mark), at).await;
        }
        let call = match field_of(mark) {
            Some(field) if mark == Mark::Came => {
                return note_came(call.update_expression(format!("SET {field} = :at"))).await;
            }
            Some(field) if is_latest(field) => call.update_expression(format!("SET {field} = :at")),
            Some(field) => call.update_expression(format!("SET {field} = if_not_exists({field}, :at)")),
            None => call
                .update_expression(format!(
                    "SET {FIRST} = if_not_exists({FIRST}, :at), {LAST} = :at, \
                     {TIMES} = if_not_exists({TIMES}, :none) + :one"
                ))
                .expression_attribute_values(":none", number(0))
                .expression_attribute_values(":one", number(1)),
        };
        call.send().await.map(drop).map_err(|error| port_error(UPDATE, &error))
    }

    /// Counted before anything is read: of many at once DynamoDB lets no more through than the condition allows. Only a count
    /// whose time is over costs a second call.
    async fn try_once(&self, who: &Sub, what: Tried, limit: Limit, at: Timestamp) -> Answer<Allowance> {
        if limit.most == 0 {
            return Ok(Allowance::Wait(limit.until(at)));
        }
        let counter = Counter::of(what);
        for _ in 0..ROUNDS {
            let Counted::Refused(item) = self.count(who, &counter, limit, at).await? else {
                return Ok(Allowance::Go);
            };
            // Forgiven since.
            if !item.contains_key(&counter.since) {
                continue;
            }
            let since = Timestamp(integer(&item, &counter.since)?);
            if at < limit.until(since) {
                return Ok(Allowance::Wait(limit.until(since)));
            }
            if let Counted::Done = self.begin_anew(who, &counter, since, at).await? {
                return Ok(Allowance::Go);
            }
        }
        Err(PortError::new(Class::Stale, UPDATE, "Contended"))
    }

    async fn forgive(&self, who: &Sub, what: Tried) -> Answer<()> {
        let Counter { times, since } = Counter::of(what);
        let call = self.update(arrival_key(who)).update_expression(format!("REMOVE {times}, {since}"));
        // An update would make the item.
        fine_if_refused(call.condition_expression("attribute_exists(pk)")).await
    }

    /// Field by field, so that nothing that is known is written over. What was tried counts for whoever tried it.
    async fn inherit(&self, from: &Sub, to: &Sub) -> Answer<()> {
        let Some(mut item) = self.get(arrival_key(from)).await? else {
            return Ok(());
        };
        item.retain(|field, _| field != "pk" && !field.starts_with(TRIES));
        let mut sets = Vec::new();
        let mut call = self.update(arrival_key(to));
        for (number, (field, value)) in item.into_iter().enumerate() {
            sets.push(format!("#f{number} = if_not_exists(#f{number}, :v{number})"));
            call = call.expression_attribute_names(format!("#f{number}"), field);
            call = call.expression_attribute_values(format!(":v{number}"), value);
        }
        if sets.is_empty() {
            return Ok(());
        }
        let call = call.update_expression(format!("SET {}", sets.join(", ")));
        call.send().await.map(drop).map_err(|error| port_error(UPDATE, &error))
    }

    async fn forget_came(&self, new: &NewSub) -> Answer<()> {
        let call = self.update(new_key(new)).update_expression(format!("REMOVE {CAME}"));
        fine_if_refused(call.condition_expression("attribute_exists(pk)")).await
    }
}

impl Links {
    /// A time that never goes back, and one beside it of which the first counts. Where a later one is known, only the other is written.
    async fn note_latest(&self, who: &Sub, latest: &str, first: Option<&str>, at: Timestamp) -> Answer<()> {
        let call = || self.update(arrival_key(who)).expression_attribute_values(":at", number(at.0));
        let once = first.map(|first| format!("{first} = if_not_exists({first}, :at)"));
        let both = once.iter().fold(format!("SET {latest} = :at"), |both, once| format!("{both}, {once}"));
        let later = format!("attribute_not_exists({latest}) OR {latest} < :at");
        let written = call().update_expression(both).condition_expression(later).send().await;
        match (written.map(drop).map_err(|error| port_error(UPDATE, &error)), once) {
            (Err(error), Some(once)) if error.class == Class::Stale => {
                let call = call().update_expression(format!("SET {once}"));
                call.send().await.map(drop).map_err(|error| port_error(UPDATE, &error))
            }
            (Err(error), None) if error.class == Class::Stale => Ok(()),
            (answer, _) => answer,
        }
    }

    /// Both times in one write. Where a later one is known, each by itself.
    async fn note_bridged_chosen(&self, who: &Sub, at: Timestamp) -> Answer<()> {
        let call = self.update(arrival_key(who)).expression_attribute_values(":at", number(at.0));
        let is_later = |field: &str| format!("(attribute_not_exists({field}) OR {field} < :at)");
        let later = [is_later(BRIDGED), is_later(CHOSEN)].join(" AND ");
        let call = call.update_expression(format!("SET {BRIDGED} = :at, {CHOSEN} = :at"));
        let written = call.condition_expression(later).send().await;
        match written.map(drop).map_err(|error| port_error(UPDATE, &error)) {
            Err(error) if error.class == Class::Stale => {
                self.note_latest(who, BRIDGED, None, at).await?;
                self.note_latest(who, CHOSEN, None, at).await
            }
            answer => answer,
        }
    }

    /// One more of a count that runs, or the first one.
    async fn count(&self, who: &Sub, counter: &Counter, limit: Limit, at: Timestamp) -> Answer<Counted> {
        let Counter { times, since } = counter;
        let within = limit.until(Timestamp(0)).0;
        let call = self
            .update(arrival_key(who))
            .update_expression(format!(
                "SET {times} = if_not_exists({times}, :none) + :one, {since} = if_not_exists({since}, :at)"
            ))
            .condition_expression(format!(
                "attribute_not_exists({since}) OR ({since} > :over AND {times} < :most)"
            ))
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":at", number(at.0))
            .expression_attribute_values(":over", number(at.0.saturating_sub(within)))
            .expression_attribute_values(":most", number(limit.most.into()));
        self.counted(who, call).await
    }

    /// The first of a new count; of many only one.
    async fn begin_anew(
        &self,
        who: &Sub,
        counter: &Counter,
        over: Timestamp,
        at: Timestamp,
    ) -> Answer<Counted> {
        let Counter { times, since } = counter;
        let call = self
            .update(arrival_key(who))
            .update_expression(format!("SET {times} = :one, {since} = :at"))
            .condition_expression(format!("{since} = :over"))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":at", number(at.0))
            .expression_attribute_values(":over", number(over.0));
        self.counted(who, call).await
    }

    async fn counted(&self, who: &Sub, call: UpdateItemFluentBuilder) -> Answer<Counted> {
        let call =
            call.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld).send();
        let Err(error) = call.await else {
            return Ok(Counted::Done);
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                let item = match refused.item() {
                    Some(item) => item.clone(),
                    None => self.get(arrival_key(who)).await?.unwrap_or_default(),
                };
                Ok(Counted::Refused(item))
            }
            _ => Err(port_error(UPDATE, &error)),
        }
    }
}

/// The first one, or the first one after a bridging that was begun since and not said to be over ([`Arrival::came_is_stale`]).
async fn note_came(call: UpdateItemFluentBuilder) -> Answer<()> {
    let call = call.condition_expression(
        "attribute_not_exists(came_at) OR (attribute_exists(bridging_at) AND attribute_not_exists(bridged_at) \
         AND came_at < bridging_at AND came_at < :at)",
    );
    fine_if_refused(call).await
}

/// What the fields of counters begin with.
const TRIES: &str = "tries_";

/// The fields of a counter.
struct Counter {
    times: String,
    since: String,
}

impl Counter {
    fn of(what: Tried) -> Self {
        let times = format!("{TRIES}{}", what.code());
        Self { since: format!("{times}_since"), times }
    }
}
