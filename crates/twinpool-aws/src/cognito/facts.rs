//! A pool's settings as AWS tells them, for judging: every field, but no secret of an app client.

use aws_config::SdkConfig;
use serde_json::{Map, Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, Place, PortError};

use crate::raw::RawClient;

/// An object as AWS sent it.
pub type Json = Map<String, Value>;

/// Reads the settings of one pool. Each method is one call, in one attempt.
#[derive(Debug)]
pub struct Facts {
    client: RawClient,
    pool: PoolId,
}

/// A list of things that belong to a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Identity providers: names and types, no secrets.
    Providers,
    /// App clients: ids and names only.
    Clients,
    /// Groups.
    Groups,
    /// Copies in other Regions, and the primary. Some Regions and emulators know no such call.
    Replicas,
}

impl List {
    /// Operation, field of the answer, and the parameter for the size of a page.
    fn call(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::Providers => {
                ("AWSCognitoIdentityProviderService.ListIdentityProviders", "Providers", Some("MaxResults"))
            }
            Self::Clients => (
                "AWSCognitoIdentityProviderService.ListUserPoolClients",
                "UserPoolClients",
                Some("MaxResults"),
            ),
            Self::Groups => ("AWSCognitoIdentityProviderService.ListGroups", "Groups", Some("Limit")),
            Self::Replicas => {
                ("AWSCognitoIdentityProviderService.ListUserPoolReplicas", "UserPoolReplicas", None)
            }
        }
    }
}

impl Facts {
    /// Of this pool, at `endpoint` instead of AWS if there is one.
    ///
    /// # Errors
    /// Those of [`RawClient::of_pools`].
    pub fn connect(config: &SdkConfig, endpoint: Option<String>, pool: PoolId) -> Answer<Self> {
        Ok(Self { client: RawClient::of_pools(config, endpoint)?, pool })
    }

    /// `UserPool` of DescribeUserPool.
    ///
    /// # Errors
    /// Those of AWS, by their code.
    pub async fn describe(&self) -> Answer<Json> {
        const OPERATION: &str = "DescribeUserPool";
        let target = "AWSCognitoIdentityProviderService.DescribeUserPool";
        field(OPERATION, self.ask(target, json!({})).await?, "UserPool")
    }

    /// GetUserPoolMfaConfig.
    ///
    /// # Errors
    /// Those of AWS, by their code.
    pub async fn mfa(&self) -> Answer<Json> {
        let target = "AWSCognitoIdentityProviderService.GetUserPoolMfaConfig";
        object("GetUserPoolMfaConfig", self.ask(target, json!({})).await?)
    }

    /// A page of a list, and where the next begins.
    ///
    /// # Errors
    /// Those of AWS, by their code.
    pub async fn page(&self, list: List, after: Option<&Place>) -> Answer<(Vec<Json>, Option<Place>)> {
        let (target, name, size) = list.call();
        let mut ask = json!({});
        if let Some(size) = size {
            ask[size] = json!(60);
        }
        if let Some(place) = after {
            ask["NextToken"] = json!(place.0);
        }
        let mut answer = self.ask(target, ask).await?;
        let next = answer.get("NextToken").and_then(Value::as_str).filter(|token| !token.is_empty());
        let next = next.map(|token| Place(token.to_owned()));
        let items = match answer[name].take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        let objects = items.into_iter().filter_map(|item| object(name, item).ok());
        Ok((objects.collect(), next))
    }

    /// `UserPoolClient` of DescribeUserPoolClient; in place of the secret, `HasSecret` where it has one.
    ///
    /// # Errors
    /// Those of AWS, by their code.
    pub async fn client(&self, id: &str) -> Answer<Json> {
        const OPERATION: &str = "DescribeUserPoolClient";
        let target = "AWSCognitoIdentityProviderService.DescribeUserPoolClient";
        let answer = self.ask(target, json!({ "ClientId": id })).await?;
        let mut client = field(OPERATION, answer, "UserPoolClient")?;
        let has_secret = client.contains_key("ClientSecret");
        client.retain(|name, _| !name.contains("Secret"));
        client.extend(has_secret.then(|| ("HasSecret".to_owned(), Value::Bool(true))));
        Ok(client)
    }

    async fn ask(&self, target: &'static str, mut body: Value) -> Answer<Value> {
        body["UserPoolId"] = json!(self.pool.as_str());
        self.client.call(target, &body).await
    }
}

fn field(operation: &'static str, mut answer: Value, name: &str) -> Answer<Json> {
    object(operation, answer[name].take())
}

fn object(operation: &'static str, value: Value) -> Answer<Json> {
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(PortError::new(Class::Unreadable, operation, "UnreadableResponse")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    async fn facts(address: &str) -> Facts {
        Facts::connect(&config(address).await, None, PoolId::parse("eu-west-1_Old").unwrap()).unwrap()
    }

    #[tokio::test]
    async fn every_field_of_a_pool_is_told_and_no_secret_of_a_client() {
        let pool = r#"{"UserPool":{"Id":"eu-west-1_Old","OfTomorrow":{"a":[1]}}}"#;
        let client = r#"{"UserPoolClient":{"ClientId":"c1","ClientName":"web","ClientSecret":"hush"}}"#;
        let (address, seen) = server([(200, "", pool), (200, "", client)]);
        let facts = facts(&address).await;
        assert_eq!(facts.describe().await.unwrap()["OfTomorrow"], json!({ "a": [1] }));
        let client = facts.client("c1").await.unwrap();
        let told = json!({ "ClientId": "c1", "ClientName": "web", "HasSecret": true });
        assert_eq!(Value::Object(client), told, "that there is a secret, and not which");
        let asked: Vec<Value> =
            seen.try_iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
        let whole = json!({ "UserPoolId": "eu-west-1_Old" });
        assert_eq!(asked, [whole, json!({ "UserPoolId": "eu-west-1_Old", "ClientId": "c1" })]);
    }

    #[tokio::test]
    async fn a_list_goes_on_after_its_place() {
        let first = r#"{"Groups":[{"GroupName":"staff"}, 7],"NextToken":"more"}"#;
        let (address, seen) = server([(200, "", first), (200, "", "{}")]);
        let facts = facts(&address).await;
        let (groups, next) = facts.page(List::Groups, None).await.unwrap();
        assert_eq!((groups.len(), groups[0]["GroupName"].as_str()), (1, Some("staff")));
        let (rest, end) = facts.page(List::Groups, next.as_ref()).await.unwrap();
        assert_eq!((rest.len(), end), (0, None));
        let asked: Vec<Value> =
            seen.try_iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
        assert_eq!((&asked[0]["Limit"], &asked[1]["NextToken"]), (&json!(60), &json!("more")));
    }

    #[tokio::test]
    async fn odd_answers_are_unreadable_and_break_nothing() {
        for body in ["[]", "7", "{\"UserPool\":[]}", "null", ""] {
            let (address, _seen) = server([(200, "", body), (200, "", body), (200, "", body)]);
            let facts = facts(&address).await;
            assert_eq!(facts.describe().await.unwrap_err().class, Class::Unreadable, "{body}");
            drop(facts.mfa().await);
            drop(facts.page(List::Clients, None).await);
        }
    }
}
