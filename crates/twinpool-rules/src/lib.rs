//! The owner's rules, `twinpool.toml`: what travels, under which name, as what.

mod view;

pub use view::View;

use twinpool_core::id::{GroupName, ProviderName};
use twinpool_core::plan::{GroupMode, WhenDeleted};
use twinpool_core::snapshot::Snapshot;

/// The rules of one migration. By default everything travels as it is, and federated users wait for their first sign-in.
#[derive(Debug, Clone, Default)]
pub struct Rules {}

impl Rules {
    /// Reads `twinpool.toml`.
    ///
    /// # Errors
    /// When a key is unknown or a value cannot be used.
    pub fn parse(_text: &str) -> Result<Self, std::convert::Infallible> {
        Ok(Self::default())
    }

    /// What the rules make of a user of the old pool.
    #[must_use]
    pub fn view(&self, old: &Snapshot) -> View {
        View::plain(old)
    }

    /// What becomes of the new pool's user when the old pool's is deleted.
    #[must_use]
    pub fn when_deleted(&self) -> WhenDeleted {
        WhenDeleted::default()
    }

    /// How memberships follow.
    #[must_use]
    pub fn group_mode(&self) -> GroupMode {
        GroupMode::default()
    }

    /// The name of a group in the new pool; `None` if it is left out.
    #[must_use]
    pub fn group(&self, name: &GroupName) -> Option<GroupName> {
        Some(name.clone())
    }

    /// The name in the old pool of a group of the new one.
    #[must_use]
    pub fn old_group(&self, new_name: &GroupName) -> GroupName {
        new_name.clone()
    }

    /// The name of an identity provider in the new pool.
    #[must_use]
    pub fn provider(&self, name: &ProviderName) -> ProviderName {
        name.clone()
    }

    /// Changes with the rules: users who were mirrored under others are compared again.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        "none"
    }
}
