//! The password bridge.

use twinpool_core::arrival::{Allowance, ArrivalStore as _, Limit, Tried, Way};
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{NewSub, Pool, Sub, Username};
use twinpool_core::link::Link;
use twinpool_core::password::{Checked, Password, PasswordChecker as _};
use twinpool_core::port::{Clock as _, LinkReader as _, PoolReader as _};
use twinpool_core::snapshot::Snapshot;

use crate::carry::{Twins, What, carry, right_is_forgiven};
use crate::demand::Demands;
use crate::outcome::{Outcome, Trouble};
use crate::ports::Ports;
use crate::verdict::{Said, of};

/// Carries passwords over. Nothing here waits on its own: the caller bounds the time, and may drop a question at any moment, which
/// leaves what a crash would leave.
#[derive(Debug)]
pub struct Bridge<P> {
    ports: P,
    limit: Limit,
    demands: Demands,
}

impl<P: Ports> Bridge<P> {
    /// A bridge that asks the old pool about so many passwords of one user.
    #[must_use]
    pub fn new(ports: P, limit: Limit) -> Self {
        Self { ports, limit, demands: Demands::default() }
    }

    pub(crate) fn ports(&self) -> &P {
        &self.ports
    }

    pub(crate) fn demands(&self) -> &Demands {
        &self.demands
    }

    /// Who signs in to the new pool under this name; `None` where nobody does. One call: AdminGetUser.
    ///
    /// # Errors
    /// When the new pool does not answer.
    pub async fn find(&self, name: &Username) -> Result<Option<NewSub>, Trouble> {
        let user = self.ports.new_pool().user(&UserRef::Username(name.clone())).await;
        let user = user.map_err(|error| Trouble::Pool(Pool::New, error))?;
        Ok(user.map(|user| NewSub::from(user.sub)))
    }

    /// As [`Bridge::find`], and `None` too for a user of the old pool whom the owner lets in by neither a password nor a code: `way` says
    /// so of the link and the user of the new pool. Two reads of the table more.
    ///
    /// # Errors
    /// When the new pool or the table does not answer.
    pub async fn find_by_way(
        &self,
        name: &Username,
        way: &(impl Fn(&Link, &Snapshot) -> Way + Sync),
    ) -> Result<Option<NewSub>, Trouble> {
        let user = self.ports.new_pool().user(&UserRef::Username(name.clone())).await;
        let Some(user) = user.map_err(|error| Trouble::Pool(Pool::New, error))? else {
            return Ok(None);
        };
        let (new, table) = (NewSub::from(user.sub.clone()), self.ports.table());
        let link = match table.old_sub_of(&new).await.map_err(Trouble::Table)? {
            Some(old) => table.link(&old).await.map_err(Trouble::Table)?,
            None => None,
        };
        let may_come = link.is_none_or(|link| matches!(way(&link, &user), Way::Password | Way::Code));
        Ok(may_come.then_some(new))
    }

    /// Carries the password of the old pool over, if this is it.
    ///
    /// # Errors
    /// When nothing can be said now. An attempt is counted nevertheless once the old pool was to be asked.
    pub async fn bridge(&self, who: &NewSub, password: &Password) -> Result<Outcome, Trouble> {
        self.check_and_carry(who, password, None).await
    }

    /// Sets a password that the person chose in place of the old one, which is checked once more.
    ///
    /// # Errors
    /// As [`Bridge::bridge`].
    pub async fn choose(&self, who: &NewSub, old: &Password, new: &Password) -> Result<Outcome, Trouble> {
        self.check_and_carry(who, old, Some(new)).await
    }

    /// Sets a password that the person chose, after a round of the same challenge session in which the old one was right.
    /// Asks the old pool nothing about passwords.
    ///
    /// # Errors
    /// As [`Bridge::bridge`].
    pub async fn set(&self, who: &NewSub, chosen: &Password) -> Result<Outcome, Trouble> {
        let Some(twins) = Twins::find(&self.ports, who).await? else {
            return Ok(Outcome::Wrong);
        };
        let Some(users) = twins.users(&self.ports, &self.demands).await? else {
            return Ok(Outcome::Wrong);
        };
        carry(&self.ports, &twins, &users, What::Chosen(chosen), false).await
    }

    async fn check_and_carry(
        &self,
        who: &NewSub,
        password: &Password,
        chosen: Option<&Password>,
    ) -> Result<Outcome, Trouble> {
        let Some(twins) = Twins::find(&self.ports, who).await? else {
            return Ok(Outcome::Wrong);
        };
        // Before any pool is asked: whoever guesses costs the old pool's application no quota.
        if let Allowance::Wait(until) = self.count(&twins.old()).await? {
            return Ok(Outcome::TooMany { until });
        }
        let Some(users) = twins.users(&self.ports, &self.demands).await? else {
            return Ok(Outcome::Wrong);
        };
        let checked = self.ports.old().check(&users.old.username, password).await;
        let checked = checked.map_err(|error| Trouble::Pool(Pool::Old, error))?;
        let second_factor = checked == Checked::Right { second_factor: true };
        match (of(&checked), chosen) {
            (Said::Wrong, _) => Ok(Outcome::Wrong),
            (Said::Later(pause), _) => Ok(Outcome::TooMany { until: pause.after(self.ports.clock().now()) }),
            (Said::Temporary, None) => {
                right_is_forgiven(&self.ports, &twins.old()).await;
                Ok(Outcome::NewPasswordNeeded)
            }
            (Said::Right, None) => {
                carry(&self.ports, &twins, &users, What::Old(password), second_factor).await
            }
            (Said::Right | Said::Temporary, Some(chosen)) => {
                carry(&self.ports, &twins, &users, What::Chosen(chosen), second_factor).await
            }
        }
    }

    async fn count(&self, old: &Sub) -> Result<Allowance, Trouble> {
        let now = self.ports.clock().now();
        let counted = self.ports.table().try_once(old, Tried::Password, self.limit, now).await;
        counted.map_err(Trouble::Table)
    }
}
