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
    /// Leave the old pool: nothing follows any more.
    Complete,
    /// Let the pools follow each other again, after the old one was left.
    Reopen,
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
    /// Nobody has been sent to the new pool yet.
    #[error(
        "changes began to travel both ways a moment ago, and nobody is in the new pool yet: say it again in half a minute"
    )]
    Settles,
    /// The pools follow each other no more.
    #[error(
        "the move is complete, and the pools follow each other no more: `twinpool reopen` lets them do so again, and then there is a \
         way back"
    )]
    Complete,
    /// The pools follow each other.
    #[error("the move is not complete, so there is nothing to reopen")]
    NotComplete,
}

impl Standing {
    /// Where the move stands after a step. The version stays: the store counts it up.
    ///
    /// # Errors
    /// When the step cannot be made from here.
    pub fn after(&self, step: &Step, now: Timestamp) -> Result<Self, Refused> {
        if self.phase == Phase::Complete && *step != Step::Reopen {
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
                    // Whoever is never to be sent is not at the next switch either.
                    cohorts: Cohorts { deny: self.cohorts.deny.clone(), ..Cohorts::default() },
                    round: super::Round(self.round.0.saturating_add(1)),
                    // What led back once may be the very reason for the rollback.
                    proven: None,
                    ..next
                }),
            },
            Step::Complete if self.settles(now) => Err(Refused::Settles),
            Step::Complete if self.phase == Phase::Cutover => Ok(Self { phase: Phase::Complete, ..next }),
            Step::Complete => Err(Refused::NotCutOver),
            // Whoever came to the new pool meanwhile was not noted down, and nobody was sent to the old one.
            Step::Reopen if self.phase == Phase::Complete => Ok(Self {
                phase: Phase::Cutover,
                all_moved_in: Some(self.round),
                // That was with the triggers and functions of before.
                proven: None,
                ..next
            }),
            Step::Reopen => Err(Refused::NotComplete),
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
        // Where everybody is sent, no name changes anything.
        let all_are_sent = self.phase == Phase::Cutover && share == Share::ALL;
        if all_are_sent || (share == self.share && *cohorts == self.cohorts) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::DigestKey;

    const NOW: Timestamp = Timestamp(1_795_219_200_000);

    fn key() -> DigestKey {
        DigestKey::new(&[7; 32]).unwrap()
    }

    fn with(share: u16, allow: &[&str], deny: &[&str]) -> Step {
        let testers = |ids: &[&str]| ids.iter().map(|id| key().tester(id)).collect();
        let cohorts = Cohorts { allow: testers(allow), deny: testers(deny), ..Cohorts::default() };
        Step::Switch { share: Share::from_hundredths(share).unwrap(), cohorts }
    }

    fn after(steps: &[Step]) -> Result<Standing, Refused> {
        steps.iter().try_fold(Standing::default(), |standing, step| standing.after(step, NOW))
    }

    #[test]
    fn users_who_may_be_in_the_new_pool_are_not_denied() {
        // While one tester is sent, another user was never there.
        assert!(after(&[with(0, &["one"], &[]), with(500, &["one"], &["two"])]).is_ok());
        assert_eq!(after(&[with(0, &["one"], &[]), with(500, &["one"], &["one"])]), Err(Refused::Fewer));
        assert_eq!(after(&[with(500, &[], &[]), with(500, &[], &["two"])]), Err(Refused::Fewer));
        assert!(after(&[with(500, &[], &["two"]), with(500, &[], &[])]).is_ok());
    }

    #[test]
    fn a_smaller_share_is_refused_until_a_rollback_and_nobody_at_all_always() {
        assert_eq!(after(&[with(2_500, &[], &[]), with(500, &[], &[])]), Err(Refused::Fewer));
        assert!(after(&[with(2_500, &[], &[]), Step::Rollback, with(500, &[], &[])]).is_ok());
        assert_eq!(after(&[with(0, &[], &[])]), Err(Refused::Nobody));
    }

    #[test]
    fn the_way_back_is_to_be_proven_anew_after_a_rollback() {
        let proven = Standing { proven: Some(NOW), ..after(&[with(500, &[], &[])]).unwrap() };
        assert_eq!(proven.after(&with(2_500, &[], &[]), NOW).unwrap().proven, Some(NOW));
        assert_eq!(proven.after(&Step::Rollback, NOW).unwrap().proven, None);
    }

    #[test]
    fn a_complete_move_leads_back_to_the_cutover_alone_and_from_there_wherever_a_cutover_does() {
        let everybody = after(&[with(500, &[], &[]), with(10_000, &[], &[])]).unwrap();
        assert_eq!(everybody.after(&Step::Complete, NOW), Err(Refused::Settles));
        let complete = everybody.after(&Step::Complete, Timestamp(NOW.0 + 20_000)).unwrap();
        for step in [with(500, &[], &[]), with(10_000, &[], &[]), Step::Rollback, Step::Complete] {
            assert_eq!(complete.after(&step, NOW), Err(Refused::Complete));
        }
        let proven = Standing { proven: Some(NOW), ..complete.clone() };
        let later = Timestamp(NOW.0 + 60_000);
        let reopened = proven.after(&Step::Reopen, later).unwrap();
        assert_eq!((reopened.phase, reopened.since, reopened.proven), (Phase::Cutover, later, None));
        assert_eq!((reopened.round, reopened.all_moved_in), (complete.round, Some(complete.round)));
        assert!(!reopened.settles(later), "everybody is in the new pool, and stays there");
        for step in [Step::Rollback, Step::Complete] {
            assert!(reopened.after(&step, later).is_ok());
        }
        for earlier in [vec![], vec![with(500, &[], &[])], vec![with(10_000, &[], &[])]] {
            assert_eq!(after(&earlier).unwrap().after(&Step::Reopen, NOW), Err(Refused::NotComplete));
        }
    }

    #[test]
    fn only_where_everybody_is_sent_the_move_can_be_completed() {
        let later = Timestamp(NOW.0 + 60_000);
        let to_some = with(500, &["one"], &[]);
        for steps in [vec![], vec![to_some.clone()], vec![to_some.clone(), Step::Rollback]] {
            assert_eq!(
                after(&steps).unwrap().after(&Step::Complete, later),
                Err(Refused::NotCutOver),
                "{steps:?}"
            );
        }
        let complete =
            after(&[to_some, with(10_000, &[], &[])]).unwrap().after(&Step::Complete, later).unwrap();
        assert_eq!(complete.phase, Phase::Complete);
    }

    #[test]
    fn changes_travel_both_ways_since_the_first_switch_whatever_follows() {
        let mut standing = Standing::default();
        let steps = [with(500, &[], &[]), with(2_500, &[], &[]), Step::Rollback, with(500, &[], &[])];
        for (step, at) in steps.iter().zip(0..) {
            standing = standing.after(step, Timestamp(NOW.0 + at * 60_000)).unwrap();
            assert_eq!(standing.two_way_since, Some(NOW), "{step:?}");
        }
    }

    #[test]
    fn whoever_is_never_to_be_sent_stays_so_through_a_rollback() {
        let back = after(&[with(500, &["one"], &["two"]), Step::Rollback]).unwrap();
        let deny = [key().tester("two")].into();
        assert_eq!(back.cohorts, Cohorts { deny, ..Cohorts::default() });
    }

    #[test]
    fn once_everybody_is_sent_nobody_s_name_changes_anything() {
        let everybody = with(10_000, &[], &[]);
        for more in [with(10_000, &["one"], &[]), with(10_000, &[], &["two"])] {
            assert_eq!(after(&[everybody.clone(), more.clone()]), Err(Refused::NoChange));
            assert!(after(&[with(500, &[], &[]), more]).is_ok());
        }
        assert!(after(&[everybody.clone(), Step::Rollback, everybody]).is_ok());
    }
}
