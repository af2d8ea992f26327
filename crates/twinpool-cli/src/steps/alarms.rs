//! The alarms of the stack that are on.

use std::collections::BTreeSet;

use twinpool_aws::chain::Chain;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::Stack;
use twinpool_core::check::Look;

/// Those of this stack, and no other's whose name begins alike.
pub(super) async fn on(chain: Look<&Chain>, config: &Config, stack: &str) -> Look<Vec<String>> {
    let on = chain?.alarms_on(&format!("{stack}-")).await.map_err(|error| error.to_string())?;
    let resources = Stack::connect(config, stack).resources().await;
    let alarms = resources.map(|all| {
        let alarms = all.into_iter().filter(|one| one.kind == "AWS::CloudWatch::Alarm");
        alarms.map(|one| one.physical).collect()
    });
    of_stack(on, alarms.map_err(|error| error.port.to_string()), stack)
}

/// `alarms`: of the stack. Where it has none, that none is on says nothing.
pub(crate) fn of_stack(
    mut on: Vec<String>,
    alarms: Look<BTreeSet<String>>,
    stack: &str,
) -> Look<Vec<String>> {
    match alarms {
        Ok(alarms) if alarms.is_empty() => {
            Err(format!("no stack {stack} with alarms is in this Region: --stack / TWINPOOL_STACK"))
        }
        Ok(alarms) => {
            on.retain(|name| alarms.contains(name));
            Ok(on)
        }
        Err(why) if on.is_empty() => Err(format!(
            "none is on whose name begins with {stack}-, and whether there are any is not known: {why}"
        )),
        Err(_) => Ok(on),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_without_alarms_is_not_one_without_trouble() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let own = || Ok(names(&["twinpool-Late", "twinpool-Dead"]).into_iter().collect());
        let on = |on: &[&str], alarms| of_stack(names(on), alarms, "twinpool");
        assert_eq!(on(&[], own()), Ok(Vec::new()));
        assert_eq!(on(&["twinpool-Late", "twinpool-x-Late"], own()), Ok(names(&["twinpool-Late"])));
        assert!(on(&[], Ok(BTreeSet::new())).unwrap_err().contains("--stack"));
        let denied = || Err("ListStackResources failed: AccessDenied".to_owned());
        assert!(on(&[], denied()).unwrap_err().contains("AccessDenied"));
        assert_eq!(on(&["twinpool-Late"], denied()), Ok(names(&["twinpool-Late"])));
    }
}
