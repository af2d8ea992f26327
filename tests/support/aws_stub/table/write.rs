//! One write: what it is about, its condition, and what it leaves.

use serde_json::{Value, json};

use super::super::refusal::{Refusal, only};
use super::expression::Condition;
use super::names::Names;
use super::update::Update;
use super::{Item, key};
use crate::aws_stub::TABLE;

/// A write, ready to be run.
pub(super) struct Write {
    key: String,
    condition: Condition,
    work: Work,
    returns: String,
    on_failure: bool,
}

enum Work {
    Put(Item),
    Update(Update, Item),
    Delete,
    Check,
}

const KNOWN: [&str; 10] = [
    "TableName",
    "Item",
    "Key",
    "ConditionExpression",
    "UpdateExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnValues",
    "ReturnValuesOnConditionCheckFailure",
    "ReturnConsumedCapacity",
];

impl Write {
    /// A write of a transaction.
    pub(super) fn of_transaction(entry: &Value) -> Result<Self, Refusal> {
        let kinds = [
            ("Put", "PutItem"),
            ("Update", "UpdateItem"),
            ("Delete", "DeleteItem"),
            ("ConditionCheck", "ConditionCheck"),
        ];
        only(entry, &kinds.map(|(kind, _)| kind))?;
        let found = kinds.into_iter().find(|(kind, _)| entry[*kind].is_object());
        let (kind, operation) = found.ok_or_else(|| Refusal::validation("a transaction of nothing"))?;
        if entry[kind]["TableName"] != json!(TABLE) {
            return Err(Refusal::new("ResourceNotFoundException", "Requested resource not found"));
        }
        Self::parse(operation, &entry[kind])
    }

    pub(super) fn parse(operation: &str, body: &Value) -> Result<Self, Refusal> {
        only(body, &KNOWN)?;
        let names = Names::of(body);
        let condition = Condition::parse(body["ConditionExpression"].as_str(), &names)?;
        let (key, work) = match operation {
            "PutItem" => {
                let item = body["Item"].as_object().cloned().unwrap_or_default();
                (key(&body["Item"])?, Work::Put(item))
            }
            "UpdateItem" => {
                let text = body["UpdateExpression"].as_str().unwrap_or_default();
                let own = body["Key"].as_object().cloned().unwrap_or_default();
                (key(&body["Key"])?, Work::Update(Update::parse(text, &names)?, own))
            }
            "DeleteItem" => (key(&body["Key"])?, Work::Delete),
            _ => (key(&body["Key"])?, Work::Check),
        };
        names.check_use()?;
        let returns = body["ReturnValues"].as_str().unwrap_or("NONE").to_owned();
        if !["NONE", "ALL_OLD", "ALL_NEW"].contains(&returns.as_str()) {
            return Err(Refusal::validation(format!("this server does not know ReturnValues {returns}")));
        }
        let on_failure = body["ReturnValuesOnConditionCheckFailure"] == json!("ALL_OLD");
        Ok(Self { key, condition, work, returns, on_failure })
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn check(&self, before: Option<&Item>) -> Result<(), Refusal> {
        if self.condition.holds(before.unwrap_or(&Item::new())) {
            return Ok(());
        }
        Err(Refusal::new("ConditionalCheckFailedException", "The conditional request failed"))
    }

    /// With the item that stood in the way, where that is asked for.
    pub(super) fn with_old(&self, refusal: Refusal, before: Option<&Item>) -> Refusal {
        match before.filter(|_| self.on_failure) {
            Some(item) => refusal.with("Item", json!(item)),
            None => refusal,
        }
    }

    /// What the item is afterwards.
    pub(super) fn run(&self, before: Option<&Item>) -> Result<Option<Item>, Refusal> {
        Ok(match &self.work {
            Work::Put(item) => Some(item.clone()),
            Work::Update(update, own) => Some(update.run(before.unwrap_or(own))?),
            Work::Delete => None,
            Work::Check => before.cloned(),
        })
    }

    pub(super) fn answer(&self, before: Option<&Item>, after: Option<&Item>) -> Value {
        let told = match self.returns.as_str() {
            "ALL_OLD" => before,
            "ALL_NEW" => after,
            _ => None,
        };
        told.map_or(json!({}), |item| json!({ "Attributes": item }))
    }
}
