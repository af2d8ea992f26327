//! Many items at once, whatever their number.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use twinpool_core::port::{Answer, Class, PortError};

use super::Item;
use crate::code::port_error;

const OPERATION: &str = "BatchGetItem";

/// BatchGetItem takes so many keys.
pub(super) const MOST_KEYS: usize = 100;

/// How often keys that DynamoDB left out are asked for again: a table that is busy answers some.
const ROUNDS: u32 = 8;

/// The items with these keys, in no order. Strong reads. `of` says what is wanted of each item: all of it, unless it says otherwise.
pub(super) async fn get_many(
    client: &Client,
    table: &str,
    mut keys: Vec<String>,
    of: impl Fn(KeysAndAttributesBuilder) -> KeysAndAttributesBuilder,
) -> Answer<Vec<Item>> {
    // One key twice in a batch is an error.
    keys.sort();
    keys.dedup();
    let mut items = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(MOST_KEYS) {
        let keys = chunk.iter().map(|key| HashMap::from([("pk".to_owned(), AttributeValue::S(key.clone()))]));
        let wanted = of(KeysAndAttributes::builder().set_keys(Some(keys.collect())).consistent_read(true));
        let wanted = wanted.build().map_err(|_| PortError::new(Class::Rejected, OPERATION, "BadRequest"))?;
        items.extend(get_batch(client, HashMap::from([(table.to_owned(), wanted)])).await?);
    }
    Ok(items)
}

/// Up to [`MOST_KEYS`] items, those that DynamoDB left out included.
async fn get_batch(client: &Client, mut left: HashMap<String, KeysAndAttributes>) -> Answer<Vec<Item>> {
    let mut items = Vec::new();
    for round in 0..ROUNDS {
        let call = client.batch_get_item().set_request_items(Some(left));
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        items.extend(answer.responses.unwrap_or_default().into_values().flatten());
        left = answer.unprocessed_keys.unwrap_or_default();
        if left.is_empty() {
            return Ok(items);
        }
        tokio::time::sleep(Duration::from_millis(50 << round)).await;
    }
    Err(PortError::new(Class::Throttled, OPERATION, "UnprocessedKeys"))
}
