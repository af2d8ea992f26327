//! The way to the new pool where it is in another account or Region than the stack.

use aws_config::sts::AssumeRoleProvider;
use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use twinpool_core::id::PoolId;
use twinpool_core::port::PortError;

use crate::client::{self, Patience};
use crate::code::class;
use crate::settings::NewPlace;

/// As refusals of the role are named: see [`is_role_refused`].
const ASSUME_ROLE: &str = "AssumeRole";

/// What a person is to do where the role cannot be assumed.
pub const ROLE_REMEDY: &str = "the role in the new pool's account cannot be assumed: its trust policy has to name \
    whoever assumes it (the stack's outputs MirrorRoleArn and SweepRoleArn; infra/new-pool-role.yaml) and the same external id";

/// The pool is in another Region than the one that would be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the new pool {pool} is in {there}, as its id says, and its Region is set to {here}: correct the id, or the Region \
     (NewPoolRegion of the stack, --new-pool-region or TWINPOOL_NEW_POOL_REGION for the command)"
)]
pub struct OtherRegion {
    pool: PoolId,
    there: String,
    here: String,
}

/// Region and credentials for all calls about the new pool. Nothing is asked of STS before the first call, and again some
/// seconds before the credentials expire. `who` ends the name of the session, which the audit trail of that account shows.
///
/// # Errors
/// When the id of the pool names another Region.
pub async fn config(
    stack: &SdkConfig,
    place: &NewPlace,
    pool: &PoolId,
    who: &str,
    patience: Patience,
) -> Result<SdkConfig, OtherRegion> {
    let base = match &place.profile {
        Some(profile) => client::load_profile(patience, profile).await,
        None => stack.clone(),
    };
    let region = place.region.clone().map(Region::new).or_else(|| base.region().cloned());
    let here = region.as_ref().map(ToString::to_string);
    if let (Some(there), Some(here)) = (pool.region(), here)
        && there != here
    {
        return Err(OtherRegion { pool: pool.clone(), there: there.to_owned(), here });
    }
    let mut builder = base.into_builder();
    builder.set_region(region);
    if let (Some(role), None) = (&place.role, &place.profile) {
        let role = AssumeRoleProvider::builder(role.as_str()).configure(stack);
        let role = role.session_name(format!("twinpool-{who}"));
        let role = match &place.external_id {
            Some(id) => role.external_id(id),
            None => role,
        };
        builder.set_credentials_provider(Some(SharedCredentialsProvider::new(role.build().await)));
    }
    Ok(builder.build())
}

/// Whether both pools have quotas of their own: quotas are per account and Region (F§5). `accounts`: that of the stack and
/// that of the new pool, where known; else they count as one, which is slower and never too fast.
#[must_use]
pub fn has_own_quotas(stack: &SdkConfig, new: &SdkConfig, accounts: Option<(&str, &str)>) -> bool {
    stack.region() != new.region() || accounts.is_some_and(|(stack, new)| stack != new)
}

/// Whether a call was not made because the role for it could not be assumed.
#[must_use]
pub fn is_role_refused(error: &PortError) -> bool {
    error.operation == ASSUME_ROLE
}

/// What STS said, if it is the reason of an error.
pub(crate) fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<PortError> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(SdkError::ServiceError(context)) =
            error.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>()
        {
            let code = context.err().code().unwrap_or("NoErrorCode");
            return Some(PortError::new(class(code), ASSUME_ROLE, code));
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests;
