//! The claim that carries the user id.

use twinpool_core::claim::ClaimName;

use super::{Result, Source, unusable};

/// The name of the claim, if one is set.
///
/// # Errors
/// When no function can add a claim of that name.
pub fn user_id_claim(source: &impl Source) -> Result<Option<ClaimName>> {
    const KEY: &str = "TWINPOOL_USER_ID_CLAIM";
    let name = source.get(KEY).map(|name| ClaimName::parse(name).map_err(|problem| unusable(KEY, problem)));
    name.transpose()
}
