//! What both pools say of a user, brought together under an owner's rules.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use twinpool_core::digest::DigestKey;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::Pool;
use twinpool_core::plan::Plan;
use twinpool_core::reverse::{Work, Written};
use twinpool_core::snapshot::{Factor, Mfa, Snapshot};
use twinpool_core::value::Value;

use pair::{Pair, Round, group, identity, key, name, user};

mod pair;
mod properties;

const JANE: [(&str, &str); 4] =
    [("email", "jane@example.com"), ("email_verified", "true"), ("name", "Jane"), ("custom:a", "1")];

fn jane(rules: &str) -> Pair {
    Pair::of(rules, user("old", &JANE, &["staff"]))
}

fn set(user: &mut Snapshot, attribute: &str, value: &str) {
    user.attributes.insert(name(attribute), Value::new(value));
}

fn value<'a>(user: &'a Snapshot, attribute: &str) -> Option<&'a str> {
    user.attribute(attribute).map(Value::reveal)
}

fn attribute(text: &str) -> Subject {
    Subject::Attribute(name(text))
}

fn held(round: &Round) -> Vec<(Subject, Reason)> {
    let held = round.merged.all_held(&round.backward.held_back);
    held.into_iter().map(|held| (held.subject, held.reason)).collect()
}

/// Once more, and nothing is to be done or told anew.
fn assert_at_rest(pair: &mut Pair) {
    let again = pair.round();
    assert_eq!((again.forward.operations, again.backward.operations), (vec![], vec![]));
    assert_eq!(again.merged.overruled, []);
}

#[test]
fn a_change_of_one_pool_is_copied_to_the_other_whoever_has_the_say() {
    for authority in [Pool::Old, Pool::New] {
        let mut pair = Pair { authority, ..jane("") };
        set(&mut pair.old, "name", "Joan");
        set(&mut pair.new, "custom:a", "2");
        pair.new.groups.insert(group("admins"));
        pair.old.groups.remove(&group("staff"));
        pair.new.enabled = false;
        let round = pair.round();
        assert_eq!(round.merged.overruled, []);
        for user in [&pair.old, &pair.new] {
            assert_eq!((value(user, "name"), value(user, "custom:a")), (Some("Joan"), Some("2")));
            assert_eq!((&user.groups, user.enabled), (&[group("admins")].into(), false));
        }
        assert_at_rest(&mut pair);
    }
}

#[test]
fn of_two_changes_of_the_same_that_of_the_pool_with_the_say_stays_and_the_other_is_named() {
    for (authority, winner, loser) in [(Pool::Old, "old", Pool::New), (Pool::New, "new", Pool::Old)] {
        let mut pair = Pair { authority, ..jane("") };
        set(&mut pair.old, "name", "old");
        set(&mut pair.new, "name", "new");
        let round = pair.round();
        assert_eq!(round.merged.overruled, [(loser, attribute("name"))]);
        assert_eq!((value(&pair.old, "name"), value(&pair.new, "name")), (Some(winner), Some(winner)));
        assert_at_rest(&mut pair);
    }
}

#[test]
fn an_attribute_that_went_from_one_pool_goes_from_the_other() {
    let mut pair = jane("");
    pair.new.attributes.remove(&name("custom:a"));
    pair.old.attributes.remove(&name("name"));
    pair.round();
    for user in [&pair.old, &pair.new] {
        assert_eq!((value(user, "name"), value(user, "custom:a")), (None, None));
    }
    assert_at_rest(&mut pair);
}

#[test]
fn an_address_and_its_flag_are_one() {
    let mut pair = jane("");
    set(&mut pair.old, "email", "joan@example.com");
    set(&mut pair.new, "email_verified", "false");
    let round = pair.round();
    assert_eq!(round.merged.overruled, [(Pool::New, attribute("email"))]);
    for user in [&pair.old, &pair.new] {
        let both = (value(user, "email"), value(user, "email_verified"));
        assert_eq!(both, (Some("joan@example.com"), Some("true")));
    }
    let mut pair = jane("");
    set(&mut pair.new, "email", "joan@example.com");
    set(&mut pair.new, "email_verified", "false");
    pair.round();
    let both = (value(&pair.old, "email"), value(&pair.old, "email_verified"));
    assert_eq!(both, (Some("joan@example.com"), Some("false")));
    assert_at_rest(&mut pair);
}

#[test]
fn what_somebody_was_writing_is_no_change_that_anybody_made() {
    let mut pair = jane("");
    set(&mut pair.old, "name", "Joan");
    let round = pair.decide();
    let written = |plan: &Plan, user: &Snapshot, key: &DigestKey| Written::of(plan, &user.sub, key);
    let work = Work {
        at: twinpool_core::id::Timestamp(1),
        old: written(&round.backward, &pair.old, &key()),
        new: written(&round.forward, &pair.new, &key()),
    };
    // It arrived, and nobody lived to say so; the old pool has moved on.
    for operation in &round.forward.operations {
        pair::execute(&mut pair.new, operation);
    }
    set(&mut pair.old, "name", "Jo");
    let stale = pair.decide();
    assert_eq!(stale.merged.overruled, [(Pool::New, attribute("name"))], "taken for the user's without it");
    pair.authority = Pool::New;
    pair.base = pair.base.settled(&work, &pair.old, &pair.new, &key());
    let round = pair.round();
    assert_eq!((round.backward.operations, round.merged.overruled), (vec![], vec![]));
    assert_eq!((value(&pair.old, "name"), value(&pair.new, "name")), (Some("Jo"), Some("Jo")));
}

#[test]
fn what_has_no_way_back_stays_in_the_new_pool_and_is_told_until_it_is_carried_or_overruled() {
    let rules = "[attributes]\n\"custom:a\" = { map = { 1 = \"x\", 2 = \"x\" }, map_only = true }";
    let mut pair = jane(rules);
    set(&mut pair.new, "custom:a", "y");
    for _ in 0..2 {
        assert_eq!(held(&pair.round()), [(attribute("custom:a"), Reason::NoWayBack)]);
        assert_eq!((value(&pair.old, "custom:a"), value(&pair.new, "custom:a")), (Some("1"), Some("y")));
    }
    let mut overruled = pair.clone();
    set(&mut overruled.old, "custom:a", "2");
    assert_eq!(overruled.round().merged.overruled, [(Pool::New, attribute("custom:a"))]);
    assert_eq!(value(&overruled.new, "custom:a"), Some("x"));
    assert_at_rest(&mut overruled);
    set(&mut pair.new, "custom:a", "x");
    assert_eq!(held(&pair.round()), []);
    assert_at_rest(&mut pair);
}

#[test]
fn what_somebody_else_holds_in_the_old_pool_waits_and_goes_once_it_is_free() {
    let mut pair = Pair { taken: [name("email")].into(), ..jane("") };
    set(&mut pair.new, "email", "joan@example.com");
    assert_eq!(held(&pair.round()), [(attribute("email"), Reason::Taken)]);
    assert_at_rest(&mut pair);
    assert_eq!(value(&pair.new, "email"), Some("joan@example.com"));
    pair.taken.clear();
    assert_eq!(held(&pair.round()), []);
    assert_eq!(value(&pair.old, "email"), Some("joan@example.com"));
    assert_at_rest(&mut pair);
}

#[test]
fn a_default_is_not_taken_for_what_the_user_deleted() {
    let mut pair = jane("[attributes]\nname = { default = \"nobody\" }");
    pair.new.attributes.remove(&name("name"));
    assert_eq!(held(&pair.round()), [(attribute("name"), Reason::NoWayBack)]);
    assert_eq!((value(&pair.old, "name"), value(&pair.new, "name")), (Some("Jane"), None));
    assert_at_rest(&mut pair);
}

#[test]
fn renamed_prefixed_and_swapped_attributes_go_back_under_their_old_names() {
    let rules = "[attributes]\n\"custom:a\" = { rename = \"custom:b\", prefix = \"t-\" }\n\
                 \"custom:b\" = { rename = \"custom:a\" }\nname = { rename = \"nickname\" }";
    let mut pair = jane(rules);
    set(&mut pair.new, "custom:b", "t-9");
    set(&mut pair.new, "custom:a", "8");
    set(&mut pair.new, "nickname", "JJ");
    assert_eq!(held(&pair.round()), []);
    let old = |attribute| value(&pair.old, attribute);
    assert_eq!((old("custom:a"), old("custom:b"), old("name")), (Some("9"), Some("8"), Some("JJ")));
    assert_eq!(old("nickname"), None);
    assert_at_rest(&mut pair);
}

#[test]
fn a_constant_and_a_dropped_attribute_never_go_back() {
    let rules = "[attributes]\n\"custom:e\" = { constant = \"x\" }\nnickname = { drop = true }";
    let mut pair = jane(rules);
    set(&mut pair.new, "custom:e", "y");
    set(&mut pair.new, "nickname", "JJ");
    assert_eq!(held(&pair.round()), [(attribute("custom:e"), Reason::NoWayBack)]);
    assert_eq!((value(&pair.old, "custom:e"), value(&pair.old, "nickname")), (None, None));
    assert_at_rest(&mut pair);
}

#[test]
fn groups_go_back_under_their_old_names_and_those_left_out_stay() {
    let rules = "[groups]\nrename = { staff = \"people\" }\nleave_out = [\"secret-*\"]";
    let mut pair = jane(rules);
    pair.new.groups = [group("secret-a"), group("admins")].into();
    pair.round();
    assert_eq!(pair.old.groups, [group("admins")].into());
    pair.new.groups.insert(group("people"));
    pair.round();
    assert_eq!(pair.old.groups, [group("admins"), group("staff")].into());
    assert_eq!(pair.new.groups, [group("admins"), group("people"), group("secret-a")].into());
    assert_at_rest(&mut pair);
}

#[test]
fn who_only_adds_takes_nobody_out_of_a_group_and_tells_of_it() {
    let mut pair = jane("[groups]\nmode = \"add_only\"");
    pair.new.groups.remove(&group("staff"));
    assert_eq!(held(&pair.round()), [(Subject::Group(group("staff")), Reason::NoWayBack)]);
    assert!(pair.old.groups.contains(&group("staff")) && pair.new.groups.is_empty());
    assert_at_rest(&mut pair);
}

#[test]
fn identities_travel_both_ways_where_their_provider_is_linked() {
    let mut pair = jane("[federation.Google]\npolicy = \"link\"\nprovider = \"GoogleNew\"");
    pair.new.identities.insert(identity("GoogleNew", "117"));
    pair.new.identities.insert(identity("Okta", "118"));
    pair.round();
    assert_eq!(pair.old.identities, [identity("Google", "117")].into());
    assert_at_rest(&mut pair);
    pair.new.identities.remove(&identity("GoogleNew", "117"));
    pair.round();
    assert_eq!(pair.old.identities, [].into());
    assert_eq!(pair.new.identities, [identity("Okta", "118")].into());
    assert_at_rest(&mut pair);
}

#[test]
fn codes_go_back_and_an_authenticator_app_is_told_of_and_overrules_nothing() {
    let mut pair = Pair { authority: Pool::New, ..jane("") };
    pair.new.mfa.totp = true;
    let told = [(Subject::Factor(Factor::Totp), Reason::CannotMove)];
    assert_eq!(held(&pair.round()), told);
    pair.old.mfa = Mfa { email: true, preferred: Some(Factor::Email), ..Mfa::default() };
    let round = pair.round();
    assert_eq!((held(&round).as_slice(), round.merged.overruled), (&told[..], vec![]));
    assert!(pair.new.mfa.email && pair.new.mfa.totp, "the old pool's change arrived");
    pair.new.mfa = Mfa { email: false, preferred: Some(Factor::Totp), ..pair.new.mfa };
    pair.round();
    assert!(!pair.old.mfa.email);
    assert_at_rest(&mut pair);
}

#[test]
fn letters_of_another_case_are_no_change_where_the_pool_folds_them() {
    let mut pair = jane("");
    set(&mut pair.old, "email", "Jane@Example.com");
    pair.agree();
    set(&mut pair.new, "email", "jane@example.COM");
    pair.round();
    assert_eq!(value(&pair.old, "email"), Some("Jane@Example.com"));
}
