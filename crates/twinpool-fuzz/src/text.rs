//! What the targets share: the text of an input, and what nothing may repeat of it.

use std::sync::LazyLock;

use twinpool_core::change_event::{ChangeEvent, EventId};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::Timestamp;

/// The key of all digests here.
pub(crate) static KEY: LazyLock<DigestKey> =
    LazyLock::new(|| DigestKey::new(&[7; 32]).expect("32 bytes are enough"));

/// When everything here happens.
pub(crate) const NOW: Timestamp = Timestamp(1_795_000_060_000);

/// SQS takes no longer message.
const LONGEST_BODY: usize = 256 * 1024;

/// The id of every event here.
pub(crate) fn id() -> EventId {
    EventId::from_random([9; 16])
}

/// The input as text; `None` where it is none.
pub(crate) fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

/// Words of a text that only a person has: those with an `@`, which nothing of ours writes.
pub(crate) fn personal(text: &str) -> impl Iterator<Item = &str> {
    let is_of_word = |c: char| c.is_alphanumeric() || "@._%+-".contains(c);
    text.split(move |c| !is_of_word(c)).filter(|word| word.contains('@') && word.len() > 4)
}

/// No address of the input stands in what is said about it.
pub(crate) fn assert_silent(input: &str, said: &str) {
    if said.contains('@') {
        let told = personal(input).find(|word| said.contains(word));
        assert!(told.is_none(), "it repeats {told:?}: {said}");
    }
}

/// What is said stays on its line, and moves no cursor.
pub(crate) fn assert_one_line(said: &str) {
    assert!(!said.chars().any(char::is_control), "more than a line: {said:?}");
}

/// What must hold of every hint that is sent.
pub(crate) fn assert_sendable(event: &ChangeEvent) {
    let body = event.to_body();
    assert_eq!(ChangeEvent::parse(&body).as_ref(), Ok(event), "it does not survive the queue");
    assert!(body.len() <= LONGEST_BODY, "SQS takes no message of {} bytes", body.len());
    let is_taken = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    assert!(body.chars().all(is_taken), "SQS refuses a character of {body:?}");
    let group = event.group(&KEY);
    let is_id = (1..=128).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic());
    assert!(is_id, "SQS takes no group {group:?}");
}
