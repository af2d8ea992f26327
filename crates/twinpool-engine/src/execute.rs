//! Carries a plan out: one operation, one call, no choices.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, NewSub, UserSub};
use twinpool_core::plan::Operation;
use twinpool_core::port::{Answer, Class, PoolReader as _, PoolWriter, PortError, by_sub};
use twinpool_core::snapshot::{Factor, Identity};
use twinpool_core::value::Attributes;

use crate::engine::{Engine, Ports};

/// What the pool refused, and why.
pub(crate) type Refused = BTreeMap<Subject, Reason>;

/// The pool that follows.
pub(crate) trait Target: Sync {
    /// The subs of its users.
    type Sub: UserSub + Sync;
    /// The pool.
    type Pool: PoolWriter<Self::Sub>;

    /// The pool, as long as it may be written. Asked for before every call.
    ///
    /// # Errors
    /// [`Class::Stale`] where it has to be decided again what is written.
    fn pool(&self) -> impl Future<Output = Answer<&Self::Pool>> + Send;

    /// The pool lacks a group that one of its users is to join.
    fn make_group(&self, name: &GroupName) -> impl Future<Output = Answer<()>> + Send;
}

/// The new pool.
pub(crate) struct ToNew<'a, P>(pub(crate) &'a Engine<P>);

impl<P: Ports> Target for ToNew<'_, P> {
    type Sub = NewSub;
    type Pool = P::New;

    async fn pool(&self) -> Answer<&P::New> {
        Ok(self.0.ports.new_pool())
    }

    async fn make_group(&self, name: &GroupName) -> Answer<()> {
        self.0.make_group(name, &self.0.rules.old_group(name)).await
    }
}

/// The new pool, as long as changes travel one way: what was decided then, and is written later, would look like a change that a
/// user made in the new pool.
pub(crate) struct ToNewOnly<'a, P>(pub(crate) &'a Engine<P>);

impl<P: Ports> Target for ToNewOnly<'_, P> {
    type Sub = NewSub;
    type Pool = P::New;

    async fn pool(&self) -> Answer<&P::New> {
        match self.0.still_standing().await?.phase.is_two_way() {
            true => Err(PortError::new(Class::Stale, "Write", "TravelsBothWays")),
            false => Ok(self.0.ports.new_pool()),
        }
    }

    async fn make_group(&self, name: &GroupName) -> Answer<()> {
        ToNew(self.0).make_group(name).await
    }
}

/// Makes one change to an existing user. Returns what the pool refused, and why.
pub(crate) async fn execute<T: Target>(target: &T, sub: &T::Sub, operation: &Operation) -> Answer<Refused> {
    let pool = target.pool().await?;
    match operation {
        // Creation learns the sub that everything else needs: `make` does it.
        Operation::CreateUser { .. } => {}
        Operation::SetRandomPassword => pool.set_random_password(sub).await?,
        Operation::SetAttributes(attributes) => {
            return set_attributes(target, sub, attributes).await;
        }
        Operation::DeleteAttributes(names) => return delete_attributes(target, sub, names).await,
        Operation::AddToGroup(group) => {
            let refused = refusal(add_to_group(target, sub, group).await)?;
            return Ok(refused.map(|reason| (Subject::Group(group.clone()), reason)).into_iter().collect());
        }
        Operation::LinkIdentity(identity) => {
            let refused = refusal(link_identity(target, sub, identity).await)?;
            let subject = Subject::Identity(identity.provider.clone());
            return Ok(refused.map(|reason| (subject, reason)).into_iter().collect());
        }
        Operation::UnlinkIdentity(identity) => {
            let refused = refusal(pool.unlink_identity(identity).await)?;
            let subject = Subject::Identity(identity.provider.clone());
            return Ok(refused.map(|reason| (subject, reason)).into_iter().collect());
        }
        Operation::SetMfa { was, now: mfa } => {
            let Some(reason) = refusal(pool.set_mfa(sub, *was, *mfa).await)? else {
                return Ok(Refused::new());
            };
            // Also those that were to be turned off: else the base would say that they are.
            let concerned = |factor: &Factor| was.has(*factor) || mfa.has(*factor);
            let factors = [Factor::Sms, Factor::Email].into_iter().filter(concerned);
            return Ok(factors.map(|factor| (Subject::Factor(factor), reason)).collect());
        }
        Operation::DeleteUser => pool.delete_user(sub).await?,
        Operation::RemoveFromGroup(group) => pool.remove_from_group(sub, group).await?,
        Operation::SetEnabled(enabled) => pool.set_enabled(sub, *enabled).await?,
    }
    Ok(Refused::new())
}

/// One call; only if the pool refuses it, one per attribute, so that one bad value does not keep back the others.
async fn set_attributes<T: Target>(target: &T, sub: &T::Sub, attributes: &Attributes) -> Answer<Refused> {
    if refusal(target.pool().await?.set_attributes(sub, attributes).await)?.is_none() {
        return Ok(Refused::new());
    }
    let mut refused = Refused::new();
    for part in inseparable(attributes) {
        if let Some(reason) = refusal(target.pool().await?.set_attributes(sub, &part).await)? {
            refused.extend(part.into_keys().map(|name| (Subject::Attribute(name), reason)));
        }
    }
    Ok(refused)
}

/// As [`set_attributes`]: a required attribute, say, cannot be deleted.
async fn delete_attributes<T: Target>(
    target: &T,
    sub: &T::Sub,
    names: &BTreeSet<AttributeName>,
) -> Answer<Refused> {
    if refusal(target.pool().await?.delete_attributes(sub, names).await)?.is_none() {
        return Ok(Refused::new());
    }
    let mut refused = Refused::new();
    for name in names {
        if let Some(reason) =
            refusal(target.pool().await?.delete_attributes(sub, &[name.clone()].into()).await)?
        {
            refused.insert(Subject::Attribute(name.clone()), reason);
        }
    }
    Ok(refused)
}

async fn add_to_group<T: Target>(target: &T, sub: &T::Sub, group: &GroupName) -> Answer<()> {
    match target.pool().await?.add_to_group(sub, group).await {
        // Not the user, who may have been deleted meanwhile (F§4.5).
        Err(error) if error.class == Class::NotFound && error.code == "ResourceNotFoundException" => {}
        answer => return answer,
    }
    target.make_group(group).await?;
    target.pool().await?.add_to_group(sub, group).await
}

/// Cognito is known to refuse with several codes what it has done, so the user is asked (aws/aws-sdk-js-v3#5281).
async fn link_identity<T: Target>(target: &T, sub: &T::Sub, identity: &Identity) -> Answer<()> {
    let pool = target.pool().await?;
    let vanished = || PortError::new(Class::Stale, "AdminGetUser", "UserVanished");
    let user = pool.user(&by_sub(sub)).await?.ok_or_else(vanished)?;
    match pool.link_identity(&user, identity).await {
        Err(error) if matches!(error.class, Class::Rejected | Class::Taken | Class::NotFound) => {
            let now = pool.user(&by_sub(sub)).await?.ok_or_else(vanished)?;
            let is_linked = now.identities.contains(identity);
            let class = if error.class == Class::Taken { Class::Taken } else { Class::Rejected };
            if is_linked { Ok(()) } else { Err(PortError { class, ..error }) }
        }
        answer => answer,
    }
}

/// What the pool will refuse tomorrow too is no error.
fn refusal(answer: Answer<()>) -> Answer<Option<Reason>> {
    match answer.map_err(|error| (error.class, error)) {
        Ok(()) => Ok(None),
        Err((Class::Rejected, _)) => Ok(Some(Reason::Refused)),
        Err((Class::Taken, _)) => Ok(Some(Reason::Taken)),
        Err((_, error)) => Err(error),
    }
}

/// An address and its flag stay together.
fn inseparable(attributes: &Attributes) -> Vec<Attributes> {
    let mut parts: Vec<Attributes> = Vec::new();
    for (name, value) in attributes {
        let contact = Contact::of(name);
        let mate = parts
            .iter_mut()
            .find(|part| contact.is_some() && part.keys().any(|other| Contact::of(other) == contact));
        match mate {
            Some(part) => drop(part.insert(name.clone(), value.clone())),
            None => parts.push([(name.clone(), value.clone())].into()),
        }
    }
    parts
}
