//! Whether a pool may be touched, and what its owner should know.

use serde_json::Value;
use twinpool_core::id::PoolId;

use super::former::Former;
use super::{
    Chained, Continuity, FunctionArn, Guest, Json, OldVersion, Permission, Refusal, Seen, Slot, Warning, Wish,
};
use crate::permission::permission;
use crate::triggers::{in_slot, is_clear};
use crate::{chain, managed};

/// The pool: which it is, and whether the function is within its reach.
pub(super) fn pool(id: &PoolId, description: &Json, wish: &Wish) -> Result<Permission, Refusal> {
    let (guest, function) = (wish.guest, &wish.function);
    let permission = permission(description).ok_or(Refusal::NoArn)?;
    if !permission.source_arn.ends_with(&format!("/{}", id.as_str())) {
        return Err(Refusal::NoArn);
    }
    let region = region(&permission.source_arn);
    if region != self::region(function.as_str()) {
        return Err(Refusal::OtherRegion { guest, pool: region.to_owned(), function: function.clone() });
    }
    let account = &permission.source_account;
    if guest == Guest::SignIn && Some(account.as_str()) != function.as_str().split(':').nth(4) {
        return Err(Refusal::OtherAccount { pool: account.clone(), function: function.clone() });
    }
    let is_version = |it: &str| it == "$LATEST" || it.bytes().all(|c| c.is_ascii_digit());
    if function.qualifier().is_some_and(is_version) {
        return Err(Refusal::Version(function.clone()));
    }
    if !is_clear(description, guest.slots()) {
        return Err(Refusal::Unclear);
    }
    Ok(permission)
}

/// The function: whether it is there and can run, whom it calls first, and which slots it needs.
pub(super) fn function(wish: &Wish, configuration: Option<&Json>) -> Result<(Chained, Vec<Slot>), Refusal> {
    let (guest, function) = (wish.guest, &wish.function);
    let configuration = configuration.ok_or_else(|| Refusal::NoFunction(function.clone()))?;
    let says = |field: &str| configuration.get(field).and_then(Value::as_str);
    let wrong = says("State").filter(|state| !["Active", "Inactive"].contains(state));
    let wrong = wrong.or(says("LastUpdateStatus").filter(|status| *status != "Successful"));
    if let Some(state) = wrong {
        return Err(Refusal::NotReady { function: function.clone(), state: state.to_owned() });
    }
    let chained = chain::chained(configuration, guest)?;
    let to_itself = |called: &FunctionArn| called.unqualified() == function.unqualified();
    match chained.iter().find(|(_, called)| to_itself(called)) {
        Some((slot, _)) => Err(Refusal::Loop { guest, slot: *slot }),
        None => Ok((chained, guest.wanted(configuration)?)),
    }
}

/// The slots: the function calls exactly what each holds.
pub(super) fn slots(
    description: &Json,
    wish: &Wish,
    (slots, continuity): (&[Slot], Continuity),
    chained: &Chained,
    former: &Former,
) -> Result<Vec<Warning>, Refusal> {
    let guest = wish.guest;
    let mut warnings = Vec::new();
    for slot in slots.iter().copied() {
        let held = in_slot(description, slot);
        let is_ours = held.as_ref().is_some_and(|held| held.is(&wish.function));
        let function = if is_ours {
            if former.is_unknown(slot, &wish.function) {
                warnings.push(Warning::NothingSaved(guest, slot));
                continue;
            }
            former.of(slot)
        } else {
            held
        };
        match (function.map(|held| held.function), chained.get(&slot)) {
            (None, None) => {}
            (None, Some(chained)) => {
                return Err(Refusal::NobodyThere { guest, slot, chained: chained.clone() });
            }
            // Put there by hand: it goes back when ours is taken out.
            (Some(_), None) if is_ours && slot.variable().is_none() => {}
            (Some(function), None) if slot.variable().is_none() => {
                let without = continuity.without(slot);
                return Err(Refusal::NotShared { guest, slot, function, without });
            }
            (Some(function), None) if is_ours => return Err(Refusal::NotCalled { guest, slot, function }),
            (Some(function), None) => return Err(Refusal::Taken { guest, slot, function }),
            (Some(function), Some(chained)) if function == chained.as_str() => {}
            // The owner may have deployed the former function anew since.
            (Some(former), Some(chained)) if is_ours => {
                warnings.push(Warning::OtherFormer { guest, slot, former, chained: chained.clone() });
            }
            (Some(function), Some(chained)) => {
                return Err(Refusal::OtherFunction { guest, slot, function, chained: chained.clone() });
            }
        }
    }
    Ok(warnings)
}

/// With the first version of the events, access tokens cannot be changed (F§1.2).
pub(super) fn version(wish: &Wish, chained: &Chained, before: &Seen, after: &Seen) -> Option<Warning> {
    let slot = Slot::PreTokenGeneration;
    let version = in_slot(&after.description, slot)?.version?;
    let is_asked = wish.token_version.is_some_and(|asked| asked.as_str() == version);
    let is_kept = in_slot(&before.description, slot).is_some();
    let why = match chained.get(&slot) {
        Some(former) => OldVersion::Former(former.clone()),
        None if is_asked => OldVersion::Asked,
        None if is_kept => OldVersion::Kept,
        None => OldVersion::Plan,
    };
    (wish.guest.reaches_access_tokens(&version) == Some(false)).then_some(Warning::IdTokensOnly(why))
}

/// What the description alone tells.
pub(super) fn warnings(seen: &Seen) -> Vec<Warning> {
    let description = &seen.description;
    let mut warnings: Vec<_> = managed::manager(description).map(Warning::Managed).into_iter().collect();
    let settings = ["UserPoolTier", "DeletionProtection", "MfaConfiguration"];
    warnings.extend(settings.into_iter().filter(|it| !description.contains_key(*it)).map(Warning::NotTold));
    if is_replicated(description) {
        warnings.push(Warning::Replicated);
    }
    warnings
}

/// A replica has an ARN of another Region than its id; a pool that has one has a key of many Regions (F§6, trap 10).
fn is_replicated(description: &Json) -> bool {
    let text = |field: &str| description.get(field).and_then(Value::as_str).unwrap_or_default();
    let home = text("Id").split('_').next().unwrap_or_default();
    let key = description.get("KeyConfiguration").map(Value::to_string).unwrap_or_default();
    region(text("Arn")) != home || key.contains(":key/mrk-")
}

fn region(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}
