//! A user pool in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use twinpool_core::attribute::Contact;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{GroupName, Sub, Timestamp, UserSub, Username};
use twinpool_core::pool::{PoolShape, SignIn};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use crate::handle::PoolHandle;
use crate::log::Call;
use crate::passwords::Passwords;
use crate::people::People;
use crate::process::Process;
use crate::quota::Quota;
use crate::strict;
use crate::uuid::uuid;

/// One user of a pool in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The sub.
    pub sub: Sub,
    /// The username.
    pub username: Username,
    /// The status.
    pub status: Status,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// The attributes.
    pub attributes: Attributes,
    /// The groups.
    pub groups: BTreeSet<GroupName>,
    /// Identities at providers.
    pub identities: BTreeSet<Identity>,
    /// Second factors.
    pub mfa: Mfa,
    /// Passkeys and devices.
    pub factors: BTreeSet<Factor>,
    /// How many messages Cognito would have sent.
    pub messages: u32,
}

impl Person {
    /// The value of a contact.
    #[must_use]
    pub fn contact(&self, contact: Contact) -> Option<&Value> {
        self.attributes.get(&contact.address_attribute())
    }

    /// Whether a contact is verified.
    #[must_use]
    pub fn is_verified(&self, contact: Contact) -> bool {
        self.attributes.get(&contact.flag_attribute()).is_some_and(Value::is_true)
    }

    /// What the pool tells of one user: all but the groups and what nobody can read out.
    pub(crate) fn told(self) -> Snapshot {
        Snapshot {
            sub: self.sub,
            username: self.username,
            status: self.status,
            enabled: self.enabled,
            attributes: Snapshot::attributes_that_travel(self.attributes),
            groups: BTreeSet::new(),
            identities: self.identities,
            mfa: self.mfa,
            factors: BTreeSet::new(),
            created_at: Timestamp(0),
            modified_at: Timestamp(0),
        }
    }

    /// Whether ForgotPassword works: not before there is a password (F§0.5), and not without a verified contact.
    #[must_use]
    pub fn can_reset_password(&self) -> bool {
        self.status == Status::Confirmed && Contact::ALL.into_iter().any(|contact| self.is_verified(contact))
    }

    /// The value of an attribute, for assertions.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.as_str() == name);
        found.map(|(_, value)| value.reveal())
    }
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) people: People,
    pub(crate) groups: BTreeMap<GroupName, GroupDefinition>,
    made: u32,
    pub(crate) late_in_list: BTreeSet<Sub>,
    /// Those whom the list shows as they were, who may be gone.
    pub(crate) as_they_were: BTreeMap<Sub, Person>,
    pub(crate) expired: BTreeSet<String>,
    verifies: BTreeSet<Contact>,
    pub(crate) is_deleted: bool,
}

/// A pool in memory that is as strict as AWS.
#[derive(Debug)]
pub struct MemoryPool {
    pub(crate) shape: PoolShape,
    state: Mutex<State>,
    quota: Mutex<Option<Arc<Quota>>>,
    pub(crate) passwords: Mutex<Passwords>,
    pub(crate) log: Mutex<Option<Vec<Call>>>,
    has_uuids: bool,
}

impl MemoryPool {
    /// An empty pool.
    #[must_use]
    pub fn new(shape: PoolShape) -> Arc<Self> {
        Self::made(shape, false)
    }

    /// An empty pool that gives UUIDs as subs, as AWS does; others count, which reads better in tests.
    #[must_use]
    pub fn with_uuids(shape: PoolShape) -> Arc<Self> {
        Self::made(shape, true)
    }

    fn made(shape: PoolShape, has_uuids: bool) -> Arc<Self> {
        Arc::new(Self {
            shape,
            state: Mutex::default(),
            quota: Mutex::default(),
            passwords: Mutex::default(),
            log: Mutex::default(),
            has_uuids,
        })
    }

    /// What the pool was made like.
    #[must_use]
    pub fn shape(&self) -> &PoolShape {
        &self.shape
    }

    /// The pool, as one process calls it.
    #[must_use]
    pub fn called_by(self: &Arc<Self>, process: &Arc<Process>) -> PoolHandle {
        PoolHandle::new(Arc::clone(self), Arc::clone(process))
    }

    /// Everyone in the pool.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        self.state().people.values().cloned().collect()
    }

    /// One user.
    #[must_use]
    pub fn person(&self, parameter: &str) -> Option<Person> {
        strict::find(&self.shape, &self.state().people, parameter).cloned()
    }

    /// Whoever has this sub, username, contact or preferred username, in any case.
    #[must_use]
    pub fn known_as(&self, name: &str) -> Vec<Person> {
        self.state().people.known_as(name).cloned().collect()
    }

    /// All groups, by name.
    #[must_use]
    pub fn all_groups(&self) -> Vec<GroupDefinition> {
        self.state().groups.values().cloned().collect()
    }

    /// One user, as calls find them: a federated one by sub only where the list shows them already (F§4, F§4.6).
    pub(crate) fn reached(&self, parameter: &str) -> Option<Person> {
        let found = self.person(parameter)?;
        let by_list = found.sub.as_str() == parameter && found.status == Status::ExternalProvider;
        let is_late = by_list && self.state().late_in_list.contains(&found.sub);
        (!is_late).then_some(found)
    }

    pub(crate) fn group_names(&self) -> BTreeSet<GroupName> {
        self.state().groups.keys().cloned().collect()
    }

    /// Puts a user into the pool, as if it had always been there.
    pub fn put(&self, person: Person) {
        self.state().people.insert(person);
    }

    /// Changes a user behind twinpool's back.
    pub fn edit(&self, sub: &Sub, change: impl FnOnce(&mut Person)) {
        self.state().people.change(sub, change);
    }

    /// Removes a user.
    pub fn remove(&self, sub: &Sub) {
        self.state().people.remove(sub);
    }

    /// Makes a group.
    pub fn put_group(&self, definition: GroupDefinition) {
        self.state().groups.insert(definition.name.clone(), definition);
    }

    /// Deletes a group with its memberships.
    pub fn remove_group(&self, name: &GroupName) {
        let mut state = self.state();
        state.groups.remove(name);
        state.people.each(|person| {
            person.groups.remove(name);
        });
    }

    /// From now on calls are counted.
    pub fn limit(&self, quota: &Arc<Quota>) {
        *self.quota.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(quota));
    }

    pub(crate) fn quota(&self) -> Option<Arc<Quota>> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Turns the verification of a contact on, as an owner can at any time.
    pub fn verify_from_now_on(&self, contact: Contact) {
        self.state().verifies.insert(contact);
    }

    /// The shape as it is now.
    pub(crate) fn shape_now(&self) -> PoolShape {
        let mut shape = self.shape.clone();
        shape.verifies.extend(self.state().verifies.iter().copied());
        shape
    }

    /// How many users there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state().people.values().count()
    }

    /// Whether the whole pool is deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.state().is_deleted
    }

    /// Deletes the whole pool.
    pub fn delete(&self) {
        self.state().is_deleted = true;
    }

    /// A group.
    #[must_use]
    pub fn group(&self, name: &GroupName) -> Option<GroupDefinition> {
        self.state().groups.get(name).cloned()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn create(&self, username: &Username, attributes: &Attributes) -> Answer<Sub> {
        let mut state = self.state();
        strict::check_parameter("AdminCreateUser", username.as_str())?;
        strict::check_username(&self.shape, username.as_str())?;
        strict::check_values(&self.shape, attributes, "AdminCreateUser")?;
        strict::check_confirmed(&self.shape, attributes, "AdminCreateUser", None)?;
        state.made += 1;
        let text = match self.has_uuids {
            true => uuid(self.shape.id.as_str(), u64::from(state.made)),
            false => format!("new-{}", state.made),
        };
        let sub = Sub::parse(&text).map_err(|_| not_found("AdminCreateUser", "Sub"))?;
        let contact_pool = matches!(self.shape.sign_in, SignIn::Contact(_));
        let own = if contact_pool {
            Username::parse(&text).unwrap_or_else(|_| username.clone())
        } else {
            username.clone()
        };
        let person = Person {
            sub: sub.clone(),
            username: own,
            status: Status::ForceChangePassword,
            enabled: true,
            attributes: attributes.clone(),
            groups: BTreeSet::new(),
            identities: BTreeSet::new(),
            mfa: Mfa::default(),
            factors: BTreeSet::new(),
            messages: 0,
        };
        strict::check_free(&self.shape, &state.people, &person, username.as_str())?;
        state.people.insert(person);
        Ok(sub)
    }

    pub(crate) fn change<T>(
        &self,
        sub: &impl UserSub,
        operation: &'static str,
        change: impl FnOnce(&mut Person) -> T,
    ) -> Answer<T> {
        let changed = self.state().people.change(&sub.sub(), change);
        changed.ok_or_else(|| not_found(operation, "UserNotFoundException"))
    }
}

pub(crate) fn not_found(operation: &'static str, code: &str) -> PortError {
    PortError::new(Class::NotFound, operation, code)
}
