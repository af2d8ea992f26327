//! The rules, read from the new pool to the old one. Only what they would make the same of again goes back.

use twinpool_core::id::{AttributeName, GroupName, ProviderName};
use twinpool_core::merge::WayBack;
use twinpool_core::plan::GroupMode;
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;

use crate::Rules;
use crate::model::AttributeRule;

impl WayBack for Rules {
    fn source(&self, name: &AttributeName) -> Option<AttributeName> {
        match self.model.writer(name) {
            Some((source, rule)) => rule.constant.is_none().then(|| source.clone()),
            // Dropped, or renamed away: what has this name in the new pool is its own.
            None => (!self.model.attributes.contains_key(name)).then(|| name.clone()),
        }
    }

    fn value(&self, name: &AttributeName, value: &Value) -> Option<Value> {
        let Some((_, rule)) = self.model.writer(name) else {
            return Some(value.clone());
        };
        rule.revert(value.reveal()).map(Value::new)
    }

    fn group(&self, name: &GroupName) -> Option<GroupName> {
        let source = self.old_group(name);
        (self.model.groups.mode != GroupMode::None && self.group(&source).as_ref() == Some(name))
            .then_some(source)
    }

    fn provider(&self, name: &ProviderName) -> Option<ProviderName> {
        let source = self.old_provider(name)?;
        self.model.federation.get(&source).is_some_and(|rule| rule.link).then_some(source)
    }

    fn forth(&self, old: &Snapshot) -> Snapshot {
        self.view(old).snapshot
    }
}

impl AttributeRule {
    /// The value of the old pool that this becomes; `None` if none does, or several do.
    fn revert(&self, value: &str) -> Option<String> {
        let bare = value.strip_prefix(self.prefix_dressed().as_str())?;
        let mut mapped = self.map.keys().filter(|from| self.convert(from).as_deref() == Some(value));
        let from_map = mapped.next();
        if mapped.next().is_some() {
            return None;
        }
        let plain = (self.convert(bare).as_deref() == Some(value)).then(|| bare.to_owned());
        match (from_map, plain) {
            (Some(_), Some(plain)) if !self.map.contains_key(&plain) => None,
            (Some(from), _) => Some(from.clone()),
            (None, plain) => plain,
        }
    }

    /// The prefix as it stands in the new pool.
    fn prefix_dressed(&self) -> String {
        let prefix = self.prefix.clone().unwrap_or_default();
        if self.fold_case { prefix.to_lowercase() } else { prefix }
    }
}
