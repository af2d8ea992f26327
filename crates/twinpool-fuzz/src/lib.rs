//! What must hold of any input, whoever sent it: one function per way in, which panics where something does not hold.
//!
//! `cargo xtask fuzz` runs these functions under libFuzzer, or under proptest where there is no nightly toolchain. The test of this
//! crate replays the corpus, and some thousand changes of it.
#![expect(clippy::expect_used, reason = "a target that cannot go on has found something")]

mod claim;
mod event;
pub mod export;
mod json;
mod message;
pub mod mutate;
mod record;
pub mod response;
mod rules;
pub mod seeds;
mod text;
pub mod token;
mod values;
mod words;

/// Something that reads what others wrote.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: of the fuzzer's program, and of the folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Holds one input against what must hold of all.
    pub run: fn(&[u8]),
    /// Files, and folders of files, that are inputs too, from the top of the project.
    pub seeds: &'static [&'static str],
}

/// Every target.
pub const TARGETS: [Target; 10] = [
    Target { name: "trigger_event", run: event::trigger_event, seeds: &["events/triggers"] },
    Target { name: "claim", run: claim::claim, seeds: &["events/triggers"] },
    Target { name: "message_body", run: message::message_body, seeds: &[] },
    Target { name: "audit_record", run: record::audit_record, seeds: &["events/cloudtrail"] },
    Target {
        name: "rules",
        run: rules::rules,
        seeds: &["infra/twinpool.example.toml", "tests/local/ways_in.toml"],
    },
    Target { name: "values", run: values::values, seeds: &[] },
    Target { name: "export", run: export::export, seeds: &[] },
    Target { name: "token", run: token::token, seeds: &["crates/twinpool-resolver/tests/tokens/corpus"] },
    Target { name: "json", run: json::json, seeds: &["events/authorizer"] },
    Target { name: "words", run: words::words, seeds: &[] },
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Holds one input against what must hold of all that the target of this name reads.
///
/// # Panics
/// When something does not hold, or there is no such target.
pub fn run(name: &str, input: &[u8]) {
    let target = target(name).expect("the programs have the names of the targets");
    (target.run)(input);
}
