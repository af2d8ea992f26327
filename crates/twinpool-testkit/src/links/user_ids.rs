//! User ids: what the items say, found without hints.

use std::collections::BTreeSet;

use twinpool_core::account::{Account, AccountStore, Accounts, IdReader, IdStore, Known};
use twinpool_core::digest::Digest;
use twinpool_core::id::{NewSub, OldSub, Pool, UserId};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::listing::Stage;
use twinpool_core::port::{Answer, Class, PortError};

use super::{Back, MemoryLinks, Tables};

/// More merges in a row than this are a circle.
const MOST_MERGES: usize = 8;

fn into(link: &Link) -> Option<&OldSub> {
    match &link.state {
        LinkState::Merged { into, .. } => Some(into),
        LinkState::Pending { .. }
        | LinkState::Linked(_)
        | LinkState::Conflict { .. }
        | LinkState::Tombstone { .. } => None,
    }
}

impl Tables {
    /// The user id that counts for a user of the old pool.
    fn end_of(&self, sub: &OldSub) -> Answer<UserId> {
        let mut sub = sub;
        for _ in 0..=MOST_MERGES {
            match self.links.get(sub) {
                None => return Ok(UserId::from(sub)),
                Some(link) => match into(link) {
                    None => return Ok(link.user_id.clone()),
                    Some(other) => sub = other,
                },
            }
        }
        Err(PortError::new(Class::Unreadable, "GetItem", "MergedInACircle"))
    }

    fn user_id(&self, account: &Account) -> Answer<Option<UserId>> {
        match account.pool {
            Pool::Old => {
                let sub = OldSub::from(account.sub.clone());
                self.links.get(&sub).map(|_| self.end_of(&sub)).transpose()
            }
            Pool::New => {
                let back = self.back.get(&NewSub::from(account.sub.clone()));
                back.map(|back| self.id_of(back)).transpose()
            }
        }
    }

    fn id_of(&self, back: &Back) -> Answer<UserId> {
        match &back.old_sub {
            Some(owner) if back.further => self.end_of(owner),
            _ => Ok(back.user_id.clone()),
        }
    }

    fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
        let link = |id: &UserId| OldSub::parse(id.as_str()).ok().and_then(|sub| self.links.get(&sub));
        let is_own = |link: &&Link| link.user_id == *id || into(link).is_some();
        let root = link(id).filter(is_own);
        let user_id = root.map_or(Ok(id.clone()), |link| self.end_of(&link.old_sub))?;
        let is_one = |link: &&Link| self.end_of(&link.old_sub).is_ok_and(|end| end == user_id);
        let people: Vec<_> = self.links.values().filter(is_one).collect();
        let own: Vec<_> = people.iter().map(|link| UserId::from(&link.old_sub)).collect();
        let ids: BTreeSet<_> =
            people.iter().map(|link| &link.user_id).chain([&user_id]).chain(&own).collect();
        let pairs = people.iter().filter_map(|link| link.counterpart());
        let further = self.further.iter().filter(|(id, _)| ids.contains(id)).map(|(_, new)| new);
        let born = NewSub::parse(user_id.as_str()).ok();
        let named: BTreeSet<_> = pairs.chain(further).chain(&born).collect();
        let says_so = |new: &&&NewSub| self.back.get(**new).is_some_and(|back| ids.contains(&back.user_id));
        let new: BTreeSet<_> = named.iter().filter(says_so).map(|new| (*new).clone()).collect();
        let old: BTreeSet<_> = people.iter().map(|link| link.old_sub.clone()).collect();
        // Of a user born in the new pool, the link's own sub is another than the user id.
        let root = people.iter().find(|link| link.user_id == user_id && into(link).is_none());
        let stage = root.map(|link| Stage::of(&link.state));
        let is_anybody = !old.is_empty() || !new.is_empty();
        Ok(is_anybody.then_some(Accounts { user_id, stage, old, new }))
    }
}

impl IdReader for MemoryLinks {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        let operation = if accounts.len() == 1 { "GetItem" } else { "BatchGetItem" };
        self.process.enter(operation).await?;
        let ids = {
            let tables = self.tables();
            accounts.iter().map(|account| tables.user_id(account)).collect()
        };
        self.process.leave(operation).await?;
        ids
    }

    async fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
        self.process.enter("BatchGetItem").await?;
        let accounts = self.tables().accounts(id);
        self.process.leave("BatchGetItem").await?;
        accounts
    }
}

impl IdStore for MemoryLinks {
    async fn assign(&self, new: &NewSub, id: &UserId, of: Option<&OldSub>) -> Answer<UserId> {
        let born_here = of.is_none() && id.as_str() == new.as_str();
        let operation = if born_here { "PutItem" } else { "TransactWriteItems" };
        self.process.enter(operation).await?;
        let stands = {
            let mut tables = self.tables();
            if !tables.back.contains_key(new) {
                let own = of.map_or_else(|| id.clone(), UserId::from);
                let back =
                    Back { user_id: own.clone(), old_sub: of.cloned(), further: of.is_some(), came: false };
                tables.back.insert(new.clone(), back);
                tables.further.insert((own, new.clone()));
            }
            tables.back.get(new).map_or_else(|| Ok(id.clone()), |back| tables.id_of(back))
        };
        self.process.leave(operation).await?;
        stands
    }

    async fn owner_of_identity(&self, identity: &Digest) -> Answer<Option<OldSub>> {
        self.process.enter("GetItem").await?;
        let owner = self.tables().identities.get(identity).cloned();
        self.process.leave("GetItem").await?;
        Ok(owner)
    }

    async fn note_identities(&self, identities: &BTreeSet<Digest>, of: &OldSub) -> Answer<()> {
        for identity in identities {
            self.process.enter("PutItem").await?;
            self.tables().identities.insert(identity.clone(), of.clone());
            self.process.leave("PutItem").await?;
        }
        Ok(())
    }
}

impl AccountStore for MemoryLinks {
    async fn known(&self, new: &NewSub) -> Answer<Option<Known>> {
        self.process.enter("GetItem").await?;
        let known = {
            let tables = self.tables();
            let known = |back: &Back| {
                Ok(Known { id: tables.id_of(back)?, of: back.old_sub.clone(), came: back.came })
            };
            tables.back.get(new).map(known).transpose()
        };
        self.process.leave("GetItem").await?;
        known
    }

    async fn note_came(&self, new: &NewSub) -> Answer<()> {
        self.process.enter("UpdateItem").await?;
        if let Some(back) = self.tables().back.get_mut(new) {
            back.came = true;
        }
        self.process.leave("UpdateItem").await
    }
}
