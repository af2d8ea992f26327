//! What is answered, what it costs, and what happens when the table cannot be read.

use std::time::Duration;

use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::UserId;
use twinpool_core::port::{Answer, Class};
use twinpool_resolver::{Counts, Limits, Resolver};

use crate::table::{HOUR, Hand, LIMITS, REST, Table, id, new, old, resolver};

#[tokio::test]
async fn an_account_costs_one_read_and_then_none() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    table.put(&new(1), &id(1));
    let (resolver, _) = resolver(&table, LIMITS);
    for _ in 0..3 {
        assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(1))));
        assert_eq!(resolver.resolve(&new(1)).await, Ok(Some(id(1))));
        assert_eq!(resolver.resolve(&new(2)).await, Ok(None));
    }
    let counts = Counts { hits: 4, unknown_hits: 2, misses: 3, reads: 3, ..Counts::default() };
    assert_eq!(resolver.counts(), counts);
    assert_eq!(table.calls(), [[old(1)], [new(1)], [new(2)]]);
}

#[tokio::test]
async fn the_same_sub_in_the_other_pool_is_another_account() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    let (resolver, _) = resolver(&table, LIMITS);
    let same_sub = Account { pool: twinpool_core::id::Pool::New, ..old(1) };
    assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(1))));
    assert_eq!(resolver.resolve(&same_sub).await, Ok(None));
}

#[tokio::test]
async fn ids_that_are_no_uuids_are_kept_letter_by_letter() {
    let table = Table::default();
    let named = |sub: &str| Account { sub: twinpool_core::id::Sub::parse(sub).unwrap(), ..old(1) };
    let subs = ["a", "A", "9441F38C-d64d-45d1-8401-ec94ab328c6d", "9441f38c-d64d-45d1-8401-ec94ab328c6d"];
    for sub in subs {
        table.put(&named(sub), &UserId::parse(format!("id-of-{sub}")).unwrap());
    }
    let (resolver, _) = resolver(&table, LIMITS);
    for _ in 0..2 {
        for sub in subs {
            let id = resolver.resolve(&named(sub)).await.unwrap().unwrap();
            assert_eq!(id.as_str(), format!("id-of-{sub}"));
        }
    }
    assert_eq!(resolver.counts().hits, 4);
}

#[tokio::test]
async fn many_accounts_cost_one_call_for_all_that_is_not_known() {
    let table = Table::default();
    for number in 0..250 {
        table.put(&old(number), &id(number));
    }
    let (resolver, _) = resolver(&table, LIMITS);
    resolver.resolve(&old(7)).await.unwrap();
    let asked: Vec<_> = (0..300).rev().chain(0..300).map(old).collect();
    let expected: Vec<_> = (0..300).rev().chain(0..300).map(|n| (n < 250).then(|| id(n))).collect();
    assert_eq!(resolver.resolve_many(&asked).await, Ok(expected));
    let calls = table.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].len(), 299, "each once, and the one that was known not at all");
    assert_eq!(resolver.resolve_many(&[]).await, Ok(vec![]));
    assert_eq!(table.calls().len(), 2, "nobody costs nothing");
}

#[tokio::test]
async fn a_failed_read_is_told_with_its_class_and_not_kept() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    let (resolver, _) = resolver(&table, LIMITS);
    for class in [Class::Unavailable, Class::Throttled, Class::Denied, Class::Unreadable] {
        table.breaks(class);
        assert_eq!(resolver.resolve(&old(1)).await.unwrap_err().class, class);
        assert_eq!(resolver.resolve_many(&[old(1), old(2)]).await.unwrap_err().class, class);
        assert_eq!(resolver.links_of(&id(1)).await.unwrap_err().class, class);
    }
    table.mends();
    assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(1))));
    assert_eq!(resolver.counts().errors, 12);
}

#[tokio::test]
async fn while_the_table_cannot_be_read_a_user_id_of_before_is_given_and_counted() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    let (resolver, clock) = resolver(&table, LIMITS);
    resolver.resolve_many(&[old(1), new(2)]).await.unwrap();
    clock.forward(HOUR);
    for class in [Class::Unavailable, Class::Throttled, Class::Denied] {
        table.breaks(class);
        clock.forward(REST);
        assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(1))));
        assert_eq!(resolver.resolve_many(&[old(1)]).await, Ok(vec![Some(id(1))]));
        assert_eq!(resolver.resolve(&new(2)).await.unwrap_err().class, class, "nobody is no user id");
        assert_eq!(resolver.resolve_many(&[old(1), new(2)]).await.unwrap_err().class, class);
    }
    assert_eq!((resolver.counts().stale, resolver.counts().errors), (9, 9));
    table.mends();
    table.put(&old(1), &id(5));
    clock.forward(REST);
    assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(5))), "the table counts soon after it is back");
}

#[tokio::test]
async fn after_a_read_that_failed_nobody_waits_for_the_table_who_has_a_user_id_of_before() {
    let table = Table::default();
    (1..=3).for_each(|number| table.put(&new(number), &id(number)));
    let (resolver, clock) = resolver(&table, LIMITS);
    resolver.resolve_many(&[new(1), new(2), new(3)]).await.unwrap();
    clock.forward(HOUR);
    table.breaks(Class::Unavailable);
    for number in [1, 2, 3, 1] {
        assert_eq!(resolver.resolve(&new(number)).await, Ok(Some(id(number))));
    }
    assert_eq!(table.calls()[1..], [[new(1)]], "one waited, for all");
    assert_eq!((resolver.counts().misses, resolver.counts().stale), (7, 4));
    // Some seconds later one waits again.
    clock.forward(REST);
    assert_eq!(resolver.resolve_many(&[new(2), new(3)]).await, Ok(vec![Some(id(2)), Some(id(3))]));
    assert_eq!(table.calls().len(), 3);
    // Whoever has none always asks; the table that answers it is back.
    table.mends();
    table.put(&new(1), &id(7));
    assert_eq!(resolver.resolve(&new(1)).await, Ok(Some(id(1))));
    assert_eq!(resolver.resolve(&new(4)).await, Ok(None));
    assert_eq!(resolver.resolve(&new(1)).await, Ok(Some(id(7))));
}

#[tokio::test]
async fn a_damaged_item_makes_nobody_else_s_answer_an_old_one() {
    let table = Table::default();
    table.put(&old(1), &id(1));
    let (resolver, clock) = resolver(&table, LIMITS);
    resolver.resolve(&old(1)).await.unwrap();
    clock.forward(HOUR);
    table.breaks(Class::Unreadable);
    assert_eq!(resolver.resolve(&old(2)).await.unwrap_err().class, Class::Unreadable);
    table.mends();
    table.put(&old(1), &id(5));
    assert_eq!(resolver.resolve(&old(1)).await, Ok(Some(id(5))));
}

#[tokio::test]
async fn a_user_id_of_before_is_not_given_for_ever_nor_for_a_damaged_item_nor_unasked() {
    let never = Limits { stale_for: Duration::ZERO, ..LIMITS };
    let cases = [
        (LIMITS, HOUR + LIMITS.stale_for, Class::Unavailable),
        (LIMITS, HOUR, Class::Unreadable),
        (never, HOUR, Class::Unavailable),
    ];
    for (limits, later, class) in cases {
        let table = Table::default();
        table.put(&old(1), &id(1));
        let (resolver, clock) = resolver(&table, limits);
        resolver.resolve(&old(1)).await.unwrap();
        clock.forward(later);
        table.breaks(class);
        assert_eq!(resolver.resolve(&old(1)).await.unwrap_err().class, class);
        assert_eq!(resolver.counts().stale, 0);
    }
}

/// A reader that answers for one account less than it was asked.
struct Short;

impl IdReader for Short {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        Ok(accounts.iter().skip(1).map(|_| Some(id(1))).collect())
    }

    async fn accounts(&self, _: &UserId) -> Answer<Option<Accounts>> {
        Ok(None)
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_question_gives_nobody_an_id() {
    let resolver = Resolver::with(Short, LIMITS, Hand::new());
    let error = resolver.resolve_many(&[old(1), old(2)]).await.unwrap_err();
    assert_eq!((error.class, resolver.kept()), (Class::Unreadable, 0));
}

#[tokio::test]
async fn whom_a_user_id_stands_for_is_always_read() {
    let table = Table::default();
    let (resolver, _) = resolver(&table, LIMITS);
    assert_eq!(resolver.links_of(&id(1)).await, Ok(None));
    table.put(&old(1), &id(1));
    assert_eq!(resolver.links_of(&id(1)).await.unwrap().unwrap().old.len(), 1);
    table.put(&old(2), &id(1));
    assert_eq!(resolver.links_of(&id(1)).await.unwrap().unwrap().old.len(), 2, "merged a moment ago");
    assert_eq!(resolver.counts().reads, 3);
}
