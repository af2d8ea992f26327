//! Reads: one user in one pool, whole.

use twinpool_core::change_event::UserRef;
use twinpool_core::id::Username;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, PoolReader};
use twinpool_core::snapshot::{Snapshot, Status};

/// One user with the groups. A user who vanishes between the two reads is not there.
pub(crate) async fn user<R: PoolReader>(pool: &R, who: &UserRef) -> Answer<Option<Snapshot>> {
    let Some(mut user) = pool.user(who).await? else {
        return Ok(None);
    };
    // Nobody who has not confirmed the sign-up is mirrored, and sign-ups come in waves.
    if user.status == Status::Unconfirmed {
        return Ok(Some(user));
    }
    // By the username, which cannot move to somebody else between the two.
    let Some(groups) = pool.groups(&UserRef::Username(user.username.clone())).await? else {
        return Ok(None);
    };
    user.groups = groups;
    Ok(Some(user))
}

/// One user of the pool that has the say: also what the pool gives to nobody.
pub(crate) async fn source<R: PoolReader>(
    pool: &R,
    who: &UserRef,
    shape: &PoolShape,
) -> Answer<Option<Snapshot>> {
    let Some(mut found) = user(pool, who).await? else {
        return Ok(None);
    };
    if shape.passkeys || shape.devices {
        let factors = pool.factors(&UserRef::Username(found.username.clone()), shape).await;
        found.factors = match factors {
            // Only a report needs them: a pool that does not tell keeps nobody from being mirrored.
            Err(error) if matches!(error.class, Class::Rejected | Class::NotFound | Class::Unreadable) => {
                Default::default()
            }
            answer => answer?,
        };
    }
    Ok(Some(found))
}

/// One user by name, without the groups: who asks may have no right to list them. A name that Cognito does not take for one is
/// nobody's.
pub(crate) async fn holder<R: PoolReader>(pool: &R, name: &Username) -> Answer<Option<Snapshot>> {
    match pool.user(&UserRef::Username(name.clone())).await {
        Err(error) if error.class == Class::Rejected => Ok(None),
        answer => answer,
    }
}

/// One user by name. A name that Cognito does not take for one is nobody's.
pub(crate) async fn named<R: PoolReader>(pool: &R, name: &Username) -> Answer<Option<Snapshot>> {
    match user(pool, &UserRef::Username(name.clone())).await {
        Err(error) if error.class == Class::Rejected => Ok(None),
        answer => answer,
    }
}
