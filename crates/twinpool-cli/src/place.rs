//! Where the new pool is, if not in the account and Region of the stack.

use clap::Args;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::settings::{NewPlace, RoleArn};
use twinpool_aws::{account, new_pool};
use twinpool_core::id::PoolId;

const HEADING: &str = "New pool in another account or Region";

/// Where the new pool is.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Place {
    /// The Region of the new pool.
    #[arg(long, env = "TWINPOOL_NEW_POOL_REGION", hide_env_values = true, help_heading = HEADING, value_name = "REGION")]
    new_pool_region: Option<String>,
    /// The role to assume for the new pool.
    #[arg(long, env = "TWINPOOL_NEW_POOL_ROLE_ARN", hide_env_values = true, help_heading = HEADING, value_name = "ARN")]
    new_pool_role_arn: Option<RoleArn>,
    /// What the trust policy of that role asks for.
    #[arg(long, env = "TWINPOOL_NEW_POOL_EXTERNAL_ID", hide_env_values = true, help_heading = HEADING, value_name = "ID")]
    new_pool_external_id: Option<String>,
    /// An AWS profile for the new pool, instead of the role.
    #[arg(long, env = "TWINPOOL_NEW_POOL_PROFILE", hide_env_values = true, help_heading = HEADING, value_name = "NAME")]
    new_pool_profile: Option<String>,
}

impl Place {
    fn place(&self) -> NewPlace {
        // A variable that is set to nothing is not set.
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        NewPlace {
            region: given(&self.new_pool_region),
            role: self.new_pool_role_arn.clone(),
            external_id: given(&self.new_pool_external_id),
            profile: given(&self.new_pool_profile),
        }
    }

    /// What the stack is told of it, as parameters of the template. The profile is the command's own. Where nobody says the
    /// Region, the pool's id does.
    pub(crate) fn parameters(
        &self,
        stack_region: Option<&str>,
        pool: Option<&PoolId>,
    ) -> Vec<(&'static str, String)> {
        let place = self.place();
        let region = place.region.or_else(|| Some(pool?.region()?.to_owned()));
        let region = region.filter(|region| Some(region.as_str()) != stack_region);
        let role = place.role.map(|role| role.as_str().to_owned());
        let told =
            [("NewPoolRegion", region), ("NewPoolRoleArn", role), ("NewPoolExternalId", place.external_id)];
        told.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Region and credentials for the new pool. `stack`: those for all else.
    pub(crate) async fn config(
        &self,
        stack: &Config,
        pool: &PoolId,
        patience: Patience,
    ) -> anyhow::Result<Config> {
        Ok(Box::pin(new_pool::config(stack, &self.place(), pool, "command", patience)).await?)
    }

    /// Whether the new pool is out of reach of the stack's functions. A profile alone is the command's own: its account tells.
    pub(crate) fn is_elsewhere(&self, stack_region: Option<&str>, pool: &PoolId) -> bool {
        let told = self.parameters(stack_region, Some(pool));
        told.iter().any(|(name, _)| ["NewPoolRegion", "NewPoolRoleArn"].contains(name))
    }

    /// Whether the new pool has quotas of its own, and not those of the old pool.
    pub(crate) async fn has_own_quotas(&self, stack: &Config, new: &Config) -> bool {
        let place = self.place();
        let accounts = if place.role.is_none() && place.profile.is_none() {
            None
        } else {
            account::number(stack).await.ok().zip(account::number(new).await.ok())
        };
        let accounts = accounts.as_ref().map(|(stack, new)| (stack.as_str(), new.as_str()));
        new_pool::has_own_quotas(stack, new, accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_is_told_the_region_that_the_pool_s_id_says() {
        let region = |said: Option<&str>, id: &str| {
            let place = Place { new_pool_region: said.map(str::to_owned), ..Place::default() };
            let told = place.parameters(Some("eu-west-1"), PoolId::parse(id).ok().as_ref());
            told.into_iter().find(|(name, _)| *name == "NewPoolRegion").map(|(_, value)| value)
        };
        assert_eq!(region(None, "us-east-1_New").as_deref(), Some("us-east-1"));
        assert_eq!(region(Some("us-east-2"), "us-east-1_New").as_deref(), Some("us-east-2"));
        assert_eq!(region(None, "eu-west-1_New"), None, "the stack's own");
        assert_eq!(region(None, "local_new"), None, "of a local stand-in");
    }

    #[test]
    fn a_pool_of_another_region_or_role_is_elsewhere() {
        let role = "arn:aws:iam::222222222222:role/twinpool-new-pool".parse().ok();
        let here = Place::default();
        let by_role = Place { new_pool_role_arn: role, ..Place::default() };
        for (place, id, elsewhere) in [
            (&here, "eu-west-1_New", false),
            (&here, "us-east-1_New", true),
            (&by_role, "eu-west-1_New", true),
            (&here, "local_new", false),
        ] {
            let pool = PoolId::parse(id).unwrap();
            assert_eq!(place.is_elsewhere(Some("eu-west-1"), &pool), elsewhere, "{id}");
        }
    }
}
