//! Where things are, as somebody says.

use twinpool_core::id::PoolId;
use twinpool_rules::Site;
use twinpool_rules::site::{Place, Stack};

use super::question::{self, ask, ask_again};
use super::{Arguments, a_profile, a_region, a_role, a_stack, an_external_id};
use crate::defaults::stack;
use crate::failure::Misuse;
use crate::options::a_pool;

/// From the options; what is missing is asked for, if somebody is there.
pub(super) fn site(given: &Arguments) -> anyhow::Result<Site> {
    let asks = !given.yes && question::is_possible();
    let old =
        place("old", (given.old_pool.clone(), given.old_region.clone(), given.old_profile.clone()), asks)?;
    let new =
        place("new", (given.new_pool.clone(), given.new_region.clone(), given.new_profile.clone()), asks)?;
    let mut site = Site {
        old_pool: old,
        new_pool: new,
        role_arn: given.new_role_arn.clone(),
        external_id: given.new_external_id.clone(),
        stack: Stack { name: given.stack.clone(), region: None },
    };
    if asks && site.role_arn.is_none() {
        let what = "ARN of a role to assume for the new pool, if it is in another account";
        site.role_arn = ask(what, "none", a_role)?;
        if site.role_arn.is_some() {
            site.external_id = ask("External id that its trust policy asks for", "none", an_external_id)?;
        }
    }
    if asks && site.stack.name.is_none() {
        site.stack.name = ask("Name of the stack", stack::NAME, a_stack)?;
    }
    site.stack.name.get_or_insert_with(|| stack::NAME.to_owned());
    match contradiction(&site) {
        Some(why) => Err(Misuse(why).into()),
        None => Ok(site),
    }
}

type Said = (Option<PoolId>, Option<String>, Option<String>);

fn place(which: &str, (id, region, profile): Said, asks: bool) -> anyhow::Result<Place> {
    let id = match id {
        Some(id) => id,
        None if asks => ask_again(&format!("Id of the {which} pool"), |text| {
            a_pool(text).map_err(|problem| problem.to_string())
        })?,
        None => {
            let why = format!(
                "the {which} pool is missing, and there is no terminal to ask on: say --{which}-pool"
            );
            return Err(Misuse(why).into());
        }
    };
    let mut place = Place { id: Some(id), region, profile };
    if asks && place.region().is_none() {
        place.region = ask(&format!("Region of the {which} pool"), "what the environment says", a_region)?;
    }
    if asks && place.profile.is_none() {
        place.profile =
            ask(&format!("AWS profile for the {which} pool"), "what the environment says", a_profile)?;
    }
    Ok(place)
}

/// What cannot be.
fn contradiction(site: &Site) -> Option<String> {
    if site.old_pool.id == site.new_pool.id {
        return Some(
            "the old and the new pool are the same one: correct --old-pool or --new-pool".to_owned(),
        );
    }
    [("old", &site.old_pool), ("new", &site.new_pool)].into_iter().find_map(|(which, place)| {
        let told = place.id.as_ref()?.region()?;
        let said = place.region.as_deref().filter(|said| *said != told)?;
        Some(format!(
            "the id of the {which} pool begins with {told}, its Region, and --{which}-region is {said}: correct one of the two"
        ))
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn given(line: &str) -> anyhow::Result<Site> {
        let words = ["init", "--yes"].into_iter().chain(line.split(' '));
        site(&Line::try_parse_from(words).unwrap().arguments)
    }

    fn refused(line: &str) -> String {
        given(line).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_is_refused_before_anything_is_called() {
        assert!(refused("--old-pool eu-west-1_A --new-pool eu-west-1_A").contains("the same one"));
        assert!(refused("--old-pool eu-west-1_A").contains("say --new-pool"));
        let said = refused("--old-pool eu-west-1_A --new-pool us-east-1_B --new-region eu-west-1");
        assert!(
            said.contains("begins with us-east-1") && said.contains("--new-region is eu-west-1"),
            "{said}"
        );
    }

    #[test]
    fn two_regions_a_local_pool_and_the_usual_stack_are_fine() {
        let found = given("--old-pool local_A --old-region eu-west-1 --new-pool us-east-1_B").unwrap();
        assert_eq!(
            (found.old_pool.region(), found.new_pool.region()),
            (Some("eu-west-1"), Some("us-east-1"))
        );
        assert_eq!(found.stack.name.as_deref(), Some("twinpool"));
    }
}
