//! A user pool that gives the answers it was told, in their order, in Cognito's wire format; and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};
use twinpool_tests::application::Application;
use twinpool_tests::http::{Reply, Request, Server};

/// What the pool says to one call.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    /// Tokens.
    Tokens,
    /// A challenge of Cognito's own, by its name.
    Asks(&'static str),
    /// CUSTOM_CHALLENGE, with these public parameters.
    Challenge(Value),
    /// An error: its type and its message.
    Refuses(&'static str, &'static str),
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// `AuthFlow` of InitiateAuth, `ChallengeName` of RespondToAuthChallenge.
    pub(crate) what: String,
    /// The password that it carried, or the answer to a challenge.
    pub(crate) carried: Option<String>,
}

/// A call that carries this.
pub(crate) fn with(what: &str, carried: &str) -> Call {
    Call { what: what.to_owned(), carried: Some(carried.to_owned()) }
}

/// A call that carries neither password nor answer.
pub(crate) fn without(what: &str) -> Call {
    Call { what: what.to_owned(), carried: None }
}

#[derive(Debug)]
struct State {
    answers: VecDeque<Says>,
    calls: Vec<Call>,
    session: usize,
}

/// The pool; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Pool {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Pool {
    pub(crate) fn that(answers: impl IntoIterator<Item = Says>) -> Self {
        let state = State { answers: answers.into_iter().collect(), calls: Vec::new(), session: 0 };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| shared.lock().unwrap().reply(&request));
        Self { server, state }
    }

    /// An application at this pool.
    pub(crate) fn at(&self, continuity: &str, plain: &str) -> Application {
        Application::new(json!({
            "userPoolId": "eu-west-1_neW00l001", "clientId": "application",
            "endpoint": format!("http://{}/", self.server.address()), "continuity": continuity, "plainFlow": plain,
        }))
    }

    /// All calls so far. Every answer has been asked for.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let state = self.state.lock().unwrap();
        assert!(state.answers.is_empty(), "never asked for: {:?}", state.answers);
        state.calls.clone()
    }
}

impl State {
    fn reply(&mut self, request: &Request) -> Reply {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let target = request.header("x-amz-target").unwrap_or_default();
        let (what, carried) = match target.rsplit('.').next() {
            Some("InitiateAuth") => (&body["AuthFlow"], &body["AuthParameters"]["PASSWORD"]),
            Some("RespondToAuthChallenge") => {
                let answers = &body["ChallengeResponses"];
                let fields = ["ANSWER", "NEW_PASSWORD", "SOFTWARE_TOKEN_MFA_CODE", "SMS_MFA_CODE"];
                let answer = fields.map(|field| &answers[field]).into_iter().find(|answer| !answer.is_null());
                (&body["ChallengeName"], answer.unwrap_or(&Value::Null))
            }
            _ => return refusal("UnknownOperationException", "no operation of a sign-in"),
        };
        self.calls.push(Call {
            what: what.as_str().unwrap_or_default().to_owned(),
            carried: carried.as_str().map(str::to_owned),
        });
        // A session is good for the round that it was given for.
        if body.get("Session").is_some_and(|session| *session != json!(self.session.to_string())) {
            return refusal("NotAuthorizedException", "Invalid session for the user.");
        }
        match self.answers.pop_front() {
            Some(Says::Tokens) => send(200, Vec::new(), &tokens()),
            Some(Says::Asks(name)) => self.challenge(name, json!({ "USER_ID_FOR_SRP": "ada" })),
            Some(Says::Challenge(parameters)) => self.challenge("CUSTOM_CHALLENGE", parameters),
            Some(Says::Refuses(name, message)) => refusal(name, message),
            None => refusal("InternalErrorException", "one call too many"),
        }
    }

    fn challenge(&mut self, name: &str, mut parameters: Value) -> Reply {
        self.session += 1;
        parameters["USERNAME"] = json!("ada");
        // As strings inside a string: so does Cognito.
        parameters["userAttributes"] = json!("{}");
        parameters["requiredAttributes"] = json!("[]");
        let body = json!({ "ChallengeName": name, "ChallengeParameters": parameters, "Session": self.session.to_string() });
        send(200, Vec::new(), &body)
    }
}

fn refusal(name: &str, message: &str) -> Reply {
    let kind = vec![("x-amzn-errortype", format!("{name}:")), ("x-amzn-errormessage", message.to_owned())];
    send(400, kind, &json!({ "__type": name, "message": message }))
}

fn send(status: u16, mut headers: Vec<(&'static str, String)>, body: &Value) -> Reply {
    headers.push(("content-type", "application/x-amz-json-1.1".to_owned()));
    Reply::Send { status, headers, body: body.to_string().into_bytes() }
}

fn tokens() -> Value {
    let token = |what: &str| {
        let claims =
            json!({ "sub": "ada", "token_use": what, "iat": 1_795_219_200, "exp": 4_102_444_800_u64 });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(&json!({ "alg": "RS256" })), part(&claims))
    };
    json!({ "AuthenticationResult": { "IdToken": token("id"), "AccessToken": token("access"), "RefreshToken": "opaque",
                                      "ExpiresIn": 3600, "TokenType": "Bearer" },
            "ChallengeParameters": {} })
}
