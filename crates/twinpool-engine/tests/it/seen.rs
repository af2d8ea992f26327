//! When a user last showed in the old pool: exact to a day, for a small write a day.

use std::sync::Arc;

use twinpool_core::id::Timestamp;
use twinpool_core::port::{Class, LinkStore as _};
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::world::{attribute, event_of, person};
use twinpool_testkit::{Process, World};

use crate::support::{SIGN_IN, asked, audited, calls_of, deliver, engine, link, run, sign_in};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const REFRESH: &str = "TokenGeneration_RefreshTokens";

/// The calls of a token of Jane's at this time, and when she was last seen afterwards.
fn token(world: &World, cause: &str, at: u64) -> (Vec<&'static str>, Option<Timestamp>) {
    let mut event = event_of(&world.old, "jane-sub", cause);
    event.at = Timestamp(at);
    let calls = calls_of(world, &event, 1);
    (calls, link(world, "jane-sub").seen_at)
}

#[test]
fn a_token_a_day_costs_a_small_write_and_all_others_none() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    deliver(&world, &event, 1).expect("processed");
    let first = link(&world, "jane-sub");
    assert_eq!(first.seen_at, Some(event.at), "with the pair");
    let begin = event.at.0;
    let (read, noted) = (vec!["GetItem"], vec!["GetItem", "UpdateItem"]);
    assert_eq!(token(&world, REFRESH, begin + DAY - 1), (read.clone(), Some(Timestamp(begin))));
    let next = begin + DAY;
    assert_eq!(token(&world, REFRESH, next), (noted.clone(), Some(Timestamp(next))));
    assert_eq!(token(&world, SIGN_IN, next + HOUR), (read.clone(), Some(Timestamp(next))));
    assert_eq!(token(&world, SIGN_IN, next + 3 * DAY), (noted, Some(Timestamp(next + 3 * DAY))));
    let late = token(&world, SIGN_IN, next + DAY);
    assert_eq!(late, (read, Some(Timestamp(next + 3 * DAY))), "an event that comes late says nothing new");
    let last = link(&world, "jane-sub");
    assert_eq!((last.version, last.history, last.state), (first.version, first.history, first.state));
}

#[test]
fn what_is_written_anyway_says_it_too() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Joan"))));
    let (calls, seen) = token(&world, SIGN_IN, 2 * HOUR);
    assert!(calls.contains(&"PutItem") && !calls.contains(&"UpdateItem"), "{calls:?}");
    assert_eq!(seen, Some(Timestamp(2 * HOUR)));
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Jo"))));
    assert_eq!(token(&world, SIGN_IN, HOUR).1, Some(Timestamp(2 * HOUR)), "not back");
}

#[test]
fn only_tokens_show_somebody() {
    let world = World::username_to_email().with_jane();
    let mut confirmed = event_of(&world.old, "jane-sub", "PostConfirmation_ConfirmSignUp");
    confirmed.at = Timestamp(9 * DAY);
    deliver(&world, &confirmed, 1).expect("processed");
    deliver(&world, &asked("jane-sub"), 1).expect("processed");
    deliver(&world, &audited("AdminUpdateUserAttributes", "jane-sub"), 1).expect("processed");
    assert_eq!(link(&world, "jane-sub").seen_at, None);
    assert_eq!(token(&world, REFRESH, DAY).1, Some(Timestamp(DAY)));
    let mut changed = event_of(&world.old, "jane-sub", "CustomMessage_UpdateUserAttribute");
    changed.at = Timestamp(9 * DAY);
    deliver(&world, &changed, 1).expect("processed");
    assert_eq!(link(&world, "jane-sub").seen_at, Some(Timestamp(DAY)));
}

#[test]
fn whoever_is_kept_out_of_the_new_pool_is_seen_all_the_same() {
    let world = World::username_to_email().with_jane();
    world.new.put(person("new-9", "new-9", &[("email", "jane@example.com"), ("email_verified", "true")]));
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Conflict);
    let before = link(&world, "jane-sub");
    let (calls, seen) = token(&world, SIGN_IN, 2 * DAY);
    assert_eq!((calls.last(), seen), (Some(&"UpdateItem"), Some(Timestamp(2 * DAY))));
    assert_eq!(link(&world, "jane-sub").version, before.version);
}

#[test]
fn a_note_makes_no_mirror_lose_that_is_at_work() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let read = link(&world, "jane-sub");
    assert_eq!(token(&world, REFRESH, 2 * DAY).0, ["GetItem", "UpdateItem"]);
    assert_eq!(run(world.links.write(&read)), Ok(read.version + 1));
    // The slow one did not know: the next token says it again.
    assert_eq!(token(&world, REFRESH, 2 * DAY + HOUR).1, Some(Timestamp(2 * DAY + HOUR)));
}

#[test]
fn a_note_that_fails_sends_no_message_back() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    for class in [Class::Throttled, Class::Denied] {
        let process = Arc::new(Process::healthy());
        process.fail_all("UpdateItem", class);
        let mut event = event_of(&world.old, "jane-sub", REFRESH);
        event.at = Timestamp(2 * DAY);
        let outcome = run(engine(&world, &process).sync_user(&event, 1)).expect("processed");
        assert_eq!((outcome.kind, process.calls()), (Kind::Unchanged, vec!["GetItem", "UpdateItem"]));
    }
    assert_eq!(token(&world, REFRESH, 2 * DAY).1, Some(Timestamp(2 * DAY)));
}
