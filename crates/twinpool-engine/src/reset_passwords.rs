//! After a rollback: the old pool has people reset their passwords who would type one that it does not know.
//!
//! Only whoever needs it is touched, and nobody twice: the table says when it was done, and the old pool that it asks for a reset. A run
//! that stops half-way is begun again.

use twinpool_core::arrival::{ArrivalStore, Mark};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{OldSub, Sub};
use twinpool_core::password::PasswordResetter;
use twinpool_core::port::{Answer, Clock, LinkReader, PoolReader, PoolWriter, PortError, by_sub};
use twinpool_core::readiness::{InOld, OldPassword};
use twinpool_core::snapshot::{Snapshot, Status};

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
}

/// Puts users of the old pool to reset, one at a time.
#[derive(Debug)]
pub struct ResetPasswords<'a, O, L, C> {
    /// The old pool.
    pub pool: &'a O,
    /// Links and arrivals.
    pub links: &'a L,
    /// The time.
    pub clock: &'a C,
    /// How.
    pub way: Way,
}

impl<O, L, C> ResetPasswords<'_, O, L, C>
where
    O: PoolReader + PasswordResetter + PoolWriter<OldSub>,
    L: LinkReader + ArrivalStore,
    C: Clock,
{
    /// Puts one user to reset, unless that is not needed or cannot be done.
    ///
    /// # Errors
    /// When a call fails. May be tried again.
    pub async fn reset(&self, who: &OldSub) -> Result<Reset, ResetError> {
        let judged = self.judge(who).await.map_err(ResetError::Untouched)?;
        // What is chosen from now on is later.
        let now = self.clock.now();
        match judged {
            Ok(()) => {
                let called = match self.way {
                    Way::Message => self.pool.reset_password(who).await,
                    Way::Silently => self.pool.set_random_password(who).await,
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

    /// By strong reads, the password last: whoever chose one meanwhile keeps it.
    async fn judge(&self, who: &OldSub) -> Answer<Result<(), NotReset>> {
        let Some(link) = self.links.link(who).await? else { return Ok(Err(NotReset::NotThere)) };
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
