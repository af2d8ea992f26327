//! What twinpool's calls did to the pools, as they take effect.

use twinpool_core::id::{Pool, Sub};
use twinpool_core::link::{Link, LinkState};
use twinpool_testkit::Call;
use twinpool_testkit::world::{MARKER, attribute};

use crate::fields::Field;
use crate::mirror::Reads;
use crate::simulation::{Simulation, say};

const READS: [&str; 5] =
    ["AdminGetUser", "AdminListGroupsForUser", "GetGroup", "AdminGetUserAuthFactors", "ListUsers"];

impl Simulation {
    pub(crate) fn follow_calls(&mut self, who: &str, reads: &mut Reads) {
        for pool in [Pool::Old, Pool::New] {
            for call in self.pool(pool).take_log() {
                self.follow(who, reads, pool, &call);
            }
        }
    }

    fn follow(&mut self, who: &str, reads: &mut Reads, pool: Pool, call: &Call) {
        if READS.contains(&call.operation) {
            if let Some(read) = &call.before {
                if call.asked.as_deref() != Some(read.sub.as_str()) {
                    return reads.note_by_name(pool, &read.sub, self.step);
                }
                say!(self, "{who} {} h in the {pool}", call.operation);
                let human = self.human_of(pool, &read.sub);
                reads.note(human, (pool, read.sub.clone(), call.operation), self.step);
            }
            return;
        }
        if call.operation == "AdminCreateUser" {
            self.find_newcomers(who, reads, pool);
            return;
        }
        let Some(before) = &call.before else {
            return;
        };
        let Some(human) = self.human_of(pool, &before.sub) else {
            if self.doubles.contains_key(&before.sub) {
                say!(self, "{who} {} for a second account of somebody in the {pool}", call.operation);
                return;
            }
            self.fault(format!("twinpool calls {} for a stranger", call.operation));
            return;
        };
        let Some(after) = &call.after else {
            say!(self, "{who} {} h{human} in the {pool}", call.operation);
            *self.journal.calls.entry(human).or_default() += 1;
            self.tell_of(pool, &before.sub, call.operation);
            return;
        };
        let read = |field: Field| {
            let by = match field {
                Field::Staff | Field::Admins => "AdminListGroupsForUser",
                _ => "AdminGetUser",
            };
            reads.seen(pool, &before.sub, by)
        };
        let is_buried = |link: &Link| {
            let account = self.humans[human].old.as_ref();
            account == Some(&link.sub()) && matches!(link.state, LinkState::Tombstone { .. })
        };
        if call.operation == "AdminDisableUser" && self.world.links.all().iter().any(is_buried) {
            // Whoever was deleted from one pool may not sign in to the other, whoever enables them there.
            say!(self, "{who} disables h{human} in the {pool} again");
            return self.tell_of(pool, &before.sub, call.operation);
        }
        let is_blind = |field: &Field| read(*field).is_none();
        if Field::ALL.iter().all(is_blind) && call.operation != "AdminSetUserPassword" {
            self.fault(format!(
                "{} for h{human} in the {pool} by somebody who has not read it",
                call.operation
            ));
        }
        let read = |field: Field| read(field).unwrap_or_default();
        let changed = self.journal.twinpool_wrote(self.kind, (human, pool), before, after, read);
        let same: &[Field] = match call.operation {
            "AdminAddUserToGroup" | "AdminRemoveUserFromGroup" => &[Field::Staff, Field::Admins],
            "AdminEnableUser" | "AdminDisableUser" => &[Field::Enabled],
            "AdminDeleteUserAttributes" => &[Field::Name, Field::Nickname],
            _ => &[],
        };
        for field in same.iter().filter(|_| changed.is_empty()) {
            // People wrote the very same meanwhile: nobody can tell whose it is.
            let seen = read(*field);
            self.journal.race(human, pool, *field, seen);
        }
        let changed: Vec<_> = changed
            .into_iter()
            .map(|field| format!("{field:?}={}", self.kind.shown(pool, after, field)))
            .collect();
        say!(self, "{who} {} h{human} in the {pool}: {changed:?}", call.operation);
        if after.messages > 0 {
            self.fault(format!("h{human} was messaged"));
        }
        if call.operation != "AdminSetUserPassword" {
            self.tell_of(pool, &before.sub, call.operation);
        }
    }

    fn tell_of(&mut self, pool: Pool, sub: &Sub, operation: &'static str) {
        if self.habits.tells_own {
            self.audit(pool, sub, operation, false);
        }
    }

    /// Who was made just now, and for whom.
    fn find_newcomers(&mut self, who: &str, reads: &mut Reads, pool: Pool) {
        let other = if pool == Pool::Old { Pool::New } else { Pool::Old };
        for person in self.pool(pool).people() {
            if self.human_of(pool, &person.sub).is_some() || self.doubles.contains_key(&person.sub) {
                continue;
            }
            let marker = person.attributes.get(&attribute(MARKER)).map(|value| value.reveal().to_owned());
            let of = marker.as_deref().and_then(|marker| marker.split_once('.')).map(|(sub, _)| sub);
            let of = of.and_then(|sub| Sub::parse(sub).ok()).and_then(|sub| self.human_of(other, &sub));
            let Some(human) = of else {
                self.fault(format!("twinpool made {} for nobody", person.sub));
                continue;
            };
            if let Some(before) = self.humans[human].account(pool).cloned() {
                if self.pool(pool).person(before.as_str()).is_none() {
                    self.fault(format!("h{human} is made again in the {pool}, and had gone from it"));
                } else {
                    // Whoever was too slow takes it back, unless it dies before.
                    say!(self, "{who} makes h{human} in the {pool} a second time: {}", person.sub);
                    self.doubles.insert(person.sub.clone(), false);
                    continue;
                }
            }
            say!(self, "{who} makes h{human} in the {pool}: {}", person.sub);
            for operation in ["AdminGetUser", "AdminListGroupsForUser"] {
                reads.note(Some(human), (pool, person.sub.clone(), operation), self.step);
            }
            match pool {
                Pool::Old => self.humans[human].old = Some(person.sub.clone()),
                Pool::New => self.humans[human].new = Some(person.sub.clone()),
            }
            self.journal.stirred.insert(human);
            self.journal.show(self.kind, human, pool, &person);
            self.tell_of(pool, &person.sub, "AdminCreateUser");
        }
    }
}
