//! What is written is read back as it was.

use std::collections::BTreeSet;

use proptest::prelude::*;
use twinpool_core::id::{AttributeName, GroupName, PoolId, ProviderName, Sub, Timestamp, Username};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};
use twinpool_testkit::world::email_pool;

use crate::export::csv::Columns;
use crate::export::jsonl::FACTORS;
use crate::export::write::{Form, Output};
use crate::export::{ExportReader, Head, Tail};

/// What formats stumble over, among all of Unicode.
fn text(longest: usize) -> impl Strategy<Value = String> {
    let hard = prop::sample::select(vec![
        '"', ',', '\n', '\r', '\\', ' ', '\t', '#', '\'', ';', '\u{feff}', '\0', '{',
    ]);
    let one = prop_oneof![hard, any::<char>(), prop::char::range('a', 'z')];
    prop::collection::vec(one, 1..longest).prop_map(|all| all.into_iter().collect())
}

/// A name as Cognito takes it: no white space, no control.
fn name(longest: usize) -> impl Strategy<Value = String> {
    let sound =
        |text: String| -> String { text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect() };
    text(longest).prop_map(sound).prop_filter("something is left", |text| !text.is_empty())
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let known = [
        "email",
        "name",
        "address",
        "custom:tenant",
        "custom:not in the schema",
        "groups",
        "username",
        "dév",
    ];
    let key = prop_oneof![
        prop::sample::select(known.to_vec())
            .prop_filter_map("a name", |name| AttributeName::parse(name).ok()),
        name(20).prop_filter_map("a name", |name| AttributeName::parse(name).ok()),
    ];
    let travels = |all: Attributes| Snapshot::attributes_that_travel(all);
    prop::collection::btree_map(key, text(60).prop_map(Value::new), 0..12).prop_map(travels)
}

fn mfa() -> impl Strategy<Value = Mfa> {
    let preferred = prop::option::of(prop::sample::select(FACTORS.to_vec()));
    (any::<[bool; 3]>(), preferred).prop_map(|([sms, email, totp], preferred)| Mfa {
        sms,
        email,
        totp,
        preferred,
    })
}

fn user() -> impl Strategy<Value = Snapshot> {
    let status = prop::sample::select(vec![
        Status::Unconfirmed,
        Status::Confirmed,
        Status::ForceChangePassword,
        Status::ResetRequired,
        Status::ExternalProvider,
        Status::Other,
    ]);
    let groups = prop::collection::btree_set(name(20), 0..101);
    let identities =
        prop::collection::btree_set((prop::sample::select(vec!["Google", "Corp=SSO"]), text(20)), 0..4);
    let times = any::<[u32; 2]>();
    (any::<u128>(), name(40), status, any::<bool>(), attributes(), groups, identities, mfa(), times).prop_map(
        |(sub, username, status, enabled, attributes, groups, identities, mfa, [made, changed])| Snapshot {
            sub: Sub::parse(format!("{sub:032x}")).unwrap(),
            username: Username::parse(username).unwrap(),
            status,
            enabled,
            attributes,
            groups: groups.into_iter().map(|name| GroupName::parse(name).unwrap()).collect(),
            identities: identities.into_iter().map(identity).collect(),
            mfa,
            factors: BTreeSet::new(),
            created_at: Timestamp(u64::from(made) * 1_000 + 7),
            modified_at: Timestamp(u64::from(changed) / 3 * 1_000),
        },
    )
}

fn identity((provider, subject): (&str, String)) -> Identity {
    Identity { provider: ProviderName::parse(provider).unwrap(), subject: Value::new(subject) }
}

fn forms() -> [Form; 2] {
    [Form::Jsonl, Form::Csv(Columns::of(&email_pool("eu-west-1_Old")))]
}

fn head() -> Head {
    Head {
        pool: PoolId::parse("eu-west-1_Old").unwrap(),
        started_at: Timestamp(1_795_219_200_123),
        mfa: true,
    }
}

fn tail(users: usize) -> Tail {
    Tail { users: users as u64, unreadable: 3, finished_at: Timestamp(1_795_219_260_000) }
}

fn file(form: Form, users: &[Snapshot]) -> Vec<u8> {
    let mut output = Output { writer: Vec::new(), form, mfa: true };
    output.begin(&head()).unwrap();
    for user in users {
        output.user(user).unwrap();
    }
    output.end(&tail(users.len())).unwrap();
    output.writer
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn everything_that_is_written_is_read_back_as_it_was(users in prop::collection::vec(user(), 0..4)) {
        for form in forms() {
            let bytes = file(form, &users);
            let mut reader = ExportReader::open(bytes.as_slice()).unwrap();
            let read: Vec<_> = reader.by_ref().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(&read, &users);
            prop_assert_eq!((reader.head(), reader.tail()), (&head(), Some(tail(users.len()))));
        }
    }

    #[test]
    fn a_file_that_ends_early_is_never_taken_for_a_whole_one(users in prop::collection::vec(user(), 1..3), at in any::<prop::sample::Index>()) {
        for form in forms() {
            let mut bytes = file(form, &users);
            // Without the very last line break nothing is missing.
            bytes.truncate(at.index(bytes.len() - 1));
            let Ok(reader) = ExportReader::open(bytes.as_slice()) else {
                continue;
            };
            let last = reader.last();
            prop_assert!(matches!(last, Some(Err(error)) if !error.is_skippable()));
        }
    }

    #[test]
    fn no_file_whatever_makes_the_reader_stop_short(bytes in prop::collection::vec(any::<u8>(), 0..200), is_csv in any::<bool>()) {
        let [jsonl, csv] = forms();
        let mut all = file(if is_csv { csv } else { jsonl }, &[]);
        all.extend(bytes);
        if let Ok(reader) = ExportReader::open(all.as_slice()) {
            prop_assert!(reader.count() <= 200);
        }
    }
}

#[test]
fn factors_are_told_by_the_words_that_are_stored() {
    assert_eq!(FACTORS.map(Factor::code), ["sms", "email", "totp"]);
}
