//! What the watch remembers between two looks, and what a verdict leads to. Pure, but for the ports at the end.

use std::future::Future;
use std::time::Duration;

use crate::answer::Answer;
use crate::id::Timestamp;
use crate::phase::{Round, Standing};
use crate::verdict::{Judgement, Measure, Verdict};

/// Two looks that say "roll back" lead to a rollback when they are so far apart: one schedule may start two looks at once.
pub const APART: Duration = Duration::from_secs(25);

/// What is remembered from look to look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// Grows with every write; 0: nothing was remembered yet.
    pub version: u64,
    /// Of which round: after a rollback everything begins anew.
    pub round: Round,
    /// What was told last. `None`: nothing yet.
    pub told: Option<Verdict>,
    /// Since when every look said "roll back".
    pub bad_since: Option<Timestamp>,
}

/// What a look leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The verdict is another than the one that was told last.
    pub is_news: bool,
    /// It said "roll back" long enough.
    pub is_time: bool,
}

impl Memory {
    /// Takes a verdict in.
    pub fn take(&mut self, standing: &Standing, verdict: Verdict, now: Timestamp) -> Next {
        if self.round != standing.round {
            *self = Self { version: self.version, round: standing.round, ..Self::default() };
        }
        if verdict != Verdict::RollBack {
            self.bad_since = None;
        }
        let since = self.bad_since.map(|since| u128::from(now.0.saturating_sub(since.0)));
        let is_time = verdict == Verdict::RollBack && since.is_some_and(|since| since >= APART.as_millis());
        if verdict == Verdict::RollBack && self.bad_since.is_none_or(|since| since > now) {
            self.bad_since = Some(now);
        }
        // That all is well from the beginning is no news.
        let is_news = self.told != Some(verdict) && !(self.told.is_none() && verdict == Verdict::GoOn);
        Next { is_news, is_time }
    }

    /// Nobody is being moved: the next look is a first one.
    pub fn rest(&mut self, standing: &Standing) {
        *self = Self { version: self.version, round: standing.round, ..Self::default() };
    }
}

/// What is looked at: from this time on. What was before the last step says nothing of what it did.
#[must_use]
pub fn from(standing: &Standing, window: Duration, now: Timestamp) -> Timestamp {
    let window = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
    Timestamp(now.0.saturating_sub(window).max(standing.since.0.min(now.0)))
}

/// What is told when the verdict changes: a subject and a text. Nothing personal stands in it.
#[must_use]
pub fn message(
    stack: &str,
    standing: &Standing,
    judgement: &Judgement,
    told: Option<Verdict>,
) -> (String, String) {
    let verdict = judgement.verdict;
    let before = told.map(|told| format!(" It was \"{told}\".")).unwrap_or_default();
    let reasons: String = judgement.reasons().iter().map(|reason| format!("- {reason}\n")).collect();
    let todo = match verdict {
        Verdict::GoOn => "There is nothing against going on.",
        Verdict::Hold => "Move nobody more until this is mended: `twinpool watch --once` shows all of it.",
        Verdict::RollBack => {
            "Look with `twinpool watch --once`, and send everybody back with `twinpool rollback`."
        }
    };
    let phase = format!("{}, {} of the users", standing.phase, standing.share);
    let text = format!("The verdict is \"{verdict}\".{before}\nPhase: {phase}.\n{reasons}{todo}\n");
    (subject(stack, &verdict.to_string()), text)
}

/// What is told when everybody was sent back, or could not be: a subject and a text.
#[must_use]
pub fn rolled_back_message(stack: &str, reasons: &[String], problem: Option<&str>) -> (String, String) {
    let reasons: String = reasons.iter().map(|reason| format!("- {reason}\n")).collect();
    match problem {
        None => (
            subject(stack, "rolled back"),
            format!(
                "Everybody is sent to the old pool again, and changes still travel both ways.\n{reasons}Who is signed in to the new \
                 pool stays there until the session ends. `twinpool phase` shows where the move stands.\n"
            ),
        ),
        Some(problem) => (
            subject(stack, "the rollback failed"),
            format!("Nobody was sent back: {problem}\n{reasons}Do it by hand: `twinpool rollback`.\n"),
        ),
    }
}

/// SNS takes a subject of less than 100 characters of ASCII.
fn subject(stack: &str, what: &str) -> String {
    let stack: String = stack.chars().filter(char::is_ascii_graphic).take(60).collect();
    format!("twinpool {stack}: {what}")
}

/// Measures how a move goes.
pub trait Measurer: Send + Sync {
    /// What was counted since then. What cannot be read is not known; nothing fails.
    fn measures(&self, from: Timestamp, now: Timestamp) -> impl Future<Output = Vec<Measure>> + Send;
}

/// Keeps what the watch remembers.
pub trait WatchStore: Send + Sync {
    /// What was remembered; nothing, where nothing is written.
    fn watched(&self) -> impl Future<Output = Answer<Memory>> + Send;

    /// Remembers. `memory.version` is the version that was read; the stored one is the next, which is returned.
    ///
    /// # Errors
    /// [`crate::port::Class::Stale`] when somebody else wrote since.
    fn remember(&self, memory: &Memory) -> impl Future<Output = Answer<u64>> + Send;
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// It was sent.
    Sent,
    /// There is no topic to send it to: nobody was told.
    NoTopic,
}

/// Tells the owner.
pub trait Announcer: Send + Sync {
    /// Sends a message, once.
    fn announce(&self, subject: &str, text: &str) -> impl Future<Output = Answer<Notice>> + Send;
}

#[cfg(test)]
mod tests;
