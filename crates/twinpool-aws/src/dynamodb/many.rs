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

/// In milliseconds, before keys that DynamoDB left out are asked for again: a table that is busy answers some. Whoever asks the HTTP API
/// waits as long, and its function ends after ten seconds.
const PAUSES: [u64; 6] = [50, 100, 200, 400, 800, 1_600];

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
    let (mut items, mut pauses) = (Vec::new(), PAUSES.into_iter());
    loop {
        let call = client.batch_get_item().set_request_items(Some(left));
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        items.extend(answer.responses.unwrap_or_default().into_values().flatten());
        left = answer.unprocessed_keys.unwrap_or_default();
        if left.is_empty() {
            return Ok(items);
        }
        let Some(pause) = pauses.next() else {
            return Err(PortError::new(Class::Throttled, OPERATION, "UnprocessedKeys"));
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

#[cfg(test)]
#[cfg(feature = "raw")]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn a_table_that_never_gives_an_item_is_told_before_the_function_of_the_http_api_ends() {
        let busy = r#"{"UnprocessedKeys":{"links":{"Keys":[{"pk":{"S":"OLD#o-1"}}]}}}"#;
        let (address, seen) = server([(200, "", busy); 20]);
        let client = Client::new(&config(&address).await);
        let answer = get_many(&client, "links", vec!["OLD#o-1".to_owned()], |all| all).await;
        assert_eq!(answer.unwrap_err().class, Class::Throttled);
        assert_eq!(seen.try_iter().count(), PAUSES.len() + 1, "it pauses only to ask again");
        assert!(
            PAUSES.iter().sum::<u64>() < 5_000,
            "half of the function's ten seconds are left for the calls"
        );
    }
}
