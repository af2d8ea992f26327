//! Short texts that come from outside: what is read is what was written, and nothing else is.

use twinpool_bridge::challenge::Kind;
use twinpool_core::change_event::{Cause, Channel};
use twinpool_core::claim::ClaimName;
use twinpool_core::decision::Decision;
use twinpool_core::id::{
    AttributeName, ClientId, GroupName, IdError, NewSub, OldSub, PoolId, ProviderName, RunId, Sub, UserId,
    Username,
};
use twinpool_core::phase::Share;
use twinpool_resolver::bearer_token;
use twinpool_setup::port::FunctionArn;

use crate::text::{assert_silent, text};

pub(crate) fn words(input: &[u8]) {
    bearer(input);
    let Some(text) = text(input) else { return };
    ids(text);
    cause(text);
    share(text);
    challenge(text);
    claim_name(text);
    function(text);
    decision(text);
}

fn bearer(input: &[u8]) {
    let Ok(token) = bearer_token([input]) else { return };
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    assert!(!token.is_empty() && token.bytes().all(is_token), "a header gave no token");
    assert_eq!(bearer_token([format!("Bearer {token}").as_bytes()]), Ok(token));
    assert!(bearer_token([input, input]).is_err(), "two headers are one token");
}

/// An id goes through JSON as itself, a bad one not at all, and an error repeats none of it.
macro_rules! id {
    ($text:ident, $($name:ident),*) => {$(
        let quoted = serde_json::Value::from($text).to_string();
        let from_json = serde_json::from_str::<$name>(&quoted);
        match $name::parse($text) {
            Ok(id) => {
                assert_eq!(id.as_str(), $text);
                let written = serde_json::to_string(&id).expect("a text can be written");
                assert_eq!((written, from_json.ok()), (quoted, Some(id)));
            }
            Err(why) => {
                assert!(from_json.is_err(), "JSON smuggles a bad id in");
                let (IdError::Empty(_) | IdError::TooLong(_) | IdError::Character(_)) = why;
                assert_silent($text, &why.to_string());
            }
        }
    )*};
}

fn ids(text: &str) {
    id!(
        text,
        Sub,
        OldSub,
        NewSub,
        UserId,
        PoolId,
        ClientId,
        RunId,
        GroupName,
        AttributeName,
        ProviderName,
        Username
    );
    if let Ok(pool) = PoolId::parse(text) {
        assert!(pool.region().is_none_or(|region| text.starts_with(&format!("{region}_"))));
    }
    if let Ok(name) = Username::parse(text) {
        assert_eq!(format!("{name:?}"), "Username(«redacted»)");
    }
}

fn cause(text: &str) {
    let cause = Cause::from(text.to_owned());
    let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let sound =
        !cause.as_str().is_empty() && cause.as_str().len() <= 64 && cause.as_str().bytes().all(is_sound);
    assert!(sound && (cause.as_str() == text || cause.as_str() == "unknown"));
    if let Some(run) = cause.run_id() {
        assert_eq!(Cause::run(&run), cause, "another run");
    }
    let tells = cause.tells_of_deletion() || cause.is_of_password_alone();
    assert!(!tells || cause.channel() == Channel::AuditTrail, "only CloudTrail tells of this");
}

fn share(text: &str) {
    let Some(share) = Share::parse(text) else { return };
    assert!(share <= Share::ALL);
    let written = share.to_string();
    assert_eq!(written.strip_suffix(" %").and_then(Share::parse), Some(share), "{written} is another share");
}

fn challenge(text: &str) {
    let Some(kind) = Kind::parse(text) else { return };
    assert_eq!(Kind::parse(&kind.metadata()).as_ref(), Some(&kind), "another question");
    if let Kind::Code(_) = &kind {
        let until = text.split(':').nth(1).unwrap_or_default();
        let other = Kind::parse(&format!("CODE:{until}:other"));
        assert_eq!(other.map(|other| format!("{other:?}")), Some(format!("{kind:?}")), "a digest is shown");
    }
}

fn claim_name(text: &str) {
    match ClaimName::parse(text) {
        Ok(name) => {
            let quoted = serde_json::Value::from(name.as_str()).to_string();
            assert_eq!(quoted, format!("\"{text}\""), "the name would have to be escaped");
            assert!(!["sub", "iss", "email", "token_use"].contains(&text.to_ascii_lowercase().as_str()));
        }
        Err(why) => assert_silent(text, &why.to_string()),
    }
}

fn function(text: &str) {
    let Ok(arn) = FunctionArn::parse(text) else { return };
    let whole = match arn.qualifier() {
        Some(alias) => format!("{}:{alias}", arn.unqualified()),
        None => arn.unqualified().to_string(),
    };
    assert_eq!(whole, text, "the parts are not the whole");
    assert!(FunctionArn::parse(arn.unqualified().as_str()).is_ok_and(|arn| arn.qualifier().is_none()));
}

fn decision(text: &str) {
    let (code, about) = text.split_once(' ').map_or((text, None), |(code, about)| (code, Some(about)));
    let Some(decision) = Decision::from_code(code, about) else { return };
    assert_eq!(decision.code(), (code, about), "another decision");
}
