//! Reads: one user in one pool, whole; and who holds a way to sign in.

use std::collections::BTreeSet;

use twinpool_core::change_event::UserRef;
use twinpool_core::id::{AttributeName, NewSub, Sub, Username};
use twinpool_core::plan::Plan;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, PoolReader};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;

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

/// One user by name. A name that Cognito does not take for one is nobody's.
pub(crate) async fn named<R: PoolReader>(pool: &R, name: &Username) -> Answer<Option<Snapshot>> {
    match user(pool, &UserRef::Username(name.clone())).await {
        Err(error) if error.class == Class::Rejected => Ok(None),
        answer => answer,
    }
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
        let free = match owner(pool, value).await? {
            Some(owner) => owner.is_none_or(|owner| owner.sub == Sub::from(sub)),
            // Not worth a theft.
            None => false,
        };
        if !free {
            taken.insert(name.clone());
        }
    }
    Ok(taken)
}

/// Who signs in with this value; `None` if that cannot be looked up, because no username can be like this.
pub(crate) async fn owner<R: PoolReader>(pool: &R, value: &Value) -> Answer<Option<Option<Snapshot>>> {
    let Ok(username) = Username::parse(value.reveal()) else {
        return Ok(None);
    };
    match pool.user(&UserRef::Username(username)).await {
        Ok(owner) => Ok(Some(owner)),
        Err(error) if error.class == Class::Rejected => Ok(None),
        Err(error) => Err(error),
    }
}
