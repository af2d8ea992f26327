//! The user id goes into the answer of a trigger, and groups: what is not the claim stays byte for byte as it was.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use twinpool_core::claim::{ClaimName, in_answer, may_be_born_elsewhere, whose, with_groups};
use twinpool_core::id::{GroupName, UserId};

use crate::json::members;
use crate::text::{assert_one_line, assert_silent, text};

const USER: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";

static NAME: LazyLock<ClaimName> = LazyLock::new(ClaimName::default);
static ID: LazyLock<UserId> = LazyLock::new(|| UserId::parse(USER).expect("an id"));
static GROUPS: LazyLock<BTreeSet<GroupName>> =
    LazyLock::new(|| ["staff", "admins"].map(|name| GroupName::parse(name).expect("a name")).into());

/// An event, and behind a NUL what a former function answered; without one, the answer is the event.
pub(crate) fn claim(input: &[u8]) {
    let Some(input) = text(input) else { return };
    let (event, answer) = input.split_once('\0').unwrap_or((input, input));
    if let Err(why) = whose(event) {
        assert_silent(event, &why.to_string());
        assert_one_line(&why.to_string());
    }
    let (once, twice) = (may_be_born_elsewhere(event), may_be_born_elsewhere(event));
    assert_eq!(once, twice);
    match in_answer(event, answer, &NAME, &ID) {
        Ok(with_id) => id_added(event, answer, &with_id),
        Err(why) => assert_silent(input, &why.to_string()),
    }
    match with_groups(event, answer, &GROUPS) {
        Ok(Some(with_groups)) => groups_added(event, answer, &with_groups),
        Ok(None) => {}
        Err(why) => assert_silent(input, &why.to_string()),
    }
}

fn id_added(event: &str, answer: &str, with_id: &str) {
    assert_eq!(in_answer(event, with_id, &NAME, &ID).as_deref(), Ok(with_id), "it is added twice");
    assert_rest(answer, with_id);
    let (Ok(mut wanted), Ok(found)) =
        (serde_json::from_str::<Value>(answer), serde_json::from_str::<Value>(with_id))
    else {
        return;
    };
    let ways: &[&[&str]] = if is_first_version(event, &wanted) {
        &[&["claimsOverrideDetails"]]
    } else {
        &[
            &["claimsAndScopeOverrideDetails", "idTokenGeneration"],
            &["claimsAndScopeOverrideDetails", "accessTokenGeneration"],
        ]
    };
    for way in ways {
        let mut here = member(&mut wanted, "response");
        for name in way.iter().chain(&["claimsToAddOrOverride"]) {
            here = member(here, name);
        }
        *member(here, NAME.as_str()) = json!(USER);
    }
    assert_eq!(found, wanted, "the claim is not all that was added");
}

/// Whether only the ID token takes claims: the event says so, or else the answer.
fn is_first_version(event: &str, answer: &Value) -> bool {
    let members = members(event).expect("the event was read");
    let version = members.iter().find(|(name, _)| name == "version");
    match version.and_then(|(_, text)| serde_json::from_str::<String>(text).ok()).as_deref() {
        Some("1") => true,
        Some("2" | "3") => false,
        _ => answer["response"].get("claimsOverrideDetails").is_some(),
    }
}

/// The member of an object, which is made where there is none.
fn member<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().expect("on the way there are objects").entry(name).or_insert(Value::Null)
}

fn groups_added(event: &str, answer: &str, with_groups: &str) {
    let again = twinpool_core::claim::with_groups(event, with_groups, &GROUPS);
    assert_eq!(again, Ok(None), "the groups are added twice");
    assert_rest(answer, with_groups);
    let (Ok(shown), Ok(found)) =
        (serde_json::from_str::<Value>(event), serde_json::from_str::<Value>(with_groups))
    else {
        return;
    };
    let shown = &shown["request"]["groupConfiguration"]["groupsToOverride"];
    let response = &found["response"];
    let details = ["claimsOverrideDetails", "claimsAndScopeOverrideDetails"].map(|name| &response[name]);
    let all = details.iter().filter_map(|one| one["groupOverrideDetails"]["groupsToOverride"].as_array());
    let is_whole = |groups: &Vec<Value>| {
        GROUPS.iter().all(|group| groups.contains(&json!(group.as_str())))
            && shown.as_array().into_iter().flatten().all(|group| groups.contains(group))
    };
    assert!(all.into_iter().any(is_whole), "a group is missing");
}

/// Everything beside the response is there as it was, in the same order.
fn assert_rest(before: &str, after: &str) {
    let rest = |text| {
        let members = members(text).expect("an object");
        members.into_iter().filter(|(name, _)| name != "response").collect::<Vec<_>>()
    };
    assert_eq!(rest(before), rest(after), "something else than the response changed");
}
