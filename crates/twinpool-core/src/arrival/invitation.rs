//! Invitations by mail, and where they stand.

use std::time::Duration;

use super::Arrival;
use crate::id::Timestamp;

/// The invitations that were sent to one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invited {
    /// When the first one was sent.
    pub first: Timestamp,
    /// When the latest one was sent.
    pub last: Timestamp,
    /// How many were sent.
    pub times: u32,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// There was never one.
    None,
    /// Begun at this time, and nobody lived to say that it was sent.
    Begun(Timestamp),
    /// Sent at this time, as far as the pool says.
    Sent(Timestamp),
    /// Taken back: the user can reset the password.
    Withdrawn,
}

/// No pool takes a temporary password for longer: the most that `TemporaryPasswordValidityDays` can be.
pub const LONGEST_INVITATION: Duration = Duration::from_hours(365 * 24);

impl Invitation {
    /// Whether a temporary password of this invitation, if there is one, works no more.
    #[must_use]
    pub fn is_over(self, valid_for: Duration, now: Timestamp) -> bool {
        match self {
            Self::None | Self::Withdrawn => false,
            Self::Begun(at) | Self::Sent(at) => {
                u128::from(now.0.saturating_sub(at.0)) >= valid_for.as_millis()
            }
        }
    }
}

impl Arrival {
    /// Where the latest invitation stands.
    #[must_use]
    pub fn invitation(&self) -> Invitation {
        let sent = self.invited.map(|invited| invited.last);
        let latest = self.inviting_at.max(sent);
        match (latest, sent) {
            (None, _) => Invitation::None,
            (Some(latest), _) if self.withdrawn_at.is_some_and(|withdrawn| withdrawn > latest) => {
                Invitation::Withdrawn
            }
            (Some(latest), Some(sent)) if sent >= latest => Invitation::Sent(sent),
            (Some(latest), _) => Invitation::Begun(latest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_word_on_an_invitation_counts() {
        let at = |millis| Some(Timestamp(millis));
        let sent = |last| Some(Invited { first: Timestamp(1), last: Timestamp(last), times: 1 });
        let cases = [
            (None, None, None, Invitation::None),
            (at(5), None, None, Invitation::Begun(Timestamp(5))),
            (at(5), sent(6), None, Invitation::Sent(Timestamp(6))),
            (at(5), sent(5), None, Invitation::Sent(Timestamp(5))),
            (at(9), sent(6), None, Invitation::Begun(Timestamp(9))),
            (at(9), sent(6), at(7), Invitation::Begun(Timestamp(9))),
            (at(5), sent(6), at(7), Invitation::Withdrawn),
            (at(5), None, at(7), Invitation::Withdrawn),
            // Looked at once more, rather than forgotten.
            (at(7), None, at(7), Invitation::Begun(Timestamp(7))),
            (None, sent(6), None, Invitation::Sent(Timestamp(6))),
        ];
        for (inviting_at, invited, withdrawn_at, expected) in cases {
            let arrival = Arrival { inviting_at, invited, withdrawn_at, ..Arrival::default() };
            assert_eq!(arrival.invitation(), expected, "{arrival:?}");
        }
    }
}
