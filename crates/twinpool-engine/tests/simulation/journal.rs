//! Who changed what: people, and twinpool.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::id::Pool;
use twinpool_testkit::Person;

use crate::fields::{Field, Move};

/// One change that a user or an administrator made.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) step: u64,
    /// When.
    pub(crate) at: u64,
    pub(crate) human: usize,
    pub(crate) pool: Pool,
    pub(crate) field: Field,
    /// As the new pool says it.
    pub(crate) value: String,
    /// The pool had said so before since all was last at rest: nobody who looks now and then can tell.
    pub(crate) is_return: bool,
    /// The other pool had said so before: if somebody died who was about to bring it over, nobody can tell whose it is.
    pub(crate) is_echo: bool,
    /// Somebody who had read the pool before wrote over it after: no call of Cognito tells the two apart.
    pub(crate) raced: bool,
}

/// What happened since all was last at rest.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// When that was.
    pub(crate) began: u64,
    pub(crate) changes: Vec<Change>,
    /// Whose account was made, confirmed or deleted, by whomever.
    pub(crate) stirred: BTreeSet<usize>,
    /// How many processes did not come to an end.
    pub(crate) deaths: usize,
    /// How many walks there were.
    pub(crate) walks: usize,
    /// How often twinpool changed what of whom.
    pub(crate) written: BTreeMap<(usize, Field), usize>,
    /// How many calls that write twinpool made about whom.
    pub(crate) calls: BTreeMap<usize, usize>,
    shown: BTreeMap<(usize, Pool, Field), BTreeSet<String>>,
}

impl Journal {
    /// Everything is at rest: what people change from now on is counted anew.
    pub(crate) fn begin_anew(&mut self, now: u64) {
        *self = Self { began: now, ..Self::default() };
    }

    /// Notes what one account says before anybody changes it.
    pub(crate) fn show(&mut self, kind: Move, human: usize, pool: Pool, person: &Person) {
        for field in Field::ALL {
            let shown = self.shown.entry((human, pool, field)).or_default();
            shown.insert(kind.shown(pool, person, field));
        }
    }

    /// What people did to one account; gives the fields that changed.
    pub(crate) fn people_changed(
        &mut self,
        kind: Move,
        (human, pool, step, at): (usize, Pool, u64, u64),
        before: &Person,
        after: &Person,
    ) -> Vec<Field> {
        self.show(kind, human, pool, before);
        let changed: Vec<_> = changed(kind, pool, before, after).collect();
        for field in changed.clone() {
            let value = kind.shown(pool, after, field);
            let is_return = !self.shown.entry((human, pool, field)).or_default().insert(value.clone());
            let other = if pool == Pool::Old { Pool::New } else { Pool::Old };
            let is_echo = self.shown.get(&(human, other, field)).is_some_and(|shown| shown.contains(&value));
            self.changes.push(Change {
                step,
                at,
                human,
                pool,
                field,
                value,
                is_return,
                is_echo,
                raced: false,
            });
        }
        changed
    }

    /// What twinpool did to one account. `read`: when the process that did it last read the field.
    pub(crate) fn twinpool_wrote(
        &mut self,
        kind: Move,
        (human, pool): (usize, Pool),
        before: &Person,
        after: &Person,
        read: impl Fn(Field) -> u64,
    ) -> Vec<Field> {
        *self.calls.entry(human).or_default() += 1;
        self.show(kind, human, pool, before);
        let changed: Vec<_> = changed(kind, pool, before, after).collect();
        for field in changed.clone() {
            *self.written.entry((human, field)).or_default() += 1;
            self.race(human, pool, field, read(field));
            self.shown.entry((human, pool, field)).or_default().insert(kind.shown(pool, after, field));
        }
        changed
    }

    /// Somebody wrote this who had read it in step `seen`, and did not see what people did since.
    pub(crate) fn race(&mut self, human: usize, pool: Pool, field: Field, seen: u64) {
        let unseen = self.changes.iter_mut().filter(|change| {
            (change.human, change.pool, change.field) == (human, pool, field) && change.step > seen
        });
        for change in unseen {
            change.raced = true;
        }
    }

    /// What people changed there, in order, without what nobody could see.
    pub(crate) fn of(&self, human: usize, field: Field) -> Vec<&Change> {
        let all = self.changes.iter().filter(|change| change.human == human && change.field == field);
        all.filter(|change| !change.raced).collect()
    }

    /// The last thing that people did there.
    pub(crate) fn latest(&self, human: usize, field: Field) -> Option<&Change> {
        self.changes.iter().rev().find(|change| (change.human, change.field) == (human, field))
    }

    pub(crate) fn raced(&self) -> usize {
        self.changes.iter().filter(|change| change.raced).count()
    }

    /// Whether anybody touched this one.
    pub(crate) fn is_stirred(&self, human: usize) -> bool {
        self.stirred.contains(&human) || self.changes.iter().any(|change| change.human == human)
    }
}

fn changed<'a>(
    kind: Move,
    pool: Pool,
    before: &'a Person,
    after: &'a Person,
) -> impl Iterator<Item = Field> + use<'a> {
    let differs = move |field: &Field| kind.shown(pool, before, *field) != kind.shown(pool, after, *field);
    Field::ALL.into_iter().filter(differs)
}
