//! The people of the drill: everybody has a password, and signs in.

use anyhow::{Context as _, Result};

use super::super::fill::fill;
use super::super::people::{Birth, Newcomer};
use super::super::say::Clock;
use super::log::Pool;
use crate::local::{Stack, Users};

/// Somebody who is in a pool.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) username: String,
    /// The sub in the pool where the user was born, which is the user id.
    pub(super) user_id: String,
    pub(super) born: Pool,
}

/// Fills the old pool.
pub(super) fn seed(stack: &Stack, users: usize, clock: &Clock) -> Result<Vec<Known>> {
    fill(stack, users, clock, |old, number| enter(old, Pool::Old, number))
}

/// A test user of the operator, by whom the way back is proven; gives the user id.
pub(super) fn tester(stack: &Stack, clock: &Clock) -> Result<String> {
    let old = stack.old();
    let sub = old.make("tester", &[("email", "tester@example.com"), ("email_verified", "true")])?;
    old.set_password("tester")?;
    old.sign_in("tester")?;
    clock.say("tester", "a test user, by whom the way back is to be proven");
    Ok(sub)
}

/// Somebody signs up, confirms, and has groups. Nobody has an address that is not proved: those are held back, and another drill's.
pub(super) fn enter(pool: &Users, born: Pool, number: usize) -> Result<Known> {
    let mut newcomer = Newcomer { birth: Birth::SignedUp, disabled: false, ..Newcomer::number(number) };
    for (_, value) in newcomer.attributes.iter_mut().filter(|(name, _)| *name == "email_verified") {
        "true".clone_into(value);
    }
    let username = newcomer.username.clone();
    let come = || -> Result<String> {
        let sub = pool.make(&username, &newcomer.attributes())?;
        pool.set_password(&username)?;
        newcomer.groups.iter().try_for_each(|group| pool.join(&username, group))?;
        Ok(sub)
    };
    let user_id = come().with_context(|| format!("making {username}"))?;
    Ok(Known { username, user_id, born })
}
