//! The same targets under proptest, for where there is no fuzzer: inputs of the corpus, changed at random.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use crate::Target;

/// What readers stumble over.
const WORDS: [&str; 28] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r\n",
    "\0",
    "null",
    "true",
    "-0.0",
    "1e400",
    "''",
    "\"\"",
    "=",
    "#",
    ".",
    "\u{feff}",
    "\u{202e}",
    "\\ud800",
    "\\u0000",
    "18446744073709551616",
    "sub",
    "jane@example.com",
    "\u{ffff}",
];

/// One change of an input.
#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index),
    Insert(Index, Vec<u8>),
    /// A part of another input.
    Splice(Index, Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (at(), at()).prop_map(|(from, to)| Change::Cut(from, to)),
        (at(), at()).prop_map(|(from, to)| Change::Repeat(from, to)),
        (at(), select(WORDS.as_slice())).prop_map(|(at, word)| Change::Insert(at, word.as_bytes().to_vec())),
        (at(), prop::collection::vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), at(), at(), at()).prop_map(|(at, whose, from, to)| Change::Splice(at, whose, from, to)),
    ]
}

fn part<'a>(input: &'a [u8], from: &Index, to: &Index) -> &'a [u8] {
    let (from, to) = (from.index(input.len() + 1), to.index(input.len() + 1));
    input.get(from.min(to)..from.max(to)).unwrap_or_default()
}

impl Change {
    fn apply(&self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let place = |at: &Index, input: &[u8]| at.index(input.len() + 1);
        match self {
            Self::Flip(at, bits) => {
                let at = place(at, input);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Self::Cut(from, to) => {
                let (from, to) = (place(from, input), place(to, input));
                drop(input.drain(from.min(to)..from.max(to)));
            }
            Self::Repeat(from, to) => {
                let again = part(input, from, to).to_vec();
                input.extend(again);
            }
            Self::Insert(at, bytes) => {
                let at = place(at, input);
                drop(input.splice(at..at, bytes.iter().copied()));
            }
            Self::Splice(at, whose, from, to) => {
                let at = place(at, input);
                let other: &Vec<u8> = whose.get(corpus);
                let other = part(other, from, to).to_vec();
                drop(input.splice(at..at, other));
            }
        }
    }
}

/// So many changed inputs. The seed is fixed unless `is_random`.
///
/// # Errors
/// The smallest input that was found of which something does not hold, and what.
pub fn run(
    target: &Target,
    corpus: &[Vec<u8>],
    cases: u32,
    is_random: bool,
) -> Result<(), (Vec<u8>, String)> {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = if is_random {
        TestRunner::new(config)
    } else {
        let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
        TestRunner::new_with_rng(config, rng)
    };
    let changes = (any::<Index>(), prop::collection::vec(change(), 1..6));
    let made = |(whose, changes): &(Index, Vec<Change>)| {
        let mut input = whose.get(corpus).clone();
        changes.iter().for_each(|change| change.apply(&mut input, corpus));
        input
    };
    let outcome = runner.run(&changes, |changes| {
        let input = made(&changes);
        std::panic::catch_unwind(|| (target.run)(&input)).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            TestCaseError::fail(text.unwrap_or_default())
        })
    });
    match outcome {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, changes)) => Err((made(&changes), why.to_string())),
        Err(TestError::Abort(why)) => Err((Vec::new(), why.to_string())),
    }
}
