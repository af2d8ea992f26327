//! Many links at once.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::listing::{Found, LinkBatch, Listing, Pair, Stage, Tied};
use twinpool_core::phase::Round;
use twinpool_core::port::{Answer, Place};

use super::item::id::owner_of_further;
use super::many::{MOST_KEYS, get_many};
use super::{Item, Links, item, new_key, old_key};
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

    async fn tied(&self, subs: &[NewSub]) -> Answer<BTreeMap<NewSub, Tied>> {
        let keys = subs.iter().map(new_key).collect();
        let items = get_many(&self.client, &self.table, keys, |all| all).await?;
        // One damaged item must not hide all the others.
        Ok(items.iter().filter_map(tied).collect())
    }

    async fn pairs(&self, after: Option<&Place>) -> Answer<Listing<Pair>> {
        let start = after.map(|place| HashMap::from([("pk".to_owned(), AttributeValue::S(place.0.clone()))]));
        let call = self.client.scan().table_name(&self.table).set_exclusive_start_key(start);
        let call = call.filter_expression("begins_with(pk, :old)");
        let call = call.expression_attribute_values(":old", AttributeValue::S("OLD#".to_owned()));
        // `state` is a reserved word.
        let call = call.projection_expression("pk, new_sub, #state, #reverse");
        let call = call.expression_attribute_names("#reverse", "reverse");
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

fn tied(item: &Item) -> Option<(NewSub, Tied)> {
    let sub = NewSub::parse(string(item, "pk")?.strip_prefix("NEW#")?).ok()?;
    let tied = match (owner_of_further(item).ok()?, item::old_sub(item).ok()?) {
        (Some(old), _) => Tied::Further(old),
        (None, Some(old)) => Tied::To(old),
        (None, None) => Tied::Born,
    };
    Some((sub, tied))
}

fn sub_of(item: &Item) -> Option<OldSub> {
    OldSub::parse(string(item, "pk")?.strip_prefix("OLD#")?).ok()
}

fn reverse(item: &Item) -> Option<&Item> {
    item.get("reverse")?.as_m().ok()
}

fn moved_in(item: &Item) -> Option<Round> {
    reverse(item)?.get("moved_in")?.as_n().ok()?.parse().ok().map(Round)
}

fn is_gone_from_old(item: &Item) -> bool {
    let held = reverse(item).and_then(|reverse| reverse.get("held_back")?.as_l().ok());
    let reasons = held.into_iter().flatten().filter_map(|held| held.as_m().ok());
    reasons.filter_map(|held| string(held, "reason")).any(|reason| reason == Reason::GoneFromOld.code())
}

fn pair(item: &Item) -> Option<Pair> {
    Some(Pair {
        old_sub: sub_of(item)?,
        new_sub: string(item, "new_sub").map(NewSub::parse).transpose().ok()?,
        stage: Stage::from_code(string(item, "state")?)?,
        moved_in: moved_in(item),
        is_gone_from_old: is_gone_from_old(item),
    })
}

#[cfg(test)]
#[cfg(feature = "raw")]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn a_damaged_account_is_left_out_and_hides_nobody() {
        let items = r#"{"Responses":{"links":[
            {"pk":{"S":"NEW#n-1"},"user_id":{"S":"o-1"},"old_sub":{"N":"1"}},
            {"pk":{"S":"NEW#n-2"},"user_id":{"S":"o-2"},"old_sub":{"S":"o-2"}}]}}"#;
        let (address, _seen) = server([(200, "", items)]);
        let links = Links::connect(&config(&address).await, "links".to_owned(), None);
        let subs = ["n-1", "n-2"].map(|sub| NewSub::parse(sub).unwrap());
        let expected = Tied::To(OldSub::parse("o-2").unwrap());
        assert_eq!(links.tied(&subs).await, Ok([(subs[1].clone(), expected)].into()));
    }
}
