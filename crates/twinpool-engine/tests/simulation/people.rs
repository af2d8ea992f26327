//! What users and administrators do, in both pools.

use twinpool_core::change_event::{About, Cause, ChangeEvent};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{Pool, Sub};
use twinpool_core::phase::{Phase, ROUTES_AFTER};
use twinpool_core::route::{Asker, route};
use twinpool_core::snapshot::Status;
use twinpool_testkit::Person;
use twinpool_testkit::world::{event_of, key, person};

use crate::fields::Field;
use crate::marks::MARK;
use crate::simulation::{Human, Simulation, say};

/// So long a client may go by the route that it was told.
const ROUTE_KEPT: u64 = 30_000;

/// Lists are late by so much at most.
const LISTS_LAG: u64 = 60_000;

impl Simulation {
    /// Somebody does something.
    pub(crate) fn act(&mut self) {
        self.step += 1;
        match self.dice.below(100) {
            0..=11 if self.habits.switches => self.operate(),
            12..=17 => self.sign_up(),
            18..=23 if self.habits.deletes => self.delete(),
            24..=50 => self.sign_in(),
            _ => self.change(),
        }
    }

    /// Where a client sends this human, by a route that may be some seconds old.
    fn routed(&mut self, human: usize) -> Pool {
        let now = self.now();
        let seen = now.saturating_sub(self.dice.millis(ROUTE_KEPT));
        let known = self.standings.iter().rev().find(|(since, _)| *since <= seen);
        let standing = known.map(|(_, standing)| standing.clone()).unwrap_or_default();
        let asker = Asker { id: Some(format!("install-{human}")), ..Asker::default() };
        route(&standing, &asker, &key(), twinpool_core::id::Timestamp(seen)).pool
    }

    /// Whether people may be at work in the new pool.
    fn is_open(&self) -> bool {
        let standing = self.standing();
        let since = standing.two_way_since.map_or(u64::MAX, |since| since.0);
        let opens = u64::try_from(ROUTES_AFTER.as_millis()).unwrap_or(u64::MAX).saturating_add(since);
        (standing.phase.is_two_way() || standing.phase == Phase::Complete) && self.now() >= opens
    }

    /// The pool that this human's change is made in: mostly where the human is sent.
    fn where_to(&mut self, human: usize) -> Pool {
        if self.is_open() && self.dice.one_in(4) {
            return self.dice.pick(&[Pool::Old, Pool::New]);
        }
        self.routed(human)
    }

    fn somebody(&mut self, in_pool: impl Fn(&mut Self, usize) -> Pool) -> Option<(usize, Pool, Person)> {
        if self.humans.is_empty() {
            return None;
        }
        let human = self.dice.below(self.humans.len());
        let pool = in_pool(self, human);
        let sub = self.humans[human].account(pool)?.clone();
        let person = self.pool(pool).person(sub.as_str())?;
        // Those that twinpool makes are called so.
        let is_made = sub.as_str().starts_with("new-");
        (!is_made || self.is_paired(human)).then_some((human, pool, person))
    }

    /// Whether both accounts are in use: somebody who is being made cannot sign in yet.
    fn is_paired(&self, human: usize) -> bool {
        let Some(old) = self.humans[human].old.clone() else {
            return false;
        };
        let link = self.world.links.all().into_iter().find(|link| link.sub() == old);
        link.is_some_and(|link| link.linked().is_some_and(|pair| !pair.base.old.attributes.is_empty()))
    }

    fn change(&mut self) {
        let Some((human, pool, before)) = self.somebody(Self::where_to) else {
            return;
        };
        let mut after = before.clone();
        let mut operations = Vec::new();
        for _ in 0..1 + self.dice.below(2) {
            let field = self.dice.pick(&Field::ALL);
            operations.push(self.edit(human, pool, &mut after, field));
        }
        if Field::ALL.iter().all(|field| self.is_same(pool, &before, &after, *field)) {
            // Another spelling of the same is no change that the journal could tell from none.
            after.clone_from(&before);
        }
        self.ensure_groups(pool, &after);
        self.pool(pool).edit(&before.sub, |person| after.clone_into(person));
        self.lists_lag(pool, &before);
        let changed =
            self.journal.people_changed(self.kind, (human, pool, self.step, self.now()), &before, &after);
        let told: Vec<_> = changed
            .iter()
            .map(|field| format!("{field:?}={}", self.kind.shown(pool, &after, *field)))
            .collect();
        say!(self, "h{human} in the {pool}: {told:?}");
        let by_token = self.dice.one_in(2);
        for operation in operations {
            self.audit(pool, &before.sub, operation, by_token && operation == "UpdateUserAttributes");
        }
        if self.dice.one_in(2) && after.enabled {
            self.token(pool, &before.sub);
        }
    }

    fn is_same(&self, pool: Pool, before: &Person, after: &Person, field: Field) -> bool {
        self.kind.shown(pool, before, field) == self.kind.shown(pool, after, field)
    }

    /// Lists may show for a while what somebody was before (F§4.6).
    fn lists_lag(&mut self, pool: Pool, before: &Person) {
        if self.habits.late_lists && self.dice.one_in(3) {
            let until = self.now() + self.dice.millis(LISTS_LAG);
            self.pool(pool).list_as_it_was(&before.sub, Some(before.clone()));
            self.late.push((until, pool, before.sub.clone()));
        }
    }

    /// Changes one thing; gives the call that would have done it.
    fn edit(&mut self, human: usize, pool: Pool, person: &mut Person, field: Field) -> &'static str {
        if field.is_flag() {
            self.kind.turn(pool, person, field);
            return match field {
                Field::Enabled if person.enabled => "AdminEnableUser",
                Field::Enabled => "AdminDisableUser",
                _ => "AdminAddUserToGroup",
            };
        }
        let number = self.number();
        let verified = !self.dice.one_in(8);
        let removes = matches!(field, Field::Nickname | Field::Name) && self.dice.one_in(4);
        // Few values, so that some return: A, B, A.
        let number = if self.dice.one_in(4) { number % 2 } else { number };
        let value = self.kind.fresh(pool, field, human, number);
        let before = person.clone();
        self.kind.set(pool, person, field, (!removes).then_some(value.as_str()), verified);
        // Another spelling of the same is a change of the pool's that the journal does not tell from none.
        if self.kind.shown(pool, person, field) == self.kind.shown(pool, &before, field) {
            *person = before;
        }
        if removes { "AdminDeleteUserAttributes" } else { "UpdateUserAttributes" }
    }

    /// A group is there before anybody is in it.
    fn ensure_groups(&self, pool: Pool, person: &Person) {
        for name in &person.groups {
            if self.pool(pool).group(name).is_none() {
                let definition = GroupDefinition { name: name.clone(), description: None, precedence: None };
                self.pool(pool).put_group(definition);
            }
        }
    }

    fn sign_in(&mut self) {
        let Some((human, pool, person)) = self.somebody(Self::where_to) else {
            return;
        };
        if person.enabled && person.status == Status::Confirmed {
            say!(self, "h{human} signs in to the {pool}");
            self.token(pool, &person.sub);
        }
    }

    pub(crate) fn sign_up(&mut self) {
        let human = self.humans.len();
        let pool = if self.habits.born { self.routed(human) } else { Pool::Old };
        let number = self.number();
        let address = self.kind.fresh(pool, Field::Email, human, number);
        let sub = format!("{}-{human}", if pool == Pool::Old { "old" } else { "born" });
        let name = if self.kind.has_usernames(pool) { format!("user-{human}") } else { sub.clone() };
        let person = person(
            &sub,
            &name,
            &[("email", &address), ("email_verified", "true"), ("name", &format!("{MARK}first"))],
        );
        say!(self, "h{human} signs up in the {pool} as {sub}");
        self.pool(pool).put(person.clone());
        let sub = Some(person.sub.clone());
        self.humans.push(match pool {
            Pool::Old => Human { old: sub, new: None },
            Pool::New => Human { old: None, new: sub },
        });
        self.journal.stirred.insert(human);
        self.journal.show(self.kind, human, pool, &person);
        self.trigger(pool, &person.sub, "PostConfirmation_ConfirmSignUp");
        self.audit(pool, &person.sub, "ConfirmSignUp", true);
    }

    fn delete(&mut self) {
        let Some((human, pool, person)) = self.somebody(Self::where_to) else {
            return;
        };
        if self.standing().phase != Phase::DualWrite && !self.is_open() {
            return;
        }
        say!(self, "h{human} is deleted from the {pool}");
        self.deleted.insert(human);
        self.pool(pool).remove(&person.sub);
        self.lists_lag(pool, &person);
        self.journal.stirred.insert(human);
        let by_token = self.dice.one_in(2);
        self.audit(pool, &person.sub, if by_token { "DeleteUser" } else { "AdminDeleteUser" }, by_token);
    }

    /// The audit trail tells of a call, minutes later or never. Records of calls with a token name no pool (F§3).
    pub(crate) fn audit(&mut self, pool: Pool, sub: &Sub, operation: &str, by_token: bool) {
        if self.habits.losses > 0 && self.dice.one_in(self.habits.losses) {
            return;
        }
        let named = if by_token { Pool::Old } else { pool };
        let about = About::User(sub.clone());
        let id = self.event_id();
        let pool = self.pool(named).shape().id.clone();
        let event = ChangeEvent::hint(id, pool, about, Cause::audit_trail(operation), self.timestamp());
        for _ in 0..if self.dice.one_in(12) { 2 } else { 1 } {
            let late = if self.dice.one_in(2) { 15_000 } else { 300_000 };
            let due = self.now() + 1_000 + self.dice.millis(late);
            self.on_their_way.push((due, event.clone()));
        }
    }

    /// A token of this user is made.
    fn token(&mut self, pool: Pool, sub: &Sub) {
        self.trigger(pool, sub, "TokenGeneration_Authentication");
    }

    fn trigger(&mut self, pool: Pool, sub: &Sub, cause: &str) {
        if self.habits.losses > 0 && self.dice.one_in(self.habits.losses * 3) {
            return;
        }
        let mut event = event_of(self.pool(pool), sub.as_str(), cause);
        (event.id, event.at) = (self.event_id(), self.timestamp());
        let late = if self.dice.one_in(10) { 90_000 } else { 500 };
        let due = self.now() + self.dice.millis(late);
        self.on_their_way.push((due, event));
    }
}
