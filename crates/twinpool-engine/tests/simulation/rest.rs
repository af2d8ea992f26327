//! A run: people and mirrors at once, then rest, then the verdict, and again.

use twinpool_core::change_event::{About, Cause, ChangeEvent};
use twinpool_core::id::Pool;
use twinpool_testkit::Process;

use crate::counted::Counted;
use crate::simulation::{Simulation, say};
use crate::walker::{Errand, Walker};

/// More steps than any run takes to come to rest.
const MOST_STEPS: u64 = 60_000;

/// What went wrong, and how it came to it.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) faults: Vec<String>,
    pub(crate) trace: Vec<String>,
}

/// One run. One that fails is run again, to tell what happens.
pub(crate) fn simulate(seed: u64) -> Result<Counted, Failed> {
    live(seed, false).or_else(|_| live(seed, true))
}

fn live(seed: u64, is_told: bool) -> Result<Counted, Failed> {
    let mut simulation = Simulation::new(seed, is_told);
    let mut counted = Counted::default();
    for _ in 0..1 + simulation.dice.below(3) {
        simulation.sign_up();
    }
    for _ in 0..2 + simulation.dice.below(5) {
        simulation.stir();
        simulation.reopen();
        simulation.come_to_rest("all is told");
        simulation.pass(120_000);
        simulation.look_at_everybody();
        simulation.come_to_rest("everybody was looked at");
        simulation.judge(&mut counted);
        simulation.look_again();
        simulation.judge_marks();
        if !simulation.faults.is_empty() {
            return Err(Failed { faults: simulation.faults, trace: simulation.trace });
        }
        let now = simulation.now();
        simulation.journal.begin_anew(now);
        simulation.show_everybody();
        simulation.note_moved();
    }
    counted.switches += simulation.standings.len() - 1;
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
            if self.habits.walks && self.walkers.len() < 2 && self.dice.one_in(60) {
                let errand = self.dice.pick(&[Errand::Sweep, Errand::Backfill]);
                self.set_out(errand);
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
        say!(self, "people rest until {when}");
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

    /// A sweep; or what one would do that believes nothing: a hint about every account of both pools.
    fn look_at_everybody(&mut self) {
        if self.habits.sweeps {
            return self.sweep();
        }
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

    /// A sweep from its beginning to its end, which nothing disturbs.
    fn sweep(&mut self) {
        let number = self.number();
        let clock = self.clock.clone();
        let healthy = Process::healthy();
        let mut walker = Walker::start((&self.world, &clock), healthy, Errand::Sweep, number);
        walker.is_spared = true;
        say!(self, "a sweep looks at everybody");
        self.walkers.push(walker);
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
