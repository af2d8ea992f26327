//! What was in the slots before, and what is to be there after.

use twinpool_core::id::PoolId;

use super::{FunctionArn, Json, Refusal, Saved, Seen, Slot, Unfinished, Wish};
use crate::settings::is_setting;
use crate::triggers::{Held, copy, in_slot, put};

/// The former state: what was saved, as far as it still holds.
pub(super) struct Former {
    saved: Option<Saved>,
    saves: bool,
    is_unfinished: bool,
}

impl Former {
    /// A saved state with our function in none of the slots is of no use any more, unless it is of a run that did not finish,
    /// and settings changed since: it alone knows them. One with ours in some of the slots is never replaced. Only the slots
    /// that are not ours are brought up to date.
    pub(super) fn new(
        pool: &PoolId,
        before: &Seen,
        found: Option<Saved>,
        wish: &Wish,
        wanted: &[Slot],
    ) -> Self {
        let is_ours =
            |slot: &Slot| in_slot(&before.description, *slot).is_some_and(|it| it.is(&wish.function));
        let (ours, others): (Vec<_>, Vec<_>) = wish.guest.slots().iter().copied().partition(is_ours);
        let keeps = wish.unfinished == Some(Unfinished::Keep);
        match found {
            Some(mut saved) if !ours.is_empty() || (!keeps && is_moved(&saved, before)) => {
                let kept = saved.clone();
                for slot in others {
                    copy(&mut saved.description, slot, &before.description);
                }
                let saves = saved != kept;
                let is_unfinished = saved.attached.is_empty();
                Self { saved: Some(saved), saves, is_unfinished }
            }
            None if wanted.iter().all(|slot| !others.contains(slot)) => {
                Self { saved: None, saves: false, is_unfinished: false }
            }
            Some(_) | None => {
                let saved = Saved {
                    pool: pool.clone(),
                    description: before.description.clone(),
                    mfa: before.mfa.clone(),
                    attached: Vec::new(),
                    at: wish.at,
                };
                Self { saved: Some(saved), saves: true, is_unfinished: false }
            }
        }
    }

    /// What was saved, as far as it still holds.
    pub(super) fn saved(&self) -> Option<&Saved> {
        self.saved.as_ref()
    }

    /// What was in a slot.
    pub(super) fn of(&self, slot: Slot) -> Option<Held> {
        in_slot(&self.saved.as_ref()?.description, slot)
    }

    /// Whether nobody knows what was in a slot that is ours.
    pub(super) fn is_unknown(&self, slot: Slot, ours: &FunctionArn) -> bool {
        self.saved.is_none() || self.of(slot).is_some_and(|held| held.is(ours))
    }

    /// What the pool is to be like, and what of it is put back that changed since a run that did not finish.
    ///
    /// Such a run may have died between an update and its proof, or failed to put back what the update did. The owner may
    /// have changed the same things since, second factors too: only the owner can tell.
    pub(super) fn after(
        &self,
        before: &Seen,
        wish: &Wish,
        wanted: &[Slot],
    ) -> Result<(Seen, Vec<String>), Refusal> {
        let mut after = before.clone();
        let mut put_back = Vec::new();
        if let Some(saved) = self.saved.as_ref().filter(|_| self.is_unfinished) {
            let moved = moved(saved, before);
            match wish.unfinished {
                None if !moved.is_empty() => return Err(Refusal::Unfinished(moved)),
                None | Some(Unfinished::Keep) => {}
                Some(Unfinished::PutBack) => {
                    restore(&mut after.description, &saved.description);
                    after.mfa = saved.mfa.clone();
                    put_back = moved;
                }
            }
        }
        let fresh = wish.guest.version(&after.description);
        for slot in wanted {
            put(&mut after.description, *slot, wish.function.as_str(), fresh);
        }
        Ok((after, put_back))
    }

    /// What is kept while a pool that is attached and proved is updated: an update may lose second factors (F§6, trap 5), and a
    /// run that dies then leaves that to be found. It has those of today, and what was in our slots before.
    pub(super) fn mark(&self, pool: &PoolId, before: &Seen, wish: &Wish) -> Option<Saved> {
        if self.saved.as_ref().is_some_and(|saved| saved.attached.is_empty()) {
            return None;
        }
        let Seen { mut description, mfa } = before.clone();
        if let Some(saved) = &self.saved {
            for slot in wish.guest.slots() {
                copy(&mut description, *slot, &saved.description);
            }
        }
        Some(Saved { pool: pool.clone(), description, mfa, attached: Vec::new(), at: wish.at })
    }

    /// What is to be kept, and whether that is not what is kept already.
    pub(super) fn into_saved(self) -> (Option<Saved>, bool) {
        (self.saved, self.saves)
    }
}

/// The settings that differ from what was saved, triggers aside.
fn moved(saved: &Saved, before: &Seen) -> Vec<String> {
    let mut moved = Seen::from(saved).settings(before);
    moved.retain(|path| !path.starts_with("LambdaConfig."));
    moved
}

fn is_moved(saved: &Saved, before: &Seen) -> bool {
    saved.attached.is_empty() && !moved(saved, before).is_empty()
}

/// Gives a description the settings of another one, triggers aside.
fn restore(description: &mut Json, from: &Json) {
    let is_ours = |field: &str| is_setting(field) && field != "LambdaConfig";
    description.retain(|field, _| !is_ours(field));
    let settings = from.iter().filter(|(field, _)| is_ours(field));
    description.extend(settings.map(|(field, value)| (field.clone(), value.clone())));
}
