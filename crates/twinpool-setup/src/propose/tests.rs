//! What is proposed for invented pools.

use twinpool_core::attribute::Contact;
use twinpool_core::id::PoolId;
use twinpool_core::pool::{AttributeKind, AttributeSchema, SignIn};
use twinpool_rules::site::{Place, Stack};

use super::*;

const TEXT: AttributeSchema = AttributeSchema::TEXT;
const REQUIRED: AttributeSchema = AttributeSchema { required: true, ..TEXT };
const FIXED: AttributeSchema = AttributeSchema { mutable: false, ..TEXT };
const SHORT: AttributeSchema = AttributeSchema { kind: AttributeKind::Text { min: 1, max: 8 }, ..TEXT };
const NUMBER: AttributeSchema =
    AttributeSchema { kind: AttributeKind::Number { min: None, max: None }, ..TEXT };
const BOOLEAN: AttributeSchema = AttributeSchema { kind: AttributeKind::Boolean, ..TEXT };

type Schema<'a> = &'a [(&'a str, AttributeSchema)];

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-central-1_New";

fn pool(id: &str, attributes: &[(&str, AttributeSchema)]) -> PoolShape {
    PoolShape {
        id: PoolId::parse(id).unwrap(),
        sign_in: SignIn::Contact([Contact::Email].into()),
        case_sensitive: false,
        attributes: attributes.iter().map(|(name, schema)| (attribute(name), *schema)).collect(),
        verifies: BTreeSet::new(),
        mfa: twinpool_core::pool::MfaMode::Off,
        passkeys: false,
        devices: false,
    }
}

fn attribute(name: &str) -> AttributeName {
    AttributeName::parse(name).unwrap()
}

fn providers(old: &[&str], new: &[&str]) -> Providers {
    let all = |names: &[&str]| names.iter().map(|name| ProviderName::parse(*name).unwrap()).collect();
    Providers { old: all(old), new: all(new) }
}

fn proposed(old: &PoolShape, new: &PoolShape, providers: Option<&Providers>) -> Proposal {
    let place = |pool: &PoolShape| Place { id: Some(pool.id.clone()), ..Place::default() };
    let stack = Stack { name: Some("twinpool".to_owned()), region: None };
    let site = Site { old_pool: place(old), new_pool: place(new), stack, ..Site::default() };
    propose(&site, &Pools { old, new, marker: &attribute("custom:twinpool"), providers })
}

/// From `[attributes]` on, without what stands in every file.
fn rules(old: &[(&str, AttributeSchema)], new: &[(&str, AttributeSchema)]) -> String {
    let mut new = pool(NEW, new);
    new.attributes.insert(attribute("custom:twinpool"), FIXED);
    let text = proposed(&pool(OLD, old), &new, Some(&Providers::default())).text;
    let (_, rules) = text.split_once("# The old pool signs in").unwrap();
    let lines = rules.split_once('\n').unwrap().1.trim_end_matches(write::REST);
    lines.trim_end().to_owned() + "\n"
}

#[test]
fn a_whole_file() {
    let old = PoolShape {
        case_sensitive: true,
        sign_in: SignIn::Username { contacts: [Contact::Email].into(), preferred_username: true },
        ..pool(
            OLD,
            &[
                ("email", TEXT),
                ("name", TEXT),
                ("preferred_username", TEXT),
                ("custom:Company_Id", TEXT),
                ("custom:legacy", TEXT),
            ],
        )
    };
    let new = pool(
        NEW,
        &[
            ("email", REQUIRED),
            ("given_name", REQUIRED),
            ("custom:companyId", SHORT),
            ("custom:twinpool", FIXED),
        ],
    );
    let found =
        proposed(&old, &new, Some(&providers(&["Google", "Okta", "Corp_SAML"], &["Google", "corp-saml"])));
    assert_eq!(found.undecided, [attribute("given_name")]);
    insta::assert_snapshot!(found.text);
}

#[test]
fn each_case_of_two_schemas() {
    let table: [(&str, Schema<'_>, Schema<'_>); 12] = [
        ("the same name and type", &[("custom:a", TEXT)], &[("custom:a", TEXT)]),
        ("another type", &[("custom:a", NUMBER)], &[("custom:a", BOOLEAN)]),
        ("text that may happen to fit", &[("custom:a", TEXT)], &[("custom:a", NUMBER)]),
        (
            "shorter, and fixed",
            &[("custom:a", TEXT)],
            &[("custom:a", AttributeSchema { mutable: false, ..SHORT })],
        ),
        ("only in old", &[("custom:a", TEXT)], &[]),
        ("another case", &[("custom:companyId", TEXT)], &[("custom:company_id", TEXT)]),
        (
            "alike, and of a type that cannot fit",
            &[("custom:companyId", NUMBER)],
            &[("custom:company_id", BOOLEAN)],
        ),
        (
            "two that are alike",
            &[("custom:companyId", TEXT)],
            &[("custom:company_id", TEXT), ("custom:companyid", TEXT)],
        ),
        ("a standard one", &[("custom:nickname", TEXT), ("nickname", TEXT)], &[("nickname", REQUIRED)]),
        (
            "a standard one that is filled",
            &[("custom:nickname", TEXT), ("nickname", REQUIRED)],
            &[("nickname", TEXT)],
        ),
        ("an address is made of nothing", &[("custom:email", TEXT)], &[("email", TEXT)]),
        (
            "required",
            &[("name", TEXT), ("gender", REQUIRED)],
            &[("name", REQUIRED), ("gender", REQUIRED), ("email", REQUIRED)],
        ),
    ];
    let all: Vec<_> =
        table.iter().map(|(case, old, new)| format!("## {case}\n{}", rules(old, new))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn an_undecided_file_is_refused_with_the_line_until_it_is_filled_in() {
    let found = proposed(&pool(OLD, &[("name", TEXT)]), &pool(NEW, &[("name", REQUIRED)]), None);
    let problem = Rules::parse(&found.text).unwrap_err();
    let line = found.text.lines().nth(problem.line() - 1).unwrap();
    assert_eq!(line, "name = { default = \"\" }");
    assert!(problem.to_string().contains("attributes.name.default"), "{problem}");
    let filled = found.text.replace("default = \"\"", "default = \"?\"");
    let taken_out = found.text.replace(line, "");
    assert!(Rules::parse(&filled).is_ok() && Rules::parse(&taken_out).is_ok());
}

#[test]
fn what_travels_as_it_is_changes_no_fingerprint() {
    let same = [("name", TEXT), ("custom:a", TEXT)];
    let found = proposed(&pool(OLD, &same), &pool(NEW, &same), Some(&providers(&["Google"], &["Google"])));
    assert_eq!(Rules::parse(&found.text).unwrap().fingerprint(), Rules::default().fingerprint());
}

#[test]
fn the_marker_of_an_earlier_move_is_left_alone() {
    let marked = [("custom:twinpool", FIXED)];
    let found = proposed(&pool(OLD, &marked), &pool(NEW, &marked), None);
    assert!(!found.text.contains("custom:twinpool"), "{}", found.text);
}
