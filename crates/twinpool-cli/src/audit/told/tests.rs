use std::collections::BTreeSet;

use serde_json::json;
use twinpool_core::id::PoolId;
use twinpool_core::quota::Quotas;
use twinpool_rules::Rules;
use twinpool_setup::audit::{Described, Input, KnownQuotas, PoolFacts, audit};
use twinpool_testkit::world::{MARKER, attribute, email_pool};

use super::*;

fn facts(id: &str, described: &Value, clients: &Value) -> PoolFacts {
    let objects =
        |all: &Value| all.as_array().unwrap().iter().map(|one| one.as_object().unwrap().clone()).collect();
    PoolFacts {
        id: PoolId::parse(id).unwrap(),
        description: Ok(Described { json: described.as_object().unwrap().clone(), shape: email_pool(id) }),
        mfa: Ok(serde_json::Map::new()),
        providers: Ok(Vec::new()),
        clients: Ok(objects(clients)),
        groups: Ok(Vec::new()),
        replicas: Ok(Vec::new()),
    }
}

/// Of two pools at different domains, of which the new one has a client with an odd name.
fn sheet<T>(rules: &str, tell: impl FnOnce(&Sheet<'_>) -> T) -> T {
    let described = |domain: &str| {
        json!({
            "Domain": domain,
            "DeletionProtection": "ACTIVE",
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        })
    };
    let odd = json!([{ "ClientName": "a\u{1b}[2J<b>&\"'", "ReadAttributes": [MARKER] }]);
    let old = facts("eu-west-1_Old", &described("login"), &odd);
    let new = facts("eu-west-1_New", &described("id"), &odd);
    let (rules, marker) = (Rules::parse(rules).unwrap(), attribute(MARKER));
    let quotas = KnownQuotas { quotas: Quotas::default(), read: BTreeSet::new(), problem: None };
    let report = audit(&Input {
        old: &old,
        new: &new,
        rules: &rules,
        marker: &marker,
        capture: None,
        sign_in: None,
        quotas: &quotas,
        census: None,
    });
    let at = "2026-11-21T00:00:00Z".to_owned();
    tell(&Sheet { pools: ["eu-west-1_Old", "eu-west-1_New"], users: None, at, report: &report })
}

const ACCEPT: &str = "[audit]\naccept = [\"domain-differs\", \"attribute-immutable\"]";

#[test]
fn people_get_a_table_and_what_to_do_in_lines_that_fit() {
    let words = sheet(ACCEPT, |sheet| sheet.words());
    insta::assert_snapshot!(words);
    let long: Vec<_> =
        words.lines().filter(|line| line.chars().count() > show::WIDTH && line.contains(' ')).collect();
    assert!(long.iter().all(|line| line.split_whitespace().any(|word| word.len() > 60)), "{long:#?}");
}

#[test]
fn nothing_that_moves_a_cursor_or_makes_a_page_comes_through() {
    let (words, page) = sheet("", |sheet| (sheet.words(), super::super::html::page(sheet)));
    assert!(!words.contains('\u{1b}') && !page.contains('\u{1b}'));
    assert!(page.contains("a·[2J&lt;b&gt;&amp;&quot;&#39;") && !page.contains("<b>"), "{page}");
}

#[test]
fn what_is_accepted_stands_in_its_own_part_of_the_page() {
    let page = sheet(ACCEPT, super::super::html::page);
    let (open, accepted) = page.split_once("Known and accepted").unwrap();
    assert!(accepted.contains("domain-differs") && !open.contains("<code>domain-differs"), "{page}");
    assert!(open.contains("client-marker-exposed") && open.contains("class=\"verdict warns\""), "{page}");
}
