//! Lists, page by page: at most 60, tokens that fit one list only, short and empty pages on demand (F§4.5, F§4.6).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Serialize;
use serde_json::{Value, json};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::GroupName;
use twinpool_testkit::Person;

use super::super::faults::Faults;
use super::super::refusal::{Outcome, Refusal, text};
use super::super::user::{Listed, identities};
use super::directory::{Directory, Entry, Wanted};
use super::groups::{described, known};

const MOST: usize = 60;

/// One request for a page.
struct Asked<'a> {
    most: usize,
    after: Option<String>,
    scope: u64,
    faults: &'a Faults,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page<'a> {
    users: Vec<Listed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) fn answer(pool: &dyn Directory, faults: &Faults, operation: &str, body: &Value) -> Outcome {
    let token = if operation == "ListUsers" { "PaginationToken" } else { "NextToken" };
    let known = ["UserPoolId", "Limit", "Filter", "GroupName", "Username", token];
    let fields = body.as_object().into_iter().flat_map(|fields| fields.keys());
    if let Some(name) = fields.into_iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Refusal::parameter(format!("this server does not know {name} of {operation}")));
    }
    let asked = Asked::new(faults, operation, token, body)?;
    match operation {
        "ListUsers" => users(pool, &asked, body),
        "ListUsersInGroup" => {
            let group = group_of(body)?;
            self::known(pool, &group)?;
            let entries = asked.entries(pool, &Wanted::MemberOf(group))?;
            let (people, next) = asked.cut(entries, false);
            Ok(write(&people, None, next))
        }
        "ListGroups" => Ok(asked.groups(pool.groups())),
        _ => {
            let own = pool.user(text(body, "Username")?)?.groups;
            Ok(asked.groups(pool.groups().into_iter().filter(|group| own.contains(&group.name)).collect()))
        }
    }
}

fn users(pool: &dyn Directory, asked: &Asked<'_>, body: &Value) -> Outcome {
    if asked.faults.takes_empty_page() {
        let here = asked.after.clone().unwrap_or_default();
        return Ok(write(&[], Some(asked.token(&here)), None));
    }
    let wanted = match body["Filter"].as_str().filter(|filter| !filter.is_empty()) {
        None => Wanted::All,
        Some(filter) => match Filter::parse(filter)? {
            Filter::SubStarts(start) => Wanted::SubStarts(start),
            Filter::Is(name, value) => {
                let mut found = pool.known_as(value);
                found.retain(|person| has(pool, person, name, value));
                return Ok(write(&found, None, None));
            }
        },
    };
    let (people, next) = asked.cut(asked.entries(pool, &wanted)?, true);
    Ok(write(&people, next, None))
}

fn write(people: &[Person], pagination_token: Option<String>, next_token: Option<String>) -> Vec<u8> {
    let identities: Vec<_> = people.iter().map(identities).collect();
    let users = people.iter().zip(&identities).map(|(person, text)| Listed::new(person, text)).collect();
    serde_json::to_vec(&Page { users, pagination_token, next_token }).expect("a page is JSON")
}

/// Usernames and subs by every letter, addresses as the pool tells them apart (F§4.6, F§4.10).
fn has(pool: &dyn Directory, person: &Person, name: &str, value: &str) -> bool {
    match name {
        "sub" => person.sub.as_str() == value,
        "username" => person.username.as_str() == value,
        _ => person.value(name).is_some_and(|held| {
            held == value || (!pool.shape().case_sensitive && held.to_lowercase() == value.to_lowercase())
        }),
    }
}

enum Filter<'a> {
    Is(&'a str, &'a str),
    SubStarts(String),
}

impl<'a> Filter<'a> {
    fn parse(text: &'a str) -> Result<Self, Refusal> {
        let unknown = || Refusal::parameter("this server does not know the filter");
        let (name, rest) = text.split_once(' ').ok_or_else(unknown)?;
        let (sign, quoted) = rest.trim().split_once(' ').ok_or_else(unknown)?;
        let value = quoted.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let value = value.filter(|value| text.len() <= 256 && !value.contains(['"', '\\']));
        match (name, sign, value.ok_or_else(unknown)?) {
            ("sub" | "username" | "email" | "phone_number", "=", value) => Ok(Self::Is(name, value)),
            ("sub", "^=", start) => Ok(Self::SubStarts(start.to_owned())),
            _ => Err(unknown()),
        }
    }
}

impl<'a> Asked<'a> {
    fn new(faults: &'a Faults, operation: &str, token: &str, body: &Value) -> Result<Self, Refusal> {
        let most = match &body["Limit"] {
            Value::Null => MOST,
            limit => {
                let limit = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
                let limit = limit.filter(|limit| *limit <= MOST);
                limit.ok_or_else(|| Refusal::parameter("Limit is a number up to 60"))?
            }
        };
        let mut scope = DefaultHasher::new();
        let of = ["UserPoolId", "Filter", "GroupName", "Username"].map(|name| body[name].as_str());
        (operation, of, faults.tokens()).hash(&mut scope);
        let mut asked = Self { most: most.max(1), after: None, scope: scope.finish(), faults };
        asked.after = asked.place(body[token].as_str())?;
        Ok(asked)
    }

    fn token(&self, place: &str) -> String {
        format!("{:016x}.{place}", self.scope)
    }

    /// A token of another list, or one that has expired, is none.
    fn place(&self, token: Option<&str>) -> Result<Option<String>, Refusal> {
        let Some(token) = token else {
            return Ok(None);
        };
        let place = token.strip_prefix(&self.token(""));
        let place = place.ok_or_else(|| Refusal::parameter("Invalid pagination token"))?;
        Ok(Some(place.to_owned()).filter(|place| !place.is_empty()))
    }

    /// One more than asked for: it tells whether there is a next page.
    fn entries(&self, pool: &dyn Directory, wanted: &Wanted) -> Result<Vec<Entry>, Refusal> {
        let entries = pool.page(wanted, self.after.as_deref(), self.most + 1);
        entries.ok_or_else(|| Refusal::parameter("Invalid pagination token"))
    }

    fn cut(&self, mut entries: Vec<Entry>, repeats: bool) -> (Vec<Person>, Option<String>) {
        let has_next = entries.len() > self.most;
        entries.truncate(self.most);
        let again = has_next && repeats && entries.len() > 1 && self.faults.takes_repeated_user();
        let last = entries.iter().rev().nth(usize::from(again)).map(|(_, place)| self.token(place));
        (entries.into_iter().map(|(person, _)| person).collect(), last.filter(|_| has_next))
    }

    fn groups(&self, mut all: Vec<GroupDefinition>) -> Vec<u8> {
        all.retain(|group| self.after.as_deref().is_none_or(|after| group.name.as_str() > after));
        let next = all.get(self.most).is_some().then(|| all.get(self.most - 1)).flatten();
        let next = next.map(|last| self.token(last.name.as_str()));
        let page: Vec<_> = all.iter().take(self.most).map(described).collect();
        let mut answer = json!({ "Groups": page });
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        answer.to_string().into_bytes()
    }
}

fn group_of(body: &Value) -> Result<GroupName, Refusal> {
    GroupName::parse(text(body, "GroupName")?).map_err(|_| Refusal::parameter("GroupName"))
}
