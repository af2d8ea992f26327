//! Why a message is in the DLQ, and what can be done about it.

use std::collections::BTreeSet;

use twinpool_core::change_event::{ChangeEvent, NotAChangeEvent};
use twinpool_core::held_back::Reason;
use twinpool_core::id::PoolId;
use twinpool_core::trouble::{Trouble, code};

/// Why a message is in the DLQ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// Somebody else's message.
    NotAChangeEvent,
    /// This command is too old to read it.
    Newer,
    /// Of a pool that this stack does not mirror.
    OtherPool,
    /// The mirror wrote down what went wrong.
    Noted {
        /// The call that failed, if it was one.
        operation: Option<String>,
        /// The code.
        code: String,
        /// Whether it should have passed by now.
        is_passing: bool,
    },
    /// Nothing was noted, and the link says what stands in the way.
    Conflict(Reason),
    /// Nothing is known.
    Unknown,
}

/// What can be done about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another try will do.
    Again,
    /// Somebody must act before another try.
    ActFirst,
    /// A newer command can read it.
    Upgrade,
    /// It is of no user of this stack: it can only be deleted.
    Nobody,
}

impl Cause {
    /// Of what is no change event for us.
    pub(super) fn of_unreadable(problem: NotAChangeEvent) -> Self {
        match problem {
            NotAChangeEvent::Shape | NotAChangeEvent::NoUser => Self::NotAChangeEvent,
            NotAChangeEvent::Format(_) => Self::Newer,
        }
    }

    /// Of one of our events. `pools`: those of the table, where they are known. A note of another event of the same user counts if it is younger: what stands in the way now is
    /// what matters.
    pub(super) fn of_event(
        event: &ChangeEvent,
        pools: &BTreeSet<PoolId>,
        trouble: Option<&Trouble>,
        conflict: Option<Reason>,
    ) -> Self {
        if !pools.is_empty() && !pools.contains(&event.pool) {
            return Self::OtherPool;
        }
        let trouble = trouble.filter(|trouble| {
            let is_ours = trouble.event_id == event.id;
            is_ours || (trouble.at >= event.at && trouble.code != code::OTHER_POOL)
        });
        match (trouble, conflict) {
            (Some(trouble), _) if trouble.operation.is_none() && trouble.code == code::OTHER_POOL => {
                Self::OtherPool
            }
            (Some(trouble), _) => Self::Noted {
                operation: trouble.operation.clone(),
                code: trouble.code.clone(),
                is_passing: trouble.is_passing,
            },
            (None, Some(reason)) => Self::Conflict(reason),
            (None, None) => Self::Unknown,
        }
    }

    /// The name that `--cause` takes.
    pub(super) fn name(&self) -> String {
        match self {
            Self::NotAChangeEvent => NOT_A_CHANGE_EVENT.to_owned(),
            Self::Newer => NEWER.to_owned(),
            Self::OtherPool => code::OTHER_POOL.to_owned(),
            Self::Noted { operation: Some(operation), code, .. } => format!("{operation}:{code}"),
            Self::Noted { operation: None, code, .. } => code.clone(),
            Self::Conflict(reason) => format!("conflict:{}", reason.code()),
            Self::Unknown => UNKNOWN.to_owned(),
        }
    }

    /// What happened, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::NotAChangeEvent => "not a change event: somebody else sends to this queue".to_owned(),
            Self::Newer => "written by a newer twinpool".to_owned(),
            Self::OtherPool => "of neither pool of this stack".to_owned(),
            Self::Noted { operation: Some(operation), code, .. } => format!("{operation} failed: {code}"),
            Self::Noted { operation: None, code, .. } => own_words(code).to_owned(),
            Self::Conflict(reason) => format!("the link says conflict: {}", reason.remedy()),
            Self::Unknown => "nothing was written down, or long ago".to_owned(),
        }
    }

    /// What can be done about it.
    pub(super) fn next(&self) -> Next {
        match self {
            Self::NotAChangeEvent | Self::OtherPool => Next::Nobody,
            Self::Noted { operation: None, code, .. } if code == code::NO_USER => Next::Nobody,
            Self::Newer => Next::Upgrade,
            Self::Noted { is_passing: false, .. } => Next::ActFirst,
            Self::Noted { is_passing: true, .. } | Self::Conflict(_) | Self::Unknown => Next::Again,
        }
    }

    /// What can be done about it, in words.
    pub(super) fn remedy(&self) -> String {
        let name = self.name();
        match (self, self.next()) {
            (Self::Conflict(_), _) => {
                "retryable: it is read again, and the link keeps the conflict until that is settled"
                    .to_owned()
            }
            (_, Next::Again) => "retryable: `twinpool dlq redrive`".to_owned(),
            (_, Next::ActFirst) => {
                format!("not retryable as it is: mend it, then `twinpool dlq redrive --cause {name}`")
            }
            (_, Next::Upgrade) => "not retryable with this command: take a newer twinpool".to_owned(),
            (_, Next::Nobody) => format!("not retryable: `twinpool dlq drop --cause {name}` deletes it"),
        }
    }
}

/// The names of causes that are told by the message itself.
pub(super) const NOT_A_CHANGE_EVENT: &str = "not_a_change_event";
pub(super) const NEWER: &str = "newer_twinpool";
const UNKNOWN: &str = "unknown";

/// Whether this command knows of a cause with this name. Of calls it knows the form only.
pub(crate) fn is_cause(name: &str) -> bool {
    const OWN: [&str; 11] = [
        NOT_A_CHANGE_EVENT,
        NEWER,
        UNKNOWN,
        code::TOO_EARLY,
        code::BEING_MADE,
        code::OWNER_VANISHED,
        code::CONTENDED,
        code::OTHER_POOL,
        code::NO_USER,
        code::PANICKED,
        code::OUT_OF_TIME,
    ];
    match name.split_once(':') {
        Some(("conflict", reason)) => Reason::from_code(reason).is_some(),
        Some((operation, code)) => !operation.is_empty() && !code.is_empty(),
        None => OWN.contains(&name),
    }
}

fn own_words(code: &str) -> &'static str {
    match code {
        code::TOO_EARLY => "the old pool did not show what the event says",
        code::BEING_MADE => "the user may have been being made under an earlier name",
        code::OWNER_VANISHED => "the holder of the name seemed to be deleted from the old pool",
        code::CONTENDED => "others kept changing the link",
        code::NO_USER => "the event names nobody whom the old pool knows",
        code::PANICKED => "a defect of twinpool: please report it, with the mirror's log",
        code::OUT_OF_TIME => "the mirror ran out of time",
        _ => "the mirror of another version of twinpool gave a code that this command does not know",
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::change_event::{About, Cause as EventCause, EventId};
    use twinpool_core::id::{Sub, Timestamp};

    use super::*;

    fn event() -> ChangeEvent {
        let about = About::User(Sub::parse("s").unwrap());
        let pool = PoolId::parse("eu-west-1_A").unwrap();
        ChangeEvent::hint(EventId::stored("1"), pool, about, EventCause::operator("Sync"), Timestamp(100))
    }

    fn trouble(event: &str, at: u64, code: &str) -> Trouble {
        Trouble {
            at: Timestamp(at),
            event_id: EventId::stored(event),
            cause: EventCause::operator("Sync"),
            operation: None,
            code: code.to_owned(),
            is_passing: true,
        }
    }

    fn name(trouble: Option<&Trouble>, conflict: Option<Reason>) -> String {
        Cause::of_event(&event(), &BTreeSet::new(), trouble, conflict).name()
    }

    #[test]
    fn a_note_counts_for_its_event_and_for_older_ones_of_the_same_user() {
        assert_eq!(name(Some(&trouble("1", 50, "too_early")), None), "too_early");
        assert_eq!(name(Some(&trouble("2", 150, "too_early")), None), "too_early");
        assert_eq!(name(Some(&trouble("2", 50, "too_early")), None), "unknown");
        // Another pool says nothing about this user.
        assert_eq!(name(Some(&trouble("2", 150, "other_pool")), Some(Reason::Taken)), "conflict:taken");
        assert_eq!(name(Some(&trouble("1", 150, "other_pool")), None), "other_pool");
    }

    #[test]
    fn a_slip_is_no_cause() {
        for name in ["unknown", "other_pool", "conflict:taken", "AdminCreateUser:AccessDeniedException"] {
            assert!(is_cause(name), "{name}");
        }
        for name in ["foo", "conflict:foo", ":", "AdminCreateUser:"] {
            assert!(!is_cause(name), "{name}");
        }
    }

    #[test]
    fn an_event_of_another_pool_is_known_without_a_note() {
        let pools = |ids: &[&'static str]| ids.iter().map(|id| PoolId::parse(*id).unwrap()).collect();
        let cause = |ids: &[&'static str]| Cause::of_event(&event(), &pools(ids), None, None);
        assert_eq!(cause(&["eu-west-1_B", "eu-west-1_C"]), Cause::OtherPool);
        assert_eq!(cause(&["eu-west-1_B", "eu-west-1_A"]), Cause::Unknown, "an account of the new pool");
    }

    #[test]
    fn what_can_be_done_is_said_of_each_cause() {
        let noted = |operation: Option<&str>, code: &str, is_passing| Cause::Noted {
            operation: operation.map(str::to_owned),
            code: code.to_owned(),
            is_passing,
        };
        let cases = [
            (Cause::NotAChangeEvent, Next::Nobody),
            (Cause::Newer, Next::Upgrade),
            (Cause::OtherPool, Next::Nobody),
            (noted(None, "no_user", false), Next::Nobody),
            (noted(None, "panicked", false), Next::ActFirst),
            (noted(Some("AdminCreateUser"), "AccessDeniedException", false), Next::ActFirst),
            (noted(Some("AdminCreateUser"), "TooManyRequestsException", true), Next::Again),
            (Cause::Conflict(Reason::Taken), Next::Again),
            (Cause::Unknown, Next::Again),
        ];
        for (cause, next) in cases {
            assert_eq!(cause.next(), next, "{cause:?}");
            let is_retryable = next == Next::Again;
            assert_eq!(cause.remedy().starts_with("retryable"), is_retryable, "{cause:?}");
        }
    }
}
