//! By which ways people of the old pool are let in, and whether those ways are open.

use std::collections::BTreeSet;

use serde_json::Value;
use twinpool_core::port::Class;

use super::facts::{Blind, Facts, text, variable};
use super::own_client::{OwnClient, allows};
use super::step::{ATTACH, DEPLOY, Part, Step, faults_or};
use crate::continuity::Continuity;
use crate::port::{FunctionArn, Json};
use crate::triggers::{Slot, in_slot};

/// What the deployed function says. Nothing where nobody named it, or it cannot be seen: other parts tell.
fn deployed(facts: &Facts) -> Option<(&FunctionArn, &Json, Continuity)> {
    let (arn, sign_in) = facts.expected.sign_in.as_ref().zip(facts.sign_in.as_ref())?;
    let configuration = sign_in.configuration.as_ref().ok()?;
    Some((arn, configuration, Continuity::of(configuration).ok()?))
}

/// Whether the sign-in function asks who signs up, so that nobody takes a name of a user of the old pool.
pub(super) fn guards_sign_up(facts: &Facts) -> bool {
    let held = facts.new_pool.as_ref().ok().and_then(|pool| in_slot(pool, Slot::PreSignUp));
    let ours = deployed(facts).filter(|(_, _, continuity)| continuity.migrates());
    held.zip(ours).is_some_and(|(held, (arn, ..))| held.is(arn))
}

/// Whether users are made at their first sign-in, so that names of the old pool are free in the new one until then.
pub(super) fn migrates(facts: &Facts) -> bool {
    deployed(facts).is_some_and(|(_, _, continuity)| continuity.migrates())
}

/// The slots that the ways in need, and those that they do not need any more. The one before tokens is told of elsewhere.
pub(super) fn slots(facts: &Facts) -> Vec<Step> {
    let (part, Ok(pool)) = (Part::WaysIn, &facts.new_pool) else { return Vec::new() };
    let sign_in = facts.sign_in.as_ref().and_then(|it| it.configuration.as_ref().ok());
    if let Some(Err(unknown)) = sign_in.map(Continuity::of) {
        return vec![Step::broken(part, unknown.to_string(), DEPLOY)];
    }
    let Some((arn, _, continuity)) = deployed(facts) else { return Vec::new() };
    let is_ours = |slot: &Slot| in_slot(pool, *slot).is_some_and(|held| held.is(arn));
    let named = |slots: Vec<Slot>| slots.iter().map(|slot| slot.name()).collect::<Vec<_>>().join(", ");
    let others = Slot::ALL.into_iter().filter(|slot| *slot != Slot::PreTokenGeneration);
    let (wanted, spare): (Vec<_>, Vec<_>) = others.partition(|slot| continuity.wants(*slot));
    let missing: Vec<_> = wanted.into_iter().filter(|slot| !is_ours(slot)).collect();
    let left: Vec<_> = spare.into_iter().filter(is_ours).collect();
    let mut faults = Vec::new();
    if !missing.is_empty() && continuity != Continuity::None {
        let why = format!(
            "SignInContinuity is {continuity}, and these triggers of the new pool do not name the sign-in function: {}",
            named(missing)
        );
        faults.push(Step::broken(part, why, ATTACH));
    }
    if !left.is_empty() {
        let why = format!(
            "SignInContinuity is {continuity}, and these triggers of the new pool still name the sign-in function: {}",
            named(left)
        );
        faults.push(Step::broken(part, format!("{why}: sign-ins that come by them fail"), ATTACH));
    }
    if continuity == Continuity::None {
        return faults;
    }
    faults_or(part, faults, format!("{continuity}: the triggers of the new pool name the sign-in function"))
}

/// The app client of the old pool by which passwords are checked.
pub(super) fn own_client(facts: &Facts) -> Vec<Step> {
    let part = Part::OldClient;
    let (Some((_, function, _)), Some(ways)) = (deployed(facts), &facts.ways) else { return Vec::new() };
    let Some(id) = variable(function, "TWINPOOL_OLD_POOL_CLIENT_ID") else {
        return vec![Step::broken(
            part,
            "the sign-in function is not told by which app client it checks passwords",
            DEPLOY,
        )];
    };
    let client = match &ways.own_client {
        Ok(client) => client,
        Err(Blind::Failed(error)) if error.class == Class::NotFound => {
            let why = "the app client of the old pool that checks passwords is not there: every password is refused";
            let remedy =
                "deploy with OldPoolClientId empty, so that the stack makes one, or with another one";
            return vec![Step::broken(part, why, remedy)];
        }
        Err(blind) => return vec![Step::blind(part, "the app client of the old pool", blind, DEPLOY)],
    };
    let own = OwnClient {
        part,
        pool: "old",
        otherwise: "capture takes the sign-ins of its users for twinpool's own, and misses their changes",
        mend: "deploy with OldPoolClientId empty, so that the stack makes one, or with a client that",
    };
    let mut faults = own.faults(client);
    let told = facts.capture.as_ref().ok().and_then(|capture| variable(capture, "TWINPOOL_OWN_CLIENT_ID"));
    if facts.capture.is_ok() && told != Some(id) {
        let why = "capture is not told of the app client that checks passwords: each check is taken for a sign-in to the old pool";
        faults.push(Step::broken(part, why, DEPLOY));
    }
    faults_or(part, faults, "there, without a secret, and checks passwords")
}

/// The app clients of the new pool: a way in is open where one of them allows its flow.
pub(super) fn clients(facts: &Facts) -> Vec<Step> {
    let part = Part::NewClients;
    let (Some((_, function, continuity)), Some(ways)) = (deployed(facts), &facts.ways) else {
        return Vec::new();
    };
    let clients = match &ways.clients {
        Ok(clients) => clients,
        Err(blind) => return vec![Step::blind(part, "the app clients of the new pool", blind, DEPLOY)],
    };
    let mut faults = Vec::new();
    let (password, custom) = (["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH"], ["CUSTOM_AUTH"]);
    for (is_on, flows, what) in [
        (continuity.migrates(), &password[..], "migration does not see passwords that are sent by SRP"),
        (continuity.challenges(), &custom[..], "nobody can answer a challenge"),
    ] {
        let allow = |client: &Json| flows.iter().any(|flow| allows(client, flow));
        if is_on && !clients.iter().any(allow) {
            let flows: Vec<_> = flows.iter().map(|flow| format!("ALLOW_{flow}")).collect();
            let why = format!("no app client of the new pool allows {}: {what}", flows.join(" or "));
            let remedy = "allow it for the clients that your applications sign in with, in the console of the new pool (App clients)";
            faults.push(Step::broken(part, why, remedy));
        }
    }
    if ways.has_codes {
        faults.extend(codes(facts, clients, function, continuity));
    }
    let lacking = without(clients, continuity);
    let but = if lacking.is_empty() {
        String::new()
    } else {
        format!("; not by these clients: {}", lacking.join(", "))
    };
    faults_or(part, faults, format!("app clients of the new pool allow the ways in{but}"))
}

/// Clients by which one of the ways is closed: those of machines among them.
fn without(clients: &[Json], continuity: Continuity) -> Vec<&str> {
    let is_open = |client: &Json| {
        let password = allows(client, "USER_PASSWORD_AUTH") || allows(client, "ADMIN_USER_PASSWORD_AUTH");
        (password || !continuity.migrates()) && (allows(client, "CUSTOM_AUTH") || !continuity.challenges())
    };
    clients.iter().filter(|client| !is_open(client)).filter_map(|client| text(client, "ClientName")).collect()
}

/// Somebody is to come in by a code: the sign-in function sends it, or Cognito does.
fn codes(facts: &Facts, clients: &[Json], function: &Json, continuity: Continuity) -> Option<Step> {
    let sends =
        ["TWINPOOL_CODE_EMAIL_FROM", "TWINPOOL_CODE_SMS"].iter().any(|it| variable(function, it).is_some());
    let pool = facts.new_pool.as_ref().ok()?;
    let factors = pool.get("Policies").and_then(|it| it.pointer("/SignInPolicy/AllowedFirstAuthFactors"));
    let factors: BTreeSet<_> =
        factors.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let is_otp = factors.contains("EMAIL_OTP") || factors.contains("SMS_OTP");
    let has_plan = matches!(text(pool, "UserPoolTier"), Some("ESSENTIALS" | "PLUS"));
    let by_cognito = is_otp && has_plan && clients.iter().any(|client| allows(client, "USER_AUTH"));
    if (continuity.challenges() && sends) || by_cognito {
        return None;
    }
    let why = "twinpool.toml lets people in by a code, and nobody sends one: the sign-in function is not told how, and the new pool \
               lacks EMAIL_OTP and SMS_OTP, the plan Essentials, or a client with ALLOW_USER_AUTH";
    let remedy = "deploy with SignInContinuity=challenges (or all) and CodeEmailFrom or CodeSms=true; or allow EMAIL_OTP and \
                  ALLOW_USER_AUTH in the new pool, on the plan Essentials";
    Some(Step::broken(Part::NewClients, why, remedy))
}
