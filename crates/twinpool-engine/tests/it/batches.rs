use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::port::Class;
use twinpool_engine::Message;
use twinpool_testkit::world::{event_of, person};
use twinpool_testkit::{Process, World};

use crate::support::{SIGN_IN, assert_in_step, engine};

fn message(id: &str, group: &str, event: &ChangeEvent) -> Message {
    Message {
        id: id.to_owned(),
        group: Some(group.to_owned()),
        body: event.to_body(),
        delivery: 1,
        span: tracing::Span::none(),
    }
}

async fn failures(
    world: &World,
    process: &Arc<Process>,
    messages: Vec<Message>,
) -> Vec<(String, Option<u64>)> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let failures = engine(world, process).process(messages, deadline).await.failures;
    failures
        .into_iter()
        .map(|failure| (failure.id, failure.retry_after.map(|after| after.as_secs())))
        .collect()
}

fn two_people() -> World {
    let world = World::username_to_email().with_jane();
    world.old.put(person("joe-sub", "joe", &[("email", "joe@example.com"), ("email_verified", "true")]));
    world
}

#[tokio::test(start_paused = true)]
async fn a_failure_sends_back_the_rest_of_its_group_and_the_other_groups_go_on() {
    let world = two_people();
    let process = Arc::new(Process::healthy());
    process.fail_next("AdminGetUser", Class::Unavailable);
    let (jane, joe) = (event_of(&world.old, "jane-sub", SIGN_IN), event_of(&world.old, "joe-sub", SIGN_IN));
    let batch =
        vec![message("1", "jane-sub", &jane), message("2", "joe-sub", &joe), message("3", "jane-sub", &jane)];
    let back = failures(&world, &process, batch).await;
    assert_eq!(back, [("1".to_owned(), Some(1)), ("3".to_owned(), Some(1))]);
    assert!(world.new.person("joe@example.com").is_some());
    assert!(world.new.person("jane@example.com").is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_ours_goes_back_and_the_other_groups_go_on() {
    let world = two_people();
    let process = Arc::new(Process::healthy());
    let jane = event_of(&world.old, "jane-sub", SIGN_IN);
    let foreign = ["", "null", "[]", "{}", "{\"v\":1}", "<xml/>"];
    let mut batch: Vec<_> = foreign
        .iter()
        .enumerate()
        .map(|(n, body)| Message {
            id: format!("f{n}"),
            group: Some(format!("g{n}")),
            body: (*body).to_owned(),
            delivery: 1,
            span: tracing::Span::none(),
        })
        .collect();
    batch.push(message("ours", "jane-sub", &jane));
    let back = failures(&world, &process, batch).await;
    assert_eq!(back.len(), foreign.len());
    assert!(back.iter().all(|(id, _)| id.starts_with('f')));
    assert_in_step(&world, "jane-sub");
}

#[tokio::test(start_paused = true)]
async fn messages_without_a_group_do_not_hold_each_other_up() {
    let world = two_people();
    let process = Arc::new(Process::healthy());
    let jane = event_of(&world.old, "jane-sub", SIGN_IN);
    let alone = Message { group: None, ..message("1", "", &jane) };
    let foreign = Message { id: "0".to_owned(), body: String::new(), ..alone.clone() };
    assert_eq!(failures(&world, &process, vec![foreign, alone]).await, [("0".to_owned(), Some(0))]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_not_ours_does_not_hold_its_group_up() {
    let world = two_people();
    let process = Arc::new(Process::healthy());
    let jane = event_of(&world.old, "jane-sub", SIGN_IN);
    let ours = message("ours", "jane-sub", &jane);
    let foreign = Message { id: "foreign".to_owned(), body: "{}".to_owned(), ..ours.clone() };
    let mut elsewhere = ours.clone();
    elsewhere.id = "elsewhere".to_owned();
    elsewhere.body = elsewhere.body.replace("eu-west-1_Old", "eu-west-1_Other");
    let back = failures(&world, &process, vec![foreign, elsewhere, ours]).await;
    assert_eq!(back, [("foreign".to_owned(), Some(0)), ("elsewhere".to_owned(), Some(0))]);
    assert_in_step(&world, "jane-sub");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_done_in_time_goes_back_soon() {
    let world = two_people();
    let process = Arc::new(Process::healthy());
    let jane = event_of(&world.old, "jane-sub", SIGN_IN);
    let back = engine(&world, &process)
        .process(vec![message("1", "jane-sub", &jane)], Instant::now())
        .await
        .failures;
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].retry_after, Some(Duration::from_secs(1)));
}
