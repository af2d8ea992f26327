//! Groups (F§4.5).

use serde_json::{Value, json};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::GroupName;
use twinpool_core::port::PoolWriter as _;

use super::super::refusal::{Refusal, text};
use super::directory::{Directory, now};

pub(super) fn described(group: &GroupDefinition) -> Value {
    let mut described = json!({ "GroupName": group.name.as_str() });
    if let Some(description) = &group.description {
        described["Description"] = json!(description);
    }
    if let Some(precedence) = group.precedence {
        described["Precedence"] = json!(precedence);
    }
    described
}

/// The group, which has to be there.
pub(super) fn known(pool: &dyn Directory, name: &GroupName) -> Result<GroupDefinition, Refusal> {
    let found = pool.groups().into_iter().find(|group| group.name == *name);
    found.ok_or_else(|| Refusal::new("ResourceNotFoundException", "Group not found."))
}

pub(super) fn answer(pool: &dyn Directory, operation: &str, body: &Value) -> Result<Value, Refusal> {
    let name = GroupName::parse(text(body, "GroupName")?).map_err(|_| Refusal::parameter("GroupName"))?;
    if !body["RoleArn"].is_null() {
        return Err(Refusal::parameter("this server has no roles"));
    }
    let precedence = match &body["Precedence"] {
        Value::Null => None,
        number => {
            let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
            Some(number.filter(|number| *number >= 0).ok_or_else(|| Refusal::parameter("Precedence"))?)
        }
    };
    let description = body["Description"].as_str().map(str::to_owned);
    match operation {
        "GetGroup" => Ok(json!({ "Group": described(&known(pool, &name)?) })),
        "CreateGroup" => {
            let group = GroupDefinition { name, description, precedence };
            if !now(pool.writer()?.create_group(&group))? {
                return Err(Refusal::new("GroupExistsException", "the group exists"));
            }
            Ok(json!({ "Group": described(&group) }))
        }
        "UpdateGroup" => {
            let before = known(pool, &name)?;
            // What is left out stays; an empty description goes.
            let description = description.or(before.description).filter(|text| !text.is_empty());
            let group = GroupDefinition { name, description, precedence: precedence.or(before.precedence) };
            now(pool.writer()?.update_group(&group))?;
            Ok(json!({ "Group": described(&group) }))
        }
        "DeleteGroup" => {
            known(pool, &name)?;
            now(pool.writer()?.delete_group(&name))?;
            Ok(json!({}))
        }
        _ => Err(Refusal::unknown(operation)),
    }
}
