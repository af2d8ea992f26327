//! Jane, whom both pools have, in a phase in which people use both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::phase::{Cohorts, Share, Step};
use twinpool_core::port::Clock;
use twinpool_core::value::Value;
use twinpool_engine::{Engine, Outcome, SyncError};
use twinpool_testkit::world::attribute;
use twinpool_testkit::{MemoryPool, Person, Process, World};

use crate::stand_ins::StandIns;
use crate::support::{NOW, engine_both_ways, link, poll, run, sign_in, terms};

/// When a lease of [`NOW`] is over.
pub(crate) const LATER: Timestamp = Timestamp(NOW.0 + 120_000);

/// When the operator switched: everybody knows of it by [`NOW`].
pub(crate) const SWITCHED: Timestamp = Timestamp(NOW.0 - 60_000);

/// Everything that changes a user of a pool.
pub(crate) const WRITES: [&str; 10] = [
    "AdminUpdateUserAttributes",
    "AdminDeleteUserAttributes",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "AdminEnableUser",
    "AdminDisableUser",
    "AdminSetUserPassword",
    "AdminSetUserMFAPreference",
    "AdminLinkProviderForUser",
    "AdminDisableProviderForUser",
];

pub(crate) struct Jane {
    pub(crate) old: Sub,
    pub(crate) new: Sub,
}

pub(crate) fn in_canary() -> World {
    canary_of(World::username_to_email().with_jane())
}

/// Jane is mirrored, and then half of all users are sent to the new pool.
pub(crate) fn canary_of(world: World) -> World {
    sign_in(&world, "jane-sub");
    let share = Share::from_hundredths(5_000).expect("a share");
    step(&world, &Step::Switch { share, cohorts: Cohorts::default() });
    world
}

pub(crate) fn all() -> Step {
    Step::Switch { share: Share::ALL, cohorts: Cohorts::default() }
}

pub(crate) fn step(world: &World, step: &Step) {
    run(world.links.step(step, SWITCHED));
}

pub(crate) fn new_sub(world: &World) -> Sub {
    Sub::from(&link(world, "jane-sub").linked().expect("a pair").new_sub)
}

pub(crate) fn jane(world: &World) -> Jane {
    Jane { old: Sub::parse("jane-sub").expect("a sub"), new: new_sub(world) }
}

/// The one of both pools whose name was Jane.
pub(crate) fn jane_in(pool: &MemoryPool) -> Person {
    let mut people = pool.people();
    people.retain(|person| person.sub.as_str() != "kim-sub");
    people.pop().expect("jane")
}

pub(crate) fn set(person: &mut Person, name: &str, value: &str) {
    person.attributes.insert(attribute(name), Value::new(value));
}

/// An event, processed to the end by somebody who may write both pools.
pub(crate) fn told(world: &World, event: &ChangeEvent) -> Outcome {
    let process = Arc::new(Process::healthy());
    run(engine_both_ways(world, &process, NOW).sync_user(event, 1)).expect("the event is processed")
}

/// How many calls come before this one, in a world that is as this one and is not touched.
pub(crate) fn calls_until(world: &World, event: &ChangeEvent, call: &'static str) -> usize {
    let process = Arc::new(Process::healthy());
    process.fail_all(call, twinpool_core::port::Class::Throttled);
    drop(run(engine_both_ways(world, &process, NOW).sync_user(event, 1)));
    process.calls().iter().position(|name| *name == call).expect("the call is made")
}

/// A clock that goes on when it is told to.
#[derive(Debug)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// An event, processed by somebody who sleeps for so long once the work is announced, so many steps later.
pub(crate) fn slowed_down_after_the_announcement(
    world: &World,
    event: &ChangeEvent,
    (mut steps, millis): (usize, u64),
    meanwhile: impl Fn(),
) -> Result<Outcome, SyncError> {
    let process = &Arc::new(Process::healthy());
    let ports = StandIns::of(world, process, Hand(AtomicU64::new(NOW.0)), true);
    let engine = run(Engine::start(ports, terms(world))).expect("the engine starts");
    let mut work = Box::pin(engine.sync_user(event, 1));
    loop {
        if let Poll::Ready(answer) = poll(&mut work) {
            return answer;
        }
        let clock = &engine.ports().clock.0;
        if link(world, "jane-sub").reverse.work.is_some() && clock.load(Ordering::Relaxed) == NOW.0 {
            if steps == 0 {
                clock.store(NOW.0 + millis, Ordering::Relaxed);
                meanwhile();
            }
            steps = steps.saturating_sub(1);
        }
    }
}
