//! How the world goes on: one call of one process at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Poll;
use std::time::Duration;

use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::{Pool, Sub};
use twinpool_core::port::Class;
use twinpool_engine::{Disposition, Processed, SyncError, disposition};

use crate::marks::MARK;
use crate::mirror::{ENDED_AFTER, Ended, Fate, Reads};
use crate::queue::{MOST_DELIVERIES, Message, OUT_OF_SIGHT};
use crate::simulation::{Simulation, say};
use crate::walker::{Errand, Walker};

/// A call takes effect within so long: two attempts of 6 s each.
const LONGEST_CALL: u64 = 13_000;

/// A mirror takes so many messages at a time.
const BATCH: usize = 4;

impl Simulation {
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
            if event.to_body().contains(MARK) {
                self.fault(format!("an event shows a value: {:?}", event.cause));
            }
            self.queue.send(event, beside, now);
        }
        let (seen, late) = std::mem::take(&mut self.late).into_iter().partition(|(at, ..)| *at <= now);
        self.late = late;
        let seen: Vec<(u64, Pool, _)> = seen;
        for (_, pool, sub) in seen {
            self.pool(pool).list_as_it_was(&sub, None);
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
        if !self.walkers.is_empty() && ((awake.is_empty() && !begins) || self.dice.one_in(3)) {
            self.walk();
            return true;
        }
        if begins && (awake.is_empty() || self.dice.one_in(4)) {
            let (nth, which) = (self.dice.pick(&idle), self.dice.below(ready));
            let most = if self.habits.batches { 1 + self.dice.below(BATCH) } else { 1 };
            let messages = self.queue.receive(which, most, now);
            self.begin(nth, messages);
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

    /// Somebody sets out to walk over the pools.
    pub(crate) fn set_out(&mut self, errand: Errand) {
        let (process, clock, number) = (self.process(), self.process_clock(), self.number());
        say!(self, "a {errand:?} sets out");
        self.journal.walks += 1;
        self.walkers.push(Walker::start((&self.world, &clock), process, errand, number));
    }

    fn walk(&mut self) {
        let nth = self.dice.below(self.walkers.len());
        let mut walker = self.walkers.swap_remove(nth);
        let passes = self.dice.millis(40);
        self.pass(passes);
        let errand = walker.errand;
        if !walker.is_spared && self.habits.deaths > 0 && self.dice.one_in(400) {
            say!(self, "a {errand:?} is ended");
            self.journal.deaths += 1;
            return;
        }
        if !walker.is_spared && self.dice.one_in(60) {
            walker.fail_next(self.dice.pick(&["PutItem", "AdminCreateUser", "ListUsers"]));
        }
        let answer = walker.go_on();
        self.follow_calls(&format!("a {errand:?}"), &mut walker.reads);
        let now = self.now();
        self.on_their_way.extend(walker.hints.take().into_iter().map(|hint| (now, hint)));
        match answer {
            Poll::Pending => self.walkers.push(walker),
            Poll::Ready(how) => {
                self.journal.deaths += usize::from(errand == Errand::Backfill);
                say!(self, "a {errand:?} {how}");
            }
        }
    }

    fn begin(&mut self, nth: usize, mut messages: Vec<Message>) {
        for message in &messages {
            let (event, delivery) = (&message.event, message.delivery);
            let whom = event.sub.as_ref().map_or("-", |sub| sub.as_str());
            say!(self, "mirror {nth} begins {whom} {:?} of {} delivery {delivery}", event.cause, event.pool);
        }
        let now = self.now();
        if self.dice.one_in(40) {
            let operation = self.dice.pick(&["PutItem", "AdminUpdateUserAttributes", "TransactWriteItems"]);
            if self.dice.one_in(2) {
                self.mirrors[nth].process().fail_next(operation, Class::Throttled);
            } else {
                self.mirrors[nth].process().lose_answer(operation);
            }
        }
        match messages.pop() {
            Some(message) if messages.is_empty() && !self.habits.batches => {
                self.mirrors[nth].begin(message, now);
            }
            Some(message) => {
                messages.push(message);
                let reads = Reads::by_tasks(self.shared(&messages));
                self.mirrors[nth].begin_batch(messages, reads, now);
            }
            None => {}
        }
    }

    /// Who is in several groups of a batch: the function works on groups at the same time.
    fn shared(&self, messages: &[Message]) -> BTreeSet<usize> {
        let mut groups: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for message in messages {
            let of = |sub: &Sub| [Pool::Old, Pool::New].into_iter().find_map(|pool| self.human_of(pool, sub));
            if let Some(human) = message.event.sub.as_ref().and_then(of) {
                groups.entry(human).or_default().insert(&message.group);
            }
        }
        groups.into_iter().filter(|(_, groups)| groups.len() > 1).map(|(human, _)| human).collect()
    }

    fn go_on(&mut self, nth: usize) {
        let now = self.now();
        let Some(mut job) = self.mirrors[nth].job.take() else {
            return;
        };
        if now.saturating_sub(job.since) > ENDED_AFTER {
            say!(self, "mirror {nth} is ended");
            self.replace(nth);
            return;
        }
        let naps = self.dice.one_in(60);
        let calls = if naps { self.mirrors[nth].process().count() } else { 0 };
        let answer = job.go_on();
        if naps {
            // Between two calls for as long as the function lives; a call that is on its way is answered, or given up, sooner.
            let is_between = self.mirrors[nth].process().count() > calls;
            let most = if is_between { ENDED_AFTER - 2_000 } else { LONGEST_CALL };
            self.asleep.insert(nth, now + self.dice.millis(most));
        }
        self.follow_calls(&format!("mirror {nth}"), &mut job.reads);
        match answer {
            Poll::Pending => self.mirrors[nth].job = Some(job),
            Poll::Ready(ended) => self.end(nth, ended),
        }
    }

    fn replace(&mut self, nth: usize) {
        self.journal.deaths += 1;
        self.asleep.remove(&nth);
        self.mirrors[nth] = self.mirror();
    }

    fn end(&mut self, nth: usize, ended: Ended) {
        self.asleep.remove(&nth);
        if self.mirrors[nth].is_dead() {
            say!(self, "mirror {nth} dies");
            self.replace(nth);
            return;
        }
        match ended {
            Ended::One(one) => self.end_one(nth, &one.0, &one.1),
            Ended::Batch(messages, processed) => self.end_batch(nth, &messages, &processed),
        }
    }

    fn end_one(&mut self, nth: usize, message: &Message, fate: &Fate) {
        match fate {
            Fate::Done(outcome) => {
                say!(
                    self,
                    "mirror {nth} {:?} {} overruled {:?} held {:?}",
                    outcome.kind,
                    outcome.operations,
                    outcome.overruled,
                    outcome.held_back
                );
                self.done(message);
            }
            Fate::Failed(error) => {
                say!(self, "mirror {nth} gives up: {error:?}");
                self.journal.deaths += usize::from(matches!(error, SyncError::Port(_)));
                if format!("{error} {error:?}").contains(MARK) {
                    self.fault("an error shows a value");
                }
                let after = match disposition(error, message.delivery) {
                    Disposition::Retry(after) => Some(after),
                    Disposition::Park(_) => None,
                    Disposition::Refuse(_) => Some(Duration::ZERO),
                };
                self.goes_back(message, after, &format!("{error:?}"));
            }
        }
    }

    /// As the function answers: what is named goes back, the rest is done.
    fn end_batch(&mut self, nth: usize, messages: &[Message], processed: &Processed) {
        say!(self, "mirror {nth} sends back {:?}", processed.failures);
        if format!("{processed:?}").contains(MARK) {
            self.fault("an answer shows a value");
        }
        for message in messages {
            let number = message.number.to_string();
            match processed.failures.iter().find(|failure| failure.id == number) {
                Some(failure) => {
                    self.journal.deaths += 1;
                    self.goes_back(message, failure.retry_after, "see the log");
                }
                None => self.done(message),
            }
        }
    }

    /// Now and then a message comes again although it is done.
    fn done(&mut self, message: &Message) {
        if self.dice.one_in(50) {
            let at = self.now() + self.dice.millis(5_000);
            self.queue.again_at(message, at);
        } else {
            self.queue.done(message);
        }
    }

    fn goes_back(&mut self, message: &Message, after: Option<Duration>, why: &str) {
        if message.delivery >= MOST_DELIVERIES {
            self.fault(format!("a message goes to the DLQ: {why}"));
            return self.queue.done(message);
        }
        if after == Some(Duration::ZERO) {
            self.fault(format!("a message is refused: {why}"));
            return self.queue.done(message);
        }
        let after = after.map_or(OUT_OF_SIGHT, |after| u64::try_from(after.as_millis()).unwrap_or_default());
        self.queue.again_at(message, self.now() + after);
    }
}
