//! DynamoDB: one table, whose key is the text `pk`.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use serde_json::{Map, Value, json};

use super::TABLE;
use super::faults::Faults;
use super::refusal::{Outcome, Refusal, only};
use super::streamed::{Links, Population};

mod expression;
mod names;
mod scan;
mod token;
mod update;
mod write;

use names::Names;
use write::Write;

pub(super) const SERVICE: &str = "DynamoDB_20120810";

/// An item, every value with its type.
pub(super) type Item = Map<String, Value>;

/// The table of links.
#[derive(Debug, Default)]
pub struct Table {
    items: Mutex<BTreeMap<String, Item>>,
    streamed: Option<Links>,
    /// How often it was put back from a backup: each time AWS gives it another id.
    restored: AtomicU32,
}

impl Table {
    pub(super) fn streaming(population: &Population) -> Self {
        Self {
            items: Mutex::new([Links::pools()].into()),
            streamed: Some(population.links()),
            ..Self::default()
        }
    }

    /// It was put back from a backup.
    pub fn restore(&self) {
        self.restored.fetch_add(1, Ordering::Relaxed);
    }

    /// Changes one item from outside.
    pub fn edit(&self, key: &str, change: impl FnOnce(&mut Item)) {
        change(self.items().entry(key.to_owned()).or_default());
    }

    fn described(&self) -> Vec<u8> {
        let restored = self.restored.load(Ordering::Relaxed);
        let id = format!("table-{restored}");
        let mut table =
            json!({ "TableStatus": "ACTIVE", "TableId": id, "KeySchema": [{ "AttributeName": "pk" }] });
        if restored > 0 {
            table["RestoreSummary"] =
                json!({ "RestoreDateTime": 1_795_219_200.0, "RestoreInProgress": false });
        }
        bytes(&json!({ "Table": table }))
    }

    /// All items, by key.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, Item> {
        self.items().clone()
    }

    fn items(&self) -> MutexGuard<'_, BTreeMap<String, Item>> {
        self.items.lock().expect("no holder panics")
    }

    fn get(&self, key: &str) -> Option<Item> {
        let kept = self.items().get(key).cloned();
        kept.or_else(|| self.streamed.as_ref()?.item(key))
    }

    pub(super) fn answer(&self, operation: &str, body: &Value, faults: &Faults) -> Outcome {
        match operation {
            "BatchGetItem" => self.batch(body, faults),
            "TransactWriteItems" => self.transact(body),
            _ if body["TableName"] != json!(TABLE) => Err(no_table()),
            "DescribeTable" => Ok(self.described()),
            "GetItem" => self.one(body),
            "Scan" => self.scan(body),
            "PutItem" | "UpdateItem" | "DeleteItem" => self.write(operation, body),
            _ => Err(Refusal::unknown(operation)),
        }
    }

    fn one(&self, body: &Value) -> Outcome {
        const KNOWN: [&str; 5] =
            ["TableName", "Key", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"];
        only(body, &KNOWN)?;
        let names = Names::of(body);
        let projection = names.projection(body)?;
        names.check_use()?;
        let found = self.get(&key(&body["Key"])?).map(|item| projection.of(item));
        Ok(bytes(&found.map_or(json!({}), |item| json!({ "Item": item }))))
    }

    fn batch(&self, body: &Value, faults: &Faults) -> Outcome {
        only(body, &["RequestItems"])?;
        if body["RequestItems"].get(TABLE).is_none() {
            return Err(no_table());
        }
        let request = &body["RequestItems"][TABLE];
        only(request, &["Keys", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"])?;
        let names = Names::of(request);
        let projection = names.projection(request)?;
        names.check_use()?;
        let mut keys = request["Keys"].as_array().cloned().unwrap_or_default();
        let texts = keys.iter().map(key).collect::<Result<std::collections::BTreeSet<_>, _>>()?;
        if keys.is_empty() || keys.len() > 100 || texts.len() < keys.len() {
            return Err(Refusal::validation("from 1 to 100 keys, each once"));
        }
        let later = keys.split_off(keys.len() - faults.takes_unprocessed_keys().min(keys.len()));
        let mut found = Vec::new();
        for one in &keys {
            found.extend(self.get(&key(one)?).map(|item| projection.of(item)));
        }
        let mut answer = json!({ "Responses": {}, "UnprocessedKeys": {} });
        answer["Responses"][TABLE] = found.into();
        if !later.is_empty() {
            answer["UnprocessedKeys"][TABLE] = request.clone();
            answer["UnprocessedKeys"][TABLE]["Keys"] = later.into();
        }
        Ok(bytes(&answer))
    }

    fn write(&self, operation: &str, body: &Value) -> Outcome {
        let write = Write::parse(operation, body)?;
        let mut items = self.items();
        let before = items.get(write.key()).cloned();
        let after = match write.check(before.as_ref()) {
            Ok(()) => write.run(before.as_ref())?,
            Err(refusal) => return Err(write.with_old(refusal, before.as_ref())),
        };
        let answer = write.answer(before.as_ref(), after.as_ref());
        self.store(&mut items, write.key(), after)?;
        Ok(bytes(&answer))
    }

    /// All or nothing; the reasons stand in the order of the items (F§10).
    fn transact(&self, body: &Value) -> Outcome {
        only(body, &["TransactItems", "ClientRequestToken"])?;
        let entries = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
        let writes: Vec<_> = entries.iter().map(Write::of_transaction).collect::<Result<_, _>>()?;
        let keys: std::collections::BTreeSet<_> = writes.iter().map(Write::key).collect();
        if writes.is_empty() || writes.len() > 100 || keys.len() < writes.len() {
            return Err(Refusal::validation("from 1 to 100 writes, one per item"));
        }
        let mut items = self.items();
        let mut reasons = Vec::new();
        for write in &writes {
            reasons.push(match write.check(items.get(write.key())) {
                Ok(()) => json!({ "Code": "None" }),
                Err(_) => {
                    json!({ "Code": "ConditionalCheckFailed", "Message": "The conditional request failed" })
                }
            });
        }
        if reasons.iter().any(|reason| reason["Code"] != json!("None")) {
            let refusal = Refusal::new("TransactionCanceledException", "Transaction cancelled");
            return Err(refusal.with("CancellationReasons", reasons.into()));
        }
        let mut after = Vec::new();
        for write in &writes {
            after.push((write, write.run(items.get(write.key()))?));
        }
        for (write, item) in after {
            self.store(&mut items, write.key(), item)?;
        }
        Ok(bytes(&json!({})))
    }

    fn store(
        &self,
        items: &mut BTreeMap<String, Item>,
        key: &str,
        item: Option<Item>,
    ) -> Result<(), Refusal> {
        if self.streamed.as_ref().is_some_and(|links| links.item(key).is_some()) {
            return Err(Refusal::validation("links that are made up cannot be written"));
        }
        match item {
            Some(item) => items.insert(key.to_owned(), item),
            None => items.remove(key),
        };
        Ok(())
    }
}

fn no_table() -> Refusal {
    Refusal::new("ResourceNotFoundException", "Requested resource not found")
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// The text of a key, or of an item's key.
fn key(of: &Value) -> Result<String, Refusal> {
    let key = of["pk"]["S"].as_str().filter(|key| !key.is_empty());
    key.map(str::to_owned).ok_or_else(|| Refusal::validation("the key pk is missing, or no text"))
}

/// The items after a key.
fn after<'a>(
    items: &'a BTreeMap<String, Item>,
    key: Option<&str>,
) -> impl Iterator<Item = (&'a String, &'a Item)> {
    let start = key.map_or(Bound::Unbounded, Bound::Excluded);
    items.range::<str, _>((start, Bound::Unbounded))
}
