//! A pool in memory as one process calls it.

use std::collections::BTreeSet;
use std::sync::Arc;

use twinpool_core::change_event::UserRef;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{AttributeName, GroupName, UserSub, Username};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, PoolReader, PoolWriter};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot};
use twinpool_core::value::Attributes;

use crate::passwords::{Kind, SET};
use crate::pool::{MemoryPool, Person, not_found};
use crate::process::Process;
use crate::strict;

mod passwords;
mod search;

const NO_RESOURCE: &str = "ResourceNotFoundException";

/// A pool as one process calls it.
#[derive(Debug, Clone)]
pub struct PoolHandle {
    pub(crate) pool: Arc<MemoryPool>,
    process: Arc<Process>,
}

impl PoolHandle {
    pub(crate) fn new(pool: Arc<MemoryPool>, process: Arc<Process>) -> Self {
        Self { pool, process }
    }

    pub(crate) async fn call<T>(
        &self,
        operation: &'static str,
        user: Option<&str>,
        work: impl FnOnce() -> Answer<T> + Send,
    ) -> Answer<T>
    where
        T: Send,
    {
        self.process.enter(operation).await?;
        if self.pool.state().is_deleted {
            // One code for a missing pool and a missing group (F§4.5).
            return Err(not_found(operation, NO_RESOURCE));
        }
        if let Some(quota) = self.pool.quota() {
            quota.count(operation, user)?;
        }
        let before = self.pool.before(user);
        let answer = work()?;
        self.pool.note(operation, user, before);
        self.process.leave(operation).await?;
        Ok(answer)
    }
}

impl PoolReader for PoolHandle {
    async fn shape(&self) -> Answer<PoolShape> {
        const OPERATION: &str = "DescribeUserPool";
        self.process.describe(OPERATION)?;
        if self.pool.state().is_deleted {
            return Err(not_found(OPERATION, NO_RESOURCE));
        }
        Ok(self.pool.shape_now())
    }

    async fn user(&self, who: &UserRef) -> Answer<Option<Snapshot>> {
        self.call("AdminGetUser", Some(who.parameter()), || {
            strict::check_parameter("AdminGetUser", who.parameter())?;
            Ok(self.pool.reached(who.parameter()).map(Person::told))
        })
        .await
    }

    async fn groups(&self, who: &UserRef) -> Answer<Option<BTreeSet<GroupName>>> {
        self.call("AdminListGroupsForUser", Some(who.parameter()), || {
            Ok(self.pool.reached(who.parameter()).map(|person| person.groups))
        })
        .await
    }

    async fn factors(&self, who: &UserRef, shape: &PoolShape) -> Answer<BTreeSet<Factor>> {
        let wanted = |factor: &Factor| match factor {
            Factor::Passkeys => shape.passkeys,
            Factor::Devices => shape.devices,
            Factor::Sms | Factor::Email | Factor::Totp => false,
        };
        self.call("AdminGetUserAuthFactors", Some(who.parameter()), || {
            let person = self.pool.reached(who.parameter());
            Ok(person.map(|person| person.factors).unwrap_or_default().into_iter().filter(wanted).collect())
        })
        .await
    }

    async fn group(&self, name: &GroupName) -> Answer<Option<GroupDefinition>> {
        // The pool's absence reads as the group's (F§4.5).
        if self.pool.state().is_deleted {
            return Ok(None);
        }
        self.call("GetGroup", None, || Ok(self.pool.group(name))).await
    }
}

impl<S: UserSub> PoolWriter<S> for PoolHandle {
    async fn create_user(&self, username: &Username, attributes: &Attributes) -> Answer<S> {
        self.call("AdminCreateUser", None, || self.pool.create(username, attributes).map(S::from)).await
    }

    async fn set_random_password(&self, sub: &S) -> Answer<()> {
        self.call(SET, Some(sub.as_str()), || self.pool.set_unseen_password(sub, Kind::Permanent)).await
    }

    async fn set_attributes(&self, sub: &S, attributes: &Attributes) -> Answer<()> {
        const OPERATION: &str = "AdminUpdateUserAttributes";
        self.call(OPERATION, Some(sub.as_str()), || {
            self.pool.change(sub, OPERATION, |_| ())?;
            let shape = self.pool.shape_now();
            let mut state = self.pool.state();
            let messages = strict::update(&shape, &mut state.people, &sub.sub(), attributes)?;
            drop(state);
            self.pool.change(sub, OPERATION, |person| person.messages += messages)
        })
        .await
    }

    async fn delete_attributes(&self, sub: &S, names: &BTreeSet<AttributeName>) -> Answer<()> {
        const OPERATION: &str = "AdminDeleteUserAttributes";
        self.call(OPERATION, Some(sub.as_str()), || {
            strict::check_deletable(&self.pool.shape, names)?;
            self.pool
                .change(sub, OPERATION, |person| person.attributes.retain(|name, _| !names.contains(name)))
        })
        .await
    }

    async fn add_to_group(&self, sub: &S, group: &GroupName) -> Answer<()> {
        const OPERATION: &str = "AdminAddUserToGroup";
        self.call(OPERATION, Some(sub.as_str()), || {
            if self.pool.group(group).is_none() {
                return Err(not_found(OPERATION, NO_RESOURCE));
            }
            self.pool.change(sub, OPERATION, |person| {
                person.groups.insert(group.clone());
            })
        })
        .await
    }

    async fn remove_from_group(&self, sub: &S, group: &GroupName) -> Answer<()> {
        const OPERATION: &str = "AdminRemoveUserFromGroup";
        self.call(OPERATION, Some(sub.as_str()), || {
            self.pool.edit(&sub.sub(), |person| {
                person.groups.remove(group);
            });
            Ok(())
        })
        .await
    }

    async fn create_group(&self, group: &GroupDefinition) -> Answer<bool> {
        self.call("CreateGroup", None, || {
            let mut state = self.pool.state();
            let is_new = !state.groups.contains_key(&group.name);
            state.groups.entry(group.name.clone()).or_insert_with(|| group.clone());
            Ok(is_new)
        })
        .await
    }

    async fn update_group(&self, group: &GroupDefinition) -> Answer<()> {
        self.call("UpdateGroup", None, || {
            let mut state = self.pool.state();
            let stored = state.groups.get_mut(&group.name);
            stored.map(|stored| group.clone_into(stored)).ok_or_else(|| not_found("UpdateGroup", NO_RESOURCE))
        })
        .await
    }

    async fn delete_group(&self, name: &GroupName) -> Answer<()> {
        self.call("DeleteGroup", None, || {
            self.pool.remove_group(name);
            Ok(())
        })
        .await
    }

    async fn delete_user(&self, sub: &S) -> Answer<()> {
        self.call("AdminDeleteUser", Some(sub.as_str()), || {
            self.pool.remove(&sub.sub());
            Ok(())
        })
        .await
    }

    async fn link_identity(&self, user: &Snapshot, identity: &Identity) -> Answer<()> {
        self.call("AdminLinkProviderForUser", None, || {
            strict::link(&mut self.pool.state().people, &user.username, identity)
        })
        .await
    }

    async fn unlink_identity(&self, identity: &Identity) -> Answer<()> {
        self.call("AdminDisableProviderForUser", None, || {
            self.pool.state().people.each(|person| {
                person.identities.remove(identity);
            });
            Ok(())
        })
        .await
    }

    async fn set_mfa(&self, sub: &S, _was: Mfa, now: Mfa) -> Answer<()> {
        const OPERATION: &str = "AdminSetUserMFAPreference";
        self.call(OPERATION, Some(sub.as_str()), || {
            let shape = self.pool.shape.clone();
            self.pool.change(sub, OPERATION, |person| strict::set_mfa(&shape, person, now))?
        })
        .await
    }

    async fn set_enabled(&self, sub: &S, enabled: bool) -> Answer<()> {
        let operation = if enabled { "AdminEnableUser" } else { "AdminDisableUser" };
        self.call(operation, Some(sub.as_str()), || {
            self.pool.change(sub, operation, |person| person.enabled = enabled)
        })
        .await
    }
}
