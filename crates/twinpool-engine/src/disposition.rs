//! What becomes of a message that could not be processed: the only such place.

use std::time::Duration;

use twinpool_core::port::Class;

use crate::sync_user::SyncError;

/// What to do with a message. Either way it goes back to the queue, which gives it to the DLQ after its last try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// It will pass: try again after a while.
    Retry(Duration),
    /// Somebody must act first, and this is what. The queue's own pace leaves time for it.
    Park(&'static str),
    /// No waiting will help: to the DLQ as fast as the queue allows, out of the way of its message group.
    Refuse(&'static str),
}

/// Decides, from the error and how often the message was delivered (from 1).
#[must_use]
pub fn disposition(error: &SyncError, delivery: u32) -> Disposition {
    match error {
        SyncError::TooEarly
        | SyncError::BeingMade
        | SyncError::OwnerVanished
        | SyncError::AtWork
        | SyncError::Settling
        | SyncError::Contended => Disposition::Retry(backoff(delivery)),
        SyncError::NoWayBack => Disposition::Park(
            "people use both pools, and the mirror may write the new one only: deploy with ReverseSync=on, then redrive the DLQ",
        ),
        SyncError::OtherPool => Disposition::Refuse(
            "an event of a pool that is neither the old nor the new one of this stack: detach the trigger there, or deploy another stack",
        ),
        SyncError::NoUser => Disposition::Park("the event names no user"),
        SyncError::Port(error) => match error.class {
            Class::Throttled | Class::Unavailable | Class::Stale => Disposition::Retry(backoff(delivery)),
            // A user or group that vanished between two calls: the next read says so.
            Class::NotFound | Class::Taken => Disposition::Retry(backoff(delivery)),
            Class::Denied if error.operation == "AssumeRole" => Disposition::Park(
                "the role in the new pool's account cannot be assumed: compare its trust policy and the external id with \
                 infra/new-pool-role.yaml",
            ),
            Class::Denied => Disposition::Park(
                "the call is not allowed: compare the mirror's role with infra/template.yaml, and look the code up \
                 (NotAuthorizedException is mostly about the user, who may be disabled)",
            ),
            Class::Rejected => {
                Disposition::Park("the new pool refuses the call: look the code up, then redrive the DLQ")
            }
            Class::Unreadable => Disposition::Park(
                "an answer or a table item cannot be read: is another version of twinpool at work?",
            ),
        },
    }
}

/// 1 s, 2 s, 4 s … 256 s.
pub(crate) fn backoff(delivery: u32) -> Duration {
    Duration::from_secs(1 << delivery.saturating_sub(1).min(8))
}

#[cfg(test)]
mod tests {
    use twinpool_core::port::PortError;

    use super::*;

    fn port(class: Class) -> SyncError {
        SyncError::Port(PortError::new(class, "AdminCreateUser", "Code"))
    }

    #[test]
    fn what_passes_is_tried_again_and_later_each_time() {
        for error in
            [SyncError::TooEarly, SyncError::AtWork, port(Class::Throttled), port(Class::Unavailable)]
        {
            let waits: Vec<_> = (1..=10).map(|delivery| disposition(&error, delivery)).collect();
            let seconds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 256];
            let expected: Vec<_> = seconds.map(|s| Disposition::Retry(Duration::from_secs(s))).into();
            assert_eq!(waits, expected);
        }
    }

    #[test]
    fn what_needs_a_person_says_what_to_do() {
        for error in
            [port(Class::Unreadable), port(Class::Denied), port(Class::Rejected), SyncError::NoWayBack]
        {
            assert!(matches!(disposition(&error, 1), Disposition::Park(remedy) if !remedy.is_empty()));
        }
    }

    #[test]
    fn an_event_of_another_pool_does_not_hold_its_group_up() {
        assert!(
            matches!(disposition(&SyncError::OtherPool, 1), Disposition::Refuse(remedy) if !remedy.is_empty())
        );
    }
}
