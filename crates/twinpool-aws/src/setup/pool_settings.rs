//! DescribeUserPool and UpdateUserPool as JSON: an SDK drops fields that it does not know, and adds others (F§6).

use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use serde_json::{Number, Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::{Json, PoolSettings};

use super::{read, write};
use crate::raw::RawClient;

const DESCRIBE: &str = "AWSCognitoIdentityProviderService.DescribeUserPool";
const UPDATE: &str = "AWSCognitoIdentityProviderService.UpdateUserPool";
const GET_MFA: &str = "AWSCognitoIdentityProviderService.GetUserPoolMfaConfig";
const SET_MFA: &str = "AWSCognitoIdentityProviderService.SetUserPoolMfaConfig";

/// Described, and never sent back.
const DATES: [&str; 2] = ["CreationDate", "LastModifiedDate"];

/// The settings of one pool.
#[derive(Debug)]
pub struct CognitoSettings {
    client: RawClient,
    id: PoolId,
    said: Mutex<Option<String>>,
}

impl CognitoSettings {
    /// The settings of the pool `id`. `endpoint`: where it answers, if not where AWS has it.
    ///
    /// # Errors
    /// When there is no Region.
    pub fn connect(config: &SdkConfig, endpoint: Option<String>, id: PoolId) -> Answer<Self> {
        Ok(Self { client: RawClient::of_pools(config, endpoint)?, id, said: Mutex::default() })
    }

    /// What AWS said about the last change, if it refused that. Settings of pools hold nothing of users.
    #[must_use]
    pub fn last_refusal(&self) -> Option<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, target: &'static str) -> Answer<Json> {
        let ask = json!({ "UserPoolId": self.id.as_str() });
        let answer = read(|| self.client.call(target, &ask)).await?;
        let operation = operation(target);
        match answer {
            Value::Object(answer) => Ok(answer),
            _ => Err(PortError::new(Class::Unreadable, operation, "NoObject")),
        }
    }

    async fn tell(&self, target: &'static str, body: &Json) -> Answer<()> {
        let mut body = body.clone();
        body.insert("UserPoolId".to_owned(), json!(self.id.as_str()));
        let body = Value::Object(body);
        write(|| self.once(target, &body)).await
    }

    async fn once(&self, target: &'static str, body: &Value) -> Answer<()> {
        let answer = self.client.call_frankly(target, body).await;
        let (answer, said) = match answer {
            Ok(_) => (Ok(()), None),
            Err(refused) => (Err(refused.error), refused.message),
        };
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = said;
        answer
    }
}

impl PoolSettings for CognitoSettings {
    fn id(&self) -> &PoolId {
        &self.id
    }

    async fn describe(&self) -> Answer<Json> {
        let mut answer = self.ask(DESCRIBE).await?;
        let unreadable = |code| PortError::new(Class::Unreadable, operation(DESCRIBE), code);
        let Some(Value::Object(pool)) = answer.remove("UserPool") else {
            return Err(unreadable("NoUserPool"));
        };
        let sent_back = pool.iter().filter(|(name, _)| !DATES.contains(&name.as_str()));
        match sent_back.map(|(_, value)| value).all(survives) {
            true => Ok(pool),
            false => Err(unreadable("InexactNumber")),
        }
    }

    async fn update(&self, body: &Json) -> Answer<()> {
        self.tell(UPDATE, body).await
    }

    async fn mfa(&self) -> Answer<Json> {
        self.ask(GET_MFA).await
    }

    async fn set_mfa(&self, body: &Json) -> Answer<()> {
        self.tell(SET_MFA, body).await
    }
}

fn operation(target: &'static str) -> &'static str {
    target.rsplit('.').next().unwrap_or(target)
}

/// Whether every number in it is what AWS wrote: a number that was rounded while it was read must not be sent back.
fn survives(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_exact(number),
        Value::Array(all) => all.iter().all(survives),
        Value::Object(all) => all.values().all(survives),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Integers of 64 bits, and fractions of at most 15 digits, are read as they are written.
fn is_exact(number: &Number) -> bool {
    const MOST: f64 = 9_007_199_254_740_992.0;
    if !number.is_f64() {
        return true;
    }
    let is_small = number.as_f64().is_some_and(|value| value.abs() < MOST);
    let text = number.to_string();
    let digits = text.split('e').next().unwrap_or(&text).bytes().filter(u8::is_ascii_digit).count();
    is_small && digits <= 15
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    async fn settings(endpoint: &str) -> CognitoSettings {
        let id = PoolId::parse("eu-west-1_Old").unwrap();
        let nowhere = config("http://127.0.0.1:1").await;
        CognitoSettings::connect(&nowhere, Some(endpoint.to_owned()), id).unwrap()
    }

    #[tokio::test]
    async fn what_is_described_is_sent_back_with_every_field_and_number_as_it_came() {
        let described = r#"{"UserPool":{"CreationDate":1577934245.1234567,"New":{"Deep":[{"Big":18446744073709551615,"Low":-9007199254740993,"Half":0.5}]},"Text":"\u00e9\u2028\"","None":null}}"#;
        let (address, seen) = server([(200, "", described), (200, "", "{}")]);
        let settings = settings(&address).await;
        let mut pool = settings.describe().await.unwrap();
        assert_eq!(seen.recv().unwrap().body, br#"{"UserPoolId":"eu-west-1_Old"}"#);
        pool.remove("CreationDate");
        settings.update(&pool).await.unwrap();
        let sent = seen.recv().unwrap();
        assert_eq!(sent.header("x-amz-target"), UPDATE);
        assert_eq!(
            String::from_utf8(sent.body).unwrap(),
            "{\"New\":{\"Deep\":[{\"Big\":18446744073709551615,\"Half\":0.5,\"Low\":-9007199254740993}]},\"None\":null,\"Text\":\"\u{e9}\u{2028}\\\"\",\"UserPoolId\":\"eu-west-1_Old\"}"
        );
    }

    #[tokio::test]
    async fn a_number_that_cannot_be_sent_back_as_it_was_ends_it() {
        for number in ["18446744073709551616", "0.12345678901234567", "1e300", "9007199254740993.0"] {
            let described: &'static str = format!(r#"{{"UserPool":{{"New":[{number}]}}}}"#).leak();
            let (address, _seen) = server([(200, "", described)]);
            let error = settings(&address).await.describe().await.unwrap_err();
            assert_eq!((error.class, error.code.as_str()), (Class::Unreadable, "InexactNumber"), "{number}");
        }
    }

    #[tokio::test]
    async fn a_refused_change_is_told_in_the_words_of_aws_and_tried_once() {
        let refusal =
            r#"{"__type":"InvalidParameterException","message":"Please use TemporaryPasswordValidityDays"}"#;
        let busy = r#"{"__type":"TooManyRequestsException","message":"Rate exceeded"}"#;
        let (address, seen) = server([(400, "", busy), (400, "", refusal)]);
        let settings = settings(&address).await;
        assert_eq!(settings.last_refusal(), None);
        let error = settings.update(&Json::new()).await.unwrap_err();
        assert_eq!(error.code, "InvalidParameterException");
        assert_eq!(settings.last_refusal().as_deref(), Some("Please use TemporaryPasswordValidityDays"));
        assert_eq!(
            seen.try_iter().count(),
            2,
            "what was not looked at is said again, what was refused is not"
        );
    }

    #[tokio::test]
    async fn a_change_whose_answer_is_lost_is_not_said_again() {
        let (address, seen) = server([(500, "", r#"{"__type":"InternalErrorException"}"#), (200, "", "{}")]);
        let error = settings(&address).await.update(&Json::new()).await.unwrap_err();
        assert_eq!((error.class, seen.try_iter().count()), (Class::Unavailable, 1));
    }

    #[tokio::test]
    async fn second_factors_are_read_whole_through_a_passing_failure() {
        let mfa =
            r#"{"MfaConfiguration":"OPTIONAL","SoftwareTokenMfaConfiguration":{"Enabled":true},"New":1}"#;
        let (address, _seen) = server([(500, "", ""), (200, "", mfa)]);
        let told = settings(&address).await.mfa().await.unwrap();
        assert_eq!(Value::Object(told), serde_json::from_str::<Value>(mfa).unwrap());
    }
}
