//! The watch that runs by itself: one look each time, and nothing where nobody is being moved.

use lambda_runtime::Diagnostic;
use serde::Serialize;
use twinpool_core::criteria::Criteria;
use twinpool_core::phase::PhaseStore;
use twinpool_core::port::{Answer, Class, Clock, PortError};
use twinpool_core::verdict::Judgement;
use twinpool_core::watch::{Announcer, Measurer, Memory, Notice, WatchStore, from};
use twinpool_engine::{Looked, RollBackError, Watch};

/// As whom it rolls back.
const WHO: &str = "the function twinpool-watch";

/// The function.
#[derive(Debug)]
pub struct Watcher<S, C, M, A> {
    /// Where the move stands, and what the watch remembers.
    pub table: S,
    /// The time.
    pub clock: C,
    /// What is measured.
    pub measurer: M,
    /// Who is told.
    pub announcer: A,
    /// What the owner goes by.
    pub criteria: Criteria,
    /// Whose move it is.
    pub stack: String,
    /// Whether it sends everybody back.
    pub auto_rollback: bool,
}

/// What came of it, for whoever invoked the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Where the move stands.
    pub phase: String,
    /// `None`: nobody is being moved.
    pub verdict: Option<&'static str>,
    /// Why.
    pub reasons: Vec<String>,
    /// Whether everybody was sent back now.
    pub rolled_back: bool,
}

/// Why there is no verdict, or not what follows from it.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The phase is not known.
    #[error("the phase cannot be read: nothing was looked at")]
    Phase(#[source] PortError),
    /// What was remembered is not known.
    #[error("what the last look found cannot be read: nothing was looked at")]
    Memory(#[source] PortError),
    /// It was time to go back.
    #[error("nobody was sent back, and it was time: run `twinpool rollback`")]
    RollBack(#[source] RollBackError),
}

impl From<WatchError> for Diagnostic {
    fn from(error: WatchError) -> Self {
        let kind = match error {
            WatchError::Phase(_) => "Phase",
            WatchError::Memory(_) => "Memory",
            WatchError::RollBack(_) => "RollBack",
        };
        Self { error_type: kind.to_owned(), error_message: format!("{:#}", anyhow::Error::new(error)) }
    }
}

impl<S: PhaseStore + WatchStore, C: Clock, M: Measurer, A: Announcer> Watcher<S, C, M, A> {
    /// One look.
    ///
    /// # Errors
    /// When the table does not answer, or a rollback that was due did not come about.
    pub async fn handle(&self) -> Result<Seen, WatchError> {
        let standing = self.table.standing().await.map_err(WatchError::Phase)?;
        let before = self.remembered().await?;
        let mut memory = before.clone();
        let phase = standing.phase.code().to_owned();
        if !standing.phase.moves() {
            memory.rest(&standing);
            self.keep(&before, &memory).await;
            return Ok(Seen { phase, verdict: None, reasons: Vec::new(), rolled_back: false });
        }
        let now = self.clock.now();
        let since = from(&standing, self.criteria.window, now);
        let measures = self.measurer.measures(since, now).await;
        let watch = Watch {
            store: &self.table,
            clock: &self.clock,
            announcer: &self.announcer,
            criteria: &self.criteria,
            stack: &self.stack,
            rolls_back: self.auto_rollback.then_some(WHO),
        };
        let looked = watch.look(&standing, &measures, &mut memory).await;
        let Looked { judgement, told, rolled_back, told_back, .. } = looked;
        report(&judgement, told.and_then(Result::err).as_ref());
        report_back(told_back.as_ref());
        self.keep(&before, &memory).await;
        let rolled_back = rolled_back.transpose().map_err(WatchError::RollBack)?;
        Ok(Seen {
            phase,
            verdict: Some(judgement.verdict.code()),
            reasons: judgement.reasons(),
            rolled_back: rolled_back.is_some_and(|done| !done.by_another),
        })
    }

    async fn remembered(&self) -> Result<Memory, WatchError> {
        self.table.watched().await.map_err(WatchError::Memory)
    }

    /// What is not kept costs a look: the next one counts as the first.
    async fn keep(&self, before: &Memory, memory: &Memory) {
        if before == memory {
            return;
        }
        match self.table.remember(memory).await {
            Ok(_) => {}
            Err(error) if error.class == Class::Stale => {
                tracing::info!("another look was at work at the same time");
            }
            Err(error) => tracing::error!(reason = %error, "what this look found cannot be kept"),
        }
    }
}

fn report(judgement: &Judgement, untold: Option<&PortError>) {
    let reasons = judgement.reasons().join("; ");
    tracing::info!(verdict = judgement.verdict.code(), reasons, "looked");
    if let Some(error) = untold {
        tracing::error!(reason = %error, "nobody could be told of the verdict: look at the topic and its policy");
    }
}

/// No later look says it again: whoever reads the log is the last to hear of it.
fn report_back(told: Option<&Answer<Notice>>) {
    match told {
        None | Some(Ok(Notice::Sent)) => {}
        Some(Ok(Notice::NoTopic)) => {
            tracing::error!(
                "it was time to roll back, and nobody was told what came of it: name a topic, WatchTopicArn"
            );
        }
        Some(Err(error)) => {
            tracing::error!(
                reason = %error,
                "it was time to roll back, and nobody could be told what came of it: look at the topic and its policy"
            );
        }
    }
}

#[cfg(test)]
mod tests;
