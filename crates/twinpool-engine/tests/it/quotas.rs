//! The quotas of Cognito, and a mirror that keeps to its share of them.

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::time::Instant;
use twinpool_core::group::GroupDefinition;
use twinpool_core::port::Class;
use twinpool_engine::{Budget, Engine, Governed, Governor, Kind, Ports, SyncError};
use twinpool_testkit::world::{StoppedClock, event_of, group, person};
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, Quota, World};

use crate::support::{NOW, SIGN_IN, terms};

struct Paced {
    old: Governed<PoolHandle>,
    new: Governed<PoolHandle>,
    links: MemoryLinks,
    clock: StoppedClock,
}

impl Ports for Paced {
    type Old = Governed<PoolHandle>;
    type Back = Governed<PoolHandle>;
    type New = Governed<PoolHandle>;
    type Links = MemoryLinks;
    type Clock = StoppedClock;

    fn old(&self) -> &Self::Old {
        &self.old
    }
    fn back(&self) -> Option<&Self::Back> {
        None
    }
    fn new_pool(&self) -> &Self::New {
        &self.new
    }
    fn links(&self) -> &MemoryLinks {
        &self.links
    }
    fn clock(&self) -> &StoppedClock {
        &self.clock
    }
}

/// Sixty people in two groups, and one who is in a hundred.
fn world(percent: u32) -> World {
    let world = World::username_to_email();
    let start = Instant::now();
    let quota = Quota::of(Arc::new(move || start.elapsed()), percent);
    world.old.limit(&quota);
    world.new.limit(&quota);
    let names: Vec<_> = (0..100).map(|number| group(&format!("team-{number}"))).collect();
    for name in &names {
        let definition = GroupDefinition { name: name.clone(), description: None, precedence: None };
        world.old.put_group(definition.clone());
        world.new.put_group(definition);
    }
    for number in 0..60 {
        let email = format!("u{number}@example.com");
        let sub = format!("u-{number}");
        let mut one = person(&sub, &sub, &[("email", &email), ("email_verified", "true")]);
        one.groups = names.iter().take(if number == 0 { 100 } else { 2 }).cloned().collect();
        world.old.put(one);
    }
    world
}

async fn engine(world: &World, percent: u8) -> Engine<Paced> {
    let process = Arc::new(Process::healthy());
    let governor = Arc::new(Governor::new(Budget { percent, processes: NonZeroU32::MIN }));
    let ports = Paced {
        old: Governed::new(world.old.called_by(&process), Arc::clone(&governor)),
        new: Governed::new(world.new.called_by(&process), governor),
        links: world.links.seen_by(&process),
        clock: StoppedClock(NOW),
    };
    Engine::start(ports, terms(world)).await.expect("the engine starts")
}

async fn sign_in(engine: &Engine<Paced>, world: &World, number: usize) -> Result<Kind, SyncError> {
    let event = event_of(&world.old, &format!("u-{number}"), SIGN_IN);
    engine.sync_user(&event, 1).await.map(|outcome| outcome.kind)
}

#[tokio::test(start_paused = true)]
async fn a_mirror_in_its_share_is_never_told_that_it_calls_too_often() {
    let world = world(100);
    let engine = engine(&world, 100).await;
    let all = (0..60).map(|number| sign_in(&engine, &world, number));
    for outcome in futures_util::future::join_all(all).await {
        assert_eq!(outcome, Ok(Kind::Created));
    }
    assert_eq!(world.new.people().len(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_mirror_that_takes_more_than_there_is_is_told_so() {
    let world = world(5);
    let engine = engine(&world, 100).await;
    let mut throttled = 0;
    for number in 0..60 {
        if let Err(SyncError::Port(error)) = sign_in(&engine, &world, number).await {
            assert_eq!(error.class, Class::Throttled);
            throttled += 1;
        }
    }
    assert!(throttled > 0);
}
