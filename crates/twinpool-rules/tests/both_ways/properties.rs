//! What holds for every user, every order of changes, and these rules.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use twinpool_core::held_back::Subject;
use twinpool_core::id::Pool;
use twinpool_core::link::{Base, Side};
use twinpool_core::merge::WayBack as _;
use twinpool_core::snapshot::{Factor, Mfa, Snapshot};
use twinpool_core::value::{Attributes, Value};

use crate::pair::{Pair, group, identity, key, name, shape, user};

const NAMES: [&str; 9] = [
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "nickname",
    "custom:a",
    "custom:b",
    "custom:e",
];

/// Lines that may stand in any choice under `[attributes]`.
const LINES: [&str; 8] = [
    "email = { fold_case = true }",
    "phone_number = { e164 = \"DE\" }",
    "name = { drop = true }",
    "nickname = { prefix = \"t-\", wins = \"new\" }",
    "locale = { default = \"en\" }",
    "\"custom:a\" = { map = { 1 = \"x\", 2 = \"y\", 3 = \"y\" }, rename = \"custom:b\" }",
    "\"custom:b\" = { rename = \"custom:a\", default = \"d\" }",
    "\"custom:e\" = { constant = \"old\" }",
];

fn rules() -> impl Strategy<Value = String> {
    let modes = select(vec!["mirror", "add_only", "none"]);
    (subsequence(LINES.to_vec(), 0..=8), modes, any::<bool>()).prop_map(|(lines, mode, renames)| {
        let rename = if renames { "rename = { g = \"h\", h = \"k\" }\nleave_out = [\"i\"]\n" } else { "" };
        let federation = "[federation.Google]\npolicy = \"link\"\n";
        format!("[attributes]\n{}\n[groups]\nmode = \"{mode}\"\n{rename}{federation}", lines.join("\n"))
    })
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let value = |attribute: &'static str| {
        let values: &[&str] = match attribute {
            "email_verified" | "phone_number_verified" => &["true", "false"],
            "email" => &["a@x", "A@x", "b@x"],
            "phone_number" => &["+4917112345678", "0171 12345678", "no"],
            _ => &["1", "2", "x", "y", "d", "t-1"],
        };
        let some = select(values).prop_map(move |value| (name(attribute), Value::new(value)));
        prop::option::of(some)
    };
    NAMES.map(value).prop_map(|found| found.into_iter().flatten().collect())
}

fn anybody(sub: &'static str) -> impl Strategy<Value = Snapshot> {
    let groups = subsequence(vec!["g", "h", "i", "k"], 0..=4);
    let subjects = subsequence(vec!["1", "2"], 0..=2);
    let factors = (any::<[bool; 3]>(), prop::option::of(select(vec![Factor::Sms, Factor::Totp])));
    (attributes(), groups, subjects, any::<bool>(), factors).prop_map(
        move |(attributes, groups, subjects, enabled, ([sms, email, totp], first))| {
            let mfa = Mfa { sms, email, totp, preferred: None };
            Snapshot {
                attributes,
                enabled,
                groups: groups.into_iter().map(group).collect(),
                identities: subjects.into_iter().map(|subject| identity("Google", subject)).collect(),
                mfa: Mfa { preferred: first.filter(|first| mfa.has(*first)), ..mfa },
                ..user(sub, &[], &[])
            }
        },
    )
}

fn pairs() -> impl Strategy<Value = Pair> {
    let users = [anybody("old"), anybody("old")];
    let news = [anybody("new"), anybody("new")];
    let kinds = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let waiting = subsequence(vec!["name", "custom:a", "email"], 0..=2);
    (rules(), users, news, kinds, waiting).prop_map(
        |(rules, [old, old_then], [new, new_then], (by_email, moved, lacks, taken), waiting)| {
            let all = ["custom:a", "custom:b", "custom:e"];
            let few = if lacks { &all[1..] } else { &all[..] };
            let mut pair = Pair::of(&rules, old);
            pair.new = new;
            pair.base = Base { old: Side::of(&old_then, &key()), new: Side::of(&new_then, &key()) };
            pair.shapes = (shape("p_old", few, false), shape("p_new", &all, by_email));
            pair.pending = waiting.into_iter().map(|text| Subject::Attribute(name(text))).collect();
            pair.authority = if moved { Pool::New } else { Pool::Old };
            pair.taken = if taken { [name("email")].into() } else { BTreeSet::new() };
            pair
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_one_round_nothing_is_to_be_done_and_nobody_loses_anything_more(mut pair in pairs()) {
        let first = pair.round();
        let again = pair.round();
        prop_assert_eq!(&again.forward.operations, &vec![], "{:?}", first);
        prop_assert_eq!(&again.backward.operations, &vec![], "{:?}", first);
        prop_assert_eq!(again.merged.overruled, vec![]);
    }

    #[test]
    fn a_value_that_goes_back_comes_forth_again(rules in rules(), new in anybody("new"), old in anybody("old")) {
        let pair = Pair::of(&rules, old);
        let flags = [name("email_verified"), name("phone_number_verified")];
        for (target, value) in new.attributes.iter().filter(|(target, _)| !flags.contains(target)) {
            let Some(source) = pair.rules.source(target) else { continue };
            let Some(before) = pair.rules.value(target, value) else { continue };
            let mut old = pair.old.clone();
            old.attributes.insert(source, before);
            let forth = pair.rules.view(&old).snapshot;
            prop_assert_eq!(forth.attributes.get(target), Some(value), "{}", target);
        }
    }

    #[test]
    fn a_group_that_goes_back_comes_forth_again(rules in rules(), text in select(vec!["g", "h", "i", "k"])) {
        let pair = Pair::of(&rules, user("old", &[], &[]));
        if let Some(source) = pair.rules.group(&group(text)).and_then(|new| {
            twinpool_core::merge::WayBack::group(&pair.rules, &new)
        }) {
            let there = pair.rules.group(&source);
            prop_assert_eq!(there, pair.rules.group(&group(text)));
        }
    }
}
