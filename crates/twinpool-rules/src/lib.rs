//! The owner's rules, `twinpool.toml`: what travels, under which name, as what. Pure.
//!
//! [`Rules::parse`] reads the file, [`Rules::check`] holds it against both pools before anything runs, and [`Rules::view`]
//! says what it makes of one user. Of one attribute, in this order: drop, map, prefix, fold_case, e164, rename, default,
//! constant.

use std::fmt;

use twinpool_core::attribute::travels;
use twinpool_core::criteria::Criteria;
use twinpool_core::id::{AttributeName, GroupName, ProviderName};
use twinpool_core::link::Names;
use twinpool_core::plan::{GroupMode, WhenDeleted};
use twinpool_core::snapshot::Snapshot;

mod accepted;
mod back;
mod check;
mod convert;
mod error;
mod fingerprint;
mod mask;
mod model;
mod parse;
mod pattern;
mod phone;
#[cfg(test)]
mod samples;
mod sign_in;
pub mod site;
mod time;
mod view;

pub use accepted::Accepted;
pub use check::{Row, Verdict};
pub use error::RulesError;
pub use mask::{Example, masked};
pub use sign_in::{Person, SignInPolicy};
pub use site::Site;
pub use time::age;
pub use view::View;

use model::{Groups, Model};

/// The rules of one migration. By default everything travels as it is, and federated users wait for their first sign-in.
/// `Debug` shows the fingerprint only: rules may hold values of people.
#[derive(Clone, PartialEq, Eq)]
pub struct Rules {
    model: Model,
    fingerprint: String,
    accepted: Vec<Accepted>,
    sign_in: SignInPolicy,
    criteria: Criteria,
}

impl Rules {
    /// Reads a `twinpool.toml`.
    ///
    /// # Errors
    /// At the first key that is unknown, of the wrong type, or says what cannot be meant, with its line.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let parse::Parsed { model, accepted, sign_in, criteria } = parse::parse(text)?;
        Ok(Self { accepted, sign_in, criteria, ..Self::from(model) })
    }

    /// What the rules make of a user of the old pool.
    #[must_use]
    pub fn view(&self, old: &Snapshot) -> View {
        View::of(&self.model, old)
    }

    /// Whether it takes a user's groups to say that the user is left out.
    #[must_use]
    pub fn leaves_out_by_group(&self) -> bool {
        !self.model.users.leave_out_groups.is_empty()
    }

    /// What becomes of the new pool's user when the old pool's is deleted.
    #[must_use]
    pub fn when_deleted(&self) -> WhenDeleted {
        self.model.users.deleted
    }

    /// How memberships follow.
    #[must_use]
    pub fn group_mode(&self) -> GroupMode {
        self.model.groups.mode
    }

    /// The name of a group in the new pool; `None` if it is left out. With the mode "none" every group is.
    #[must_use]
    pub fn group(&self, name: &GroupName) -> Option<GroupName> {
        self.model.group(name)
    }

    /// The name of an attribute in the new pool; `None` if it is dropped.
    #[must_use]
    pub fn target(&self, source: &AttributeName) -> Option<AttributeName> {
        let rule = self.model.attributes.get(source);
        rule.is_none_or(|rule| !rule.drop).then(|| rule.map_or(source, |rule| rule.target(source)).clone())
    }

    /// The name in the old pool of a group of the new one.
    #[must_use]
    pub fn old_group(&self, new_name: &GroupName) -> GroupName {
        let renamed = self.model.groups.rename.iter().find(|(_, new)| *new == new_name);
        renamed.map_or_else(|| new_name.clone(), |(old, _)| old.clone())
    }

    /// The name of an identity provider in the new pool.
    #[must_use]
    pub fn provider(&self, name: &ProviderName) -> ProviderName {
        self.model.provider(name)
    }

    /// The name in the old pool of an identity provider of the new one; `None` where no user of the old pool is of that provider.
    #[must_use]
    pub fn old_provider(&self, new_name: &ProviderName) -> Option<ProviderName> {
        let renamed = self.model.federation.iter().find(|(_, rule)| rule.provider.as_ref() == Some(new_name));
        match renamed {
            Some((old, _)) => Some(old.clone()),
            // Renamed away: a provider of this name in the new pool is another.
            None => (self.provider(new_name) == *new_name).then(|| new_name.clone()),
        }
    }

    /// Of the groups that were ever announced, those that the rules leave out now: they belong to what a plan leaves alone,
    /// also where the user of the old pool is in them no more, which a view cannot know.
    #[must_use]
    pub fn left_alone(&self, announced: &Names) -> Names {
        let is_out = |name: &&GroupName| {
            self.model.groups.leaves_out(name) || self.model.groups.leaves_out(&self.old_group(name))
        };
        let groups = announced.groups.iter().filter(is_out);
        Names { groups: groups.cloned().collect(), ..Names::default() }
    }

    /// Which findings of `twinpool audit` the owner knows and accepts. No part of the fingerprint: accepting changes nothing
    /// about any user.
    #[must_use]
    pub fn accepted(&self) -> &[Accepted] {
        &self.accepted
    }

    /// By which way users get into the new pool. No part of the fingerprint, as it changes nothing about any user.
    #[must_use]
    pub fn sign_in(&self) -> &SignInPolicy {
        &self.sign_in
    }

    /// What the owner goes by while users are moved. No part of the fingerprint, as it changes nothing about any user.
    #[must_use]
    pub fn criteria(&self) -> &Criteria {
        &self.criteria
    }

    /// Changes with the rules: users who were mirrored under others are compared again.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// Whether a rule can be about an attribute of this name.
#[must_use]
pub fn can_have_rule(name: &AttributeName) -> bool {
    travels(name.as_str()) && parse::names::can_exist(name.as_str())
}

impl Default for Rules {
    fn default() -> Self {
        Self::from(Model::default())
    }
}

impl From<Model> for Rules {
    fn from(model: Model) -> Self {
        Self {
            fingerprint: fingerprint::of(&model),
            model,
            accepted: Vec::new(),
            sign_in: SignInPolicy::default(),
            criteria: Criteria::default(),
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rules").field(&self.fingerprint).finish()
    }
}

impl Model {
    fn group(&self, name: &GroupName) -> Option<GroupName> {
        let is_out = self.groups.leaves_out(name) || self.groups.is_name_of_another(name);
        if self.groups.mode == GroupMode::None || is_out {
            return None;
        }
        Some(self.groups.rename.get(name).unwrap_or(name).clone())
    }

    fn provider(&self, name: &ProviderName) -> ProviderName {
        let renamed = self.federation.get(name).and_then(|rule| rule.provider.clone());
        renamed.unwrap_or_else(|| name.clone())
    }
}

impl Groups {
    /// Whether another group of the old pool is renamed to this name.
    fn is_name_of_another(&self, name: &GroupName) -> bool {
        self.rename.iter().any(|(old, new)| new == name && old != name) && !self.rename.contains_key(name)
    }

    fn leaves_out(&self, name: &GroupName) -> bool {
        self.leave_out.iter().any(|pattern| pattern.fits(name.as_str()))
    }
}
