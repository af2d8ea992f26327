//! The two pools.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::PoolAddress;
use crate::wire::Aws;

/// How people sign in to a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SignIn {
    /// With their e-mail address.
    Email,
    /// With a username.
    Username,
    /// With a username, or a verified e-mail address.
    Alias,
}

/// Makes a pool with an app client. The new one has the marker attribute.
///
/// # Errors
/// When the server refuses.
pub fn create(aws: &Aws, name: &str, sign_in: SignIn, marker: bool) -> Result<PoolAddress> {
    let custom = |name: &str, mutable: bool| {
        json!({ "Name": name, "AttributeDataType": "String", "Mutable": mutable,
                "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" } })
    };
    let mut schema = vec![custom("tenant", true)];
    if marker {
        schema.push(custom("twinpool", false));
    }
    let mut pool = json!({ "PoolName": name, "Schema": schema, "AutoVerifiedAttributes": ["email"] });
    match sign_in {
        SignIn::Email => pool["UsernameAttributes"] = json!(["email"]),
        SignIn::Alias => pool["AliasAttributes"] = json!(["email"]),
        SignIn::Username => {}
    }
    let made = aws.cognito("CreateUserPool", &pool)?;
    let id = text(&made, "/UserPool/Id")?;
    let client_id = client(aws, &id, "app", &FLOWS)?;
    Ok(PoolAddress { endpoint: aws.endpoint.clone(), id, client_id })
}

/// How an application may sign people in.
const FLOWS: [&str; 5] = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
];

/// Makes an app client; gives its id.
pub(super) fn client(aws: &Aws, pool: &str, name: &str, flows: &[&str]) -> Result<String> {
    let client = json!({ "UserPoolId": pool, "ClientName": name, "ExplicitAuthFlows": flows });
    text(&aws.cognito("CreateUserPoolClient", &client)?, "/UserPoolClient/ClientId")
}

/// Attaches the capture to the old pool, with this version of the events before tokens. On AWS an UpdateUserPool like this one would reset every setting that it leaves
/// out; the local server keeps them.
pub(super) fn attach(aws: &Aws, pool: &PoolAddress, capture: &str, version: &str) -> Result<()> {
    let mut triggers = json!({
        "UserPoolId": pool.id,
        "LambdaConfig": {
            "PostConfirmation": capture,
            "CustomMessage": capture,
            "PreTokenGeneration": capture,
        },
    });
    // The local server sends events of version 1 to whoever has the config say V1_0, but reads their answers as version 2's.
    if version != "V1_0" {
        let config = json!({ "LambdaVersion": version, "LambdaArn": capture });
        triggers["LambdaConfig"]["PreTokenGenerationConfig"] = config;
    }
    aws.cognito("UpdateUserPool", &triggers).map(drop)
}

/// Attaches sign-in to the new pool: its tokens then hold the user id, and people of the old pool get in.
pub(super) fn attach_sign_in(aws: &Aws, pool: &PoolAddress, sign_in: &str) -> Result<()> {
    let triggers = json!({
        "UserPoolId": pool.id,
        "LambdaConfig": {
            "PreTokenGeneration": sign_in,
            "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": sign_in },
            "PostConfirmation": sign_in,
            "PreSignUp": sign_in,
            "UserMigration": sign_in,
            "DefineAuthChallenge": sign_in,
            "CreateAuthChallenge": sign_in,
            "VerifyAuthChallengeResponse": sign_in,
        },
    });
    aws.cognito("UpdateUserPool", &triggers).map(drop)
}

fn text(answer: &Value, pointer: &str) -> Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("the local server's answer has no {pointer}"))
}
