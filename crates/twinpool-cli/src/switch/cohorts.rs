//! Whom an operator names, and what is kept of them.

use clap::Args;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, GroupName};
use twinpool_core::phase::{Cohorts, Standing};
use twinpool_core::value::Value;

/// Who is sent beside the share.
#[derive(Debug, Default, Args)]
pub(crate) struct Asked {
    /// Whoever is in this group of the old pool. May be said again.
    #[arg(long, value_name = "GROUP", value_parser = |text: &str| GroupName::parse(text))]
    group: Vec<GroupName>,
    /// Whoever has this value, such as a tenant. May be said again.
    #[arg(long = "where", value_name = "ATTRIBUTE=VALUE", value_parser = a_value)]
    having: Vec<(AttributeName, Value)>,
    /// A tester, by the user id or the id of an install: always sent. May be said again.
    #[arg(long, value_name = "ID")]
    allow: Vec<String>,
    /// Never sent before everybody is, by the user id or the id of an install. May be said again.
    #[arg(long, value_name = "ID")]
    deny: Vec<String>,
}

fn a_value(text: &str) -> Result<(AttributeName, Value), String> {
    const SHAPE: &str = "say it as ATTRIBUTE=VALUE, such as custom:tenant=acme";
    let (name, value) = text.split_once('=').ok_or(SHAPE)?;
    let name = AttributeName::parse(name.trim()).map_err(|_| SHAPE)?;
    if value.is_empty() {
        return Err(SHAPE.to_owned());
    }
    Ok((name, Value::new(value)))
}

impl Asked {
    pub(super) fn is_empty(&self) -> bool {
        let Self { group, having, allow, deny } = self;
        group.is_empty() && having.is_empty() && allow.is_empty() && deny.is_empty()
    }

    /// These, beside those who are sent already. A new round begins with nobody.
    pub(super) fn beside(&self, standing: &Standing, key: &DigestKey) -> Cohorts {
        let mut all = if standing.phase.moves() { standing.cohorts.clone() } else { Cohorts::default() };
        all.groups.extend(self.group.iter().cloned());
        all.values
            .extend(self.having.iter().map(|(name, value)| (name.clone(), key.cohort(name, value.reveal()))));
        for id in &self.allow {
            let tester = key.tester(id.trim());
            all.deny.remove(&tester);
            all.allow.insert(tester);
        }
        all.deny.extend(self.deny.iter().map(|id| key.tester(id.trim())));
        all
    }

    /// One tester, and nobody else; whoever is never sent is not sent meanwhile either.
    pub(super) fn tester_alone(&self, standing: &Standing, id: &str, key: &DigestKey) -> Cohorts {
        let all = self.beside(standing, key);
        Cohorts { allow: [key.tester(id)].into(), deny: all.deny, ..Cohorts::default() }
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::phase::Phase;
    use twinpool_testkit::world::{attribute, group, key};

    use super::*;

    fn asked(groups: &[&str], allow: &[&str], deny: &[&str]) -> Asked {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Asked {
            group: groups.iter().map(|name| group(name)).collect(),
            having: vec![(attribute("custom:tenant"), Value::new("acme"))],
            allow: texts(allow),
            deny: texts(deny),
        }
    }

    #[test]
    fn who_is_named_comes_beside_who_is_sent_already_and_after_a_rollback_anew() {
        let key = key();
        let first = asked(&["staff"], &["install-1"], &["install-2"]).beside(&Standing::default(), &key);
        let canary = Standing { phase: Phase::Canary, cohorts: first, ..Standing::default() };
        let both = asked(&["beta"], &["install-2"], &[]).beside(&canary, &key);
        assert_eq!((both.groups.len(), both.values.len(), both.allow.len(), both.deny.len()), (2, 1, 2, 0));
        let back = Standing { phase: Phase::RolledBack, ..canary };
        let anew = asked(&["beta"], &[], &[]).beside(&back, &key);
        assert_eq!((anew.groups.len(), anew.allow.len()), (1, 0));
    }

    #[test]
    fn values_and_testers_are_kept_as_digests_and_never_shown() {
        let asked = asked(&[], &["jane"], &[]);
        let kept = format!("{:?}", asked.beside(&Standing::default(), &key()));
        assert!(!kept.contains("acme") && !kept.contains("jane"), "{kept}");
        assert!(!format!("{:?}", asked.having).contains("acme"));
    }

    #[test]
    fn a_value_is_said_with_its_attribute() {
        let (name, value) = a_value("custom:tenant=a=b").unwrap();
        assert_eq!((name.as_str(), value.reveal()), ("custom:tenant", "a=b"));
        for wrong in ["acme", "=acme", "custom:tenant="] {
            assert!(a_value(wrong).unwrap_err().contains("ATTRIBUTE=VALUE"));
        }
    }
}
