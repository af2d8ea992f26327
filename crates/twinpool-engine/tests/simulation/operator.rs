//! The operator: switches, rolls back, switches again; leaves the old pool, and reopens the move.

use twinpool_core::phase::{Change, Cohorts, Phase, PhaseStore as _, Share, Standing, Step};

use crate::simulation::{Simulation, say};
use crate::stand_ins::run;

impl Simulation {
    pub(crate) fn operate(&mut self) {
        let standing = self.standing();
        if standing.phase == Phase::DualWrite && !self.is_quiet() {
            // Whoever died may have written half of what an event asks for, and nobody knows which: the switch waits.
            return;
        }
        let share = |percent: u16| Share::from_hundredths(percent * 100).unwrap_or_default();
        let shares = [share(5), share(50), Share::ALL];
        let bigger: Vec<_> = shares.into_iter().filter(|share| *share > standing.share).collect();
        let switch = |share| Step::Switch { share, cohorts: Cohorts::default() };
        let rolls_back = standing.phase.moves() && (bigger.is_empty() || self.dice.one_in(4));
        let leaves = standing.phase == Phase::Cutover && self.habits.leaves && self.dice.one_in(2);
        let step = match standing.phase {
            Phase::Complete => Step::Reopen,
            _ if leaves => Step::Complete,
            _ if rolls_back => Step::Rollback,
            _ => switch(self.dice.pick(&bigger)),
        };
        self.take(&standing, &step);
    }

    /// Before anybody can say that both pools agree, they have to follow each other.
    pub(crate) fn reopen(&mut self) {
        let standing = self.standing();
        if standing.phase == Phase::Complete {
            self.take(&standing, &Step::Reopen);
        }
    }

    fn take(&mut self, standing: &Standing, step: &Step) {
        let Ok(next) = standing.after(step, self.timestamp()) else {
            return;
        };
        let line = Change {
            version: 0,
            from: (standing.phase, standing.share),
            to: (next.phase, next.share),
            at: self.timestamp(),
            who: "an operator".to_owned(),
            why: "the simulation".to_owned(),
            forced: Vec::new(),
        };
        let version = run(self.world.links.change(&next, &line)).expect("nobody else changes the phase");
        say!(self, "the operator: {} {}", next.phase, next.share);
        self.standings.push((self.now(), Standing { version, ..next }));
    }

    /// Whether no message is being processed, or was and comes back.
    fn is_quiet(&self) -> bool {
        self.mirrors.iter().all(|mirror| mirror.job.is_none()) && !self.queue.has_tried()
    }

    /// Whether both pools have to agree.
    pub(crate) fn is_two_way(&self) -> bool {
        self.standing().phase != Phase::DualWrite
    }
}
