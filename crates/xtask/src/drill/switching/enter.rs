//! The people of the drill: everybody has a password, and signs in.

use anyhow::{Context as _, Result};

use super::super::fill::fill;
use super::super::people::{Birth, GROUPS, Newcomer};
use super::super::say::Clock;
use super::log::{Pool, What, now};
use crate::local::{Stack, Users};

/// Somebody who is in a pool.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) username: String,
    /// The sub in the pool where the user was born, which is the user id.
    pub(super) user_id: String,
    pub(super) born: Pool,
    /// When, in milliseconds since 1970: no later.
    pub(super) at: u64,
    /// What the drill looks at later on, as it was in the beginning.
    pub(super) with: Vec<(What, String)>,
}

/// What people change.
pub(super) const ATTRIBUTES: [&str; 3] = ["given_name", "family_name", "custom:tenant"];

/// Fills the old pool.
pub(super) fn seed(stack: &Stack, users: usize, clock: &Clock) -> Result<Vec<Known>> {
    fill(stack, users, clock, |old, number| enter(old, Pool::Old, number))
}

/// A test user of the operator, by whom the way back is proven.
pub(super) fn tester(stack: &Stack, clock: &Clock) -> Result<Known> {
    let (old, at) = (stack.old(), now());
    let user_id = old.make("tester", &[("email", "tester@example.com"), ("email_verified", "true")])?;
    old.set_password("tester")?;
    old.sign_in("tester")?;
    let with = first(&[("email", "tester@example.com".to_owned())], &[]);
    clock.say("tester", "a test user, by whom the way back is to be proven");
    Ok(Known { username: "tester".to_owned(), user_id, born: Pool::Old, at, with })
}

/// Somebody signs up, confirms, and has groups. Nobody has an address that is not proved: those are held back, and another drill's.
pub(super) fn enter(pool: &Users, born: Pool, number: usize) -> Result<Known> {
    let mut newcomer = Newcomer { birth: Birth::SignedUp, disabled: false, ..Newcomer::number(number) };
    for (_, value) in newcomer.attributes.iter_mut().filter(|(name, _)| *name == "email_verified") {
        "true".clone_into(value);
    }
    let (username, at) = (newcomer.username.clone(), now());
    let come = || -> Result<String> {
        let sub = pool.make(&username, &newcomer.attributes())?;
        pool.set_password(&username)?;
        newcomer.groups.iter().try_for_each(|group| pool.join(&username, group))?;
        Ok(sub)
    };
    let user_id = come().with_context(|| format!("making {username}"))?;
    let with = first(&newcomer.attributes, &newcomer.groups);
    Ok(Known { username, user_id, born, at, with })
}

/// Whatever may be changed later on, and is not there yet too: nothing comes from nowhere.
fn first(attributes: &[(&'static str, String)], groups: &[&str]) -> Vec<(What, String)> {
    let value = |name: &str| {
        attributes
            .iter()
            .find(|(there, _)| *there == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    let names = ATTRIBUTES.into_iter().chain(["email"]);
    let mut all: Vec<_> = names.map(|name| (What::Attribute(name), value(name))).collect();
    all.extend(GROUPS.map(|group| (What::Group(group), groups.contains(&group).to_string())));
    all.push((What::Enabled, true.to_string()));
    all
}
