//! Who is in which groups, in 4 bytes a user: each combination of groups is kept once.

use std::collections::HashMap;

use twinpool_core::id::GroupName;

/// A combination of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Set(u32);

/// All combinations that occur. Each is another one and a group more, so that they share what they have in common; groups are
/// taken in one after the other, so that equal ones are the same.
#[derive(Debug, Default)]
pub(super) struct Sets {
    names: Vec<GroupName>,
    more: Vec<(Set, u32)>,
    known: HashMap<(Set, u32), Set>,
}

impl Sets {
    /// Begins with the members of another group.
    pub(super) fn begin(&mut self, name: &GroupName) {
        self.names.push(name.clone());
    }

    /// The combination with the group that was begun last, too. A member who is shown twice is a member once.
    pub(super) fn with(&mut self, set: Set) -> Set {
        let group = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        if self.last(set).is_some_and(|(_, last)| last == group) {
            return set;
        }
        let more = &mut self.more;
        *self.known.entry((set, group)).or_insert_with(|| {
            more.push((set, group));
            Set(u32::try_from(more.len()).unwrap_or(u32::MAX))
        })
    }

    fn last(&self, set: Set) -> Option<(Set, u32)> {
        self.more.get(usize::try_from(set.0).ok()?.checked_sub(1)?).copied()
    }

    /// The groups of a combination.
    pub(super) fn of(&self, mut set: Set) -> impl Iterator<Item = &GroupName> {
        std::iter::from_fn(move || {
            let (rest, group) = self.last(set)?;
            set = rest;
            self.names.get(usize::try_from(group).ok()?.checked_sub(1)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_member_who_is_shown_twice_is_a_member_once_and_combinations_are_shared() {
        let mut sets = Sets::default();
        let name = |text: &str| GroupName::parse(text).unwrap();
        let (mut jane, mut joe) = (Set::default(), Set::default());
        sets.begin(&name("admins"));
        jane = sets.with(jane);
        joe = sets.with(joe);
        jane = sets.with(jane);
        sets.begin(&name("staff"));
        joe = sets.with(joe);
        assert_eq!(sets.with(jane), joe);
        assert_eq!(sets.more.len(), 2);
        let names = |set| sets.of(set).cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(jane), [name("admins")].into());
        assert_eq!(names(joe), [name("admins"), name("staff")].into());
        assert!(names(Set::default()).is_empty());
    }
}
