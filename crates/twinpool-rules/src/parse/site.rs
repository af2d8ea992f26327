//! The tables that say where things are.

use twinpool_core::id::PoolId;

use super::node::{Fields, Node};
use crate::error::RulesError;
use crate::site::{Place, Site, Stack, is_external_id, is_profile, is_region, is_role_arn, is_stack_name};

pub(super) const KEYS: [&str; 3] = ["old_pool", "new_pool", "stack"];

pub(super) fn read(root: &Fields<'_>) -> Result<Site, RulesError> {
    let old_pool = root.read("old_pool", |node| place(&node.fields(&["id", "region", "profile"])?))?;
    let mut site = Site { old_pool, stack: root.read("stack", stack)?, ..Site::default() };
    let Some(node) = root.get("new_pool") else {
        return Ok(site);
    };
    let fields = node.fields(&["id", "region", "profile", "role_arn", "external_id"])?;
    site.new_pool = place(&fields)?;
    if let (Some(id), Some(node)) = (&site.new_pool.id, fields.get("id"))
        && site.old_pool.id.as_ref() == Some(id)
    {
        return Err(node.error("this is the old pool: write the id of the pool that you move to"));
    }
    let role = "this must be the ARN of a role, such as \"arn:aws:iam::123456789012:role/twinpool\"";
    site.role_arn = text(&fields, "role_arn", is_role_arn, role)?;
    let external = "an external id has 2 to 1224 letters, digits and any of _+=,.@:/-";
    site.external_id = text(&fields, "external_id", is_external_id, external)?;
    match fields.get("external_id") {
        Some(node) if site.role_arn.is_none() => {
            Err(node.error("it belongs to a role: write role_arn too, or take this out"))
        }
        _ => Ok(site),
    }
}

fn place(fields: &Fields<'_>) -> Result<Place, RulesError> {
    let id = fields.read("id", |node| {
        PoolId::parse(node.text()?)
            .map(Some)
            .map_err(|error| node.error(format!("no pool can be called so: {error}")))
    })?;
    let place = Place {
        id,
        region: region(fields)?,
        profile: text(fields, "profile", is_profile, "no profile can be called so")?,
    };
    let told = place.id.as_ref().and_then(PoolId::region);
    match (fields.get("region"), told) {
        (Some(node), Some(told)) if place.region.as_deref() != Some(told) => {
            Err(node.error("the id begins with another Region: correct one of the two, or take this out"))
        }
        _ => Ok(place),
    }
}

fn stack(node: &Node<'_>) -> Result<Stack, RulesError> {
    let fields = node.fields(&["name", "region"])?;
    let name = "the name of a stack has letters, digits and hyphens, and begins with a letter";
    Ok(Stack { name: text(&fields, "name", is_stack_name, name)?, region: region(&fields)? })
}

fn region(fields: &Fields<'_>) -> Result<Option<String>, RulesError> {
    text(fields, "region", is_region, "this must be a Region, such as \"eu-west-1\"")
}

fn text(
    fields: &Fields<'_>,
    key: &str,
    is_fine: fn(&str) -> bool,
    problem: &str,
) -> Result<Option<String>, RulesError> {
    fields.read(key, |node| match node.text()? {
        text if is_fine(text) => Ok(Some(text.to_owned())),
        _ => Err(node.error(problem)),
    })
}

#[cfg(test)]
mod tests {
    use crate::{Rules, Site};

    const ALL: &str = "[old_pool]\nid = \"eu-west-1_Old\"\nregion = \"eu-west-1\"\nprofile = \"prod\"\n\
        [new_pool]\nid = \"eu-central-1_New\"\nrole_arn = \"arn:aws:iam::123456789012:role/a/twinpool\"\n\
        external_id = \"x-1\"\nprofile = \"new one\"\n[stack]\nname = \"auth-move\"\nregion = \"eu-west-1\"\n";

    #[test]
    fn where_things_are_is_read() {
        let site = Site::parse(ALL).unwrap();
        assert_eq!(
            (site.old_pool.region(), site.new_pool.region()),
            (Some("eu-west-1"), Some("eu-central-1"))
        );
        assert_eq!(
            (site.old_pool.profile.as_deref(), site.stack.name.as_deref()),
            (Some("prod"), Some("auth-move"))
        );
        assert_eq!(site.role_arn.as_deref(), Some("arn:aws:iam::123456789012:role/a/twinpool"));
        assert_eq!(site.stack_region(), Some("eu-west-1"));
        assert_eq!(Site::parse("").unwrap(), Site::default());
        let local = Site::parse("[old_pool]\nid = \"local_4kXy\"\nregion = \"us-east-1\"").unwrap();
        assert_eq!(local.stack_region(), Some("us-east-1"));
    }

    #[test]
    fn where_things_are_changes_no_fingerprint() {
        let rules = "[users]\ndeleted = \"keep\"\n";
        let both = format!("{ALL}{rules}");
        assert_eq!(Rules::parse(&both).unwrap(), Rules::parse(rules).unwrap());
        assert_eq!(Rules::parse(ALL).unwrap().fingerprint(), "none");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_line() {
        let table = [
            ("[old_pool]\nname = \"a\"", 2, "old_pool.name", "there is no such key"),
            ("[new_pools]", 1, "new_pools", "old_pool, new_pool, stack"),
            ("[old_pool]\nid = 7", 2, "old_pool.id", "put it in quotes"),
            ("[old_pool]\nrole_arn = \"arn\"", 2, "old_pool.role_arn", "there is no such key"),
            (
                "[old_pool]\nid = \"eu-west-1_Old\"\n\nregion = \"eu-west-2\"",
                4,
                "old_pool.region",
                "another Region",
            ),
            ("[old_pool]\nregion = \"Frankfurt\"", 2, "old_pool.region", "must be a Region"),
            ("[old_pool]\nid = \"a\"\n[new_pool]\nid = \"a\"", 4, "new_pool.id", "this is the old pool"),
            ("[new_pool]\nexternal_id = \"abc\"", 2, "new_pool.external_id", "write role_arn too"),
            ("[new_pool]\nrole_arn = \"arn:aws:iam::1:role/x\"", 2, "new_pool.role_arn", "the ARN of a role"),
            (
                "[new_pool]\nrole_arn = \"arn:aws:iam::123456789012:user/x\"",
                2,
                "new_pool.role_arn",
                "the ARN of a role",
            ),
            ("[new_pool]\nprofile = \" \"", 2, "new_pool.profile", "no profile"),
            ("[stack]\nname = \"1st\"", 2, "stack.name", "begins with a letter"),
        ];
        for (text, line, key, words) in table {
            let error = Site::parse(text).unwrap_err();
            assert_eq!(Rules::parse(text).unwrap_err(), error);
            let said = error.to_string();
            assert!(
                said.starts_with(&format!("twinpool.toml, line {line}: {key}: ")) && said.contains(words),
                "{said}"
            );
        }
    }

    #[test]
    fn rules_that_are_wrong_hide_nothing_of_where_things_are() {
        let text = format!("{ALL}[attributes]\nname = {{ default = \"\" }}");
        assert!(Rules::parse(&text).is_err());
        assert_eq!(Site::parse(&text).unwrap(), Site::parse(ALL).unwrap());
    }
}
