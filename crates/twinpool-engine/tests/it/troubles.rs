//! What is written down of a message that goes back.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::port::{Class, TroubleStore as _};
use twinpool_core::trouble::Trouble;
use twinpool_engine::Message;
use twinpool_testkit::world::event_of;
use twinpool_testkit::{Process, World};

use crate::support::{NOW, SIGN_IN, assert_in_step, engine, run};

fn message(event: &ChangeEvent, delivery: u32) -> Message {
    let (id, group) = ("1".to_owned(), Some("jane-sub".to_owned()));
    Message { id, group, body: event.to_body(), delivery, span: tracing::Span::none() }
}

async fn goes_back(world: &World, process: &Arc<Process>, message: Message) {
    let deadline = Instant::now() + Duration::from_secs(10);
    assert_eq!(engine(world, process).process(vec![message], deadline).await.failures.len(), 1);
}

/// What is noted of jane after her event was delivered for the nth time and AdminGetUser failed so.
async fn noted(class: Class, delivery: u32) -> Option<Trouble> {
    let world = World::username_to_email().with_jane();
    let process = Arc::new(Process::healthy());
    process.fail_all("AdminGetUser", class);
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    goes_back(&world, &process, message(&event, delivery)).await;
    let trouble = run(world.links.trouble("jane-sub")).expect("an answer");
    if let Some(trouble) = &trouble {
        assert_eq!((&trouble.event_id, &trouble.cause, trouble.at), (&event.id, &event.cause, NOW));
    }
    trouble
}

#[tokio::test(start_paused = true)]
async fn what_somebody_must_act_on_is_written_down_at_once() {
    for class in [Class::Denied, Class::Rejected, Class::Unreadable] {
        let trouble = noted(class, 1).await.expect("a note");
        assert_eq!(trouble.operation.as_deref(), Some("AdminGetUser"));
        assert_eq!((trouble.code.as_str(), trouble.is_passing), ("InjectedFault", false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_written_down_when_it_has_come_back_often() {
    assert_eq!(noted(Class::Unavailable, 4).await, None);
    let trouble = noted(Class::Unavailable, 5).await.expect("a note");
    assert!(trouble.is_passing);
}

#[tokio::test(start_paused = true)]
async fn an_event_of_another_pool_is_told_from_what_failed() {
    let world = World::username_to_email().with_jane();
    let mut elsewhere = message(&event_of(&world.old, "jane-sub", SIGN_IN), 1);
    elsewhere.body = elsewhere.body.replace("eu-west-1_Old", "eu-west-1_Other");
    goes_back(&world, &Arc::new(Process::healthy()), elsewhere).await;
    let trouble = run(world.links.trouble("jane-sub")).expect("an answer").expect("a note");
    assert_eq!((trouble.operation, trouble.code.as_str()), (None, "other_pool"));
    assert!(!trouble.is_passing);
}

#[tokio::test(start_paused = true)]
async fn of_what_is_not_ours_nothing_is_written_down() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let process = Arc::new(Process::healthy());
    goes_back(&world, &process, Message { body: "{}".to_owned(), ..message(&event, 9) }).await;
    assert!(!process.calls().contains(&"PutItem"));
}

#[tokio::test(start_paused = true)]
async fn a_note_that_fails_changes_nothing_for_the_message() {
    let world = World::username_to_email().with_jane();
    let process = Arc::new(Process::healthy());
    process.fail_all("AdminGetUser", Class::Denied);
    process.fail_all("PutItem", Class::Unavailable);
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    goes_back(&world, &process, message(&event, 1)).await;
    assert_eq!(run(world.links.trouble("jane-sub")), Ok(None));
}

#[tokio::test(start_paused = true)]
async fn a_user_who_arrives_later_keeps_the_note_and_costs_no_call_for_it() {
    let world = World::username_to_email().with_jane();
    let process = Arc::new(Process::healthy());
    process.fail_next("AdminGetUser", Class::Denied);
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    goes_back(&world, &process, message(&event, 1)).await;
    let healthy = Arc::new(Process::healthy());
    let deadline = Instant::now() + Duration::from_secs(10);
    assert!(engine(&world, &healthy).process(vec![message(&event, 2)], deadline).await.failures.is_empty());
    assert_in_step(&world, "jane-sub");
    let noted = run(world.links.trouble("jane-sub")).expect("an answer").expect("a note");
    assert_eq!(noted.event_id, event.id);
}
