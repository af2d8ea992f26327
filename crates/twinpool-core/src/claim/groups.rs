//! Groups that the user has, and that the event of a first token does not show yet.

use std::collections::BTreeSet;

use super::NotAdded;
use super::splice::{Edit, End, details, is_user_s_token, member, read};
use crate::id::GroupName;

const OVERRIDE: &str = "groupOverrideDetails";
const GROUPS: &str = "groupsToOverride";

/// What stands beside the groups in an event, and is taken over as it came: whoever overrides the groups overrides these (F§1.2).
const ROLES: [&str; 2] = ["iamRolesToOverride", "preferredRole"];

/// What was answered to an event, with these groups in the token beside those that the event shows. `None`: the event shows them all,
/// or the answer has its own say about groups, which stands, even if it is a `null`: that one takes all groups out (F§1.2).
///
/// An empty override is never written. Everything else stays byte for byte as it was. Total: any text gives an answer.
///
/// # Errors
/// When the event is about no token of a user, or it cannot be told where groups go. The answer is then to go back as it is.
pub fn with_groups(
    event: &str,
    answer: &str,
    groups: &BTreeSet<GroupName>,
) -> Result<Option<String>, NotAdded> {
    is_user_s_token(event)?;
    let way = ["response", details(event, answer)?];
    let shown = Shown::of(event)?;
    let missing = groups.iter().map(GroupName::as_str).filter(|name| !shown.groups.iter().any(|s| s == name));
    let all: Vec<_> = shown.groups.iter().map(String::as_str).chain(missing).collect();
    if all.len() == shown.groups.len() {
        return Ok(None);
    }
    let new = shown.with(&all)?;
    let edit = match Edit::at(answer, &way, &new, |_, _| Ok(()))? {
        End::Missing(edit) => edit,
        End::There(details) if member(details, OVERRIDE)?.is_none() => Edit::into(answer, details, &new)?,
        End::There(_) => return Ok(None),
    };
    edit.applied(answer).map(Some)
}

/// What an event says of the user's groups.
#[derive(Default)]
struct Shown<'a> {
    groups: Vec<String>,
    /// As they are written.
    roles: Vec<(&'static str, &'a str)>,
}

impl<'a> Shown<'a> {
    fn of(event: &'a str) -> Result<Self, NotAdded> {
        let request = match member(event, "request")? {
            Some(request) => member(request, "groupConfiguration")?,
            None => None,
        };
        // AWS's guide prints a list there (F§1.2).
        let Some(object) = request.filter(|object| object.starts_with('{')) else {
            return Ok(Self::default());
        };
        let groups = match member(object, GROUPS)? {
            None | Some("null") => Vec::new(),
            Some(list) => read(list).ok_or(NotAdded::Odd)?,
        };
        let mut roles = Vec::new();
        for name in ROLES {
            roles.extend(member(object, name)?.map(|value| (name, value)));
        }
        Ok(Self { groups, roles })
    }

    /// The member of the answer.
    fn with(&self, groups: &[&str]) -> Result<String, NotAdded> {
        let groups = serde_json::to_string(groups).map_err(|_| NotAdded::Odd)?;
        let roles: String = self.roles.iter().map(|(name, value)| format!(",\"{name}\":{value}")).collect();
        Ok(format!("\"{OVERRIDE}\":{{\"{GROUPS}\":{groups}{roles}}}"))
    }
}

#[cfg(test)]
mod tests;
