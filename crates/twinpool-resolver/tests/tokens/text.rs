//! Any text at all: it never panics, and never passes for a token.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use twinpool_resolver::{Refused, Verified, Verifier};

use crate::signer::{Signer, encode};
use crate::support::{Addresses, Hand, access, code, trust, with};

static GOOD: LazyLock<String> = LazyLock::new(|| Signer::new().sign(&access()));
static VERIFIER: LazyLock<Verifier<Addresses, Hand>> =
    LazyLock::new(|| Verifier::new(trust(), Addresses::both(), Hand::default()));
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().build().unwrap());

fn verdict(token: &str) -> Result<Verified, Refused> {
    RUNTIME.block_on(VERIFIER.verify(token))
}

/// One change of the good token.
#[derive(Debug, Clone)]
enum Change {
    Replace(usize, char),
    Insert(usize, String),
    Delete(usize, usize),
    Repeat(usize, usize),
    Swap(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let letter = prop_oneof![
        proptest::char::ranges(vec!['a'..='z', 'A'..='Z', '0'..='9', '-'..='-', '_'..='_', '.'..='.'].into()),
        any::<char>(),
    ];
    let (from, to) = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let places = (from, to).prop_map(|(a, b)| (a.index(GOOD.len()), b.index(GOOD.len())));
    (places, letter, "[A-Za-z0-9_.-]{1,8}", 0..5_u8).prop_map(|((a, b), letter, text, kind)| match kind {
        0 => Change::Replace(a, letter),
        1 => Change::Insert(a, text),
        2 => Change::Delete(a, b),
        3 => Change::Repeat(a, b),
        _ => Change::Swap(a, b),
    })
}

fn apply(token: &str, change: &Change) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    let end = letters.len();
    let range = |a: usize, b: usize| a.min(b).min(end)..a.max(b).min(end);
    match change {
        Change::Replace(at, letter) => {
            if let Some(place) = letters.get_mut(*at) {
                *place = *letter;
            }
        }
        Change::Insert(at, text) => drop(letters.splice(range(*at, *at), text.chars())),
        Change::Delete(a, b) => drop(letters.drain(range(*a, *b))),
        Change::Repeat(a, b) => letters.extend_from_within(range(*a, *b)),
        Change::Swap(a, b) if *a < end && *b < end => letters.swap(*a, *b),
        Change::Swap(..) => {}
    }
    letters.into_iter().collect()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,8}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn name_of_a_claim() -> impl Strategy<Value = String> {
    let known: Vec<_> = access().as_object().unwrap().keys().cloned().collect();
    prop_oneof![prop::sample::select(known), Just("nbf".to_owned()), ".{0,12}"]
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in prop_oneof![".{0,300}", "[A-Za-z0-9_=-]{0,80}(\\.[A-Za-z0-9_=-]{0,80}){0,4}"]) {
        prop_assert!(verdict(&text).is_err());
    }

    #[test]
    fn no_parts_are_a_token(parts in prop::collection::vec(prop_oneof![
        any_json().prop_map(|json| json.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..300),
    ], 0..4)) {
        let text = parts.iter().map(encode).collect::<Vec<_>>().join(".");
        prop_assert!(verdict(&text).is_err());
        // The same behind the header of a good one.
        let (header, _) = GOOD.split_once('.').unwrap();
        let behind = format!("{header}.{text}");
        prop_assert!(verdict(&behind).is_err());
    }

    #[test]
    fn a_good_token_that_is_changed_is_none(changes in prop::collection::vec(change(), 1..4)) {
        let changed = changes.iter().fold(GOOD.clone(), |token, change| apply(&token, change));
        prop_assert_eq!(verdict(&changed).is_ok(), changed == *GOOD, "{}", changed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The pool signs whatever its own functions add: what comes out is a user or a refusal.
    #[test]
    fn whatever_a_pool_signs_is_a_user_or_a_refusal(name in name_of_a_claim(), value in any_json()) {
        let claims = with(access(), json!({ name: value }));
        let token = Signer::new().sign(&claims);
        // Read again: serde_json may lose the last digit of a fraction.
        let claims: Value = serde_json::from_str(&claims.to_string()).unwrap();
        match verdict(&token) {
            Ok(user) => prop_assert_eq!(Value::Object(user.claims), claims),
            Err(refused) => prop_assert!(matches!(refused, Refused::Token(_))),
        }
    }
}

/// Texts that others have made, each in a file that is named after what it is refused for.
#[test]
fn each_text_of_the_corpus_is_refused_as_its_name_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokens/corpus");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert_eq!(code(verdict(text.trim_end_matches('\n'))), name.split('.').next().unwrap(), "{name}");
        count += 1;
    }
    assert!(count >= 12);
}
