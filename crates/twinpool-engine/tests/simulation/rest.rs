//! A run: people and mirrors at once, then rest, then the verdict, and again.

use twinpool_core::change_event::{About, Cause, ChangeEvent};
use twinpool_core::id::Pool;

use crate::simulation::Simulation;

/// More steps than any run takes to come to rest.
const MOST_STEPS: u64 = 60_000;

/// What a run was made of.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) changes: usize,
    pub(crate) writes: usize,
    pub(crate) raced: usize,
    pub(crate) overruled: usize,
}

/// What went wrong, and how it came to it.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) faults: Vec<String>,
    pub(crate) trace: Vec<String>,
}

/// One run.
pub(crate) fn simulate(seed: u64) -> Result<Counted, Failed> {
    let mut simulation = Simulation::new(seed);
    let mut counted = Counted::default();
    for _ in 0..1 + simulation.dice.below(3) {
        simulation.sign_up();
    }
    for _ in 0..2 + simulation.dice.below(5) {
        simulation.stir();
        simulation.come_to_rest("all is told");
        simulation.pass(120_000);
        simulation.look_at_everybody();
        simulation.come_to_rest("everybody was looked at");
        simulation.judge(&mut counted);
        simulation.look_again();
        if !simulation.faults.is_empty() {
            return Err(Failed { faults: simulation.faults, trace: simulation.trace });
        }
        let now = simulation.now();
        simulation.journal.begin_anew(now);
        simulation.show_everybody();
    }
    Ok(counted)
}

impl Simulation {
    /// People do something while mirrors are at work.
    fn stir(&mut self) {
        if self.habits.switches && !self.is_two_way() && self.dice.one_in(2) {
            self.operate();
        }
        let mut left = 1 + self.dice.below(12);
        // Some do it all at once, some take their time.
        let pace = self.dice.pick(&[1, 4, 20]);
        while left > 0 {
            if self.dice.one_in(pace) {
                self.act();
                left -= 1;
            }
            if !self.work() {
                self.wait();
            }
            if self.dice.one_in(80) {
                let passes = self.dice.millis(20_000);
                self.pass(passes);
            }
        }
    }

    fn wait(&mut self) {
        let passes = self.dice.millis(3_000);
        let soon = self.now() + passes;
        let next = self.next().map_or(soon, |next| next.clamp(self.now(), soon));
        self.clock.set(next.max(self.now() + 1));
    }

    fn come_to_rest(&mut self, when: &str) {
        self.say(format!("people rest until {when}"));
        let end = self.step + MOST_STEPS;
        while self.step < end {
            if self.work() {
                continue;
            }
            match self.next() {
                Some(next) => self.clock.set(next.max(self.now() + 1)),
                None => return,
            }
        }
        self.fault("it never comes to rest");
    }

    /// What a sweep does that believes nothing: a hint about every account of both pools.
    fn look_at_everybody(&mut self) {
        for pool in [Pool::Old, Pool::New] {
            let id = self.pool(pool).shape().id.clone();
            for human in 0..self.humans.len() {
                let Some(sub) = self.humans[human].account(pool).cloned() else {
                    continue;
                };
                let is_there = self.pool(pool).person(sub.as_str()).is_some();
                if pool == Pool::New && !is_there && !self.is_two_way() {
                    continue;
                }
                let cause = Cause::sweep(if is_there { "Changed" } else { "Missing" });
                let event_id = self.event_id();
                let about = About::User(sub);
                let event = ChangeEvent::hint(event_id, id.clone(), about, cause, self.timestamp());
                let now = self.now();
                self.queue.send(event, false, now);
            }
        }
    }

    /// Where all is at rest, another look changes nothing.
    fn look_again(&mut self) {
        let before: usize = self.journal.calls.values().sum();
        let links = self.world.links.all();
        self.pass(3_600_000);
        self.look_at_everybody();
        self.come_to_rest("everybody was looked at again");
        let after: usize = self.journal.calls.values().sum();
        if before != after {
            self.fault(format!("a look at what was at rest made {} calls that write", after - before));
        }
        if self.world.links.all() != links {
            self.fault("a look at what was at rest wrote links");
        }
    }
}
