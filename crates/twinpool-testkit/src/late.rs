//! What lists show: eventually what is true, and until then somebody who is gone, or as they were (F§4.6).

use std::collections::BTreeMap;

use twinpool_core::id::Sub;
use twinpool_core::port::Place;

use crate::pool::{MemoryPool, Person};

impl MemoryPool {
    /// Users as the list shows them, in the order of their subs: so many that fit, after this one.
    #[must_use]
    pub fn listed(&self, after: Option<&Sub>, most: usize, fits: impl Fn(&Person) -> bool) -> Vec<Person> {
        let state = self.state();
        let shown = state.people.after(after).filter(|person| !state.late_in_list.contains(&person.sub));
        shown.filter(|person| fits(person)).take(most).cloned().collect()
    }

    /// Lets the list of users be late with this one, or not any more.
    pub fn list_late(&self, sub: &Sub, is_late: bool) {
        let mut state = self.state();
        if is_late {
            state.late_in_list.insert(sub.clone());
        } else {
            state.late_in_list.remove(sub);
        }
    }

    /// Lets lists show this one as it was, or as it is from now on (F§4.6).
    pub fn list_as_it_was(&self, sub: &Sub, was: Option<Person>) {
        let mut state = self.state();
        match was {
            Some(person) => drop(state.as_they_were.insert(sub.clone(), person)),
            None => drop(state.as_they_were.remove(sub)),
        }
    }

    /// Everyone whom lists show, as they show them, in the order of their subs.
    pub(crate) fn shown_in_lists(&self) -> BTreeMap<Sub, Person> {
        let state = self.state();
        let shown = state.people.values().filter(|person| !state.late_in_list.contains(&person.sub));
        let mut shown: BTreeMap<_, _> = shown.map(|person| (person.sub.clone(), person.clone())).collect();
        shown.extend(state.as_they_were.iter().map(|(sub, person)| (sub.clone(), person.clone())));
        shown
    }

    /// Lets a place of a walk be known no more.
    pub fn expire(&self, place: &Place) {
        self.state().expired.insert(place.0.clone());
    }

    pub(crate) fn is_expired(&self, place: &Place) -> bool {
        self.state().expired.contains(&place.0)
    }
}
