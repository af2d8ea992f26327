//! Which side conflicts when two are to be linked.

use twinpool_core::account::{Account, IdReader};
pub use twinpool_core::clash::Clash;
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::port::{Answer, Class, PortError};

/// What stands in the way of linking these two. `None`: nothing, or they are linked. A user of the old pool who is one person with
/// another has the other's accounts.
///
/// # Errors
/// When the table does not answer.
pub async fn clash<R: IdReader>(reader: &R, old: &OldSub, new: &NewSub) -> Answer<Option<Clash>> {
    let ids = reader.user_ids(&[Account::from(old), Account::from(new)]).await?;
    let [known, holder] = ids.as_slice() else {
        return Err(PortError::new(Class::Unreadable, "BatchGetItem", "NotOneAnswerEach"));
    };
    // Nothing is known of a user of the old pool who was never seen: the sub will be the user id.
    let id = known.clone().unwrap_or_else(|| UserId::from(old));
    let tied_to = reader.accounts(&id).await?.map(|accounts| accounts.new).unwrap_or_default();
    Ok(Clash::between(&id, &tied_to, new, holder.as_ref()))
}
