use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use twinpool_testkit::world::{MARKER, attribute, person};
use twinpool_testkit::{MemoryPool, PoolHandle, Process, World};

use super::*;
use crate::samples::linked;

/// A mirror that carries the attribute back so often, and then no more.
struct StandIn<'a> {
    world: &'a World,
    carries: AtomicUsize,
}

impl Asks for StandIn<'_> {
    async fn ask(&self) -> anyhow::Result<()> {
        let left = self.carries.load(Ordering::Relaxed);
        if left == 0 {
            return Ok(());
        }
        self.carries.store(left - 1, Ordering::Relaxed);
        let name = attribute("nickname");
        let value = self.world.new.person("new-1").unwrap().attributes.get(&name).cloned();
        self.world.old.edit(&Sub::parse("old-1").unwrap(), |jane| {
            jane.attributes.remove(&name);
            jane.attributes.extend(value.map(|value| (name.clone(), value)));
        });
        Ok(())
    }
}

fn world(old: &[(&str, &str)], new: &[(&str, &str)]) -> World {
    let world = World::username_to_email();
    let mail = [("email", "jane@example.com"), ("email_verified", "true")];
    world.old.put(person("old-1", "jane", &[&mail, old].concat()));
    world.new.put(person("new-1", "new-1", &[mail.as_slice(), &[(MARKER, "m")], new].concat()));
    world
}

fn handle(pool: &Arc<MemoryPool>) -> PoolHandle {
    pool.called_by(&Arc::new(Process::healthy()))
}

async fn prove(world: &World, carries: usize) -> Result<Duration, String> {
    let mirror = StandIn { world, carries: AtomicUsize::new(carries) };
    prove_by(world, &mirror, Duration::ZERO).await
}

async fn prove_by(world: &World, mirror: &impl Asks, wait: Duration) -> Result<Duration, String> {
    let prover = Prover {
        old: handle(&world.old),
        new: handle(&world.new),
        attribute: attribute("nickname"),
        wait,
        pause: wait,
    };
    let link = linked();
    let new_sub = link.linked().unwrap().new_sub.clone();
    prover.prove(&Pair { link, new_sub }, mirror).await.unwrap()
}

fn nicknames(world: &World) -> [Option<String>; 2] {
    let of = |pool: &MemoryPool, sub: &str| pool.person(sub).unwrap().value("nickname").map(str::to_owned);
    [of(&world.old, "old-1"), of(&world.new, "new-1")]
}

#[tokio::test]
async fn a_change_that_travels_back_proves_the_way_and_leaves_no_trace() {
    for before in [None, Some("Janey")] {
        let nickname: Vec<_> = before.map(|value| ("nickname", value)).into_iter().collect();
        let world = world(&nickname, &nickname);
        assert!(prove(&world, 2).await.is_ok());
        assert_eq!(nicknames(&world), [before.map(str::to_owned), before.map(str::to_owned)]);
    }
}

#[tokio::test]
async fn a_change_that_is_not_seen_proves_nothing_and_is_put_back() {
    let world = world(&[], &[]);
    let why = prove(&world, 0).await.unwrap_err();
    assert!(why.contains("not seen in the old one") && why.contains("twinpool explain old-1"), "{why}");
    assert_eq!(nicknames(&world), [None, None]);
    // Carried once, and the way it was not.
    let why = prove(&world, 1).await.unwrap_err();
    assert!(why.contains("not again"), "{why}");
}

/// While it is asked, somebody ends the command.
struct Ended;

impl Asks for Ended {
    async fn ask(&self) -> anyhow::Result<()> {
        let own = std::process::id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &own]).status()?.success());
        Ok(())
    }
}

#[tokio::test]
async fn whoever_ends_the_command_leaves_no_trace() {
    let nickname = [("nickname", "Janey")];
    let world = world(&nickname, &nickname);
    let why = prove_by(&world, &Ended, Duration::from_secs(600)).await.unwrap_err();
    assert!(why.starts_with("stopped"), "{why}");
    assert_eq!(nicknames(&world), [Some("Janey".to_owned()), Some("Janey".to_owned())]);
}

#[tokio::test]
async fn an_attribute_that_differs_already_is_not_touched() {
    let world = world(&[("nickname", "Janey")], &[("nickname", "JANEY")]);
    let why = prove(&world, 9).await.unwrap_err();
    assert!(why.contains("--canary-attribute") && !why.contains("Janey"), "{why}");
    assert_eq!(nicknames(&world), [Some("Janey".to_owned()), Some("JANEY".to_owned())]);
}
