//! What a pool is to this server: a strict stand-in in memory, or users made up while they are read.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{GroupName, NewSub, Sub};
use twinpool_core::password::{Inviter, PasswordResetter, PasswordSetter};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::PoolWriter;
use twinpool_core::snapshot::Status;
use twinpool_testkit::{MemoryPool, Person, Process};

use super::super::refusal::Refusal;

/// Which users of a list.
#[derive(Debug, Clone)]
pub(in super::super) enum Wanted {
    All,
    SubStarts(String),
    MemberOf(GroupName),
}

/// A user, and the place after it.
pub(in super::super) type Entry = (Person, String);

/// A pool.
pub(in super::super) trait Directory: Send + Sync {
    fn shape(&self) -> PoolShape;
    fn size(&self) -> usize;
    fn is_deleted(&self) -> bool;
    fn groups(&self) -> Vec<GroupDefinition>;
    /// As the parameter `Username` finds a user (F§4).
    fn find(&self, parameter: &str) -> Option<Person>;
    /// Whoever has this sub, username or contact, and perhaps others.
    fn known_as(&self, name: &str) -> Vec<Person>;
    /// So many, after this place. `None` for a place that is none.
    fn page(&self, wanted: &Wanted, after: Option<&str>, most: usize) -> Option<Vec<Entry>>;
    /// The way to write, where there is one.
    fn memory(&self) -> Result<&Arc<MemoryPool>, Refusal>;
}

impl dyn Directory + '_ {
    /// The user of a request.
    pub(super) fn user(&self, parameter: &str) -> Result<Person, Refusal> {
        let found = self.find(parameter);
        found.ok_or_else(|| Refusal::new("UserNotFoundException", "User does not exist."))
    }

    pub(super) fn writer(
        &self,
    ) -> Result<impl PoolWriter + PasswordSetter + PasswordResetter<NewSub> + Inviter, Refusal> {
        Ok(self.memory()?.called_by(&Arc::new(Process::healthy())))
    }
}

impl Directory for Arc<MemoryPool> {
    fn shape(&self) -> PoolShape {
        MemoryPool::shape(self).clone()
    }

    fn size(&self) -> usize {
        self.count()
    }

    fn is_deleted(&self) -> bool {
        MemoryPool::is_deleted(self)
    }

    fn groups(&self) -> Vec<GroupDefinition> {
        self.all_groups()
    }

    fn find(&self, parameter: &str) -> Option<Person> {
        // The sub of a local user only (F§4).
        let by_sub =
            |person: &Person| person.sub.as_str() == parameter && person.username.as_str() != parameter;
        self.person(parameter).filter(|person| !(by_sub(person) && person.status == Status::ExternalProvider))
    }

    fn known_as(&self, name: &str) -> Vec<Person> {
        MemoryPool::known_as(self, name)
    }

    fn page(&self, wanted: &Wanted, after: Option<&str>, most: usize) -> Option<Vec<Entry>> {
        let after = after.map(Sub::parse).transpose().ok()?;
        let found = self.listed(after.as_ref(), most, |person| match wanted {
            Wanted::All => true,
            Wanted::SubStarts(start) => person.sub.as_str().starts_with(start),
            Wanted::MemberOf(group) => person.groups.contains(group),
        });
        let place = |person: Person| {
            let place = person.sub.to_string();
            (person, place)
        };
        Some(found.into_iter().map(place).collect())
    }

    fn memory(&self) -> Result<&Arc<MemoryPool>, Refusal> {
        Ok(self)
    }
}

/// The stand-ins in memory give way at each call, and wait for nothing.
pub(in super::super) fn now<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(answer) = work.as_mut().poll(&mut context) {
            return answer;
        }
    }
}
