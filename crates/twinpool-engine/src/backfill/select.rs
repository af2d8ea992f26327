//! Whom a run is about.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::str::FromStr;

use twinpool_core::id::{GroupName, Sub};
use twinpool_core::snapshot::{Snapshot, Status};

/// Some users, as the command line names them: `<sub>`, `group=<name>`, `status=<STATUS>`, `disabled`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// One user.
    User(Sub),
    /// Several users.
    Users(BTreeSet<Sub>),
    /// The members of a group of the old pool.
    Group(GroupName),
    /// Users with this status.
    Status(Status),
    /// Users who may not sign in.
    Disabled,
}

/// A word that selects nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it should be a sub, @<file with a sub on each line>, group=<name>, status=<STATUS> or disabled")]
pub struct NoSelector;

impl FromStr for Selector {
    type Err = NoSelector;

    fn from_str(text: &str) -> Result<Self, NoSelector> {
        let text = text.trim();
        if text == "disabled" {
            return Ok(Self::Disabled);
        }
        if let Some(name) = text.strip_prefix("group=") {
            return GroupName::parse(name).map(Self::Group).map_err(|_| NoSelector);
        }
        if let Some(word) = text.strip_prefix("status=") {
            let status = Status::parse(&word.to_ascii_uppercase());
            return if status == Status::Other { Err(NoSelector) } else { Ok(Self::Status(status)) };
        }
        let is_uuid = text.len() == 36 && text.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
        let sub = is_uuid.then(|| Sub::parse(text.to_ascii_lowercase()).ok()).flatten();
        sub.map(Self::User).ok_or(NoSelector)
    }
}

impl Selector {
    fn fits(&self, user: &Snapshot) -> bool {
        match self {
            Self::User(sub) => user.sub == *sub,
            Self::Users(subs) => subs.contains(&user.sub),
            Self::Group(name) => user.groups.contains(name),
            Self::Status(status) => user.status == *status,
            Self::Disabled => !user.enabled,
        }
    }
}

/// Whom a run is about, and whom not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only those whom one of these selects; everybody, if there is none.
    pub only: Vec<Selector>,
    /// But not those whom one of these selects.
    pub exclude: Vec<Selector>,
}

impl Selection {
    /// Whether the run is about this user.
    #[must_use]
    pub fn fits(&self, user: &Snapshot) -> bool {
        let wanted = self.only.is_empty() || self.only.iter().any(|selector| selector.fits(user));
        wanted && !self.exclude.iter().any(|selector| selector.fits(user))
    }
}

/// The same for the same selection: a run goes on only where it is.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return f.write_str("everybody");
        }
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        write!(f, "some-{:016x}", hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_select_users() {
        let sub = "9441F38C-d64d-45d1-8401-ec94ab328c6d";
        assert!(matches!(sub.parse(), Ok(Selector::User(one)) if one.as_str() == sub.to_lowercase()));
        assert_eq!("status=unconfirmed".parse(), Ok(Selector::Status(Status::Unconfirmed)));
        assert!(matches!("group=staff".parse(), Ok(Selector::Group(_))));
        for odd in ["", "jane@example.com", "status=FINE", "group=", "groups=a", "jane"] {
            assert_eq!(odd.parse::<Selector>(), Err(NoSelector), "{odd}");
        }
    }

    #[test]
    fn another_selection_is_another_scope() {
        let one = Selection { only: vec![Selector::Disabled], exclude: vec![] };
        let other = Selection { only: vec![], exclude: vec![Selector::Disabled] };
        assert_eq!(one.to_string(), one.clone().to_string());
        assert_ne!(one.to_string(), other.to_string());
        assert_eq!(Selection::default().to_string(), "everybody");
    }
}
