//! From accounts to their user ids: over merges, to the one whose user id counts.

use std::collections::HashMap;

use twinpool_core::account::Account;
use twinpool_core::id::{OldSub, Pool, UserId};
use twinpool_core::port::{Answer, Class, PortError};

use super::{UserIds, key_of};
use crate::dynamodb::{Item, item};

/// More merges in a row than this are a circle.
const MOST_MERGES: usize = 8;

/// How far the way to one user id has come.
enum Way {
    Done(Option<UserId>),
    /// Not read yet.
    At(Account),
    /// Merged into this one, who is not read yet.
    Into(OldSub),
}

impl Way {
    fn key(&self) -> Option<String> {
        match self {
            Self::Done(_) => None,
            Self::At(account) => Some(key_of(account)),
            Self::Into(old) => Some(key_of(&Account::from(old))),
        }
    }

    fn on(self, items: &HashMap<String, Item>) -> Answer<Self> {
        let item = self.key().and_then(|key| items.get(&key));
        match (self, item) {
            (Self::Done(id), _) => Ok(Self::Done(id)),
            (Self::At(_), None) => Ok(Self::Done(None)),
            // Not seen yet, or taken back: the sub is the user id all the same.
            (Self::Into(old), None) => Ok(Self::Done(Some(UserId::from(&old)))),
            (Self::At(Account { pool: Pool::New, .. }), Some(item)) => {
                Ok(match item::id::owner_of_further(item)? {
                    Some(owner) => Self::Into(owner),
                    None => Self::Done(Some(item::id::id_of_new(item)?)),
                })
            }
            (Self::At(_) | Self::Into(_), Some(item)) => {
                let read = item::id::id_of_old(item)?;
                Ok(read.into.map_or(Self::Done(Some(read.user_id)), Self::Into))
            }
        }
    }
}

impl UserIds {
    /// One read for all that is left, again and again, until every way has come to its end.
    pub(super) async fn follow(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        let mut ways: Vec<_> = accounts.iter().cloned().map(Way::At).collect();
        for _ in 0..=MOST_MERGES {
            let keys: Vec<_> = ways.iter().filter_map(Way::key).collect();
            if keys.is_empty() {
                break;
            }
            let items = self.by_key(keys).await?;
            ways = ways.into_iter().map(|way| way.on(&items)).collect::<Answer<_>>()?;
        }
        let end = |way| match way {
            Way::Done(id) => Ok(id),
            Way::At(_) | Way::Into(_) => Err(PortError::new(Class::Unreadable, "GetItem", "MergedInACircle")),
        };
        ways.into_iter().map(end).collect()
    }

    /// The user id that counts for a user of the old pool into whom another was merged.
    pub(super) async fn end_of(&self, into: &OldSub) -> Answer<UserId> {
        let ids = self.follow(&[Account::from(into)]).await?;
        Ok(ids.into_iter().flatten().next().unwrap_or_else(|| UserId::from(into)))
    }
}
