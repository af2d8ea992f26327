//! What people and administrators do in the old pool meanwhile: straight, for nobody but twinpool is to suffer. Each change is written
//! down on the person.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail};

use super::super::dice::Dice;
use super::super::people::{GROUPS, other_name};
use super::person::Person;
use super::seed;
use crate::local::{AuditTrail, Stack, Users};
use crate::process;
use crate::wire::Refusal;

/// Newcomers have numbers from here on, of each life others.
const FIRST_NEWCOMER: usize = 1_000_000;

/// People wait while more than so many events do: the local AWS is slow with long queues.
const BACKLOG: usize = 400;

/// A sign-in whose trigger was killed fails, and people try again.
const SIGN_INS: usize = 10;

const ATTRIBUTES: [&str; 3] = ["given_name", "family_name", "custom:tenant"];

/// How often each thing happened.
#[derive(Debug, Clone, Default)]
pub(super) struct Lived(BTreeMap<&'static str, usize>);

impl Lived {
    pub(super) fn add(&mut self, other: Self) {
        for (what, times) in other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    /// Everything that changed something.
    pub(super) fn changes(&self) -> usize {
        let others = [SIGNED_IN, REFUSED, UNTOLD];
        self.0.iter().filter(|(what, _)| !others.contains(what)).map(|(_, times)| times).sum()
    }

    pub(super) fn in_words(&self) -> String {
        let each: Vec<_> = self.0.iter().map(|(what, times)| format!("{times} {what}")).collect();
        format!("{} changes: {}", self.changes(), each.join(", "))
    }
}

const SIGNED_IN: &str = "signed in";
const REFUSED: &str = "sign-ins tried again";
const UNTOLD: &str = "told by nobody";

/// Some of the people, and what they do.
pub(super) struct Life<'a> {
    old: Users,
    trail: AuditTrail,
    dice: Dice,
    newcomers: usize,
    backlog: &'a AtomicUsize,
    lived: Lived,
}

impl<'a> Life<'a> {
    /// `number`: of this life among those that go on at once.
    pub(super) fn new(stack: &Stack, number: usize, seed: usize, backlog: &'a AtomicUsize) -> Self {
        Self {
            old: stack.old(),
            trail: stack.audit_trail(),
            dice: Dice::of(seed.wrapping_add(number)),
            newcomers: FIRST_NEWCOMER * (number + 1),
            backlog,
            lived: Lived::default(),
        }
    }

    /// Each of them does something, and some twice; and others come.
    pub(super) fn goes_on(mut self, people: Vec<Person>) -> Result<(Vec<Person>, Lived)> {
        let mut all = Vec::with_capacity(people.len());
        for mut person in people {
            while self.backlog.load(Ordering::Relaxed) > BACKLOG {
                process::pause();
            }
            self.acts(&mut person)?;
            if !person.is_deleted && self.dice.once_in(5) {
                self.acts(&mut person)?;
            }
            all.push(person);
            if self.dice.once_in(20) {
                all.push(self.comes()?);
            }
        }
        Ok((all, self.lived))
    }

    fn acts(&mut self, person: &mut Person) -> Result<()> {
        let username = person.username.clone();
        let done = match self.dice.below(20) {
            0..7 => self.edits(person),
            7..10 => self.moves(person),
            10..14 => self.joins_or_leaves(person),
            14..16 => self.is_disabled_or_enabled(person),
            16 => self.goes(person),
            _ if person.can_sign_in() => {
                self.count(SIGNED_IN);
                self.signs_in(&person.username)
            }
            _ => self.edits(person),
        };
        done.with_context(|| format!("a change of {username}"))
    }

    /// One in four takes it back again: of A, B, A the last counts.
    fn edits(&mut self, person: &mut Person) -> Result<()> {
        let name = self.dice.pick(&ATTRIBUTES).unwrap_or("given_name");
        let former = person.attributes.get(name).cloned();
        let value = format!("{} {}", other_name("", &mut self.dice), self.dice.below(1_000_000));
        self.writes(person, name, value)?;
        match former.filter(|_| self.dice.once_in(4)) {
            Some(former) => self.writes(person, name, former),
            None => Ok(()),
        }
    }

    fn writes(&mut self, person: &mut Person, name: &str, value: String) -> Result<()> {
        self.old.set(&person.username, &[(name, &value)])?;
        person.attributes.insert(name.to_owned(), value);
        self.count("edited");
        self.told(person, "AdminUpdateUserAttributes")
    }

    /// A new address, proven.
    fn moves(&mut self, person: &mut Person) -> Result<()> {
        let address = format!("{}.{}@example.com", person.sub, self.dice.below(1_000_000));
        let pairs = [("email", address.as_str()), ("email_verified", "true")];
        self.old.set(&person.username, &pairs)?;
        person.attributes.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        self.count("with a new address");
        self.told(person, "AdminUpdateUserAttributes")
    }

    fn joins_or_leaves(&mut self, person: &mut Person) -> Result<()> {
        let group = self.dice.pick(&GROUPS).unwrap_or("staff");
        if person.groups.remove(group) {
            self.old.leave(&person.username, group)?;
            self.count("left a group");
            return self.told(person, "AdminRemoveUserFromGroup");
        }
        self.old.join(&person.username, group)?;
        person.groups.insert(group.to_owned());
        self.count("joined a group");
        self.told(person, "AdminAddUserToGroup")
    }

    /// Of this and of deletions no token tells.
    fn is_disabled_or_enabled(&mut self, person: &mut Person) -> Result<()> {
        person.enabled = !person.enabled;
        self.old.enable(&person.username, person.enabled)?;
        let (word, operation) =
            if person.enabled { ("enabled", "AdminEnableUser") } else { ("disabled", "AdminDisableUser") };
        self.count(word);
        self.trail.tell(operation, &person.sub)
    }

    fn goes(&mut self, person: &mut Person) -> Result<()> {
        self.old.delete(&person.username)?;
        person.is_deleted = true;
        self.count("deleted");
        self.trail.tell("AdminDeleteUser", &person.sub)
    }

    fn comes(&mut self) -> Result<Person> {
        self.newcomers += 1;
        let person = seed::enter(&self.old, self.newcomers)?;
        self.count("new");
        self.told(&person, "AdminCreateUser")?;
        Ok(person)
    }

    /// Once in ten times by nobody, else by the next token or the audit trail.
    fn told(&mut self, person: &Person, operation: &str) -> Result<()> {
        match self.dice.below(20) {
            0..2 => {
                self.count(UNTOLD);
                Ok(())
            }
            2..11 if person.can_sign_in() => self.signs_in(&person.username),
            _ => self.trail.tell(operation, &person.sub),
        }
    }

    fn signs_in(&mut self, username: &str) -> Result<()> {
        for _ in 0..SIGN_INS {
            match self.old.sign_in(username) {
                // What Cognito says when a trigger failed.
                Err(error)
                    if error.downcast_ref::<Refusal>().is_some_and(|no| no.code.contains("Lambda")) =>
                {
                    self.count(REFUSED);
                }
                answer => return answer.map(drop),
            }
        }
        bail!("{SIGN_INS} sign-ins failed one after the other")
    }

    fn count(&mut self, what: &'static str) {
        *self.lived.0.entry(what).or_default() += 1;
    }
}
