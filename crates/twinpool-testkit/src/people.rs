//! Everyone in a pool, and who goes by which name: pools of 100,000 users answer as fast as small ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use twinpool_core::attribute::Contact;
use twinpool_core::id::Sub;

use crate::pool::Person;

/// Everyone, by sub.
#[derive(Debug, Default)]
pub(crate) struct People {
    by_sub: BTreeMap<Sub, Person>,
    /// In small letters: candidates, whom the pool's own idea of sameness then tells apart.
    by_name: HashMap<String, BTreeSet<Sub>>,
}

impl People {
    pub(crate) fn get(&self, sub: &Sub) -> Option<&Person> {
        self.by_sub.get(sub)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Person> {
        self.by_sub.values()
    }

    pub(crate) fn after(&self, sub: Option<&Sub>) -> impl Iterator<Item = &Person> {
        let start = sub.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_sub.range((start, Bound::Unbounded)).map(|(_, person)| person)
    }

    /// Whoever has this sub, username, contact or preferred username, in any case.
    pub(crate) fn known_as(&self, name: &str) -> impl Iterator<Item = &Person> {
        let subs = self.by_name.get(&small(name)).into_iter().flatten();
        subs.filter_map(|sub| self.by_sub.get(sub))
    }

    pub(crate) fn insert(&mut self, person: Person) {
        self.remove(&person.sub.clone());
        self.note(&person.sub, &names(&person));
        self.by_sub.insert(person.sub.clone(), person);
    }

    pub(crate) fn remove(&mut self, sub: &Sub) {
        if let Some(person) = self.by_sub.remove(sub) {
            self.forget(sub, &names(&person));
        }
    }

    /// Changes a user; `None` if there is no such user.
    pub(crate) fn change<T>(&mut self, sub: &Sub, change: impl FnOnce(&mut Person) -> T) -> Option<T> {
        let person = self.by_sub.get_mut(sub)?;
        let before = names(person);
        let answer = change(person);
        let after = names(person);
        if before != after {
            self.forget(sub, &before);
            self.note(sub, &after);
        }
        Some(answer)
    }

    /// Changes what nobody is found by.
    pub(crate) fn each(&mut self, change: impl Fn(&mut Person)) {
        self.by_sub.values_mut().for_each(change);
    }

    fn note(&mut self, sub: &Sub, names: &[String]) {
        for name in names {
            self.by_name.entry(name.clone()).or_default().insert(sub.clone());
        }
    }

    fn forget(&mut self, sub: &Sub, names: &[String]) {
        for name in names {
            if let Some(subs) = self.by_name.get_mut(name) {
                subs.remove(sub);
                if subs.is_empty() {
                    self.by_name.remove(name);
                }
            }
        }
    }
}

fn names(person: &Person) -> Vec<String> {
    let contacts = Contact::ALL.into_iter().filter_map(|contact| person.value(contact.name()));
    let given = contacts.chain(person.value("preferred_username"));
    given.chain([person.sub.as_str(), person.username.as_str()]).map(small).collect()
}

fn small(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::person;

    #[test]
    fn whoever_changes_a_name_is_found_by_the_new_one_only() {
        let mut people = People::default();
        people.insert(person("jane-sub", "jane", &[("email", "Jane@example.com")]));
        people.insert(person("joe-sub", "joe", &[("email", "joe@example.com")]));
        let known = |people: &People, name: &str| people.known_as(name).count();
        assert_eq!(
            (known(&people, "jane@example.com"), known(&people, "JANE"), known(&people, "jane-sub")),
            (1, 1, 1)
        );
        let email = Contact::Email.address_attribute();
        let jane = person("jane-sub", "jane", &[]).sub;
        people.change(&jane, |person| {
            person.attributes.insert(email, twinpool_core::value::Value::new("joe@example.com"))
        });
        assert_eq!((known(&people, "jane@example.com"), known(&people, "joe@example.com")), (0, 2));
        people.remove(&jane);
        assert_eq!((known(&people, "jane"), known(&people, "joe@example.com")), (0, 1));
    }
}
