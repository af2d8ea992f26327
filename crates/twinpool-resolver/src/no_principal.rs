//! Why a request has no principal.

use crate::Denied;

/// Why a request has no principal. For logs and metrics: whoever sent the request learns nothing of it but 401 or 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPrincipal {
    /// No `Authorization` header.
    #[error("the request has no Authorization header")]
    NoToken,
    /// More than one: two readers may believe two tokens.
    #[error("the request has more than one Authorization header")]
    SeveralTokens,
    /// Another scheme than `Bearer`, or what follows is no token.
    #[error("the Authorization header holds no bearer token")]
    NotBearer,
    /// The token names nobody.
    #[error(transparent)]
    Denied(#[from] Denied),
}

impl NoPrincipal {
    /// The reason in one word, for logs and metrics. Stable.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::SeveralTokens => "several_tokens",
            Self::NotBearer => "not_bearer",
            Self::Denied(denied) => denied.code(),
        }
    }

    /// Whether the same request may be accepted later: 503 then, 401 otherwise.
    #[must_use]
    pub fn passes(self) -> bool {
        match self {
            Self::NoToken | Self::SeveralTokens | Self::NotBearer | Self::Denied(Denied::Refused(_)) => false,
            Self::Denied(Denied::NotYet | Denied::Unavailable) => true,
        }
    }
}
