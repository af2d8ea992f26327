//! Does what the page asks, with the code of the commands: looks at once, changes one after the other. A rollback waits for nobody.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Mutex, mpsc, oneshot};
use twinpool_page::{Answer, Ended, Wish};

use crate::again::Again;
use crate::{Exit, Outcome};

/// How a wish is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// Show what would come of it.
    Shown,
    /// Do it.
    Done,
}

impl Meant {
    fn option(self) -> &'static str {
        match self {
            Self::Shown => "--dry-run",
            Self::Done => "--yes",
        }
    }
}

/// Something to do, and who waits for what comes of it.
pub(super) struct Job {
    words: Vec<String>,
    takes_turns: bool,
    waits: oneshot::Sender<Answer>,
}

impl Job {
    pub(super) fn new(wish: &Wish, meant: Meant, waits: oneshot::Sender<Answer>) -> Self {
        let mut words = wish.arguments();
        words.push(meant.option().to_owned());
        let takes_turns = meant == Meant::Done && !matches!(wish, Wish::Rollback { .. });
        Self { words, takes_turns, waits }
    }
}

/// Works until nobody can ask any more, and what was begun is finished.
pub(super) async fn work_off(again: &Again, mut jobs: mpsc::Receiver<Job>) {
    let turn = Mutex::new(());
    let mut under_way = FuturesUnordered::new();
    let mut is_open = true;
    while is_open || !under_way.is_empty() {
        tokio::select! {
            job = jobs.recv(), if is_open => match job {
                Some(job) => under_way.push(Box::pin(one(again, &turn, job))),
                None => is_open = false,
            },
            Some(()) = under_way.next() => {}
        }
    }
}

async fn one(again: &Again, turn: &Mutex<()>, job: Job) {
    let _turn = match job.takes_turns {
        true => Some(turn.lock().await),
        false => None,
    };
    // Whoever asked to see something has gone.
    if !job.takes_turns && job.waits.is_closed() {
        return;
    }
    // One command must not take the page down.
    let ended = AssertUnwindSafe(again.run(&job.words)).catch_unwind().await;
    let answer = ended.map_or_else(|_panic| broken(), answer);
    drop(job.waits.send(answer));
}

fn broken() -> Answer {
    let text = "a defect: the command broke down, and something may have been changed: `twinpool phase`, `twinpool status`\n";
    Answer { text: text.to_owned(), ended: Ended::Failed }
}

fn answer(outcome: Outcome) -> Answer {
    match outcome {
        // What is still in conflict the text says: what was asked for is done.
        Ok((text, Exit::Done | Exit::Warned | Exit::StillInConflict)) => Answer { text, ended: Ended::Done },
        Ok((text, Exit::Blocked | Exit::NotFound | Exit::Usage)) => Answer { text, ended: Ended::Refused },
        Ok((text, Exit::Failed | Exit::Unanswered)) => Answer { text, ended: Ended::Failed },
        Err(problem) => Answer { text: format!("{problem:#}\n"), ended: Ended::Failed },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_done_though_something_else_waits_for_a_decision() {
        let ended = |exit| answer(Ok((String::new(), exit))).ended;
        assert_eq!(ended(Exit::StillInConflict), Ended::Done);
        assert_eq!(ended(Exit::Blocked), Ended::Refused);
        assert_eq!(ended(Exit::Unanswered), Ended::Failed);
    }

    #[tokio::test]
    async fn a_rollback_and_a_look_wait_for_nobody() {
        let why = twinpool_page::Why::parse("x").unwrap();
        let rollback = Wish::Rollback { why: why.clone() };
        let share = twinpool_core::phase::Share::ALL;
        let switch = Wish::Switch { share, why, force: None, canary_user: None };
        let takes_turns = |wish: &Wish, meant| Job::new(wish, meant, oneshot::channel().0).takes_turns;
        assert!(takes_turns(&switch, Meant::Done));
        assert!(!takes_turns(&switch, Meant::Shown) && !takes_turns(&rollback, Meant::Done));
    }
}
