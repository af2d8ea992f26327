//! Many links at once.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::listing::{Found, LinkBatch, Listing, Pair, Stage};
use twinpool_core::port::{Answer, Place};

use super::many::{MOST_KEYS, get_many};
use super::{Item, Links, old_key};
use crate::code::port_error;

impl LinkBatch for Links {
    async fn links(&self, subs: &[OldSub]) -> Answer<Found> {
        let mut found = Found::default();
        for chunk in subs.chunks(MOST_KEYS) {
            // Links are large: no more than one batch is kept.
            let keys = chunk.iter().map(old_key).collect();
            for item in get_many(&self.client, &self.table, keys, |all| all).await? {
                let Some(sub) = sub_of(&item) else {
                    continue;
                };
                match self.decode(&sub, &item) {
                    Ok(link) => found.links.push(link),
                    Err(_) => found.unreadable.push(sub),
                }
            }
        }
        Ok(found)
    }

    async fn pairs(&self, after: Option<&Place>) -> Answer<Listing<Pair>> {
        let start = after.map(|place| HashMap::from([("pk".to_owned(), AttributeValue::S(place.0.clone()))]));
        let call = self.client.scan().table_name(&self.table).set_exclusive_start_key(start);
        let call = call.filter_expression("begins_with(pk, :old)");
        let call = call.expression_attribute_values(":old", AttributeValue::S("OLD#".to_owned()));
        // `state` is a reserved word.
        let call = call.projection_expression("pk, new_sub, #state");
        let call = call.expression_attribute_names("#state", "state");
        let answer = call.send().await.map_err(|error| port_error("Scan", &error))?;
        let all = answer.items();
        let items: Vec<_> = all.iter().filter_map(pair).collect();
        let place = |item: &Item| item.get("pk").and_then(|key| key.as_s().ok()).cloned().map(Place);
        let next = answer.last_evaluated_key().and_then(place);
        Ok(Listing { unreadable: all.len() - items.len(), items, next })
    }
}

fn string<'a>(item: &'a Item, field: &str) -> Option<&'a str> {
    item.get(field).and_then(|value| value.as_s().ok()).map(String::as_str)
}

fn sub_of(item: &Item) -> Option<OldSub> {
    OldSub::parse(string(item, "pk")?.strip_prefix("OLD#")?).ok()
}

fn pair(item: &Item) -> Option<Pair> {
    Some(Pair {
        old_sub: sub_of(item)?,
        new_sub: string(item, "new_sub").map(NewSub::parse).transpose().ok()?,
        stage: Stage::from_code(string(item, "state")?)?,
    })
}
