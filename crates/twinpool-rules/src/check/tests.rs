//! Rules held against invented pools.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::id::PoolId;
use twinpool_core::pool::{AttributeKind, AttributeSchema, PoolShape, SignIn};

use super::{Row, Verdict};
use crate::Rules;
use crate::samples::name;

const TEXT: AttributeSchema = AttributeSchema::TEXT;
const SHORT: AttributeSchema = AttributeSchema { kind: AttributeKind::Text { min: 2, max: 5 }, ..TEXT };
const NUMBER: AttributeSchema =
    AttributeSchema { kind: AttributeKind::Number { min: Some(0), max: Some(99) }, ..TEXT };
const BOOLEAN: AttributeSchema = AttributeSchema { kind: AttributeKind::Boolean, ..TEXT };

fn pool(attributes: &[(&str, AttributeSchema)]) -> PoolShape {
    PoolShape {
        id: PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(),
        sign_in: SignIn::Username { contacts: BTreeSet::new(), preferred_username: false },
        case_sensitive: false,
        attributes: attributes.iter().map(|(key, schema)| (name(key), *schema)).collect(),
        verifies: BTreeSet::new(),
        mfa: twinpool_core::pool::MfaMode::Off,
        passkeys: false,
        devices: false,
    }
}

fn check(rules: &str, old: &PoolShape, new: &PoolShape) -> Vec<Row> {
    Rules::parse(rules).unwrap().check(old, new, &name("custom:twinpool"))
}

/// The row of one source attribute.
fn row(rules: &str, old: &PoolShape, new: &PoolShape, source: &str) -> Row {
    let rows = check(rules, old, new);
    rows.into_iter().find(|row| row.source.as_ref().is_some_and(|one| one.as_str() == source)).unwrap()
}

#[track_caller]
fn warned(verdict: &Verdict, words: &str) {
    assert!(matches!(verdict, Verdict::Warning(text) if text.contains(words)), "{verdict:?}");
}

#[track_caller]
fn refused(verdict: &Verdict, words: &str) {
    assert!(matches!(verdict, Verdict::Refused(text) if text.contains(words)), "{verdict:?}");
}

/// What is said of `custom:a`, of this schema, under this rule, where `custom:a` of the new pool has that schema.
fn verdict(old: AttributeSchema, rule: &str, new: AttributeSchema) -> Verdict {
    let rules = format!("[attributes]\n\"custom:a\" = {{ {rule} }}");
    row(&rules, &pool(&[("custom:a", old)]), &pool(&[("custom:a", new)]), "custom:a").verdict
}

#[test]
fn each_attribute_has_a_row_in_words() {
    let old = pool(&[
        ("sub", TEXT),
        ("email", TEXT),
        ("email_verified", BOOLEAN),
        ("custom:company", TEXT),
        ("nickname", TEXT),
        ("custom:twinpool", TEXT),
    ]);
    let new = pool(&[("custom:tenant", TEXT)]);
    let rules = "[attributes]\nemail = { fold_case = true, wins = \"new\" }\nnickname = { drop = true }\nlocale = { default = \"en\" }\nphone_number = { e164 = \"DE\" }\n\"custom:company\" = { rename = \"custom:tenant\", map = { \"1\" = \"secret\" }, map_only = true }";
    let rows = check(rules, &old, &new);
    let shown: Vec<_> = rows
        .iter()
        .map(|row| {
            let text = |name: &Option<twinpool_core::id::AttributeName>| {
                name.as_ref().map_or("-".to_owned(), ToString::to_string)
            };
            format!("{} | {} | {}", text(&row.source), text(&row.target), row.action)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "custom:company | custom:tenant | mapped, other values held back, renamed",
            "custom:twinpool | - | left out: twinpool writes its own",
            "email | email | in lower case, the new pool's value wins",
            "locale | locale | default where it is missing",
            "nickname | - | dropped",
            "phone_number | phone_number | as E.164, by default of DE",
        ]
    );
    assert!(rows.iter().all(|row| row.verdict == Verdict::Fine), "{rows:?}");
}

#[test]
fn a_rule_for_what_the_old_pool_lacks_is_refused_unless_it_makes_the_value_up() {
    let (old, new) = (pool(&[]), pool(&[("custom:a", TEXT)]));
    let of = |rule: &str| {
        row(&format!("[attributes]\n\"custom:a\" = {{ {rule} }}"), &old, &new, "custom:a").verdict
    };
    refused(&of("prefix = \"x\""), "the old pool has no such attribute");
    refused(&of("drop = true"), "the old pool has no such attribute");
    assert_eq!(of("constant = \"x\""), Verdict::Fine);
    assert_eq!(of("default = \"x\""), Verdict::Fine);
    let users = "[users]\nleave_out_where = { \"custom:a\" = [\"1\"] }";
    refused(&row(users, &old, &new, "custom:a").verdict, "users.leave_out_where");
}

#[test]
fn what_the_new_pool_lacks_is_refused_with_a_rule_and_warned_of_without() {
    let (old, new) = (pool(&[("custom:a", TEXT)]), pool(&[]));
    let rules = "[attributes]\n\"custom:a\" = { prefix = \"x\" }";
    refused(&row(rules, &old, &new, "custom:a").verdict, "add custom:a with add-custom-attributes");
    warned(&row("", &old, &new, "custom:a").verdict, "add custom:a with add-custom-attributes");
}

#[test]
fn more_than_fifty_custom_attributes_are_told() {
    let many: Vec<_> = (0..49).map(|number| format!("custom:n{number}")).collect();
    let mut shape: Vec<_> = many.iter().map(|name| (name.as_str(), TEXT)).collect();
    let old = pool(&[("custom:a", TEXT)]);
    let Verdict::Warning(text) = row("", &old, &pool(&shape[..48]), "custom:a").verdict else { panic!() };
    assert!(!text.contains("Cognito allows"), "48, twinpool's own and this one are 50: {text}");
    warned(
        &row("", &old, &pool(&shape), "custom:a").verdict,
        "51 custom attributes, of 50 that Cognito allows",
    );
    shape.push(("custom:a", TEXT));
    assert_eq!(row("", &old, &pool(&shape), "custom:a").verdict, Verdict::Fine);
}

#[test]
fn types_that_differ_are_told() {
    warned(
        &verdict(TEXT, "fold_case = true", NUMBER),
        "the old pool has text, and the new pool wants a number",
    );
    refused(&verdict(BOOLEAN, "fold_case = true", NUMBER), "map the values, or drop it");
    warned(&verdict(BOOLEAN, "", NUMBER), "map the values, or drop it");
    warned(&verdict(BOOLEAN, "map = { true = \"1\" }", NUMBER), "other values are held back");
    assert_eq!(
        verdict(BOOLEAN, "map = { true = \"1\", false = \"0\" }, map_only = true", NUMBER),
        Verdict::Fine
    );
    refused(&verdict(TEXT, "prefix = \"t-\"", NUMBER), "with this prefix no value is a number");
    refused(&verdict(TEXT, "e164 = \"DE\"", NUMBER), "a phone number is text");
    assert_eq!(verdict(NUMBER, "prefix = \"t-\"", TEXT), Verdict::Fine);
    let wide = AttributeSchema { kind: AttributeKind::Number { min: None, max: Some(99) }, ..TEXT };
    warned(&verdict(wide, "", NUMBER), "takes fewer numbers");
    assert_eq!(verdict(NUMBER, "", wide), Verdict::Fine);
}

#[test]
fn values_of_the_rules_must_fit() {
    refused(&verdict(TEXT, "constant = \"secret\"", SHORT), "the constant is longer than the 5 characters");
    refused(&verdict(TEXT, "constant = \"s\"", SHORT), "the constant is shorter than the 2 characters");
    refused(&verdict(TEXT, "constant = \"many\"", NUMBER), "the constant is no whole number");
    refused(&verdict(TEXT, "constant = \"100\"", NUMBER), "the constant is a number outside");
    refused(&verdict(TEXT, "constant = \"yes\"", BOOLEAN), "the constant is neither true nor false");
    refused(&verdict(TEXT, "default = \"secret\"", SHORT), "the default is longer");
    refused(&verdict(TEXT, "map = { a = \"ok\", b = \"secret\" }", SHORT), "a value of the map is longer");
    refused(&verdict(TEXT, "map = { a = \"four\" }, prefix = \"t-\"", SHORT), "a value of the map is longer");
    refused(
        &verdict(TEXT, "map = { a = \"none\" }, e164 = \"DE\"", TEXT),
        "a value of the map is no phone number",
    );
    let long = "ü".repeat(1_025);
    refused(&verdict(TEXT, &format!("constant = \"{long}\""), TEXT), "2048 bytes");
    assert_eq!(verdict(TEXT, "constant = \"right\"", SHORT), Verdict::Fine);
    assert_eq!(verdict(TEXT, "constant = \"99\"", NUMBER), Verdict::Fine);
}

#[test]
fn values_of_the_old_pool_that_may_not_fit_are_warned_of() {
    warned(&verdict(SHORT, "prefix = \"t\"", SHORT), "can have 6 characters, and the new pool takes 5");
    warned(&verdict(TEXT, "", SHORT), "shorter values are held back");
    warned(&verdict(TEXT, "e164 = \"DE\"", SHORT), "can have 16 characters");
    assert_eq!(verdict(SHORT, "", SHORT), Verdict::Fine);
    let not_empty = AttributeSchema { kind: AttributeKind::Text { min: 1, max: 2_048 }, ..TEXT };
    assert_eq!(verdict(TEXT, "", not_empty), Verdict::Fine, "an empty value is no value");
}

#[test]
fn what_is_written_at_creation_only_is_told() {
    warned(&verdict(TEXT, "", AttributeSchema { mutable: false, ..TEXT }), "at creation only");
}

#[test]
fn what_the_new_pool_requires_should_be_given() {
    let required = AttributeSchema { required: true, ..TEXT };
    let new = pool(&[("name", required)]);
    let (may, must) = (pool(&[("name", TEXT)]), pool(&[("name", required)]));
    warned(&row("", &may, &new, "name").verdict, "a user may have none");
    warned(&row("", &pool(&[]), &new, "name").verdict, "a user may have none");
    assert_eq!(row("", &must, &new, "name").verdict, Verdict::Fine);
    assert_eq!(row("[attributes]\nname = { default = \"?\" }", &may, &new, "name").verdict, Verdict::Fine);
    let rows = check("[attributes]\nname = { drop = true }", &must, &new);
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[1].source, &rows[1].target), (&None, &Some(name("name"))));
    warned(&rows[1].verdict, "nothing gives it");
}

#[test]
fn two_sources_of_one_attribute_are_refused_on_both_rows() {
    let rules = "[attributes]\n\"custom:nick\" = { rename = \"nickname\" }";
    let old = pool(&[("custom:nick", TEXT), ("nickname", TEXT)]);
    refused(
        &row(rules, &old, &pool(&[]), "custom:nick").verdict,
        "nickname of the old pool is written to nickname too",
    );
    refused(
        &row(rules, &old, &pool(&[]), "nickname").verdict,
        "custom:nick of the old pool is written to nickname too",
    );
    let dropped = format!("{rules}\nnickname = {{ drop = true }}");
    assert_eq!(row(&dropped, &old, &pool(&[]), "custom:nick").verdict, Verdict::Fine);
}

#[test]
fn nothing_but_twinpool_writes_its_mark() {
    let (old, new) = (pool(&[("custom:a", TEXT)]), pool(&[("custom:twinpool", TEXT)]));
    let onto = "[attributes]\n\"custom:a\" = { rename = \"custom:twinpool\" }";
    refused(&row(onto, &old, &new, "custom:a").verdict, "choose another name");
    let of = "[attributes]\n\"custom:twinpool\" = { rename = \"custom:a\" }";
    refused(&row(of, &new, &old, "custom:twinpool").verdict, "take the rule out");
}

#[test]
fn a_way_to_sign_in_is_one_user_s() {
    let alias = PoolShape {
        sign_in: SignIn::Username { contacts: BTreeSet::new(), preferred_username: true },
        ..pool(&[])
    };
    let rules = "[attributes]\npreferred_username = { default = \"x\" }";
    refused(
        &row(rules, &pool(&[]), &alias, "preferred_username").verdict,
        "two users cannot have the same value",
    );
    assert_eq!(row(rules, &pool(&[]), &pool(&[]), "preferred_username").verdict, Verdict::Fine);
}

#[test]
fn an_address_that_people_sign_in_with_cannot_be_dropped() {
    let by = |names: &[Contact]| PoolShape {
        sign_in: SignIn::Contact(names.iter().copied().collect()),
        ..pool(&[])
    };
    let rules = "[attributes]\nemail = { drop = true }";
    let of = |new: &PoolShape| row(rules, &pool(&[("email", TEXT)]), new, "email").verdict;
    refused(&of(&by(&[Contact::Email])), "without it no user can be made");
    warned(&of(&by(&[Contact::Email, Contact::Phone])), "users who have nothing else are held back");
    assert_eq!(of(&by(&[Contact::Phone])), Verdict::Fine);
}

#[test]
fn refusals_are_the_refused_rows_and_without_rules_there_are_none() {
    let old = pool(&[("custom:a", BOOLEAN), ("custom:b", TEXT), ("name", TEXT)]);
    let new =
        pool(&[("custom:a", NUMBER), ("name", AttributeSchema { mutable: false, required: true, ..SHORT })]);
    let marker = name("custom:twinpool");
    assert_eq!(Rules::default().refusals(&old, &new, &marker), []);
    let rules = Rules::parse("[attributes]\n\"custom:b\" = { prefix = \"x\" }").unwrap();
    let refused: Vec<_> =
        rules.refusals(&old, &new, &marker).into_iter().filter_map(|row| row.source).collect();
    assert_eq!(refused, [name("custom:b")]);
}
