//! Whose records are followed.

use super::super::trigger::{nested, text};
use super::{Ignored, Record};
use crate::id::PoolId;

/// Whose records are followed, and which calls are twinpool's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The pool being left.
    pub old_pool: PoolId,
    /// The pool being moved to, where its changes are followed too.
    pub new_pool: Option<PoolId>,
    /// Roles whose calls are twinpool's own, as ARNs: following those would be following oneself.
    pub own_roles: Vec<String>,
}

impl Followed {
    /// In which of them a call was made. Calls with a user's token name no pool, and count as the old one's.
    pub(super) fn pool(&self, record: &Record<'_>) -> Result<&PoolId, Ignored> {
        let named =
            text(record.request.get("userPoolId")).or_else(|| text(record.additional.get("userPoolId")));
        let Some(named) = named else { return Ok(&self.old_pool) };
        let mut followed = [Some(&self.old_pool), self.new_pool.as_ref()].into_iter().flatten();
        followed.find(|pool| pool.as_str() == named).ok_or(Ignored::OtherPool)
    }

    /// Whether a session of one of twinpool's roles made the call.
    pub(super) fn is_own(&self, record: &Record<'_>) -> bool {
        self.own_roles.iter().any(|role| is_made_by(record, role))
    }
}

/// Whether a session of this role made the call. The ARN of a session has the role's name without its path.
fn is_made_by(record: &Record<'_>, role: &str) -> bool {
    let identity = nested(record.whole.get("userIdentity"));
    let issuer = nested(nested(identity.get("sessionContext")).get("sessionIssuer"));
    if let Some(issuer) = text(issuer.get("arn")) {
        return issuer == role;
    }
    let session = text(identity.get("arn"));
    let same = session.as_deref().and_then(session_of).zip(role_of(role)).map(|(a, b)| a == b);
    same.unwrap_or(false)
}

/// Partition, account and role of `arn:aws:sts::123456789012:assumed-role/<role>/<session>`.
fn session_of(arn: &str) -> Option<(&str, &str, &str)> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":sts::")?;
    let (account, rest) = rest.split_once(":assumed-role/")?;
    Some((partition, account, rest.split('/').next()?))
}

/// Partition, account and role of `arn:aws:iam::123456789012:role/<path>/<role>`.
fn role_of(arn: &str) -> Option<(&str, &str, &str)> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":iam::")?;
    let (account, rest) = rest.split_once(":role/")?;
    Some((partition, account, rest.rsplit('/').next()?))
}
