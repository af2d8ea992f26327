//! Second factors, and signing in without a password.

use std::collections::BTreeSet;

use super::Pools;
use super::code::Code;
use super::facts::{at, listed, text, texts};
use super::finding::Findings;
use crate::port::Json;

const REQUIRED: Code = Code::warns(
    "mfa-required-in-new",
    [
        "the new pool requires a second factor, and the old one does not",
        "Users without one have to set it up at their first sign-in to the new pool.",
        "set MFA to optional in the console of {new} until the switch is done, or tell the users",
    ],
);
const WEAKER: Code = Code::warns(
    "mfa-weaker-in-new",
    [
        "the old pool has second factors that the new pool does not ask for",
        "Accounts that two factors protect today are protected by one after the switch.",
        "allow the same factors in the console of {new}: Sign-in, Multi-factor authentication",
    ],
);
const SET_UP_AGAIN: Code = Code::warns(
    "factors-set-up-again",
    [
        "users of the old pool may have authenticator apps, passkeys or remembered devices, which Cognito gives to nobody",
        "They set them up again in the new pool. Lists do not tell who has them.",
        "after the backfill, list whom to tell: twinpool report mfa; before it, see them in: twinpool export FILE --mfa \
         (makes each user a monthly active one)",
    ],
);
const PASSWORDLESS_LOST: Code = Code::warns(
    "passwordless-lost",
    [
        "the old pool lets people sign in without a password, and the new one does not in the same ways",
        "Who has no password, or never uses it, has to reset one after the switch.",
        "allow the same first factors in the console of {new}: Sign-in, Options for choice-based sign-in",
    ],
);
const PASSWORDLESS_GAINED: Code = Code::notes(
    "passwordless-gained",
    [
        "the new pool lets people sign in without a password",
        "Mirrored users with a verified contact can use a code at once. twinpool still gives each a random password.",
        "nothing, if this is wanted",
    ],
);
const PASSKEY_DOMAIN: Code = Code::notes(
    "passkey-domain-differs",
    [
        "passkeys of the new pool belong to another domain",
        "Passkeys are made anew anyway; the browser offers old ones where they no longer work.",
        "name the same relying party in the console of {new}: Sign-in, Passkey, if the sign-in page stays there",
    ],
);

pub(super) const CODES: &[Code] =
    &[REQUIRED, WEAKER, SET_UP_AGAIN, PASSWORDLESS_LOST, PASSWORDLESS_GAINED, PASSKEY_DOMAIN];

const KINDS: [&str; 4] = [
    "SmsMfaConfiguration",
    "SoftwareTokenMfaConfiguration",
    "EmailMfaConfiguration",
    "WebAuthnConfiguration",
];
const FIRST: [&str; 3] = ["Policies", "SignInPolicy", "AllowedFirstAuthFactors"];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let (old, new) = (pools.old.json, pools.new.json);
    let (before, after) = (mode(old), mode(new));
    if after == "ON" && before != "ON" {
        found
            .add(&REQUIRED)
            .says(format!("MfaConfiguration is {before} in the old pool and ON in the new one"));
    }
    let (old_mfa, new_mfa) = (pools.old.facts.mfa.as_ref().ok(), pools.new.facts.mfa.as_ref().ok());
    let has = |mfa: Option<&Json>| mfa.map(kinds).unwrap_or_default();
    // Where a pool has none at all, its settings for text messages mean nothing.
    let here = if before == "OFF" { BTreeSet::new() } else { has(old_mfa) };
    let there = if after == "OFF" { BTreeSet::new() } else { has(new_mfa) };
    let lost: Vec<_> = here.difference(&there).copied().collect();
    if before != "OFF" && after == "OFF" {
        found
            .add(&WEAKER)
            .says(format!("MfaConfiguration is {before} in the old pool and OFF in the new one"));
    } else if new_mfa.is_some() && !lost.is_empty() {
        found.add(&WEAKER).about(lost);
    } else if before == "ON" && after == "OPTIONAL" {
        found
            .add(&WEAKER)
            .says("every user has a second factor in the old pool, and need not in the new one");
    }
    check_again(pools, &here, found);
    check_first(pools, found);
    let party = |mfa: Option<&Json>| {
        mfa.and_then(|mfa| text(mfa, &["WebAuthnConfiguration", "RelyingPartyId"])).map(str::to_owned)
    };
    let parties = (party(old_mfa), party(new_mfa));
    if let (Some(one), Some(other)) = &parties
        && one != other
    {
        found.add(&PASSKEY_DOMAIN).says(format!("{one} in the old pool, {other} in the new one"));
    }
}

fn check_again(pools: &Pools<'_>, here: &BTreeSet<&'static str>, found: &mut Findings) {
    let shape = pools.old.shape;
    let apps = here.contains("SoftwareTokenMfaConfiguration");
    let kinds = [("authenticator apps", apps), ("passkeys", shape.passkeys), ("devices", shape.devices)];
    found.add_about(&SET_UP_AGAIN, kinds.into_iter().filter(|(_, has)| *has).map(|(name, _)| name));
}

fn check_first(pools: &Pools<'_>, found: &mut Findings) {
    let of =
        |json| -> BTreeSet<_> { texts(json, &FIRST).into_iter().filter(|it| *it != "PASSWORD").collect() };
    let (here, there) = (of(pools.old.json), of(pools.new.json));
    if let Some(finding) = found.add_about(&PASSWORDLESS_LOST, here.difference(&there)) {
        finding.says(format!("the new pool allows {}", listed(there.iter().copied())));
    }
    found.add_about(&PASSWORDLESS_GAINED, there.difference(&here));
}

fn mode(pool: &Json) -> &str {
    text(pool, &["MfaConfiguration"]).unwrap_or("OFF")
}

/// Which factors are on.
fn kinds(mfa: &Json) -> BTreeSet<&'static str> {
    let is_on = |kind: &&str| match *kind {
        "SoftwareTokenMfaConfiguration" => at(mfa, &[kind, "Enabled"]).as_bool().unwrap_or_default(),
        kind => !at(mfa, &[kind]).is_null(),
    };
    // Passkeys count as a second factor only where the pool says so; as a first one they are told elsewhere.
    KINDS.into_iter().filter(is_on).filter(|kind| *kind != "WebAuthnConfiguration").collect()
}
