//! Slots that hold the function from before, and that it does not need any more: each gets back what was in it.

use std::collections::BTreeSet;

use super::{Functions, NoPlan, Permission, Refusal, Saved, Seen, Slot, Warning, Wish};
use crate::detach::former::{ask_ours, check, fate, settle};
use crate::detach::{self, Fate};
use crate::triggers::in_slot;

/// What tells which slots those are, and what was in them.
pub(super) struct Spare<'a> {
    pub(super) wish: &'a Wish,
    pub(super) wanted: &'a [Slot],
    pub(super) before: &'a Seen,
    pub(super) saved: Option<&'a Saved>,
}

impl Spare<'_> {
    /// As detaching does it, with these slots alone.
    pub(super) async fn give_back<F: Functions>(
        &self,
        functions: &F,
        permission: &Permission,
        after: &mut Seen,
    ) -> Result<Vec<Warning>, NoPlan> {
        let wish = detach::Wish {
            guest: self.wish.guest,
            function: self.wish.function.clone(),
            leave_empty: BTreeSet::new(),
            unfinished: None,
            even_if_managed: true,
            even_if_not_allowed: false,
            at: self.wish.at,
        };
        let of = |slot: &Slot| (*slot, fate(self.before, self.saved, &wish, *slot));
        let mut slots: Vec<_> = self.ours().iter().map(of).collect();
        ask_ours(functions, &wish, self.before, &mut slots).await.map_err(no_plan)?;
        check(functions, &wish, &slots, Some(permission)).await.map_err(no_plan)?;
        let mut warnings = Vec::new();
        for (slot, fate) in &slots {
            settle(&mut after.description, *slot, fate, self.saved);
            if *fate == Fate::FormerUnknown {
                warnings.push(Warning::Emptied(*slot));
            }
        }
        Ok(warnings)
    }

    fn ours(&self) -> Vec<Slot> {
        let is_ours = |slot: &Slot| {
            in_slot(&self.before.description, *slot).is_some_and(|it| it.is(&self.wish.function))
        };
        let spare = self.wish.guest.slots().iter().copied().filter(|slot| !self.wanted.contains(slot));
        spare.filter(is_ours).collect()
    }
}

fn no_plan(why: detach::NoPlan) -> NoPlan {
    match why {
        detach::NoPlan::Refused(refusal) => NoPlan::Refused(Refusal::NotGivenBack(refusal)),
        detach::NoPlan::Port(error) => NoPlan::Port(error),
    }
}
