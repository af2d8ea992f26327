//! Redriving and dropping, on a FIFO queue in memory that locks message groups as SQS does.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use twinpool_core::change_event::EventId;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::trouble::Trouble;
use twinpool_testkit::MemoryLinks;

use super::*;
use crate::dlq::look::survey;

#[derive(Default)]
struct Fifo {
    letters: RefCell<Vec<(DeadLetter, bool)>>,
    /// Deleting fails: a process that is interrupted between sending and deleting.
    cannot_delete: Cell<bool>,
}

impl Fifo {
    fn put(&self, group: &str, body: &str) {
        let mut letters = self.letters.borrow_mut();
        let id = format!("m{}", letters.len());
        let (group, body, receipt) = (group.to_owned(), body.to_owned(), id.clone());
        letters.push((DeadLetter { id, receipt, group, sent_at: Timestamp(5), body }, false));
    }

    fn bodies(&self) -> Vec<String> {
        self.letters.borrow().iter().map(|(letter, _)| letter.body.clone()).collect()
    }

    fn hidden(&self) -> usize {
        self.letters.borrow().iter().filter(|(_, hidden)| *hidden).count()
    }
}

impl Dlq for Fifo {
    async fn about(&self) -> Answer<usize> {
        Ok(self.letters.borrow().len() - self.hidden())
    }

    async fn receive(&self, most: usize, _hold: Duration) -> Answer<Vec<DeadLetter>> {
        let mut letters = self.letters.borrow_mut();
        let locked: Vec<_> =
            letters.iter().filter(|(_, hidden)| *hidden).map(|(letter, _)| letter.group.clone()).collect();
        let free = letters.iter_mut().filter(|(letter, _)| !locked.contains(&letter.group));
        let take = |(letter, hidden): &mut (DeadLetter, bool)| {
            *hidden = true;
            letter.clone()
        };
        Ok(free.take(most).map(take).collect())
    }

    async fn give_back(&self, back: &[DeadLetter]) -> usize {
        for (letter, hidden) in self.letters.borrow_mut().iter_mut() {
            *hidden &= !back.iter().any(|other| other.id == letter.id);
        }
        0
    }

    async fn delete(&self, gone: &[DeadLetter]) -> Answer<usize> {
        if self.cannot_delete.get() {
            return Err(PortError::new(Class::Unavailable, "DeleteMessageBatch", "TimedOut"));
        }
        self.letters.borrow_mut().retain(|(letter, _)| !gone.iter().any(|other| other.id == letter.id));
        Ok(0)
    }
}

#[derive(Default)]
struct Sent(RefCell<Vec<(String, ChangeEvent)>>);

impl HintQueue for Sent {
    async fn send(&self, group: &str, hint: &ChangeEvent) -> Answer<()> {
        self.0.borrow_mut().push((group.to_owned(), hint.clone()));
        Ok(())
    }
}

const FOREIGN: &str = "{\"hello\":\"jane@example.com\"}";

/// An event as capture writes it, with a digest.
fn event(id: &str, who: &str) -> String {
    format!(
        r#"{{"v":1,"id":"{id}","pool":"eu-west-1_A",{who},"cause":"TokenGeneration_Authentication","at":100,"attributes":{{"email":"d"}}}}"#
    )
}

fn of_sub(id: &str, sub: &str) -> String {
    event(id, &format!(r#""sub":"{sub}""#))
}

async fn note(links: &MemoryLinks, group: &str, event: &str, code: &str, is_passing: bool) {
    let trouble = Trouble {
        at: Timestamp(200),
        event_id: EventId::stored(event),
        cause: EventCause::operator("Sync"),
        operation: Some("AdminCreateUser".to_owned()).filter(|_| code != "other_pool"),
        code: code.to_owned(),
        is_passing,
    };
    links.note_trouble(group, &trouble).await.unwrap();
}

struct Scene {
    dlq: Fifo,
    sent: Sent,
    links: MemoryLinks,
}

impl Scene {
    fn new() -> Self {
        Self { dlq: Fifo::default(), sent: Sent::default(), links: MemoryLinks::default() }
    }

    async fn run(&self, task: Task, limit: usize) -> anyhow::Result<Done> {
        let look = Look::new(self.links.clone(), Default::default());
        let act = Act { dlq: &self.dlq, queue: Some(&self.sent), look: &look, task };
        act.run(limit, &Interrupt::default()).await
    }

    async fn names(&self) -> Vec<(String, usize)> {
        let look = Look::new(self.links.clone(), Default::default());
        let found = survey(&self.dlq, &look, 1_000, &Interrupt::default()).await.unwrap();
        assert_eq!(self.dlq.hidden(), 0, "everything was given back");
        let mut names: Vec<_> =
            found.groups.iter().map(|group| (group.cause.name(), group.messages)).collect();
        names.sort();
        names
    }

    fn groups(&self) -> Vec<String> {
        self.sent.0.borrow().iter().map(|(group, _)| group.clone()).collect()
    }
}

fn all() -> Task {
    Task::redrive(&[], true)
}

fn retryable() -> Task {
    Task::redrive(&[], false)
}

#[tokio::test]
async fn messages_are_told_by_cause_and_stay() {
    let scene = Scene::new();
    scene.dlq.put("s1", FOREIGN);
    scene.dlq.put("s1", &of_sub("1", "s1"));
    scene.dlq.put("s2", &of_sub("2", "s2"));
    scene.dlq.put("s3", &of_sub("3", "s3"));
    scene.dlq.put("s4", &of_sub("4", "s4"));
    scene.dlq.put("s4", &of_sub("4", "s4").replace("\"v\":1", "\"v\":9"));
    note(&scene.links, "s1", "1", "AccessDeniedException", false).await;
    note(&scene.links, "s2", "2", "other_pool", false).await;
    note(&scene.links, "s3", "3", "TooManyRequestsException", true).await;
    let expected = [
        ("AdminCreateUser:AccessDeniedException", 1),
        ("AdminCreateUser:TooManyRequestsException", 1),
        ("newer_twinpool", 1),
        ("not_a_change_event", 1),
        ("other_pool", 1),
        ("unknown", 1),
    ];
    let expected: Vec<_> = expected.map(|(name, count)| (name.to_owned(), count)).into();
    assert_eq!(scene.names().await, expected);
    assert_eq!(scene.dlq.bodies().len(), 6);
}

#[tokio::test]
async fn a_redriven_event_is_a_new_hint_without_what_the_old_one_said() {
    let scene = Scene::new();
    scene.dlq.put("s1", &of_sub("1", "s1"));
    let done = scene.run(retryable(), usize::MAX).await.unwrap();
    assert_eq!((done.messages, done.hints, done.stay), (1, 1, 0));
    let json = done.json();
    assert_eq!((&json["answer"], &json["messages"]), (&"redriven".into(), &1.into()));
    assert_eq!(json["complete"], true);
    assert!(scene.dlq.bodies().is_empty());
    let sent = scene.sent.0.borrow();
    let (group, hint) = &sent[0];
    assert_eq!((group.as_str(), hint.cause.as_str()), ("s1", "Operator_Redrive"));
    assert!(hint.attributes.is_empty() && hint.groups.is_none());
    assert!(hint.id.as_str() != "1" && hint.at > Timestamp(100));
}

#[tokio::test]
async fn several_messages_of_one_user_become_one_hint_and_groups_go_on_behind_each_other() {
    let scene = Scene::new();
    for number in 0..25 {
        scene.dlq.put("s1", &of_sub(&number.to_string(), "s1"));
        scene.dlq.put("s2", &of_sub(&format!("b{number}"), "s2"));
    }
    let done = scene.run(retryable(), usize::MAX).await.unwrap();
    assert_eq!((done.messages, done.hints), (50, 2));
    assert!(scene.dlq.bodies().is_empty());
}

#[tokio::test]
async fn a_user_without_a_sub_and_a_group_keep_their_message_group() {
    let scene = Scene::new();
    scene.dlq.put("digest-1", &event("1", r#""username":"google_1""#));
    scene.dlq.put("digest-2", &event("2", r#""group_name":"staff""#));
    scene.run(retryable(), usize::MAX).await.unwrap();
    assert_eq!(scene.groups(), ["digest-1", "digest-2"]);
    let sent = scene.sent.0.borrow();
    assert!(sent[0].1.username.is_some());
    assert_eq!(sent[1].1.group_name.as_ref().map(|name| name.as_str()), Some("staff"));
}

#[tokio::test]
async fn what_somebody_must_act_on_stays_until_its_cause_is_named() {
    let scene = Scene::new();
    scene.dlq.put("s1", &of_sub("1", "s1"));
    scene.dlq.put("s2", &of_sub("2", "s2"));
    scene.dlq.put("s3", FOREIGN);
    note(&scene.links, "s1", "1", "AccessDeniedException", false).await;
    scene.run(retryable(), usize::MAX).await.unwrap();
    assert_eq!(scene.groups(), ["s2"]);
    let named = Task::redrive(&["AdminCreateUser:AccessDeniedException".to_owned()], false);
    let done = scene.run(named, usize::MAX).await.unwrap();
    assert_eq!(scene.groups(), ["s2", "s1"]);
    assert_eq!(done.stay, 1);
    scene.run(all(), usize::MAX).await.unwrap();
    assert_eq!(scene.dlq.bodies(), [FOREIGN]);
    assert_eq!(scene.dlq.hidden(), 0);
}

#[tokio::test]
async fn one_poisoned_message_holds_nobody_up() {
    let scene = Scene::new();
    for _ in 0..12 {
        scene.dlq.put("s1", FOREIGN);
    }
    scene.dlq.put("s1", &of_sub("1", "s1"));
    scene.dlq.put("s2", &of_sub("2", "s2"));
    let done = scene.run(retryable(), usize::MAX).await.unwrap();
    assert_eq!(scene.groups(), ["s2"]);
    // What stands behind ten of its own group is told, and comes when those are gone.
    assert_eq!((done.stay, done.behind), (10, 3));
    for _ in 0..2 {
        scene.run(Task::drop(&[NOT_A_CHANGE_EVENT.to_owned()]), usize::MAX).await.unwrap();
    }
    assert_eq!(scene.run(retryable(), usize::MAX).await.unwrap().messages, 1);
    assert_eq!(scene.groups(), ["s2", "s1"]);
}

#[tokio::test]
async fn interrupted_between_sending_and_deleting_nothing_is_lost() {
    let scene = Scene::new();
    scene.dlq.put("s1", &of_sub("1", "s1"));
    scene.dlq.cannot_delete.set(true);
    assert!(scene.run(retryable(), usize::MAX).await.is_err());
    assert_eq!((scene.dlq.bodies().len(), scene.dlq.hidden()), (1, 0));
    scene.dlq.cannot_delete.set(false);
    scene.run(retryable(), usize::MAX).await.unwrap();
    // Twice the same hint costs a read.
    assert_eq!(scene.groups(), ["s1", "s1"]);
    assert!(scene.dlq.bodies().is_empty());
}

#[tokio::test]
async fn a_limit_counts_what_is_redriven() {
    let scene = Scene::new();
    scene.dlq.put("s0", FOREIGN);
    for number in 0..5 {
        scene.dlq.put(&format!("s{number}"), &of_sub(&number.to_string(), &format!("s{number}")));
    }
    let done = scene.run(retryable(), 3).await.unwrap();
    assert_eq!(done.messages, 3);
    assert_eq!((scene.dlq.bodies().len(), scene.dlq.hidden()), (3, 0));
}

#[test]
fn only_what_is_nobodys_can_be_dropped_and_only_what_is_somebodys_redriven() {
    let named = |name: &str| [name.to_owned()];
    assert!(Task::drop(&named("unknown")).refusal().is_some_and(|text| text.contains("redrive")));
    assert_eq!(Task::drop(&named("other_pool")).refusal(), None);
    for name in [NOT_A_CHANGE_EVENT, NEWER, "other_pool", "no_user"] {
        assert!(Task::redrive(&named(name), false).refusal().is_some(), "{name}");
    }
    assert_eq!(Task::redrive(&named("unknown"), false).refusal(), None);
}

#[test]
fn a_cause_that_there_is_not_is_a_slip() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(Task::drop(&names(&["other_pool", "foo"])).unknown(), Some("foo"));
    assert_eq!(Task::redrive(&names(&["unknown"]), false).unknown(), None);
}
