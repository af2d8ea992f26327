//! Walks over a pool: sixty a page (F§4.6).

use aws_sdk_cognitoidentityprovider::types::UserType;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{GroupName, Sub};
use twinpool_core::listing::{Listing, PoolList};
use twinpool_core::port::{Answer, Class, Place, PortError};
use twinpool_core::snapshot::Snapshot;

use super::{CognitoPool, decode, or_no_group, unless_empty};
use crate::code::port_error;

const PAGE: i32 = 60;

fn token(after: Option<&Place>) -> Option<String> {
    after.map(|place| place.0.clone())
}

/// One damaged user must not hide all the others.
fn listing<T, U>(all: &[T], read: impl Fn(&T) -> Answer<U>, next: Option<String>) -> Listing<U> {
    let items: Vec<_> = all.iter().filter_map(|one| read(one).ok()).collect();
    let unreadable = all.len() - items.len();
    Listing { items, unreadable, next: unless_empty(next).map(Place) }
}

impl CognitoPool {
    async fn list_users(&self, filter: Option<String>, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        const OPERATION: &str = "ListUsers";
        let call = self.client.list_users().user_pool_id(self.id()).limit(PAGE).set_filter(filter);
        let answer = call.set_pagination_token(token(after)).send().await;
        let page = answer.map_err(|error| port_error(OPERATION, &error))?;
        Ok(listing(page.users(), |user| decode::listed(OPERATION, user), page.pagination_token.clone()))
    }
}

impl PoolList for CognitoPool {
    async fn size(&self) -> Answer<u64> {
        const OPERATION: &str = "DescribeUserPool";
        let call = self.client.describe_user_pool().user_pool_id(self.id());
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        let pool =
            answer.user_pool.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoUserPool"))?;
        Ok(u64::from(pool.estimated_number_of_users.unsigned_abs()))
    }

    async fn users(&self, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        self.list_users(None, after).await
    }

    async fn users_with_prefix(&self, prefix: &str, after: Option<&Place>) -> Answer<Listing<Snapshot>> {
        // What no sub has could end the text.
        let prefix: String = prefix.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        self.list_users(Some(format!("sub ^= \"{prefix}\"")), after).await
    }

    async fn all_groups(&self, after: Option<&Place>) -> Answer<Listing<GroupDefinition>> {
        const OPERATION: &str = "ListGroups";
        let call = self.client.list_groups().user_pool_id(self.id()).limit(PAGE);
        let answer = call.set_next_token(token(after)).send().await;
        let page = answer.map_err(|error| port_error(OPERATION, &error))?;
        Ok(listing(page.groups(), |group| decode::group(OPERATION, group), page.next_token.clone()))
    }

    async fn members(&self, group: &GroupName, after: Option<&Place>) -> Answer<Listing<Sub>> {
        const OPERATION: &str = "ListUsersInGroup";
        let call = self.client.list_users_in_group().user_pool_id(self.id()).group_name(group.as_str());
        let answer = call.limit(PAGE).set_next_token(token(after)).send().await;
        let page = or_no_group(answer.map_err(|error| port_error(OPERATION, &error)))?;
        let Some(page) = page else {
            return Ok(Listing { items: Vec::new(), unreadable: 0, next: None });
        };
        let sub = |user: &UserType| decode::sub(OPERATION, user.attributes());
        Ok(listing(page.users(), sub, page.next_token.clone()))
    }
}
