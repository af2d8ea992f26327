//! How much is kept, and how long.

use std::time::Duration;

use twinpool_resolver::Limits;

use crate::table::{HOUR, LIMITS, Table, id, new, old, resolver};

const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_user_id_is_asked_for_again_when_its_time_is_over() {
    let table = Table::default();
    table.put(&new(1), &id(1));
    let (resolver, clock) = resolver(&table, LIMITS);
    assert_eq!(resolver.resolve(&new(1)).await, Ok(Some(id(1))));
    table.put(&new(1), &id(2));
    clock.forward(HOUR - MILLISECOND);
    assert_eq!(resolver.resolve(&new(1)).await, Ok(Some(id(1))));
    clock.forward(MILLISECOND);
    assert_eq!(resolver.resolve(&new(1)).await, Ok(Some(id(2))), "handed over in the meantime");
}

#[tokio::test]
async fn nobody_is_taken_for_unknown_longer_than_said_for_the_pool() {
    for (account, unknown_for) in [(new(1), LIMITS.unknown_for), (old(1), LIMITS.unknown_old_for)] {
        let table = Table::default();
        let (resolver, clock) = resolver(&table, LIMITS);
        assert_eq!(resolver.resolve(&account).await, Ok(None));
        table.put(&account, &id(1));
        clock.forward(unknown_for - MILLISECOND);
        assert_eq!(resolver.resolve(&account).await, Ok(None));
        clock.forward(MILLISECOND);
        assert_eq!(resolver.resolve(&account).await, Ok(Some(id(1))));
    }
}

#[tokio::test]
async fn who_is_told_to_come_again_in_a_second_is_not_told_the_same_from_the_cache() {
    assert!(Limits::default().unknown_for < Duration::from_secs(1));
}

#[tokio::test]
async fn time_counts_from_the_question_and_not_from_the_answer() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    let (resolver, clock) = resolver(&table, LIMITS);
    tokio::time::pause();
    table.takes(Duration::from_secs(60));
    let wanted = old(1);
    let (answer, ()) = tokio::join!(resolver.resolve(&wanted), async {
        clock.forward(Duration::from_secs(60));
    });
    assert_eq!(answer, Ok(Some(id(1))));
    table.put(&old(1), &id(2));
    clock.forward(HOUR - Duration::from_secs(60));
    assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(2))));
}

#[tokio::test]
async fn a_clock_that_is_put_back_keeps_nothing_alive() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    let (resolver, clock) = resolver(&table, LIMITS);
    resolver.resolve(&old(1)).await.unwrap();
    table.put(&old(1), &id(2));
    clock.back(HOUR * 1000);
    assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(2))));
}

#[tokio::test]
async fn the_cache_never_holds_more_than_its_limit_and_15_entries() {
    for entries in [0, 1, 31, 100, 1000, 5000] {
        let table = Table::default();
        let (resolver, _) = resolver(&table, Limits { entries, ..LIMITS });
        for from in (0..8_000).step_by(500) {
            let accounts: Vec<_> = (from..from + 500).map(new).collect();
            resolver.resolve_many(&accounts).await.unwrap();
            assert!(resolver.kept() <= entries + 15, "{} of {entries}", resolver.kept());
        }
        assert!(resolver.kept() >= entries * 9 / 10, "{} of {entries}", resolver.kept());
    }
}

#[tokio::test]
async fn without_a_cache_every_answer_is_still_right() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    let (resolver, _) = resolver(&table, Limits { entries: 0, ..LIMITS });
    for _ in 0..3 {
        assert_eq!(resolver.resolve_many(&[old(1), old(2)]).await, Ok(vec![Some(id(1)), None]));
    }
    assert_eq!(resolver.counts().reads, 3);
}
