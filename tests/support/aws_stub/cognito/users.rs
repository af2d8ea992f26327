//! One user: read and written. The strict stand-in refuses what AWS refuses.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twinpool_core::id::{AttributeName, GroupName, NewSub, ProviderName, Username};
use twinpool_core::password::PasswordResetter as _;
use twinpool_core::port::{PoolReader as _, PoolWriter as _, by_sub};
use twinpool_core::snapshot::{Factor, Identity};
use twinpool_core::value::{Attributes, Value as Secret};
use twinpool_testkit::Person;

use super::super::refusal::{Refusal, text};
use super::super::user::{described, preference, snapshot};
use super::directory::{Directory, now};
use super::{groups, passwords};

pub(super) fn answer(pool: &dyn Directory, operation: &str, body: &Value) -> Result<Value, Refusal> {
    match operation {
        "AdminCreateUser" => create(pool, body),
        "AdminLinkProviderForUser" => link(pool, body),
        "AdminDisableProviderForUser" => {
            now(pool.writer()?.unlink_identity(&identity(&body["User"])?))?;
            Ok(json!({}))
        }
        _ => {
            let parameter = text(body, "Username")?;
            let is_known = pool.memory().is_err() || pool.find(parameter).is_some();
            // The stand-in says which parameters are none.
            if !is_known {
                let who = Username::parse(parameter).map_err(|_| Refusal::parameter("Username"))?;
                now(pool.writer()?.user(&twinpool_core::change_event::UserRef::Username(who)))?;
            }
            one(pool, operation, &pool.user(parameter)?, body)
        }
    }
}

fn one(pool: &dyn Directory, operation: &str, person: &Person, body: &Value) -> Result<Value, Refusal> {
    let sub = NewSub::from(person.sub.clone());
    match operation {
        "AdminGetUser" => return Ok(described(person)),
        "AdminGetUserAuthFactors" | "AdminListDevices" => return factors(pool, operation, &sub),
        _ => {}
    }
    let writer = pool.writer()?;
    match operation {
        "AdminSetUserPassword" => passwords::set(pool, &sub, body)?,
        "AdminResetUserPassword" => now(writer.reset_password(&sub))?,
        "AdminUpdateUserAttributes" => now(writer.set_attributes(&sub, &attributes(body)?))?,
        "AdminDeleteUserAttributes" => now(writer.delete_attributes(&sub, &names(body)?))?,
        "AdminAddUserToGroup" => now(writer.add_to_group(&sub, &group(body)?))?,
        "AdminRemoveUserFromGroup" => {
            let group = groups::known(pool, &group(body)?)?;
            now(writer.remove_from_group(&sub, &group.name))?;
        }
        "AdminEnableUser" => now(writer.set_enabled(&sub, true))?,
        "AdminDisableUser" => now(writer.set_enabled(&sub, false))?,
        "AdminDeleteUser" => now(writer.delete_user(&sub))?,
        "AdminSetUserMFAPreference" => now(writer.set_mfa(&sub, person.mfa, preference(person.mfa, body)))?,
        _ => return Err(Refusal::unknown(operation)),
    }
    Ok(json!({}))
}

fn create(pool: &dyn Directory, body: &Value) -> Result<Value, Refusal> {
    let username = Username::parse(text(body, "Username")?).map_err(|_| Refusal::parameter("Username"))?;
    if body["MessageAction"] == json!("RESEND") {
        return passwords::invite(pool, &username, body);
    }
    if body["MessageAction"] != json!("SUPPRESS") || body["ForceAliasCreation"] == json!(true) {
        return Err(Refusal::parameter("this server sends no messages, and takes no alias over"));
    }
    if let Some(password) = body["TemporaryPassword"].as_str() {
        passwords::check_policy(password)?;
    }
    let sub = now(pool.writer()?.create_user(&username, &attributes(body)?))?;
    let user = described(&pool.user(sub.as_str())?);
    let kept = ["Username", "Enabled", "UserStatus", "UserCreateDate", "UserLastModifiedDate"];
    let mut told: serde_json::Map<_, _> =
        kept.into_iter().map(|name| (name.to_owned(), user[name].clone())).collect();
    told.insert("Attributes".to_owned(), user["UserAttributes"].clone());
    Ok(json!({ "User": told }))
}

fn factors(pool: &dyn Directory, operation: &str, sub: &NewSub) -> Result<Value, Refusal> {
    let shape = pool.shape();
    let factors = now(pool.writer()?.factors(&by_sub(sub), &shape))?;
    if operation == "AdminListDevices" {
        let device = json!({ "DeviceKey": "device" });
        let devices: Vec<_> = factors.contains(&Factor::Devices).then_some(device).into_iter().collect();
        return Ok(json!({ "Devices": devices }));
    }
    let keys: Vec<_> = factors.contains(&Factor::Passkeys).then_some("WEB_AUTHN").into_iter().collect();
    Ok(json!({ "Username": sub.as_str(), "ConfiguredUserAuthFactors": keys }))
}

fn link(pool: &dyn Directory, body: &Value) -> Result<Value, Refusal> {
    let destination = &body["DestinationUser"];
    let (provider, value) =
        (text(destination, "ProviderName")?, text(destination, "ProviderAttributeValue")?);
    // A local user by username, a federated one by provider and id (F§4.8).
    let username = if provider == "Cognito" { value.to_owned() } else { format!("{provider}_{value}") };
    let person = pool.user(&username)?;
    now(pool.writer()?.link_identity(&snapshot(&person), &identity(&body["SourceUser"])?))?;
    Ok(json!({}))
}

fn identity(user: &Value) -> Result<Identity, Refusal> {
    let provider = ProviderName::parse(text(user, "ProviderName")?);
    let provider = provider.map_err(|_| Refusal::parameter("ProviderName"))?;
    Ok(Identity { provider, subject: Secret::new(text(user, "ProviderAttributeValue")?) })
}

fn attributes(body: &Value) -> Result<Attributes, Refusal> {
    let pairs = body["UserAttributes"].as_array().into_iter().flatten();
    let pair = |pair: &Value| {
        let name = AttributeName::parse(text(pair, "Name")?).map_err(|_| Refusal::parameter("Name"))?;
        Ok((name, Secret::new(pair["Value"].as_str().unwrap_or_default())))
    };
    pairs.map(pair).collect()
}

fn names(body: &Value) -> Result<BTreeSet<AttributeName>, Refusal> {
    let names = body["UserAttributeNames"].as_array().into_iter().flatten();
    let name = |name: &Value| AttributeName::parse(name.as_str().unwrap_or_default());
    names.map(name).collect::<Result<_, _>>().map_err(|_| Refusal::parameter("UserAttributeNames"))
}

fn group(body: &Value) -> Result<GroupName, Refusal> {
    GroupName::parse(text(body, "GroupName")?).map_err(|_| Refusal::parameter("GroupName"))
}
