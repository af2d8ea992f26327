//! Whom an operator names, and what is kept of them.

use clap::Args;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, GroupName};
use twinpool_core::phase::{Cohorts, Standing};
use twinpool_core::port::{Answer, LinkReader};
use twinpool_core::value::Value;

use crate::options::an_id;
use crate::resolve::{find, primary};
use crate::route::an_asker;

/// Who is sent beside the share.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Asked {
    /// Whoever is in this group of the old pool. May be said again.
    #[arg(long, value_name = "GROUP", value_parser = |text: &str| GroupName::parse(text))]
    group: Vec<GroupName>,
    /// Whoever has this value, such as a tenant. May be said again.
    #[arg(long = "where", value_name = "ATTRIBUTE=VALUE", value_parser = a_value)]
    having: Vec<(AttributeName, Value)>,
    /// A tester, by the user id or the id of an install: always sent. May be said again.
    #[arg(long, value_name = "ID", value_parser = |text: &str| an_asker(text.trim()))]
    allow: Vec<String>,
    /// Never sent before everybody is, by the user id or the id of an install. May be said again.
    #[arg(long, value_name = "ID", value_parser = |text: &str| an_asker(text.trim()))]
    deny: Vec<String>,
}

pub(crate) fn a_value(text: &str) -> Result<(AttributeName, Value), String> {
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

    /// The same with user ids in place of subs, for applications ask with those; and what is to be said of it.
    pub(super) async fn as_user_ids(&self, links: &impl LinkReader) -> Answer<(Self, String)> {
        let (mut all, mut said) = (self.clone(), String::new());
        for id in all.allow.iter_mut().chain(&mut all.deny) {
            let Ok(sub) = an_id(id) else { continue };
            let Some(link) = find(links, &sub).await? else { continue };
            let counts = primary(links, &link).await?.unwrap_or(link);
            if counts.user_id.as_str() != id.as_str() {
                said += &format!("{id} asks by the user id {}, which is kept.\n", counts.user_id);
                counts.user_id.as_str().clone_into(id);
            }
        }
        Ok((all, said))
    }

    /// These, beside those who are sent already. A new round begins with nobody, and whoever is never to be sent stays so.
    pub(super) fn beside(&self, standing: &Standing, key: &DigestKey) -> Cohorts {
        let mut all = standing.cohorts.clone();
        if !standing.phase.moves() {
            all = Cohorts { deny: all.deny, ..Cohorts::default() };
        }
        all.groups.extend(self.group.iter().cloned());
        all.values
            .extend(self.having.iter().map(|(name, value)| (name.clone(), key.cohort(name, value.reveal()))));
        for id in &self.allow {
            let tester = key.tester(id);
            all.deny.remove(&tester);
            all.allow.insert(tester);
        }
        all.deny.extend(self.deny.iter().map(|id| key.tester(id)));
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
    use clap::Parser as _;
    use twinpool_core::id::UserId;
    use twinpool_core::link::Link;
    use twinpool_core::phase::Phase;
    use twinpool_core::port::LinkStore as _;
    use twinpool_testkit::MemoryLinks;
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
    fn whoever_is_never_to_be_sent_is_not_after_a_rollback_either() {
        let key = key();
        let first = asked(&[], &[], &["install-2"]).beside(&Standing::default(), &key);
        let back = Standing { phase: Phase::RolledBack, cohorts: first, ..Standing::default() };
        let anew = asked(&[], &["install-1"], &[]).beside(&back, &key);
        assert_eq!(anew.deny, [key.tester("install-2")].into());
        assert_eq!(asked(&[], &[], &[]).tester_alone(&back, "install-1", &key).deny, anew.deny);
    }

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        asked: Asked,
    }

    #[test]
    fn what_no_application_can_ask_with_is_refused() {
        let parse = |option: &str, id: &str| Command::try_parse_from(["x", option, id]);
        for option in ["--allow", "--deny"] {
            for wrong in ["jane@example.com", "+491701234567", ""] {
                assert!(parse(option, wrong).is_err(), "{option} {wrong}");
            }
            assert!(parse(option, " install-1 ").is_ok());
        }
        assert_eq!(parse("--deny", " install-1 ").unwrap().asked.deny, ["install-1"]);
    }

    #[tokio::test]
    async fn a_sub_is_kept_as_the_user_id_that_applications_ask_with() {
        let links = MemoryLinks::default();
        let user_id = UserId::parse("person-1").unwrap();
        let link = Link { version: 0, user_id, ..crate::samples::pair("old-1", &[]) };
        links.connect(&link, None).await.unwrap();
        let (kept, said) = asked(&[], &["old-1"], &["new-1", "install-2"]).as_user_ids(&links).await.unwrap();
        assert_eq!(
            (kept.allow, kept.deny),
            (vec!["person-1".to_owned()], vec!["person-1".to_owned(), "install-2".to_owned()])
        );
        assert!(said.contains("old-1 asks by the user id person-1") && !said.contains("install-2"), "{said}");
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
