//! Carrying over everybody: whole, in parts, beside live changes, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{OldSub, RunId, Sub};
use twinpool_core::port::{Class, PortError};
use twinpool_core::run::{Control, Run, RunKind, RunState, RunStore as _};
use twinpool_core::snapshot::Status;
use twinpool_core::value::Value;
use twinpool_engine::{
    Backfill, Broken, Budget, Ending, Governor, Keeper, LaneState, Listener, OfPool, Ports as _, Report,
    Selection, SyncError, Walk, Watcher, memberships,
};
use twinpool_testkit::world::{attribute, group, person};
use twinpool_testkit::{Person, Process, World};

use crate::support::{NOW, assert_in_step_all, engine, link, run as now, sign_in};

/// Looks on, and remembers what was said.
#[derive(Debug, Default)]
pub(crate) struct Looker {
    failed: Mutex<Vec<String>>,
    anew: Mutex<u32>,
}

impl Looker {
    pub(crate) fn anew(&self) -> u32 {
        *self.anew.lock().expect("nobody panicked")
    }
}

impl Listener for Looker {
    fn waits(&self, _error: &PortError, _after: Duration) {}
    fn begins_anew(&self) {
        *self.anew.lock().expect("nobody panicked") += 1;
    }
}

impl Watcher for Looker {
    fn progress(&self, _run: &Run, _lanes: &[LaneState]) {}
    fn failed(&self, user: &Sub, problem: &SyncError) {
        self.failed.lock().expect("nobody panicked").push(format!("{user}: {problem}"));
    }
}

/// What a test asks of a backfill.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) selection: Selection,
    pub(crate) limit: Option<u64>,
    /// Stops after this long.
    pub(crate) after: Option<Duration>,
    pub(crate) looker: Looker,
}

pub(crate) fn run_id(text: &str) -> RunId {
    RunId::parse(text).expect("a run")
}

pub(crate) async fn backfill(
    world: &World,
    process: &Arc<Process>,
    id: &str,
    asked: &Asked,
) -> Result<Report, Broken> {
    let engine = engine(world, process);
    let ports = engine.ports();
    let governor = Arc::new(Governor::new(Budget { percent: 100, processes: NonZeroU32::MIN }));
    let fresh = Run::new(run_id(id), RunKind::Backfill, asked.selection.to_string(), NOW);
    let groups = memberships(ports.old(), &asked.looker).await?;
    // Later than the last process was seen alive.
    let later = twinpool_core::id::Timestamp(NOW.0 + 60_000);
    let keeper = Keeper::begin(ports.links(), governor, 100, fresh, true, later).await?;
    engine.prepare_groups(groups.names(), &keeper.run.id, &asked.looker).await?;
    let source = OfPool::new(Walk::new(ports.old(), keeper.run.place.clone(), &asked.looker), &groups);
    let work = Backfill {
        engine: &engine,
        watcher: &asked.looker,
        selection: asked.selection.clone(),
        limit: asked.limit,
    };
    let after = asked.after;
    work.run(source, keeper, async move {
        match after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
    })
    .await
}

pub(crate) async fn whole(world: &World, id: &str) -> Report {
    let process = Arc::new(Process::healthy());
    backfill(world, &process, id, &Asked::default()).await.expect("the backfill ends")
}

/// So many people, some in groups, some disabled.
pub(crate) fn populated(count: usize) -> World {
    let world = World::username_to_email();
    for name in ["staff", "beta", "empty"] {
        world.old.put_group(GroupDefinition { name: group(name), description: None, precedence: None });
    }
    for number in 0..count {
        world.old.put(somebody(number));
    }
    world
}

pub(crate) fn somebody(number: usize) -> Person {
    let email = format!("p{number}@example.com");
    let attributes = [("email", email.as_str()), ("email_verified", "true"), ("name", "Somebody")];
    let groups = [("staff", number.is_multiple_of(2)), ("beta", number.is_multiple_of(3))];
    let groups = groups.into_iter().filter(|(_, is_in)| *is_in).map(|(name, _)| group(name));
    Person {
        groups: groups.collect(),
        enabled: number % 7 != 3,
        ..person(&format!("sub-{number:04}"), &format!("user-{number}"), &attributes)
    }
}

pub(crate) fn done(report: &Report) -> BTreeMap<String, u64> {
    report.run.tally.done.clone()
}

pub(crate) fn counts(all: &[(&str, u64)]) -> BTreeMap<String, u64> {
    all.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect()
}

#[tokio::test(start_paused = true)]
async fn everybody_is_carried_over_once_and_nothing_is_done_twice() {
    let world = populated(40);
    world.old.put(Person { status: Status::Unconfirmed, ..somebody(100) });
    let first = whole(&world, "one").await;
    assert_eq!(first.ending, Ending::Finished);
    assert_eq!(done(&first), counts(&[("created", 40), ("not confirmed", 1)]));
    assert_in_step_all(&world, 40);
    assert!(world.new.people().iter().all(|person| person.messages == 0), "nobody is messaged");

    let process = Arc::new(Process::healthy());
    let again = backfill(&world, &process, "two", &Asked::default()).await.expect("the backfill ends");
    assert_eq!(done(&again), counts(&[("in step", 40), ("not confirmed", 1)]));
    let calls: BTreeSet<_> = process.calls().into_iter().collect();
    let reads = ["AdminGetUser", "AdminListGroupsForUser", "AdminCreateUser", "AdminAddUserToGroup"];
    assert!(reads.iter().all(|read| !calls.contains(read)), "digests are enough: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_becomes_an_active_user_of_the_old_pool() {
    let world = populated(6);
    let process = Arc::new(Process::healthy());
    backfill(&world, &process, "one", &Asked::default()).await.expect("the backfill ends");
    // AdminGetUser makes one (F§0.4). The new pool is not read either: who was just made is known.
    assert!(!process.calls().contains(&"AdminGetUser"), "{:?}", process.calls());
}

#[tokio::test(start_paused = true)]
async fn a_backfill_that_is_stopped_goes_on_where_it_was() {
    let world = populated(60);
    let process = Arc::new(Process::healthy());
    let mut made = 0;
    for part in 0..3 {
        let asked = Asked { limit: Some(15), ..Asked::default() };
        let report =
            backfill(&world, &process, &format!("part-{part}"), &asked).await.expect("it stops in order");
        assert_eq!((report.ending, report.run.state), (Ending::AtLimit, RunState::Stopped));
        assert_eq!(report.run.id, run_id("part-0"), "the same run goes on");
        made += 15;
        assert_eq!(world.new.people().len(), made);
    }
    let last = whole(&world, "last").await;
    assert_eq!(last.run.id, run_id("part-0"));
    assert_eq!(done(&last), counts(&[("created", 60)]), "who was met again is not counted again");
    assert_in_step_all(&world, 60);
}

#[tokio::test(start_paused = true)]
async fn two_backfills_at_a_time_make_nobody_twice() {
    let world = populated(30);
    let (one, other) = (Arc::new(Process::healthy()), Arc::new(Process::healthy()));
    let asked = Asked::default();
    let (one, other) =
        tokio::join!(backfill(&world, &one, "one", &asked), backfill(&world, &other, "two", &asked));
    let made = |report: &Report| report.run.tally.done.get("created").copied().unwrap_or_default();
    let (one, other) = (one.expect("it ends"), other.expect("it ends"));
    assert_eq!((one.run.tally.all(), other.run.tally.all()), (30, 30));
    assert!(made(&one) + made(&other) >= 30);
    assert_in_step_all(&world, 30);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_until_it_is_taken_back_and_outlives_a_restart() {
    let world = populated(5);
    let said =
        |paused| Control { paused, percent: None, version: now(world.links.control()).unwrap().version };
    now(world.links.set_control(&said(true))).unwrap();
    let asked = Asked { after: Some(Duration::from_mins(10)), ..Asked::default() };
    let process = Arc::new(Process::healthy());
    let report = backfill(&world, &process, "one", &asked).await.expect("it stops in order");
    assert_eq!((report.ending, world.new.people().len()), (Ending::Stopped, 0));
    now(world.links.set_control(&said(false))).unwrap();
    assert_eq!(whole(&world, "two").await.run.id, run_id("one"));
    assert_in_step_all(&world, 5);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_was_captured_meanwhile_wins() {
    let world = populated(3);
    // The list is late with what was changed since.
    let stale = world.old.people();
    let changed = Sub::parse("sub-0001").unwrap();
    world.old.edit(&changed, |person| {
        person.attributes.insert(attribute("name"), Value::new("Changed"));
    });
    sign_in(&world, "sub-0001");
    let engine = engine(&world, &Arc::new(Process::healthy()));
    let groups = memberships(engine.ports().old(), &Looker::default()).await.unwrap();
    let before = link(&world, "sub-0001");
    for old in stale {
        let mut told = old.clone();
        told.groups = groups.of(&old.sub);
        let listed = twinpool_core::snapshot::Snapshot {
            sub: told.sub,
            username: told.username,
            status: told.status,
            enabled: told.enabled,
            attributes: told.attributes,
            groups: told.groups,
            identities: told.identities,
            mfa: told.mfa,
            factors: told.factors,
            created_at: NOW,
            modified_at: NOW,
        };
        // The page was read before there was a link.
        engine.carry_over(&listed, &run_id("one")).await.expect("it is carried over");
    }
    assert_eq!(link(&world, "sub-0001").linked().unwrap().new_sub, before.linked().unwrap().new_sub);
    assert_in_step_all(&world, 3);
}

#[tokio::test(start_paused = true)]
async fn who_is_deleted_while_the_page_waits_is_not_made() {
    let world = populated(2);
    let late = Sub::parse("sub-0001").unwrap();
    let engine = engine(&world, &Arc::new(Process::healthy()));
    let listed = {
        use twinpool_core::listing::PoolList as _;
        now(engine.ports().old().users(None)).unwrap().items
    };
    world.old.remove(&late);
    for user in &listed {
        engine.carry_over(user, &run_id("one")).await.expect("it is carried over");
    }
    assert_eq!((listed.len(), world.new.people().len()), (2, 1));
    assert!(world.links.all().iter().all(|link| link.old_sub != OldSub::from(late.clone())));
}

#[tokio::test(start_paused = true)]
async fn only_and_exclude_select() {
    let world = populated(12);
    let selection = Selection {
        only: vec!["group=staff".parse().unwrap()],
        exclude: vec!["disabled".parse().unwrap(), "group=beta".parse().unwrap()],
    };
    let process = Arc::new(Process::healthy());
    let asked = Asked { selection, ..Asked::default() };
    backfill(&world, &process, "one", &asked).await.expect("it ends");
    let wanted = (0..12).map(somebody).filter(|person| {
        person.enabled && person.groups.contains(&group("staff")) && !person.groups.contains(&group("beta"))
    });
    let made: BTreeSet<_> = world.links.all().into_iter().map(|link| link.old_sub.to_string()).collect();
    assert_eq!(made, wanted.map(|person| person.sub.to_string()).collect());
    assert!(!made.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_away_for_a_while_costs_time_only() {
    let world = populated(10);
    let process = Arc::new(Process::healthy());
    for operation in
        ["ListUsers", "BatchGetItem", "AdminCreateUser", "AdminSetUserPassword", "AdminAddUserToGroup"]
    {
        for _ in 0..3 {
            process.fail_next(operation, Class::Unavailable);
        }
    }
    let report = backfill(&world, &process, "one", &Asked::default()).await.expect("it ends");
    assert_eq!(report.run.tally.failed, BTreeMap::new());
    assert_in_step_all(&world, 10);
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_stops_the_run_and_says_on_whom() {
    let world = populated(10);
    let process = Arc::new(Process::healthy());
    process.fail_all("AdminCreateUser", Class::Denied);
    let broken = backfill(&world, &process, "one", &Asked::default()).await.expect_err("it cannot go on");
    assert!(matches!(broken, Broken::User(..)), "{broken:?}");
    // With the permission it goes on, and nobody is left out.
    assert_eq!(whole(&world, "two").await.run.id, run_id("one"));
    assert_in_step_all(&world, 10);
}

#[tokio::test(start_paused = true)]
async fn one_who_cannot_be_carried_over_keeps_nobody_else_back() {
    let world = populated(5);
    let process = Arc::new(Process::healthy());
    process.fail_next("AdminSetUserPassword", Class::Rejected);
    let asked = Asked::default();
    let report = backfill(&world, &process, "one", &asked).await.expect("it ends");
    let failed = asked.looker.failed.lock().expect("nobody panicked").clone();
    assert!(report.run.tally.all() == 5 && failed.len() <= 1, "{report:?} {failed:?}");
    whole(&world, "two").await;
    assert_in_step_all(&world, 5);
}

#[tokio::test(start_paused = true)]
async fn a_backfill_killed_at_any_call_is_finished_by_the_next() {
    use twinpool_testkit::Moment;
    for call in (0..160).step_by(3) {
        let world = populated(7);
        let moment = if call % 2 == 0 { Moment::Before } else { Moment::After };
        let dying = Arc::new(Process::dying_at(call, moment));
        // Started by a process that dies: the engine itself starts on the stand-ins without calls.
        let died =
            tokio::time::timeout(Duration::from_mins(30), backfill(&world, &dying, "one", &Asked::default()))
                .await;
        assert!(dying.is_dead() || died.is_ok());
        whole(&world, "two").await;
        assert_in_step_all(&world, 7);
    }
}
