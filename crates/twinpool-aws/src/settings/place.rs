//! Where the new pool is, if not in the account and Region of the stack.

use std::str::FromStr;

use super::{Result, Source, unusable};

/// The ARN of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn(String);

/// A text that is no ARN of a role. Holds no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it should be the ARN of a role, such as arn:aws:iam::123456789012:role/twinpool-new-pool")]
pub struct NoRole;

impl RoleArn {
    /// The ARN itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account of the role, in twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

impl FromStr for RoleArn {
    type Err = NoRole;

    fn from_str(text: &str) -> std::result::Result<Self, NoRole> {
        let parts: Vec<_> = text.trim().splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, name] = parts.as_slice() else {
            return Err(NoRole);
        };
        let is_account = account.len() == 12 && account.bytes().all(|c| c.is_ascii_digit());
        let is_name = name.strip_prefix("role/").is_some_and(|name| !name.is_empty());
        if partition.starts_with("aws") && is_account && is_name {
            Ok(Self(text.trim().to_owned()))
        } else {
            Err(NoRole)
        }
    }
}

/// Where the new pool is. All empty: where the stack is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewPlace {
    /// Its Region.
    pub region: Option<String>,
    /// The role of its account that is assumed for each call to it.
    pub role: Option<RoleArn>,
    /// What the trust policy of that role may ask for.
    pub external_id: Option<String>,
    /// A profile of the AWS configuration, instead of the role: for people, never for functions.
    pub profile: Option<String>,
}

impl NewPlace {
    /// Reads what a function is told.
    ///
    /// # Errors
    /// When the role is none, or an external id stands there without a role.
    pub fn read(source: &impl Source) -> Result<Self> {
        const ROLE: &str = "TWINPOOL_NEW_POOL_ROLE_ARN";
        const EXTERNAL_ID: &str = "TWINPOOL_NEW_POOL_EXTERNAL_ID";
        let role = source.get(ROLE).map(|text| text.parse().map_err(|problem| unusable(ROLE, problem)));
        let role = role.transpose()?;
        let external_id = source.get(EXTERNAL_ID);
        if external_id.is_some() && role.is_none() {
            return Err(unusable(
                EXTERNAL_ID,
                "it belongs to a role, and TWINPOOL_NEW_POOL_ROLE_ARN is not set",
            ));
        }
        Ok(Self { region: source.get("TWINPOOL_NEW_POOL_REGION"), role, external_id, profile: None })
    }
}

/// The account that stands in the address of a queue (`https://sqs.eu-west-1.amazonaws.com/123456789012/name`).
#[must_use]
pub fn account_of_queue(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let account = rest.split('/').nth(1)?;
    (account.len() == 12 && account.bytes().all(|c| c.is_ascii_digit())).then_some(account)
}
