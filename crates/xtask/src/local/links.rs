//! The table of links, as DynamoDB shows it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Value, json};

use crate::wire::Aws;

/// The table of links.
#[derive(Debug, Clone)]
pub struct Links {
    aws: Aws,
    table: String,
}

/// One link, as far as people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What applications store.
    pub user_id: String,
    /// Who it is in the old pool.
    pub old_sub: String,
    /// Who it is in the new pool.
    pub new_sub: Option<String>,
    /// How far it has come, and why not further.
    pub state: String,
}

/// What a link lists besides: what did not arrive, and what was lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Such as `attribute email`, `group staff`, or `user ` for the whole user: held back on either way.
    pub held: BTreeSet<String>,
    /// Changes that the other pool's change of the same went over.
    pub lost: Vec<Lost>,
    /// What was done last, each with the time in milliseconds since 1970.
    pub did: Vec<(u64, String)>,
}

/// A change that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// As in [`Listed::held`].
    pub subject: String,
    /// `old` or `new`: which pool lost it.
    pub pool: String,
    /// When, in milliseconds since 1970.
    pub at: u64,
}

/// A text of an item.
fn text(item: &Value, name: &str) -> Option<String> {
    item[name]["S"].as_str().map(str::to_owned)
}

impl Links {
    /// The table with this name.
    #[must_use]
    pub fn new(aws: Aws, table: &str) -> Self {
        Self { aws, table: table.to_owned() }
    }

    /// Makes a table like the template's.
    ///
    /// # Errors
    /// When DynamoDB refuses.
    pub fn create(aws: Aws, table: &str) -> Result<Self> {
        let body = json!({
            "TableName": table,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
        });
        aws.dynamodb("CreateTable", &body)?;
        Ok(Self::new(aws, table))
    }

    fn item(&self, key: &str) -> Result<Value> {
        let body = json!({ "TableName": self.table, "Key": { "pk": { "S": key } }, "ConsistentRead": true });
        Ok(self.aws.dynamodb("GetItem", &body)?["Item"].take())
    }

    /// The new sub that an old one is linked to.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn new_sub(&self, old: &str) -> Result<Option<String>> {
        let item = self.item(&format!("OLD#{old}"))?;
        Ok(text(&item, "new_sub"))
    }

    /// The old sub that a new one points back at.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn old_sub(&self, new: &str) -> Result<Option<String>> {
        let item = self.item(&format!("NEW#{new}"))?;
        Ok(text(&item, "old_sub"))
    }

    /// What the link of an old user lists besides.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn listed(&self, old: &str) -> Result<Listed> {
        let item = self.item(&format!("OLD#{old}"))?;
        let list =
            |pointer: &str| item.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        let subject = |one: &Value| {
            let one = &one["M"];
            format!("{} {}", text(one, "kind").unwrap_or_default(), text(one, "name").unwrap_or_default())
        };
        let time = |one: &Value| {
            let at = one.pointer("/M/at/N").and_then(Value::as_str);
            at.and_then(|at| at.parse().ok()).unwrap_or_default()
        };
        let held = list("/held_back/L").into_iter().chain(list("/reverse/M/held_back/L"));
        let lost = list("/reverse/M/overruled/L").into_iter().map(|one| Lost {
            subject: subject(&one),
            pool: text(&one["M"], "pool").unwrap_or_default(),
            at: time(&one),
        });
        let did = list("/history/L")
            .into_iter()
            .map(|line| (time(&line), text(&line["M"], "did").unwrap_or_default()));
        Ok(Listed { held: held.map(|one| subject(&one)).collect(), lost: lost.collect(), did: did.collect() })
    }

    /// Why an old user is not mirrored, if the link says so.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn conflict(&self, old: &str) -> Result<Option<String>> {
        let item = self.item(&format!("OLD#{old}"))?;
        let conflict = item.pointer("/state/S").and_then(Value::as_str) == Some("conflict");
        Ok(conflict.then(|| text(&item, "reason")).flatten())
    }

    /// What became of the counterpart of an old user who was deleted, if the link is a tombstone.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn left(&self, old: &str) -> Result<Option<String>> {
        let item = self.item(&format!("OLD#{old}"))?;
        Ok(text(&item, "left"))
    }

    /// The code of what went wrong last in a message group, if it was written down.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn trouble(&self, group: &str) -> Result<Option<String>> {
        let item = self.item(&format!("TROUBLE#{group}"))?;
        Ok(text(&item, "code"))
    }

    /// When an old user was last mirrored, in milliseconds since 1970.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn mirrored_at(&self, old: &str) -> Result<Option<u64>> {
        let item = self.item(&format!("OLD#{old}"))?;
        Ok(item.pointer("/mirrored_at/N").and_then(Value::as_str).and_then(|text| text.parse().ok()))
    }

    /// The keys of all items that name this old sub.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn keys_of(&self, old: &str) -> Result<Vec<String>> {
        let items = self.scan()?;
        let ours = items.iter().filter(|item| text(item, "old_sub").as_deref() == Some(old));
        let mut keys: Vec<_> = ours.filter_map(|item| text(item, "pk")).collect();
        keys.sort();
        Ok(keys)
    }

    /// All links, pairs first.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn all(&self) -> Result<Vec<Link>> {
        let items = self.scan()?;
        let links = items.iter().filter(|item| text(item, "pk").is_some_and(|key| key.starts_with("OLD#")));
        let mut links: Vec<_> = links.map(link).collect();
        links.sort_by_key(|link| (link.new_sub.is_none(), link.old_sub.clone()));
        Ok(links)
    }

    /// From each new sub to the old one that it points back at.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn back(&self) -> Result<BTreeMap<String, String>> {
        let items = self.scan()?;
        let back = items.iter().filter_map(|item| {
            let new = text(item, "pk")?.strip_prefix("NEW#")?.to_owned();
            Some((new, text(item, "old_sub")?))
        });
        Ok(back.collect())
    }

    fn scan(&self) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut body = json!({ "TableName": self.table, "ConsistentRead": true });
        loop {
            let mut answer = self.aws.dynamodb("Scan", &body)?;
            items.append(answer["Items"].as_array_mut().unwrap_or(&mut Vec::new()));
            match answer["LastEvaluatedKey"].take() {
                Value::Null => return Ok(items),
                last => body["ExclusiveStartKey"] = last,
            }
        }
    }
}

fn link(item: &Value) -> Link {
    let state = text(item, "state").unwrap_or_default();
    Link {
        user_id: text(item, "user_id").unwrap_or_default(),
        old_sub: text(item, "old_sub").unwrap_or_default(),
        new_sub: text(item, "new_sub"),
        state: text(item, "reason")
            .or_else(|| text(item, "left"))
            .map_or(state.clone(), |why| format!("{state}: {why}")),
    }
}
