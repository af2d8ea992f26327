//! The world of one run, and how it goes on: one call of one process at a time.

use std::collections::BTreeMap;
use std::task::Poll;

use twinpool_core::change_event::{ChangeEvent, EventId};
use twinpool_core::id::{Pool, Sub, Timestamp, UserId};
use twinpool_core::phase::Standing;
use twinpool_core::port::Class;
use twinpool_engine::{Disposition, Outcome, SyncError, disposition};
use twinpool_testkit::{MemoryPool, Moment, Process, World};

use crate::dice::Dice;
use crate::fields::Move;
use crate::journal::Journal;
use crate::mirror::{ENDED_AFTER, Mirror, Ticking};
use crate::queue::{MOST_DELIVERIES, Message, OUT_OF_SIGHT, Queue};

/// A call takes effect within so long: two attempts of 6 s each.
const LONGEST_CALL: u64 = 13_000;

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
    asleep: BTreeMap<usize, u64>,
    pub(crate) humans: Vec<Human>,
    pub(crate) journal: Journal,
    /// Where the move stood since when.
    pub(crate) standings: Vec<(u64, Standing)>,
    pub(crate) step: u64,
    pub(crate) numbers: u64,
    pub(crate) habits: Habits,
    /// The user ids as they were first seen.
    pub(crate) ids: BTreeMap<(Pool, Sub), UserId>,
    pub(crate) trace: Vec<String>,
    pub(crate) faults: Vec<String>,
}

impl Simulation {
    pub(crate) fn new(seed: u64) -> Self {
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
            humans: Vec::new(),
            journal: Journal::default(),
            standings,
            step: 0,
            numbers: 0,
            ids: BTreeMap::new(),
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

    pub(crate) fn say(&mut self, line: impl Into<String>) {
        let at = self.now() - 1_000_000_000;
        self.trace.push(format!("{at:>9} #{} {}", self.step, line.into()));
    }

    pub(crate) fn fault(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.say(format!("FAULT {what}"));
        self.faults.push(what);
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn event_id(&mut self) -> EventId {
        EventId::from_random(u128::from(self.number()).to_be_bytes())
    }

    fn mirror(&mut self) -> Mirror {
        let dies = self.habits.deaths > 0 && self.dice.one_in(self.habits.deaths);
        let process = if dies {
            let moment = if self.dice.one_in(2) { Moment::Before } else { Moment::After };
            Process::dying_at(self.dice.below(60), moment)
        } else {
            Process::healthy()
        };
        Mirror::start(&self.world, &self.clock, process)
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, millis: u64) {
        self.clock.set(self.now() + millis);
    }

    /// Brings to the queue what has arrived.
    fn arrive(&mut self) {
        let now = self.now();
        let (due, rest) = std::mem::take(&mut self.on_their_way).into_iter().partition(|(at, _)| *at <= now);
        self.on_their_way = rest;
        let due: Vec<(u64, ChangeEvent)> = due;
        for (_, event) in due {
            let beside = self.dice.one_in(15);
            if self.dice.one_in(25) {
                // Somebody redrives a queue.
                let late = now + self.dice.millis(600_000);
                self.on_their_way.push((late, event.clone()));
            }
            self.queue.send(event, beside, now);
        }
    }

    /// One step of some process; `false`: nobody has anything to do now.
    pub(crate) fn work(&mut self) -> bool {
        self.arrive();
        self.step += 1;
        let now = self.now();
        self.asleep.retain(|_, until| *until > now);
        let all = 0..self.mirrors.len();
        let (busy, idle): (Vec<_>, Vec<_>) = all.partition(|nth| self.mirrors[*nth].job.is_some());
        let awake: Vec<_> = busy.into_iter().filter(|nth| !self.asleep.contains_key(nth)).collect();
        let ready = self.queue.ready(now);
        let begins = ready > 0 && !idle.is_empty();
        if begins && (awake.is_empty() || self.dice.one_in(4)) {
            let (nth, which) = (self.dice.pick(&idle), self.dice.below(ready));
            if let Some(message) = self.queue.receive(which, now) {
                self.begin(nth, message);
            }
            return true;
        }
        if awake.is_empty() {
            return false;
        }
        let nth = self.dice.pick(&awake);
        let passes = self.dice.millis(40);
        self.pass(passes);
        self.go_on(nth);
        true
    }

    /// When the next thing happens by itself; `None`: never.
    pub(crate) fn next(&self) -> Option<u64> {
        let on_their_way = self.on_their_way.iter().map(|(at, _)| *at).min();
        let asleep = self.asleep.values().min().copied();
        let is_idle = self.mirrors.iter().any(|mirror| mirror.job.is_none());
        let queue = self.queue.next().filter(|_| is_idle);
        [on_their_way, asleep, queue].into_iter().flatten().min()
    }

    fn begin(&mut self, nth: usize, message: Message) {
        let (event, delivery) = (&message.event, message.delivery);
        let whom = event.sub.as_ref().map_or("-", |sub| sub.as_str());
        self.say(format!(
            "mirror {nth} begins {whom} {:?} of {} delivery {delivery}",
            event.cause, event.pool
        ));
        let now = self.now();
        if self.dice.one_in(40) {
            let operation = self.dice.pick(&["PutItem", "AdminUpdateUserAttributes", "TransactWriteItems"]);
            if self.dice.one_in(2) {
                self.mirrors[nth].process().fail_next(operation, Class::Throttled);
            } else {
                self.mirrors[nth].process().lose_answer(operation);
            }
        }
        self.mirrors[nth].begin(message, now);
    }

    fn go_on(&mut self, nth: usize) {
        let now = self.now();
        let Some(mut job) = self.mirrors[nth].job.take() else {
            return;
        };
        if now.saturating_sub(job.since) > ENDED_AFTER {
            self.say(format!("mirror {nth} is ended"));
            self.replace(nth);
            return;
        }
        let naps = self.dice.one_in(60);
        let calls = if naps { self.mirrors[nth].process().calls().len() } else { 0 };
        let answer = job.go_on();
        if naps {
            // Between two calls for as long as the function lives; a call that is on its way is answered, or given up, sooner.
            let is_between = self.mirrors[nth].process().calls().len() > calls;
            let most = if is_between { ENDED_AFTER - 2_000 } else { LONGEST_CALL };
            self.asleep.insert(nth, now + self.dice.millis(most));
        }
        self.follow_calls(nth, &mut job);
        match answer {
            Poll::Pending => self.mirrors[nth].job = Some(job),
            Poll::Ready(result) => self.end(nth, &job.message, result),
        }
    }

    fn replace(&mut self, nth: usize) {
        self.journal.deaths += 1;
        self.asleep.remove(&nth);
        self.mirrors[nth] = self.mirror();
    }

    fn end(&mut self, nth: usize, message: &Message, result: Result<Outcome, SyncError>) {
        let now = self.now();
        self.asleep.remove(&nth);
        if self.mirrors[nth].is_dead() {
            self.say(format!("mirror {nth} dies"));
            self.replace(nth);
            return;
        }
        match result {
            Ok(outcome) => {
                self.say(format!(
                    "mirror {nth} {:?} {} overruled {:?} held {:?}",
                    outcome.kind, outcome.operations, outcome.overruled, outcome.held_back
                ));
                if self.dice.one_in(50) {
                    let at = now + self.dice.millis(5_000);
                    self.queue.again_at(message, at);
                } else {
                    self.queue.done(message);
                }
            }
            Err(error) => {
                self.say(format!("mirror {nth} gives up: {error:?}"));
                self.journal.deaths += usize::from(matches!(error, SyncError::Port(_)));
                if message.delivery >= MOST_DELIVERIES {
                    self.fault(format!("a message goes to the DLQ: {error:?}"));
                    self.queue.done(message);
                    return;
                }
                let after = match disposition(&error, message.delivery) {
                    Disposition::Retry(after) => u64::try_from(after.as_millis()).unwrap_or_default(),
                    Disposition::Park(_) => OUT_OF_SIGHT,
                    Disposition::Refuse(_) => {
                        self.fault(format!("a message is refused: {error:?}"));
                        self.queue.done(message);
                        return;
                    }
                };
                self.queue.again_at(message, now + after);
            }
        }
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
}
