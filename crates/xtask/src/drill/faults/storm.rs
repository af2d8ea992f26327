//! While calls are spoilt: everybody is carried over, and then everybody changes something.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use anyhow::{Result, anyhow, ensure};

use super::super::command::{DONE, Twinpool};
use super::super::dice::Dice;
use super::super::queue::PATIENCE;
use super::super::say::{Clock, pace};
use super::killer::Killer;
use super::life::{Life, Lived};
use super::person::Person;
use super::proxy::Proxy;
use crate::local::Stack;
use crate::process;

/// So many people act at once.
const LIVES: usize = 3;

/// An operator starts it again when it could not begin, and gives up after so many times.
const STARTS: usize = 5;

/// Carries everybody over, with the built command, through the proxy.
pub(super) fn carry_over(stack: &Stack, twinpool: &Twinpool, proxy: &Proxy, clock: &Clock) -> Result<()> {
    let (mut through, begun) = (stack.clone(), clock.seconds());
    for endpoint in [&mut through.addresses.endpoint, &mut through.addresses.old_pool.endpoint] {
        proxy.endpoint().clone_into(endpoint);
    }
    let twinpool = twinpool.of(&through);
    let (mut starts, mut run) = (0, Err(anyhow!("never begun")));
    while starts < STARTS && run.is_err() {
        starts += 1;
        run = twinpool.start_work(&format!("backfill-{starts}"), &["backfill", "--yes"])?.answer(&DONE);
    }
    let run = run?;
    let failed = run["failed"].as_object().map(serde_json::Map::len);
    ensure!(failed == Some(0) && run["finished"] == true, "the backfill ended like this: {run}");
    let (made, took) = (stack.new_pool().size()?, clock.seconds() - begun);
    let calls = proxy.counts().calls();
    clock.say(
        "backfill",
        &format!("{made} users in {took:.0} s ({}), {calls} calls, {starts} starts", pace(made, took)),
    );
    Ok(())
}

/// Where it happens.
pub(super) struct Storm<'a> {
    pub(super) stack: &'a Stack,
    /// Of its servers.
    pub(super) folder: &'a Path,
    pub(super) proxy: &'a Proxy,
    pub(super) seed: usize,
}

impl Storm<'_> {
    /// Functions are killed and connections cut until everybody has changed something, and most of it has arrived.
    pub(super) fn everybody_changes_something(
        &self,
        people: Vec<Person>,
        clock: &Clock,
    ) -> Result<(Vec<Person>, Lived)> {
        let (users, begun) = (people.len(), clock.seconds());
        let (backlog, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let killer = Killer::of(self.folder, self.seed)?;
        let (lived, troubled) = thread::scope(|scope| {
            let trouble = scope.spawn(|| self.trouble(killer, users, &backlog, &is_over));
            let lived = self.live(people, &backlog).and_then(|lived| {
                clock.say("people", &format!("everybody is done after {:.0} s", clock.seconds() - begun));
                // Killed batches come back, and are killed again: the last of them arrive in the calm.
                let few = (users / 25).max(10);
                process::wait_within(PATIENCE, "the mirror to come near the end of its queue", || {
                    Ok((self.stack.queue().count()? <= few).then_some(lived.clone()))
                })
            });
            is_over.store(true, Ordering::SeqCst);
            (lived, trouble.join())
        });
        troubled.map_err(|_| anyhow!("the killer broke down"))??;
        let (people, lived) = lived?;
        let took = clock.seconds() - begun;
        clock
            .say("people", &format!("{} in {took:.0} s ({})", lived.in_words(), pace(lived.changes(), took)));
        Ok((people, lived))
    }

    fn live(&self, people: Vec<Person>, backlog: &AtomicUsize) -> Result<(Vec<Person>, Lived)> {
        let mut shares: Vec<Vec<Person>> = (0..LIVES).map(|_| Vec::new()).collect();
        for (number, person) in people.into_iter().enumerate() {
            shares.get_mut(number % LIVES).into_iter().for_each(|share| share.push(person.clone()));
        }
        let lives = thread::scope(|scope| {
            let lives: Vec<_> = shares
                .into_iter()
                .enumerate()
                .map(|(number, share)| {
                    let life = Life::new(self.stack, number, self.seed, backlog);
                    scope.spawn(move || life.goes_on(share))
                })
                .collect();
            lives.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let (mut all, mut lived) = (Vec::new(), Lived::default());
        for life in lives {
            let (mut some, what) = life.map_err(|_| anyhow!("a life broke down"))??;
            all.append(&mut some);
            lived.add(what);
        }
        Ok((all, lived))
    }

    /// Kills a function every so many calls, cuts all connections every so many, and tells people how long the queue is.
    fn trouble(
        &self,
        mut killer: Killer,
        users: usize,
        backlog: &AtomicUsize,
        is_over: &AtomicBool,
    ) -> Result<()> {
        let (queue, counts) = (self.stack.queue(), self.proxy.counts());
        let mut dice = Dice::of(self.seed);
        let every = (users / 4).clamp(200, 1_000);
        let mut soon = move |calls: usize| calls + every / 2 + dice.below(every);
        let (mut next_kill, mut next_cut) = (soon(counts.calls()), soon(counts.calls()));
        while !is_over.load(Ordering::SeqCst) {
            backlog.store(queue.count()?, Ordering::Relaxed);
            for _ in 0..5 {
                let calls = counts.calls();
                if calls >= next_kill {
                    killer.strike(counts);
                    next_kill = soon(calls);
                }
                if calls >= next_cut {
                    self.proxy.cut_all();
                    next_cut = soon(calls);
                }
                process::pause();
            }
        }
        Ok(())
    }
}
