//! What the file says, in a form that everything else reads. Has no `Debug`: it may hold values of people.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use twinpool_core::id::{AttributeName, GroupName, ProviderName};
use twinpool_core::plan::{GroupMode, WhenDeleted};

use crate::pattern::Pattern;
use crate::phone::Country;

/// The whole file. What is as by default is not written, so that a kind of rule added later changes no fingerprint.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Model {
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) users: Users,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) groups: Groups,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) attributes: BTreeMap<AttributeName, AttributeRule>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) federation: BTreeMap<ProviderName, Federation>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Users {
    #[serde(skip_serializing_if = "is_default", serialize_with = "deleted_word")]
    pub(crate) deleted: WhenDeleted,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) leave_out_groups: BTreeSet<Pattern>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) leave_out_where: BTreeMap<AttributeName, BTreeSet<String>>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Groups {
    #[serde(skip_serializing_if = "is_default", serialize_with = "mode_word")]
    pub(crate) mode: GroupMode,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) leave_out: BTreeSet<Pattern>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) rename: BTreeMap<GroupName, GroupName>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct AttributeRule {
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) drop: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) map: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) map_only: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) prefix: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) fold_case: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) e164: Option<Country>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) rename: Option<AttributeName>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) default: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) constant: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) new_wins: bool,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Federation {
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) link: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) provider: Option<ProviderName>,
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) trust_email: bool,
}

impl AttributeRule {
    /// The name in the new pool.
    pub(crate) fn target<'a>(&'a self, source: &'a AttributeName) -> &'a AttributeName {
        self.rename.as_ref().unwrap_or(source)
    }
}

impl Model {
    /// The rule that writes an attribute of the new pool, and the rule's name, if one does.
    pub(crate) fn writer(&self, target: &AttributeName) -> Option<(&AttributeName, &AttributeRule)> {
        self.attributes.iter().find(|(source, rule)| !rule.drop && rule.target(source) == target)
    }
}

/// The words of the file.
pub(crate) const DELETED: [(&str, WhenDeleted); 3] =
    [("disable", WhenDeleted::Disable), ("delete", WhenDeleted::Delete), ("keep", WhenDeleted::Keep)];

/// The words of the file.
pub(crate) const MODES: [(&str, GroupMode); 3] =
    [("mirror", GroupMode::Mirror), ("add_only", GroupMode::AddOnly), ("none", GroupMode::None)];

fn word<T: PartialEq>(words: &[(&'static str, T)], meant: &T) -> Option<&'static str> {
    words.iter().find_map(|(word, means)| (means == meant).then_some(*word))
}

fn deleted_word<S: Serializer>(meant: &WhenDeleted, serializer: S) -> Result<S::Ok, S::Error> {
    word(&DELETED, meant).serialize(serializer)
}

fn mode_word<S: Serializer>(meant: &GroupMode, serializer: S) -> Result<S::Ok, S::Error> {
    word(&MODES, meant).serialize(serializer)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
