//! What keeps one user from being carried over, and what keeps everybody.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::port::{Class, PortError};
use twinpool_core::run::{Run, RunKind, RunState};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::trouble::code;
use twinpool_core::value::Value;
use twinpool_engine::{
    Backfill, Broken, Budget, Ending, Governor, Keeper, LaneState, Listener, Ports as _, Report, Selection,
    Source, SourceError, Stretch, SyncError, Walk, Watcher, memberships,
};
use twinpool_testkit::world::{attribute, event_of};
use twinpool_testkit::{Moment, Process, World};

use crate::backfills::{Asked, populated, run_id, whole};
use crate::support::{NOW, SIGN_IN, assert_in_step_all, engine};

struct Looker;

impl Listener for Looker {
    fn waits(&self, _error: &PortError, _after: Duration) {}
    fn begins_anew(&self) {}
}

impl Watcher for Looker {
    fn progress(&self, _run: &Run, _lanes: &[LaneState]) {}
    fn failed(&self, _user: &Sub, _problem: &SyncError) {}
}

/// One user every so often.
struct Slow(Vec<Snapshot>);

impl Source for Slow {
    async fn next(&mut self) -> Result<Option<Stretch>, SourceError> {
        tokio::time::sleep(Duration::from_secs(20)).await;
        let stretch =
            |user| Stretch { users: vec![user], unreadable: 0, next: None, is_new_beginning: false };
        Ok(self.0.pop().map(stretch))
    }
}

async fn backfill(world: &World, process: &Arc<Process>) -> Result<Report, Broken> {
    let engine = engine(world, process);
    let old = engine.ports().old();
    let groups = memberships(old, &Looker).await?;
    let (mut users, mut walk) = (Vec::new(), Walk::new(old, None, &Looker));
    while let Some(stretch) = walk.next().await? {
        users.extend(stretch.users);
    }
    for user in &mut users {
        user.groups = groups.of(&user.sub);
    }
    // Who is in a group comes first.
    users.sort_by_key(|user| user.groups.len());
    let governor = Arc::new(Governor::new(Budget { percent: 100, processes: NonZeroU32::MIN }));
    let fresh = Run::new(run_id("one"), RunKind::Backfill, Selection::default().to_string(), NOW);
    let keeper = Keeper::begin(engine.ports().links(), governor, 100, fresh, false, NOW).await?;
    engine.prepare_groups(groups.names(), &keeper.run.id, &Looker).await?;
    let work = Backfill { engine: &engine, watcher: &Looker, selection: Selection::default(), limit: None };
    work.run(Slow(users), keeper, std::future::pending()).await
}

fn one_in_a_group() -> World {
    let world = populated(40);
    for person in world.old.people().iter().skip(1) {
        world.old.edit(&person.sub, |person| person.groups.clear());
    }
    world
}

#[tokio::test(start_paused = true)]
async fn one_user_for_whom_a_call_never_goes_well_does_not_stop_the_others() {
    let world = one_in_a_group();
    let process = Arc::new(Process::healthy());
    // As where a trigger of the new pool refuses somebody.
    process.fail_all("AdminAddUserToGroup", Class::Unavailable);
    let report = backfill(&world, &process).await.expect("it ends");
    assert_eq!((report.ending, report.run.state), (Ending::Finished, RunState::Finished));
    let tally = &report.run.tally;
    assert_eq!((tally.done.get("created"), tally.failed.values().sum::<u64>()), (Some(&39), 1));
    whole(&world, "two").await;
    assert_in_step_all(&world, 40);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_stays_away_stops_the_run_and_nobody_is_passed_over() {
    let world = one_in_a_group();
    let process = Arc::new(Process::healthy());
    process.fail_all("AdminCreateUser", Class::Unavailable);
    let broken = backfill(&world, &process).await.expect_err("it cannot go on");
    assert!(matches!(broken, Broken::User(..)), "{broken:?}");
    let later = Timestamp(NOW.0 + 120_000);
    let run = crate::support::run(twinpool_core::run::RunStore::run(&world.links, &run_id("one")));
    let run = run.expect("it is read").expect("it is there");
    assert!(run.place.is_none() && run.tally.failed.is_empty() && !run.is_alive(later), "{run:?}");
}

#[tokio::test(start_paused = true)]
async fn what_kept_somebody_is_counted_in_the_words_that_stand_in_the_dlq() {
    let world = World::username_to_email().with_jane();
    let dies_at_the_intent = Arc::new(Process::dying_at(3, Moment::After));
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    drop(crate::support::run(engine(&world, &dies_at_the_intent).sync_user(&event, 1)));
    world.old.edit(&Sub::parse("jane-sub").expect("a sub"), |jane| {
        jane.attributes.insert(attribute("email"), Value::new("jane.doe@example.com"));
    });
    let report = whole(&world, "one").await;
    assert_eq!(report.run.tally.failed, [(code::BEING_MADE.to_owned(), 1)].into());
}

#[tokio::test(start_paused = true)]
async fn who_was_being_carried_over_when_the_run_broke_off_is_not_passed_over() {
    let world = populated(30);
    let process = Arc::new(Process::healthy());
    process.fail_next("AdminCreateUser", Class::Denied);
    let broken = crate::backfills::backfill(&world, &process, "one", &Asked::default()).await;
    let Err(Broken::User(sub, _)) = broken else {
        panic!("{broken:?}");
    };
    // The others of the page are there, and so is most of the list.
    let made = world.new.people().len();
    assert!((3..30).contains(&made), "{made}");
    let rest = whole(&world, "two").await;
    assert_eq!(rest.run.id, run_id("one"), "the same run goes on");
    assert!(world.links.all().iter().any(|link| link.sub() == sub && link.linked().is_some()));
    assert_in_step_all(&world, 30);
}
