//! Asks the mirror to look at a user, and waits for its answer on the link.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value, json};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::sqs::Queue;
use twinpool_core::change_event::{About, Cause, ChangeEvent};
use twinpool_core::id::PoolId;
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{ChangeSink as _, Clock as _, LinkReader as _};

use crate::Exit;
use crate::clock::SystemClock;
use crate::conflicts::Found;
use crate::failure::unusable;
use crate::random::event_id;
use crate::show;

/// Between two looks at the link.
const PAUSE: Duration = Duration::from_millis(300);

/// A pair is written down first, and follows then: as long as this is waited for the second.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(5);

/// Whoever asks the mirror for something.
pub(crate) struct Operator {
    pub(crate) links: Links,
    pub(crate) queue: Queue,
    pub(crate) pool: PoolId,
    /// `None`: not at all.
    pub(crate) wait: Option<Duration>,
}

impl Operator {
    /// Sends the mirror to a user.
    pub(crate) async fn send(&self, link: &Link, command: &str) -> anyhow::Result<()> {
        let event = ChangeEvent::hint(
            event_id()?,
            self.pool.clone(),
            About::User(link.sub()),
            Cause::operator(command),
            SystemClock.now(),
        );
        let sent = self.queue.send(&event).await;
        sent.map_err(|error| unusable("the queue", "--queue-url / TWINPOOL_QUEUE_URL", error))
    }

    /// Waits for the mirror's answer. `before`: the link as it was when the event was sent.
    pub(crate) async fn answer(&self, before: &Link) -> anyhow::Result<Answer> {
        self.answer_within(before, self.wait).await
    }

    /// The same, with another patience.
    pub(crate) async fn answer_within(
        &self,
        before: &Link,
        wait: Option<Duration>,
    ) -> anyhow::Result<Answer> {
        let Some(wait) = wait else {
            return Ok(Answer::NotWaited);
        };
        let start = Instant::now();
        let mut answered = None;
        loop {
            let link = self.links.link(&before.old_sub).await;
            let link = link.with_context(|| format!("cannot read the link of {}", before.old_sub))?;
            if let Some(link) = link.filter(|link| has_answered(before, link)) {
                let since = answered.get_or_insert_with(Instant::now);
                if !is_first_record(&link) || since.elapsed() > FOLLOWS_WITHIN {
                    return Ok(Answer::Here(Box::new(link)));
                }
            }
            if start.elapsed() >= wait && answered.is_none() {
                return Ok(Answer::Late);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What came of waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The link as the mirror wrote it.
    Here(Box<Link>),
    /// Nothing in time.
    Late,
    /// Nobody waited.
    NotWaited,
}

/// Whether the mirror has written a line for an operator since. Clocks differ, so no times are compared; an intent moves the
/// version and is no answer.
fn has_answered(before: &Link, now: &Link) -> bool {
    now.version > before.version && now.history.last_for_operator() != before.history.last_for_operator()
}

/// Whether a pair was just written down, and the new side does not follow yet.
fn is_first_record(link: &Link) -> bool {
    link.linked()
        .is_some_and(|linked| linked.base.old.attributes.is_empty() && linked.base.old.groups.is_empty())
}

impl Answer {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Here(link) if has_open(link) => Exit::StillInConflict,
            Self::Here(_) | Self::NotWaited => Exit::Done,
            Self::Late => Exit::Unanswered,
        }
    }

    /// What became of the user.
    pub(crate) fn words(&self, before: &Link) -> String {
        let sub = &before.old_sub;
        match self {
            Self::NotWaited => {
                show::field("asked", &format!("the mirror will look: twinpool explain {sub} tells"))
            }
            Self::Late => show::field(
                "no answer",
                &format!(
                    "the mirror has not answered in time. The event stays in the queue: look later with twinpool resolve {sub}, and at the mirror's log and the DLQ if nothing comes"
                ),
            ),
            Self::Here(link) => outcome(link),
        }
    }

    pub(crate) fn json(&self, before: &Link) -> Value {
        let sub = before.old_sub.as_str();
        match self {
            Self::NotWaited => json!({ "old_sub": sub, "answer": "not waited for" }),
            Self::Late => json!({ "old_sub": sub, "answer": "none in time" }),
            Self::Here(link) => json!({
                "old_sub": sub,
                "answer": "done",
                "state": show::state(link),
                "new_sub": link.linked().map(|linked| linked.new_sub.as_str()),
                "did": did(link),
                "open": Found::of(link).iter().filter(|found| found.reason.is_open()).map(Found::json).collect::<Vec<_>>(),
            }),
        }
    }
}

fn has_open(link: &Link) -> bool {
    Found::of(link).iter().any(|found| found.reason.is_open())
}

fn did(link: &Link) -> &str {
    link.history.last_for_operator().map_or("", |entry| &entry.did)
}

fn outcome(link: &Link) -> String {
    let mut out = show::field("old sub", link.old_sub.as_str());
    if let LinkState::Linked(linked) = &link.state {
        out.push_str(&show::field("new sub", linked.new_sub.as_str()));
    }
    out.push_str(&show::field("link", &show::state_in_words(link)));
    out.push_str(&show::field("done", did(link)));
    for held in link.linked().into_iter().flat_map(|linked| &linked.held_back) {
        out.push_str(&show::field("held back", &held.to_string()));
    }
    out
}

#[cfg(test)]
mod tests {
    use twinpool_core::history::Entry;
    use twinpool_core::id::Timestamp;

    use super::*;
    use crate::samples::{conflict, linked};

    fn noted(link: &Link, at: u64, cause: Cause) -> Link {
        let mut link = link.clone();
        link.version += 1;
        link.history.add(Entry { at: Timestamp(at), cause, did: "in step".to_owned() });
        link
    }

    #[test]
    fn only_a_line_for_an_operator_is_an_answer() {
        let before = noted(&linked(), 1, Cause::operator("Sync"));
        let intent = Link { version: before.version + 1, ..before.clone() };
        let other = noted(&before, 2, Cause::audit_trail("AdminDisableUser"));
        let answer = noted(&before, 2, Cause::operator("Sync"));
        let later = noted(&answer, 3, Cause::audit_trail("AdminDisableUser"));
        assert!(![&before, &intent, &other].into_iter().any(|now| has_answered(&before, now)));
        assert!([&answer, &later].into_iter().all(|now| has_answered(&before, now)));
    }

    #[test]
    fn how_it_ended() {
        let here = |link: Link| Answer::Here(Box::new(link)).exit();
        assert_eq!(here(conflict()), Exit::StillInConflict);
        assert_eq!((Answer::Late.exit(), Answer::NotWaited.exit()), (Exit::Unanswered, Exit::Done));
    }
}
