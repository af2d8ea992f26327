//! What operators do with the table: walk over it, and write decisions down.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::account::Apart;
use twinpool_core::arrival::Arrival;
use twinpool_core::decision::Decisions;
use twinpool_core::id::{NewSub, OldSub, Sub};
use twinpool_core::link::Link;
use twinpool_core::port::{Answer, Class, DecisionStore, LinkScan, Page, Place, PortError};

use super::arrivals::PREFIX;
use super::item::arrival::decode_arrival;
use super::{Item, Links, births, item, old_key};
use crate::code::port_error;

impl LinkScan for Links {
    async fn page(&self, after: Option<&Place>) -> Answer<Page> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let start = after.map(|place| HashMap::from([("pk".to_owned(), text(&place.0))]));
        let call = self.client.scan().table_name(&self.table).set_exclusive_start_key(start);
        // The items that point back from a pair say nothing that the links do not say.
        let call = call.filter_expression(
            "begins_with(pk, :old) OR begins_with(pk, :group) OR begins_with(pk, :arrival) OR begins_with(pk, :born) OR \
             (begins_with(pk, :new) AND (attribute_not_exists(old_sub) OR attribute_exists(further)))",
        );
        let call = call.expression_attribute_values(":new", text("NEW#"));
        let call = call.expression_attribute_values(":old", text("OLD#"));
        let call = call.expression_attribute_values(":group", text("GROUP#"));
        let call = call.expression_attribute_values(":arrival", text(PREFIX));
        let call = call.expression_attribute_values(":born", text(births::PREFIX));
        let answer = call.send().await.map_err(|error| port_error("Scan", &error))?;
        let key = |item: &Item| item.get("pk").and_then(|key| key.as_s().ok()).cloned();
        let mut page = Page { next: answer.last_evaluated_key().and_then(key).map(Place), ..Page::default() };
        for item in answer.items() {
            let key = key(item).unwrap_or_default();
            if key.starts_with("GROUP#") {
                page.unreadable += keep(item::decode_group(item), &mut page.groups);
            } else if let Some(sub) = key.strip_prefix("OLD#") {
                page.unreadable += keep(read(sub, item), &mut page.links);
            } else if let Some(sub) = key.strip_prefix("NEW#") {
                page.unreadable += keep(read_apart(sub, item), &mut page.apart);
            } else if let Some(sub) = key.strip_prefix(PREFIX) {
                page.unreadable += keep(read_arrival(sub, item), &mut page.arrivals);
            } else if let Some(sub) = key.strip_prefix(births::PREFIX) {
                page.unreadable += keep(births::read(sub, item), &mut page.births);
            }
        }
        // Only attempts of theirs are counted.
        page.arrivals.retain(|(_, arrival)| *arrival != Arrival::default());
        Ok(page)
    }
}

fn read_apart(sub: &str, item: &Item) -> Answer<Apart> {
    let damaged = |_| PortError::new(Class::Unreadable, "Scan", "DamagedItem.pk");
    let new_sub = NewSub::parse(sub).map_err(damaged)?;
    Ok(Apart { new_sub, user_id: item::id::id_of_new(item)?, of: item::id::owner_of_further(item)? })
}

fn read_arrival(sub: &str, item: &Item) -> Answer<(Sub, Arrival)> {
    let damaged = |_| PortError::new(Class::Unreadable, "Scan", "DamagedItem.pk");
    Ok((Sub::parse(sub).map_err(damaged)?, decode_arrival(item)?))
}

/// Without the name of a user who is being made: nobody who walks over the table needs it.
fn read(sub: &str, item: &Item) -> Answer<Link> {
    let damaged = |_| PortError::new(Class::Unreadable, "Scan", "DamagedItem.pk");
    item::decode(OldSub::parse(sub).map_err(damaged)?, item)
}

/// One damaged item must not hide all the others.
fn keep<T>(read: Answer<T>, all: &mut Vec<T>) -> usize {
    match read {
        Ok(one) => {
            all.push(one);
            0
        }
        Err(_) => 1,
    }
}

impl DecisionStore for Links {
    /// Touches the decisions only: a whole item written without the key would lose the sealed name that somebody may have to
    /// be found under.
    async fn decide(&self, link: &Link, decisions: &Decisions) -> Answer<u64> {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let version = link.version + 1;
        let call = self
            .update(old_key(&link.old_sub))
            .update_expression("SET decisions = :decisions, #version = :next")
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":decisions", item::encode_decisions(decisions))
            .expression_attribute_values(":next", number(version))
            .expression_attribute_values(":read", number(link.version));
        call.send().await.map_err(|error| port_error("UpdateItem", &error))?;
        Ok(version)
    }
}
