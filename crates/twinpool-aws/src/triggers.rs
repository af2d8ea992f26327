//! Which functions a pool calls.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};

use crate::raw::RawClient;

/// The functions, by the slot of `LambdaConfig` that names them, whatever slots Cognito has by now: so the answer is read as it
/// comes, and not by a typed client.
///
/// # Errors
/// Those of Cognito, by their code.
pub async fn read(
    config: &SdkConfig,
    endpoint: Option<&str>,
    pool: &PoolId,
) -> Answer<BTreeMap<String, String>> {
    const TARGET: &str = "AWSCognitoIdentityProviderService.DescribeUserPool";
    let client = RawClient::of_pools(config, endpoint.map(str::to_owned))?;
    let answer = client.call(TARGET, &json!({ "UserPoolId": pool.as_str() })).await?;
    let pool = answer.get("UserPool").filter(|pool| pool.is_object());
    let pool = pool.ok_or_else(|| PortError::new(Class::Unreadable, "DescribeUserPool", "NoUserPool"))?;
    Ok(named(&pool["LambdaConfig"]))
}

fn named(config: &Value) -> BTreeMap<String, String> {
    let is_function = |arn: &&str| arn.contains(":lambda:");
    let slots = config.as_object().into_iter().flatten();
    slots
        .filter_map(|(slot, it)| {
            let arn = it.as_str().or_else(|| it["LambdaArn"].as_str()).filter(is_function)?;
            Some((slot.clone(), arn.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn every_slot_that_names_a_function_is_told_also_one_of_tomorrow() {
        let pool = r#"{"UserPool":{"Id":"eu-west-1_Old","LambdaConfig":{
            "PostConfirmation":"arn:aws:lambda:eu-west-1:1:function:a","KMSKeyID":"arn:aws:kms:eu-west-1:1:key/k",
            "PreTokenGenerationConfig":{"LambdaVersion":"V2_0","LambdaArn":"arn:aws:lambda:eu-west-1:1:function:b"},
            "SlotOfTomorrow":{"LambdaArn":"arn:aws:lambda:eu-west-1:1:function:c:live","More":1}}}}"#;
        let (address, _seen) =
            server([(200, "", pool), (200, "", r#"{"UserPool":{"Id":"x"}}"#), (200, "", "{}")]);
        let (config, id) = (config(&address).await, PoolId::parse("eu-west-1_Old").unwrap());
        let found = read(&config, None, &id).await.unwrap();
        let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:1:function:{name}");
        let expected =
            [("PostConfirmation", "a"), ("PreTokenGenerationConfig", "b"), ("SlotOfTomorrow", "c:live")];
        assert_eq!(found, expected.map(|(slot, name)| (slot.to_owned(), arn(name))).into());
        assert_eq!(read(&config, None, &id).await, Ok(BTreeMap::new()));
        // No answer is not "no triggers".
        assert_eq!(read(&config, None, &id).await.unwrap_err().class, Class::Unreadable);
    }
}
