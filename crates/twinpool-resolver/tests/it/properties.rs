//! Whatever happens in whatever order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use twinpool_core::account::Account;
use twinpool_core::id::{Pool, UserId};
use twinpool_core::port::{Class, Clock};
use twinpool_resolver::Limits;

use crate::table::{Hand, LIMITS, REST, Table, account, resolver};

const ACCOUNTS: u64 = 6;

/// Three accounts of each pool.
fn numbered(number: u64) -> Account {
    account(if number.is_multiple_of(2) { Pool::Old } else { Pool::New }, number)
}

/// An id that only this account ever gets: a stranger's is seen at once.
fn id_of(number: u64, turn: usize) -> UserId {
    UserId::parse(format!("account-{number}-turn-{turn}")).unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[derive(Debug, Clone)]
enum Step {
    Wait(Duration),
    Change(u64),
    Break(bool),
    Resolve(Vec<u64>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let waits = prop_oneof![0..2_000_u64, 3_000_000..4_000_000_u64, 50_000_000..90_000_000_u64];
    let step = prop_oneof![
        2 => waits.prop_map(|wait| Step::Wait(Duration::from_millis(wait))),
        2 => (0..ACCOUNTS).prop_map(Step::Change),
        1 => any::<bool>().prop_map(Step::Break),
        4 => vec(0..ACCOUNTS, 1..8).prop_map(Step::Resolve),
    ];
    vec(step, 1..60)
}

/// What the table said of each account, and since when.
struct History(BTreeMap<u64, Vec<(u64, Option<UserId>)>>);

impl History {
    fn new(now: u64) -> Self {
        Self((0..ACCOUNTS).map(|number| (number, vec![(now, None)])).collect())
    }

    fn change(&mut self, number: u64, now: u64) -> UserId {
        let changes = self.0.get_mut(&number).unwrap();
        let id = id_of(number, changes.len());
        changes.push((now, Some(id.clone())));
        id
    }

    /// Whether the table said so at some moment between the two.
    fn said(&self, number: u64, what: Option<&UserId>, from: u64, to: u64) -> bool {
        let changes = &self.0[&number];
        let ends = changes.iter().skip(1).map(|(since, _)| *since).chain([u64::MAX]);
        let mut spans = changes.iter().zip(ends).map(|((since, id), until)| (*since, until, id.as_ref()));
        spans.any(|(since, until, id)| id == what && since <= to && until >= from)
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap()
}

/// How old an answer may be.
fn allowed(answer: Option<&UserId>, pool: Pool, may_be_stale: bool) -> u64 {
    millis(match (answer, pool) {
        (Some(_), _) if may_be_stale => LIMITS.known_for + LIMITS.stale_for,
        (Some(_), _) => LIMITS.known_for,
        (None, Pool::Old) => LIMITS.unknown_old_for,
        (None, Pool::New) => LIMITS.unknown_for,
    })
}

async fn walk(steps: Vec<Step>, entries: usize, one_by_one: bool) -> Result<(), TestCaseError> {
    let table = Table::default();
    let (resolver, clock) = resolver(&table, Limits { entries, ..LIMITS });
    let (mut history, mut is_broken, mut broke_off) = (History::new(clock.now().0), false, 0);
    for step in steps {
        let now = clock.now().0;
        match step {
            Step::Wait(span) => clock.forward(span),
            Step::Change(number) => table.put(&numbered(number), &history.change(number, now)),
            Step::Break(broken) => {
                if is_broken {
                    broke_off = now;
                }
                is_broken = broken;
                if broken { table.breaks(Class::Unavailable) } else { table.mends() }
            }
            Step::Resolve(numbers) => {
                let accounts: Vec<_> = numbers.iter().copied().map(numbered).collect();
                let answers = if one_by_one {
                    let mut answers = Vec::new();
                    for account in &accounts {
                        answers.push(resolver.resolve(account).await);
                    }
                    answers.into_iter().collect()
                } else {
                    resolver.resolve_many(&accounts).await
                };
                let Ok(answers) = answers else {
                    prop_assert!(is_broken, "the table can be read, and it fails");
                    continue;
                };
                for ((number, account), answer) in numbers.iter().zip(&accounts).zip(&answers) {
                    let may_be_stale = is_broken || now - broke_off < millis(REST);
                    let oldest = now - allowed(answer.as_ref(), account.pool, may_be_stale);
                    prop_assert!(history.said(*number, answer.as_ref(), oldest, now), "{number}: {answer:?}");
                }
            }
        }
    }
    Ok(())
}

/// Somebody who wants some accounts at some time, and may go away in the middle.
#[derive(Debug, Clone)]
struct Guest {
    comes: u64,
    stays: u64,
    wants: Vec<u64>,
}

fn guests() -> impl Strategy<Value = Vec<Guest>> {
    let guest = (0..5_000_u64, prop_oneof![1..1_500_u64, Just(1_000_000)], vec(0..ACCOUNTS, 1..5));
    vec(guest.prop_map(|(comes, stays, wants)| Guest { comes, stays, wants }), 1..40)
}

async fn party(guests: Vec<Guest>, entries: usize, breaks: Option<u64>) -> Result<(), TestCaseError> {
    let table = Table::slow();
    for number in 0..ACCOUNTS {
        table.put(&numbered(number), &id_of(number, 0));
    }
    let clock = Hand::new();
    let limits = Limits { entries, known_for: Duration::from_secs(2), ..LIMITS };
    let resolver = Arc::new(twinpool_resolver::Resolver::with(table.clone(), limits, clock.clone()));
    let mut party = JoinSet::new();
    for Guest { comes, stays, wants } in guests {
        let (resolver, clock) = (Arc::clone(&resolver), clock.clone());
        party.spawn(async move {
            tokio::time::sleep(Duration::from_millis(comes)).await;
            clock.forward(Duration::from_millis(100));
            let accounts: Vec<_> = wants.iter().copied().map(numbered).collect();
            let answer = tokio::time::timeout(Duration::from_millis(stays), resolver.resolve_many(&accounts));
            (wants, answer.await)
        });
    }
    if let Some(after) = breaks {
        tokio::time::sleep(Duration::from_millis(after)).await;
        table.breaks(Class::Throttled);
    }
    // Time is paused: who waits for what never comes is found at once.
    let all = tokio::time::timeout(Duration::from_secs(500), party.join_all()).await;
    let all = all.map_err(|_| TestCaseError::fail("somebody waits for ever"))?;
    for (wants, answer) in all {
        match answer {
            Ok(Ok(ids)) => {
                let expected: Vec<_> = wants.iter().map(|number| Some(id_of(*number, 0))).collect();
                prop_assert_eq!(ids, expected);
            }
            Ok(Err(_)) => prop_assert!(breaks.is_some(), "the table can be read, and it fails"),
            Err(_) => {}
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_answer_is_what_the_table_says_or_said_within_the_time_to_live(
        steps in steps(),
        entries in prop_oneof![Just(0_usize), Just(2), Just(1000)],
        one_by_one in any::<bool>(),
    ) {
        runtime().block_on(walk(steps, entries, one_by_one))?;
    }

    /// The table itself refuses to be read twice at the same time for one account.
    #[test]
    fn whoever_comes_and_goes_everybody_gets_their_own_ids_and_nobody_waits_for_ever(
        guests in guests(),
        entries in prop_oneof![Just(0_usize), Just(2), Just(1000)],
        breaks in proptest::option::of(0..5_000_u64),
    ) {
        runtime().block_on(party(guests, entries, breaks))?;
    }
}
