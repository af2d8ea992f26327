//! Lambda's REST API, as far as setting up needs it.

use aws_config::SdkConfig;
use serde_json::{Value, json};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::{FunctionArn, Functions, Invoked, Json, Permission};

use super::{read, write};
use crate::raw::{RawClient, Rest, RestReply, segment};

/// The principal of every user pool (F§2).
const COGNITO: &str = "cognito-idp.amazonaws.com";

/// The functions of one account and Region.
#[derive(Debug)]
pub struct LambdaFunctions {
    client: RawClient,
}

impl LambdaFunctions {
    /// The functions in the Region of `config`.
    ///
    /// # Errors
    /// When there is no Region.
    pub fn connect(config: &SdkConfig) -> Answer<Self> {
        Ok(Self { client: RawClient::connect(config, "lambda", "lambda")? })
    }

    async fn call(&self, call: Call<'_>) -> Answer<RestReply> {
        let Call { operation, method, function, rest, body } = call;
        let qualifier = function.qualifier().map(|qualifier| ("Qualifier", qualifier));
        let query: Vec<_> = qualifier.into_iter().collect();
        let name = segment(function.unqualified().as_str());
        let path = format!("/2015-03-31/functions/{name}/{rest}");
        let headers = [("content-type", "application/json")];
        let rest = Rest { operation, method, path, query: &query, headers: &headers, body: body.to_owned() };
        self.client.rest(rest).await
    }
}

struct Call<'a> {
    operation: &'static str,
    method: &'static str,
    function: &'a FunctionArn,
    rest: &'a str,
    body: &'a [u8],
}

impl Functions for LambdaFunctions {
    async fn configuration(&self, function: &FunctionArn) -> Answer<Option<Json>> {
        const OPERATION: &str = "GetFunctionConfiguration";
        let call =
            || Call { operation: OPERATION, method: "GET", function, rest: "configuration", body: &[] };
        let reply = found(read(|| self.call(call())).await)?;
        reply.map(|reply| object(OPERATION, &reply.body)).transpose()
    }

    async fn policy(&self, function: &FunctionArn) -> Answer<Option<Json>> {
        const OPERATION: &str = "GetPolicy";
        let call = || Call { operation: OPERATION, method: "GET", function, rest: "policy", body: &[] };
        let Some(reply) = found(read(|| self.call(call())).await)? else {
            return Ok(None);
        };
        let answer = object(OPERATION, &reply.body)?;
        let document = answer.get("Policy").and_then(Value::as_str);
        let document = document.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoPolicy"))?;
        object(OPERATION, document.as_bytes()).map(Some)
    }

    async fn allow(&self, function: &FunctionArn, permission: &Permission) -> Answer<()> {
        let body = json!({
            "StatementId": permission.statement_id,
            "Action": "lambda:InvokeFunction",
            "Principal": COGNITO,
            "SourceArn": permission.source_arn,
            "SourceAccount": permission.source_account,
        });
        let body = body.to_string().into_bytes();
        let call =
            || Call { operation: "AddPermission", method: "POST", function, rest: "policy", body: &body };
        match write(|| self.call(call())).await {
            Err(error) if error.code == "ResourceConflictException" => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn disallow(&self, function: &FunctionArn, statement_id: &str) -> Answer<()> {
        let rest = format!("policy/{}", segment(statement_id));
        let call =
            || Call { operation: "RemovePermission", method: "DELETE", function, rest: &rest, body: &[] };
        found(write(|| self.call(call())).await).map(drop)
    }

    async fn invoke(&self, function: &FunctionArn, payload: &[u8]) -> Answer<Invoked> {
        let call = Call { operation: "Invoke", method: "POST", function, rest: "invocations", body: payload };
        // Without X-Amz-Invocation-Type, Lambda waits for the answer.
        let reply = self.call(call).await?;
        let error = reply.header("x-amz-function-error").map(str::to_owned);
        Ok(Invoked { error, payload: reply.body })
    }
}

/// `None` where Lambda says that there is no such thing.
fn found(answer: Answer<RestReply>) -> Answer<Option<RestReply>> {
    match answer {
        Err(error) if error.class == Class::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}

fn object(operation: &'static str, bytes: &[u8]) -> Answer<Json> {
    serde_json::from_slice(bytes)
        .map_err(|_| PortError::new(Class::Unreadable, operation, "UnreadableResponse"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{Reply, Seen, config, server};

    const ALIASED: &str = "arn:aws:lambda:eu-west-1:123456789012:function:capture:live";

    async fn functions(
        replies: impl IntoIterator<Item = Reply>,
    ) -> (LambdaFunctions, FunctionArn, std::sync::mpsc::Receiver<Seen>) {
        let (address, seen) = server(replies);
        let functions = LambdaFunctions::connect(&config(&address).await).unwrap();
        (functions, FunctionArn::parse(ALIASED).unwrap(), seen)
    }

    const NAME: &str =
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Acapture";
    const GONE: Reply = (404, "x-amzn-ErrorType: ResourceNotFoundException\r\n", r#"{"Type":"User"}"#);

    #[tokio::test]
    async fn a_pool_may_call_a_function_only_as_itself_and_saying_so_twice_is_no_error() {
        let conflict: Reply = (409, "x-amzn-ErrorType: ResourceConflictException\r\n", r#"{"Type":"User"}"#);
        let (functions, function, seen) = functions([(201, "", "{}"), conflict]).await;
        let permission = Permission {
            statement_id: "twinpool-x".to_owned(),
            source_arn: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Old".to_owned(),
            source_account: "123456789012".to_owned(),
        };
        functions.allow(&function, &permission).await.unwrap();
        functions.allow(&function, &permission).await.unwrap();
        let asked = seen.recv().unwrap();
        assert_eq!(asked.line, format!("POST {NAME}/policy?Qualifier=live HTTP/1.1"));
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let expected = json!({ "StatementId": "twinpool-x", "Action": "lambda:InvokeFunction", "Principal": COGNITO,
            "SourceArn": permission.source_arn, "SourceAccount": "123456789012" });
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn a_permission_is_taken_away_by_its_name_and_one_that_is_not_there_is_no_error() {
        let (functions, function, seen) = functions([(204, "", ""), GONE]).await;
        functions.disallow(&function.unqualified(), "a b").await.unwrap();
        functions.disallow(&function, "a b").await.unwrap();
        assert_eq!(seen.recv().unwrap().line, format!("DELETE {NAME}/policy/a%20b HTTP/1.1"));
    }

    #[tokio::test]
    async fn configuration_and_policy_are_read_as_they_are_or_are_not_there() {
        let policy = r#"{"Policy":"{\"Statement\":[{\"Sid\":\"x\"}]}","RevisionId":"r"}"#;
        let configuration = r#"{"Environment":{"Variables":{"A":"b"}}}"#;
        let (functions, function, seen) =
            functions([(200, "", configuration), (200, "", policy), GONE, GONE]).await;
        let found = functions.configuration(&function).await.unwrap().unwrap();
        assert_eq!(found["Environment"]["Variables"]["A"], "b");
        assert_eq!(seen.recv().unwrap().line, format!("GET {NAME}/configuration?Qualifier=live HTTP/1.1"));
        assert_eq!(functions.policy(&function).await.unwrap().unwrap()["Statement"][0]["Sid"], "x");
        assert_eq!(functions.configuration(&function).await.unwrap(), None);
        assert_eq!(functions.policy(&function).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_invocation_tells_an_answer_from_a_failure_of_the_function() {
        let failed: Reply = (200, "X-Amz-Function-Error: Unhandled\r\n", r#"{"errorMessage":"no"}"#);
        let (functions, function, seen) = functions([(200, "", "{\"a\": 1.50}"), failed]).await;
        let answer = functions.invoke(&function, b"{\"in\":1}").await.unwrap();
        assert_eq!((answer.error, answer.payload.as_slice()), (None, &b"{\"a\": 1.50}"[..]));
        let asked = seen.recv().unwrap();
        assert_eq!(asked.line, format!("POST {NAME}/invocations?Qualifier=live HTTP/1.1"));
        assert_eq!(asked.body, b"{\"in\":1}");
        assert_eq!(functions.invoke(&function, b"{}").await.unwrap().error.as_deref(), Some("Unhandled"));
    }
}
