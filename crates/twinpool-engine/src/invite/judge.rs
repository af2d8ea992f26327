//! Whether somebody may be invited. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_core::arrival::{Arrival, Way};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{ProviderName, Timestamp, Username};
use twinpool_core::link::{Link, Linked};
use twinpool_core::pool::{PoolShape, SignIn};
use twinpool_core::snapshot::{Identity, Snapshot, Status};

use super::InviteTerms;
use crate::way::{Comer, way_of};

/// The pool's clock and ours may differ so much, and a mirror may take so long.
const SLACK: Duration = Duration::from_mins(2);

/// Why somebody was not invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// The user has come.
    Came,
    /// The user may have a password in the new pool that somebody knows.
    HasPassword,
    /// The latest invitation counts still, or one is enough.
    Invited,
    /// The policy gives another way.
    OtherWay,
    /// The user is not in both pools.
    NoPair,
    /// The new pool has no such user.
    Gone,
    /// The user is disabled.
    Disabled,
    /// A profile of an identity provider has no password.
    Federated,
    /// The sign-up was never confirmed, or the status is one that twinpool does not know.
    NotConfirmed,
    /// The new pool has no verified e-mail address of the user.
    NoAddress,
    /// Somebody changed the user in the new pool since the last mirror: perhaps the user.
    Changed,
}

impl Skip {
    /// Whether somebody may want to do something about it.
    #[must_use]
    pub fn is_obstacle(self) -> bool {
        match self {
            Self::Came | Self::HasPassword | Self::Invited | Self::OtherWay => false,
            Self::NoPair
            | Self::Gone
            | Self::Disabled
            | Self::Federated
            | Self::NotConfirmed
            | Self::NoAddress
            | Self::Changed => true,
        }
    }
}

/// Which of the two reasons holds of somebody who is settled.
pub(super) fn settled(arrival: &Arrival) -> Skip {
    if arrival.came_at.is_some() || arrival.code_at.is_some() { Skip::Came } else { Skip::HasPassword }
}

/// Under which name the pool invites the user.
pub(super) fn judge(
    terms: &InviteTerms,
    (link, linked): (&Link, &Linked),
    arrival: &Arrival,
    user: &Snapshot,
    now: Timestamp,
) -> Result<Username, Skip> {
    if arrival.is_settled() {
        return Err(settled(arrival));
    }
    if !terms.is_due(arrival.invitation(), now) {
        return Err(Skip::Invited);
    }
    match user.status {
        Status::ExternalProvider => return Err(Skip::Federated),
        Status::Unconfirmed | Status::Other => return Err(Skip::NotConfirmed),
        Status::Confirmed | Status::ForceChangePassword | Status::ResetRequired => {}
    }
    if !user.enabled {
        return Err(Skip::Disabled);
    }
    if !terms.ways.contains(&way(terms, link, user, now)) {
        return Err(Skip::OtherWay);
    }
    if was_changed(linked, arrival, user) {
        return Err(Skip::Changed);
    }
    if user.contact(Contact::Email).is_none() || !user.is_verified(Contact::Email) {
        return Err(Skip::NoAddress);
    }
    name(&terms.shape, user).ok_or(Skip::NoAddress)
}

/// The way of a user whose providers in the new pool are known.
fn way(terms: &InviteTerms, link: &Link, user: &Snapshot, now: Timestamp) -> Way {
    let old_name = |identity: &Identity| terms.rules.old_provider(&identity.provider);
    let providers: BTreeSet<ProviderName> = user.identities.iter().filter_map(old_name).collect();
    way_of(&terms.rules, Comer { link: Some(link), old: None, providers: &providers }, now)
}

/// Whether somebody but twinpool wrote to the user: before the sign-in function was attached, nobody noted who set a password.
fn was_changed(linked: &Linked, arrival: &Arrival, user: &Snapshot) -> bool {
    let ours = [
        Some(linked.mirrored_at),
        arrival.invited.map(|invited| invited.last),
        arrival.inviting_at,
        arrival.withdrawn_at,
    ];
    let latest = ours.into_iter().flatten().max().unwrap_or(linked.mirrored_at);
    u128::from(user.modified_at.0.saturating_sub(latest.0)) > SLACK.as_millis()
}

/// Pools whose users sign in with a contact take that for the username (F§4).
fn name(shape: &PoolShape, user: &Snapshot) -> Option<Username> {
    let SignIn::Contact(contacts) = &shape.sign_in else { return Some(user.username.clone()) };
    let contact =
        Contact::ALL.into_iter().find(|contact| contacts.contains(contact) && user.is_verified(*contact))?;
    Username::parse(user.contact(contact)?.reveal()).ok()
}
