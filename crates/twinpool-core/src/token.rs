//! Whose tokens are accepted, and where the keys are that they are checked with (F§9).

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use crate::answer::Answer;
use crate::id::{ClientId, PoolId};

/// What a token is for (F§9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenUse {
    /// For APIs: `token_use` is `access`.
    Access,
    /// For the application itself: `token_use` is `id`.
    Id,
}

impl TokenUse {
    /// The claim `token_use` of such a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Id => "id",
        }
    }
}

/// The tokens of one pool that are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedPool {
    /// What its tokens may say under `iss`, letter by letter. A pool may have two issuers (F§9); one that does not stand here
    /// is refused.
    pub issuers: BTreeSet<String>,
    /// Where its keys are. A token never says.
    pub keys_url: String,
    /// The app clients whose tokens are accepted. None: no token of this pool is.
    pub clients: BTreeSet<ClientId>,
}

impl TrustedPool {
    /// A pool of AWS, with its standard issuer only; `None` where the id names no Region, as those of local stand-ins.
    #[must_use]
    pub fn of_aws(id: &PoolId, clients: BTreeSet<ClientId>) -> Option<Self> {
        let issuer = standard_issuer(id)?;
        Some(Self { keys_url: keys_url(&issuer), issuers: BTreeSet::from([issuer]), clients })
    }
}

/// The standard issuer of a pool of AWS (F§9); `None` where the id names no Region.
#[must_use]
pub fn standard_issuer(id: &PoolId) -> Option<String> {
    let region = id.region()?;
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    Some(format!("https://cognito-idp.{region}.{domain}/{}", id.as_str()))
}

/// Where an issuer has its keys (F§9).
#[must_use]
pub fn keys_url(issuer: &str) -> String {
    format!("{issuer}/.well-known/jwks.json")
}

/// Fetches the keys of a pool.
pub trait KeySource: Send + Sync {
    /// The JSON Web Key Set at this address, as it stands there.
    ///
    /// # Errors
    /// When it cannot be had now. Whoever asks goes on with the keys of before.
    fn keys(&self, url: &str) -> impl Future<Output = Answer<String>> + Send;
}

impl<K: KeySource> KeySource for &K {
    fn keys(&self, url: &str) -> impl Future<Output = Answer<String>> + Send {
        (*self).keys(url)
    }
}

impl<K: KeySource> KeySource for Arc<K> {
    fn keys(&self, url: &str) -> impl Future<Output = Answer<String>> + Send {
        self.as_ref().keys(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_issuer_of_a_pool_stands_in_its_id() {
        let issuer = |id: &str| standard_issuer(&PoolId::parse(id).unwrap());
        let of_aws = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC";
        assert_eq!(issuer("eu-west-1_AbC").as_deref(), Some(of_aws));
        let of_china = "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC";
        assert_eq!(issuer("cn-north-1_AbC").as_deref(), Some(of_china));
        assert_eq!(issuer("local_AbC"), None);
    }
}
