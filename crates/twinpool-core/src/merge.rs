//! What both pools say of a pair, brought together: what changed in one of them since the last mirror is the other's too; of what
//! changed in both, the pool counts that has the say.
//!
//! The outcome is two sources for [`crate::plan::plan`]: what the new pool shall say, and what the old one shall say. Where neither
//! changed and they differ all the same, the old pool is the source, as ever.

use std::collections::BTreeSet;

use crate::digest::DigestKey;
use crate::held_back::{HeldBack, Subject};
use crate::id::{AttributeName, GroupName, Pool, ProviderName, Timestamp};
use crate::link::{Base, Names};
use crate::plan::Terms;
use crate::reverse::Overruled;
use crate::snapshot::Snapshot;
use crate::value::Value;

mod attributes;
mod changed;
mod gone;
mod others;
mod work;

/// The owner's rules, read from the new pool to the old one.
pub trait WayBack {
    /// Of which attribute of the old pool one of the new pool is made; `None`: of none, or it may not be written from here.
    fn source(&self, name: &AttributeName) -> Option<AttributeName>;

    /// The value of the old pool that the rules make this one of; `None`: of none, or nobody can tell of which.
    fn value(&self, name: &AttributeName, value: &Value) -> Option<Value>;

    /// The name in the old pool of a group of the new one; `None`: it does not travel.
    fn group(&self, name: &GroupName) -> Option<GroupName>;

    /// The name in the old pool of a provider of the new one whose identities are linked; `None`: they do not travel.
    fn provider(&self, name: &ProviderName) -> Option<ProviderName>;

    /// What the rules, read forward, make of a user of the old pool.
    fn forth(&self, old: &Snapshot) -> Snapshot;
}

/// All that a merge depends on.
#[derive(Debug, Clone, Copy)]
pub struct MergeInput<'a, B> {
    /// The pool that has the say.
    pub authority: Pool,
    /// The user in the old pool.
    pub old: &'a Snapshot,
    /// The same in the new pool's names and values.
    pub view: &'a Snapshot,
    /// What rules and decisions ask of the way to the new pool.
    pub terms: &'a Terms,
    /// The user in the new pool.
    pub new: &'a Snapshot,
    /// What both said at the last mirror. What somebody was writing who did not live to say so is in it ([`Base::settled`]).
    pub base: &'a Base,
    /// What changed in the new pool before the last mirror and still waits to be carried back, in the new pool's names.
    pub pending: &'a BTreeSet<Subject>,
    /// Whether the new pool takes upper and lower case for one, and may fold what people sign in with (F§4.10).
    pub folds: bool,
    /// The rules, read backwards.
    pub back: &'a B,
    /// The attribute of either pool that is twinpool's own.
    pub marker: &'a AttributeName,
    /// For comparing with the base.
    pub key: &'a DigestKey,
}

/// Two sources for two plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What the new pool shall say, in its own names.
    pub for_new: Snapshot,
    /// What the old pool shall say, in its own names.
    pub for_old: Snapshot,
    /// What may be removed from the old pool: it went from the new one.
    pub removable: Names,
    /// What may be removed from the new pool, whoever wrote it there: it went from the old one.
    pub gone: Names,
    /// What changed in the new pool and travels: in the old pool's names, and in the new one's.
    pub carried: Vec<(Subject, Subject)>,
    /// What changed in the new pool and has no way back, in the new pool's names.
    pub held_back: Vec<HeldBack>,
    /// What was lost because the pool with the say changed the same: which pool lost it, in its own names.
    pub overruled: Vec<(Pool, Subject)>,
}

/// Decides. Total. Executing both plans and merging again gives two empty plans.
#[must_use]
pub fn merge<B: WayBack>(input: &MergeInput<'_, B>) -> Merged {
    let mut merged = Merged::one_way(input.view, input.old);
    attributes::bring(&mut merged, input);
    others::groups(&mut merged, input);
    others::enabled(&mut merged, input);
    others::identities(&mut merged, input);
    others::mfa(&mut merged, input);
    gone::find(&mut merged, input);
    merged
}

impl<B> MergeInput<'_, B> {
    /// Whether a change of the new pool counts, where the old one may have changed the same.
    fn new_counts(&self, old_changed: bool) -> bool {
        !old_changed || self.authority == Pool::New
    }
}

impl Merged {
    /// A pair of which the new side did not follow yet: the old pool is the source of everything.
    #[must_use]
    pub fn one_way(view: &Snapshot, old: &Snapshot) -> Self {
        let (for_new, mut for_old) = (view.clone(), old.clone());
        // Of passkeys and devices only the way to the new pool tells.
        for_old.factors.clear();
        Self {
            for_new,
            for_old,
            removable: Names::default(),
            gone: Names::default(),
            carried: Vec::new(),
            held_back: Vec::new(),
            overruled: Vec::new(),
        }
    }

    fn overrule(&mut self, loser: Pool, in_old: Subject, in_new: Subject) {
        let subject = match loser {
            Pool::Old => in_old,
            Pool::New => in_new,
        };
        self.overruled.push((loser, subject));
    }

    /// What was lost, as a link remembers it.
    pub fn lost_at(&self, at: Timestamp) -> impl Iterator<Item = Overruled> + '_ {
        let lost = self.overruled.iter().cloned();
        lost.map(move |(pool, subject)| Overruled { subject, pool, at })
    }

    /// All that stays as it is in the old pool, in the new pool's names: what the rules hold, and what the plan for the old pool,
    /// or that pool, held.
    #[must_use]
    pub fn all_held(&self, held_in_old: &[HeldBack]) -> Vec<HeldBack> {
        let in_new = |held: &HeldBack| {
            let carried = self.carried.iter().find(|(old, _)| *old == held.subject);
            let subject = carried.map_or(&held.subject, |(_, new)| new).clone();
            HeldBack { subject, reason: held.reason }
        };
        let all: BTreeSet<_> = self.held_back.iter().cloned().chain(held_in_old.iter().map(in_new)).collect();
        all.into_iter().collect()
    }
}
