//! What Cognito reads in the `response` of each trigger (F§1.3).

use std::collections::BTreeMap;

use serde::Serialize;
use twinpool_bridge::challenge::{Next, Question};

/// DefineAuthChallenge.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Defined {
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_name: Option<&'static str>,
    pub(super) issue_tokens: bool,
    fail_authentication: bool,
}

impl Defined {
    pub(super) fn of(next: Next) -> Self {
        Self {
            challenge_name: (next == Next::Ask).then_some("CUSTOM_CHALLENGE"),
            issue_tokens: next == Next::Tokens,
            fail_authentication: next == Next::Fail,
        }
    }
}

/// CreateAuthChallenge.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Created {
    public_challenge_parameters: BTreeMap<&'static str, String>,
    private_challenge_parameters: BTreeMap<&'static str, String>,
    challenge_metadata: String,
}

impl Created {
    pub(super) fn of(question: &Question) -> Self {
        Self {
            public_challenge_parameters: question.public(),
            private_challenge_parameters: question.private(),
            challenge_metadata: question.kind.metadata(),
        }
    }
}

/// VerifyAuthChallengeResponse.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verified {
    answer_correct: bool,
}

impl Verified {
    pub(super) fn of(answer_correct: bool) -> Self {
        Self { answer_correct }
    }
}
