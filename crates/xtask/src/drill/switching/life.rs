//! What people and administrators do in both pools meanwhile.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Result, anyhow};

use super::super::dice::Dice;
use super::super::people::{GROUPS, other_name};
use super::enter::{self, ATTRIBUTES, Known};
use super::log::{Log, Pool, What, now};
use super::router::Router;
use crate::local::{AuditTrail, Queue, Stack, Users};
use crate::process;
use crate::wire::Refusal;

/// Newcomers have numbers from here on.
const FIRST_NEWCOMER: usize = 1_000_000;

/// A product at work, not a flood: people wait while more than so many events do.
const BACKLOG: usize = 30;

/// One change in so many is made in the pool where the user is not sent.
const WRONG_POOL: usize = 10;

/// How often each thing happened, by pool.
#[derive(Debug, Default)]
pub(super) struct Lived(BTreeMap<(&'static str, Pool), usize>);

impl Lived {
    pub(super) fn in_words(&self) -> String {
        let all: usize = self.0.values().sum();
        let each: Vec<_> =
            self.0.iter().map(|((what, pool), times)| format!("{times} {what} ({pool})")).collect();
        format!("{all} things happened: {}", each.join(", "))
    }
}

/// How far they are.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Nothing happens while somebody else holds it.
    pub(super) rests: Mutex<()>,
    pub(super) is_over: AtomicBool,
    pub(super) changes: AtomicUsize,
}

/// One pool, as people and its audit trail see it.
struct Side {
    users: Users,
    trail: AuditTrail,
}

/// Everybody, and what they do next.
pub(super) struct Life<'a> {
    old: Side,
    new: Side,
    queue: Queue,
    router: &'a Router,
    people: Vec<Known>,
    dice: Dice,
    newcomers: usize,
    log: &'a Mutex<Log>,
}

impl<'a> Life<'a> {
    pub(super) fn new(stack: &Stack, router: &'a Router, people: Vec<Known>, log: &'a Mutex<Log>) -> Self {
        Self {
            old: Side { users: stack.old(), trail: stack.audit_trail() },
            new: Side { users: stack.new_pool(), trail: stack.audit_trail_of_new() },
            queue: stack.queue(),
            router,
            people,
            dice: Dice::of(2_026),
            newcomers: FIRST_NEWCOMER,
            log,
        }
    }

    /// One thing after the other, until it is over.
    pub(super) fn goes_on(mut self, course: &Course) -> Result<Lived> {
        let mut lived = Lived::default();
        while !course.is_over.load(Ordering::Relaxed) {
            let rests = course.rests.lock().map_err(|_| anyhow!("the operator broke down"))?;
            if self.queue.count()? <= BACKLOG
                && let Some(what) = self.happens()?
            {
                *lived.0.entry(what).or_default() += 1;
                course.changes.fetch_add(1, Ordering::Relaxed);
            }
            drop(rests);
            process::pause();
        }
        Ok(lived)
    }

    fn side(&self, pool: Pool) -> &Side {
        match pool {
            Pool::Old => &self.old,
            Pool::New => &self.new,
        }
    }

    /// Nothing, where the user is not in that pool yet.
    fn happens(&mut self) -> Result<Option<(&'static str, Pool)>> {
        let who = self.dice.below(self.people.len());
        let Some(known) = self.people.get(who).cloned() else {
            return self.comes().map(Some);
        };
        let home = self.router.pool(&known.user_id)?;
        if self.side(home).users.person(&known.username)?.is_none() {
            return Ok(None);
        }
        let dice = self.dice.below(24);
        // Who is sent to the new pool signs in there before anything else.
        if dice < 6 {
            self.signs_in(&known, home)?;
            return Ok(Some(("signed in", home)));
        }
        let pool = self.pool_of_change(&known, home)?;
        let what = match dice {
            6..14 => self.edits(&known, pool)?,
            14..18 => self.joins_or_leaves(&known, pool)?,
            18..20 => self.is_disabled_or_enabled(&known, pool)?,
            20 if self.people.len() > 20 => {
                self.people.swap_remove(who);
                return self.goes(&known, home).map(Some);
            }
            _ => return self.comes().map(Some),
        };
        Ok(Some((what, pool)))
    }

    /// Now and then an administrator works in the other pool.
    fn pool_of_change(&mut self, known: &Known, home: Pool) -> Result<Pool> {
        let other = match home {
            Pool::Old => Pool::New,
            Pool::New => Pool::Old,
        };
        let is_there =
            |pool| -> Result<bool> { Ok(self.side(pool).users.person(&known.username)?.is_some()) };
        let is_switched = self.router.phase()? != "dual-write";
        let goes_wrong = is_switched && self.dice.clone().once_in(WRONG_POOL) && is_there(other)?;
        self.dice.below(2);
        Ok(if goes_wrong { other } else { home })
    }

    fn note(&self, known: &Known, what: What, pool: Pool, value: &str, at: u64) -> Result<()> {
        let mut log = self.log.lock().map_err(|_| anyhow!("the log of changes broke"))?;
        log.note(&known.username, what, pool, value, at);
        Ok(())
    }

    fn edits(&mut self, known: &Known, pool: Pool) -> Result<&'static str> {
        // What the other pool says already would be no change.
        let name = format!("{} {}", other_name("", &mut self.dice), self.dice.below(1_000_000));
        let at = now();
        if self.dice.once_in(3) {
            let address = format!("{}.{}@example.com", known.user_id, self.dice.below(1_000_000));
            let pairs = [("email", address.as_str()), ("email_verified", "true")];
            self.side(pool).users.set(&known.username, &pairs)?;
            self.note(known, What::Attribute("email"), pool, &address, at)?;
        } else {
            let attribute = self.dice.pick(&ATTRIBUTES).unwrap_or("given_name");
            self.side(pool).users.set(&known.username, &[(attribute, &name)])?;
            self.note(known, What::Attribute(attribute), pool, &name, at)?;
        }
        self.told(known, pool, "AdminUpdateUserAttributes")?;
        Ok("edited")
    }

    fn joins_or_leaves(&mut self, known: &Known, pool: Pool) -> Result<&'static str> {
        let (group, at) = (self.dice.pick(&GROUPS).unwrap_or("staff"), now());
        let users = &self.side(pool).users;
        // Whoever is in the group already changes nothing by joining it.
        let joins = !users.person(&known.username)?.is_some_and(|person| person.groups.contains(group));
        let done =
            if joins { users.join(&known.username, group) } else { users.leave(&known.username, group) };
        match done {
            // The group has no member yet in the new pool, and is not there.
            Err(error) if error.downcast_ref::<Refusal>().is_some_and(Refusal::is_not_found) => {
                return Ok("found no group");
            }
            done => done?,
        }
        self.note(known, What::Group(group), pool, &joins.to_string(), at)?;
        self.told(known, pool, if joins { "AdminAddUserToGroup" } else { "AdminRemoveUserFromGroup" })?;
        Ok(if joins { "joined a group" } else { "left a group" })
    }

    fn is_disabled_or_enabled(&mut self, known: &Known, pool: Pool) -> Result<&'static str> {
        let person = self.side(pool).users.person(&known.username)?;
        let (enabled, at) = (person.is_some_and(|person| !person.enabled), now());
        self.side(pool).users.enable(&known.username, enabled)?;
        self.note(known, What::Enabled, pool, &enabled.to_string(), at)?;
        // Of this no token tells.
        let operation = if enabled { "AdminEnableUser" } else { "AdminDisableUser" };
        self.side(pool).trail.tell(operation, &self.sub(known, pool)?)?;
        Ok(if enabled { "enabled" } else { "disabled" })
    }

    /// Where the user is sent: who lives in the other pool outlives it.
    fn goes(&mut self, known: &Known, pool: Pool) -> Result<(&'static str, Pool)> {
        let sub = self.sub(known, pool)?;
        self.side(pool).users.delete(&known.username)?;
        let mut log = self.log.lock().map_err(|_| anyhow!("the log of changes broke"))?;
        log.goes(&known.username, &known.user_id, pool);
        drop(log);
        self.side(pool).trail.tell("AdminDeleteUser", &sub)?;
        Ok(("deleted", pool))
    }

    /// A newcomer's install is sent somewhere too.
    fn comes(&mut self) -> Result<(&'static str, Pool)> {
        self.newcomers += 1;
        let pool = self.router.pool(&format!("install-{}", self.newcomers))?;
        let known = enter::enter(&self.side(pool).users, pool, self.newcomers)?;
        let mut log = self.log.lock().map_err(|_| anyhow!("the log of changes broke"))?;
        log.comes(&known);
        drop(log);
        self.signs_in(&known, pool)?;
        self.people.push(known);
        Ok(("new", pool))
    }

    fn sub(&self, known: &Known, pool: Pool) -> Result<String> {
        if pool == known.born {
            return Ok(known.user_id.clone());
        }
        let person = self.side(pool).users.person(&known.username)?;
        person.map(|person| person.sub).ok_or_else(|| anyhow!("{} is not in the {pool} pool", known.user_id))
    }

    /// The audit trail tells, or the next token does, or nobody.
    fn told(&mut self, known: &Known, pool: Pool, operation: &str) -> Result<()> {
        match self.dice.below(3) {
            0 => self.side(pool).trail.tell(operation, &self.sub(known, pool)?),
            1 => self.signs_in(known, pool),
            _ => Ok(()),
        }
    }

    /// Whoever is disabled is refused. A password that nobody has typed in this pool yet is set first, as the bridge would.
    fn signs_in(&self, known: &Known, pool: Pool) -> Result<()> {
        let users = &self.side(pool).users;
        let is_refused = |error: &anyhow::Error| {
            error.downcast_ref::<Refusal>().is_some_and(|no| no.code == "NotAuthorizedException")
        };
        match users.sign_in(&known.username) {
            Err(error) if is_refused(&error) => {}
            answer => return answer.map(drop),
        }
        if users.person(&known.username)?.is_none_or(|person| !person.enabled) {
            return Ok(());
        }
        users.set_password(&known.username)?;
        match users.sign_in(&known.username) {
            Err(error) if is_refused(&error) => Ok(()),
            answer => answer.map(drop),
        }
    }
}
