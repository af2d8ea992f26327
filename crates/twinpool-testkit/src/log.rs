//! What took effect in a pool, in order, for tests that must know who changed what.

use std::sync::PoisonError;

use crate::pool::{MemoryPool, Person};

/// One call that took effect. Of operations that name no user, such as creations, there is no user here.
#[derive(Debug, Clone)]
pub struct Call {
    /// Which operation.
    pub operation: &'static str,
    /// By which name or sub the user was asked for.
    pub asked: Option<String>,
    /// The user before.
    pub before: Option<Person>,
    /// The user after.
    pub after: Option<Person>,
}

impl MemoryPool {
    /// From now on calls are kept.
    pub fn keep_log(&self) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
    }

    /// What took effect since this was last asked.
    #[must_use]
    pub fn take_log(&self) -> Vec<Call> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The user as it is before a call, if calls are kept.
    pub(crate) fn before(&self, user: Option<&str>) -> Option<Person> {
        let is_kept = self.log.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        self.person(user.filter(|_| is_kept)?)
    }

    pub(crate) fn note(&self, operation: &'static str, asked: Option<&str>, before: Option<Person>) {
        if let Some(log) = self.log.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            let after = before.as_ref().and_then(|person| self.person(person.sub.as_str()));
            log.push(Call { operation, asked: asked.map(str::to_owned), before, after });
        }
    }
}
