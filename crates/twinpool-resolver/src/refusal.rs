//! Why a token is not accepted.

/// Why a token is not accepted. For logs and metrics: whoever sent the token learns nothing of it but 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Longer than any token of Cognito.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url, of which the first two are JSON objects; or with an extension that has to be understood
    /// (`crit`), which Cognito has none of.
    #[error("the token is not a JSON Web Token")]
    Malformed,
    /// A name stands twice in one object: two readers may read two tokens.
    #[error("a claim stands in the token twice")]
    DuplicateClaim,
    /// Anything but RS256, which is all that Cognito signs with (F§9).
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// No pool that is listed here has this issuer.
    #[error("the token is of an issuer that is not listed")]
    Issuer,
    /// The pool has no key of this id.
    #[error("the token names a key that its pool does not have")]
    UnknownKey,
    /// Not signed by that key.
    #[error("the signature of the token is wrong")]
    Signature,
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Not valid yet.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// An ID token where an access token is wanted, or the other way round.
    #[error("the token is for another use")]
    TokenUse,
    /// Made for an app client that is not listed for its pool.
    #[error("the token was made for an app client that is not listed for its pool")]
    Client,
    /// A claim is missing, or is of another type than Cognito writes; or the token is a machine's.
    #[error("the token names no user")]
    NoUser,
}

impl Refusal {
    /// The reason in one word. Stable.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::DuplicateClaim => "duplicate_claim",
            Self::Algorithm => "algorithm",
            Self::Issuer => "issuer",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::TokenUse => "token_use",
            Self::Client => "client",
            Self::NoUser => "no_user",
        }
    }
}
