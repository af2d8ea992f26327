//! The bridge and the challenge as people and apps see them, over pools as strict as AWS.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod back;
mod bench;
mod challenge;
mod client;
mod codes;
mod costs;
mod crashes;
mod outages;
mod outbox;
mod passwords;
mod properties;
mod redaction;
mod second_factors;
mod standings;
mod twice;
