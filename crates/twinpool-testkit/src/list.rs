//! A pool in memory, page by page: short pages, an empty one before the end, and late with whoever is late in the list (F§4.6).

use std::collections::BTreeMap;

use twinpool_core::group::GroupDefinition;
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
    /// Places are names of what was shown last; one that is of no list is refused, as an expired token is. `all` in order.
    fn part<T>(
        &self,
        operation: &'static str,
        all: &[String],
        after: Option<&Place>,
        item: impl Fn(&str) -> Option<T>,
    ) -> Answer<Listing<T>> {
        let refused = PortError::new(Class::Rejected, operation, "InvalidParameterException");
        if after.is_some_and(|place| self.pool.is_expired(place)) {
            return Err(refused);
        }
        let is_known = |place: &Place| place.0 == ALMOST || all.contains(&place.0);
        if after.is_some_and(|place| !is_known(place)) {
            return Err(refused);
        }
        let begin = match after {
            Some(place) if place.0 == ALMOST => all.len(),
            Some(place) => all.partition_point(|name| *name <= place.0),
            None => 0,
        };
        let rest = all.get(begin..).unwrap_or_default();
        let shown = rest.get(..PAGE.min(rest.len())).unwrap_or_default();
        let next = match shown.last() {
            Some(name) if shown.len() < rest.len() => Some(Place(name.clone())),
            Some(_) => Some(Place(ALMOST.to_owned())),
            None => None,
        };
        let items = shown.iter().filter_map(|name| item(name)).collect();
        Ok(Listing { items, unreadable: 0, next })
    }

    /// Those whom the list shows, in order, with the subs of those who fit.
    fn listed(&self, fits: impl Fn(&Person) -> bool) -> (Vec<String>, BTreeMap<Sub, Person>) {
        let shown = self.pool.shown_in_lists();
        let mut subs: Vec<_> =
            shown.values().filter(|person| fits(person)).map(|person| person.sub.to_string()).collect();
        subs.sort();
        (subs, shown)
    }
}

impl PoolList for PoolHandle {
    async fn size(&self) -> Answer<u64> {
        self.call("DescribeUserPool", None, || Ok(self.pool.people().len() as u64)).await
    }

    async fn users(&self, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        self.users_with_prefix("", after).await
    }

    async fn users_with_prefix(&self, prefix: &str, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        const OPERATION: &str = "ListUsers";
        self.call(OPERATION, None, || {
            let (all, shown) = self.listed(|person| person.sub.as_str().starts_with(prefix));
            // Without second factors (F§4.6).
            let told = |person: Person| Snapshot { mfa: Mfa::default(), ..person.told() };
            let user = |sub: &str| {
                let sub = Sub::parse(sub).ok()?;
                shown.get(&sub).cloned().map(told)
            };
            self.part(OPERATION, &all, after, user)
        })
        .await
    }

    async fn all_groups(&self, after: Option<&Place>) -> Answer<Listing<GroupDefinition>> {
        const OPERATION: &str = "ListGroups";
        self.call(OPERATION, None, || {
            let all: Vec<_> = self.pool.group_names().into_iter().map(|name| name.to_string()).collect();
            self.part(OPERATION, &all, after, |name| self.pool.group(&GroupName::parse(name).ok()?))
        })
        .await
    }

    async fn members(&self, group: &GroupName, after: Option<&Place>) -> Answer<Listing<Sub>> {
        const OPERATION: &str = "ListUsersInGroup";
        self.call(OPERATION, None, || {
            let (all, _) = self.listed(|person| person.groups.contains(group));
            self.part(OPERATION, &all, after, |sub| Sub::parse(sub).ok())
        })
        .await
    }
}
