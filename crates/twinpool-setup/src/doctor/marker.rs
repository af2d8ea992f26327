//! The attribute that proves whose user a user is.

use serde_json::Value;
use twinpool_core::id::PoolId;

use super::step::{Part, Step};
use crate::port::Json;

/// A pool that has the marker, or should.
pub(super) struct Marked<'a> {
    pub(super) part: Part,
    /// "old" or "new".
    pub(super) which: &'a str,
    pub(super) id: &'a PoolId,
    pub(super) pool: &'a Json,
    /// What comes of a marker that is missing or proves nothing.
    pub(super) otherwise: &'a str,
}

impl Marked<'_> {
    /// What is wrong with it.
    pub(super) fn faults(&self, marker: &str) -> Vec<Step> {
        let Self { part, which, id, pool, otherwise } = self;
        let attributes = pool.get("SchemaAttributes").and_then(Value::as_array).into_iter().flatten();
        let is_marker =
            |one: &&serde_json::Map<String, Value>| one.get("Name").is_some_and(|name| name == marker);
        let Some(attribute) = attributes.filter_map(Value::as_object).find(is_marker) else {
            let bare = marker.strip_prefix("custom:").unwrap_or(marker);
            let why = format!(
                "the {which} pool has no attribute {marker}, which proves whose user a user is: {otherwise}"
            );
            let add = format!(
                "aws cognito-idp add-custom-attributes --user-pool-id {id} --custom-attributes Name={bare},AttributeDataType=String,Mutable=false"
            );
            return vec![Step::broken(*part, why, add)];
        };
        let mut faults = Vec::new();
        if attribute.get("Mutable") == Some(&Value::Bool(true)) {
            let why = format!(
                "the attribute {marker} of the {which} pool can be changed, so it proves nothing: {otherwise}"
            );
            faults.push(Step::broken(
                *part,
                why,
                "add another one that is not mutable, and deploy with MarkerAttribute set to it",
            ));
        }
        if attribute.get("AttributeDataType").is_some_and(|kind| kind != "String") {
            let why = format!("the attribute {marker} of the {which} pool is no String");
            faults.push(Step::broken(
                *part,
                why,
                "add a String that is not mutable, and deploy with MarkerAttribute set to it",
            ));
        }
        faults
    }
}
