//! A sign-in that answers what the functions of the pool ask.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{PASSWORD, Tokens, Users};

impl Users {
    /// Signs a person in by CUSTOM_AUTH, with the password of the sign-up.
    ///
    /// # Errors
    /// When the pool refuses, or asks for anything else.
    pub fn tokens_by_challenge(&self, username: &str) -> Result<Tokens> {
        let client = &self.pool.client_id;
        let body = json!({
            "ClientId": client, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": username },
        });
        let asked = self.aws.cognito("InitiateAuth", &body)?;
        ensure!(asked["ChallengeParameters"]["type"] == "PASSWORD", "the pool asks for no password");
        let body = json!({
            "ClientId": client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": username, "ANSWER": PASSWORD },
        });
        Tokens::of(&self.aws.cognito("RespondToAuthChallenge", &body)?)
    }
}
