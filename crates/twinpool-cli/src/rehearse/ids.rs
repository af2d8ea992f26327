//! User ids in a rehearsal: nobody signs in to a scratch pool, so that none is asked for or given there.

use std::collections::BTreeSet;

use twinpool_core::account::{Account, Accounts, IdReader, IdStore};
use twinpool_core::digest::Digest;
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::port::{Answer, Class, PortError};

use super::links::Links;

fn none<T>(operation: &'static str) -> Answer<T> {
    Err(PortError::new(Class::Rejected, operation, "NoTable"))
}

impl IdReader for Links {
    async fn user_ids(&self, _accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        none("GetItem")
    }

    async fn accounts(&self, _id: &UserId) -> Answer<Option<Accounts>> {
        none("GetItem")
    }
}

impl IdStore for Links {
    async fn assign(&self, _new: &NewSub, _id: &UserId, _of: Option<&OldSub>) -> Answer<UserId> {
        none("PutItem")
    }

    async fn owner_of_identity(&self, _identity: &Digest) -> Answer<Option<OldSub>> {
        Ok(None)
    }

    async fn note_identities(&self, _identities: &BTreeSet<Digest>, _of: &OldSub) -> Answer<()> {
        Ok(())
    }
}
