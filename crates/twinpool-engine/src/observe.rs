//! Reads: one user in one pool, whole.

use twinpool_core::change_event::UserRef;
use twinpool_core::id::{UserSub, Username};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, PoolReader, by_sub};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::Attributes;

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

/// One user with the groups, by the pool's own sub: somebody else's username may look like it.
pub(crate) async fn by_own_sub<R: PoolReader>(pool: &R, sub: &impl UserSub) -> Answer<Option<Snapshot>> {
    let found = user(pool, &by_sub(sub)).await?;
    Ok(found.filter(|user| user.sub.as_str() == sub.as_str()))
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

/// Who holds the name, or one of the other ways to sign in, and under which name.
pub(crate) async fn in_the_way<R: PoolReader>(
    pool: &R,
    shape: &PoolShape,
    (username, attributes): (&Username, &Attributes),
) -> Answer<Option<(Username, Snapshot)>> {
    for name in names(shape, username, attributes) {
        if let Some(holder) = named(pool, &name).await? {
            return Ok(Some((name, holder)));
        }
    }
    Ok(None)
}

/// All names of a user who is made so.
pub(crate) fn names<'a>(
    shape: &'a PoolShape,
    username: &Username,
    attributes: &'a Attributes,
) -> impl Iterator<Item = Username> {
    let ways = shape.ways_to_sign_in(attributes);
    let ways = ways.filter_map(|(_, value)| Username::parse(value.reveal()).ok());
    std::iter::once(username.clone()).chain(ways)
}

/// One user by name. A name that Cognito does not take for one is nobody's.
pub(crate) async fn named<R: PoolReader>(pool: &R, name: &Username) -> Answer<Option<Snapshot>> {
    match user(pool, &UserRef::Username(name.clone())).await {
        Err(error) if error.class == Class::Rejected => Ok(None),
        answer => answer,
    }
}
