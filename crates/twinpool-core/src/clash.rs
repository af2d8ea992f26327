//! Which side conflicts when a user of the old pool and one of the new pool are to be linked.

use std::collections::BTreeSet;
use std::fmt;

use crate::id::{NewSub, UserId};

/// What stands in the way of a link: one side, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The old side: the users of the new pool that this user of the old pool is tied to. None, where this side is free.
    pub tied_to: BTreeSet<NewSub>,
    /// The new side: the user id that this user of the new pool has already. `None` where this side is free.
    pub belongs_to: Option<UserId>,
}

impl Clash {
    /// Holds what the table says of both sides against each other. `id`: the user id of the old side; `tied_to`: its users of
    /// the new pool; `holder`: the user id of the new side, if it has one.
    #[must_use]
    pub fn between(
        id: &UserId,
        tied_to: &BTreeSet<NewSub>,
        new: &NewSub,
        holder: Option<&UserId>,
    ) -> Option<Self> {
        let tied_to = if tied_to.contains(new) { BTreeSet::new() } else { tied_to.clone() };
        let belongs_to = holder.filter(|holder| *holder != id).cloned();
        let clashes = !tied_to.is_empty() || belongs_to.is_some();
        clashes.then_some(Self { tied_to, belongs_to })
    }
}

/// One sentence that names each side that conflicts, and who holds it.
impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.tied_to.is_empty() {
            let subs: Vec<_> = self.tied_to.iter().map(NewSub::as_str).collect();
            write!(f, "the user of the old pool is tied to {} of the new pool already", subs.join(", "))?;
        }
        if !self.tied_to.is_empty() && self.belongs_to.is_some() {
            f.write_str(", and ")?;
        }
        match &self.belongs_to {
            Some(id) => write!(f, "the user of the new pool has the user id {id} already"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_that_conflicts_is_named_with_who_holds_it() {
        let new = |sub| NewSub::parse(sub).unwrap();
        let id = |id| UserId::parse(id).unwrap();
        let between = |tied_to: &[&'static str], holder: Option<&'static str>| {
            let tied_to = tied_to.iter().copied().map(new).collect();
            let clash = Clash::between(&id("old-1"), &tied_to, &new("new-1"), holder.map(id).as_ref());
            clash.map(|clash| clash.to_string())
        };
        let old = "the user of the old pool is tied to new-2 of the new pool already";
        let held = "the user of the new pool has the user id old-2 already";
        assert_eq!(between(&[], None), None);
        assert_eq!(between(&[], Some("old-1")), None, "an account that is waiting for its pair");
        assert_eq!(between(&["new-1", "new-2"], Some("old-1")), None, "linked already");
        assert_eq!(between(&["new-2"], None).as_deref(), Some(old));
        assert_eq!(between(&[], Some("old-2")).as_deref(), Some(held));
        assert_eq!(between(&["new-2"], Some("old-2")), Some(format!("{old}, and {held}")));
    }
}
