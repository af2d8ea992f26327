//! The user ids, through the links' own client: the mirror gives ids too.

use std::collections::BTreeSet;

use twinpool_core::account::{Account, AccountStore, Accounts, IdReader, IdStore, Known};
use twinpool_core::digest::Digest;
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::port::Answer;

use super::{Links, UserIds};

impl Links {
    fn ids(&self) -> UserIds {
        UserIds::new(self.client.clone(), self.table.clone())
    }
}

impl IdReader for Links {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        self.ids().user_ids(accounts).await
    }

    async fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
        self.ids().accounts(id).await
    }
}

impl IdStore for Links {
    async fn assign(&self, new: &NewSub, id: &UserId, of: Option<&OldSub>) -> Answer<UserId> {
        self.ids().assign(new, id, of).await
    }

    async fn owner_of_identity(&self, identity: &Digest) -> Answer<Option<OldSub>> {
        self.ids().owner_of_identity(identity).await
    }

    async fn note_identities(&self, identities: &BTreeSet<Digest>, of: &OldSub) -> Answer<()> {
        self.ids().note_identities(identities, of).await
    }
}

impl AccountStore for Links {
    async fn known(&self, new: &NewSub) -> Answer<Option<Known>> {
        self.ids().known(new).await
    }

    async fn note_came(&self, new: &NewSub) -> Answer<()> {
        self.ids().note_came(new).await
    }
}
