//! Fills the old pool, over the public API.

use std::thread;

use anyhow::{Result, anyhow};

use super::people::GROUPS;
use super::say::{Clock, pace};
use crate::local::{Stack, Users};

/// So many clients at once: MiniStack does one thing at a time anyway.
const CLIENTS: usize = 3;

/// Makes the groups and so many users, numbered from 1, each by `enter`; gives them in any order.
pub(super) fn fill<T: Send>(
    stack: &Stack,
    users: usize,
    clock: &Clock,
    enter: impl Fn(&Users, usize) -> Result<T> + Copy + Send,
) -> Result<Vec<T>> {
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
