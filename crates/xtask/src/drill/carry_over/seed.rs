//! Fills the old pool, over the public API.

use std::thread;

use anyhow::{Context as _, Result, anyhow};

use super::super::people::{Birth, GROUPS, Known, Newcomer};
use super::super::say::{Clock, pace};
use crate::local::{Stack, Users};

/// So many clients at once: MiniStack does one thing at a time anyway.
const CLIENTS: usize = 3;

/// Makes so many users.
pub(super) fn seed(stack: &Stack, users: usize, clock: &Clock) -> Result<Vec<Known>> {
    let (old, begun) = (stack.old(), clock.seconds());
    for (precedence, group) in (1..).zip(GROUPS) {
        old.make_group(group, &format!("Those of {group}"), precedence)?;
    }
    let made = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let old = stack.old();
                scope.spawn(move || {
                    let mine = (1..=users).skip(client).step_by(CLIENTS);
                    mine.map(|number| enter(&old, &Newcomer::number(number))).collect::<Result<Vec<_>>>()
                })
            })
            .collect();
        clients.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let mut all = Vec::with_capacity(users);
    for some in made {
        all.append(&mut some.map_err(|_| anyhow!("seeding broke down"))??);
    }
    let took = clock.seconds() - begun;
    clock.say("seed", &format!("{} users in {took:.0} s ({})", all.len(), pace(all.len(), took)));
    Ok(all)
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
