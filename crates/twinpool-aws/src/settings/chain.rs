//! Which functions had a pool's trigger slots before twinpool.

use super::{Result, Source, unusable};
use crate::lambda::FunctionArn;

/// The former function of a slot; none where the slot was free. A wrong setting spoils its own slot alone.
pub type Former = Option<Result<FunctionArn>>;

/// The former functions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainSettings {
    /// Of the slot PostConfirmation.
    pub post_confirmation: Former,
    /// Of the slot PreTokenGeneration.
    pub pre_token_generation: Former,
    /// Of the slot CustomMessage.
    pub custom_message: Former,
    /// Of the slot PreSignUp.
    pub pre_sign_up: Former,
}

impl ChainSettings {
    /// Reads the settings.
    #[must_use]
    pub fn read(source: &impl Source) -> Self {
        let former = |key| {
            let wrong = || unusable(key, "it should be the ARN of a Lambda function");
            source.get(key).map(|text| FunctionArn::parse(&text).ok_or_else(wrong))
        };
        Self {
            post_confirmation: former("TWINPOOL_CHAIN_POST_CONFIRMATION"),
            pre_token_generation: former("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION"),
            custom_message: former("TWINPOOL_CHAIN_CUSTOM_MESSAGE"),
            pre_sign_up: former("TWINPOOL_CHAIN_PRE_SIGN_UP"),
        }
    }

    /// Whether every slot was free.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A function that can be called, if there is one.
    #[must_use]
    pub fn any(&self) -> Option<&FunctionArn> {
        let all =
            [&self.post_confirmation, &self.pre_token_generation, &self.custom_message, &self.pre_sign_up];
        all.into_iter().flatten().find_map(|former| former.as_ref().ok())
    }
}
