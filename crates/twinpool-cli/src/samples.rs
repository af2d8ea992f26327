//! Links of invented people, for tests.

use twinpool_core::change_event::Cause;
use twinpool_core::decision::Decisions;
use twinpool_core::digest::Digest;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::history::{Entry, History};
use twinpool_core::id::{AttributeName, GroupName, NewSub, OldSub, Timestamp, UserId};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::reverse::Reverse;

pub(crate) const AT: Timestamp = Timestamp(1_795_219_200_123);

pub(crate) fn old(text: &str) -> OldSub {
    OldSub::parse(text).unwrap()
}

pub(crate) fn new(text: &str) -> NewSub {
    NewSub::parse(text).unwrap()
}

pub(crate) fn attribute(text: &str) -> Subject {
    Subject::Attribute(AttributeName::parse(text).unwrap())
}

pub(crate) fn group(text: &str) -> Subject {
    Subject::Group(GroupName::parse(text).unwrap())
}

/// A link in this state.
pub(crate) fn in_state(sub: &str, state: LinkState) -> Link {
    let entry =
        Entry { at: AT, cause: Cause::audit_trail("AdminUpdateUserAttributes"), did: "set name".to_owned() };
    Link {
        old_sub: old(sub),
        user_id: UserId::parse(sub).unwrap(),
        version: 2,
        intended: None,
        announced: Names::default(),
        decisions: Decisions::new(),
        made_by: None,
        history: [entry].into_iter().collect::<History>(),
        seen_at: None,
        seen_by: None,
        linked_at: Some(AT),
        reverse: Reverse::default(),
        state,
    }
}

/// A pair with things held back.
pub(crate) fn pair(sub: &str, held_back: &[(Subject, Reason)]) -> Link {
    let side = Side {
        attributes: [(AttributeName::parse("email").unwrap(), Digest::stored("d"))].into(),
        enabled: true,
        ..Side::default()
    };
    let held = |(subject, reason): &(Subject, Reason)| HeldBack { subject: subject.clone(), reason: *reason };
    in_state(
        sub,
        LinkState::Linked(Box::new(Linked {
            new_sub: new(&sub.replace("old", "new")),
            base: Base { old: side.clone(), new: side },
            held_back: held_back.iter().map(held).collect(),
            unseen: [].into(),
            mirrored_at: AT,
            rules: "r".to_owned(),
        })),
    )
}

pub(crate) fn linked() -> Link {
    pair("old-1", &[(attribute("email"), Reason::Taken)])
}

/// A case twin of `old-1`.
pub(crate) fn conflict() -> Link {
    in_state("old-2", LinkState::Conflict { reason: Reason::Twin, since: AT, holder: Some(new("new-1")) })
}
