//! Reads.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::AuthFactorType;
use twinpool_core::change_event::UserRef;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::GroupName;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, PoolReader, PortError};
use twinpool_core::snapshot::{Factor, Snapshot};

use super::{CognitoPool, decode, or_no_group, or_no_user, shape, unless_empty};
use crate::code::port_error;

/// AdminListGroupsForUser gives at most this many a page (F§4.5); no user is in more than 100 groups.
const PAGE: i32 = 60;
const MOST_PAGES: usize = 10;

impl CognitoPool {
    async fn get_user(&self, name: String) -> Answer<Snapshot> {
        const OPERATION: &str = "AdminGetUser";
        let call = self.client.admin_get_user().user_pool_id(self.id()).username(name);
        let user = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        decode::snapshot(&user)
    }

    async fn list_groups(&self, name: String) -> Answer<BTreeSet<GroupName>> {
        const OPERATION: &str = "AdminListGroupsForUser";
        let mut groups = BTreeSet::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.client.admin_list_groups_for_user().user_pool_id(self.id()).username(&name);
            let call = call.limit(PAGE).set_next_token(token);
            let page = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
            for group in page.groups.unwrap_or_default() {
                groups.insert(decode::group_name(OPERATION, group.group_name.unwrap_or_default())?);
            }
            token = unless_empty(page.next_token);
            if token.is_none() {
                return Ok(groups);
            }
        }
        Err(PortError::new(Class::Unreadable, OPERATION, "EndlessPages"))
    }

    async fn has_passkeys(&self, name: &str) -> Answer<bool> {
        let call = self.client.admin_get_user_auth_factors().user_pool_id(self.id()).username(name);
        let answer = call.send().await.map_err(|error| port_error("AdminGetUserAuthFactors", &error))?;
        Ok(answer.configured_user_auth_factors().contains(&AuthFactorType::WebAuthn))
    }

    async fn has_devices(&self, name: &str) -> Answer<bool> {
        let call = self.client.admin_list_devices().user_pool_id(self.id()).username(name).limit(1);
        let answer = call.send().await.map_err(|error| port_error("AdminListDevices", &error))?;
        Ok(!answer.devices().is_empty())
    }
}

impl PoolReader for CognitoPool {
    async fn shape(&self) -> Answer<PoolShape> {
        const OPERATION: &str = "DescribeUserPool";
        let answer = self.client.describe_user_pool().user_pool_id(self.id()).send().await;
        let answer = answer.map_err(|error| port_error(OPERATION, &error))?;
        let pool =
            answer.user_pool.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoUserPool"))?;
        Ok(shape::decode(self.pool.clone(), &pool))
    }

    async fn user(&self, who: &UserRef) -> Answer<Option<Snapshot>> {
        or_no_user(match who {
            UserRef::Sub(sub) => self.reach(sub.as_str(), |name| self.get_user(name)).await,
            UserRef::Username(name) => self.get_user(name.as_str().to_owned()).await,
        })
    }

    async fn groups(&self, who: &UserRef) -> Answer<Option<BTreeSet<GroupName>>> {
        or_no_user(match who {
            UserRef::Sub(sub) => self.reach(sub.as_str(), |name| self.list_groups(name)).await,
            UserRef::Username(name) => self.list_groups(name.as_str().to_owned()).await,
        })
    }

    async fn factors(&self, who: &UserRef, shape: &PoolShape) -> Answer<BTreeSet<Factor>> {
        let name = who.parameter();
        let mut factors = BTreeSet::new();
        if shape.passkeys && or_no_user(self.has_passkeys(name).await)?.unwrap_or_default() {
            factors.insert(Factor::Passkeys);
        }
        if shape.devices && or_no_user(self.has_devices(name).await)?.unwrap_or_default() {
            factors.insert(Factor::Devices);
        }
        Ok(factors)
    }

    async fn group(&self, name: &GroupName) -> Answer<Option<GroupDefinition>> {
        const OPERATION: &str = "GetGroup";
        let call = self.client.get_group().user_pool_id(self.id()).group_name(name.as_str());
        let answer = or_no_group(call.send().await.map_err(|error| port_error(OPERATION, &error)))?;
        let group = answer.and_then(|answer| answer.group);
        group.map(|group| decode::group(OPERATION, &group)).transpose()
    }
}
