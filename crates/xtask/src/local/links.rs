//! The table of links, as DynamoDB shows it.

use anyhow::Result;
use serde_json::{Value, json};

use crate::wire::Aws;

/// The table of links.
#[derive(Debug, Clone)]
pub struct Links {
    aws: Aws,
    table: String,
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
        Ok(item.pointer("/new_sub/S").and_then(Value::as_str).map(str::to_owned))
    }

    /// The old sub that a new one points back at.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn old_sub(&self, new: &str) -> Result<Option<String>> {
        let item = self.item(&format!("NEW#{new}"))?;
        Ok(item.pointer("/old_sub/S").and_then(Value::as_str).map(str::to_owned))
    }

    /// Why an old user is not mirrored, if the link says so.
    ///
    /// # Errors
    /// When the table does not answer.
    pub fn conflict(&self, old: &str) -> Result<Option<String>> {
        let item = self.item(&format!("OLD#{old}"))?;
        let conflict = item.pointer("/state/S").and_then(Value::as_str) == Some("conflict");
        Ok(conflict.then(|| item["reason"].to_string()))
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
        let answer =
            self.aws.dynamodb("Scan", &json!({ "TableName": self.table, "ConsistentRead": true }))?;
        let items = answer["Items"].as_array().into_iter().flatten();
        let ours = items.filter(|item| item.pointer("/old_sub/S").and_then(Value::as_str) == Some(old));
        let mut keys: Vec<_> = ours
            .filter_map(|item| item.pointer("/pk/S").and_then(Value::as_str).map(str::to_owned))
            .collect();
        keys.sort();
        Ok(keys)
    }
}
