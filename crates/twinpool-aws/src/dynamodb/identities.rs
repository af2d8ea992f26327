//! Which user of the old pool has an identity: `IDENTITY#<digest>`, in the table of links.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use twinpool_core::digest::Digest;
use twinpool_core::id::OldSub;
use twinpool_core::port::Answer;

use super::Item;
use super::item::field::text;
use crate::code::port_error;

pub(super) fn identity_key(identity: &Digest) -> String {
    format!("IDENTITY#{}", identity.as_str())
}

/// One item for each: the latest counts.
pub(super) async fn note(
    client: &Client,
    table: &str,
    identities: &BTreeSet<Digest>,
    of: &OldSub,
) -> Answer<()> {
    for identity in identities {
        let item =
            Item::from([("pk".to_owned(), text(identity_key(identity))), ("old_sub".to_owned(), text(of))]);
        let call = client.put_item().table_name(table).set_item(Some(item));
        call.send().await.map_err(|error| port_error("PutItem", &error))?;
    }
    Ok(())
}
