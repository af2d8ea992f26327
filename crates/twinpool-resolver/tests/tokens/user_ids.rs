//! From a token, as it stands in a request, to the user id.

use std::collections::BTreeMap;

use serde_json::json;
use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::claim::ClaimName;
use twinpool_core::id::{Pool, UserId};
use twinpool_core::port::Answer;
use twinpool_resolver::{Authenticate, Authenticator, Denied, Limits, Refusal, Resolver, Trust, Verifier};

use crate::signer::Signer;
use crate::support::{Addresses, Hand, NEW_KEYS, NEW_SUB, OLD_SUB, access, old_access, trust, with};

/// Which sub of which pool has which user id.
struct Table(BTreeMap<(Pool, String), &'static str>);

impl Table {
    fn of_jane() -> Self {
        let items = [((Pool::Old, OLD_SUB.to_owned()), OLD_SUB), ((Pool::New, NEW_SUB.to_owned()), OLD_SUB)];
        Self(items.into())
    }
}

impl IdReader for Table {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        let key = |account: &Account| (account.pool, account.sub.as_str().to_owned());
        let id = |account| self.0.get(&key(account)).map(|id| UserId::parse(*id).unwrap());
        Ok(accounts.iter().map(id).collect())
    }

    async fn accounts(&self, _: &UserId) -> Answer<Option<Accounts>> {
        Ok(None)
    }
}

fn authenticator(keys: Addresses, table: Table) -> Authenticator<Addresses, Table, Hand> {
    trusting(trust(), keys, table)
}

fn trusting(trust: Trust, keys: Addresses, table: Table) -> Authenticator<Addresses, Table, Hand> {
    let verifier = Verifier::new(trust, keys, Hand::default());
    Authenticator::new(verifier, Resolver::with(table, Limits::default(), Hand::default()))
}

#[tokio::test]
async fn one_person_is_one_principal_before_and_after_the_move() {
    let authenticator = authenticator(Addresses::both(), Table::of_jane());
    let before = authenticator.authenticate(&Signer::old().sign(&old_access())).await.unwrap();
    let after = authenticator.authenticate(&Signer::new().sign(&access())).await.unwrap();
    assert_eq!((before.pool, before.sub.as_str()), (Pool::Old, OLD_SUB));
    assert_eq!((after.pool, after.sub.as_str()), (Pool::New, NEW_SUB));
    assert_eq!(before.user_id, after.user_id);
    assert_eq!(before.groups, after.groups);
}

#[tokio::test]
async fn a_claim_counts_less_than_the_table_unless_it_is_to_be_believed() {
    // Any function of the pool can write it.
    let token = Signer::new().sign(&with(access(), json!({ "user_id": "somebody-else" })));
    let unasked = authenticator(Addresses::both(), Table::of_jane());
    assert_eq!(unasked.authenticate(&token).await.unwrap().user_id.as_str(), OLD_SUB);
    let unknown = authenticator(Addresses::both(), Table(BTreeMap::new()));
    assert_eq!(unknown.authenticate(&token).await, Err(Denied::NotYet));
}

#[tokio::test]
async fn a_claim_of_the_new_pool_that_is_to_be_believed_saves_the_read() {
    let believing = trust().believing(ClaimName::parse("user_id").unwrap());
    let authenticator = trusting(believing, Addresses::both(), Table(BTreeMap::new()));
    let token = Signer::new().sign(&with(access(), json!({ "user_id": OLD_SUB })));
    assert_eq!(authenticator.authenticate(&token).await.unwrap().user_id.as_str(), OLD_SUB);
    assert_eq!(authenticator.resolver().counts().reads, 0);
    let old = Signer::old().sign(&with(old_access(), json!({ "user_id": "somebody-else" })));
    assert_eq!(authenticator.authenticate(&old).await.unwrap().user_id.as_str(), OLD_SUB);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_costs_no_read_of_the_table() {
    let authenticator = authenticator(Addresses::both(), Table::of_jane());
    let forged = Signer::other().called("new-1").sign(&access());
    let crossed = Signer::old().sign(&access());
    for token in [forged, crossed, "no token".to_owned()] {
        assert!(matches!(authenticator.authenticate(&token).await, Err(Denied::Refused(_))));
    }
    let expired = Signer::new().sign(&with(access(), json!({ "exp": 1_000 })));
    assert_eq!(authenticator.authenticate(&expired).await, Err(Denied::Refused(Refusal::Expired)));
    assert_eq!(authenticator.resolver().counts(), twinpool_resolver::Counts::default());
}

#[tokio::test]
async fn whoever_has_no_user_id_yet_and_whose_keys_cannot_be_read_is_told_to_come_again() {
    let unknown = authenticator(Addresses::both(), Table(BTreeMap::new()));
    let token = Signer::new().sign(&access());
    assert_eq!(unknown.authenticate(&token).await, Err(Denied::NotYet));
    let silent = Addresses::both();
    silent.silence(NEW_KEYS);
    let keyless = authenticator(silent, Table::of_jane());
    assert_eq!(keyless.authenticate(&token).await, Err(Denied::Unavailable));
}

#[tokio::test]
async fn nothing_of_the_person_shows_in_debug() {
    let authenticator = authenticator(Addresses::both(), Table::of_jane());
    let principal = authenticator.authenticate(&Signer::new().sign(&access())).await.unwrap();
    let shown = format!("{principal:?} {authenticator:?}");
    assert!(shown.contains(OLD_SUB) && !shown.contains("jane") && !shown.contains("staff"), "{shown}");
}
