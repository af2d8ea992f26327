use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::id::{Sub, Timestamp, Username};
use twinpool_core::snapshot::{Mfa, Snapshot, Status};
use twinpool_core::value::Value as Secret;

use super::*;
use crate::port::Invoked;

fn user(status: Status) -> Snapshot {
    let address = (AttributeName::parse("email").unwrap(), Secret::new("jane@example.com"));
    Snapshot {
        sub: Sub::parse("sub-1").unwrap(),
        username: Username::parse("user-1").unwrap(),
        status,
        enabled: true,
        attributes: BTreeMap::from([address]),
        groups: BTreeSet::new(),
        identities: BTreeSet::new(),
        mfa: Mfa::default(),
        factors: BTreeSet::new(),
        created_at: Timestamp(0),
        modified_at: Timestamp(0),
    }
}

fn sent() -> Value {
    trigger_event(&PoolId::parse(OLD).unwrap(), "eu-west-1", &user(Status::Confirmed))
}

fn back(value: &Value) -> Result<Invoked, PortError> {
    Ok(Invoked { error: None, payload: value.to_string().into_bytes() })
}

#[test]
fn the_event_is_one_that_capture_takes_for_a_hint_and_the_mirror_for_an_operator_s() {
    use twinpool_core::change_event::{About, Captured, Channel, EventId, capture};
    use twinpool_core::digest::DigestKey;
    let key = DigestKey::new(KEY.as_bytes()).unwrap();
    for (status, about) in [
        (Status::Confirmed, About::User(Sub::parse("sub-1").unwrap())),
        (
            Status::ExternalProvider,
            About::Profile(Sub::parse("sub-1").unwrap(), Username::parse("user-1").unwrap()),
        ),
    ] {
        let event = trigger_event(&PoolId::parse(OLD).unwrap(), "eu-west-1", &user(status));
        assert!(!event.to_string().contains("jane@example.com"), "{event}");
        let captured = capture(&event.to_string(), &key, EventId::from_random([1; 16]), Timestamp(5));
        let Captured::Event(hint) = captured else { panic!("{captured:?}") };
        assert_eq!(
            (hint.about(), hint.cause.channel(), hint.attributes.len()),
            (Some(about), Channel::Operator, 0)
        );
    }
}

fn told(
    invoked: Result<Invoked, PortError>,
    arrival: Option<Arrival>,
    comparison: Option<Comparison>,
) -> Step {
    walked(&Walked { sent: sent(), invoked, arrival, comparison }).pop().unwrap()
}

#[test]
fn the_last_step_says_where_the_hint_was_lost() {
    use Verdict::{Broken, Fine, Unseen};
    let denied = || PortError::new(Class::Denied, "Invoke", "AccessDeniedException");
    let here = || Some(Arrival::Answered("in step".to_owned()));
    let table = [
        (told(Err(denied()), None, None), Part::Hint, Unseen, "Invoke"),
        (
            told(Ok(Invoked { error: Some("Unhandled".to_owned()), payload: vec![] }), None, None),
            Part::Hint,
            Broken,
            "Unhandled",
        ),
        (told(back(&json!({})), None, None), Part::Hint, Broken, "as it came"),
        (told(back(&sent()), Some(Arrival::LostByCapture), None), Part::Arrival, Broken, "capture's log"),
        (told(back(&sent()), Some(Arrival::Silence(None)), None), Part::Arrival, Broken, "mapping"),
        (
            told(back(&sent()), Some(Arrival::Silence(Some("AccessDenied".to_owned()))), None),
            Part::Arrival,
            Broken,
            "AccessDenied",
        ),
        (
            told(back(&sent()), Some(Arrival::Conflict("taken".to_owned())), None),
            Part::Arrival,
            Broken,
            "taken",
        ),
        (told(back(&sent()), Some(Arrival::Failed(denied())), None), Part::Arrival, Unseen, "your role"),
        (told(back(&sent()), here(), Some(Comparison::Missing)), Part::User, Broken, "not in the new pool"),
        (
            told(back(&sent()), here(), Some(Comparison::Differs(vec!["attribute email".to_owned()]))),
            Part::User,
            Broken,
            "attribute email",
        ),
        (
            told(back(&sent()), here(), Some(Comparison::Failed(denied()))),
            Part::User,
            Unseen,
            "could not be read",
        ),
        (
            told(back(&sent()), here(), Some(Comparison::Same { held_back: vec![] })),
            Part::User,
            Fine,
            "as the rules want",
        ),
    ];
    for (step, part, verdict, word) in table {
        let said = format!("{} {}", step.why, step.remedy.as_deref().unwrap_or_default());
        assert_eq!((step.part, step.verdict), (part, verdict), "{said}");
        assert!(said.contains(word), "{said}");
    }
}
