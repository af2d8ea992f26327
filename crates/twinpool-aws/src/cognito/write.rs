//! Writes. Each may be repeated.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, EmailMfaSettingsType, MessageActionType, ProviderUserIdentifierType, SmsMfaSettingsType,
    SoftwareTokenMfaSettingsType,
};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{AttributeName, GroupName, UserSub, Username};
use twinpool_core::port::{Answer, Class, PoolWriter, PortError};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use super::{CognitoPool, decode, or_no_group, or_no_user, password, refused_if_not_found};
use crate::code::port_error;

/// Calls an operation of one user by sub, and keeps nothing of the answer.
macro_rules! by_sub {
    ($pool:expr, $sub:expr, $operation:literal, $call:ident $(, $set:ident = $value:expr)*) => {
        $pool.reach($sub.as_str(), |name| {
            let call = $pool.client.$call().user_pool_id($pool.id()).username(name)$(.$set($value))*;
            async move { call.send().await.map(drop).map_err(|error| port_error($operation, &error)) }
        }).await
    };
}

impl<S: UserSub> PoolWriter<S> for CognitoPool {
    async fn create_user(&self, username: &Username, attributes: &Attributes) -> Answer<S> {
        const OPERATION: &str = "AdminCreateUser";
        let password = password::random()
            .ok_or_else(|| PortError::new(Class::Unavailable, OPERATION, "NoRandomness"))?;
        let call = self
            .client
            .admin_create_user()
            .user_pool_id(self.id())
            .username(username.as_str())
            .set_user_attributes(Some(encode(OPERATION, attributes)?))
            // Without one, pools with one-time codes make users without any password, or refuse those without a contact.
            .temporary_password(password)
            .message_action(MessageActionType::Suppress)
            .force_alias_creation(false);
        let answer =
            call.send().await.map_err(|error| refused_if_not_found(port_error(OPERATION, &error)))?;
        let user = answer.user.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoUser"))?;
        decode::sub(OPERATION, user.attributes()).map(S::from)
    }

    async fn set_random_password(&self, sub: &S) -> Answer<()> {
        let random = password::random()
            .ok_or_else(|| PortError::new(Class::Unavailable, "AdminSetUserPassword", "NoRandomness"))?;
        by_sub!(
            self,
            sub,
            "AdminSetUserPassword",
            admin_set_user_password,
            password = random.clone(),
            permanent = true
        )
    }

    async fn set_attributes(&self, sub: &S, attributes: &Attributes) -> Answer<()> {
        let attributes = encode("AdminUpdateUserAttributes", attributes)?;
        by_sub!(
            self,
            sub,
            "AdminUpdateUserAttributes",
            admin_update_user_attributes,
            set_user_attributes = Some(attributes.clone())
        )
    }

    async fn delete_attributes(&self, sub: &S, names: &BTreeSet<AttributeName>) -> Answer<()> {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        by_sub!(
            self,
            sub,
            "AdminDeleteUserAttributes",
            admin_delete_user_attributes,
            set_user_attribute_names = Some(names.clone())
        )
    }

    async fn add_to_group(&self, sub: &S, group: &GroupName) -> Answer<()> {
        by_sub!(self, sub, "AdminAddUserToGroup", admin_add_user_to_group, group_name = group.as_str())
    }

    async fn remove_from_group(&self, sub: &S, group: &GroupName) -> Answer<()> {
        let answer = by_sub!(
            self,
            sub,
            "AdminRemoveUserFromGroup",
            admin_remove_user_from_group,
            group_name = group.as_str()
        );
        or_no_group(or_no_user(answer)).map(drop)
    }

    async fn create_group(&self, group: &GroupDefinition) -> Answer<bool> {
        let call = self.client.create_group().user_pool_id(self.id()).group_name(group.name.as_str());
        let call = call.set_description(group.description.clone()).set_precedence(group.precedence);
        match call.send().await.map_err(|error| port_error("CreateGroup", &error)) {
            Err(error) if error.class == Class::Taken => Ok(false),
            answer => answer.map(|_| true),
        }
    }

    async fn update_group(&self, group: &GroupDefinition) -> Answer<()> {
        const OPERATION: &str = "UpdateGroup";
        let now = self.client.get_group().user_pool_id(self.id()).group_name(group.name.as_str());
        let now = now.send().await.map_err(|error| port_error("GetGroup", &error))?;
        if now.group().and_then(|group| group.role_arn()).is_some() {
            // Left out, the role may be reset; passed on, it takes the right to pass roles.
            return Err(PortError::new(Class::Rejected, OPERATION, "GroupHasARole"));
        }
        let call = self.client.update_group().user_pool_id(self.id()).group_name(group.name.as_str());
        // An empty text, because what is left out may stay as it is.
        let call = call.description(group.description.clone().unwrap_or_default());
        let answer = call.set_precedence(group.precedence).send().await;
        answer.map(drop).map_err(|error| port_error(OPERATION, &error))
    }

    async fn delete_group(&self, name: &GroupName) -> Answer<()> {
        let call = self.client.delete_group().user_pool_id(self.id()).group_name(name.as_str());
        let answer = call.send().await.map(drop).map_err(|error| port_error("DeleteGroup", &error));
        or_no_group(answer).map(drop)
    }

    async fn delete_user(&self, sub: &S) -> Answer<()> {
        or_no_user(by_sub!(self, sub, "AdminDeleteUser", admin_delete_user)).map(drop)
    }

    async fn link_identity(&self, user: &Snapshot, identity: &Identity) -> Answer<()> {
        let destination = destination(user);
        let call = self.client.admin_link_provider_for_user().user_pool_id(self.id());
        let call = call.destination_user(destination).source_user(at_provider(identity));
        let answer = call.send().await.map(drop);
        answer.map_err(|error| no_such_provider(port_error("AdminLinkProviderForUser", &error)))
    }

    async fn unlink_identity(&self, identity: &Identity) -> Answer<()> {
        let call = self.client.admin_disable_provider_for_user().user_pool_id(self.id());
        let answer = call.user(at_provider(identity)).send().await;
        let answer = answer.map(drop).map_err(|error| port_error("AdminDisableProviderForUser", &error));
        // Which of the two an identity that is not linked gives is not documented.
        or_no_group(or_no_user(answer)).map(drop)
    }

    async fn set_mfa(&self, sub: &S, was: Mfa, now: Mfa) -> Answer<()> {
        // What neither was nor is to be on is not named: the pool may not have it at all.
        let concerns = |factor| was.has(factor) || now.has(factor);
        let preferred = |factor| now.preferred == Some(factor);
        let sms = concerns(Factor::Sms).then(|| {
            SmsMfaSettingsType::builder().enabled(now.sms).preferred_mfa(preferred(Factor::Sms)).build()
        });
        let email = concerns(Factor::Email).then(|| {
            EmailMfaSettingsType::builder().enabled(now.email).preferred_mfa(preferred(Factor::Email)).build()
        });
        let totp = (was.preferred == Some(Factor::Totp) || preferred(Factor::Totp)).then(|| {
            let builder = SoftwareTokenMfaSettingsType::builder();
            builder.enabled(now.totp).preferred_mfa(preferred(Factor::Totp)).build()
        });
        by_sub!(
            self,
            sub,
            "AdminSetUserMFAPreference",
            admin_set_user_mfa_preference,
            set_sms_mfa_settings = sms.clone(),
            set_email_mfa_settings = email.clone(),
            set_software_token_mfa_settings = totp.clone()
        )
    }

    async fn set_enabled(&self, sub: &S, enabled: bool) -> Answer<()> {
        if enabled {
            by_sub!(self, sub, "AdminEnableUser", admin_enable_user)
        } else {
            by_sub!(self, sub, "AdminDisableUser", admin_disable_user)
        }
    }
}

/// A local user by username, a federated one by provider and id (F§4.8).
fn destination(user: &Snapshot) -> ProviderUserIdentifierType {
    let is_own = |identity: &&Identity| {
        user.username.as_str() == format!("{}_{}", identity.provider, identity.subject.reveal())
    };
    let own = user.identities.iter().find(is_own).filter(|_| user.status == Status::ExternalProvider);
    let (provider, value) = match own {
        Some(identity) => (identity.provider.as_str(), identity.subject.reveal()),
        None => ("Cognito", user.username.as_str()),
    };
    ProviderUserIdentifierType::builder().provider_name(provider).provider_attribute_value(value).build()
}

/// A provider that the pool lacks is not there tomorrow either.
fn no_such_provider(error: PortError) -> PortError {
    let is_it = error.code == "ResourceNotFoundException";
    if is_it { PortError { class: Class::Rejected, ..error } } else { error }
}

/// Social providers want this name, and others take it (F§4.8).
fn at_provider(identity: &Identity) -> ProviderUserIdentifierType {
    ProviderUserIdentifierType::builder()
        .provider_name(identity.provider.as_str())
        .provider_attribute_name("Cognito_Subject")
        .provider_attribute_value(identity.subject.reveal())
        .build()
}

fn encode(operation: &'static str, attributes: &Attributes) -> Answer<Vec<AttributeType>> {
    let one = |(name, value): (&AttributeName, &Value)| {
        let built = AttributeType::builder().name(name.as_str()).value(value.reveal()).build();
        built.map_err(|_| PortError::new(Class::Rejected, operation, "BadAttribute"))
    };
    attributes.iter().map(one).collect()
}
