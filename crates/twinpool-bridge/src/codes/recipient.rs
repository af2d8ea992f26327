//! Who may be sent a code, and where.

use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::id::{NewSub, OldSub, Pool, Sub};
use twinpool_core::one_time_code::CodeSender;
use twinpool_core::port::{Clock as _, PoolReader as _, by_sub};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;

use super::{Codes, mask};
use crate::bridge::Bridge;
use crate::carry::may_come_in;
use crate::challenge::Destination;
use crate::outcome::Trouble;
use crate::ports::Ports;
use crate::second_factor;
use crate::standing::{Standing, standing};

/// Where a code goes.
pub(crate) struct Recipient {
    pub(super) sub: NewSub,
    /// By which sub the arrival is kept.
    pub(super) kept_by: Sub,
    /// Who this is in the old pool, if there.
    old: Option<OldSub>,
    pub(super) by: Contact,
    pub(super) address: Value,
}

impl Recipient {
    pub(crate) fn destination(&self) -> Destination {
        Destination { by: self.by, masked: mask::mask(self.by, &self.address) }
    }
}

/// `None`: no code for this user. Who has a second factor, in either pool, would come past it; so would everybody of a pool that asks
/// all for one.
pub(crate) async fn recipient<P: Ports, S: CodeSender + Sync>(
    bridge: &Bridge<P>,
    codes: &Codes<S>,
    who: &NewSub,
) -> Result<Option<Recipient>, Trouble> {
    let (ports, demands) = (bridge.ports(), bridge.demands());
    let Some((kept_by, old)) = without_factor(ports, who).await? else {
        return Ok(None);
    };
    let is_demanded =
        if old.is_some() { demands.of_either(ports).await } else { demands.of_new(ports).await };
    if is_demanded {
        return Ok(None);
    }
    let user = ports.new_pool().user(&by_sub(who)).await;
    let user = user.map_err(|error| Trouble::Pool(Pool::New, error))?;
    let user = user.filter(|user| may_come_in(user) && !second_factor::is_on(user.mfa));
    let contact = user.as_ref().and_then(|user| contact(user, codes.sender()));
    Ok(contact.map(|(by, address)| Recipient { sub: who.clone(), kept_by, old, by, address }))
}

/// The first one that is verified and that codes are sent to.
fn contact(user: &Snapshot, sender: &impl CodeSender) -> Option<(Contact, Value)> {
    let by = Contact::ALL
        .into_iter()
        .find(|by| sender.sends(*by) && user.is_verified(*by) && user.contact(*by).is_some())?;
    user.contact(by).map(|address| (by, address.clone()))
}

/// Whether the old pool lets the user in as well, by its own word: the mirror may not have heard yet that somebody was disabled or
/// deleted there. A factor that the link does not know is noted, so that the password is asked for from then on.
pub(super) async fn old_pool_lets_in(ports: &impl Ports, to: &Recipient) -> Result<bool, Trouble> {
    let Some(old) = &to.old else {
        return Ok(true);
    };
    let user = ports.old().user(&UserRef::Sub(Sub::from(old))).await;
    let Some(user) = user.map_err(|error| Trouble::Pool(Pool::Old, error))?.filter(|user| user.enabled)
    else {
        return Ok(false);
    };
    if !second_factor::is_on(user.mfa) {
        return Ok(true);
    }
    let noted = ports.table().note(&to.kept_by, Mark::SecondFactor, ports.clock().now()).await;
    noted.map_err(Trouble::Table)?;
    Ok(false)
}

/// As [`kept_by`], but for users with a second factor; and who it is in the old pool.
async fn without_factor(ports: &impl Ports, who: &NewSub) -> Result<Option<(Sub, Option<OldSub>)>, Trouble> {
    match standing(ports.table(), who).await.map_err(Trouble::Table)? {
        Standing::Nobody => Ok(None),
        Standing::Alone(sub) => Ok(Some((sub, None))),
        Standing::Twin { linked, .. } if second_factor::is_linked(&linked) => Ok(None),
        Standing::Twin { old, .. } => {
            let sub = Sub::from(&old);
            let arrival = ports.table().arrival(&sub).await.map_err(Trouble::Table)?;
            Ok(arrival.factor_at.is_none().then_some((sub, Some(old))))
        }
    }
}

/// By which sub the arrival of a user is kept; `None`: nothing is done for this user.
pub(super) async fn kept_by(ports: &impl Ports, who: &NewSub) -> Result<Option<Sub>, Trouble> {
    Ok(match standing(ports.table(), who).await.map_err(Trouble::Table)? {
        Standing::Nobody => None,
        Standing::Alone(sub) => Some(sub),
        Standing::Twin { old, .. } => Some(Sub::from(&old)),
    })
}
