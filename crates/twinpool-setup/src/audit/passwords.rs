//! Passwords: policy, and whether people can reset them when none comes over.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Pools;
use super::code::Code;
use super::facts::{at, is_on, number, text};
use super::finding::Findings;
use crate::port::Json;

const STRICTER: Code = Code::warns(
    "password-policy-stricter",
    [
        "the new pool's password policy asks for more than the old one's",
        "Passwords that were good enough are refused: the bridge finds them right and then asks for another one, with a result of \
         its own, and so does a reset. Only migration at the first sign-in takes them as they are (F§8).",
        "let the sign-in page ask for a new password where the bridge says so (docs/sign-in.md), or relax the policy in the \
         console of {new} until everybody has moved",
    ],
);
const RECOVERY: Code = Code::warns(
    "recovery-differs",
    [
        "forgotten passwords are recovered by fewer ways in the new pool",
        "No password comes over, so many users will reset theirs; who has only the other contact cannot.",
        "allow the same ways in the console of {new}: Sign-in, User account recovery",
    ],
);
const FEW_MAILS: Code = Code::warns(
    "e-mail-limit",
    [
        "the new pool sends e-mail through Cognito itself, which is limited to 50 a day for the account",
        "Password resets after the switch fail for all but the first fifty users of the day.",
        "send through Amazon SES: in the console of {new}, Authentication methods, Email",
    ],
);
const NO_SMS: Code = Code::warns(
    "sms-not-configured",
    [
        "the new pool is to use text messages and cannot send any",
        "Codes by text message do not arrive.",
        "set up SMS in the console of {new}: Authentication methods, SMS",
    ],
);

pub(super) const CODES: &[Code] = &[STRICTER, RECOVERY, FEW_MAILS, NO_SMS];

const POLICY: [&str; 2] = ["Policies", "PasswordPolicy"];
const CLASSES: [&str; 4] = ["RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let (old, new) = (pools.old.json, pools.new.json);
    found.add_about(&STRICTER, stricter(old, new));
    // Unset: e-mail and phone, as it always was.
    if let Some(there) = recovery(new) {
        let here = recovery(old).unwrap_or_else(|| ["verified_email", "verified_phone_number"].into());
        found.add_about(&RECOVERY, here.difference(&there));
    }
    let sender = text(new, &["EmailConfiguration", "EmailSendingAccount"]).unwrap_or("COGNITO_DEFAULT");
    let users = pools.census().map_or(number(old, &["EstimatedNumberOfUsers"]), |census| census.users);
    if sender == "COGNITO_DEFAULT" && users > 50 && !sends_itself(new, "CustomEmailSender") {
        found.add(&FEW_MAILS).counts(users);
    }
    let wanted = texts_for_phone(pools);
    if at(new, &["SmsConfiguration"]).is_null() && !sends_itself(new, "CustomSMSSender") {
        found.add_about(&NO_SMS, wanted);
    }
}

fn sends_itself(new: &Json, sender: &str) -> bool {
    !at(new, &["LambdaConfig", sender]).is_null()
}

/// Settings that need text messages.
fn texts_for_phone(pools: &Pools<'_>) -> Vec<&'static str> {
    let has = |path: &[&str], word: &str| {
        at(pools.new.json, path)
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one.as_str() == Some(word)))
    };
    let uses = [
        ("AutoVerifiedAttributes", has(&["AutoVerifiedAttributes"], "phone_number")),
        ("SMS_OTP", has(&["Policies", "SignInPolicy", "AllowedFirstAuthFactors"], "SMS_OTP")),
        (
            "SmsMfaConfiguration",
            pools.new.facts.mfa.as_ref().is_ok_and(|mfa| !at(mfa, &["SmsMfaConfiguration"]).is_null()),
        ),
    ];
    uses.into_iter().filter(|(_, is_so)| *is_so).map(|(name, _)| name).collect()
}

fn stricter(old: &Json, new: &Json) -> Vec<&'static str> {
    let [policies, policy] = POLICY;
    let grows = |field| number(new, &[policies, policy, field]) > number(old, &[policies, policy, field]);
    let numbers = ["MinimumLength", "PasswordHistorySize"].into_iter().filter(|field| grows(field));
    let turns_on = |field| is_on(new, &[policies, policy, field]) && !is_on(old, &[policies, policy, field]);
    numbers.chain(CLASSES.into_iter().filter(|field| turns_on(field))).collect()
}

fn recovery(pool: &Json) -> Option<BTreeSet<&str>> {
    let all = at(pool, &["AccountRecoverySetting", "RecoveryMechanisms"]).as_array()?;
    Some(all.iter().filter_map(|one| one.get("Name").and_then(Value::as_str)).collect())
}
