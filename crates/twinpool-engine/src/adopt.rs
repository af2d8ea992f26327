//! A user of the new pool who was made for this very user before, by a mirror that did not live or did not win to say so,
//! or who is this user's for another reason that can be proven.
//!
//! The pair is written down first, and only then the user follows: until there is a pair, a user made for it is to be
//! found under the intended name and nowhere else.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, Sub, Timestamp, Username};
use twinpool_core::link::{Link, LinkState, Side};
use twinpool_core::plan::{Marker, Operation, Plan};
use twinpool_core::port::{Answer, Class, Clock, PoolWriter, PortError, by_sub};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::Attributes;

use crate::case::Case;
use crate::claim::Claim;
use crate::engine::{Engine, Ports};
use crate::follow::Done;
use crate::observe;
use crate::sync_user::{Kind, Outcome, SyncError};

/// How long an intent is left to whoever wrote it, when the user is to be made under another name by now. Longer than a
/// mirror lives after writing one: infra/template.yaml ends it after 30 s. Whoever waits longer for a quota writes it anew.
pub const INTENT_LASTS: Duration = Duration::from_mins(1);

/// Whether whoever wrote an intent at that time may still be at it.
pub(crate) fn is_young(since: Timestamp, now: Timestamp) -> bool {
    u128::from(now.0.saturating_sub(since.0)) < INTENT_LASTS.as_millis()
}

/// How long a user is left to Cognito who was let in at a first sign-in: it makes the user at once after the answer, or asks again
/// within 15 s (F§2).
pub(crate) const SIGN_IN_LASTS: Duration = Duration::from_secs(30);

impl<P: Ports> Engine<P> {
    /// Takes up the user whom Cognito made at a first sign-in, as [`crate::Gate::sign_in`] told it to. The intent says that it
    /// may be about to: then nobody else makes the user. `None` if there is nobody, and nobody will come any more.
    pub(crate) async fn take_migrated(
        &self,
        link: &mut Link,
        case: &Case,
        marker: &Marker,
    ) -> Result<Option<Outcome>, SyncError> {
        let (LinkState::Pending { since }, Some(name)) = (&link.state, &link.intended) else {
            return Ok(None);
        };
        if !link.is_of_sign_in() {
            return Ok(None);
        }
        let age = Duration::from_millis(self.ports.clock().now().0.saturating_sub(since.0));
        let made = observe::named(self.ports.new_pool(), name).await?.filter(|user| marker.is_on(user));
        let is_settled = made.as_ref().is_none_or(|user| user.status != Status::ForceChangePassword);
        match made {
            // A random password would go over the typed one that Cognito may be about to set.
            Some(user) if is_settled || age >= SIGN_IN_LASTS => {
                self.take(link.clone(), case, &user).await.map(Some)
            }
            _ if age < SIGN_IN_LASTS => Err(SyncError::BeingMade),
            _ => {
                link.intended = None;
                link.made_by = case.cause.run_id();
                Ok(None)
            }
        }
    }

    /// Takes up the user whom an earlier intent may have made under another name: the address that a user signs in with
    /// can change between an intent and the pair. `None` if there is nobody.
    pub(crate) async fn take_over(
        &self,
        link: &mut Link,
        case: &Case,
        plan: &Plan,
        marker: &Marker,
    ) -> Result<Option<Outcome>, SyncError> {
        let now = match plan.operations.first() {
            Some(Operation::CreateUser { username, .. }) => Some(username),
            _ => None,
        };
        let Some(earlier) = link.intended.clone().filter(|earlier| Some(earlier) != now) else {
            return Ok(None);
        };
        if link.unpaired_since().is_some_and(|since| is_young(since, self.ports.clock().now())) {
            return Err(SyncError::BeingMade);
        }
        match observe::named(self.ports.new_pool(), &earlier).await? {
            Some(user) if marker.is_on(&user) => self.take(link.clone(), case, &user).await.map(Some),
            _ => {
                link.intended = None;
                Ok(None)
            }
        }
    }

    /// The name is taken: by a user that was made for this very user, or by somebody else.
    pub(crate) async fn take_up(
        &self,
        link: Link,
        case: &Case,
        (username, attributes): (&Username, &Attributes),
        marker: &Marker,
        error: PortError,
    ) -> Result<Outcome, SyncError> {
        match self.in_the_way(username, attributes).await? {
            Some((_, user)) if marker.is_on(&user) => self.take(link, case, &user).await,
            Some((name, user)) => match self.contest(&user, &name, case).await?.reason() {
                Some(reason) => self.not_made(link, case, reason, Some(&user)).await,
                None => Err(PortError::new(Class::Stale, "AdminCreateUser", "NameIsFreeNow").into()),
            },
            // Taken a moment ago and not there now: the pool has to make up its mind.
            None => Err(error.into()),
        }
    }

    /// A user who was made with less than the plan says.
    pub(crate) async fn adopt_made(
        &self,
        link: Link,
        case: &Case,
        new_sub: &NewSub,
    ) -> Result<Outcome, SyncError> {
        let made = observe::user(self.ports.new_pool(), &by_sub(new_sub)).await?;
        let made =
            made.ok_or_else(|| PortError::new(Class::NotFound, "AdminGetUser", "UserNotFoundException"))?;
        self.take(link, case, &made).await
    }

    /// A user that twinpool made, and perhaps did not finish.
    pub(crate) async fn take(&self, link: Link, case: &Case, new: &Snapshot) -> Result<Outcome, SyncError> {
        // Without a password the user could not even reset it (F§0.5); a federated one never had one.
        let unfinished = new.status == Status::ForceChangePassword
            && case.view.snapshot.status != Status::ExternalProvider;
        if unfinished {
            self.ports.new_pool().set_random_password(&NewSub::from(new.sub.clone())).await?;
        }
        let adopted = self.adopt(link, case, new).await?;
        Ok(Outcome { operations: adopted.operations + usize::from(unfinished), ..adopted })
    }

    /// Writes the pair down, and makes the new side follow, unless the user is left out.
    pub(crate) async fn adopt(&self, link: Link, case: &Case, new: &Snapshot) -> Result<Outcome, SyncError> {
        let new_sub = NewSub::from(new.sub.clone());
        let found = Done {
            operations: 0,
            did: Vec::new(),
            held_back: Vec::new(),
            overruled: BTreeSet::new(),
            side: Side::of(new, &self.key),
        };
        self.keep_own_password(&link, new).await?;
        let link = match self.record_first(link.clone(), case, &new_sub, &found, None).await {
            Err(error) if error.class == Class::Taken => match self.claim_of(new, case).await? {
                // The same person came back as another user of the old pool.
                Claim::Dead(owner) => self.record_first(link, case, &new_sub, &found, Some(&owner)).await?,
                claim => {
                    let reason = claim.reason().unwrap_or(Reason::Taken);
                    return self.conflict(link, case, reason, Some(new)).await;
                }
            },
            answer => answer?,
        };
        if case.view.left_out {
            return self.hold_user(link, case, Reason::LeftOut).await;
        }
        let followed = self.bring(link, case, new, false).await?;
        Ok(Outcome { kind: Kind::Created, ..followed })
    }

    /// Whoever was not made for this user may have chosen a password: the old one must not go over it. Noted before the pair, which
    /// is what opens the way for it.
    async fn keep_own_password(&self, link: &Link, new: &Snapshot) -> Answer<()> {
        let may_have_one = matches!(new.status, Status::Confirmed | Status::ResetRequired);
        if !may_have_one || self.known().marker_of(&link.old_sub).is_on(new) {
            return Ok(());
        }
        let now = self.ports.clock().now();
        self.ports.links().note(&Sub::from(&link.old_sub), Mark::Password, now).await
    }

    /// Who holds the name, or one of the other ways to sign in.
    pub(crate) async fn in_the_way(
        &self,
        username: &Username,
        attributes: &Attributes,
    ) -> Answer<Option<(Username, Snapshot)>> {
        observe::in_the_way(self.ports.new_pool(), &self.new_shape, (username, attributes)).await
    }
}
