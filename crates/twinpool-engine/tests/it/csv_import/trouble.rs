//! Imports that are interrupted, refused, or overtaken.

use std::sync::Arc;

use twinpool_core::id::Sub;
use twinpool_core::import_job::{ImportJobs as _, JobState, Rejection, Verdict};
use twinpool_core::port::Class;
use twinpool_core::value::Value;
use twinpool_engine::{CsvImportError, Limits};
use twinpool_testkit::world::{OLD_POOL, attribute, email_pool, person, username_pool};
use twinpool_testkit::{Moment, Process, World};

use super::{Bench, Watching, expected, world};
use crate::support::{asked, deliver, sign_in};

#[tokio::test(start_paused = true)]
async fn rows_that_made_nobody_are_told_by_whose_they_are_and_why() {
    let bench = Bench::of(world(3));
    bench.world.new.put(person(
        "stranger",
        "stranger",
        &[("email", "p1@example.com"), ("email_verified", "true")],
    ));
    let (report, _) = bench.imported().await;
    let expected_line = [Rejection { line: 3, verdict: Verdict::Exists }];
    assert_eq!(
        (report.jobs[0].job.skipped, report.jobs[0].rejections.as_slice()),
        (1, expected_line.as_slice())
    );
    let named: Vec<_> = report.refused.iter().map(|(sub, why)| (sub.as_str(), *why)).collect();
    assert_eq!(named, [("old-1", Verdict::Exists)]);
    assert_eq!(bench.pairs(), expected([0, 2]));

    let bench = Bench::of(world(3));
    bench.world.new.put(person(
        "stranger",
        "stranger",
        &[("email", "p1@example.com"), ("email_verified", "true")],
    ));
    bench.jobs.close_log();
    let (report, _) = bench.imported().await;
    assert!(report.jobs[0].unread_log.is_some() && report.refused.is_empty());
    assert_eq!(bench.pairs(), expected([0, 2]));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_gives_up_half_way_loses_nobody_whom_it_made() {
    let bench = Bench::of(world(9));
    for number in [2, 3] {
        let address = format!("p{number}@example.com");
        let sub = format!("stranger-{number}");
        bench.world.new.put(person(&sub, &sub, &[("email", &address), ("email_verified", "true")]));
    }
    bench.jobs.give_up_after(2);
    let (report, _) = bench.imported().await;
    assert_eq!(report.jobs[0].job.state, JobState::Failed);
    assert_eq!(bench.pairs(), expected(0..2));
    // The second time, who is there and was not made is in the way again; the others are not.
    let (report, _) = bench.imported().await;
    assert_eq!(report.known, 2);
}

#[tokio::test(start_paused = true)]
async fn after_a_job_that_did_not_get_through_no_other_is_begun() {
    let bench = Bench::of(world(9));
    bench.jobs.fail_rows_with("p1@example.com");
    bench.jobs.give_up_after(1);
    let limits = Limits { rows: 3, ..Limits::default() };
    let process = Arc::new(Process::healthy());
    let (report, settled) = bench.import(&process, limits, &Watching::default()).await.unwrap();
    assert_eq!((report.jobs.len(), report.sent, settled.paired), (1, 3, 1));
    assert!(!report.is_whole());
    bench.jobs.give_up_after(usize::MAX);
    let (report, _) = bench.import(&process, limits, &Watching::default()).await.unwrap();
    assert!(report.is_whole() && report.jobs.len() == 3);
    assert_eq!(bench.pairs(), expected((0..9).filter(|number| *number != 1)));
}

#[tokio::test(start_paused = true)]
async fn what_became_of_an_earlier_job_that_was_waited_for_does_not_stop_this_import() {
    let bench = Bench::of(world(4));
    let earlier = bench.jobs.create_job("twinpool-20261120-9-1").await.unwrap();
    bench.jobs.upload(&earlier.upload_to, b"no header\n".to_vec()).await.unwrap();
    bench.jobs.start_job(&earlier.id).await.unwrap();
    let (report, _) = bench.imported().await;
    let states: Vec<_> = report.jobs.iter().map(|one| one.job.state).collect();
    assert_eq!((states, report.is_whole()), (vec![JobState::Failed, JobState::Succeeded], true));
    assert_eq!(bench.pairs(), expected(0..4));
}

#[tokio::test(start_paused = true)]
async fn an_import_that_dies_at_any_call_is_finished_by_the_next_and_makes_nobody_twice() {
    let alive = Arc::new(Process::healthy());
    Bench::of(world(4))
        .import(&alive, Limits { rows: 3, ..Limits::default() }, &Watching::default())
        .await
        .unwrap();
    let calls = alive.calls().len();
    assert!(calls > 20);
    for (call, moment) in (0..calls).flat_map(|call| [(call, Moment::Before), (call, Moment::After)]) {
        let bench = Bench::of(world(4));
        let limits = Limits { rows: 3, ..Limits::default() };
        let dying = Arc::new(Process::dying_at(call, moment));
        // What it says is of no matter: it is dead.
        drop(bench.import(&dying, limits, &Watching::default()).await);
        let (_, settled) =
            bench.import(&Arc::new(Process::healthy()), limits, &Watching::default()).await.unwrap();
        assert!(settled.failed.is_empty() && settled.doubles.is_empty(), "{call} {moment:?} {settled:?}");
        // Who was paired by half is finished by the mirror.
        for number in 0..4 {
            deliver(&bench.world, &asked(&format!("old-{number}")), 1).unwrap();
        }
        assert_eq!(bench.pairs(), expected(0..4), "{call} {moment:?}");
        assert_eq!(bench.world.new.people().len(), 4, "{call} {moment:?}");
        let people = bench.world.new.people();
        assert!(people.iter().all(|user| user.value("birthdate") == Some("1990-12-31")), "{call} {moment:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_of_ours_that_runs_is_waited_for_and_one_of_somebody_else_is_not_touched() {
    for (name, is_ours) in [("twinpool-20261120-9-1", true), ("weekly", false)] {
        let bench = Bench::of(world(4));
        let other = bench.jobs.create_job(name).await.unwrap();
        let columns = bench.jobs.csv_header().await.unwrap();
        let header: Vec<_> = columns.iter().map(|name| name.as_str()).collect();
        bench.jobs.upload(&other.upload_to, (header.join(",") + "\n").into_bytes()).await.unwrap();
        bench.jobs.start_job(&other.id).await.unwrap();
        let watching = Watching::default();
        let result = bench.import(&Arc::new(Process::healthy()), Limits::default(), &watching).await;
        if is_ours {
            let (report, _) = result.unwrap();
            assert_eq!((*watching.found.lock().unwrap(), report.jobs.len()), (1, 2));
            assert_eq!(bench.pairs(), expected(0..4));
        } else {
            assert!(matches!(result, Err(CsvImportError::AnotherJob(id)) if id == other.id));
            assert_eq!(bench.jobs.jobs().await.unwrap().len(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_takes_no_job_is_told_so() {
    let bench = Bench::of(World::new(username_pool(OLD_POOL), email_pool("eu-west-1_New")));
    let process = Arc::new(Process::healthy());
    let import =
        async |bench: &Bench| bench.import(&process, Limits::default(), &Watching::default()).await.map(drop);
    assert!(matches!(import(&bench).await, Err(CsvImportError::NothingVerified)));
    let bench = Bench::of(world(1));
    bench.jobs.run_elsewhere(true);
    assert!(
        matches!(import(&bench).await, Err(CsvImportError::Refused(error)) if error.class == Class::Rejected)
    );
    bench.jobs.run_elsewhere(false);
    import(&bench).await.unwrap();
    assert_eq!(bench.pairs(), expected(0..1));
}

#[tokio::test(start_paused = true)]
async fn who_changes_or_leaves_while_a_job_goes_on_is_followed() {
    let bench = Bench::of(world(4));
    let old = Arc::clone(&bench.world.old);
    let sub = |number: usize| Sub::parse(format!("old-{number}")).unwrap();
    let [moved, gone] = [sub(1), sub(2)];
    let meanwhile = move || {
        old.edit(&moved, |person| {
            person.attributes.insert(attribute("email"), Value::new("moved@example.com"));
        });
        old.remove(&gone);
    };
    let watching = Watching { meanwhile: Some(Box::new(meanwhile)), ..Watching::default() };
    let (_, settled) =
        bench.import(&Arc::new(Process::healthy()), Limits::default(), &watching).await.unwrap();
    assert_eq!((settled.paired, settled.buried, settled.failed.len()), (3, 1, 0));
    let pairs: Vec<_> = bench.pairs().into_iter().map(|(_, address)| address).collect();
    assert_eq!(pairs, ["p0@example.com", "moved@example.com", "p3@example.com"]);
    // As the rules say of the deleted.
    assert!(!bench.world.new.person("p2@example.com").unwrap().enabled);
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_somebody_wrote_meanwhile_stands() {
    let bench = Bench::of(world(2));
    let world = bench.world.clone();
    let meanwhile = move || drop(sign_in(&world, "old-0"));
    let watching = Watching { meanwhile: Some(Box::new(meanwhile)), ..Watching::default() };
    let (_, settled) =
        bench.import(&Arc::new(Process::healthy()), Limits::default(), &watching).await.unwrap();
    assert_eq!((settled.paired, settled.doubles.len(), settled.failed.len()), (1, 0, 0));
    assert_eq!(bench.pairs(), expected(0..2));
    assert_eq!(bench.world.new.people().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_was_imported_and_not_paired_is_paired_by_the_next_and_not_sent_again() {
    let bench = Bench::of(world(3));
    let process = Arc::new(Process::healthy());
    process.fail_all("TransactWriteItems", Class::Unavailable);
    let (report, settled) = bench.import(&process, Limits::default(), &Watching::default()).await.unwrap();
    assert_eq!((report.sent, settled.paired, settled.failed.len()), (3, 0, 3));
    let (report, settled) = bench.imported().await;
    assert_eq!((report.sent, report.jobs.len(), settled.paired), (0, 0, 3));
    assert_eq!(bench.pairs(), expected(0..3));
}
