//! A table in memory.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{NewSub, OldSub, Pool, Sub, UserId};
use twinpool_core::listing::Stage;
use twinpool_core::port::{Answer, Class, PortError};

#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    people: Vec<Accounts>,
    fault: Option<Class>,
}

impl Book {
    /// Ada is in both pools and is one person with `ada-old-too`, Bob waits in the old one, Cleo was born in the new one.
    pub(super) fn of_three() -> Self {
        let person = |id: &str, stage, old: &[&str], new: &[&str]| Accounts {
            user_id: UserId::parse(id).unwrap(),
            stage,
            old: old.iter().map(|sub| OldSub::parse(*sub).unwrap()).collect(),
            new: new.iter().map(|sub| NewSub::parse(*sub).unwrap()).collect(),
        };
        let ada = person("ada-old", Some(Stage::Linked), &["ada-old", "ada-old-too"], &["ada-new"]);
        let bob = person("bob-old", Some(Stage::Conflict), &["bob-old"], &[]);
        let cleo = person("cleo-new", None, &[], &["cleo-new"]);
        Self { people: vec![ada, bob, cleo], fault: None }
    }

    /// A user of the new pool who has the sub of one of the old pool.
    pub(super) fn with_a_namesake(mut self, sub: &str) -> Self {
        self.people.push(Accounts {
            user_id: UserId::parse("namesake").unwrap(),
            stage: None,
            old: BTreeSet::new(),
            new: [NewSub::parse(sub).unwrap()].into(),
        });
        self
    }

    /// Every read fails so.
    pub(super) fn failing(self, class: Class) -> Self {
        Self { fault: Some(class), ..self }
    }

    fn look(&self, operation: &'static str) -> Answer<BTreeMap<Account, UserId>> {
        if let Some(class) = self.fault {
            return Err(PortError::new(class, operation, "SomeException"));
        }
        let mut found = BTreeMap::new();
        for person in &self.people {
            let old = person.old.iter().map(|sub| Account { pool: Pool::Old, sub: Sub::from(sub) });
            let new = person.new.iter().map(|sub| Account { pool: Pool::New, sub: Sub::from(sub) });
            found.extend(old.chain(new).map(|account| (account, person.user_id.clone())));
        }
        Ok(found)
    }
}

impl IdReader for Book {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        let known = self.look("BatchGetItem")?;
        Ok(accounts.iter().map(|account| known.get(account).cloned()).collect())
    }

    async fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
        let known = self.look("GetItem")?;
        // The id that a merged user had before gives the other.
        let merged = OldSub::parse(id.as_str()).ok().and_then(|sub| known.get(&Account::from(&sub)).cloned());
        let id = merged.as_ref().unwrap_or(id);
        Ok(self.people.iter().find(|person| person.user_id == *id).cloned())
    }
}
