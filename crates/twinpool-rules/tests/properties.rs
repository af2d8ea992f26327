//! What holds for every user and every order of the file.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use twinpool_core::held_back::Subject;
use twinpool_core::id::{AttributeName, GroupName, ProviderName, Sub, Timestamp, Username};
use twinpool_core::plan::Terms;
use twinpool_core::snapshot::{Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};
use twinpool_rules::{Person, Rules};

const DAY: u64 = 24 * 60 * 60 * 1000;

const NAMES: [&str; 9] = [
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "nickname",
    "locale",
    "custom:a",
    "custom:b",
];

/// Lines that may stand in any order and any choice under `[attributes]`.
const LINES: [&str; 8] = [
    "email = { fold_case = true }",
    "phone_number = { e164 = \"DE\", wins = \"new\" }",
    "name = { drop = true }",
    "nickname = { prefix = \"t-\" }",
    "locale = { default = \"en\" }",
    "\"custom:a\" = { map = { 1 = \"x\", 2 = \"y\" }, map_only = true, rename = \"custom:c\" }",
    "\"custom:b\" = { rename = \"custom:d\", fold_case = true }",
    "\"custom:e\" = { constant = \"old\" }",
];

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).unwrap()
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let value = prop_oneof!["[+0-9 ]{1,16}", "\\PC{1,12}", Just("true".to_owned()), Just("1".to_owned())];
    let pair = (select(&NAMES), value).prop_map(|(key, value)| (name(key), Value::new(value)));
    proptest::collection::vec(pair, 0..9).prop_map(|pairs| pairs.into_iter().collect())
}

fn users() -> impl Strategy<Value = Snapshot> {
    let groups = subsequence(vec!["admins", "legacy-a", "internal-b", "staff"], 0..=4);
    let providers = subsequence(vec!["Google", "Okta", "Other"], 0..=3);
    let status = select(vec![Status::Confirmed, Status::Unconfirmed, Status::ExternalProvider]);
    (attributes(), groups, providers, status, any::<bool>()).prop_map(
        |(attributes, groups, providers, status, enabled)| Snapshot {
            sub: Sub::parse("11111111-aaaa-bbbb-cccc-000000000001").unwrap(),
            username: Username::parse("jane").unwrap(),
            status,
            enabled,
            attributes,
            groups: groups.into_iter().map(|group| GroupName::parse(group).unwrap()).collect(),
            identities: providers
                .into_iter()
                .map(|provider| Identity {
                    provider: ProviderName::parse(provider).unwrap(),
                    subject: Value::new("jane"),
                })
                .collect(),
            mfa: Mfa::default(),
            factors: BTreeSet::new(),
            created_at: Timestamp(0),
            modified_at: Timestamp(0),
        },
    )
}

fn file(lines: &[&str]) -> String {
    let rest = "[users]\nleave_out_groups = [\"internal-*\"]\n[groups]\nleave_out = [\"legacy-*\"]\nrename = { admins = \"administrators\" }\n[federation.Google]\npolicy = \"link\"\ntrust_email = true\n";
    format!("{rest}[attributes]\n{}\n", lines.join("\n"))
}

/// One `[[sign_in.policy]]`.
#[derive(Debug, Clone)]
struct Policy {
    groups: Vec<&'static str>,
    days: Option<u64>,
    way: &'static str,
}

impl Policy {
    fn text(&self) -> String {
        let groups =
            if self.groups.is_empty() { String::new() } else { format!("groups = {:?}\n", self.groups) };
        let days = self.days.map_or(String::new(), |days| format!("not_seen_for = \"{days} days\"\n"));
        format!("[[sign_in.policy]]\n{groups}{days}way = \"{}\"\n", self.way)
    }
}

fn policies() -> impl Strategy<Value = Policy> {
    let groups = subsequence(vec!["a", "b"], 0..=2);
    let ways = select(vec!["password", "code", "invite", "reset"]);
    (groups, proptest::option::of(1_u64..40), ways).prop_map(|(groups, days, way)| Policy {
        groups,
        days,
        way,
    })
}

proptest! {
    #[test]
    fn without_rules_nothing_changes(user in users()) {
        let view = Rules::default().view(&user);
        let waiting: Vec<_> = view.held_back.iter().map(|held| held.subject.clone()).collect();
        let providers: Vec<_> = user.identities.iter().map(|one| Subject::Identity(one.provider.clone())).collect();
        prop_assert_eq!(waiting, providers);
        prop_assert_eq!(view.snapshot, Snapshot { identities: BTreeSet::new(), ..user });
        prop_assert_eq!(view.terms, Terms::default());
        prop_assert!(!view.left_out);
    }

    #[test]
    fn the_order_of_the_file_says_nothing(lines in Just(LINES.to_vec()).prop_shuffle(), user in users()) {
        let (one, other) = (Rules::parse(&file(&LINES)).unwrap(), Rules::parse(&file(&lines)).unwrap());
        prop_assert_eq!(one.fingerprint(), other.fingerprint());
        prop_assert_eq!(one.view(&user), other.view(&user));
    }

    #[test]
    fn fewer_rules_are_other_rules(lines in subsequence(LINES.to_vec(), 0..LINES.len())) {
        let (all, fewer) = (Rules::parse(&file(&LINES)).unwrap(), Rules::parse(&file(&lines)).unwrap());
        prop_assert_ne!(all.fingerprint(), fewer.fingerprint());
    }

    /// Nothing is lost in silence: each attribute arrives, or a rule says that it is dropped, or it is held back.
    #[test]
    fn every_value_arrives_or_is_told(lines in subsequence(LINES.to_vec(), 0..=LINES.len()), user in users()) {
        let view = Rules::parse(&file(&lines)).unwrap().view(&user);
        for source in user.attributes.keys() {
            let made = view.terms.made_of.iter().find(|(_, from)| *from == source);
            let target = made.map_or(source, |(target, _)| target);
            let held = view.held_back.iter().any(|held| held.subject == Subject::Attribute(target.clone()));
            let arrives = view.snapshot.attributes.contains_key(target);
            let left_alone = view.terms.left_alone.attributes.contains(target);
            prop_assert!(arrives != left_alone, "{source}: arrives {arrives}, left alone {left_alone}");
            prop_assert!(!held || left_alone, "{source} is held back and not left alone");
        }
        for group in &user.groups {
            let is_left = view.terms.left_alone.groups.contains(group);
            prop_assert_eq!(is_left, group.as_str().starts_with("legacy-"));
        }
        let linked = view.snapshot.identities.len();
        let waiting = view.held_back.iter().filter(|held| matches!(held.subject, Subject::Identity(_))).count();
        prop_assert_eq!(linked + waiting, user.identities.len());
    }

    #[test]
    fn the_way_is_that_of_the_first_policy_that_fits(
        policies in proptest::collection::vec(policies(), 0..5), user in (subsequence(vec!["a", "b"], 0..=2), 0_u64..40),
    ) {
        let text: String = policies.iter().map(|policy| policy.text()).collect();
        let Ok(rules) = Rules::parse(&text) else { return Ok(()) };
        let (names, days) = user;
        let groups = names.iter().map(|name| GroupName::parse(*name).unwrap()).collect();
        let providers = BTreeSet::new();
        let now = Timestamp(100 * DAY);
        let seen_at = Some(Timestamp(now.0 - days * DAY));
        let fits = |policy: &&Policy| {
            (policy.groups.is_empty() || policy.groups.iter().any(|name| names.contains(name)))
                && policy.days.is_none_or(|long| days >= long)
        };
        let expected = policies.iter().find(fits).map_or("password", |policy| policy.way);
        let way = rules.sign_in().way(Person { groups: &groups, providers: &providers, seen_at }, now);
        prop_assert_eq!(way.code(), expected);
    }

    #[test]
    fn a_policy_that_nobody_gets_to_is_refused_at_its_line(policies in proptest::collection::vec(policies(), 1..4), twice: usize) {
        let mut text: String = policies.iter().map(|policy| policy.text()).collect();
        prop_assume!(Rules::parse(&text).is_ok());
        let line = text.lines().count() + 1;
        text += &policies[twice % policies.len()].text();
        prop_assert_eq!(Rules::parse(&text).unwrap_err().line(), line);
    }

    #[test]
    fn any_text_is_rules_or_an_error_with_a_line_of_the_text(text in "([\\[\\]a-z._=\"{}, 1\n]|email|users|groups|attributes|deleted|sign_in|policy|way){0,60}") {
        if let Err(error) = Rules::parse(&text) {
            prop_assert!((1..=text.lines().count().max(1) + 1).contains(&error.line()), "{error}");
        }
    }
}
