//! Scan: pages of at most 1 MB before the filter, as DynamoDB cuts them.

use serde_json::{Value, json};

use super::super::refusal::{Outcome, Refusal, only};
use super::super::streamed::LINK_BYTES;
use super::expression::Condition;
use super::names::{Names, Projection};
use super::{Item, Table, after, bytes, key};

const MOST_BYTES: usize = 1_000_000;

const KNOWN: [&str; 9] = [
    "TableName",
    "Limit",
    "ExclusiveStartKey",
    "FilterExpression",
    "ProjectionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ConsistentRead",
    "ReturnConsumedCapacity",
];

/// A page as it fills.
struct Page {
    filter: Condition,
    projection: Projection,
    found: Vec<Value>,
    scanned: u64,
    most: u64,
    bytes: usize,
    last: Option<String>,
}

impl Page {
    /// Takes an item, and says whether there is room for more.
    fn takes(&mut self, key: &str, item: Item, bytes: usize) -> bool {
        self.scanned += 1;
        self.bytes += bytes;
        self.last = Some(key.to_owned());
        if self.filter.holds(&item) {
            self.found.push(self.projection.of(item));
        }
        self.scanned < self.most && self.bytes < MOST_BYTES
    }
}

impl Table {
    pub(super) fn scan(&self, body: &Value) -> Outcome {
        only(body, &KNOWN)?;
        let names = Names::of(body);
        let filter = Condition::parse(body["FilterExpression"].as_str(), &names)?;
        let projection = names.projection(body)?;
        names.check_use()?;
        let most = match &body["Limit"] {
            Value::Null => u64::MAX,
            limit => limit.as_u64().filter(|limit| *limit > 0).ok_or_else(|| Refusal::validation("Limit"))?,
        };
        let start = match &body["ExclusiveStartKey"] {
            Value::Null => None,
            start => Some(key(start)?),
        };
        let page = Page { filter, projection, found: Vec::new(), scanned: 0, most, bytes: 0, last: None };
        let (page, is_cut) = self.fill(page, start.as_deref());
        let mut answer = json!({ "Count": page.found.len(), "ScannedCount": page.scanned });
        answer["Items"] = page.found.into();
        if let Some(last) = page.last.filter(|_| is_cut) {
            answer["LastEvaluatedKey"] = json!({ "pk": { "S": last } });
        }
        Ok(bytes(&answer))
    }

    /// First the links that are made up, then the items.
    fn fill(&self, mut page: Page, start: Option<&str>) -> (Page, bool) {
        let mut start = start;
        if let Some(links) = &self.streamed
            && start.is_none_or(|key| links.item(key).is_some())
        {
            let bare = ["pk", "old_sub", "new_sub", "state"];
            for (key, item) in links.after(start, page.projection.has_more_than(&bare)) {
                if !page.takes(&key, item, LINK_BYTES) {
                    return (page, true);
                }
            }
            start = None;
        }
        for (key, item) in after(&self.items(), start) {
            if !page.takes(key, item.clone(), size(item)) {
                return (page, true);
            }
        }
        (page, false)
    }
}

/// Roughly, as DynamoDB counts: names and values.
fn size(item: &Item) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(of).sum(),
            Value::Object(fields) => fields.iter().map(|(name, value)| name.len() + of(value)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        }
    }
    item.iter().map(|(name, value)| name.len() + of(value)).sum()
}
