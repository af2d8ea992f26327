//! The claim goes into the text: what is not the claim stays byte for byte as it was.
//!
//! `groupOverrideDetails` is not written here: an empty one takes all groups out of the token (F§1.2). See [`super::with_groups`].

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{ClaimName, NotAdded};
use crate::id::{Sub, UserId};

/// The names from the event's top to the object whose members are claims.
pub(super) type Way = [&'static str];

/// Version 1: the ID token only.
const V1: &str = "claimsOverrideDetails";

/// Version 2 and 3: both tokens.
const V2: &str = "claimsAndScopeOverrideDetails";

const ADDED: &str = "claimsToAddOrOverride";
const SUPPRESSED: &str = "claimsToSuppress";

const ID_TOKEN_OF_V1: &Way = &["response", V1, ADDED];
const ID_TOKEN: &Way = &["response", V2, "idTokenGeneration", ADDED];
const ACCESS_TOKEN: &Way = &["response", V2, "accessTokenGeneration", ADDED];

/// An answer to a trigger event with the claim in its response, for each token that the event's version can add claims to: the ID
/// token, and from version 2 on the access token. A claim that is there with the same value is added already. The answer is the
/// event itself, or what a former function of the trigger said: only the event says for certain what it is.
///
/// Total: any texts give an answer.
///
/// # Errors
/// When nothing is to be added, or it cannot be told where. The answer is then to go back as it is.
pub fn in_answer(event: &str, answer: &str, claim: &ClaimName, id: &UserId) -> Result<String, NotAdded> {
    is_user_s_token(event)?;
    let mut answer = answer.to_owned();
    for way in tokens(details(event, &answer)?) {
        if let Some(edit) = Edit::of(&answer, way, claim, id)? {
            answer = edit.applied(&answer)?;
        }
    }
    Ok(answer)
}

/// Whose token a trigger event is about.
///
/// # Errors
/// When it is about no token of a user, or does not say of which.
pub fn whose(event: &str) -> Result<Sub, NotAdded> {
    is_user_s_token(event)?;
    sub(event).unwrap_or_default().and_then(|sub| Sub::parse(sub).ok()).ok_or(NotAdded::NoUser)
}

fn sub(event: &str) -> Result<Option<String>, NotAdded> {
    let attributes = match member(event, "request")? {
        Some(request) => member(request, "userAttributes")?,
        None => None,
    };
    attributes.map_or(Ok(None), |attributes| text(attributes, "sub"))
}

pub(super) fn is_user_s_token(event: &str) -> Result<(), NotAdded> {
    let source = text(event, "triggerSource")?.unwrap_or_default();
    if source == "TokenGeneration_ClientCredentials" {
        return Err(NotAdded::Machine);
    }
    if source.starts_with("TokenGeneration_") { Ok(()) } else { Err(NotAdded::NoToken) }
}

/// Where the claim goes.
fn tokens(details: &str) -> &'static [&'static Way] {
    if details == V1 { &[ID_TOKEN_OF_V1] } else { &[ID_TOKEN, ACCESS_TOKEN] }
}

/// Under which name the response says what tokens hold. An event of an unknown version is told by its response.
pub(super) fn details(event: &str, answer: &str) -> Result<&'static str, NotAdded> {
    match text(event, "version")?.as_deref() {
        Some("1") => return Ok(V1),
        Some("2" | "3") => return Ok(V2),
        _ => {}
    }
    let response = member(answer, "response")?.filter(|response| response.starts_with('{'));
    let response = response.ok_or(NotAdded::UnknownVersion)?;
    match (member(response, V1)?, member(response, V2)?) {
        (Some(_), None) => Ok(V1),
        (None, Some(_)) => Ok(V2),
        _ => Err(NotAdded::UnknownVersion),
    }
}

/// One change of a text.
pub(super) struct Edit {
    from: usize,
    /// How much goes: a `null`, or nothing.
    gone: usize,
    new: String,
}

/// What stands at the end of a way.
pub(super) enum End<'a> {
    /// This object.
    There(&'a str),
    /// Nothing yet: the edit that makes it, with the member in it.
    Missing(Edit),
}

impl Edit {
    /// `None`: the claim is there already.
    fn of(answer: &str, way: &Way, claim: &ClaimName, id: &UserId) -> Result<Option<Self>, NotAdded> {
        // Neither a user id nor the name of a claim has a character to escape.
        let new = format!("\"{claim}\":\"{id}\"");
        let is_free = |here: &str, name: &str| match name == ADDED && is_suppressed(here, claim)? {
            true => Err(NotAdded::Taken),
            false => Ok(()),
        };
        let claims = match Self::at(answer, way, &new, is_free)? {
            End::There(claims) => claims,
            End::Missing(edit) => return Ok(Some(edit)),
        };
        match member(claims, claim.as_str())? {
            None => Self::into(answer, claims, &new).map(Some),
            Some(value) if read::<String>(value).as_deref() == Some(id.as_str()) => Ok(None),
            Some(_) => Err(NotAdded::Taken),
        }
    }

    /// The object at the end of a way, or the edit that makes it with this member. `is_free` is asked of each object before a step.
    pub(super) fn at<'a>(
        answer: &'a str,
        way: &Way,
        member_of_it: &str,
        is_free: impl Fn(&str, &str) -> Result<(), NotAdded>,
    ) -> Result<End<'a>, NotAdded> {
        let mut here = answer;
        let mut left = way;
        while let Some((name, after)) = left.split_first() {
            is_free(here, name)?;
            let edit = match member(here, name)? {
                None => Self::into(answer, here, &nested(left, member_of_it.to_owned())),
                Some(null @ "null") => Self::over(answer, null, &nested(after, member_of_it.to_owned())),
                Some(object) if object.starts_with('{') => {
                    (here, left) = (object, after);
                    continue;
                }
                Some(_) => Err(NotAdded::Odd),
            };
            return edit.map(End::Missing);
        }
        Ok(End::There(here))
    }

    /// Puts a member at the beginning of an object.
    pub(super) fn into(answer: &str, object: &str, member: &str) -> Result<Self, NotAdded> {
        let new = if members(object)?.is_empty() { member.to_owned() } else { format!("{member},") };
        let brace = object.find('{').ok_or(NotAdded::Odd)?;
        Ok(Self { from: place(answer, object)? + brace + 1, gone: 0, new })
    }

    /// Puts an object with this member over a `null`.
    fn over(answer: &str, null: &str, inner: &str) -> Result<Self, NotAdded> {
        Ok(Self { from: place(answer, null)?, gone: null.len(), new: format!("{{{inner}}}") })
    }

    pub(super) fn applied(&self, answer: &str) -> Result<String, NotAdded> {
        let before = answer.get(..self.from).ok_or(NotAdded::Odd)?;
        let after = answer.get(self.from + self.gone..).ok_or(NotAdded::Odd)?;
        Ok([before, &self.new, after].concat())
    }
}

/// A member within objects of these names: `"a":{"b":{member}}`.
fn nested(names: &[&str], member: String) -> String {
    names.iter().rev().fold(member, |inner, name| format!("\"{name}\":{{{inner}}}"))
}

/// Where a part stands in the text that it was read from.
fn place(whole: &str, part: &str) -> Result<usize, NotAdded> {
    part.as_ptr().addr().checked_sub(whole.as_ptr().addr()).ok_or(NotAdded::Odd)
}

fn is_suppressed(token: &str, claim: &ClaimName) -> Result<bool, NotAdded> {
    match member(token, SUPPRESSED)? {
        None | Some("null") => Ok(false),
        Some(names) => {
            let names: Vec<String> = serde_json::from_str(names).map_err(|_| NotAdded::Odd)?;
            Ok(names.iter().any(|name| name == claim.as_str()))
        }
    }
}

pub(super) fn text(object: &str, name: &str) -> Result<Option<String>, NotAdded> {
    Ok(member(object, name)?.and_then(read))
}

pub(super) fn read<T: DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_str(value).ok()
}

/// The value of a member, as it is written. One that stands there twice could be read either way.
pub(super) fn member<'a>(object: &'a str, name: &str) -> Result<Option<&'a str>, NotAdded> {
    let members = members(object)?;
    let mut of_name = members.into_iter().filter(|(key, _)| key == name).map(|(_, value)| value.get());
    let value = of_name.next();
    if of_name.next().is_some() { Err(NotAdded::Odd) } else { Ok(value) }
}

fn members(object: &str) -> Result<Vec<(String, &RawValue)>, NotAdded> {
    let mut reader = serde_json::Deserializer::from_str(object);
    let members = reader.deserialize_map(Members).map_err(|_| NotAdded::Unreadable)?;
    reader.end().map_err(|_| NotAdded::Unreadable)?;
    Ok(members)
}

/// Reads an object's members in their order, each as often as it stands there.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests;
