//! Many who want the same at the same time. Time is paused: a read takes a second of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;
use twinpool_core::account::Account;
use twinpool_core::id::UserId;
use twinpool_core::port::{Answer, Class};
use twinpool_resolver::Resolver;

use crate::table::{HOUR, Hand, LATENCY, LIMITS, Table, id, new, old, resolver};

type Shared = Arc<Resolver<Table, Hand>>;

/// A second is what one read takes; nobody waits longer than for a few.
const LONG: Duration = Duration::from_secs(60);

fn shared(table: &Table) -> (Shared, Hand) {
    let (resolver, clock) = resolver(table, LIMITS);
    (Arc::new(resolver), clock)
}

/// So many at once.
fn crowd(resolver: &Shared, account: &Account, count: usize) -> JoinSet<Answer<Option<UserId>>> {
    let mut crowd = JoinSet::new();
    for _ in 0..count {
        let (resolver, account) = (Arc::clone(resolver), account.clone());
        crowd.spawn(async move { resolver.resolve(&account).await });
    }
    crowd
}

async fn all(crowd: JoinSet<Answer<Option<UserId>>>) -> Vec<Answer<Option<UserId>>> {
    timeout(LONG, crowd.join_all()).await.expect("nobody waits for ever")
}

#[tokio::test(start_paused = true)]
async fn many_who_want_one_account_cost_one_read() {
    let table = Table::slow();
    table.put(&new(1), &id(1));
    let (resolver, clock) = shared(&table);
    for round in 1..=2 {
        let answers = all(crowd(&resolver, &new(1), 100)).await;
        assert_eq!(answers, vec![Ok(Some(id(1))); 100]);
        assert_eq!(table.calls().len(), round, "and one again when the time is over");
        clock.forward(HOUR);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_read_is_told_to_all_who_waited_and_the_next_reads_again() {
    let table = Table::slow();
    table.put(&new(1), &id(1));
    table.breaks(Class::Throttled);
    let (resolver, _) = shared(&table);
    let answers = all(crowd(&resolver, &new(1), 100)).await;
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap_err().class == Class::Throttled));
    assert_eq!((table.calls().len(), resolver.counts().errors), (1, 1));
    table.mends();
    assert_eq!(resolver.resolve(&new(1)).await, Ok(Some(id(1))));
}

#[tokio::test(start_paused = true)]
async fn all_who_waited_for_a_failed_refresh_get_the_user_id_of_before() {
    let table = Table::slow();
    table.put(&new(1), &id(1));
    let (resolver, clock) = shared(&table);
    resolver.resolve(&new(1)).await.unwrap();
    clock.forward(HOUR);
    table.breaks(Class::Unavailable);
    assert_eq!(all(crowd(&resolver, &new(1), 100)).await, vec![Ok(Some(id(1))); 100]);
    assert_eq!((table.calls().len(), resolver.counts().stale), (2, 100));
}

#[tokio::test(start_paused = true)]
async fn who_is_cancelled_while_reading_leaves_nobody_waiting() {
    let table = Table::slow();
    table.put(&new(1), &id(1));
    let (resolver, _) = shared(&table);
    let wanted = new(1);
    let first = timeout(LATENCY / 2, resolver.resolve(&wanted));
    let others = async {
        // The first has begun to read when these come.
        tokio::task::yield_now().await;
        all(crowd(&resolver, &new(1), 100)).await
    };
    let (first, others) = tokio::join!(first, others);
    assert!(first.is_err(), "it was dropped in the middle of its read");
    assert_eq!(others, vec![Ok(Some(id(1))); 100]);
    assert_eq!(table.calls().len(), 2, "one of the others read, and only one");
}

#[tokio::test(start_paused = true)]
async fn who_is_cancelled_while_waiting_disturbs_nobody() {
    let table = Table::slow();
    table.put(&new(1), &id(1));
    let (resolver, _) = shared(&table);
    let wanted = new(1);
    let second = timeout(LATENCY / 2, resolver.resolve(&wanted));
    let (first, second) = tokio::join!(resolver.resolve(&wanted), second);
    assert!(second.is_err());
    assert_eq!((first, table.calls().len()), (Ok(Some(id(1))), 1));
}

#[tokio::test(start_paused = true)]
async fn a_batch_waits_for_what_is_being_read_and_reads_the_rest_in_one_call() {
    let table = Table::slow();
    for number in 1..=4 {
        table.put(&old(number), &id(number));
    }
    let (resolver, _) = shared(&table);
    let batch = [old(1), old(2), old(3), old(4)];
    let (two, all) = tokio::join!(resolver.resolve(&batch[1]), resolver.resolve_many(&batch));
    assert_eq!(two, Ok(Some(id(2))));
    assert_eq!(all, Ok((1..=4).map(|number| Some(id(number))).collect()));
    let mut rest = table.calls()[1].clone();
    rest.sort();
    let mut expected = [old(1), old(3), old(4)];
    expected.sort();
    assert_eq!((table.calls().len(), rest), (2, expected.to_vec()));
}

#[tokio::test(start_paused = true)]
async fn batches_that_want_each_other_s_accounts_do_not_wait_for_ever() {
    let table = Table::slow();
    let (resolver, _) = shared(&table);
    let [one, two, three] = [[old(1), old(2)], [old(2), old(3)], [old(3), old(1)]];
    let together = async {
        tokio::join!(resolver.resolve_many(&one), resolver.resolve_many(&two), resolver.resolve_many(&three))
    };
    let answers = timeout(LONG, together).await.expect("nobody waits for ever");
    assert_eq!(answers, (Ok(vec![None; 2]), Ok(vec![None; 2]), Ok(vec![None; 2])));
    assert_eq!(table.calls().concat().len(), 3, "each account once");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_reads_that_are_over() {
    let table = Table::slow();
    let (resolver, _) = shared(&table);
    let cancelled = timeout(LATENCY / 2, resolver.resolve(&old(1))).await;
    assert!(cancelled.is_err());
    table.breaks(Class::Unavailable);
    resolver.resolve(&old(2)).await.unwrap_err();
    table.mends();
    resolver.resolve(&old(3)).await.unwrap();
    assert!(format!("{resolver:?}").contains("flights: Flights { accounts: 0 }"), "{resolver:?}");
}
