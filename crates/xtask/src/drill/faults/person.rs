//! Somebody of the old pool, as the drill knows them: all that a pool should say.

use std::collections::{BTreeMap, BTreeSet};

use super::super::people::MARKER;
use crate::local;

/// What somebody is like after all that was changed.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) sub: String,
    pub(super) has_password: bool,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) groups: BTreeSet<String>,
    pub(super) enabled: bool,
    pub(super) is_deleted: bool,
}

impl Person {
    pub(super) fn can_sign_in(&self) -> bool {
        self.has_password && self.enabled && !self.is_deleted
    }

    /// What a pool says otherwise: never a value.
    pub(super) fn differences<'a>(&'a self, there: &'a local::Person) -> impl Iterator<Item = String> + 'a {
        let said: BTreeMap<_, _> = there.attributes.iter().filter(|(name, _)| *name != MARKER).collect();
        let names: BTreeSet<_> = self.attributes.keys().chain(said.keys().copied()).collect();
        let attributes =
            names.into_iter().filter(move |name| self.attributes.get(*name) != said.get(name).copied());
        let groups = self.groups.symmetric_difference(&there.groups);
        let enabled = (self.enabled != there.enabled).then(|| "enabled".to_owned());
        attributes
            .map(|name| format!("attribute {name}"))
            .chain(groups.map(|name| format!("group {name}")))
            .chain(enabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_pool_says_otherwise_is_named() {
        let text = |text: &str| text.to_owned();
        let known = Person {
            username: text("user.1"),
            sub: text("sub-1"),
            has_password: false,
            attributes: [(text("email"), text("a@example.com")), (text("given_name"), text("Ada"))].into(),
            groups: [text("staff")].into(),
            enabled: true,
            is_deleted: false,
        };
        let mut there = local::Person {
            sub: text("sub-2"),
            status: text("CONFIRMED"),
            enabled: true,
            attributes: known.attributes.clone(),
            groups: known.groups.clone(),
        };
        there.attributes.insert(text(MARKER), text("sub-1"));
        assert_eq!(known.differences(&there).count(), 0);
        there.attributes.insert(text("email"), text("b@example.com"));
        there.attributes.remove("given_name");
        there.attributes.insert(text("family_name"), text("L"));
        there.groups = [text("beta")].into();
        there.enabled = false;
        let found: Vec<_> = known.differences(&there).collect();
        let named = [
            "attribute email",
            "attribute family_name",
            "attribute given_name",
            "group beta",
            "group staff",
            "enabled",
        ];
        assert_eq!(found, named);
    }
}
