//! Redrives or drops dead letters, one batch after the other: each is taken away only when its hint stands in the queue. Whoever
//! is interrupted in between sends a second hint the next time, which costs a read.

use std::collections::BTreeMap;
use std::io::Write as _;

use anyhow::Context as _;
use twinpool_aws::sqs::DeadLetter;
use twinpool_core::change_event::{About, Cause as EventCause, ChangeEvent};
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::port::{Clock as _, LinkReader, PortError, TroubleStore};
use twinpool_core::trouble::code;

use super::cause::{Cause, NEWER, NOT_A_CHANGE_EVENT, Next, is_cause};
use super::letters::{Dlq, HintQueue};
use super::look::{Found, Group, Look, Looked};
use super::walk::{Interrupt, Step, walk};
use crate::clock::SystemClock;
use crate::failure::unusable;
use crate::random::event_id;
use crate::show;

/// After so many messages a line says how far it is.
const PROGRESS: usize = 100;

/// What to do with which messages.
#[derive(Debug)]
pub(super) enum Task {
    Redrive { causes: Vec<String>, all: bool },
    Drop { causes: Vec<String> },
}

impl Task {
    pub(super) fn redrive(causes: &[String], all: bool) -> Self {
        Self::Redrive { causes: causes.to_vec(), all }
    }

    pub(super) fn drop(causes: &[String]) -> Self {
        Self::Drop { causes: causes.to_vec() }
    }

    /// Of the causes that were named, one that there is not.
    pub(super) fn unknown(&self) -> Option<&str> {
        let (Self::Redrive { causes, .. } | Self::Drop { causes }) = self;
        causes.iter().map(String::as_str).find(|cause| !is_cause(cause))
    }

    /// Why the causes that were named are not for this.
    pub(super) fn refusal(&self) -> Option<String> {
        let nobodys = [NOT_A_CHANGE_EVENT, code::OTHER_POOL, code::NO_USER];
        match self {
            Self::Redrive { causes, .. } => causes.iter().find_map(|cause| match cause.as_str() {
                NEWER => Some(format!("{cause}: this command cannot read them, take a newer twinpool.\n")),
                name if nobodys.contains(&name) => Some(format!(
                    "{cause}: of no user of this stack, they would only come back; `twinpool dlq drop --cause {cause}` deletes them.\n"
                )),
                _ => None,
            }),
            Self::Drop { causes } => {
                let ours = causes.iter().find(|cause| !nobodys.contains(&cause.as_str()));
                ours.map(|cause| {
                    format!(
                        "{cause}: of users of this stack, so none is dropped; `twinpool dlq redrive --cause {cause}` has them read again.\n"
                    )
                })
            }
        }
    }

    fn takes(&self, cause: &Cause) -> bool {
        let (name, next) = (cause.name(), cause.next());
        match self {
            Self::Redrive { causes, all } => match next {
                Next::Again => causes.is_empty() || causes.contains(&name),
                Next::ActFirst => *all || causes.contains(&name),
                Next::Upgrade | Next::Nobody => false,
            },
            Self::Drop { causes } => next == Next::Nobody && causes.contains(&name),
        }
    }

    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Redrive { .. } => ("to redrive", "redriven"),
            Self::Drop { .. } => ("to delete", "deleted"),
        }
    }

    /// Whether any of these would be touched.
    pub(super) fn has_work(&self, found: &Found) -> bool {
        found.groups.iter().any(|group| self.takes(&group.cause))
    }

    /// What would be done.
    pub(super) fn outlook(&self, found: &Found) -> String {
        let (taken, stays): (Vec<_>, Vec<_>) =
            found.groups.iter().partition(|group| self.takes(&group.cause));
        let count = |groups: &[&Group]| groups.iter().map(|group| group.messages).sum::<usize>();
        let mut out = format!("{}: {}\n", self.words().0, show::count(count(&taken), "message"));
        for group in &taken {
            out += &format!("{:>8}  {}\n", group.messages, group.cause.name());
        }
        if !stays.is_empty() {
            out += &format!("stay: {}\n", show::count(count(&stays), "message"));
        }
        for group in &stays {
            out += &format!("{:>8}  {}\n", group.messages, group.cause.name());
        }
        if found.more > 0 {
            out += &format!("about {} more were not looked at yet\n", found.more);
        }
        out
    }
}

impl Task {
    /// What would be done, for programs.
    pub(super) fn outlook_json(&self, found: &Found, dry_run: bool) -> serde_json::Value {
        let one = |group: &Group| {
            serde_json::json!({
                "cause": group.cause.name(),
                "messages": group.messages,
                "taken": self.takes(&group.cause),
            })
        };
        let answer = if dry_run { "dry run" } else { "nothing to do" };
        serde_json::json!({
            "answer": answer,
            "causes": found.groups.iter().map(one).collect::<Vec<_>>(),
            "not_looked_at": found.more,
            "complete": !found.is_interrupted,
        })
    }
}

/// Somebody who does it.
pub(super) struct Act<'a, D, Q, L> {
    pub(super) dlq: &'a D,
    /// Where hints go; nothing that is dropped needs one.
    pub(super) queue: Option<&'a Q>,
    pub(super) look: &'a Look<L>,
    pub(super) task: Task,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Done {
    word: &'static str,
    pub(super) messages: usize,
    pub(super) hints: usize,
    pub(super) stay: usize,
    /// Could not be deleted.
    left: usize,
    behind: usize,
    late: usize,
    is_interrupted: bool,
}

impl Done {
    pub(super) fn is_complete(&self) -> bool {
        !self.is_interrupted && self.left == 0
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "answer": self.word,
            "messages": self.messages,
            "hints": self.hints,
            "stay": self.stay,
            "not_deleted": self.left,
            "behind": self.behind,
            "out_of_sight": self.late,
            "complete": self.is_complete(),
        })
    }

    pub(super) fn to_text(&self) -> String {
        let mut out = format!("{}: {}", self.word, show::count(self.messages, "message"));
        if self.hints > 0 {
            let hints = show::count(self.hints, "hint");
            out += &format!(", with {hints}: several messages of one user need one");
        }
        out.push('\n');
        let mut line = |count: usize, words: &str| {
            if count > 0 {
                out += &format!("{words}: {}\n", show::count(count, "message"));
            }
        };
        line(self.stay, "stay, and `twinpool dlq show` tells why");
        line(self.behind, "behind them stand about");
        line(self.left, "could not be deleted: they come back, and redriving them again does no harm");
        line(self.late, "out of sight for up to five minutes");
        if self.is_interrupted {
            out += "interrupted: the rest is as it was\n";
        }
        out
    }
}

impl<D: Dlq, Q: HintQueue, L: LinkReader + TroubleStore> Act<'_, D, Q, L> {
    /// Does it, for at most so many messages.
    pub(super) async fn run(&self, limit: usize, interrupt: &Interrupt) -> anyhow::Result<Done> {
        let about = self.dlq.about().await.map_err(dlq_problem)?;
        let mut done = Done { word: self.task.words().1, ..Done::default() };
        let mut sent = BTreeMap::new();
        let walked = walk(self.dlq, interrupt, limit, async |batch| {
            let before = done.messages;
            let step = self.batch(batch, &mut done, &mut sent).await?;
            if done.messages / PROGRESS > before / PROGRESS {
                let _ = writeln!(std::io::stderr(), "{} {} of about {about}", done.word, done.messages);
            }
            Ok(Step { most: limit.saturating_sub(done.messages), ..step })
        })
        .await?;
        done.is_interrupted = walked.is_interrupted;
        done.late = walked.late;
        done.stay = walked.seen.saturating_sub(done.messages);
        if !done.is_interrupted && done.messages < limit {
            done.behind = self.dlq.about().await.map_err(dlq_problem)?.saturating_sub(done.stay);
        }
        Ok(done)
    }

    async fn batch(
        &self,
        batch: &[DeadLetter],
        done: &mut Done,
        sent: &mut BTreeMap<(PoolId, About), Timestamp>,
    ) -> anyhow::Result<Step> {
        let mut taken = Vec::new();
        let mut result = Ok(());
        for letter in batch {
            let looked = self.look.at(letter).await?;
            if !self.task.takes(&looked.cause) {
                continue;
            }
            match self.hint(letter, looked, sent).await {
                Ok(hints) => done.hints += hints,
                Err(problem) => {
                    result = Err(problem);
                    break;
                }
            }
            taken.push(letter.clone());
        }
        let deleted = self.dlq.delete(&taken).await;
        done.left +=
            deleted.context("cannot delete from the DLQ: check your permissions; nothing is lost")?;
        done.messages += taken.len();
        result?;
        Ok(Step { most: 0, gone: taken.into_iter().map(|letter| letter.id).collect() })
    }

    /// Sends a hint for a message, unless one that is younger than the message was sent already. Gives the number of hints.
    async fn hint(
        &self,
        letter: &DeadLetter,
        looked: Looked,
        sent: &mut BTreeMap<(PoolId, About), Timestamp>,
    ) -> anyhow::Result<usize> {
        let (Some(queue), Some(event)) = (self.queue, looked.event) else {
            return Ok(0);
        };
        let about = event.about().context("an event that names nobody cannot be redriven")?;
        let whom = (event.pool.clone(), about.clone());
        if sent.get(&whom).is_some_and(|at| *at > event.at) {
            return Ok(0);
        }
        let now = SystemClock.now();
        let hint = ChangeEvent::hint(event_id()?, event.pool, about, EventCause::operator("Redrive"), now);
        // Where there is no sub, the group is a digest that needs the key, and this message has it.
        let group = event.sub.as_ref().map_or(letter.group.as_str(), |sub| sub.as_str());
        queue
            .send(group, &hint)
            .await
            .map_err(|error| unusable("the queue", "--queue-url / TWINPOOL_QUEUE_URL", error))
            .with_context(|| {
                format!("no hint was sent for {group}; what is not redriven stays in the DLQ")
            })?;
        sent.insert(whom, now);
        Ok(1)
    }
}

/// What to say when the DLQ does not answer.
pub(super) fn dlq_problem(error: PortError) -> anyhow::Error {
    unusable("the DLQ", "--dlq-url / TWINPOOL_DLQ_URL", error)
}

#[cfg(test)]
mod tests;
