//! Temporary passwords by mail, for people who have not come; and taken back, so that a reset works again.
//!
//! Between the temporary password and the mail, a user can neither sign in nor reset (F§0.5). So the table says first that an
//! invitation is begun: whoever dies in between leaves a user whom the next run finds, and either mails or gives a reset back. Only
//! users whom nobody has seen in the new pool are touched, and only those in FORCE_CHANGE_PASSWORD, who have no password of their
//! own, are given a reset back.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_core::arrival::{Arrival, ArrivalStore, Invitation, Mark, Way};
use twinpool_core::id::{NewSub, OldSub, Sub, Timestamp, Username};
use twinpool_core::link::{Link, Linked};
use twinpool_core::password::Inviter;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, Clock, LinkReader, PoolWriter, PortError, by_sub};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_rules::Rules;

mod judge;
mod pace;

pub use judge::Skip;
pub use pace::PerHour;

/// Who is invited anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Nobody who was sent an invitation before.
    Never,
    /// Whose temporary password works no more.
    Expired,
    /// Everybody.
    Always,
}

/// Which invitations are taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those whose temporary password works no more, and those that were begun and never sent.
    Expired,
    /// Those that still work, too.
    All,
}

/// What the owner says, and what the new pool was made like.
#[derive(Debug, Clone)]
pub struct InviteTerms {
    /// Who gets in by which way.
    pub rules: Rules,
    /// Whose way is one of these.
    pub ways: BTreeSet<Way>,
    /// Who is invited anew.
    pub again: Again,
    /// How long the new pool takes a temporary password (`TemporaryPasswordValidityDays`).
    pub valid_for: Duration,
    /// The new pool.
    pub shape: PoolShape,
}

impl InviteTerms {
    /// Whether an invitation that was sent at this time works no more.
    #[must_use]
    pub fn is_over(&self, sent: Timestamp, now: Timestamp) -> bool {
        u128::from(now.0.saturating_sub(sent.0)) >= self.valid_for.as_millis()
    }

    /// Whether a user with this invitation may be invited.
    #[must_use]
    pub fn is_due(&self, invitation: Invitation, now: Timestamp) -> bool {
        match (invitation, self.again) {
            (Invitation::None | Invitation::Begun(_), _) | (_, Again::Always) => true,
            (Invitation::Sent(_) | Invitation::Withdrawn, Again::Never) => false,
            (Invitation::Sent(sent), Again::Expired) => self.is_over(sent, now),
            (Invitation::Withdrawn, Again::Expired) => true,
        }
    }
}

/// What became of a user who was to be invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invited {
    /// The pool took the mail.
    Sent,
    /// The user was left alone.
    Not(Skip),
}

/// What became of an invitation that was to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// The user can reset the password.
    Back,
    /// There was nothing to take back: no invitation, or the user has a password, or is gone.
    Nothing,
    /// The temporary password still works.
    StillGood,
}

/// Why a user was not invited. Each says in which state the user is.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Nothing was done.
    #[error("not invited, and nothing was changed")]
    Untouched(#[source] PortError),
    /// The temporary password was taken back.
    #[error("not invited; \"forgot password\" works for the user as before")]
    TakenBack(#[source] PortError),
    /// The temporary password may be set, and no mail says it.
    #[error(
        "not invited, and the user may be unable to sign in or reset until the next run, or invite --withdraw expired"
    )]
    Halfway(#[source] PortError),
    /// The mail is sent and the table does not say so.
    #[error("invited, but the table does not say so: the next run sends another mail")]
    Unnoted(#[source] PortError),
}

/// Invites people of the new pool, one at a time.
#[derive(Debug)]
pub struct Invite<'a, N, L, C> {
    /// The new pool.
    pub pool: &'a N,
    /// Links and arrivals.
    pub links: &'a L,
    /// The time.
    pub clock: &'a C,
    /// What the owner says.
    pub terms: &'a InviteTerms,
}

/// Somebody who can be invited.
struct Guest {
    sub: NewSub,
    name: Username,
    has_temporary: bool,
}

impl<N: PoolWriter + Inviter, L: LinkReader + ArrivalStore, C: Clock> Invite<'_, N, L, C> {
    /// Invites one user of the old pool, unless the user has come, has a password, or cannot be written to.
    ///
    /// # Errors
    /// When a call fails. May be tried again.
    pub async fn invite(&self, who: &OldSub) -> Result<Invited, InviteError> {
        let guest = match self.guest(who).await.map_err(InviteError::Untouched)? {
            Ok(guest) => guest,
            Err(skip) => return Ok(Invited::Not(skip)),
        };
        self.note(who, Mark::Inviting).await.map_err(InviteError::Untouched)?;
        // The last look, right before the password: whoever came meanwhile keeps theirs.
        let arrival = self.links.arrival(&Sub::from(who)).await.map_err(InviteError::Untouched)?;
        if arrival.is_settled() {
            return Ok(Invited::Not(judge::settled(&arrival)));
        }
        if let Err(problem) = self.send(&guest).await {
            return Err(match self.take_back(who, &guest.sub).await {
                Ok(_) => InviteError::TakenBack(problem),
                Err(_) => InviteError::Halfway(problem),
            });
        }
        self.note(who, Mark::Invited).await.map_err(InviteError::Unnoted)?;
        Ok(Invited::Sent)
    }

    /// Takes one invitation back.
    ///
    /// # Errors
    /// When a call fails. May be tried again.
    pub async fn withdraw(&self, who: &OldSub, which: Which) -> Answer<Taken> {
        let arrival = self.links.arrival(&Sub::from(who)).await?;
        let is_over = |sent| self.terms.is_over(sent, self.clock.now());
        match arrival.invitation() {
            Invitation::Sent(sent) if which == Which::Expired && !is_over(sent) => {
                return Ok(Taken::StillGood);
            }
            Invitation::None | Invitation::Withdrawn => return Ok(Taken::Nothing),
            Invitation::Begun(_) | Invitation::Sent(_) => {}
        }
        match self.links.link(who).await?.as_ref().and_then(|link| link.linked()) {
            Some(linked) if !arrival.has_password() => self.take_back(who, &linked.new_sub).await,
            _ => Ok(Taken::Nothing),
        }
    }

    /// Who it is in the new pool, by strong reads, if an invitation may go there.
    async fn guest(&self, who: &OldSub) -> Answer<Result<Guest, Skip>> {
        let Some(link) = self.links.link(who).await? else { return Ok(Err(Skip::NoPair)) };
        let Some(linked) = link.linked() else { return Ok(Err(Skip::NoPair)) };
        let arrival = self.links.arrival(&Sub::from(who)).await?;
        let Some(user) = self.user(&linked.new_sub).await? else { return Ok(Err(Skip::Gone)) };
        Ok(self.judged((&link, linked), &arrival, &user))
    }

    fn judged(&self, pair: (&Link, &Linked), arrival: &Arrival, user: &Snapshot) -> Result<Guest, Skip> {
        let name = judge::judge(self.terms, pair, arrival, user, self.clock.now())?;
        let has_temporary = user.status == Status::ForceChangePassword;
        Ok(Guest { sub: pair.1.new_sub.clone(), name, has_temporary })
    }

    async fn user(&self, sub: &NewSub) -> Answer<Option<Snapshot>> {
        let user = self.pool.user(&by_sub(sub)).await?;
        Ok(user.filter(|user| user.sub.as_str() == sub.as_str()))
    }

    async fn send(&self, guest: &Guest) -> Answer<()> {
        if !guest.has_temporary {
            self.pool.set_temporary_password(&guest.sub).await?;
        }
        self.pool.send_invitation(&guest.name).await
    }

    async fn take_back(&self, who: &OldSub, sub: &NewSub) -> Answer<Taken> {
        let user = self.user(sub).await?;
        let is_temporary = user.is_some_and(|user| user.status == Status::ForceChangePassword);
        if is_temporary {
            self.pool.set_random_password(sub).await?;
        }
        self.note(who, Mark::Withdrawn).await?;
        Ok(if is_temporary { Taken::Back } else { Taken::Nothing })
    }

    async fn note(&self, who: &OldSub, mark: Mark) -> Answer<()> {
        self.links.note(&Sub::from(who), mark, self.clock.now()).await
    }
}
