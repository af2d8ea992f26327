//! The engine on the stand-ins.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{PoolId, Sub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::port::LinkStore as _;
use twinpool_engine::{Engine, Gate, GateWired, Outcome, SyncError};
use twinpool_testkit::world::{MARKER, OLD_POOL, StoppedClock, attribute, event_of};
use twinpool_testkit::{MemoryLinks, Person, PoolHandle, Process, World};

pub(crate) use crate::stand_ins::{run, terms};

pub(crate) const SIGN_IN: &str = "TokenGeneration_Authentication";
pub(crate) const SIGN_UP: &str = "PostConfirmation_ConfirmSignUp";

/// At a time that stands still.
pub(crate) type StandIns = crate::stand_ins::StandIns<StoppedClock>;

pub(crate) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What the clock says, unless a test says otherwise.
pub(crate) const NOW: Timestamp = Timestamp(1_000_000);

pub(crate) fn engine(world: &World, process: &Arc<Process>) -> Engine<StandIns> {
    engine_at(world, process, NOW)
}

pub(crate) fn engine_at(world: &World, process: &Arc<Process>, now: Timestamp) -> Engine<StandIns> {
    run(Engine::start(ports(world, process, now), terms(world))).expect("the engine starts")
}

/// The same, with leave to write the old pool too.
pub(crate) fn engine_both_ways(world: &World, process: &Arc<Process>, now: Timestamp) -> Engine<StandIns> {
    let ports = StandIns { both_ways: true, ..ports(world, process, now) };
    run(Engine::start(ports, terms(world))).expect("the engine starts")
}

pub(crate) fn ports(world: &World, process: &Arc<Process>, now: Timestamp) -> StandIns {
    StandIns::of(world, process, StoppedClock(now), false)
}

/// The door of the new pool, as one process stands at it.
pub(crate) type Door = Gate<GateWired<PoolHandle, PoolHandle, MemoryLinks, StoppedClock>>;

pub(crate) fn door(world: &World, process: &Arc<Process>, now: Timestamp) -> Door {
    let StandIns { old, new: new_pool, links: table, clock, .. } = ports(world, process, now);
    Gate::new(GateWired { old, new_pool, table, clock }, terms(world))
}

/// The door, where this process asks the new pool and all else is well.
pub(crate) fn door_to(world: &World, new_pool: &Arc<Process>) -> Door {
    let StandIns { old, links: table, clock, .. } = ports(world, &Arc::new(Process::healthy()), NOW);
    Gate::new(GateWired { old, new_pool: world.new.called_by(new_pool), table, clock }, terms(world))
}

pub(crate) fn deliver(world: &World, event: &ChangeEvent, delivery: u32) -> Result<Outcome, SyncError> {
    let process = Arc::new(Process::healthy());
    run(engine(world, &process).sync_user(event, delivery))
}

/// What the audit trail tells of a user.
pub(crate) fn audited(operation: &str, sub: &str) -> ChangeEvent {
    hint(About::User(Sub::parse(sub).expect("a sub")), Cause::audit_trail(operation))
}

/// What an operator asks for.
pub(crate) fn asked(sub: &str) -> ChangeEvent {
    hint(About::User(Sub::parse(sub).expect("a sub")), Cause::operator("Sync"))
}

pub(crate) fn hint(about: About, cause: Cause) -> ChangeEvent {
    let pool = PoolId::parse(OLD_POOL).expect("a pool id");
    ChangeEvent::hint(EventId::from_random([2; 16]), pool, about, cause, NOW)
}

/// A record of the audit trail, processed to the end.
pub(crate) fn tell(world: &World, operation: &str, sub: &str) -> Outcome {
    deliver(world, &audited(operation, sub), 1).expect("the event is processed")
}

/// A person decides, and asks the mirror to carry it out.
pub(crate) fn decide(
    world: &World,
    sub: &str,
    subject: Subject,
    decision: Decision,
) -> Result<Outcome, SyncError> {
    let mut link = link(world, sub);
    link.decisions.insert(subject, decision);
    run(world.links.write(&link)).expect("written");
    deliver(world, &asked(sub), 1)
}

/// A sign-in of this user, processed to the end.
pub(crate) fn sign_in(world: &World, sub: &str) -> Outcome {
    deliver(world, &event_of(&world.old, sub, SIGN_IN), 1).expect("the event is processed")
}

/// A sign-in of this user, with the calls that it cost.
pub(crate) fn calls_of_sign_in(world: &World, sub: &str) -> Vec<&'static str> {
    calls_of(world, &event_of(&world.old, sub, SIGN_IN), 1)
}

/// The calls that an event costs, processed to the end.
pub(crate) fn calls_of(world: &World, event: &ChangeEvent, delivery: u32) -> Vec<&'static str> {
    let process = Arc::new(Process::healthy());
    run(engine(world, &process).sync_user(event, delivery)).expect("the event is processed");
    process.calls()
}

pub(crate) fn link(world: &World, sub: &str) -> Link {
    let all = world.links.all();
    all.into_iter().find(|link| link.old_sub.as_str() == sub).expect("there is a link")
}

/// The only user of the new pool.
pub(crate) fn only(world: &World) -> Person {
    let people = world.new.people();
    assert_eq!(people.len(), 1, "one user in the new pool");
    people.into_iter().next().expect("one user")
}

/// What must hold whenever things have come to rest: one user, one link both ways, and both pools agree.
pub(crate) fn assert_in_step(world: &World, sub: &str) {
    let link = link(world, sub);
    let linked = link.linked().expect("the link is a pair");
    let people = world.new.people();
    assert_eq!(people.len(), 1, "exactly one user in the new pool");
    let new = &people[0];
    assert_eq!(new.sub.as_str(), linked.new_sub.as_str());
    assert_eq!(world.links.back(), [(linked.new_sub.clone(), link.old_sub.clone())]);
    assert_eq!(link.user_id.as_str(), sub, "the user id is the old sub");
    let old = world.old.person(sub).expect("the user is in the old pool");
    let mut attributes = new.attributes.clone();
    attributes.remove(&attribute(MARKER));
    assert_eq!(attributes, old.attributes);
    assert_eq!((&new.groups, new.enabled), (&old.groups, old.enabled));
    assert_eq!(new.messages, 0, "nobody was messaged");
    assert!(new.can_reset_password(), "the user has a password that can be reset");
}

/// So many users are in step, and nobody else is in the new pool.
pub(crate) fn assert_in_step_all(world: &World, count: usize) {
    let links: Vec<_> = world.links.all().into_iter().filter(|link| link.linked().is_some()).collect();
    assert_eq!((links.len(), world.links.back().len(), world.new.people().len()), (count, count, count));
    for link in links {
        let new_sub = &link.linked().expect("a pair").new_sub;
        let new = world.new.person(new_sub.as_str()).expect("the user is in the new pool");
        let old = world.old.person(link.old_sub.as_str()).expect("the user is in the old pool");
        let mut attributes = new.attributes.clone();
        attributes.remove(&attribute(MARKER));
        assert_eq!(attributes, old.attributes);
        assert_eq!((&new.groups, new.enabled), (&old.groups, old.enabled));
    }
}
