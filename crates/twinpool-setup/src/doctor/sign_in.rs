//! The new pool's side: whether its tokens get the user id, and whether what gives it to them would fail a sign-in.

use serde_json::Value;
use twinpool_core::port::Class;

use super::capture::{kind, no_environment, state};
use super::facts::{Blind, Facts, SignIn, variable};
use super::permission::Call;
use super::step::{ATTACH, DEPLOY, Part, Step, faults_or, way_to_see};
use crate::guest::Guest;
use crate::port::Json;
use crate::self_test::SelfTestFailure;
use crate::triggers::{Held, Slot, in_slot};

const NAME: &str = "the sign-in function";

/// What the new pool calls before a token.
pub(super) fn slot(facts: &Facts) -> Vec<Step> {
    // Told of already.
    let Ok(pool) = &facts.new_pool else { return Vec::new() };
    let named = facts.expected.sign_in.as_ref().zip(facts.sign_in.as_ref());
    match (in_slot(pool, Slot::PreTokenGeneration), named) {
        (Some(held), Some((arn, sign_in))) if held.is(arn) => vec![attached(&held), called(pool, sign_in)],
        (None, _) => vec![not_attached(facts, None)],
        (Some(held), _) => match &facts.new_slot {
            Some(Err(Blind::Failed(error))) if error.class == Class::NotFound => vec![Step::broken(
                Part::NewTrigger,
                format!(
                    "the slot PreTokenGeneration of the new pool names {}, which is not there: every sign-in to it fails",
                    held.function
                ),
                "take it out in the console of the new pool (Extensions), or in the template that manages the pool",
            )],
            _ => vec![not_attached(facts, Some(&held))],
        },
    }
}

fn attached(held: &Held) -> Step {
    let version = held.version.as_deref().unwrap_or("V1_0");
    let reach = if Guest::SignIn.reaches_access_tokens(version) == Some(true) {
        "ID and access tokens of the new pool hold the user id"
    } else {
        "ID tokens of the new pool hold the user id, and access tokens do not"
    };
    let why = format!("{NAME} is in the slot PreTokenGeneration, with events of version {version}: {reach}");
    Step::fine(Part::NewTrigger, why)
}

fn called(pool: &Json, sign_in: &SignIn) -> Step {
    let call = Call {
        part: Part::NewTrigger,
        function: NAME,
        policy: &sign_in.policy,
        pool: "the new pool",
        pool_arn: pool.get("Arn").and_then(Value::as_str).unwrap_or_default(),
        remedy: "run twinpool attach --pool new, which gives the permission",
    };
    call.judged()
}

/// No fault, unless the owner wants the user id in tokens: then those of the old pool alone would hold it.
fn not_attached(facts: &Facts, other: Option<&Held>) -> Step {
    let holds = other.map(|held| format!(" (its slot PreTokenGeneration holds {})", held.function));
    let why = format!("not attached: tokens of the new pool hold no user id{}", holds.unwrap_or_default());
    let capture = facts.capture.as_ref().ok();
    let claim = capture.and_then(|capture| variable(capture, "TWINPOOL_USER_ID_CLAIM"));
    match (claim, &facts.expected.sign_in, other) {
        (Some(claim), Some(_), None) => {
            Step::broken(Part::NewTrigger, format!("{why}, and those of the old pool do ({claim})"), ATTACH)
        }
        (Some(claim), Some(_), Some(held)) => Step::broken(
            Part::NewTrigger,
            format!("{why}, and those of the old pool do ({claim})"),
            format!("deploy with NewPoolChainPreTokenGeneration={}, then {ATTACH}", held.function),
        ),
        (None, _, _) | (_, None, _) => Step::fine(Part::NewTrigger, why),
    }
}

/// The sign-in function: whether it runs, works for these pools, and gives an event about nobody back.
pub(super) fn function(facts: &Facts) -> Vec<Step> {
    let part = Part::SignIn;
    let Some(sign_in) = &facts.sign_in else { return Vec::new() };
    let function = match &sign_in.configuration {
        Ok(function) => function,
        Err(blind) => return vec![Step::blind(part, NAME, blind, DEPLOY)],
    };
    let mut faults = state(part, NAME, function);
    if let Some(Err(failure)) = &sign_in.test {
        faults.extend(tested(failure));
    }
    if !super::facts::shows_environment(function) {
        faults.push(no_environment(part, NAME));
        return faults;
    }
    let expected = &facts.expected;
    for (name, wanted, what) in [
        ("TWINPOOL_LINKS_TABLE", expected.table.as_str(), "table"),
        ("TWINPOOL_OLD_POOL_ID", expected.old_pool.as_str(), "old pool"),
        ("TWINPOOL_NEW_POOL_ID", expected.new_pool.as_str(), "new pool"),
    ] {
        if variable(function, name) != Some(wanted) {
            faults.push(Step::broken(
                part,
                format!("{NAME} is of another {what}, or is told of none ({name}): tokens hold no user id"),
                DEPLOY,
            ));
        }
    }
    faults_or(part, faults, format!("runs ({}), is of these pools and this table", kind(function)))
}

fn tested(failure: &SelfTestFailure) -> Option<Step> {
    match failure {
        // The trigger's step tells.
        SelfTestFailure::NotAllowed { .. } => None,
        SelfTestFailure::Port(error) => Some(Step::unseen(
            Part::SignIn,
            format!("{NAME} could not be called: {error}"),
            way_to_see(error),
        )),
        SelfTestFailure::Failed { .. } | SelfTestFailure::Changed { .. } => {
            let remedy =
                "detach it (twinpool detach --pool new), then look at its log: /twinpool/<stack>/sign-in";
            Some(Step::broken(Part::SignIn, failure.to_string(), remedy))
        }
    }
}
