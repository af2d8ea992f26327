//! `twinpool.toml`: it is read, or its first mistake is told with its line and without a value.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use toml::de::{DeTable, DeValue};
use twinpool_core::id::{AttributeName, GroupName, ProviderName, Sub, Timestamp, Username};
use twinpool_core::snapshot::{Identity, Mfa, Snapshot, Status};
use twinpool_core::value::Value;
use twinpool_rules::{Rules, RulesError, Site};

use crate::text::{assert_one_line, assert_silent, personal, text};

/// The address of the user on whom the rules are tried.
const ADDRESS: &str = "Jane.Doe@Example.com";

pub(crate) fn rules(input: &[u8]) {
    let Some(text) = text(input) else { return };
    match Rules::parse(text) {
        Ok(rules) => {
            assert!(Site::parse(text).is_ok(), "what is where cannot be read alone");
            in_use(text, &rules);
        }
        Err(why) => refused(text, &why),
    }
    if let Err(why) = Site::parse(text) {
        refused(text, &why);
    }
}

fn refused(text: &str, why: &RulesError) {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    assert!((1..=lines).contains(&why.line()), "line {} of {lines}", why.line());
    let said = why.to_string();
    assert_one_line(&said);
    match DeTable::parse(text) {
        Ok(table) => {
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            gather(&DeValue::Table(table.into_inner()), &mut keys, &mut values);
            for value in values.iter().flat_map(|value| personal(value)) {
                let is_key = keys.iter().any(|key| key.contains(value));
                assert!(is_key || !said.contains(value), "it repeats {value:?}: {said}");
            }
        }
        Err(_) => assert_silent(text, &said),
    }
}

fn gather(value: &DeValue<'_>, keys: &mut Vec<String>, values: &mut Vec<String>) {
    match value {
        DeValue::String(text) => values.push(text.to_string()),
        DeValue::Array(items) => items.iter().for_each(|item| gather(item.get_ref(), keys, values)),
        DeValue::Table(table) => {
            for (key, value) in table {
                keys.push(key.get_ref().to_string());
                gather(value.get_ref(), keys, values);
            }
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

fn in_use(text: &str, rules: &Rules) {
    let again = Rules::parse(&format!("{text}\n# the same\n")).expect("a comment changes nothing");
    assert_eq!(again.fingerprint(), rules.fingerprint(), "one file, two fingerprints");
    assert_eq!(format!("{rules:?}"), format!("Rules({:?})", rules.fingerprint()));
    let view = rules.view(&JANE);
    assert_eq!(view, rules.view(&JANE), "two views of one user");
    if !text.contains('@') {
        assert!(!format!("{view:?}").contains(ADDRESS), "what is logged names somebody");
    }
    for group in &JANE.groups {
        if let Some(name) = rules.group(group) {
            assert_eq!(rules.old_group(&name), *group, "the group does not come back");
        }
    }
    for name in JANE.attributes.keys().filter(|_| !text.contains("Doe")) {
        if let Some(example) = rules.example(name, &JANE) {
            let shown = [example.before, example.after].into_iter().flatten();
            shown.for_each(|shown| assert!(!shown.contains("Doe"), "a mask shows {shown:?}"));
        }
    }
}

static JANE: LazyLock<Snapshot> = LazyLock::new(|| {
    let name = |name: &str| AttributeName::parse(name).expect("a name");
    let value = |(attribute, value): (&str, &str)| (name(attribute), Value::new(value));
    let attributes = [
        ("email", ADDRESS),
        ("email_verified", "true"),
        ("phone_number", "0171 2345678"),
        ("phone_number_verified", "false"),
        ("name", "Jane Doe"),
        ("locale", "de"),
        ("custom:company", "1"),
        ("custom:test", "true"),
    ];
    let provider = ProviderName::parse("Google").expect("a name");
    Snapshot {
        sub: Sub::parse("9441f38c-d64d-45d1-8401-ec94ab328c6d").expect("a sub"),
        username: Username::parse("jane").expect("a name"),
        status: Status::Confirmed,
        enabled: true,
        attributes: attributes.into_iter().map(value).collect(),
        groups: ["admins", "legacy-staff", "internal-x"]
            .into_iter()
            .map(|name| GroupName::parse(name).expect("a name"))
            .collect(),
        identities: BTreeSet::from([Identity { provider, subject: Value::new("1234567890") }]),
        mfa: Mfa::default(),
        factors: BTreeSet::new(),
        created_at: Timestamp(1),
        modified_at: Timestamp(2),
    }
});

/// The same user with these attributes.
pub(crate) fn with(attributes: impl IntoIterator<Item = (AttributeName, Value)>) -> Snapshot {
    Snapshot { attributes: attributes.into_iter().collect(), ..JANE.clone() }
}
