//! One look at a move that is under way: the verdict, what is told, and the rollback where it was asked for.

use twinpool_core::criteria::Criteria;
use twinpool_core::phase::{PhaseStore, Standing};
use twinpool_core::port::{Answer, Clock};
use twinpool_core::verdict::{Judgement, Measure, Verdict, judge};
use twinpool_core::watch::{Announcer, Memory, Notice, message, rolled_back_message};

use crate::phase_steps::{RollBackError, RolledBack, roll_back_since};

/// So often it is tried to tell of a rollback: no later look says it again.
const TRIES: usize = 3;

/// Who looks, and what for.
#[derive(Debug)]
pub struct Watch<'a, S, C, A> {
    /// Where the move stands.
    pub store: &'a S,
    /// The time.
    pub clock: &'a C,
    /// Whom it tells of a change of verdict.
    pub announcer: &'a A,
    /// What the owner goes by.
    pub criteria: &'a Criteria,
    /// Whose move it is, for the messages.
    pub stack: &'a str,
    /// Who rolls back, for the history. `None`: nobody does.
    pub rolls_back: Option<&'a str>,
}

/// What came of a look.
#[derive(Debug)]
pub struct Looked {
    /// What the measurements come to.
    pub judgement: Judgement,
    /// Whether anybody is being moved: only then it is told, and rolled back.
    pub is_moving: bool,
    /// What came of telling it, where there was news.
    pub told: Option<Answer<Notice>>,
    /// What came of the rollback, where it was time for one.
    pub rolled_back: Option<Result<RolledBack, RollBackError>>,
    /// What came of telling of the rollback, or that it failed. `None` where there was none, or somebody else was faster.
    pub told_back: Option<Answer<Notice>>,
}

impl<S: PhaseStore, C: Clock, A: Announcer> Watch<'_, S, C, A> {
    /// Judges what was measured while the move stood as `standing` says, and does what follows. `memory` is of the look before, and
    /// afterwards of this one; the caller keeps it.
    pub async fn look(&self, standing: &Standing, measures: &[Measure], memory: &mut Memory) -> Looked {
        let judgement = judge(self.criteria, measures);
        if !standing.phase.moves() {
            memory.rest(standing);
            return Looked { judgement, is_moving: false, told: None, rolled_back: None, told_back: None };
        }
        let next = memory.take(standing, judgement.verdict, self.clock.now());
        let mut told = None;
        if next.is_news {
            let (subject, text) = message(self.stack, standing, &judgement, memory.told);
            let answer = self.announcer.announce(&subject, &text).await;
            if answer == Ok(Notice::Sent) {
                memory.told = Some(judgement.verdict);
            }
            told = Some(answer);
        }
        let Some(who) = self.rolls_back.filter(|_| next.is_time) else {
            return Looked { judgement, is_moving: true, told, rolled_back: None, told_back: None };
        };
        let (rolled_back, told_back) = self.back(standing, who, &judgement).await;
        Looked { judgement, is_moving: true, told, rolled_back: Some(rolled_back), told_back }
    }

    async fn back(
        &self,
        looked: &Standing,
        who: &str,
        judgement: &Judgement,
    ) -> (Result<RolledBack, RollBackError>, Option<Answer<Notice>>) {
        let reasons = judgement.reasons_of(Verdict::RollBack);
        let why = format!("the watch: {}", reasons.join("; "));
        let done = roll_back_since(looked, self.store, self.clock, (who, &why)).await;
        if done.as_ref().is_ok_and(|done| done.by_another) {
            return (done, None);
        }
        let problem = done.as_ref().err().map(ToString::to_string);
        let (subject, text) = rolled_back_message(self.stack, &reasons, problem.as_deref());
        let mut told = self.announcer.announce(&subject, &text).await;
        for _ in 1..TRIES {
            if told.is_err() {
                told = self.announcer.announce(&subject, &text).await;
            }
        }
        (done, Some(told))
    }
}
