//! What a resolver holds in memory when it knows a million accounts, and what an answer from its cache takes.

use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{Pool, Sub, UserId};
use twinpool_core::port::Answer;
use twinpool_resolver::{Limits, Resolver, SystemClock};
use twinpool_testkit::uuid;

use crate::child::own_cpu;
use crate::function::figures;

const LINKS: u64 = 1_000_000;
const BATCH: u64 = 10_000;

/// Knows everybody: a table of its own would be measured too.
struct Table;

impl IdReader for Table {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        Ok(accounts.iter().map(|account| UserId::parse(account.sub.as_str()).ok()).collect())
    }

    async fn accounts(&self, _: &UserId) -> Answer<Option<Accounts>> {
        Ok(None)
    }
}

pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let limits = Limits { entries: usize::try_from(LINKS).unwrap(), ..Limits::default() };
    let resident = || figures::resident(std::process::id());
    let before = resident();
    let resolver = Resolver::with(Table, limits, SystemClock);
    fill(&resolver, 0).await;
    let (kept, filled) = (resolver.kept(), resident() - before);
    fill(&resolver, LINKS).await;
    let turned_over = resident() - before;
    let hit = hit(&resolver).await;
    println!("| resolver, {kept} links kept | measured | goal |");
    println!("| --- | ---: | ---: |");
    println!("| resident, MB | {filled:.1} | 150 |");
    println!("| … after as many others | {turned_over:.1} | 150 |");
    println!("| CPU for an answer from the cache, ns | {hit:.0} | 1000 |");
}

async fn fill(resolver: &Resolver<Table>, from: u64) {
    for batch in 0..LINKS / BATCH {
        let first = from + batch * BATCH;
        let accounts: Vec<_> = (first..first + BATCH).map(account).collect();
        resolver.resolve_many(&accounts).await.unwrap();
    }
}

/// Nanoseconds of CPU for one, over accounts that are all over the memory.
async fn hit(resolver: &Resolver<Table>) -> f64 {
    let accounts: Vec<_> = (0..100_000).map(account).collect();
    resolver.resolve_many(&accounts).await.unwrap();
    let (started, before) = (own_cpu(), resolver.counts().hits);
    for _ in 0..20 {
        for account in &accounts {
            resolver.resolve(account).await.unwrap();
        }
    }
    let hits = resolver.counts().hits - before;
    (own_cpu() - started) * 1e9 / hits.to_string().parse::<f64>().unwrap()
}

fn account(number: u64) -> Account {
    Account { pool: Pool::Old, sub: Sub::parse(uuid("resolver", number)).unwrap() }
}
