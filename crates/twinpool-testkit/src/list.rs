//! A pool in memory, page by page: short pages, an empty one before the end, and late with whoever is late in the list (F§4.6).

use std::collections::BTreeSet;

use twinpool_core::id::{GroupName, Sub};
use twinpool_core::listing::{Listing, PoolList};
use twinpool_core::port::{Answer, Class, Place, PortError};
use twinpool_core::snapshot::{Mfa, Snapshot};

use crate::handle::PoolHandle;
use crate::pool::Person;

/// Short, so that small worlds have several pages too.
const PAGE: usize = 3;

/// The place before the last page: an empty page with a next token.
const ALMOST: &str = "almost";

impl PoolHandle {
    /// Places are names of what was shown last; one that is of no list is refused, as an expired token is.
    fn part<T: Clone>(
        &self,
        operation: &'static str,
        all: Vec<(String, T)>,
        after: Option<&Place>,
    ) -> Answer<Listing<T>> {
        let refused = PortError::new(Class::Rejected, operation, "InvalidParameterException");
        if after.is_some_and(|place| self.pool.is_expired(place)) {
            return Err(refused);
        }
        let is_known = |place: &Place| place.0 == ALMOST || all.iter().any(|(name, _)| *name == place.0);
        if after.is_some_and(|place| !is_known(place)) {
            return Err(refused);
        }
        let begin = match after {
            Some(place) if place.0 == ALMOST => all.len(),
            Some(place) => all.partition_point(|(name, _)| *name <= place.0),
            None => 0,
        };
        let rest = all.get(begin..).unwrap_or_default();
        let shown = rest.get(..PAGE.min(rest.len())).unwrap_or_default();
        let next = match shown.last() {
            Some((name, _)) if shown.len() < rest.len() => Some(Place(name.clone())),
            Some(_) => Some(Place(ALMOST.to_owned())),
            None => None,
        };
        let items = shown.iter().map(|(_, item)| item.clone()).collect();
        Ok(Listing { items, unreadable: 0, next })
    }

    fn listed(&self) -> Vec<Person> {
        let late = self.pool.late_in_list();
        self.pool.people().into_iter().filter(|person| !late.contains(&person.sub)).collect()
    }
}

impl PoolList for PoolHandle {
    async fn size(&self) -> Answer<u64> {
        self.call("DescribeUserPool", None, || Ok(self.pool.people().len() as u64)).await
    }

    async fn users(&self, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        const OPERATION: &str = "ListUsers";
        self.call(OPERATION, None, || {
            // Without second factors (F§4.6).
            let told = |person: Person| Snapshot { mfa: Mfa::default(), ..person.told() };
            let mut all: Vec<_> =
                self.listed().into_iter().map(told).map(|user| (user.sub.to_string(), user)).collect();
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            self.part(OPERATION, all, after)
        })
        .await
    }

    async fn group_names(&self, after: Option<&Place>) -> Answer<Listing<GroupName>> {
        const OPERATION: &str = "ListGroups";
        self.call(OPERATION, None, || {
            let defined: BTreeSet<_> = self.pool.group_names();
            let all = defined.into_iter().map(|name| (name.to_string(), name)).collect();
            self.part(OPERATION, all, after)
        })
        .await
    }

    async fn members(&self, group: &GroupName, after: Option<&Place>) -> Answer<Listing<Sub>> {
        const OPERATION: &str = "ListUsersInGroup";
        self.call(OPERATION, None, || {
            let members = self.listed().into_iter().filter(|person| person.groups.contains(group));
            let mut all: Vec<_> = members.map(|person| (person.sub.to_string(), person.sub)).collect();
            all.sort();
            self.part(OPERATION, all, after)
        })
        .await
    }
}
