//! Carries a plan out: one operation, one call, no choices.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::id::{AttributeName, GroupName, NewSub};
use twinpool_core::plan::Operation;
use twinpool_core::port::{Answer, Class, PoolReader, PoolWriter};
use twinpool_core::value::Attributes;

use crate::engine::{Engine, Ports};

impl<P: Ports> Engine<P> {
    /// Makes one change to an existing user. Returns the attributes that the pool refused for good.
    pub(crate) async fn execute(
        &self,
        sub: &NewSub,
        operation: &Operation,
    ) -> Answer<BTreeSet<AttributeName>> {
        let pool = self.ports.new_pool();
        match operation {
            // Creation learns the sub that everything else needs: `sync_user` does it.
            Operation::CreateUser { .. } => {}
            Operation::SetRandomPassword => pool.set_random_password(sub).await?,
            Operation::SetAttributes(attributes) => {
                return self.set_attributes(sub, attributes).await;
            }
            Operation::DeleteAttributes(names) => return self.delete_attributes(sub, names).await,
            Operation::AddToGroup(group) => self.add_to_group(sub, group).await?,
            Operation::RemoveFromGroup(group) => pool.remove_from_group(sub, group).await?,
            Operation::SetEnabled(enabled) => pool.set_enabled(sub, *enabled).await?,
        }
        Ok(BTreeSet::new())
    }

    /// One call; only if the pool refuses it, one per attribute, so that one bad value does not keep back the others.
    async fn set_attributes(&self, sub: &NewSub, attributes: &Attributes) -> Answer<BTreeSet<AttributeName>> {
        let pool = self.ports.new_pool();
        match pool.set_attributes(sub, attributes).await {
            Err(error) if is_refusal(error.class) => {}
            answer => return answer.map(|()| BTreeSet::new()),
        }
        let mut refused = BTreeSet::new();
        for part in inseparable(attributes) {
            match pool.set_attributes(sub, &part).await {
                Err(error) if is_refusal(error.class) => refused.extend(part.into_keys()),
                answer => answer?,
            }
        }
        Ok(refused)
    }

    /// As [`Engine::set_attributes`]: a required attribute, say, cannot be deleted.
    async fn delete_attributes(
        &self,
        sub: &NewSub,
        names: &BTreeSet<AttributeName>,
    ) -> Answer<BTreeSet<AttributeName>> {
        let pool = self.ports.new_pool();
        match pool.delete_attributes(sub, names).await {
            Err(error) if is_refusal(error.class) => {}
            answer => return answer.map(|()| BTreeSet::new()),
        }
        let mut refused = BTreeSet::new();
        for name in names {
            match pool.delete_attributes(sub, &[name.clone()].into()).await {
                Err(error) if is_refusal(error.class) => drop(refused.insert(name.clone())),
                answer => answer?,
            }
        }
        Ok(refused)
    }

    async fn add_to_group(&self, sub: &NewSub, group: &GroupName) -> Answer<()> {
        let pool = self.ports.new_pool();
        match pool.add_to_group(sub, group).await {
            Err(error) if error.class == Class::NotFound => {}
            answer => return answer,
        }
        // Deleted in the old pool since the user was read: nobody is in it any more.
        let Some(definition) = self.ports.old().group(group).await? else {
            return Ok(());
        };
        pool.create_group(&definition).await?;
        pool.add_to_group(sub, group).await
    }
}

/// The pool will say the same tomorrow.
fn is_refusal(class: Class) -> bool {
    matches!(class, Class::Rejected | Class::Taken)
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
