//! One pool of a population. It is read only.

use std::sync::Arc;

use twinpool_core::group::GroupDefinition;
use twinpool_core::pool::PoolShape;
use twinpool_testkit::world::group;
use twinpool_testkit::{MemoryPool, Person};

use super::super::cognito::directory::{Directory, Entry, Wanted};
use super::super::refusal::Refusal;
use super::{GROUPS, Population, numbers};

/// One pool.
#[derive(Debug)]
pub(in super::super) struct Side {
    population: Arc<Population>,
    is_new: bool,
}

impl Side {
    pub(super) fn new(population: Arc<Population>, is_new: bool) -> Self {
        Self { population, is_new }
    }

    fn numbers(&self, wanted: &Wanted, after: Option<u32>) -> Box<dyn Iterator<Item = u32>> {
        let users = self.population.users;
        let start = after.map_or(0, |number| number + 1);
        match wanted {
            Wanted::All => Box::new(start..users),
            Wanted::SubStarts(text) => Box::new(numbers::starting(text, self.is_new, users, after)),
            Wanted::MemberOf(name) => {
                let found = GROUPS.into_iter().find(|(group, _)| *group == name.as_str());
                let every = found.map_or(u32::MAX, |(_, every)| every);
                Box::new((start..users).filter(move |number| number.is_multiple_of(every)))
            }
        }
    }

    /// By sub, username or address: each has the number in it.
    fn number(&self, name: &str) -> Option<u32> {
        let by_name = name.strip_prefix("user-").filter(|_| !self.is_new);
        let by_email = name.strip_prefix("user").and_then(|rest| rest.strip_suffix("@example.com"));
        let by_email = by_email.filter(|_| self.is_new);
        let by_sub = numbers::number(name, self.is_new);
        let found = by_sub.or_else(|| by_name.or(by_email)?.parse().ok())?;
        (found < self.population.users).then_some(found)
    }
}

impl Directory for Side {
    fn shape(&self) -> PoolShape {
        Population::shape(self.is_new)
    }

    fn size(&self) -> usize {
        usize::try_from(self.population.users).unwrap_or(usize::MAX)
    }

    fn is_deleted(&self) -> bool {
        false
    }

    fn groups(&self) -> Vec<GroupDefinition> {
        let described =
            |(name, _)| GroupDefinition { name: group(name), description: None, precedence: None };
        let mut all: Vec<_> = GROUPS.into_iter().map(described).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    fn find(&self, parameter: &str) -> Option<Person> {
        self.number(parameter).map(|number| self.population.person(number, self.is_new))
    }

    fn known_as(&self, name: &str) -> Vec<Person> {
        let by_email = name.strip_prefix("user").and_then(|rest| rest.strip_suffix("@example.com"));
        let by_email = by_email.and_then(|number| number.parse().ok());
        let number = self.number(name).or(by_email.filter(|number| *number < self.population.users));
        number.map(|number| self.population.person(number, self.is_new)).into_iter().collect()
    }

    fn page(&self, wanted: &Wanted, after: Option<&str>, most: usize) -> Option<Vec<Entry>> {
        let after = after.map(str::parse).transpose().ok()?;
        let entry = |number: u32| (self.population.person(number, self.is_new), number.to_string());
        Some(self.numbers(wanted, after).take(most).map(entry).collect())
    }

    fn memory(&self) -> Result<&Arc<MemoryPool>, Refusal> {
        Err(Refusal::new("OperationNotEnabledException", "users that are made up cannot be written"))
    }
}
