use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::account::{Account, Accounts};
use twinpool_core::id::{Sub, Timestamp, Username};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_testkit::world::StoppedClock;

use super::*;
use crate::{ClientId, Limits, TokenUse};

const ANN: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
const ANN_IN_NEW: &str = "bb739df9-14f4-40a0-b7d5-bd0f6f453d14";
const OTHER: &str = "e19d7717-c0d5-4370-9add-55fefee7bc30";

/// A table with these items; without any it cannot be read.
struct Table(Option<BTreeMap<(Pool, &'static str), &'static str>>);

impl IdReader for Table {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        let items = self.0.as_ref().ok_or(PortError::new(Class::Unavailable, "GetItem", "timeout"))?;
        let id = |account: &Account| items.get(&(account.pool, account.sub.as_str())).map(|id| parsed(id));
        Ok(accounts.iter().map(id).collect())
    }

    async fn accounts(&self, _: &UserId) -> Answer<Option<Accounts>> {
        Ok(None)
    }
}

fn parsed(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn token(pool: Pool, sub: &str, claimed: Option<&str>) -> Verified {
    Verified {
        pool,
        sub: Sub::parse(sub).unwrap(),
        username: Username::parse("ann@example.com").unwrap(),
        groups: BTreeSet::new(),
        client_id: ClientId::parse("client").unwrap(),
        token_use: TokenUse::Access,
        claimed: claimed.map(parsed),
        claims: serde_json::Map::new(),
    }
}

async fn asked(items: &[(Pool, &'static str, &'static str)], token: Verified) -> Result<UserId, Denied> {
    let table = Table(Some(items.iter().map(|&(pool, sub, id)| ((pool, sub), id)).collect()));
    user_id(&token, &resolver(table)).await
}

fn resolver(table: Table) -> Resolver<Table, StoppedClock> {
    Resolver::with(table, Limits::default(), StoppedClock(Timestamp(1_000)))
}

#[tokio::test]
async fn one_person_has_one_user_id_whichever_pool_signed_the_token() {
    let items = [(Pool::Old, ANN, ANN), (Pool::New, ANN_IN_NEW, ANN)];
    for token in [token(Pool::Old, ANN, None), token(Pool::New, ANN_IN_NEW, None)] {
        assert_eq!(asked(&items, token).await, Ok(parsed(ANN)));
    }
}

#[tokio::test]
async fn a_user_of_the_old_pool_whom_the_table_does_not_know_has_the_sub_as_user_id() {
    assert_eq!(asked(&[], token(Pool::Old, ANN, None)).await, Ok(parsed(ANN)));
}

#[tokio::test]
async fn a_user_of_the_new_pool_whom_the_table_does_not_know_has_no_user_id_yet() {
    assert_eq!(asked(&[], token(Pool::New, ANN_IN_NEW, None)).await, Err(Denied::NotYet));
    let of_the_old_pool = [(Pool::Old, ANN_IN_NEW, OTHER)];
    assert_eq!(asked(&of_the_old_pool, token(Pool::New, ANN_IN_NEW, None)).await, Err(Denied::NotYet));
}

#[tokio::test]
async fn a_believed_claim_of_the_new_pool_saves_the_read() {
    let resolver = resolver(Table(None));
    let id = user_id(&token(Pool::New, ANN_IN_NEW, Some(ANN)), &resolver).await;
    assert_eq!((id, resolver.counts().reads), (Ok(parsed(ANN)), 0));
}

#[tokio::test]
async fn a_merged_user_s_old_token_counts_less_than_the_table() {
    let merged = [(Pool::Old, ANN, OTHER)];
    assert_eq!(asked(&merged, token(Pool::Old, ANN, Some(ANN))).await, Ok(parsed(OTHER)));
}

#[tokio::test]
async fn a_claim_of_the_old_pool_is_never_believed_instead_of_the_table() {
    assert_eq!(asked(&[], token(Pool::Old, ANN, Some(OTHER))).await, Ok(parsed(ANN)));
}

#[tokio::test]
async fn a_table_that_cannot_be_read_refuses_nobody_and_lets_nobody_in() {
    for pool in [Pool::Old, Pool::New] {
        let id = user_id(&token(pool, ANN, None), &resolver(Table(None))).await;
        assert_eq!(id, Err(Denied::Unavailable));
    }
}
