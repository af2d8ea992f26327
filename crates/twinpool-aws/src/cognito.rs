//! One user pool, read and written over the Cognito API.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::Builder;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{AttributeName, GroupName, NewSub, PoolId, Username};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Class, GroupDefinition, PoolReader, PoolWriter, PortError};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Attributes;

use crate::code::port_error;

mod decode;
mod password;
mod shape;

/// AdminListGroupsForUser gives at most this many a page (F§4.5); no user is in more than 100 groups.
const PAGE: i32 = 60;
const MOST_PAGES: usize = 10;

/// A user pool.
#[derive(Debug, Clone)]
pub struct CognitoPool {
    client: Client,
    pool: PoolId,
}

impl CognitoPool {
    /// The pool with this id, through a client of its own, which calls `endpoint` instead of AWS if there is one.
    #[must_use]
    pub fn connect(config: &SdkConfig, endpoint: Option<String>, pool: PoolId) -> Self {
        let config = Builder::from(config);
        let config = match endpoint {
            Some(endpoint) => config.endpoint_url(endpoint),
            None => config,
        };
        Self { client: Client::from_conf(config.build()), pool }
    }

    fn id(&self) -> String {
        self.pool.to_string()
    }
}

/// `None` where the user or group is not there.
fn or_none<T>(result: Answer<T>) -> Answer<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Creating is refused with "not found" where an attribute is the user's own name (aws/aws-sdk-net#761).
fn refused_if_not_found(error: PortError) -> PortError {
    if error.code == "UserNotFoundException" { PortError { class: Class::Rejected, ..error } } else { error }
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
        const OPERATION: &str = "AdminGetUser";
        let call = self.client.admin_get_user().user_pool_id(self.id()).username(who.parameter());
        let answer = or_none(call.send().await.map_err(|error| port_error(OPERATION, &error)))?;
        answer.map(|user| decode::snapshot(&user)).transpose()
    }

    async fn groups(&self, who: &UserRef) -> Answer<Option<BTreeSet<GroupName>>> {
        const OPERATION: &str = "AdminListGroupsForUser";
        let mut groups = BTreeSet::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call =
                self.client.admin_list_groups_for_user().user_pool_id(self.id()).username(who.parameter());
            let call = call.limit(PAGE).set_next_token(token);
            let Some(page) = or_none(call.send().await.map_err(|error| port_error(OPERATION, &error)))?
            else {
                return Ok(None);
            };
            for group in page.groups.unwrap_or_default() {
                groups.insert(decode::group_name(OPERATION, group.group_name.unwrap_or_default())?);
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(Some(groups));
            }
        }
        Err(PortError::new(Class::Unreadable, OPERATION, "EndlessPages"))
    }

    async fn group(&self, name: &GroupName) -> Answer<Option<GroupDefinition>> {
        let call = self.client.get_group().user_pool_id(self.id()).group_name(name.as_str());
        let answer = or_none(call.send().await.map_err(|error| port_error("GetGroup", &error)))?;
        let group = answer.and_then(|answer| answer.group);
        Ok(group.map(|group| GroupDefinition {
            name: name.clone(),
            description: group.description,
            precedence: group.precedence,
        }))
    }
}

impl PoolWriter for CognitoPool {
    async fn create_user(&self, username: &Username, attributes: &Attributes) -> Answer<NewSub> {
        const OPERATION: &str = "AdminCreateUser";
        let call = self
            .client
            .admin_create_user()
            .user_pool_id(self.id())
            .username(username.as_str())
            .set_user_attributes(Some(encode(OPERATION, attributes)?))
            .message_action(MessageActionType::Suppress)
            .force_alias_creation(false);
        let answer =
            call.send().await.map_err(|error| refused_if_not_found(port_error(OPERATION, &error)))?;
        let user = answer.user.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoUser"))?;
        decode::sub(OPERATION, user.attributes()).map(NewSub::from)
    }

    async fn set_random_password(&self, sub: &NewSub) -> Answer<()> {
        const OPERATION: &str = "AdminSetUserPassword";
        let password = password::random()
            .ok_or_else(|| PortError::new(Class::Unavailable, OPERATION, "NoRandomness"))?;
        let call = self.client.admin_set_user_password().user_pool_id(self.id()).username(sub.as_str());
        let call = call.password(password).permanent(true);
        call.send().await.map(drop).map_err(|error| port_error(OPERATION, &error))
    }

    async fn set_attributes(&self, sub: &NewSub, attributes: &Attributes) -> Answer<()> {
        const OPERATION: &str = "AdminUpdateUserAttributes";
        let call = self.client.admin_update_user_attributes().user_pool_id(self.id()).username(sub.as_str());
        let call = call.set_user_attributes(Some(encode(OPERATION, attributes)?));
        call.send().await.map(drop).map_err(|error| port_error(OPERATION, &error))
    }

    async fn delete_attributes(&self, sub: &NewSub, names: &BTreeSet<AttributeName>) -> Answer<()> {
        let names = names.iter().map(ToString::to_string).collect();
        let call = self.client.admin_delete_user_attributes().user_pool_id(self.id()).username(sub.as_str());
        let call = call.set_user_attribute_names(Some(names));
        call.send().await.map(drop).map_err(|error| port_error("AdminDeleteUserAttributes", &error))
    }

    async fn add_to_group(&self, sub: &NewSub, group: &GroupName) -> Answer<()> {
        let call = self.client.admin_add_user_to_group().user_pool_id(self.id()).username(sub.as_str());
        let answer = call.group_name(group.as_str()).send().await;
        answer.map(drop).map_err(|error| port_error("AdminAddUserToGroup", &error))
    }

    async fn remove_from_group(&self, sub: &NewSub, group: &GroupName) -> Answer<()> {
        let call = self.client.admin_remove_user_from_group().user_pool_id(self.id()).username(sub.as_str());
        let answer = call.group_name(group.as_str()).send().await;
        or_none(answer.map(drop).map_err(|error| port_error("AdminRemoveUserFromGroup", &error))).map(drop)
    }

    async fn create_group(&self, group: &GroupDefinition) -> Answer<()> {
        let call = self.client.create_group().user_pool_id(self.id()).group_name(group.name.as_str());
        let call = call.set_description(group.description.clone()).set_precedence(group.precedence);
        match call.send().await.map_err(|error| port_error("CreateGroup", &error)) {
            Err(error) if error.class == Class::Taken => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn set_enabled(&self, sub: &NewSub, enabled: bool) -> Answer<()> {
        let (pool, sub) = (self.id(), sub.as_str());
        if enabled {
            let answer = self.client.admin_enable_user().user_pool_id(pool).username(sub).send().await;
            answer.map(drop).map_err(|error| port_error("AdminEnableUser", &error))
        } else {
            let answer = self.client.admin_disable_user().user_pool_id(pool).username(sub).send().await;
            answer.map(drop).map_err(|error| port_error("AdminDisableUser", &error))
        }
    }
}

fn encode(operation: &'static str, attributes: &Attributes) -> Answer<Vec<AttributeType>> {
    let one = |(name, value): (&AttributeName, &twinpool_core::value::Value)| {
        let built = AttributeType::builder().name(name.as_str()).value(value.reveal()).build();
        built.map_err(|_| PortError::new(Class::Rejected, operation, "BadAttribute"))
    };
    attributes.iter().map(one).collect()
}
