//! A whole pool at once, from its lists.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{Person, Users, text};

impl Users {
    /// Everybody, by username.
    ///
    /// # Errors
    /// When the pool does not answer, or a list names somebody twice.
    pub fn everybody(&self) -> Result<BTreeMap<String, Person>> {
        let mut all = BTreeMap::new();
        for user in self.pages("ListUsers", &json!({ "Limit": 60 }), "PaginationToken", "Users")? {
            let username = text(&user["Username"]);
            let pairs = user["Attributes"].as_array().into_iter().flatten();
            let mut attributes: BTreeMap<_, _> =
                pairs.map(|pair| (text(&pair["Name"]), text(&pair["Value"]))).collect();
            let person = Person {
                sub: attributes.remove("sub").context("ListUsers shows a user without a sub")?,
                status: text(&user["UserStatus"]),
                enabled: user["Enabled"].as_bool().unwrap_or(true),
                attributes,
                groups: std::collections::BTreeSet::default(),
            };
            anyhow::ensure!(all.insert(username, person).is_none(), "ListUsers shows a user twice");
        }
        for group in self.pages("ListGroups", &json!({}), "NextToken", "Groups")? {
            let name = text(&group["GroupName"]);
            let body = json!({ "Limit": 60, "GroupName": name });
            for member in self.pages("ListUsersInGroup", &body, "NextToken", "Users")? {
                let person = all.get_mut(&text(&member["Username"]));
                person.context("a group has a member who is not in the pool")?.groups.insert(name.clone());
            }
        }
        Ok(all)
    }

    /// About how many there are.
    ///
    /// # Errors
    /// When the pool does not answer.
    pub fn size(&self) -> Result<usize> {
        let answer = self.admin("DescribeUserPool", json!({}))?;
        let size = answer["UserPool"]["EstimatedNumberOfUsers"].as_u64();
        size.and_then(|size| usize::try_from(size).ok()).context("DescribeUserPool tells no number of users")
    }

    fn pages(&self, operation: &str, body: &Value, place: &str, items: &str) -> Result<Vec<Value>> {
        let (mut all, mut body) = (Vec::new(), body.clone());
        loop {
            let mut answer = self.admin(operation, body.clone())?;
            all.append(answer[items].as_array_mut().unwrap_or(&mut Vec::new()));
            match answer[place].take() {
                Value::Null => return Ok(all),
                next => body[place] = next,
            }
        }
    }
}
