//! A user pool in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{AttributeName, GroupName, NewSub, Sub, Timestamp, Username};
use twinpool_core::pool::{PoolShape, SignIn};
use twinpool_core::port::{Answer, Class, GroupDefinition, PoolReader, PoolWriter, PortError};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use crate::process::Process;
use crate::strict::{self, People};

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
struct State {
    people: People,
    groups: BTreeMap<GroupName, GroupDefinition>,
    made: u32,
}

/// A pool in memory that is as strict as AWS.
#[derive(Debug)]
pub struct MemoryPool {
    shape: PoolShape,
    state: Mutex<State>,
}

impl MemoryPool {
    /// An empty pool.
    #[must_use]
    pub fn new(shape: PoolShape) -> Arc<Self> {
        Arc::new(Self { shape, state: Mutex::default() })
    }

    /// What the pool was made like.
    #[must_use]
    pub fn shape(&self) -> &PoolShape {
        &self.shape
    }

    /// The pool, as one process calls it.
    #[must_use]
    pub fn called_by(self: &Arc<Self>, process: &Arc<Process>) -> PoolHandle {
        PoolHandle { pool: Arc::clone(self), process: Arc::clone(process) }
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

    /// Puts a user into the pool, as if it had always been there.
    pub fn put(&self, person: Person) {
        self.state().people.insert(person.sub.clone(), person);
    }

    /// Changes a user behind twinpool's back.
    pub fn edit(&self, sub: &Sub, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.state().people.get_mut(sub) {
            change(person);
        }
    }

    /// Removes a user.
    pub fn remove(&self, sub: &Sub) {
        self.state().people.remove(sub);
    }

    /// Makes a group.
    pub fn put_group(&self, definition: GroupDefinition) {
        self.state().groups.insert(definition.name.clone(), definition);
    }

    /// A group.
    #[must_use]
    pub fn group(&self, name: &GroupName) -> Option<GroupDefinition> {
        self.state().groups.get(name).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn create(&self, username: &Username, attributes: &Attributes) -> Answer<NewSub> {
        let mut state = self.state();
        strict::check_parameter("AdminCreateUser", username.as_str())?;
        strict::check_username(&self.shape, username.as_str())?;
        strict::check_values(&self.shape, attributes, "AdminCreateUser")?;
        strict::check_confirmed(&self.shape, attributes, "AdminCreateUser", None)?;
        state.made += 1;
        let text = format!("new-{}", state.made);
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
            messages: 0,
        };
        strict::check_free(&self.shape, &state.people, &person, username.as_str())?;
        state.people.insert(sub.clone(), person);
        Ok(NewSub::from(sub))
    }

    fn change<T>(
        &self,
        sub: &NewSub,
        operation: &'static str,
        change: impl FnOnce(&mut Person) -> T,
    ) -> Answer<T> {
        let mut state = self.state();
        let person = state.people.get_mut(&Sub::from(sub));
        person.map(change).ok_or_else(|| not_found(operation, "UserNotFoundException"))
    }
}

fn not_found(operation: &'static str, code: &str) -> PortError {
    PortError::new(Class::NotFound, operation, code)
}

/// A pool as one process calls it.
#[derive(Debug, Clone)]
pub struct PoolHandle {
    pool: Arc<MemoryPool>,
    process: Arc<Process>,
}

impl PoolHandle {
    async fn call<T>(&self, operation: &'static str, work: impl FnOnce() -> Answer<T> + Send) -> Answer<T>
    where
        T: Send,
    {
        self.process.enter(operation).await?;
        let answer = work()?;
        self.process.leave(operation).await?;
        Ok(answer)
    }
}

impl PoolReader for PoolHandle {
    async fn shape(&self) -> Answer<PoolShape> {
        Ok(self.pool.shape.clone())
    }

    async fn user(&self, who: &UserRef) -> Answer<Option<Snapshot>> {
        self.call("AdminGetUser", || {
            strict::check_parameter("AdminGetUser", who.parameter())?;
            Ok(self.pool.person(who.parameter()).map(|person| Snapshot {
                sub: person.sub,
                username: person.username,
                status: person.status,
                enabled: person.enabled,
                attributes: Snapshot::attributes_that_travel(person.attributes),
                groups: BTreeSet::new(),
                created_at: Timestamp(0),
            }))
        })
        .await
    }

    async fn groups(&self, who: &UserRef) -> Answer<Option<BTreeSet<GroupName>>> {
        self.call("AdminListGroupsForUser", || {
            Ok(self.pool.person(who.parameter()).map(|person| person.groups))
        })
        .await
    }

    async fn group(&self, name: &GroupName) -> Answer<Option<GroupDefinition>> {
        self.call("GetGroup", || Ok(self.pool.group(name))).await
    }
}

impl PoolWriter for PoolHandle {
    async fn create_user(&self, username: &Username, attributes: &Attributes) -> Answer<NewSub> {
        self.call("AdminCreateUser", || self.pool.create(username, attributes)).await
    }

    async fn set_random_password(&self, sub: &NewSub) -> Answer<()> {
        const OPERATION: &str = "AdminSetUserPassword";
        self.call(OPERATION, || {
            self.pool.change(sub, OPERATION, |person| {
                strict::check_enabled(person, OPERATION)?;
                person.status = Status::Confirmed;
                Ok(())
            })?
        })
        .await
    }

    async fn set_attributes(&self, sub: &NewSub, attributes: &Attributes) -> Answer<()> {
        const OPERATION: &str = "AdminUpdateUserAttributes";
        self.call(OPERATION, || {
            self.pool.change(sub, OPERATION, |_| ())?;
            let mut state = self.pool.state();
            let messages = strict::update(&self.pool.shape, &mut state.people, &Sub::from(sub), attributes)?;
            drop(state);
            self.pool.change(sub, OPERATION, |person| person.messages += messages)
        })
        .await
    }

    async fn delete_attributes(&self, sub: &NewSub, names: &BTreeSet<AttributeName>) -> Answer<()> {
        const OPERATION: &str = "AdminDeleteUserAttributes";
        self.call(OPERATION, || {
            strict::check_deletable(&self.pool.shape, names)?;
            self.pool
                .change(sub, OPERATION, |person| person.attributes.retain(|name, _| !names.contains(name)))
        })
        .await
    }

    async fn add_to_group(&self, sub: &NewSub, group: &GroupName) -> Answer<()> {
        const OPERATION: &str = "AdminAddUserToGroup";
        self.call(OPERATION, || {
            if self.pool.group(group).is_none() {
                return Err(not_found(OPERATION, "ResourceNotFoundException"));
            }
            self.pool.change(sub, OPERATION, |person| {
                person.groups.insert(group.clone());
            })
        })
        .await
    }

    async fn remove_from_group(&self, sub: &NewSub, group: &GroupName) -> Answer<()> {
        const OPERATION: &str = "AdminRemoveUserFromGroup";
        self.call(OPERATION, || {
            if let Some(person) = self.pool.state().people.get_mut(&Sub::from(sub)) {
                person.groups.remove(group);
            }
            Ok(())
        })
        .await
    }

    async fn create_group(&self, group: &GroupDefinition) -> Answer<()> {
        self.call("CreateGroup", || {
            let mut state = self.pool.state();
            state.groups.entry(group.name.clone()).or_insert_with(|| group.clone());
            Ok(())
        })
        .await
    }

    async fn set_enabled(&self, sub: &NewSub, enabled: bool) -> Answer<()> {
        let operation = if enabled { "AdminEnableUser" } else { "AdminDisableUser" };
        self.call(operation, || self.pool.change(sub, operation, |person| person.enabled = enabled)).await
    }
}
