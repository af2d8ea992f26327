//! Which side conflicts when two are to be linked.

use twinpool_core::account::{Account, IdReader};
pub use twinpool_core::clash::Clash;
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::port::Answer;

use crate::resolver::by_account;

/// What stands in the way of linking these two. `None`: nothing, or they are linked. A user of the old pool who is one person with
/// another has the other's accounts.
///
/// # Errors
/// When the table does not answer.
pub async fn clash<R: IdReader>(reader: &R, old: &OldSub, new: &NewSub) -> Answer<Option<Clash>> {
    let accounts = [Account::from(old), Account::from(new)];
    let found = by_account(&accounts, reader.user_ids(&accounts).await?)?;
    let [known, holder] = accounts.map(|account| found.get(&account).cloned().flatten());
    // Nothing is known of a user of the old pool who was never seen: the sub will be the user id.
    let id = known.unwrap_or_else(|| UserId::from(old));
    let tied_to = reader.accounts(&id).await?.map(|accounts| accounts.new).unwrap_or_default();
    Ok(Clash::between(&id, &tied_to, new, holder.as_ref()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use twinpool_core::account::IdStore as _;
    use twinpool_core::id::{Pool, Timestamp};
    use twinpool_core::link::{Left, Link, LinkState, Names};
    use twinpool_core::port::LinkStore as _;
    use twinpool_testkit::MemoryLinks;

    use super::*;

    fn old(sub: &str) -> OldSub {
        OldSub::parse(sub).unwrap()
    }

    fn new(sub: &str) -> NewSub {
        NewSub::parse(sub).unwrap()
    }

    async fn table() -> MemoryLinks {
        let table = MemoryLinks::default();
        let link = |sub, state| Link { state, ..Link::intent(&old(sub), Names::default(), Timestamp(1)) };
        for (sub, new_sub) in [("old-1", "new-1"), ("old-2", "new-2")] {
            let new_sub = Some(new(new_sub));
            let gone = LinkState::Tombstone { new_sub, by: Pool::Old, left: Left::Kept, since: Timestamp(2) };
            table.connect(&link(sub, gone), None).await.unwrap();
        }
        let merged = LinkState::Merged { into: old("old-1"), since: Timestamp(2) };
        table.write(&link("twin", merged)).await.unwrap();
        table.assign(&new("born"), &UserId::parse("born").unwrap(), None).await.unwrap();
        table
    }

    #[tokio::test]
    async fn a_link_that_would_clash_is_told_with_its_side() {
        let table = table().await;
        let told = async |old_sub, new_sub| clash(&table, &old(old_sub), &new(new_sub)).await.unwrap();
        let subs = |subs: &[&str]| subs.iter().copied().map(new).collect::<BTreeSet<_>>();
        let id = |id: &str| UserId::parse(id).ok();
        assert_eq!(told("unseen", "unseen").await, None);
        assert_eq!(told("old-1", "new-1").await, None, "linked already");
        assert_eq!(told("twin", "new-1").await, None, "as the other");
        let old_side = Clash { tied_to: subs(&["new-1"]), belongs_to: None };
        assert_eq!(told("old-1", "unseen").await, Some(old_side.clone()));
        assert_eq!(told("twin", "unseen").await, Some(old_side));
        let new_side = Clash { tied_to: subs(&[]), belongs_to: id("old-2") };
        assert_eq!(told("unseen", "new-2").await, Some(new_side));
        let born = Clash { tied_to: subs(&[]), belongs_to: id("born") };
        assert_eq!(told("unseen", "born").await, Some(born));
        let both = Clash { tied_to: subs(&["new-1"]), belongs_to: id("old-2") };
        assert_eq!(told("old-1", "new-2").await, Some(both));
    }
}
