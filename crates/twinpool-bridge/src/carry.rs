//! A password goes into the new pool: who may have one carried over, and the order of writes.

use futures_util::future::join3;
use twinpool_core::arrival::{Arrival, ArrivalStore as _, Mark, Tried};
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{NewSub, OldSub, Pool, Sub};
use twinpool_core::link::Linked;
use twinpool_core::password::{Password, PasswordSet, PasswordSetter as _};
use twinpool_core::port::{Class, Clock as _, PoolReader as _, by_sub};
use twinpool_core::snapshot::{Snapshot, Status};

use crate::demand::Demands;
use crate::outcome::{Outcome, Trouble};
use crate::ports::Ports;
use crate::second_factor;
use crate::standing::{Standing, standing};

/// A user of both pools who has no password in the new one that anybody knows, or chose one in the old one since.
pub(crate) struct Twins {
    old: OldSub,
    new: NewSub,
    linked: Box<Linked>,
    of_sign_in: bool,
    factor_is_noted: bool,
}

/// Both users as their pools say now.
pub(crate) struct Users {
    pub(crate) old: Snapshot,
    new: Snapshot,
    /// Whether one of the pools asks everybody for a second factor.
    factor_is_demanded: bool,
}

/// What is to be set.
#[derive(Clone, Copy)]
pub(crate) enum What<'a> {
    /// The password of the old pool.
    Old(&'a Password),
    /// One that the person chose just now.
    Chosen(&'a Password),
}

impl What<'_> {
    fn password(&self) -> &Password {
        match self {
            Self::Old(password) | Self::Chosen(password) => password,
        }
    }
}

impl Twins {
    /// `None`: nothing is carried over for this user.
    pub(crate) async fn find(ports: &impl Ports, who: &NewSub) -> Result<Option<Self>, Trouble> {
        let Standing::Twin { old, linked, of_sign_in } =
            standing(ports.table(), who).await.map_err(Trouble::Table)?
        else {
            return Ok(None);
        };
        let arrival = ports.table().arrival(&Sub::from(&old)).await.map_err(Trouble::Table)?;
        let factor_is_noted = arrival.factor_at.is_some();
        let twins = Self { old, new: who.clone(), linked, of_sign_in, factor_is_noted };
        Ok((!twins.have_password(&arrival)).then_some(twins))
    }

    fn have_password(&self, arrival: &Arrival) -> bool {
        arrival.as_made(self.of_sign_in).keeps_password()
    }

    /// By which sub the arrival is kept.
    pub(crate) fn old(&self) -> Sub {
        Sub::from(&self.old)
    }

    /// `None`: one of them is gone, or may not sign in with a password.
    pub(crate) async fn users(
        &self,
        ports: &impl Ports,
        demands: &Demands,
    ) -> Result<Option<Users>, Trouble> {
        let (ref_old, ref_new) = (UserRef::Sub(self.old()), by_sub(&self.new));
        let (old, new) = (ports.old().user(&ref_old), ports.new_pool().user(&ref_new));
        let (old, new, factor_is_demanded) = join3(old, new, demands.of_either(ports)).await;
        let old = old.map_err(|error| Trouble::Pool(Pool::Old, error))?;
        let new = new.map_err(|error| Trouble::Pool(Pool::New, error))?;
        let users = old.filter(may_be_asked).zip(new.filter(may_come_in));
        Ok(users.map(|(old, new)| Users { old, new, factor_is_demanded }))
    }
}

/// Others have no password, or none that counts: asking would only run triggers there.
fn may_be_asked(user: &Snapshot) -> bool {
    user.enabled && matches!(user.status, Status::Confirmed | Status::ForceChangePassword)
}

/// To set a password confirms a user: who never proved an address must not be confirmed by it.
pub(crate) fn may_come_in(user: &Snapshot) -> bool {
    user.enabled
        && matches!(user.status, Status::Confirmed | Status::ForceChangePassword | Status::ResetRequired)
}

/// Sets a password. Whatever comes between two writes, the person gets in by trying again, and no password goes over one that was
/// chosen since:
///
/// 1. that a password is about to be set is noted: should nobody live to say that it was, whoever comes in later is taken to have one;
/// 2. once more it is asked whether there is a password by now, as late as can be: the old pool may have taken seconds to answer;
/// 3. the password is set;
/// 4. that it is set is noted. Before that, another attempt sets the same one again.
pub(crate) async fn carry(
    ports: &impl Ports,
    twins: &Twins,
    users: &Users,
    what: What<'_>,
    asked_for_factor: bool,
) -> Result<Outcome, Trouble> {
    let (old, table, clock) = (twins.old(), ports.table(), ports.clock());
    let in_link = second_factor::is_linked(&twins.linked);
    let is_seen =
        asked_for_factor || second_factor::is_on(users.old.mfa) || second_factor::is_on(users.new.mfa);
    if is_seen && !in_link && !twins.factor_is_noted {
        table.note(&old, Mark::SecondFactor, clock.now()).await.map_err(Trouble::Table)?;
    }
    table.note(&old, Mark::Bridging, clock.now()).await.map_err(Trouble::Table)?;
    let second_factor = is_seen || in_link || twins.factor_is_noted || users.factor_is_demanded;
    let arrival = table.arrival(&old).await.map_err(Trouble::Table)?;
    let is_bridged_meanwhile = arrival.is_as_bridged();
    match what {
        _ if !twins.have_password(&arrival) => {}
        // The form was sent twice.
        What::Old(_) if is_bridged_meanwhile => return Ok(Outcome::Bridged { second_factor }),
        // So it was, and what was chosen last counts.
        What::Chosen(_) if is_bridged_meanwhile => {}
        _ => return Ok(Outcome::Wrong),
    }
    // Else nobody would write down that the person came by this password, and no trigger tells of one that is changed then.
    if arrival.came_is_stale() {
        table.forget_came(&twins.new).await.map_err(Trouble::Table)?;
    }
    match ports.new_pool().set_password(&twins.new, what.password()).await {
        Ok(PasswordSet::Done) => {}
        Ok(PasswordSet::Refused) => {
            right_is_forgiven(ports, &old).await;
            return Ok(Outcome::NewPasswordNeeded);
        }
        Err(error) if error.class == Class::NotFound => return Ok(Outcome::Wrong),
        Err(error) => return Err(Trouble::Pool(Pool::New, error)),
    }
    note_bridged(ports, &old, what).await?;
    right_is_forgiven(ports, &old).await;
    Ok(Outcome::Bridged { second_factor })
}

/// Tried twice: the password is set already.
async fn note_bridged(ports: &impl Ports, old: &Sub, what: What<'_>) -> Result<(), Trouble> {
    let (table, now) = (ports.table(), ports.clock().now());
    let mark = match what {
        What::Old(_) => Mark::Bridged,
        What::Chosen(_) => Mark::BridgedChosen,
    };
    if table.note(old, mark, now).await.is_ok() {
        return Ok(());
    }
    table.note(old, mark, now).await.map_err(Trouble::Table)
}

/// Begins the count of attempts anew. That it could not changes nothing of the answer: the count runs out by itself.
pub(crate) async fn right_is_forgiven(ports: &impl Ports, old: &Sub) {
    ports.table().forgive(old, Tried::Password).await.unwrap_or_default();
}
