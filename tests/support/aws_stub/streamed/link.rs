//! A link as an item of the table, as the mirror writes it (crates/twinpool-aws/src/dynamodb/item).

use serde_json::Value;
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
        ("version", typed("N", "2".into())),
        ("announced_attributes", list(&names)),
        ("announced_groups", list(&old.groups)),
        ("announced_identities", list::<&str>([])),
        ("decisions", list::<&str>([])),
        ("history", list::<&str>([])),
        ("state", text("linked")),
        ("new_sub", text(numbers::sub(number, true))),
        ("mirrored_at", typed("N", "1700000000000".into())),
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
    let map = |fields: Item| typed("M", fields.into());
    map(fields([
        ("attributes", map(digests.collect())),
        ("groups", list(&side.groups)),
        ("enabled", typed("BOOL", side.enabled.into())),
        ("identities", list::<&str>([])),
        ("mfa", map(fields([("on", list::<&str>([]))]))),
        ("factors", list::<&str>([])),
    ]))
}

fn fields<const N: usize>(fields: [(&str, Value); N]) -> Item {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Without the copies that `json!` makes: a million links are made up in one walk.
fn typed(kind: &str, value: Value) -> Value {
    fields([(kind, value)]).into()
}

fn text(text: impl ToString) -> Value {
    typed("S", text.to_string().into())
}

fn list<T: ToString>(texts: impl IntoIterator<Item = T>) -> Value {
    typed("L", texts.into_iter().map(text).collect())
}
