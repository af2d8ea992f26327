//! What holds of the claim in any trigger event: it arrives, and nothing else changes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use twinpool_core::claim::{ClaimName, NotAdded, in_answer, with_groups};
use twinpool_core::id::{GroupName, UserId};

const MEMBER: &str = r#""user_id":"s-1""#;
const GROUPS: &str = "groupOverrideDetails";
const STAFF: &str = r#""groupOverrideDetails":{"groupsToOverride":["staff"]}"#;

fn add(event: &str) -> Result<String, NotAdded> {
    in_answer(event, event, &ClaimName::default(), &UserId::parse("s-1").unwrap())
}

type Text = BoxedStrategy<String>;

/// White space that may stand between any two parts.
fn space() -> Text {
    select(vec!["", " ", "\n  ", "\t"]).prop_map(str::to_owned).boxed()
}

/// An object of these members and others, in any order; or none at all.
fn object(members: Vec<(&'static str, Text)>) -> Text {
    let others =
        vec((select(vec!["plan", "a\\\"b", "{", "ü"]), select(vec!["{}", "null", "\"}{\"", "[-0.0]"])), 0..3);
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| option::of(value).prop_map(move |value| value.map(|value| (name, value))))
        .collect();
    let all = (members, others).prop_map(|(members, others)| {
        let others =
            others.into_iter().enumerate().map(|(n, (name, value))| (format!("{name}{n}"), value.to_owned()));
        let members = members.into_iter().flatten().map(|(name, value)| (name.to_owned(), value));
        members.chain(others).collect::<Vec<_>>()
    });
    let written = (all.prop_shuffle(), space(), space()).prop_map(|(members, before, after)| {
        let members =
            members.iter().map(|(name, value)| format!("{before}\"{name}\"{after}:{before}{value}{after}"));
        format!("{{{}{after}}}", members.collect::<Vec<_>>().join(","))
    });
    prop_oneof![4 => written, 1 => Just("null".to_owned())].boxed()
}

fn token(others: Vec<(&'static str, Text)>) -> Text {
    let names = select(vec!["[]", "null", r#"["email"]"#]).prop_map(str::to_owned).boxed();
    let own = vec![("claimsToAddOrOverride", object(Vec::new())), ("claimsToSuppress", names)];
    object(own.into_iter().chain(others).collect())
}

fn groups() -> (&'static str, Text) {
    (GROUPS, select(vec!["{}", "null", r#"{"groupsToOverride":["x"]}"#]).prop_map(str::to_owned).boxed())
}

/// An event of this version as a pool sends it or a former function leaves it, among things that no type of ours could hold.
fn event(version: &'static str) -> Text {
    let details = match version {
        "1" => object(vec![("claimsOverrideDetails", token(vec![groups()]))]),
        _ => {
            let tokens = vec![
                ("idTokenGeneration", token(vec![])),
                ("accessTokenGeneration", token(vec![])),
                groups(),
            ];
            object(vec![("claimsAndScopeOverrideDetails", object(tokens))])
        }
    };
    (option::of(details), space(), any::<bool>())
        .prop_map(move |(response, space, is_first)| {
            let response = response.map(|response| format!("{space}\"response\"{space}:{response}{space}"));
            let head = format!(
                r#""triggerSource":"TokenGeneration_X","n":1e400,"n":{space}-0.0,"version":"{version}","s":"\ud800""#
            );
            let members = match (response, is_first) {
                (None, _) => head,
                (Some(response), true) => format!("{response},{head}"),
                (Some(response), false) => format!("{head},{response}"),
            };
            format!("{space}{{{members}{space}}}{space}")
        })
        .boxed()
}

/// The text before the claim was added to it: every text that it could have been.
fn undone(answer: &str, names: &[&str]) -> Vec<String> {
    without(answer, MEMBER, names)
}

/// The text before this member was added to it: every text that it could have been.
fn without(answer: &str, member: &str, names: &[&str]) -> Vec<String> {
    let mut before = Vec::new();
    let mut added = member.to_owned();
    for name in [""].into_iter().chain(names.iter().rev().copied()) {
        if !name.is_empty() {
            added = format!("\"{name}\":{{{added}}}");
        }
        for (new, old) in [(format!("{added},"), ""), (added.clone(), ""), (format!("{{{added}}}"), "null")] {
            let places = answer.match_indices(&new);
            before.extend(places.map(|(at, _)| [&answer[..at], old, &answer[at + new.len()..]].concat()));
        }
    }
    before
}

const V1: [&str; 3] = ["response", "claimsOverrideDetails", "claimsToAddOrOverride"];
const ID: [&str; 4] =
    ["response", "claimsAndScopeOverrideDetails", "idTokenGeneration", "claimsToAddOrOverride"];
const ACCESS: [&str; 4] =
    ["response", "claimsAndScopeOverrideDetails", "accessTokenGeneration", "claimsToAddOrOverride"];

fn claim_at(answer: &str, way: &[&str]) -> Value {
    // What no number and no text of Rust can hold.
    let read: Value = serde_json::from_str(&answer.replace("1e400", "1").replace("\\ud800", "")).unwrap();
    way.iter().fold(read, |value, name| value[name].clone())["user_id"].clone()
}

proptest! {
    #[test]
    fn version_1_gets_the_claim_and_is_the_same_text_besides(event in event("1")) {
        let answer = add(&event).unwrap();
        prop_assert_eq!(claim_at(&answer, &V1), "s-1");
        prop_assert!(undone(&answer, &V1).contains(&event), "{} became {}", event, answer);
        prop_assert_eq!(answer.matches(GROUPS).count(), event.matches(GROUPS).count());
        prop_assert_eq!(add(&answer), Ok(answer));
    }

    #[test]
    fn later_versions_get_it_twice_and_are_the_same_text_besides(
        event in prop_oneof![event("2"), event("3")],
    ) {
        let answer = add(&event).unwrap();
        prop_assert_eq!(claim_at(&answer, &ID), "s-1");
        prop_assert_eq!(claim_at(&answer, &ACCESS), "s-1");
        let before: Vec<_> = undone(&answer, &ACCESS).iter().flat_map(|text| undone(text, &ID)).collect();
        prop_assert!(before.contains(&event), "{} became {}", event, answer);
        prop_assert_eq!(answer.matches(GROUPS).count(), event.matches(GROUPS).count());
        prop_assert_eq!(add(&answer), Ok(answer));
    }

    #[test]
    fn groups_come_where_nobody_spoke_of_groups_and_the_text_is_the_same_besides(
        (event, details) in prop_oneof![
            event("1").prop_map(|event| (event, "claimsOverrideDetails")),
            event("2").prop_map(|event| (event, "claimsAndScopeOverrideDetails")),
        ],
    ) {
        let staff = [GroupName::parse("staff").unwrap()].into();
        match with_groups(&event, &event, &staff).unwrap() {
            None => prop_assert!(event.contains(GROUPS), "{}", event),
            Some(answer) => {
                prop_assert!(!event.contains(GROUPS), "{}", event);
                let before = without(&answer, STAFF, &["response", details]);
                prop_assert!(before.contains(&event), "{} became {}", event, answer);
                prop_assert_eq!(with_groups(&event, &answer, &staff), Ok(None));
            }
        }
        prop_assert_eq!(with_groups(&event, &event, &[].into()), Ok(None));
    }

    #[test]
    fn a_text_cut_or_changed_anywhere_gives_an_answer(
        event in prop_oneof![event("1"), event("2")],
        at in any::<prop::sample::Index>(),
        new in select(vec!["", "{", "}", "\"", "null", "[", ":", ",", "\\", "é"]),
        cut in any::<bool>(),
    ) {
        let places: Vec<_> = event.char_indices().collect();
        let (at, old) = places[at.index(places.len())];
        let rest = if cut { "" } else { &event[at + old.len_utf8()..] };
        let changed = [&event[..at], new, rest].concat();
        if let Ok(answer) = add(&changed) {
            prop_assert!(serde_json::from_str::<&serde_json::value::RawValue>(&answer).is_ok(), "{}", answer);
            prop_assert_eq!(answer.matches(GROUPS).count(), changed.matches(GROUPS).count());
        }
    }

    #[test]
    fn any_text_gives_an_answer(text in any::<String>()) {
        prop_assert!(with_groups(&text, &text, &[].into()).is_err());
        prop_assert!(add(&text).is_err());
    }
}
