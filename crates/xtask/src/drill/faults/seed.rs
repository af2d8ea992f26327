//! The people of the drill. Everybody has a proven address or none, so that nothing of anybody is to be held back.

use std::thread;

use anyhow::{Context as _, Result, anyhow};

use super::super::people::{GROUPS, Newcomer};
use super::super::say::{Clock, pace};
use super::person::Person;
use crate::local::{Stack, Users};

/// So many clients at once: MiniStack does one thing at a time anyway.
const CLIENTS: usize = 3;

/// Fills the old pool, straight and before anything goes wrong.
pub(super) fn seed(stack: &Stack, users: usize, clock: &Clock) -> Result<Vec<Person>> {
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
                    mine.map(|number| enter(&old, number)).collect::<Result<Vec<_>>>()
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
