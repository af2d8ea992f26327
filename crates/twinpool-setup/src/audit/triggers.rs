//! Functions in the trigger slots of both pools.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Pools;
use super::code::Code;
use super::facts::{at, is_on};
use super::finding::Findings;
use crate::guest::Guest;
use crate::names::{HOLD_NAMES, changeable};
use crate::port::{FunctionArn, Json};
use crate::triggers::{Slot, in_slot};

const TAKEN: Code = Code::warns(
    "slot-taken",
    [
        "a trigger slot of the old pool that capture needs has a function already",
        "A slot holds one function: put in its place, capture would end what that function does at sign-in.",
        "deploy the stack with these parameters, so that capture calls the former function first, then attach:",
    ],
);
const NEW_TAKEN: Code = Code::warns(
    "new-slot-taken",
    [
        "a trigger slot of the new pool that the sign-in function needs has a function already",
        "A slot holds one function: twinpool's, which puts the user id into tokens and lets people in, would end what that one does.",
        "nothing, if tokens of the new pool need no user id and nobody is let in; else deploy the stack with these parameters, so that \
         twinpool's function calls the former one first, then twinpool attach --pool new:",
    ],
);
const PRE_SIGN_UP: Code = Code::warns(
    "new-pool-pre-sign-up",
    [
        "the new pool has a PreSignUp function, which runs for every user whom twinpool makes",
        "Whomever it refuses does not come over, and whatever else it does (messages of its own, records) it does for everybody.",
        "let it return the event unchanged when triggerSource is PreSignUp_AdminCreateUser, or empty the slot while the mirror runs; \
         with SignInContinuity=migration or all: deploy with NewPoolChainPreSignUp=<its ARN>, so that the sign-in function calls it \
         first",
    ],
);
const USER_MIGRATION: Code = Code::warns(
    "new-pool-user-migration",
    [
        "the new pool has a UserMigration function, which makes users by itself",
        "Whom it makes before twinpool does has no marker and becomes a conflict.",
        "take it out: SignInContinuity=migration does what it does, under the rules, and two cannot share the slot; or run the \
         backfill before anybody signs in to the new pool",
    ],
);
const UNKNOWN: Code = Code::warns(
    "unknown-trigger",
    [
        "a pool has a trigger that this twinpool does not know",
        "It may run for calls that twinpool makes, and do more than is known here.",
        "read what AWS says of it; in the new pool, empty the slot while the mirror runs",
    ],
);
const OPEN_SIGN_UP: Code = Code::warns(
    "open-sign-up",
    [
        "anybody can sign up to the new pool by themselves",
        "Who signs up there with the address of a user who is not mirrored yet takes that name, and the user becomes a conflict.",
        "switch self-registration off in the console of {new} until the switch (Sign-up, Self-service sign-up), or deploy with \
         SignInContinuity=migration or all, whose PreSignUp trigger asks the old pool first",
    ],
);
const CHANGEABLE: Code = Code::warns(
    "sign-in-name-changeable",
    [
        "users are made at their first sign-in, and people of the new pool can change a sign-in name to one of the old pool",
        "Whoever is signed in to the new pool can take the address of a user who has not come yet, and that user becomes a conflict: \
         PreSignUp is asked about sign-ups alone.",
        HOLD_NAMES,
    ],
);
const NOT_IN_NEW: Code = Code::warns(
    "trigger-not-in-new",
    [
        "the old pool has triggers that the new pool lacks",
        "What these functions do at sign-in and sign-up (checks, claims, records) does not happen in the new pool.",
        "give the new pool its own functions in the console of {new}: Extensions; the pool can share them with the old one",
    ],
);
const MESSAGE_TRIGGERS: Code = Code::notes(
    "new-pool-message-triggers",
    [
        "the new pool writes or sends its messages by functions of its own",
        "They do not run for what twinpool does, as it sends nothing; they do for users who sign in to the new pool.",
        "nothing",
    ],
);

pub(super) const CODES: &[Code] = &[
    TAKEN,
    NEW_TAKEN,
    PRE_SIGN_UP,
    USER_MIGRATION,
    UNKNOWN,
    OPEN_SIGN_UP,
    CHANGEABLE,
    NOT_IN_NEW,
    MESSAGE_TRIGGERS,
];

/// Where the sign-in function always goes.
const SIGN_IN: [Slot; 2] = [Slot::PreTokenGeneration, Slot::PostConfirmation];
/// All that a `LambdaConfig` can have (F§6).
const KNOWN: [&str; 15] = [
    "PreSignUp",
    "CustomMessage",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
    "PreTokenGeneration",
    "PreTokenGenerationConfig",
    "UserMigration",
    "CustomSMSSender",
    "CustomEmailSender",
    "KMSKeyID",
    "InboundFederation",
];
const SENDERS: [&str; 3] = ["CustomMessage", "CustomSMSSender", "CustomEmailSender"];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let (old, new) = (pools.old.json, pools.new.json);
    let is_capture = |slot: Slot| holds(old, slot, pools.input.capture);
    let is_sign_in = |slot: Slot| holds(new, slot, pools.input.sign_in);
    check_slots(old, Guest::Capture, (&TAKEN, Guest::Capture.slots()), is_capture, found);
    check_slots(new, Guest::SignIn, (&NEW_TAKEN, &SIGN_IN), is_sign_in, found);
    let (here, there) = (slots(old), slots(new));
    if there.contains("PreSignUp") && !is_sign_in(Slot::PreSignUp) {
        found.add(&PRE_SIGN_UP);
    }
    if there.contains("UserMigration") && !is_sign_in(Slot::UserMigration) {
        found.add(&USER_MIGRATION);
    }
    for (side, all) in [("old pool", &here), ("new pool", &there)] {
        let strange = all.iter().filter(|name| !KNOWN.contains(name));
        if let Some(finding) = found.add_about(&UNKNOWN, strange) {
            finding.says(format!("in the {side}"));
        }
    }
    let is_guarded = is_sign_in(Slot::PreSignUp);
    if !is_on(new, &["AdminCreateUserConfig", "AllowAdminCreateUserOnly"]) && !is_guarded {
        found.add(&OPEN_SIGN_UP);
    }
    if there.contains("UserMigration") {
        let clients = pools.new.facts.clients.as_deref().ok();
        found.add_about(&CHANGEABLE, changeable(new, clients));
    }
    let is_own = |name: &str| Guest::Capture.slots().iter().any(|it| it.name() == name && is_capture(*it));
    let logic = |name: &&&str| !["KMSKeyID", "UserMigration"].contains(*name) && !is_own(name);
    found.add_about(&NOT_IN_NEW, here.difference(&there).filter(logic));
    found.add_about(&MESSAGE_TRIGGERS, there.iter().filter(|name| SENDERS.contains(name)));
}

/// Slots that one of ours needs, and that hold another function.
fn check_slots(
    pool: &Json,
    guest: Guest,
    (code, needed): (&'static Code, &[Slot]),
    is_ours: impl Fn(Slot) -> bool,
    found: &mut Findings,
) {
    let others = needed.iter().copied().filter(|slot| !is_ours(*slot));
    let taken = others.filter_map(|slot| {
        let held = in_slot(pool, slot)?;
        Some((slot, format!("{}={}", guest.parameter(slot), held.function)))
    });
    let (slots, parameters): (Vec<_>, Vec<_>) = taken.unzip();
    if let Some(finding) = found.add_about(code, slots) {
        finding.fixed_by(format!("{} {}", code.fix, parameters.join(" ")));
    }
}

/// Whether a slot holds this function of ours.
fn holds(pool: &Json, slot: Slot, ours: Option<&FunctionArn>) -> bool {
    ours.is_some_and(|ours| in_slot(pool, slot).is_some_and(|held| held.is(ours)))
}

/// The slots that hold something, with one name for both ways of saying PreTokenGeneration.
fn slots<'a>(pool: &'a Json) -> BTreeSet<&'a str> {
    let all = at(pool, &["LambdaConfig"]).as_object();
    let filled = all.into_iter().flatten().filter(|(_, value)| !is_empty(value));
    let name = |name: &'a str| if name == "PreTokenGenerationConfig" { "PreTokenGeneration" } else { name };
    filled.map(|(key, _)| name(key)).collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}
