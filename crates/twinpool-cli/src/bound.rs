//! The table knows of which pools its links are: other ids on the command line are a slip.

use twinpool_aws::dynamodb::Links;
use twinpool_core::id::PoolId;

use crate::failure::Misuse;
use crate::options;

/// Refuses pools that are not those of the table. Before the mirror's first start nothing is known, and nothing is refused.
/// Gives the pools of the table where they are known.
pub(crate) async fn right_pools(
    links: &Links,
    table: &str,
    old: Option<&PoolId>,
    new: Option<&PoolId>,
) -> anyhow::Result<Option<(PoolId, PoolId)>> {
    let known = links.pools().await.map_err(|error| options::table_problem(table, error))?;
    let why = known.as_ref().and_then(|(old_is, new_is)| slip(table, (old_is, new_is), old, new));
    why.map_or(Ok(known), |why| Err(Misuse(why).into()))
}

fn slip(
    table: &str,
    (old_is, new_is): (&PoolId, &PoolId),
    old: Option<&PoolId>,
    new: Option<&PoolId>,
) -> Option<String> {
    let wrong_old = old.filter(|old| *old != old_is).map(|old| (old, "--old-pool / TWINPOOL_OLD_POOL_ID"));
    let wrong_new = new.filter(|new| *new != new_is).map(|new| (new, "--new-pool / TWINPOOL_NEW_POOL_ID"));
    let wrong: Vec<_> = wrong_old.into_iter().chain(wrong_new).collect();
    if wrong.is_empty() {
        return None;
    }
    let named: Vec<_> = wrong.iter().map(|(pool, _)| pool.as_str()).collect();
    let options: Vec<_> = wrong.iter().map(|(_, option)| *option).collect();
    Some(format!(
        "the table {table} is of the old pool {old_is} and the new pool {new_is}, and you named {}: correct {}",
        named.join(" and "),
        options.join(" and ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_pools_than_those_of_the_table_are_refused() {
        let [old, new, other] =
            ["eu-west-1_Old", "eu-west-1_New", "eu-west-1_Other"].map(|id| PoolId::parse(id).unwrap());
        let slip = |named_old, named_new| slip("links", (&old, &new), named_old, named_new);
        assert_eq!(
            (slip(Some(&old), Some(&new)), slip(Some(&old), None), slip(None, None)),
            (None, None, None)
        );
        let said =
            [slip(Some(&other), Some(&new)), slip(Some(&old), Some(&other)), slip(Some(&new), Some(&old))];
        insta::assert_snapshot!(said.map(Option::unwrap).join("\n"));
    }
}
