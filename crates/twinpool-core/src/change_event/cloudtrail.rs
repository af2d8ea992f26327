//! From a record of CloudTrail, as EventBridge delivers it, to a change event.
//!
//! Where the sub stands is documented, and little else (F§3): the rest is looked for in every place that was seen. Whatever
//! the record says of the user, only the sub is taken; the mirror reads the user again.

use super::trigger::{Object, nested, object, text};
use super::{About, Cause, ChangeEvent, EventId};
use crate::id::{GroupName, PoolId, Sub, Timestamp, Username};

mod followed;
mod operation;
mod time;

pub use followed::Followed;
use operation::Changes;
pub use operation::{GROUP_OPERATIONS, USER_OPERATIONS};

/// Whose records these are.
const COGNITO: &str = "cognito-idp.amazonaws.com";

/// What stands where Cognito hides something.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// What a record of the audit trail gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audited {
    /// A hint to send.
    Event(Box<ChangeEvent>),
    /// A record that concerns nothing that is followed.
    Ignored(Ignored),
    /// Not a record that could be read.
    Unreadable(UnreadableRecord),
}

/// Why a record is no hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ignored {
    /// Another service's.
    #[error("another service's record")]
    OtherService,
    /// Of an operation that changes neither users nor groups.
    #[error("an operation that changes no user and no group")]
    OtherOperation,
    /// It says itself that nothing was written.
    #[error("a call that only reads")]
    ReadOnly,
    /// The call was refused, so nothing has changed.
    #[error("a call that failed")]
    Failed,
    /// Made by twinpool: following it would be following oneself.
    #[error("a call of twinpool's own")]
    OwnCall,
    /// In another pool of the account.
    #[error("a call to another pool")]
    OtherPool,
    /// Of a group itself, in the new pool: what it is like there never goes back.
    #[error("a call about a group of the new pool")]
    GroupOfNewPool,
}

/// Why a record could not be read. Holds nothing of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableRecord {
    /// Not a JSON object, or without the fields of a record.
    #[error("the event is not a record of CloudTrail")]
    NotARecord,
    /// Neither a sub nor a username that can be used. With the operation.
    #[error("a record of {0} names no user")]
    NoUser(&'static str),
    /// No group name, or a hidden one. With the operation.
    #[error("a record of {0} names no group")]
    NoGroup(&'static str),
}

/// Takes the hint out of an event of EventBridge, out of what Lambda keeps of one that failed, or out of the record alone.
/// Total: any text gives an answer.
///
/// Records of operations that need a token name no pool; they count as the old pool's, and whoever gets the hint finds out
/// (a sub is in one pool only). `at` stands in for a time that the record does not have.
#[must_use]
pub fn audit(raw: &str, id: EventId, followed: &Followed, at: Timestamp) -> Audited {
    let Some(record) = record(raw) else {
        return Audited::Unreadable(UnreadableRecord::NotARecord);
    };
    let (operation, changes, pool) = match relevant(&record, followed) {
        Ok(relevant) => relevant,
        Err(why) => return Audited::Ignored(why),
    };
    let about = match changes {
        Changes::User => {
            user(&record, &Cause::audit_trail(operation)).ok_or(UnreadableRecord::NoUser(operation))
        }
        Changes::Group => group(&record).ok_or(UnreadableRecord::NoGroup(operation)),
    };
    let at = record.text("eventTime").and_then(|text| time::parse(&text)).unwrap_or(at);
    match about {
        Ok(about) => {
            let cause = Cause::audit_trail(operation);
            Audited::Event(Box::new(ChangeEvent::hint(id, pool.clone(), about, cause, at)))
        }
        Err(why) => Audited::Unreadable(why),
    }
}

/// The parts of a record that are looked at.
struct Record<'a> {
    whole: Object<'a>,
    request: Object<'a>,
    response: Object<'a>,
    additional: Object<'a>,
}

impl Record<'_> {
    fn text(&self, key: &str) -> Option<String> {
        text(self.whole.get(key))
    }
}

fn record(raw: &str) -> Option<Record<'_>> {
    let event = object(raw)?;
    let event =
        if event.contains_key("requestPayload") { nested(event.get("requestPayload")) } else { event };
    let whole = if event.contains_key("detail") { nested(event.get("detail")) } else { event };
    text(whole.get("eventSource"))?;
    text(whole.get("eventName"))?;
    Some(Record {
        request: nested(whole.get("requestParameters")),
        response: nested(whole.get("responseElements")),
        additional: nested(whole.get("additionalEventData")),
        whole,
    })
}

fn relevant<'a>(
    record: &Record<'_>,
    followed: &'a Followed,
) -> Result<(&'static str, Changes, &'a PoolId), Ignored> {
    if record.text("eventSource").is_none_or(|source| source != COGNITO) {
        return Err(Ignored::OtherService);
    }
    let operation = record.text("eventName").and_then(|name| operation::find(&name));
    let operation = operation.ok_or(Ignored::OtherOperation)?;
    if record.whole.get("readOnly").is_some_and(|flag| flag.get().trim_matches('"') == "true") {
        return Err(Ignored::ReadOnly);
    }
    // Records of the hosted pages hold an empty code when all went well.
    if record.text("errorCode").is_some_and(|code| !code.is_empty()) {
        return Err(Ignored::Failed);
    }
    if followed.is_own(record) {
        return Err(Ignored::OwnCall);
    }
    let pool = followed.pool(record)?;
    let (operation, changes) = operation;
    match changes {
        Changes::Group if *pool != followed.old_pool => Err(Ignored::GroupOfNewPool),
        Changes::Group | Changes::User => Ok((operation, changes, pool)),
    }
}

/// The user, by sub wherever one stands; by username only if there is none.
fn user(record: &Record<'_>, cause: &Cause) -> Option<About> {
    let form = nested(record.additional.get("requestParameters"));
    let made = nested(record.response.get("user"));
    let linked = nested(record.request.get("destinationUser"));
    let said = shown(record.additional.get("sub"))
        .or_else(|| shown(record.response.get("userSub")))
        .or_else(|| shown(form.get("sub")))
        .or_else(|| attribute(&made, "sub"))
        .and_then(|sub| Sub::parse(sub).ok());
    if let Some(sub) = said {
        return Some(About::User(sub));
    }
    // The username is the sub in pools where people sign in by e-mail or phone; elsewhere it may be anything, and the pool
    // tells. Of a deleted user it cannot tell any more.
    let names = [made.get("username"), record.request.get("username"), linked.get("providerAttributeValue")];
    let name = names.into_iter().find_map(shown)?;
    match Sub::parse(name.as_str()) {
        Ok(sub) if cause.tells_of_deletion() && looks_like_a_sub(&name) => Some(About::User(sub)),
        _ => Username::parse(name).ok().map(About::Named),
    }
}

fn group(record: &Record<'_>) -> Option<About> {
    let name = shown(record.request.get("groupName"))?;
    GroupName::parse(name).ok().map(About::Group)
}

/// A text that is not hidden; the hosted pages put each into a list.
fn shown(raw: Option<&&serde_json::value::RawValue>) -> Option<String> {
    let list = || serde_json::from_str::<Vec<String>>(raw?.get()).ok()?.into_iter().next();
    text(raw).or_else(list).filter(|text| !text.is_empty() && text != HIDDEN)
}

/// One of `[{"name": "sub", "value": "…"}]`.
fn attribute(user: &Object<'_>, name: &str) -> Option<String> {
    let attributes: Vec<&serde_json::value::RawValue> =
        serde_json::from_str(user.get("attributes")?.get()).ok()?;
    let pairs = attributes.into_iter().filter_map(|pair| object(pair.get()));
    let mut named = pairs.filter(|pair| text(pair.get("name")).is_some_and(|found| found == name));
    shown(named.next()?.get("value"))
}

/// The form of every sub that Cognito gave so far: a UUID.
fn looks_like_a_sub(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fit = [8, 4, 4, 4, 12].iter().all(|len| parts.next().is_some_and(|p| p.len() == *len && is_hex(p)));
    fit && parts.next().is_none()
}

#[cfg(test)]
mod tests;
