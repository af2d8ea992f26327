//! The people of the drill. Everybody has a proven address or none, so that nothing of anybody is to be held back.

use anyhow::{Context as _, Result};

use super::super::fill::fill;
use super::super::people::Newcomer;
use super::super::say::Clock;
use super::person::Person;
use crate::local::{Stack, Users};

/// Fills the old pool, straight and before anything goes wrong.
pub(super) fn seed(stack: &Stack, users: usize, clock: &Clock) -> Result<Vec<Person>> {
    fill(stack, users, clock, enter)
}

/// Somebody comes into the pool. Every other one has a password.
pub(super) fn enter(old: &Users, number: usize) -> Result<Person> {
    let mut newcomer = Newcomer::number(number);
    for (_, value) in newcomer.attributes.iter_mut().filter(|(name, _)| *name == "email_verified") {
        "true".clone_into(value);
    }
    let (username, has_password) = (newcomer.username.clone(), number.is_multiple_of(2));
    let come = || -> Result<String> {
        let sub = old.make(&username, &newcomer.attributes())?;
        if has_password {
            old.set_password(&username)?;
        }
        newcomer.groups.iter().try_for_each(|group| old.join(&username, group))?;
        if newcomer.disabled {
            old.enable(&username, false)?;
        }
        Ok(sub)
    };
    let sub = come().with_context(|| format!("making {username}"))?;
    let attributes = newcomer.attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let groups = newcomer.groups.into_iter().map(str::to_owned).collect();
    Ok(Person {
        username,
        sub,
        has_password,
        attributes,
        groups,
        enabled: !newcomer.disabled,
        is_deleted: false,
    })
}
