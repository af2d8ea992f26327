//! The people of the drill.

use anyhow::{Context as _, Result};

use super::super::fill::fill;
use super::super::people::{Birth, Known, Newcomer};
use super::super::say::Clock;
use crate::local::{Stack, Users};

/// Makes so many users.
pub(super) fn seed(stack: &Stack, users: usize, clock: &Clock) -> Result<Vec<Known>> {
    fill(stack, users, clock, |old, number| enter(old, &Newcomer::number(number)))
}

/// Somebody comes into the pool.
pub(super) fn enter(old: &Users, newcomer: &Newcomer) -> Result<Known> {
    let (username, attributes) = (&newcomer.username, newcomer.attributes());
    let enter = || -> Result<String> {
        let sub = match newcomer.birth {
            Birth::Made => old.make(username, &attributes)?,
            Birth::Unconfirmed => old.sign_up(username, &attributes)?,
            Birth::SignedUp => {
                let sub = old.sign_up(username, &attributes)?;
                old.confirm(username)?;
                sub
            }
        };
        newcomer.groups.iter().try_for_each(|group| old.join(username, group))?;
        if newcomer.disabled {
            old.enable(username, false)?;
        }
        Ok(sub)
    };
    let sub = enter().with_context(|| format!("making {username}"))?;
    Ok(Known { username: username.clone(), sub, can_sign_in: newcomer.birth == Birth::SignedUp })
}
