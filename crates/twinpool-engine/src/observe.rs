//! Reads: one user in one pool, whole; and who holds a way to sign in.

use std::collections::BTreeSet;

use twinpool_core::change_event::UserRef;
use twinpool_core::id::{AttributeName, NewSub, Sub, Username};
use twinpool_core::plan::Plan;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, PoolReader};
use twinpool_core::snapshot::Snapshot;

/// One user with the groups. A user who vanishes between the two reads is not there.
pub(crate) async fn user<R: PoolReader>(pool: &R, who: &UserRef) -> Answer<Option<Snapshot>> {
    let Some(mut user) = pool.user(who).await? else {
        return Ok(None);
    };
    let Some(groups) = pool.groups(who).await? else {
        return Ok(None);
    };
    user.groups = groups;
    Ok(Some(user))
}

/// The attributes that a plan would claim for this user although another user of the pool signs in with them: Cognito
/// moves an alias without a word (F§4.2).
pub(crate) async fn taken<R: PoolReader>(
    pool: &R,
    shape: &PoolShape,
    plan: &Plan,
    sub: &NewSub,
) -> Answer<BTreeSet<AttributeName>> {
    let mut taken = BTreeSet::new();
    for (name, value) in plan.claims(shape) {
        let Ok(username) = Username::parse(value.reveal()) else {
            // Too long to look its owner up: not worth a theft.
            taken.insert(name.clone());
            continue;
        };
        let owner = pool.user(&UserRef::Username(username)).await?;
        if owner.is_some_and(|owner| owner.sub != Sub::from(sub)) {
            taken.insert(name.clone());
        }
    }
    Ok(taken)
}
