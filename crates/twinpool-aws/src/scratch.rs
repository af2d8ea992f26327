//! Scratch pools: made for a rehearsal, and removed after it.

use aws_config::SdkConfig;
use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::Json;
use twinpool_setup::rehearse::{NAME, is_left_over};

use crate::raw::{RawClient, Refused};

const CREATE: &str = "AWSCognitoIdentityProviderService.CreateUserPool";
const DELETE: &str = "AWSCognitoIdentityProviderService.DeleteUserPool";
const DESCRIBE: &str = "AWSCognitoIdentityProviderService.DescribeUserPool";
const LIST: &str = "AWSCognitoIdentityProviderService.ListUserPools";
/// An account has at most ten thousand pools (F§5), and a page sixty.
const MOST_PAGES: usize = 200;

/// The scratch pools of one account and Region.
#[derive(Debug)]
pub struct ScratchPools(RawClient);

impl ScratchPools {
    /// Those in the Region of `config`.
    ///
    /// # Errors
    /// When there is no Region.
    pub fn connect(config: &SdkConfig) -> Answer<Self> {
        Ok(Self(RawClient::of_pools(config, None)?))
    }

    /// CreateUserPool. One attempt: a second one might make a second pool.
    ///
    /// # Errors
    /// Those of AWS, with its words: settings of pools hold nothing of users.
    pub async fn create(&self, body: &Json) -> Result<PoolId, Refused> {
        let answer = self.0.call_frankly(CREATE, &Value::Object(body.clone())).await?;
        let id = answer["UserPool"]["Id"].as_str().and_then(|id| PoolId::parse(id).ok());
        Ok(id.ok_or_else(|| PortError::new(Class::Unreadable, "CreateUserPool", "NoPoolId"))?)
    }

    /// DeleteUserPool; fine if it is not there.
    ///
    /// # Errors
    /// Those of AWS, by their code.
    pub async fn delete(&self, pool: &PoolId) -> Answer<()> {
        match self.0.call(DELETE, &json!({ "UserPoolId": pool.as_str() })).await {
            Err(error) if error.class == Class::NotFound => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// Scratch pools made like this new pool that an earlier rehearsal left: known by name and tag.
    ///
    /// # Errors
    /// Those of AWS, by their code.
    pub async fn left_over(&self, new_pool: &PoolId) -> Answer<Vec<PoolId>> {
        let mut found = Vec::new();
        let mut ask = json!({ "MaxResults": 60 });
        for _ in 0..MOST_PAGES {
            let mut page = self.0.call(LIST, &ask).await?;
            for pool in page["UserPools"].as_array().into_iter().flatten() {
                if pool["Name"].as_str().is_some_and(|name| name.starts_with(NAME))
                    && let Some(id) = pool["Id"].as_str().and_then(|id| PoolId::parse(id).ok())
                    && self.is_ours(&id, new_pool).await?
                {
                    found.push(id);
                }
            }
            ask["NextToken"] = page["NextToken"].take();
            if ask["NextToken"].is_null() {
                break;
            }
        }
        Ok(found)
    }

    async fn is_ours(&self, pool: &PoolId, new_pool: &PoolId) -> Answer<bool> {
        let told = match self.0.call(DESCRIBE, &json!({ "UserPoolId": pool.as_str() })).await {
            // Deleted meanwhile.
            Err(error) if error.class == Class::NotFound => return Ok(false),
            answer => answer?,
        };
        Ok(told["UserPool"].as_object().is_some_and(|pool| is_left_over(pool, new_pool.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn only_what_carries_our_tag_is_found_over_all_pages() {
        let page = r#"{"NextToken":"n","UserPools":[{"Id":"eu-west-1_A","Name":"twinpool-rehearsal-x"},{"Id":"eu-west-1_B","Name":"customers"}]}"#;
        let ours = r#"{"UserPool":{"Id":"eu-west-1_A","Name":"twinpool-rehearsal-x","UserPoolTags":{"twinpool:rehearsal":"eu-west-1_New"}}}"#;
        let last = r#"{"UserPools":[{"Id":"eu-west-1_C","Name":"twinpool-rehearsal-y"}]}"#;
        let another_s = r#"{"UserPool":{"Id":"eu-west-1_C","Name":"twinpool-rehearsal-y","UserPoolTags":{"twinpool:rehearsal":"eu-west-1_Else"}}}"#;
        let (address, seen) =
            server([(200, "", page), (200, "", ours), (200, "", last), (200, "", another_s)]);
        let pools = ScratchPools::connect(&config(&address).await).unwrap();
        let found = pools.left_over(&PoolId::parse("eu-west-1_New").unwrap()).await.unwrap();
        assert_eq!(found, [PoolId::parse("eu-west-1_A").unwrap()]);
        let asked: Vec<Value> =
            seen.try_iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
        assert_eq!((asked.len(), asked[2]["NextToken"].as_str()), (4, Some("n")));
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_words_of_aws_and_a_pool_that_is_gone_is_deleted() {
        let refused = r#"{"__type":"InvalidParameterException","message":"SMS configuration is required"}"#;
        let (address, _seen) =
            server([(400, "", refused), (400, "", r#"{"__type":"ResourceNotFoundException"}"#)]);
        let pools = ScratchPools::connect(&config(&address).await).unwrap();
        let error = pools.create(&Json::new()).await.unwrap_err();
        assert_eq!(error.message.as_deref(), Some("SMS configuration is required"));
        pools.delete(&PoolId::parse("eu-west-1_A").unwrap()).await.unwrap();
    }
}
