//! The ways in that `[sign_in]` of twinpool.toml gives people, against what they have.

use twinpool_core::arrival::Way;

use super::Pools;
use super::code::Code;
use super::facts::{is_on, text};
use super::finding::Findings;

const CODE_NOWHERE: Code = Code::warns(
    "code-without-contact",
    [
        "people are to come in by a one-time code, and users have no verified address or number for one",
        "No code can reach them: they are asked for the password of the old pool instead, and cannot reset it in the new one.",
        "ask them to verify an address while they can still sign in to the old pool, or give them another way: \
         [[sign_in.policy]] in twinpool.toml",
    ],
);
const PAST_FACTOR: Code = Code::warns(
    "password-comes-without-factor",
    [
        "passwords of the old pool come over, and the authenticator apps beside them do not",
        "The bridge gives no tokens to who has a second factor; but the sign-in after it asks only for factors that the new pool \
         knows. Until such a user sets one up there, the password alone opens the account.",
        "require a second factor in the console of {new} (who has none sets one up at the first sign-in), or give these users \
         another way: [[sign_in.policy]] in twinpool.toml",
    ],
);

pub(super) const CODES: &[Code] = &[CODE_NOWHERE, PAST_FACTOR];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let policy = pools.rules().sign_in();
    if let Some(census) = pools.census().filter(|_| policy.has(Way::Code)) {
        let some = "at most: a policy decides by group, which lists do not tell";
        let finding = found.add_of(&CODE_NOWHERE, &census.unreachable);
        if let Some(finding) = finding.filter(|_| policy.default_way() != Way::Code) {
            finding.says(some);
        }
    }
    let apps = pools
        .old
        .facts
        .mfa
        .as_ref()
        .is_ok_and(|mfa| is_on(mfa, &["SoftwareTokenMfaConfiguration", "Enabled"]));
    let asks = |pool| text(pool, &["MfaConfiguration"]).unwrap_or("OFF");
    if apps && asks(pools.old.json) != "OFF" && asks(pools.new.json) != "ON" && policy.has(Way::Password) {
        found.add(&PAST_FACTOR);
    }
}
