//! The world of one run, and how it goes on: one call of one process at a time.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::change_event::{ChangeEvent, EventId};
use twinpool_core::id::{Pool, Sub, Timestamp, UserId};
use twinpool_core::phase::Standing;
use twinpool_testkit::{MemoryPool, Moment, Process, World};

use crate::clock::Ticking;
use crate::dice::Dice;
use crate::fields::Move;
use crate::journal::Journal;
use crate::marks::MARK;
use crate::mirror::Mirror;
use crate::queue::Queue;
use crate::walker::Walker;

/// Says what happens, where somebody reads it.
macro_rules! say {
    ($simulation:expr, $($words:tt)*) => {
        if $simulation.is_told {
            let line = format!($($words)*);
            $simulation.tell(&line);
        }
    };
}
pub(crate) use say;

/// Clocks of AWS are this far apart at most, in milliseconds.
pub(crate) const SKEW: u64 = 1_000;

/// A person, and the accounts that are theirs.
#[derive(Debug, Default, Clone)]
pub(crate) struct Human {
    pub(crate) old: Option<Sub>,
    pub(crate) new: Option<Sub>,
}

impl Human {
    pub(crate) fn account(&self, pool: Pool) -> Option<&Sub> {
        match pool {
            Pool::Old => self.old.as_ref(),
            Pool::New => self.new.as_ref(),
        }
    }
}

/// What this run is full of.
#[derive(Debug)]
pub(crate) struct Habits {
    /// One process in so many dies.
    pub(crate) deaths: usize,
    /// One record of the audit trail in so many never comes.
    pub(crate) losses: usize,
    /// Twinpool's own calls are told too.
    pub(crate) tells_own: bool,
    /// People delete accounts.
    pub(crate) deletes: bool,
    /// People sign up in the new pool.
    pub(crate) born: bool,
    /// The operator switches.
    pub(crate) switches: bool,
    /// The operator leaves the old pool for a while.
    pub(crate) leaves: bool,
    /// Mirrors take several messages at a time.
    pub(crate) batches: bool,
    /// Clocks are not all right.
    pub(crate) skewed: bool,
    /// Somebody walks over the pools meanwhile.
    pub(crate) walks: bool,
    /// Lists show people as they were.
    pub(crate) late_lists: bool,
    /// At the end a sweep looks for what was missed, and nobody asks about everybody.
    pub(crate) sweeps: bool,
}

#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) kind: Move,
    pub(crate) dice: Dice,
    pub(crate) clock: Ticking,
    pub(crate) world: World,
    pub(crate) queue: Queue,
    /// Events that are on their way to the queue, and when they get there.
    pub(crate) on_their_way: Vec<(u64, ChangeEvent)>,
    pub(crate) mirrors: Vec<Mirror>,
    pub(crate) asleep: BTreeMap<usize, u64>,
    pub(crate) walkers: Vec<Walker>,
    /// Of whom lists show what was, and until when.
    pub(crate) late: Vec<(u64, Pool, Sub)>,
    pub(crate) humans: Vec<Human>,
    /// Whose account people deleted, in either pool.
    pub(crate) deleted: BTreeSet<usize>,
    pub(crate) journal: Journal,
    /// Where the move stood since when.
    pub(crate) standings: Vec<(u64, Standing)>,
    pub(crate) step: u64,
    pub(crate) numbers: u64,
    pub(crate) habits: Habits,
    /// Second accounts of somebody that the slow made in the new pool, and whether that was judged.
    pub(crate) doubles: BTreeMap<Sub, bool>,
    /// The user ids as they were first seen.
    pub(crate) ids: BTreeMap<(Pool, Sub), UserId>,
    pub(crate) is_told: bool,
    /// Who had moved to the new pool, in this round, when all was last at rest.
    pub(crate) moved: BTreeSet<usize>,
    pub(crate) trace: Vec<String>,
    pub(crate) faults: Vec<String>,
}

impl Simulation {
    /// `is_told`: what happens is written down, which takes most of the time.
    pub(crate) fn new(seed: u64, is_told: bool) -> Self {
        let mut dice = Dice::of(seed);
        let kind = dice.pick(&Move::ALL);
        let world = kind.world();
        world.old.keep_log();
        world.new.keep_log();
        let clock = Ticking::at(1_000_000_000);
        let habits = Habits {
            deaths: dice.pick(&[0, 3, 8]),
            losses: dice.pick(&[0, 5, 20]),
            tells_own: dice.one_in(2),
            deletes: dice.one_in(4),
            born: dice.one_in(3),
            switches: !dice.one_in(6),
            leaves: dice.one_in(3),
            batches: dice.one_in(3),
            skewed: dice.one_in(3),
            walks: dice.one_in(2),
            late_lists: dice.one_in(2),
            sweeps: dice.one_in(2),
        };
        let standings = vec![(0, Standing::default())];
        let mut simulation = Self {
            kind,
            clock,
            world,
            queue: Queue::default(),
            on_their_way: Vec::new(),
            mirrors: Vec::new(),
            asleep: BTreeMap::new(),
            walkers: Vec::new(),
            late: Vec::new(),
            humans: Vec::new(),
            deleted: BTreeSet::new(),
            journal: Journal::default(),
            standings,
            step: 0,
            numbers: 0,
            doubles: BTreeMap::new(),
            ids: BTreeMap::new(),
            is_told,
            moved: BTreeSet::new(),
            trace: vec![format!("{kind:?} {habits:?}")],
            habits,
            faults: Vec::new(),
            dice,
        };
        for _ in 0..2 + simulation.dice.below(3) {
            let mirror = simulation.mirror();
            simulation.mirrors.push(mirror);
        }
        simulation
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.millis()
    }

    pub(crate) fn pool(&self, pool: Pool) -> &MemoryPool {
        match pool {
            Pool::Old => &self.world.old,
            Pool::New => &self.world.new,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        self.standings.last().map(|(_, standing)| standing.clone()).unwrap_or_default()
    }

    pub(crate) fn tell(&mut self, line: &str) {
        let at = self.now() - 1_000_000_000;
        self.trace.push(format!("{at:>9} #{} {line}", self.step));
    }

    pub(crate) fn fault(&mut self, what: impl Into<String>) {
        let what = what.into();
        say!(self, "FAULT {what}");
        self.faults.push(what);
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn event_id(&mut self) -> EventId {
        EventId::from_random(u128::from(self.number()).to_be_bytes())
    }

    /// A new process, which may be one of those that die.
    pub(crate) fn process(&mut self) -> Process {
        if self.habits.deaths == 0 || !self.dice.one_in(self.habits.deaths) {
            return Process::healthy();
        }
        let moment = if self.dice.one_in(2) { Moment::Before } else { Moment::After };
        Process::dying_at(self.dice.below(60), moment)
    }

    /// The clock of a new process.
    pub(crate) fn process_clock(&mut self) -> Ticking {
        if !self.habits.skewed {
            return self.clock.clone();
        }
        let ahead = i64::try_from(self.dice.millis(2 * SKEW)).unwrap_or_default();
        self.clock.ahead_by(ahead.saturating_sub_unsigned(SKEW))
    }

    pub(crate) fn mirror(&mut self) -> Mirror {
        let (process, clock) = (self.process(), self.process_clock());
        Mirror::start(&self.world, &clock, process)
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, millis: u64) {
        self.clock.set(self.now() + millis);
    }

    pub(crate) fn human_of(&self, pool: Pool, sub: &Sub) -> Option<usize> {
        self.humans.iter().position(|human| human.account(pool) == Some(sub))
    }

    /// What somebody shows before a run looks at it.
    pub(crate) fn show_everybody(&mut self) {
        for human in 0..self.humans.len() {
            for pool in [Pool::Old, Pool::New] {
                let sub = self.humans[human].account(pool).cloned();
                if let Some(person) = sub.and_then(|sub| self.pool(pool).person(sub.as_str())) {
                    self.journal.show(self.kind, human, pool, &person);
                }
            }
        }
    }

    pub(crate) fn timestamp(&self) -> Timestamp {
        Timestamp(self.now())
    }

    /// Nothing that was written down shows a value.
    pub(crate) fn judge_marks(&mut self) {
        for shown in crate::marks::take_shown() {
            self.fault(format!("the log says: {shown}"));
        }
        if format!("{:?}", self.world.links).contains(MARK) {
            self.fault("a value is in the table");
        }
    }
}
