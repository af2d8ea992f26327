//! From one phase to the next, and back.

use super::{Cohorts, Phase, Share, Standing};
use crate::id::Timestamp;

/// What an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this share, and these cohorts, to the new pool.
    Switch {
        /// Which share.
        share: Share,
        /// Who besides.
        cohorts: Cohorts,
    },
    /// Send everybody to the old pool again.
    Rollback,
    /// Leave the old pool for good.
    Complete,
}

/// Why a step cannot be made from where the move stands. No force helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It stands there already.
    #[error("that is how it stands already")]
    NoChange,
    /// Fewer users than now.
    #[error(
        "that would send users back to the old pool who are in the new one: `twinpool rollback` sends everybody back, and \
         `switch` then begins anew with fewer"
    )]
    Fewer,
    /// Nobody at all.
    #[error("a switch to nobody is a rollback: run `twinpool rollback`")]
    Nobody,
    /// Nobody has been sent to the new pool.
    #[error("nobody is sent to the new pool, so there is nothing to roll back")]
    NothingToRollBack,
    /// Not everybody is in the new pool.
    #[error("not everybody is sent to the new pool yet: run `twinpool switch --percent 100` first")]
    NotCutOver,
    /// The pools follow each other no more.
    #[error("the move is complete: the pools follow each other no more, and nothing leads back")]
    Complete,
}

impl Standing {
    /// Where the move stands after a step. The version stays: the store counts it up.
    ///
    /// # Errors
    /// When the step cannot be made from here.
    pub fn after(&self, step: &Step, now: Timestamp) -> Result<Self, Refused> {
        if self.phase == Phase::Complete {
            return Err(Refused::Complete);
        }
        let next = Self { since: now, busy: None, ..self.clone() };
        match step {
            Step::Switch { share, cohorts } => self.switched(*share, cohorts, next),
            Step::Rollback => match self.phase {
                Phase::DualWrite | Phase::RolledBack => Err(Refused::NothingToRollBack),
                Phase::Canary | Phase::Cutover | Phase::Complete => Ok(Self {
                    phase: Phase::RolledBack,
                    share: Share::NONE,
                    cohorts: Cohorts::default(),
                    round: super::Round(self.round.0.saturating_add(1)),
                    ..next
                }),
            },
            Step::Complete if self.phase == Phase::Cutover => Ok(Self { phase: Phase::Complete, ..next }),
            Step::Complete => Err(Refused::NotCutOver),
        }
    }

    /// Whether somebody is denied who may be in the new pool.
    fn sends_back(&self, next: &Cohorts) -> bool {
        let Cohorts { groups, values, allow, deny } = &self.cohorts;
        let mut denied = next.deny.difference(deny);
        // While testers alone are sent, whoever else is denied was never there.
        let testers_alone = self.share == Share::NONE && groups.is_empty() && values.is_empty();
        denied.any(|id| !testers_alone || allow.contains(id))
    }

    fn switched(&self, share: Share, cohorts: &Cohorts, next: Self) -> Result<Self, Refused> {
        if share == Share::NONE && cohorts.is_empty() {
            return Err(Refused::Nobody);
        }
        if share == self.share && *cohorts == self.cohorts {
            return Err(Refused::NoChange);
        }
        let is_fewer = share < self.share
            || !cohorts.groups.is_superset(&self.cohorts.groups)
            || !cohorts.values.is_superset(&self.cohorts.values)
            || !cohorts.allow.is_superset(&self.cohorts.allow)
            || self.sends_back(cohorts);
        if is_fewer && self.phase.moves() && share != Share::ALL {
            return Err(Refused::Fewer);
        }
        let phase = if share == Share::ALL { Phase::Cutover } else { Phase::Canary };
        let two_way_since = self.two_way_since.or(Some(next.since));
        Ok(Self { phase, share, cohorts: cohorts.clone(), two_way_since, ..next })
    }
}
