//! Reads: one user in one pool, whole; and who holds a way to sign in.

use std::collections::BTreeMap;

use twinpool_core::change_event::UserRef;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{AttributeName, NewSub, Sub, Username};
use twinpool_core::plan::Plan;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, PoolReader, PortError};
use twinpool_core::snapshot::Snapshot;

/// One user with the groups. A user who vanishes between the two reads is not there.
pub(crate) async fn user<R: PoolReader>(pool: &R, who: &UserRef) -> Answer<Option<Snapshot>> {
    let Some(mut user) = pool.user(who).await? else {
        return Ok(None);
    };
    // By the username, which cannot move to somebody else between the two.
    let Some(groups) = pool.groups(&UserRef::Username(user.username.clone())).await? else {
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

/// The attributes that a plan would claim for this user and must not: Cognito moves an alias from its owner without a word
/// (F§4.2).
pub(crate) async fn barred<R: PoolReader>(
    pool: &R,
    shape: &PoolShape,
    plan: &Plan,
    sub: &NewSub,
) -> Answer<BTreeMap<AttributeName, Reason>> {
    let mut barred = BTreeMap::new();
    for (name, value) in plan.claims(shape) {
        let owner = match Username::parse(value.reveal()) {
            Ok(username) => pool.user(&UserRef::Username(username)).await,
            Err(_) => Err(PortError::new(Class::Rejected, "AdminGetUser", "BadUsername")),
        };
        let reason = match owner {
            Ok(owner) if owner.as_ref().is_none_or(|owner| owner.sub == Sub::from(sub)) => continue,
            Ok(_) => Reason::Taken,
            // Its owner cannot be looked up: not worth a theft.
            Err(error) if error.class == Class::Rejected => Reason::Refused,
            Err(error) => return Err(error),
        };
        barred.insert(name.clone(), reason);
    }
    Ok(barred)
}
