//! The new pool.

use serde_json::Value;

use super::facts::Facts;
use super::marker::Marked;
use super::step::{Part, Step, faults_or};
use crate::names::{HOLD_NAMES, changeable};
use crate::port::Json;

const RESTORE: &str = "correct --new-pool / TWINPOOL_NEW_POOL_ID, or AWS_REGION";

/// The new pool is there, and has the marker.
pub(super) fn marker(facts: &Facts) -> Vec<Step> {
    let part = Part::NewPool;
    let pool = match &facts.new_pool {
        Ok(pool) => pool,
        Err(blind) => return vec![Step::blind(part, "the new pool", blind, RESTORE)],
    };
    let marker = facts.expected.marker.as_str();
    let (id, otherwise) = (&facts.expected.new_pool, "the mirror refuses to start");
    let faults = Marked { part, which: "new", id, pool, otherwise }.faults(marker);
    faults_or(part, faults, format!("there, with the marker {marker}"))
}

/// Nobody but twinpool makes users in the new pool: whoever does takes names away that belong to users of the old one.
pub(super) fn sign_up(facts: &Facts) -> Vec<Step> {
    let part = Part::SignUp;
    // Told of already.
    let Ok(pool) = &facts.new_pool else { return Vec::new() };
    let folds_case = facts.old_pool.as_ref().is_ok_and(tells_case_apart) && !tells_case_apart(pool);
    let clients = facts.ways.as_ref().and_then(|ways| ways.clients.as_deref().ok());
    let names = if super::ways::migrates(facts) { changeable(pool, clients) } else { Vec::new() };
    let changes = (!names.is_empty()).then(|| {
        let why = format!(
            "users are made at their first sign-in, and whoever is signed in to the new pool can change a sign-in name to that of \
             a user of the old pool who has not come: {}",
            names.join(", ")
        );
        Step::broken(part, why, HOLD_NAMES)
    });
    let sign_up = if is_closed(pool) {
        Step::fine(part, "the new pool is closed to sign-up")
    } else if folds_case {
        Step::broken(
            part,
            "anybody can sign up to the new pool, which does not tell upper from lower case, as the old one does: the sign-in \
             function cannot look up every spelling of an old name, and who signs up in another one takes it",
            "let administrators alone make users there until the switch (AllowAdminCreateUserOnly), in whatever made the pool",
        )
    } else if super::ways::guards_sign_up(facts) {
        Step::fine(
            part,
            "anybody can sign up to the new pool, and the sign-in function lets nobody take an address of the old one's users",
        )
    } else {
        Step::broken(
            part,
            "anybody can sign up to the new pool, and take an address there that belongs to a user of the old one",
            "let administrators alone make users there until the switch (AllowAdminCreateUserOnly), in whatever made the pool; or \
             deploy with SignInContinuity=migration or all, whose trigger PreSignUp asks the old pool first",
        )
    };
    [sign_up].into_iter().chain(changes).collect()
}

/// Off only where the pool says so (F§4.10).
fn tells_case_apart(pool: &Json) -> bool {
    let names = pool.get("UsernameConfiguration").and_then(|names| names.get("CaseSensitive"));
    names != Some(&Value::Bool(false))
}

fn is_closed(pool: &Json) -> bool {
    let only = pool.get("AdminCreateUserConfig").and_then(|config| config.get("AllowAdminCreateUserOnly"));
    only == Some(&Value::Bool(true))
}
