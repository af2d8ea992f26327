//! Where the two pools and the stack are: the tables `[old_pool]`, `[new_pool]` and `[stack]`.
//!
//! They say where, and nothing of what travels: they are no part of the fingerprint.

use twinpool_core::id::PoolId;

use crate::error::RulesError;
use crate::parse;

/// What `twinpool.toml` says of where things are. Everything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The pool being left. The stack stands beside it.
    pub old_pool: Place,
    /// The pool being moved to.
    pub new_pool: Place,
    /// The role of the new pool's account that is assumed for calls to it.
    pub role_arn: Option<String>,
    /// What the trust policy of that role asks for.
    pub external_id: Option<String>,
    /// The stack.
    pub stack: Stack,
}

/// Where a pool is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: Option<PoolId>,
    /// Its Region, where the file says so.
    pub region: Option<String>,
    /// The profile of the AWS configuration with which the command reaches it.
    pub profile: Option<String>,
}

/// Which stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: Option<String>,
    /// Its Region, if not the old pool's.
    pub region: Option<String>,
}

impl Site {
    /// Reads these three tables of a `twinpool.toml`, whatever the rules in it say.
    ///
    /// # Errors
    /// At the first key that is unknown, of the wrong type, or says what cannot be meant, with its line.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        parse::site(text)
    }

    /// The Region of the stack.
    #[must_use]
    pub fn stack_region(&self) -> Option<&str> {
        self.stack.region.as_deref().or_else(|| self.old_pool.region())
    }
}

impl Place {
    /// The Region: as written, else the one with which the id begins.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref().or_else(|| self.id.as_ref()?.region())
    }
}

/// Whether a Region can be called so.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let is_part = |part: &&str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase());
    parts.split_last().is_some_and(|(number, words)| {
        number.parse::<u8>().is_ok() && words.len() > 1 && words.iter().all(is_part)
    })
}

/// Whether this can be the ARN of a role.
#[must_use]
pub fn is_role_arn(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", partition, "iam", "", account, name]
        if partition.starts_with("aws")
            && account.len() == 12
            && account.bytes().all(|c| c.is_ascii_digit())
            && name.strip_prefix("role/").is_some_and(|name| !name.is_empty() && is_plain(name)))
}

/// Whether a trust policy can ask for this (STS: AssumeRole).
#[must_use]
pub fn is_external_id(text: &str) -> bool {
    let is_known = |c: u8| c.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&c);
    (2..=1_224).contains(&text.len()) && text.bytes().all(is_known)
}

/// Whether a stack can be called so.
#[must_use]
pub fn is_stack_name(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
}

/// Whether a profile can be called so.
#[must_use]
pub fn is_profile(text: &str) -> bool {
    !text.trim().is_empty() && is_plain(text)
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| !c.is_control())
}
