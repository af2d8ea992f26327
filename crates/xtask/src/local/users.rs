//! The people of a pool, as an application and an administrator see them: over the public Cognito API.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};

use super::{CODE, PoolAddress};
use crate::wire::{Aws, Refusal};

mod challenge;
mod everybody;

/// Nobody's password: that of everybody here.
pub const PASSWORD: &str = "Correct-horse-7";

/// The people of one pool.
#[derive(Debug, Clone)]
pub struct Users {
    aws: Aws,
    pool: PoolAddress,
}

/// What a sign-in gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// For the application.
    pub id: String,
    /// For APIs.
    pub access: String,
}

impl Tokens {
    fn of(answer: &Value) -> Result<Self> {
        let token = |name: &str| {
            let token = answer.pointer("/AuthenticationResult")?.get(name)?.as_str()?;
            Some(token.to_owned())
        };
        let tokens = token("IdToken").zip(token("AccessToken"));
        tokens.map(|(id, access)| Self { id, access }).context("the sign-in gave no tokens")
    }
}

/// What is written in a token.
///
/// # Errors
/// When it is none.
pub fn claims(token: &str) -> Result<Value> {
    let payload = token.split('.').nth(1).context("a token has three parts")?;
    Ok(serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload)?)?)
}

/// What a pool says of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The sub.
    pub sub: String,
    /// Such as `CONFIRMED`.
    pub status: String,
    /// Whether the person may sign in.
    pub enabled: bool,
    /// All attributes but the sub.
    pub attributes: BTreeMap<String, String>,
    /// The groups.
    pub groups: BTreeSet<String>,
}

impl Users {
    /// The people of this pool.
    #[must_use]
    pub fn of(pool: &PoolAddress) -> Self {
        Self { aws: Aws::new(&pool.endpoint), pool: pool.clone() }
    }

    fn admin(&self, operation: &str, mut body: Value) -> Result<Value> {
        body["UserPoolId"] = self.pool.id.clone().into();
        self.aws.cognito(operation, &body)
    }

    /// Signs a person up; gives the sub.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn sign_up(&self, username: &str, attributes: &[(&str, &str)]) -> Result<String> {
        let body = json!({
            "ClientId": self.pool.client_id,
            "Username": username,
            "Password": PASSWORD,
            "UserAttributes": list(attributes),
        });
        let answer = self.aws.cognito("SignUp", &body)?;
        answer["UserSub"].as_str().map(str::to_owned).context("SignUp gave no sub")
    }

    /// Makes a person, as an administrator does who tells nobody; gives the sub.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn make(&self, username: &str, attributes: &[(&str, &str)]) -> Result<String> {
        let body =
            json!({ "Username": username, "MessageAction": "SUPPRESS", "UserAttributes": list(attributes) });
        let answer = self.admin("AdminCreateUser", body)?;
        let pairs = answer["User"]["Attributes"].as_array().into_iter().flatten();
        let sub = pairs.filter(|pair| pair["Name"] == "sub").map(|pair| text(&pair["Value"])).next();
        sub.context("AdminCreateUser gave no sub")
    }

    /// Confirms a sign-up with the code.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn confirm(&self, username: &str) -> Result<()> {
        let body = json!({ "ClientId": self.pool.client_id, "Username": username, "ConfirmationCode": CODE });
        self.aws.cognito("ConfirmSignUp", &body).map(drop)
    }

    /// Signs a person in, with the password of the sign-up; gives the id token.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn sign_in(&self, username: &str) -> Result<String> {
        Ok(self.tokens(username)?.id)
    }

    /// Signs a person in, with the password of the sign-up.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn tokens(&self, username: &str) -> Result<Tokens> {
        let body = json!({
            "ClientId": self.pool.client_id,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": username, "PASSWORD": PASSWORD },
        });
        let answer = self.aws.cognito("InitiateAuth", &body)?;
        Tokens::of(&answer)
    }

    /// Gives a person the password of the sign-up, for good.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn set_password(&self, username: &str) -> Result<()> {
        let body = json!({ "Username": username, "Password": PASSWORD, "Permanent": true });
        self.admin("AdminSetUserPassword", body).map(drop)
    }

    /// Writes attributes, as an administrator does.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn set(&self, username: &str, attributes: &[(&str, &str)]) -> Result<()> {
        let body = json!({ "Username": username, "UserAttributes": list(attributes) });
        self.admin("AdminUpdateUserAttributes", body).map(drop)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn make_group(&self, name: &str, description: &str, precedence: i32) -> Result<()> {
        let body = json!({ "GroupName": name, "Description": description, "Precedence": precedence });
        self.admin("CreateGroup", body).map(drop)
    }

    /// The description and the precedence of a group.
    ///
    /// # Errors
    /// When the pool does not answer.
    pub fn group(&self, name: &str) -> Result<(String, i64)> {
        let answer = self.admin("GetGroup", json!({ "GroupName": name }))?;
        let group = &answer["Group"];
        let description = group["Description"].as_str().unwrap_or_default();
        Ok((description.to_owned(), group["Precedence"].as_i64().unwrap_or(-1)))
    }

    /// Puts a person into a group.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn join(&self, username: &str, group: &str) -> Result<()> {
        self.admin("AdminAddUserToGroup", json!({ "Username": username, "GroupName": group })).map(drop)
    }

    /// Takes a person out of a group.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn leave(&self, username: &str, group: &str) -> Result<()> {
        self.admin("AdminRemoveUserFromGroup", json!({ "Username": username, "GroupName": group })).map(drop)
    }

    /// Deletes a group.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn delete_group(&self, name: &str) -> Result<()> {
        self.admin("DeleteGroup", json!({ "GroupName": name })).map(drop)
    }

    /// Lets a person sign in, or not.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn enable(&self, username: &str, enabled: bool) -> Result<()> {
        let operation = if enabled { "AdminEnableUser" } else { "AdminDisableUser" };
        self.admin(operation, json!({ "Username": username })).map(drop)
    }

    /// Deletes a person.
    ///
    /// # Errors
    /// When the pool refuses.
    pub fn delete(&self, username: &str) -> Result<()> {
        self.admin("AdminDeleteUser", json!({ "Username": username })).map(drop)
    }

    /// What the pool says of a person, if it knows one.
    ///
    /// # Errors
    /// When the pool does not answer.
    pub fn person(&self, username: &str) -> Result<Option<Person>> {
        let answer = match self.admin("AdminGetUser", json!({ "Username": username })) {
            Err(error) if error.downcast_ref::<Refusal>().is_some_and(Refusal::is_not_found) => {
                return Ok(None);
            }
            answer => answer?,
        };
        let pairs = answer["UserAttributes"].as_array().into_iter().flatten();
        let mut attributes: BTreeMap<_, _> =
            pairs.map(|pair| (text(&pair["Name"]), text(&pair["Value"]))).collect();
        let groups = self.admin("AdminListGroupsForUser", json!({ "Username": username }))?;
        let groups = groups["Groups"].as_array().into_iter().flatten();
        Ok(Some(Person {
            sub: attributes.remove("sub").unwrap_or_default(),
            status: text(&answer["UserStatus"]),
            enabled: answer["Enabled"].as_bool().unwrap_or(true),
            attributes,
            groups: groups.map(|group| text(&group["GroupName"])).collect(),
        }))
    }

    /// The subs of all who have this value in this attribute: more than one is a defect.
    ///
    /// # Errors
    /// When the pool does not answer.
    pub fn with(&self, attribute: &str, value: &str) -> Result<Vec<String>> {
        let answer = self.admin("ListUsers", json!({}))?;
        let users = answer["Users"].as_array().into_iter().flatten();
        let get = |user: &Value, name: &str| {
            let pairs = user["Attributes"].as_array()?;
            pairs.iter().find(|pair| pair["Name"] == name).map(|pair| text(&pair["Value"]))
        };
        let found = users.filter(|user| get(user, attribute).as_deref() == Some(value));
        Ok(found.filter_map(|user| get(user, "sub")).collect())
    }
}

fn list(attributes: &[(&str, &str)]) -> Value {
    attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
