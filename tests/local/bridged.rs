//! People who were mirrored ahead come in with their old password, by CUSTOM_AUTH: with the TypeScript client, on both pools of MiniStack.

use serde_json::json;
use twinpool_tests::application::{Application, End};
use xtask::local::{Mail, PASSWORD, Person, Stack};
use xtask::testbed::{WAYS_IN, stack};

use crate::arrived;
use crate::typescript::application;

/// Somebody of the old pool who has arrived in the new one, and what a test needs of both.
pub(crate) struct Twin {
    pub(crate) stack: Stack,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) old_sub: String,
    pub(crate) new: Person,
    /// How many mails the old pool had sent them by then.
    mails: usize,
}

impl Twin {
    /// Signs somebody up in the old pool, in these groups, and waits until the new pool has them.
    pub(crate) fn mirrored(name: &str, groups: &[&str]) -> Self {
        let stack = stack(WAYS_IN).unwrap();
        let (old, email) = (stack.old(), format!("{name}@example.com"));
        let profile = [("email", email.as_str()), ("email_verified", "true"), ("custom:tenant", "acme")];
        let old_sub = old.sign_up(name, &profile).unwrap();
        old.confirm(name).unwrap();
        for group in groups {
            if old.make_group(group, "", 1).is_err() {
                assert_eq!(old.group(group).unwrap().1, 1, "another test has made it");
            }
            old.join(name, group).unwrap();
        }
        old.sign_in(name).unwrap();
        // What the old pool sends at a sign-up.
        let mails = stack.mail(&email).unwrap().len();
        let new = arrived(&stack, &old_sub);
        Self { name: name.to_owned(), email, old_sub, new, mails, stack }
    }

    /// An application at the new pool.
    pub(crate) fn at(&self, continuity: &str) -> Application {
        application(&self.stack, continuity)
    }

    /// The session is this person's, with the same user id, groups and attributes.
    pub(crate) fn is_in(&self, end: &End, groups: &[&str]) {
        for token in [end.id(), end.access()] {
            assert_eq!(token["user_id"], json!(self.old_sub), "the user id of old");
            assert_eq!(token["sub"], json!(self.new.sub));
        }
        assert_eq!(end.groups(), groups);
        let now = self.stack.new_pool().person(&self.new.sub).unwrap().unwrap();
        assert_eq!((now.attributes, now.status.as_str()), (self.new.attributes.clone(), "CONFIRMED"));
    }

    /// What they were sent since, but by the old pool.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.stack.mail(&self.email).unwrap().split_off(self.mails)
    }

    fn old_password(&self, password: &str) {
        let body = json!({ "UserPoolId": self.stack.addresses.old_pool.id, "Username": self.name,
                           "Password": password, "Permanent": true });
        self.stack.aws().cognito("AdminSetUserPassword", &body).unwrap();
    }

    fn new_password(&self, password: &str) {
        let body = json!({ "UserPoolId": self.stack.addresses.new_pool.id, "Username": self.new.sub,
                           "Password": password, "Permanent": true });
        self.stack.aws().cognito("AdminSetUserPassword", &body).unwrap();
    }
}

#[test]
fn the_old_password_is_carried_over_at_the_first_sign_in_and_plain_srp_takes_it_from_then_on() {
    let ada = Twin::mirrored("bridged-ada", &["bridged-editors"]);
    assert_eq!(ada.new.attributes["custom:tenant"], "acme");
    assert_eq!(
        ada.at("none").sign_in(&ada.email, PASSWORD).reason(),
        "wrong",
        "nobody has carried it over yet"
    );
    assert_eq!(ada.at("challenges").sign_in(&ada.email, "Not-her-password-1").reason(), "wrong");

    ada.is_in(&ada.at("challenges").sign_in(&ada.email, PASSWORD), &["bridged-editors"]);
    ada.is_in(&ada.at("none").sign_in(&ada.email, PASSWORD), &["bridged-editors"]);
    for function in ["sign-in", "capture", "mirror"] {
        let log = ada.stack.log(function).unwrap();
        assert!(!log.is_empty(), "{function} logs nothing");
        assert!(!log.contains(PASSWORD) && !log.contains("Not-her-password-1"), "{function} logs a password");
        assert!(!log.contains(&ada.email), "{function} logs an address");
    }
}

#[test]
fn a_password_that_the_new_policy_refuses_gives_way_to_one_that_the_person_chooses() {
    let bob = Twin::mirrored("bridged-bob", &[]);
    let lax = json!({ "UserPoolId": bob.stack.addresses.old_pool.id,
                      "Policies": { "PasswordPolicy": { "MinimumLength": 6, "RequireUppercase": false,
                                                        "RequireLowercase": false, "RequireNumbers": false,
                                                        "RequireSymbols": false } } });
    bob.stack.aws().cognito("UpdateUserPool", &lax).unwrap();
    bob.old_password("weak-1");

    let app = bob.at("challenges");
    let mut answers = ["weak-2", "Strong-enough-2"].into_iter();
    let end = app.asked(&bob.email, "weak-1", |question| {
        assert_eq!(question["ask"], "new-password");
        answers.next().unwrap().to_owned()
    });
    bob.is_in(&end, &[]);
    assert_eq!(answers.next(), None, "the weak one was refused, and asked for again");
    bob.is_in(&bob.at("none").sign_in(&bob.email, "Strong-enough-2"), &[]);
    assert_eq!(app.sign_in(&bob.email, "weak-1").reason(), "wrong", "the old one opens nothing any more");
}

#[test]
fn once_there_is_a_password_in_the_new_pool_that_of_the_old_one_opens_nothing() {
    let cleo = Twin::mirrored("bridged-cleo", &[]);
    cleo.is_in(&cleo.at("challenges").sign_in(&cleo.email, PASSWORD), &[]);
    cleo.new_password("Since-it-leaked-9");
    assert_eq!(cleo.at("all").sign_in(&cleo.email, PASSWORD).reason(), "wrong");
    cleo.is_in(&cleo.at("all").sign_in(&cleo.email, "Since-it-leaked-9"), &[]);
}

#[test]
fn somebody_disabled_in_the_old_pool_gets_in_nowhere_and_gets_no_password() {
    let dora = Twin::mirrored("bridged-dora", &[]);
    dora.stack.old().enable(&dora.name, false).unwrap();
    assert_eq!(
        dora.at("challenges").sign_in(&dora.email, PASSWORD).reason(),
        "wrong",
        "before it is mirrored"
    );
    dora.stack.audit_trail().tell("AdminDisableUser", &dora.old_sub).unwrap();
    crate::until(&dora.stack, &dora.old_sub, "the disabled user", |person| !person.enabled);
    assert_eq!(dora.at("challenges").sign_in(&dora.email, PASSWORD).reason(), "disabled");

    dora.stack.old().enable(&dora.name, true).unwrap();
    dora.stack.audit_trail().tell("AdminEnableUser", &dora.old_sub).unwrap();
    crate::until(&dora.stack, &dora.old_sub, "the enabled user", |person| person.enabled);
    assert_eq!(dora.at("none").sign_in(&dora.email, PASSWORD).reason(), "wrong", "nothing was carried over");
    dora.is_in(&dora.at("challenges").sign_in(&dora.email, PASSWORD), &[]);
}

#[test]
fn after_five_wrong_passwords_a_right_one_has_to_wait() {
    let emil = Twin::mirrored("bridged-emil", &[]);
    let app = emil.at("challenges");
    for guess in 1..=5 {
        assert_eq!(app.sign_in(&emil.email, &format!("A-guess-number-{guess}")).reason(), "wrong");
    }
    assert_eq!(app.sign_in(&emil.email, PASSWORD).reason(), "too-many");
}

#[test]
fn two_sign_ins_at_once_leave_one_user_with_the_one_password() {
    let fred = Twin::mirrored("bridged-fred", &[]);
    let ends: Vec<_> = std::thread::scope(|scope| {
        let tabs: Vec<_> =
            (0..2).map(|_| scope.spawn(|| fred.at("challenges").sign_in(&fred.email, PASSWORD))).collect();
        tabs.into_iter().map(|tab| tab.join().unwrap()).collect()
    });
    let (inside, outside): (Vec<_>, Vec<_>) = ends.iter().partition(|end| matches!(end, End::Tokens(_)));
    inside.iter().for_each(|end| fred.is_in(end, &[]));
    // Whoever asks just after the other was let in is told `wrong`, and gets in by trying again.
    assert!(!inside.is_empty() && outside.iter().all(|end| end.reason() == "wrong"), "{ends:?}");
    fred.is_in(&fred.at("none").sign_in(&fred.email, PASSWORD), &[]);
    let of_that_address = fred.stack.new_pool().with("email", &fred.email).unwrap();
    assert_eq!(of_that_address, std::slice::from_ref(&fred.new.sub));
}

#[test]
fn a_second_factor_of_the_new_pool_is_asked_for_before_any_token() {
    let gina = Twin::mirrored("bridged-gina", &[]);
    let (aws, pool) = (gina.stack.aws(), &gina.stack.addresses.new_pool.id);
    let optional = json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL",
                           "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    aws.cognito("SetUserPoolMfaConfig", &optional).unwrap();
    let preference = json!({ "UserPoolId": pool, "Username": gina.new.sub,
                             "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    aws.cognito("AdminSetUserMFAPreference", &preference).unwrap();

    let mut asked = Vec::new();
    let end = gina.at("challenges").asked(&gina.email, PASSWORD, |question| {
        asked.push((question["ask"].clone(), question["kind"].clone()));
        "123456".to_owned()
    });
    assert_eq!(asked, [(json!("second-factor"), json!("SOFTWARE_TOKEN_MFA"))]);
    gina.is_in(&end, &[]);
}

#[test]
fn the_old_pool_is_asked_and_keeps_the_account_as_it_is() {
    let hugo = Twin::mirrored("bridged-hugo", &[]);
    let before = hugo.stack.old().person(&hugo.name).unwrap();
    hugo.is_in(&hugo.at("challenges").sign_in(&hugo.email, PASSWORD), &[]);
    assert_eq!(hugo.stack.old().person(&hugo.name).unwrap(), before);
    hugo.stack.old().sign_in(&hugo.name).unwrap();
}
