//! The bridge the other way round: after a rollback, a password that somebody chose in the new pool is found right there, and set in the
//! old one.
//!
//! Whoever asks first tries a plain sign-in to the old pool. Only whose password is known to be of the new pool alone is helped, and
//! nobody who chose one in the old pool since: their own goes over none of these.

use std::future::Future;

use twinpool_core::arrival::{Allowance, ArrivalStore as _, Limit, Mark, Tried};
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{OldSub, Pool, Sub, Timestamp, Username};
use twinpool_core::password::{Checked, Password, PasswordChecker as _, PasswordSet, PasswordSetter as _};
use twinpool_core::phase::{Phase, PhaseReader as _, Standing};
use twinpool_core::port::{Class, Clock as _, PoolReader as _};

use crate::demand::Known;
use crate::outcome::{Outcome, Trouble};
use crate::verdict::{Said, of};

mod attempt;
mod phase;
mod ports;

use attempt::{Twins, Users};
use phase::PhaseNow;
pub use ports::BackPorts;

/// Carries passwords back. As [`crate::Bridge`], it waits for nothing on its own, and may be dropped at any moment.
#[derive(Debug)]
pub struct Back<P> {
    ports: P,
    limit: Limit,
    phase: PhaseNow,
    old_demands: Known,
    new_demands: Known,
}

/// The way back, where there is one.
pub trait WayBack: Send + Sync {
    /// Carries the password back, or one that the person chose in its place, if it is right in the new pool. `None`: nobody was rolled
    /// back, so passwords are carried over, and not back.
    ///
    /// # Errors
    /// When nothing can be said now. An attempt is counted nevertheless once the new pool was to be asked.
    fn carry_back(
        &self,
        name: &Username,
        password: &Password,
        chosen: Option<&Password>,
    ) -> impl Future<Output = Result<Option<Outcome>, Trouble>> + Send;

    /// The same in a canary, which sends many to the old pool too: for whom that pool has the say, after the way there had nothing to
    /// carry. So it is before any rollback as well: the password is right in the new pool and was chosen there last. `None`: nothing is
    /// carried back. A wrong password of whom both ways could help is counted twice.
    ///
    /// # Errors
    /// As [`WayBack::carry_back`].
    fn carry_back_too(
        &self,
        name: &Username,
        password: &Password,
        chosen: Option<&Password>,
    ) -> impl Future<Output = Result<Option<Outcome>, Trouble>> + Send;
}

/// There is none.
impl WayBack for () {
    async fn carry_back(
        &self,
        _name: &Username,
        _password: &Password,
        _chosen: Option<&Password>,
    ) -> Result<Option<Outcome>, Trouble> {
        Ok(None)
    }

    async fn carry_back_too(
        &self,
        _name: &Username,
        _password: &Password,
        _chosen: Option<&Password>,
    ) -> Result<Option<Outcome>, Trouble> {
        Ok(None)
    }
}

impl<W: WayBack> WayBack for Option<W> {
    async fn carry_back(
        &self,
        name: &Username,
        password: &Password,
        chosen: Option<&Password>,
    ) -> Result<Option<Outcome>, Trouble> {
        match self {
            Some(back) => back.carry_back(name, password, chosen).await,
            None => Ok(None),
        }
    }

    async fn carry_back_too(
        &self,
        name: &Username,
        password: &Password,
        chosen: Option<&Password>,
    ) -> Result<Option<Outcome>, Trouble> {
        match self {
            Some(back) => back.carry_back_too(name, password, chosen).await,
            None => Ok(None),
        }
    }
}

impl<P: BackPorts> WayBack for Back<P> {
    async fn carry_back(
        &self,
        name: &Username,
        password: &Password,
        chosen: Option<&Password>,
    ) -> Result<Option<Outcome>, Trouble> {
        let standing = self.phase.get(&self.ports).await?;
        if standing.phase != Phase::RolledBack {
            return Ok(None);
        }
        let Some(who) = self.find(name).await? else {
            return Ok(Some(Outcome::Wrong));
        };
        self.bridge(&who, &standing, (password, chosen)).await.map(Some)
    }

    async fn carry_back_too(
        &self,
        name: &Username,
        password: &Password,
        chosen: Option<&Password>,
    ) -> Result<Option<Outcome>, Trouble> {
        let standing = self.phase.get(&self.ports).await?;
        if standing.phase != Phase::Canary {
            return Ok(None);
        }
        let Some(who) = self.find(name).await? else {
            return Ok(None);
        };
        let outcome = self.bridge(&who, &standing, (password, chosen)).await?;
        Ok((outcome != Outcome::Wrong).then_some(outcome))
    }
}

impl<P: BackPorts> Back<P> {
    /// A way back on which the new pool is asked about so many passwords of one user. The attempts are counted together with those of
    /// the way there.
    #[must_use]
    pub fn new(ports: P, limit: Limit) -> Self {
        let (old_demands, new_demands) = (Known::default(), Known::default());
        Self { ports, limit, phase: PhaseNow::default(), old_demands, new_demands }
    }

    /// Who signs in to the old pool under this name; `None` where nobody does. One call: AdminGetUser.
    async fn find(&self, name: &Username) -> Result<Option<OldSub>, Trouble> {
        let user = self.ports.old().user(&UserRef::Username(name.clone())).await;
        let user = user.map_err(|error| Trouble::Pool(Pool::Old, error))?;
        Ok(user.map(|user| OldSub::from(user.sub)))
    }

    async fn bridge(
        &self,
        who: &OldSub,
        standing: &Standing,
        (password, chosen): (&Password, Option<&Password>),
    ) -> Result<Outcome, Trouble> {
        let twins = Twins::find(&self.ports, who).await?.filter(|twins| twins.are_of_old(standing));
        let Some(twins) = twins else {
            return Ok(Outcome::Wrong);
        };
        // Before any pool is asked, as on the way there.
        let now = self.ports.clock().now();
        let counted = self.ports.table().try_once(&Sub::from(who), Tried::Password, self.limit, now).await;
        if let Allowance::Wait(until) = counted.map_err(Trouble::Table)? {
            return Ok(Outcome::TooMany { until });
        }
        let Some(users) = twins.users(&self.ports, (&self.old_demands, &self.new_demands)).await? else {
            return Ok(Outcome::Wrong);
        };
        let checked = self.ports.new_pool().check(&users.new.username, password).await;
        let checked = checked.map_err(|error| Trouble::Pool(Pool::New, error))?;
        match of(&checked) {
            // A temporary one was given by somebody; nobody chose it.
            Said::Wrong | Said::Temporary => Ok(Outcome::Wrong),
            Said::Later(pause) => Ok(Outcome::TooMany { until: pause.after(self.ports.clock().now()) }),
            Said::Right => self.set(&twins, &users, &checked, chosen.unwrap_or(password), now).await,
        }
    }

    /// `asked_at`: what is chosen in the new pool from then on is not what is set here. Should nobody live to note that it is set, the
    /// next attempt sets it again.
    async fn set(
        &self,
        twins: &Twins,
        users: &Users,
        checked: &Checked,
        password: &Password,
        asked_at: Timestamp,
    ) -> Result<Outcome, Trouble> {
        let (table, old) = (self.ports.table(), Sub::from(&twins.old));
        // As late as can be: the new pool may have taken seconds to answer.
        let standing = table.standing().await.map_err(Trouble::Table)?;
        if !twins.are_of_old(&standing) || !twins.needs_it(&self.ports).await? {
            return Ok(Outcome::Wrong);
        }
        let refused = match self.ports.old().set_password(&twins.old, password).await {
            Ok(PasswordSet::Done) => false,
            Ok(PasswordSet::Refused) => true,
            Err(error) if error.class == Class::NotFound => return Ok(Outcome::Wrong),
            Err(error) => return Err(Trouble::Pool(Pool::Old, error)),
        };
        if !refused && table.note(&old, Mark::CarriedBack, asked_at).await.is_err() {
            table.note(&old, Mark::CarriedBack, asked_at).await.map_err(Trouble::Table)?;
        }
        // That it could not changes nothing of the answer: the count runs out by itself.
        table.forgive(&old, Tried::Password).await.unwrap_or_default();
        if refused {
            return Ok(Outcome::NewPasswordNeeded);
        }
        let second_factor = users.second_factor || *checked == Checked::Right { second_factor: true };
        Ok(Outcome::Bridged { second_factor })
    }
}
