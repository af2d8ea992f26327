//! What the stack says of itself.

use std::collections::BTreeMap;

use twinpool_aws::client::{Config, Patience};
use twinpool_aws::cloudformation::outputs;
use twinpool_aws::region;
use twinpool_aws::settings::{Environment, Source as _};
use twinpool_rules::Site;

use super::place;
use crate::failure::unusable;

/// Its name where nobody says another.
pub(crate) const NAME: &str = "twinpool";

/// The name of the stack: the environment's, the file's, the usual one.
pub(crate) fn name(site: &Site) -> String {
    let said = Environment.get("TWINPOOL_STACK").or_else(|| site.stack.name.clone());
    said.unwrap_or_else(|| NAME.to_owned())
}

/// Its outputs; or in a clause why there are none.
pub(crate) async fn ask(site: &Site) -> Result<BTreeMap<String, String>, String> {
    let name = name(site);
    let config = config(site).await;
    let Some(region) = config.region().map(ToString::to_string) else {
        return Err(format!("the stack {name} was not asked, because no Region is known"));
    };
    match outputs(&config, &name).await {
        Ok(Some(outputs)) => Ok(outputs),
        Ok(None) => Err(format!("there is no stack {name} in {region}")),
        Err(error) => {
            let named_by = "TWINPOOL_STACK or [stack] name of twinpool.toml";
            Err(unusable(&format!("the stack {name}"), named_by, error).to_string())
        }
    }
}

/// The stack stands where the file says, else where every other call goes.
async fn config(site: &Site) -> Config {
    let config = place::config(Patience::MIRROR).await;
    match &site.stack.region {
        Some(name) => region::within(&config, name),
        None => config,
    }
}
