//! Who is in which groups, for a whole pool: 24 bytes a membership.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use twinpool_core::id::{GroupName, Sub};

/// The groups of all users of a pool, as a walk found them.
#[derive(Debug, Default)]
pub struct Memberships {
    names: Vec<GroupName>,
    of: Vec<(u128, u32)>,
}

/// A sub in 16 bytes: Cognito's are UUIDs. Of others a hash.
#[must_use]
pub fn compact(sub: &Sub) -> u128 {
    let digits: String = sub.as_str().chars().filter(|c| *c != '-').collect();
    let uuid = (digits.len() == 32).then(|| u128::from_str_radix(&digits, 16).ok()).flatten();
    uuid.unwrap_or_else(|| {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, sub.as_str()).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        half(0) << 64 | half(1)
    })
}

impl Memberships {
    /// Takes the members of a group in. Call [`Memberships::sorted`] when all are in.
    pub(crate) fn add(&mut self, group: &GroupName, members: &[Sub]) {
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(group.clone());
        self.of.extend(members.iter().map(|sub| (compact(sub), index)));
    }

    pub(crate) fn sorted(mut self) -> Self {
        self.of.sort_unstable();
        self.of.dedup();
        self
    }

    /// The groups of a user.
    #[must_use]
    pub fn of(&self, sub: &Sub) -> BTreeSet<GroupName> {
        let key = compact(sub);
        let begin = self.of.partition_point(|(other, _)| *other < key);
        let mine = self.of.iter().skip(begin).take_while(|(other, _)| *other == key);
        mine.filter_map(|(_, index)| self.names.get(usize::try_from(*index).ok()?)).cloned().collect()
    }

    /// The groups that have members.
    pub fn names(&self) -> impl Iterator<Item = &GroupName> {
        let used: BTreeSet<_> = self.of.iter().map(|(_, index)| *index).collect();
        used.into_iter().filter_map(|index| self.names.get(usize::try_from(index).ok()?))
    }

    /// How many memberships there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// How many users are in a group.
    #[must_use]
    pub fn people(&self) -> usize {
        self.of.chunk_by(|(one, _), (other, _)| one == other).count()
    }

    /// Whether nobody is in any group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}
