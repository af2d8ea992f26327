//! What rules make of invented users.

use std::collections::BTreeMap;

use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, ProviderName};
use twinpool_core::link::Names;
use twinpool_core::plan::GroupMode;
use twinpool_core::snapshot::{Snapshot, Status};

use super::View;
use crate::Rules;
use crate::samples::{federated, name, user};

fn view(rules: &str, user: &Snapshot) -> View {
    Rules::parse(rules).unwrap().view(user)
}

fn attributes(view: &View) -> BTreeMap<&str, &str> {
    view.snapshot.attributes.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect()
}

fn held(view: &View) -> Vec<(Subject, Reason)> {
    view.held_back.iter().map(|held| (held.subject.clone(), held.reason)).collect()
}

fn names<'a>(all: impl IntoIterator<Item = &'a AttributeName>) -> Vec<&'a str> {
    all.into_iter().map(AttributeName::as_str).collect()
}

fn identity(provider: &str) -> Subject {
    Subject::Identity(ProviderName::parse(provider).unwrap())
}

const EMAIL: [(&str, &str); 2] = [("email", "Jane@Example.com"), ("email_verified", "true")];

#[test]
fn an_attribute_is_converted_and_renamed() {
    let rules = "[attributes.\"custom:company\"]\nrename = \"custom:tenant\"\nmap = { \"1\" = \"acme\" }\nprefix = \"t-\"";
    let view = view(rules, &user(&[("custom:company", "1"), ("name", "Jane")], &[]));
    assert_eq!(attributes(&view), [("custom:tenant", "t-acme"), ("name", "Jane")].into());
    assert_eq!(view.terms.made_of, [(name("custom:tenant"), name("custom:company"))].into());
    assert!(view.held_back.is_empty() && view.terms.left_alone == Names::default());
}

#[test]
fn a_swap_of_two_names_loses_nothing() {
    let rules =
        "[attributes]\n\"custom:a\" = { rename = \"custom:b\" }\n\"custom:b\" = { rename = \"custom:a\" }";
    let view = view(rules, &user(&[("custom:a", "1"), ("custom:b", "2")], &[]));
    assert_eq!(attributes(&view), [("custom:a", "2"), ("custom:b", "1")].into());
}

#[test]
fn a_dropped_attribute_is_left_alone_even_where_the_user_has_none() {
    for attributes_of in [&[("nickname", "jj")][..], &[]] {
        let view = view("[attributes]\nnickname = { drop = true }", &user(attributes_of, &[]));
        assert!(attributes(&view).is_empty());
        assert_eq!(names(&view.terms.left_alone.attributes), ["nickname"]);
        assert!(view.held_back.is_empty());
    }
}

#[test]
fn a_dropped_name_that_another_rule_writes_is_not_left_alone() {
    let rules = "[attributes]\nnickname = { drop = true }\n\"custom:nick\" = { rename = \"nickname\" }";
    let view = view(rules, &user(&[("nickname", "old"), ("custom:nick", "new")], &[]));
    assert_eq!(attributes(&view), [("nickname", "new")].into());
    assert_eq!(view.terms.left_alone, Names::default());
}

#[test]
fn a_dropped_address_takes_its_flag_with_it() {
    let view = view("[attributes]\nemail = { drop = true }", &user(&EMAIL, &[]));
    assert!(attributes(&view).is_empty());
    assert_eq!(names(&view.terms.left_alone.attributes), ["email", "email_verified"]);
}

#[test]
fn a_folded_address_keeps_its_flag() {
    let view = view("[attributes]\nemail = { fold_case = true }", &user(&EMAIL, &[]));
    assert_eq!(attributes(&view), [("email", "jane@example.com"), ("email_verified", "true")].into());
}

#[test]
fn a_phone_number_becomes_e164_and_keeps_its_flag() {
    let user = user(&[("phone_number", "0171 2345678"), ("phone_number_verified", "true")], &[]);
    let view = view("[attributes]\nphone_number = { e164 = \"DE\" }", &user);
    assert_eq!(
        attributes(&view),
        [("phone_number", "+491712345678"), ("phone_number_verified", "true")].into()
    );
}

#[test]
fn what_is_no_phone_number_is_held_back_with_its_flag() {
    let user = user(&[("phone_number", "+49 12"), ("phone_number_verified", "true"), ("name", "Jane")], &[]);
    let view = view("[attributes]\nphone_number = { e164 = \"DE\" }", &user);
    assert_eq!(attributes(&view), [("name", "Jane")].into());
    assert_eq!(held(&view), [(Subject::Attribute(name("phone_number")), Reason::NotConvertible)]);
    assert_eq!(names(&view.terms.left_alone.attributes), ["phone_number", "phone_number_verified"]);
}

#[test]
fn a_value_that_the_only_map_lacks_is_held_back_under_the_new_name_and_gets_no_default() {
    let rules = "[attributes.\"custom:a\"]\nrename = \"custom:b\"\nmap = { \"1\" = \"x\" }\nmap_only = true\ndefault = \"z\"";
    let unknown = view(rules, &user(&[("custom:a", "2")], &[]));
    assert!(attributes(&unknown).is_empty());
    assert_eq!(held(&unknown), [(Subject::Attribute(name("custom:b")), Reason::NotConvertible)]);
    assert_eq!(names(&unknown.terms.left_alone.attributes), ["custom:b"]);
    let missing = view(rules, &user(&[], &[]));
    assert_eq!(attributes(&missing), [("custom:b", "z")].into());
    assert!(missing.held_back.is_empty());
}

#[test]
fn a_default_fills_in_and_a_constant_takes_the_place() {
    let rules = "[attributes]\nlocale = { default = \"en\" }\n\"custom:source\" = { constant = \"old\" }";
    let without = view(rules, &user(&[], &[]));
    assert_eq!(attributes(&without), [("custom:source", "old"), ("locale", "en")].into());
    let with = view(rules, &user(&[("locale", "de"), ("custom:source", "crm")], &[]));
    assert_eq!(attributes(&with), [("custom:source", "old"), ("locale", "de")].into());
}

#[test]
fn a_constant_under_another_name_is_made_of_nothing() {
    let rules = "[attributes]\n\"custom:a\" = { constant = \"x\", rename = \"custom:b\" }";
    let view = view(rules, &user(&[("custom:a", "1")], &[]));
    assert_eq!(attributes(&view), [("custom:b", "x")].into());
    assert!(view.terms.made_of.is_empty());
}

#[test]
fn the_new_pool_has_the_say_where_a_rule_says_so() {
    let rules = "[attributes]\nname = { wins = \"new\" }\nlocale = { wins = \"old\" }\n\"custom:a\" = { wins = \"new\", rename = \"custom:b\" }";
    assert_eq!(names(&view(rules, &user(&[], &[])).terms.target_wins), ["custom:b", "name"]);
}

#[test]
fn what_a_rule_writes_over_does_not_pass_in_silence() {
    let rules = "[attributes]\n\"custom:nick\" = { rename = \"nickname\" }";
    let view = view(rules, &user(&[("nickname", "old"), ("custom:nick", "new")], &[]));
    assert_eq!(attributes(&view), [("nickname", "new")].into());
    assert_eq!(held(&view), [(Subject::Attribute(name("nickname")), Reason::LeftOut)]);
}

#[test]
fn groups_take_their_new_names_or_stay_out() {
    let rules =
        "[groups]\nmode = \"add_only\"\nleave_out = [\"legacy-*\"]\nrename = { admins = \"administrators\" }";
    let view = view(rules, &user(&[], &["admins", "legacy-a", "staff"]));
    let groups: Vec<_> = view.snapshot.groups.iter().map(GroupName::as_str).collect();
    assert_eq!(groups, ["administrators", "staff"]);
    let left: Vec<_> = view.terms.left_alone.groups.iter().map(GroupName::as_str).collect();
    assert_eq!(left, ["legacy-a"]);
    assert_eq!(view.terms.groups, GroupMode::AddOnly);
}

#[test]
fn without_groups_no_membership_travels() {
    let view = view("[groups]\nmode = \"none\"", &user(&[], &["staff"]));
    assert!(view.snapshot.groups.is_empty());
    assert_eq!(view.terms.groups, GroupMode::None);
}

#[test]
fn an_announced_group_that_is_left_out_now_is_left_alone() {
    let rules = Rules::parse("[groups]\nleave_out = [\"legacy-*\"]").unwrap();
    let groups = |all: &[&str]| Names { groups: user(&[], all).groups, ..Names::default() };
    assert_eq!(rules.left_alone(&groups(&["legacy-a", "staff"])), groups(&["legacy-a"]));
}

#[test]
fn users_are_left_out_by_group_or_value() {
    let rules = "[users]\nleave_out_groups = [\"internal-*\"]\nleave_out_where = { \"custom:test\" = [\"true\", \"yes\"] }";
    let left_out = |attributes, groups| view(rules, &user(attributes, groups)).left_out;
    assert!(left_out(&[], &["staff", "internal-ops"]));
    assert!(left_out(&[("custom:test", "yes")], &[]));
    assert!(!left_out(&[("custom:test", "True")], &["staff"]));
    assert!(!left_out(&[], &[]));
}

#[test]
fn an_identity_is_linked_under_the_new_name_or_waits_under_the_old_one() {
    let rules = "[federation.Google]\npolicy = \"link\"\nprovider = \"GoogleNew\"\n[federation.Okta]\npolicy = \"first_sign_in\"";
    let view = view(rules, &federated(&EMAIL, &["Google", "Okta", "Other"]));
    let linked: Vec<_> =
        view.snapshot.identities.iter().map(|one| (one.provider.as_str(), one.subject.reveal())).collect();
    assert_eq!(linked, [("GoogleNew", "jane-at-Google")]);
    assert_eq!(held(&view), [(identity("Okta"), Reason::Federated), (identity("Other"), Reason::Federated)]);
}

#[test]
fn a_provider_is_trusted_only_where_all_of_a_profile_are() {
    let rules = "[federation.A]\npolicy = \"link\"\ntrust_email = true\n[federation.B]\npolicy = \"link\"";
    let unverified = [("email", "jane@example.com"), ("email_verified", "false")];
    let verified =
        |user: &Snapshot| view(rules, user).snapshot.is_verified(twinpool_core::attribute::Contact::Email);
    assert!(verified(&federated(&unverified, &["A"])));
    assert!(!verified(&federated(&unverified, &["A", "B"])));
    assert!(!verified(&federated(&unverified, &["A", "Unknown"])));
    assert!(!verified(&federated(&unverified, &[])));
    let native = Snapshot { status: Status::Confirmed, ..federated(&unverified, &["A"]) };
    assert!(!verified(&native), "a local user may have changed the address");
    let without = view(rules, &federated(&[("name", "Jane")], &["A"]));
    assert_eq!(attributes(&without), [("name", "Jane")].into());
}
