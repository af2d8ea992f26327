//! A link as an item of the table, as the mirror writes it (crates/twinpool-aws/src/dynamodb/item).

use serde_json::{Value, json};
use twinpool_core::link::Side;

use super::super::table::Item;
use super::super::user::snapshot;
use super::{Population, numbers};

/// The link of a pair that was mirrored when it was made, and not since.
pub(super) fn item(population: &Population, number: u32) -> Item {
    let [old, new] = [false, true]
        .map(|is_new| Side::of(&snapshot(&population.as_linked(number, is_new)), &population.key));
    let sub = numbers::sub(number, false);
    let names: Vec<_> = old.attributes.keys().map(|name| name.as_str()).collect();
    fields([
        ("pk", text(format!("OLD#{sub}"))),
        ("old_sub", text(&sub)),
        ("user_id", text(&sub)),
        ("version", json!({ "N": "2" })),
        ("announced_attributes", list(&names)),
        ("announced_groups", list(&old.groups)),
        ("announced_identities", list::<&str>([])),
        ("decisions", list::<&str>([])),
        ("history", list::<&str>([])),
        ("state", text("linked")),
        ("new_sub", text(numbers::sub(number, true))),
        ("mirrored_at", json!({ "N": "1700000000000" })),
        ("base_old", side(&old)),
        ("base_new", side(&new)),
        ("held_back", list::<&str>([])),
        ("unseen", list::<&str>([])),
        ("rules", text(&population.rules)),
    ])
}

/// What names the pair.
pub(super) fn bare(number: u32) -> Item {
    let sub = numbers::sub(number, false);
    let new_sub = text(numbers::sub(number, true));
    fields([
        ("pk", text(format!("OLD#{sub}"))),
        ("old_sub", text(&sub)),
        ("new_sub", new_sub),
        ("state", text("linked")),
    ])
}

/// The item that points back at it.
pub(super) fn back(number: u32) -> Item {
    let sub = numbers::sub(number, false);
    let key = text(format!("NEW#{}", numbers::sub(number, true)));
    fields([("pk", key), ("old_sub", text(&sub)), ("user_id", text(&sub))])
}

fn side(side: &Side) -> Value {
    let digests = side.attributes.iter().map(|(name, digest)| (name.to_string(), text(digest.as_str())));
    let mfa = fields([("on", list::<&str>([]))]);
    json!({ "M": fields([
        ("attributes", json!({ "M": digests.collect::<Item>() })),
        ("groups", list(&side.groups)),
        ("enabled", json!({ "BOOL": side.enabled })),
        ("identities", list::<&str>([])),
        ("mfa", json!({ "M": mfa })),
        ("factors", list::<&str>([])),
    ]) })
}

fn fields<const N: usize>(fields: [(&str, Value); N]) -> Item {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn text(text: impl ToString) -> Value {
    json!({ "S": text.to_string() })
}

fn list<T: ToString>(texts: impl IntoIterator<Item = T>) -> Value {
    json!({ "L": texts.into_iter().map(text).collect::<Vec<_>>() })
}
