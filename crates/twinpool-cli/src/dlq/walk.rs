//! Through the DLQ once, so that whatever is not taken away is there again at the end, also if the walk stops half-way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use twinpool_aws::sqs::{BATCH, DeadLetter};

use super::act::dlq_problem;
use super::letters::Dlq;
use crate::signal;

/// How long a message is out of sight. A walk that takes longer sees messages twice, and knows them by their id; one that
/// is killed leaves them to come back after this long.
const HOLD: Duration = Duration::from_secs(300);

/// Whether somebody wants it to end: the walk then gives back what it holds, and ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub(super) fn watch() -> Self {
        let interrupt = Self::default();
        let flag = Arc::clone(&interrupt.0);
        let ended = signal::once();
        tokio::spawn(async move {
            ended.await;
            flag.store(true, Ordering::Relaxed);
        });
        interrupt
    }

    pub(super) fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a walk went.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Walked {
    /// How many messages were received, each counted once.
    pub(super) seen: usize,
    /// Whether somebody stopped it.
    pub(super) is_interrupted: bool,
    /// How many messages come back only when their hold is over.
    pub(super) late: usize,
}

/// Receives message after message and hands each batch to `each`, which says how many it may be given next (0: stop), and
/// which of the batch are not there any more.
pub(super) async fn walk<D: Dlq>(
    dlq: &D,
    interrupt: &Interrupt,
    mut most: usize,
    mut each: impl AsyncFnMut(&[DeadLetter]) -> anyhow::Result<Step>,
) -> anyhow::Result<Walked> {
    let mut held: Vec<DeadLetter> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut result = Ok(());
    while most > 0 && !interrupt.is_on() {
        let received = dlq.receive(most.min(BATCH), HOLD).await;
        let batch = match received.map_err(dlq_problem) {
            Ok(batch) => batch,
            Err(problem) => {
                result = Err(problem);
                break;
            }
        };
        let (fresh, again): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|letter| seen.insert(letter.id.clone()));
        // The receipt of the last time is void.
        for letter in again {
            held.retain(|other| other.id != letter.id);
            held.push(letter);
        }
        if fresh.is_empty() {
            break;
        }
        let step = each(&fresh).await;
        let gone = step.as_ref().map(|step| step.gone.clone()).unwrap_or_default();
        held.extend(fresh.into_iter().filter(|letter| !gone.contains(&letter.id)));
        match step {
            Ok(step) => most = step.most,
            Err(problem) => {
                result = Err(problem);
                break;
            }
        }
    }
    let late = dlq.give_back(&held).await;
    result?;
    Ok(Walked { seen: seen.len(), is_interrupted: interrupt.is_on(), late })
}

/// What became of a batch.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    /// How many messages may come next.
    pub(super) most: usize,
    /// The ids of those that are not in the DLQ any more.
    pub(super) gone: BTreeSet<String>,
}
