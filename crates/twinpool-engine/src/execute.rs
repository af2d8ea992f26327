//! Carries a plan out: one operation, one call, no choices.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, NewSub};
use twinpool_core::plan::Operation;
use twinpool_core::port::{Answer, Class, PoolReader as _, PoolWriter, PortError, by_sub};
use twinpool_core::snapshot::{Factor, Identity};
use twinpool_core::value::Attributes;

use crate::engine::{Engine, Ports};

/// What the pool refused, and why.
pub(crate) type Refused = BTreeMap<Subject, Reason>;

impl<P: Ports> Engine<P> {
    /// Makes one change to an existing user. Returns what the pool refused, and why.
    pub(crate) async fn execute(&self, sub: &NewSub, operation: &Operation) -> Answer<Refused> {
        let pool = self.ports.new_pool();
        match operation {
            // Creation learns the sub that everything else needs: `sync_user` does it.
            Operation::CreateUser { .. } => {}
            Operation::SetRandomPassword => pool.set_random_password(sub).await?,
            Operation::SetAttributes(attributes) => {
                return self.set_attributes(sub, attributes).await;
            }
            Operation::DeleteAttributes(names) => return self.delete_attributes(sub, names).await,
            Operation::AddToGroup(group) => {
                let refused = refusal(self.add_to_group(sub, group).await)?;
                return Ok(refused
                    .map(|reason| (Subject::Group(group.clone()), reason))
                    .into_iter()
                    .collect());
            }
            Operation::LinkIdentity(identity) => {
                let refused = refusal(self.link_identity(sub, identity).await)?;
                let subject = Subject::Identity(identity.provider.clone());
                return Ok(refused.map(|reason| (subject, reason)).into_iter().collect());
            }
            Operation::UnlinkIdentity(identity) => {
                let refused = refusal(pool.unlink_identity(identity).await)?;
                let subject = Subject::Identity(identity.provider.clone());
                return Ok(refused.map(|reason| (subject, reason)).into_iter().collect());
            }
            Operation::SetMfa { was, now: mfa } => {
                let reason = refusal(pool.set_mfa(sub, *was, *mfa).await)?;
                let on = [Factor::Sms, Factor::Email].into_iter().filter(|factor| mfa.has(*factor));
                let refused = reason.into_iter().flat_map(|reason| on.clone().map(move |on| (on, reason)));
                return Ok(refused.map(|(factor, reason)| (Subject::Factor(factor), reason)).collect());
            }
            Operation::DeleteUser => pool.delete_user(sub).await?,
            Operation::RemoveFromGroup(group) => pool.remove_from_group(sub, group).await?,
            Operation::SetEnabled(enabled) => pool.set_enabled(sub, *enabled).await?,
        }
        Ok(Refused::new())
    }

    /// One call; only if the pool refuses it, one per attribute, so that one bad value does not keep back the others.
    async fn set_attributes(&self, sub: &NewSub, attributes: &Attributes) -> Answer<Refused> {
        let pool = self.ports.new_pool();
        if refusal(pool.set_attributes(sub, attributes).await)?.is_none() {
            return Ok(Refused::new());
        }
        let mut refused = Refused::new();
        for part in inseparable(attributes) {
            if let Some(reason) = refusal(pool.set_attributes(sub, &part).await)? {
                refused.extend(part.into_keys().map(|name| (Subject::Attribute(name), reason)));
            }
        }
        Ok(refused)
    }

    /// As [`Engine::set_attributes`]: a required attribute, say, cannot be deleted.
    async fn delete_attributes(&self, sub: &NewSub, names: &BTreeSet<AttributeName>) -> Answer<Refused> {
        let pool = self.ports.new_pool();
        if refusal(pool.delete_attributes(sub, names).await)?.is_none() {
            return Ok(Refused::new());
        }
        let mut refused = Refused::new();
        for name in names {
            if let Some(reason) = refusal(pool.delete_attributes(sub, &[name.clone()].into()).await)? {
                refused.insert(Subject::Attribute(name.clone()), reason);
            }
        }
        Ok(refused)
    }

    async fn add_to_group(&self, sub: &NewSub, group: &GroupName) -> Answer<()> {
        let pool = self.ports.new_pool();
        match pool.add_to_group(sub, group).await {
            // Not the user, who may have been deleted meanwhile (F§4.5).
            Err(error) if error.class == Class::NotFound && error.code == "ResourceNotFoundException" => {}
            answer => return answer,
        }
        self.make_group(group, &self.rules.old_group(group)).await?;
        pool.add_to_group(sub, group).await
    }

    /// Cognito is known to refuse with several codes what it has done, so the user is asked (aws/aws-sdk-js-v3#5281).
    async fn link_identity(&self, sub: &NewSub, identity: &Identity) -> Answer<()> {
        let pool = self.ports.new_pool();
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
