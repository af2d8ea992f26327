//! What AWS says of a pool, as it says it.

use std::collections::BTreeSet;

use serde_json::Value;
use twinpool_core::id::PoolId;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::Answer;

use crate::port::Json;

/// A pool as it is described. No user stands in it, and no secret of an app client.
pub struct PoolFacts {
    /// Which pool.
    pub id: PoolId,
    /// DescribeUserPool.
    pub description: Answer<Described>,
    /// GetUserPoolMfaConfig.
    pub mfa: Answer<Json>,
    /// `Providers` of ListIdentityProviders.
    pub providers: Answer<Vec<Json>>,
    /// `UserPoolClient` of DescribeUserPoolClient for each, without the secret.
    pub clients: Answer<Vec<Json>>,
    /// `Groups` of ListGroups.
    pub groups: Answer<Vec<Json>>,
    /// `UserPoolReplicas` of ListUserPoolReplicas, the primary included; none where the pool knows no such call.
    pub replicas: Answer<Vec<Json>>,
}

/// `UserPool` of DescribeUserPool.
pub struct Described {
    /// Every field.
    pub json: Json,
    /// Those that the mirror goes by, as the mirror reads them.
    pub shape: PoolShape,
}

/// What stands at this path; `null` where nothing does.
pub(super) fn at<'a>(json: &'a Json, path: &[&str]) -> &'a Value {
    const NOTHING: &Value = &Value::Null;
    let Some((first, rest)) = path.split_first() else {
        return NOTHING;
    };
    let begin = json.get(*first).unwrap_or(NOTHING);
    rest.iter().fold(begin, |value, key| value.get(key).unwrap_or(NOTHING))
}

/// The text at this path.
pub(super) fn text<'a>(json: &'a Json, path: &[&str]) -> Option<&'a str> {
    at(json, path).as_str().filter(|text| !text.is_empty())
}

/// The number at this path.
pub(super) fn number(json: &Json, path: &[&str]) -> u64 {
    at(json, path).as_u64().unwrap_or_default()
}

/// The switch at this path, off where nothing stands.
pub(super) fn is_on(json: &Json, path: &[&str]) -> bool {
    at(json, path).as_bool().unwrap_or_default()
}

/// The texts of the list at this path.
pub(super) fn texts<'a>(json: &'a Json, path: &[&str]) -> BTreeSet<&'a str> {
    at(json, path).as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The same field of each entry of a list.
pub(super) fn each<'a>(list: &'a [Json], field: &'static str) -> impl Iterator<Item = &'a str> {
    list.iter().filter_map(move |one| text(one, &[field]))
}

/// Names in a sentence.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<_> = names.into_iter().collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}
