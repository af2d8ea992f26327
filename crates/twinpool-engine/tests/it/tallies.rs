//! What a batch came to, in numbers.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, advance};
use twinpool_core::change_event::{Cause, ChangeEvent};
use twinpool_core::group::GroupDefinition;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{OldSub, Pool, Timestamp};
use twinpool_core::phase::{Cohorts, Phase, Share, Step};
use twinpool_core::port::{Class, PoolReader as _, PoolWriter as _, by_sub};
use twinpool_core::quota::Category;
use twinpool_engine::{Budget, EventSource, Governed, Governor, Governors, Message, Tally, Write};
use twinpool_testkit::world::{event_of, group, person};
use twinpool_testkit::{Process, World};

use crate::support::{NOW, SIGN_IN, SIGN_UP, audited, engine_at, run};

const LATER: Timestamp = Timestamp(NOW.0 + 4_000);

fn at(when: u64, mut event: ChangeEvent) -> ChangeEvent {
    event.at = Timestamp(when);
    event
}

fn told(world: &World, sub: &str, cause: &str, before: u64) -> ChangeEvent {
    at(LATER.0 - before, event_of(&world.old, sub, cause))
}

fn messages(bodies: &[(&str, String)]) -> Vec<Message> {
    let message = |(n, (group, body)): (usize, &(&str, String))| Message {
        id: n.to_string(),
        group: Some((*group).to_owned()),
        body: body.clone(),
        delivery: 1,
        span: tracing::Span::none(),
    };
    bodies.iter().enumerate().map(message).collect()
}

/// Of events of these users, in groups of their own.
async fn tally(world: &World, process: &Arc<Process>, events: &[(&str, ChangeEvent)]) -> Tally {
    let bodies: Vec<_> = events.iter().map(|(group, event)| (*group, event.to_body())).collect();
    let deadline = Instant::now() + Duration::from_secs(10);
    engine_at(world, process, LATER).process(messages(&bodies), deadline).await.tally
}

fn joe(world: &World) {
    world.old.put(person("joe-sub", "joe", &[("email", "joe@example.com"), ("email_verified", "true")]));
}

#[tokio::test(start_paused = true)]
async fn each_event_that_is_done_counts_with_its_source_and_its_lag() {
    let world = World::username_to_email().with_jane();
    joe(&world);
    let process = Arc::new(Process::healthy());
    let events = [
        ("jane-sub", told(&world, "jane-sub", SIGN_UP, 3_500)),
        ("jane-sub", told(&world, "jane-sub", SIGN_IN, 1_500)),
        ("joe-sub", at(LATER.0 - 3_700, audited("AdminAddUserToGroup", "joe-sub"))),
        // From a machine whose clock is ahead.
        ("joe-sub", at(u64::MAX, told(&world, "joe-sub", SIGN_IN, 0))),
    ];
    let tally = tally(&world, &process, &events).await;
    let sources =
        [(EventSource::PostConfirmation, 1), (EventSource::TokenGeneration, 2), (EventSource::AuditTrail, 1)];
    assert_eq!(tally.done, sources.into());
    assert_eq!((tally.handled(), tally.unchanged), (4, 2), "each second event says nothing new");
    let mut lags: Vec<_> = tally.lags.iter().map(Duration::as_millis).collect();
    lags.sort_unstable();
    assert_eq!(lags, [0, 1_500, 3_500]);
    assert_eq!(
        tally.audit_lags,
        [Duration::from_millis(3_700)],
        "CloudTrail's own minutes are not the mirror's"
    );
    assert_eq!((tally.retried, tally.parked, tally.conflicts), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_goes_back_counts_once_and_is_not_done() {
    let world = World::username_to_email().with_jane();
    joe(&world);
    let process = Arc::new(Process::healthy());
    process.fail_next("AdminGetUser", Class::Unavailable);
    process.fail_next("AdminGetUser", Class::Denied);
    let event = |sub| (sub, told(&world, sub, SIGN_IN, 0));
    // The third waits behind the first.
    let tally = tally(&world, &process, &[event("jane-sub"), event("joe-sub"), event("jane-sub")]).await;
    assert_eq!((tally.handled(), tally.retried, tally.parked), (0, 1, 1));
    let deadline = Instant::now() + Duration::from_secs(10);
    let foreign = messages(&[("g", "{}".to_owned())]);
    let tally = engine_at(&world, &process, LATER).process(foreign, deadline).await.tally;
    assert_eq!((tally.handled(), tally.parked), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_counts_with_its_reason() {
    let world = World::username_to_email().with_jane();
    let stranger = [("email", "jane@example.com"), ("email_verified", "true")];
    world.new.put(person("new-9", "new-9", &stranger));
    let process = Arc::new(Process::healthy());
    let events = [("jane-sub", told(&world, "jane-sub", SIGN_IN, 0))];
    let tally = tally(&world, &process, &events).await;
    assert_eq!((tally.handled(), tally.conflicts), (1, 1));
    assert_eq!(tally.reasons, [(Reason::Taken, 1)].into());
}

#[tokio::test(start_paused = true)]
async fn the_phase_is_in_it() {
    let world = World::username_to_email().with_jane();
    let process = Arc::new(Process::healthy());
    let share = Share::from_hundredths(500).expect("a share");
    let step = Step::Switch { share, cohorts: Cohorts::default() };
    world.links.step(&step, LATER).await;
    let tally = tally(&world, &process, &[("jane-sub", told(&world, "jane-sub", SIGN_IN, 0))]).await;
    let standing = tally.standing.expect("it was read");
    assert_eq!((standing.phase, standing.share), (Phase::Canary, share));
}

#[test]
fn every_source_of_a_change_has_a_word_of_its_own_and_unknown_ones_share_one() {
    let words = |causes: &[&str]| -> Vec<_> {
        causes.iter().map(|cause| EventSource::of(&Cause::from((*cause).to_owned())).word()).collect()
    };
    let causes =
        ["TokenGeneration_RefreshTokens", "CustomMessage_ForgotPassword", "PostConfirmation_ConfirmSignUp"];
    assert_eq!(words(&causes), ["TokenGeneration", "CustomMessage", "PostConfirmation"]);
    let causes = ["CloudTrail_AdminDisableUser", "Operator_Sync", "Run_r1", "Sweep_NoLink", "NewPool_Token"];
    assert_eq!(words(&causes), ["AuditTrail", "Operator", "Walk", "Walk", "NewPool"]);
    // A name that Cognito makes up tomorrow makes no metric of its own.
    assert_eq!(words(&["PostMoon_Rise", "PreMoon_Set"]), ["OtherTrigger", "OtherTrigger"]);
}

fn governor() -> Arc<Governor> {
    Arc::new(Governor::new(Budget { percent: 50, processes: NonZeroU32::MIN }))
}

#[tokio::test(start_paused = true)]
async fn calls_are_counted_once_by_kind_and_category_and_refusals_are_no_writes() {
    let world = World::username_to_email().with_jane();
    let process = Arc::new(Process::healthy());
    let (old, new) = (governor(), governor());
    let governors = Governors::of_each(Arc::clone(&old), Arc::clone(&new));
    let pool = Governed::new(world.old.called_by(&process), old);
    let (jane, staff) = (OldSub::parse("jane-sub").expect("a sub"), group("staff"));
    world.old.put_group(GroupDefinition { name: staff.clone(), description: None, precedence: None });
    pool.user(&by_sub(&jane)).await.expect("jane");
    pool.add_to_group(&jane, &staff).await.expect("joins");
    pool.remove_from_group(&jane, &staff).await.expect("leaves");
    process.fail_next("AdminAddUserToGroup", Class::Throttled);
    pool.add_to_group(&jane, &staff).await.expect_err("too many");
    let spent = governors.spent();
    assert_eq!(spent.writes, [(Write::AddToGroup, 1), (Write::RemoveFromGroup, 1)].into());
    let categories: Vec<_> =
        spent.categories.iter().map(|(category, of)| (*category, of.throttled)).collect();
    assert_eq!(categories, [(Category::UserRead, 0), (Category::UserUpdate, 1)]);
    let spent = governors.spent();
    assert_eq!((spent.writes.len(), spent.categories.len()), (0, 0), "nothing since");
    assert!(governors.of(Pool::New).state().iter().all(|lane| lane.admitted == 0));
}

/// In percent, of the calls of `seconds`, at as many a second as the budget has.
async fn used_after(seconds: u64, then: Duration) -> f64 {
    let governor = governor();
    let until = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < until {
        governor.admit(Category::UserList).await;
    }
    advance(then).await;
    let spent = Governors::from(governor).spent();
    spent.categories[&Category::UserList].used
}

#[tokio::test(start_paused = true)]
async fn the_use_of_the_budget_is_that_of_the_last_minute() {
    let is_about = |percent: f64, expected: f64| (percent - expected).abs() < 5.0;
    for (seconds, then, expected) in [(30, 0, 50.0), (60, 0, 100.0), (150, 0, 100.0), (150, 90, 0.0)] {
        let used = used_after(seconds, Duration::from_secs(then)).await;
        assert!(is_about(used, expected), "{seconds} s, {then} s later: {used}");
    }
    assert!(run(async { Governors::from(governor()).spent() }).categories.is_empty());
}
