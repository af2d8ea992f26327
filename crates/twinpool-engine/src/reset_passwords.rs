//! After a rollback, and of whoever the old pool has the say for: that pool has people reset their passwords who would type one that it does not know.
//!
//! Only whoever needs it is touched, and nobody twice: the table says when it was done, and the old pool that it asks for a reset. A run
//! that stops half-way is begun again.

use twinpool_core::arrival::{ArrivalStore, Mark};
use twinpool_core::attribute::Contact;
use twinpool_core::authority::authority;
use twinpool_core::id::{OldSub, Pool, Sub, Timestamp};
use twinpool_core::password::PasswordResetter;
use twinpool_core::phase::{Phase, PhaseReader, Standing};
use twinpool_core::port::{Answer, Clock, LinkReader, PoolReader, PoolWriter, PortError, by_sub};
use twinpool_core::readiness::{InOld, OldPassword};
use twinpool_core::snapshot::{Snapshot, Status};

use crate::phase::PhaseNow;

/// How a user is put to reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The pool sends a code, and says at each sign-in that a reset is needed.
    Message,
    /// A password that nobody knows, and no message: people use "forgot password".
    Silently,
}

/// What became of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// The user has to reset the password.
    Done,
    /// The user was left alone.
    Not(NotReset),
}

/// Why a user was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotReset {
    /// The password of the old pool is the one that the user knows.
    Works,
    /// The old pool asks for a reset already.
    Already,
    /// Signs in to the new pool.
    Moved,
    /// Not in the old pool.
    NotThere,
    /// Disabled there.
    Disabled,
    /// Comes by an identity provider, never confirmed, or has a temporary password: there is nothing to be reset.
    NoPassword,
    /// Has no verified address or number there, so that a reset would lock the user out.
    NoContact,
}

impl NotReset {
    /// Whether the user will fail at the old pool, and somebody must act.
    #[must_use]
    pub fn is_obstacle(self) -> bool {
        matches!(self, Self::NoPassword | Self::NoContact)
    }
}

/// Why a user was not put to reset. Each says in which state the user is.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// Nothing was done, or nobody knows whether the old pool did it.
    #[error("not put to reset, as far as the pool says")]
    Untouched(#[source] PortError),
    /// The old pool asks for a reset, and the table does not say so.
    #[error("put to reset, but the table does not say so: the next run sees it")]
    Unnoted(#[source] PortError),
    /// Nothing was done, nor will be for anybody else.
    #[error(
        "not put to reset: the phase is {0} by now, and nobody is where only the old pool's password helps"
    )]
    NotNow(Phase),
}

/// Whether people may sign in to the old pool with a password that it does not know.
#[must_use]
pub fn may_reset(phase: Phase) -> bool {
    matches!(phase, Phase::Canary | Phase::RolledBack)
}

/// Puts users of the old pool to reset, one at a time.
#[derive(Debug)]
pub struct ResetPasswords<'a, O, L, C> {
    pool: &'a O,
    links: &'a L,
    clock: &'a C,
    way: Way,
    phase: PhaseNow,
}

impl<'a, O, L, C> ResetPasswords<'a, O, L, C> {
    /// Of this old pool, as links and arrivals say it.
    pub fn new(pool: &'a O, links: &'a L, clock: &'a C, way: Way) -> Self {
        Self { pool, links, clock, way, phase: PhaseNow::default() }
    }
}

impl<O, L, C> ResetPasswords<'_, O, L, C>
where
    O: PoolReader + PasswordResetter + PoolWriter<OldSub>,
    L: LinkReader + ArrivalStore + PhaseReader,
    C: Clock,
{
    /// Puts one user to reset, unless that is not needed or cannot be done.
    ///
    /// # Errors
    /// When a call fails. May be tried again.
    pub async fn reset(&self, who: &OldSub) -> Result<Reset, ResetError> {
        let standing = self.phase.of(self.links, self.clock).await.map_err(ResetError::Untouched)?;
        if !may_reset(standing.phase) {
            return Err(ResetError::NotNow(standing.phase));
        }
        let judged = self.judge(who, &standing).await.map_err(ResetError::Untouched)?;
        // What is chosen from now on is later.
        let now = self.clock.now();
        match judged {
            Ok(()) => {
                let called = match self.way {
                    Way::Message => self.pool.reset_password(who).await,
                    Way::Silently => self.set_random(who, now).await,
                };
                called.map_err(ResetError::Untouched)?;
            }
            // Whoever did it did not live to say so.
            Err(NotReset::Already) => {}
            Err(why) => return Ok(Reset::Not(why)),
        }
        self.links.note(&Sub::from(who), Mark::ResetInOld, now).await.map_err(ResetError::Unnoted)?;
        Ok(judged.map_or_else(Reset::Not, |()| Reset::Done))
    }

    /// Should nobody live to say that it is done, it is known all the same whose password it is.
    async fn set_random(&self, who: &OldSub, now: Timestamp) -> Answer<()> {
        self.links.note(&Sub::from(who), Mark::ResettingInOld, now).await?;
        self.pool.set_random_password(who).await
    }

    /// By strong reads, the password last: whoever chose one meanwhile keeps it.
    async fn judge(&self, who: &OldSub, standing: &Standing) -> Answer<Result<(), NotReset>> {
        let Some(link) = self.links.link(who).await? else { return Ok(Err(NotReset::NotThere)) };
        if authority(standing, &link) == Pool::New {
            return Ok(Err(NotReset::Moved));
        }
        let born = match InOld::of(&link) {
            InOld::Own => false,
            InOld::Made => true,
            InOld::Disabled => return Ok(Err(NotReset::Disabled)),
            InOld::Gone | InOld::Nobody => return Ok(Err(NotReset::NotThere)),
        };
        let user = self.pool.user(&by_sub(who)).await?.filter(|user| user.sub.as_str() == who.as_str());
        let Some(user) = user else { return Ok(Err(NotReset::NotThere)) };
        let arrival = self.links.arrival(&Sub::from(who)).await?;
        Ok(match OldPassword::of(&arrival, born) {
            OldPassword::Works => Err(NotReset::Works),
            OldPassword::PutToReset(_) => Err(NotReset::Already),
            OldPassword::Reset(_) => can_reset(&user),
        })
    }
}

fn can_reset(user: &Snapshot) -> Result<(), NotReset> {
    match user.status {
        _ if !user.enabled => Err(NotReset::Disabled),
        Status::ResetRequired => Err(NotReset::Already),
        Status::Confirmed if Contact::ALL.into_iter().any(|contact| user.is_verified(contact)) => Ok(()),
        Status::Confirmed => Err(NotReset::NoContact),
        Status::Unconfirmed | Status::ForceChangePassword | Status::ExternalProvider | Status::Other => {
            Err(NotReset::NoPassword)
        }
    }
}
