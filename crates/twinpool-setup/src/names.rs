//! Sign-in names of the new pool that whoever is signed in there can change to those of a user of the old one.
//!
//! PreSignUp sees sign-ups alone: UpdateUserAttributes asks no trigger. It matters while users are made at their first sign-in,
//! when names of the old pool are still free in the new one.

use serde_json::Value;

use crate::port::Json;

/// What to do about it.
pub(crate) const HOLD_NAMES: &str = "an address or number: switch on automatic verification, and verification before update \
    (AttributesRequireVerificationBeforeUpdate), in the console of the new pool, though the mirror then holds later changes of unverified \
    ones back; preferred_username: take it out of what public app clients may write, there too";

/// The names that can be changed to one that the person has not proved to own. Of app clients that nobody could see, the worst
/// is thought. A contact that is an alias is no name before it is verified (F§4.1).
pub(crate) fn changeable<'a>(pool: &'a Json, clients: Option<&[Json]>) -> Vec<&'a str> {
    let verified = pool.get("UserAttributeUpdateSettings");
    let verified = listed(verified.and_then(|it| it.get("AttributesRequireVerificationBeforeUpdate")));
    let contacts = listed(pool.get("UsernameAttributes")).into_iter().filter(|name| !verified.contains(name));
    let contacts = contacts.filter(|name| clients.is_none_or(|all| all.iter().any(|it| writes(it, name))));
    let aliases =
        listed(pool.get("AliasAttributes")).into_iter().filter(|name| *name == "preferred_username");
    let is_public = |client: &&Json| client.get("HasSecret") != Some(&Value::Bool(true));
    let aliases = aliases
        .filter(|name| clients.is_none_or(|all| all.iter().filter(is_public).any(|it| writes(it, name))));
    contacts.chain(aliases).collect()
}

/// Whether people may write an attribute through an app client. One that lists none may write every standard attribute.
fn writes(client: &Json, name: &str) -> bool {
    let all = listed(client.get("WriteAttributes"));
    all.is_empty() || all.contains(&name)
}

fn listed(value: Option<&Value>) -> Vec<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
