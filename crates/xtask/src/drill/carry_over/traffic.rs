//! What people do in the old pool while it is carried over.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use super::super::dice::Dice;
use super::super::people::{Birth, GROUPS, Known, Newcomer, other_name};
use super::seed::enter;
use crate::local::{AuditTrail, Stack, Users};
use crate::process;
use crate::wire::Refusal;

/// Newcomers have numbers from here on.
const FIRST_NEWCOMER: usize = 1_000_000;

/// How often each thing happened.
#[derive(Debug, Default)]
pub(super) struct Lived(BTreeMap<&'static str, usize>);

impl Lived {
    pub(super) fn in_words(&self) -> String {
        let all: usize = self.0.values().sum();
        let each: Vec<_> = self.0.iter().map(|(what, times)| format!("{times} {what}")).collect();
        format!("{all} changes: {}", each.join(", "))
    }
}

/// Changes the pool, one thing after the other, until it is over.
pub(super) fn live(stack: &Stack, people: Vec<Known>, is_over: &AtomicBool) -> Result<Lived> {
    let mut life = Life {
        old: stack.old(),
        trail: stack.audit_trail(),
        people,
        dice: Dice::of(77),
        newcomers: FIRST_NEWCOMER,
    };
    let mut lived = Lived::default();
    while !is_over.load(Ordering::Relaxed) {
        let what = life.happens()?;
        *lived.0.entry(what).or_default() += 1;
        // A product at work, not a flood: the backfill is what is looked at.
        process::pause();
    }
    Ok(lived)
}

struct Life {
    old: Users,
    trail: AuditTrail,
    people: Vec<Known>,
    dice: Dice,
    newcomers: usize,
}

impl Life {
    fn happens(&mut self) -> Result<&'static str> {
        let who = self.dice.below(self.people.len());
        let Some(known) = self.people.get(who).cloned() else {
            return self.comes();
        };
        match self.dice.below(20) {
            0..6 => self.edits(&known),
            6..10 => self.joins_or_leaves(&known),
            10..12 => self.is_disabled_or_enabled(&known),
            12 => {
                self.people.swap_remove(who);
                self.goes(&known)
            }
            13..16 => self.comes(),
            _ => {
                self.signs_in(&known)?;
                Ok("signed in")
            }
        }
    }

    /// No list tells of the deleted: the audit trail does. Some usernames are taken by somebody else at once.
    fn goes(&mut self, known: &Known) -> Result<&'static str> {
        self.old.delete(&known.username)?;
        self.trail.tell("AdminDeleteUser", &known.sub)?;
        if self.dice.once_in(2) {
            return Ok("deleted");
        }
        self.newcomers += 1;
        let newcomer = Newcomer::number(self.newcomers);
        let heir = Newcomer { username: known.username.clone(), birth: Birth::SignedUp, ..newcomer };
        let heir = enter(&self.old, &heir)?;
        self.told(&heir, "AdminCreateUser")?;
        self.people.push(heir);
        Ok("deleted and followed by a namesake")
    }

    fn edits(&mut self, known: &Known) -> Result<&'static str> {
        let name = other_name("", &mut self.dice);
        if self.dice.once_in(3) {
            let address = format!("{}.{}@example.com", known.sub, self.dice.below(1_000));
            let verified = if self.dice.once_in(6) { "false" } else { "true" };
            self.old.set(&known.username, &[("email", &address), ("email_verified", verified)])?;
        } else {
            let attribute = self.dice.pick(&["given_name", "custom:tenant", "family_name"]);
            self.old.set(&known.username, &[(attribute.unwrap_or("given_name"), &name)])?;
        }
        self.told(known, "AdminUpdateUserAttributes")?;
        Ok("edited")
    }

    fn joins_or_leaves(&mut self, known: &Known) -> Result<&'static str> {
        let group = self.dice.pick(&GROUPS).unwrap_or_default();
        if self.dice.once_in(2) {
            self.old.join(&known.username, group)?;
            self.told(known, "AdminAddUserToGroup")?;
            return Ok("joined a group");
        }
        self.old.leave(&known.username, group)?;
        self.told(known, "AdminRemoveUserFromGroup")?;
        Ok("left a group")
    }

    fn is_disabled_or_enabled(&mut self, known: &Known) -> Result<&'static str> {
        let enabled = self.dice.once_in(2);
        self.old.enable(&known.username, enabled)?;
        self.told(known, if enabled { "AdminEnableUser" } else { "AdminDisableUser" })?;
        Ok(if enabled { "enabled" } else { "disabled" })
    }

    fn comes(&mut self) -> Result<&'static str> {
        self.newcomers += 1;
        let newcomer = Newcomer::number(self.newcomers);
        let known = enter(&self.old, &newcomer)?;
        if newcomer.birth != Birth::Unconfirmed {
            self.told(&known, "AdminCreateUser")?;
        }
        self.people.push(known);
        Ok("new")
    }

    /// The audit trail tells, or the next token does, or nobody.
    fn told(&mut self, known: &Known, operation: &str) -> Result<()> {
        match self.dice.below(3) {
            0 => self.trail.tell(operation, &known.sub),
            1 => self.signs_in(known),
            _ => Ok(()),
        }
    }

    /// Whoever is disabled is refused.
    fn signs_in(&self, known: &Known) -> Result<()> {
        if !known.can_sign_in {
            return Ok(());
        }
        match self.old.sign_in(&known.username) {
            Err(error)
                if error.downcast_ref::<Refusal>().is_some_and(|no| no.code == "NotAuthorizedException") =>
            {
                Ok(())
            }
            answer => answer.map(drop),
        }
    }
}
