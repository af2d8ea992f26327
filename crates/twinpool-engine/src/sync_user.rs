//! How one user converges: link, old pool, plan, new pool, link.
//!
//! Whoever reads an old snapshot and writes late is found out in two ways: the link's version has moved on when they
//! record (they read both pools again), or they died first (their message comes back, and a message that comes back
//! reads both pools). A name is announced on the link before it is written, so that what a dead writer left can be told
//! from what is the new pool's own.

use std::collections::BTreeSet;

use twinpool_core::born::BornStore as _;
use twinpool_core::change_event::{ChangeEvent, Channel, UserRef};
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{HeldBack, Subject};
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::link::{Link, LinkState, Linked};
use twinpool_core::phase::Standing;
use twinpool_core::port::{Class, LinkReader, PoolReader, PortError};
use twinpool_core::snapshot::Status;

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::follow::waits;
use crate::observe;
use crate::seen::Seen;
use crate::told::Told;

/// How often a lost fence is answered by reading again before the message goes back to the queue.
pub(crate) const ROUNDS: usize = 5;

/// From which delivery on "no such user" is believed although the event came from a user who exists: a quarter of a minute
/// after the first.
pub(crate) const BELIEVED: u32 = 5;

/// What became of one change event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// In one word.
    pub kind: Kind,
    /// How many operations were carried out.
    pub operations: usize,
    /// What was not mirrored, and why.
    pub held_back: Vec<HeldBack>,
    /// What someone else had changed in the new pool, and was overruled.
    pub overruled: BTreeSet<Subject>,
}

/// What became of one change event, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The event says what both pools said at the last mirror.
    Unchanged,
    /// Both pools were read, and nothing was to be done.
    Converged,
    /// A user was made in the new pool, or one that was made before was taken up again.
    Created,
    /// The user was changed, in the new pool or, while people use both, in the old one.
    Updated,
    /// The user has not confirmed the sign-up: mirrored when that is done.
    NotConfirmed,
    /// Nothing in the new pool is ours, and the link says why.
    Conflict,
    /// The user was deleted from the old pool, and the new pool knows.
    Gone,
    /// The user is one person with another user of the old pool, whom the new pool follows.
    Merged,
    /// Not in the old pool and never mirrored: somebody of another pool.
    Unknown,
    /// An account of the new pool, which has its user id.
    Identified,
    /// The move is complete: nothing follows any more.
    Over,
}

impl Outcome {
    pub(crate) fn plain(kind: Kind) -> Self {
        Self { kind, operations: 0, held_back: Vec::new(), overruled: BTreeSet::new() }
    }

    pub(crate) fn held(kind: Kind, held_back: Vec<HeldBack>) -> Self {
        Self { held_back, ..Self::plain(kind) }
    }
}

/// Why a change event could not be processed. See [`crate::disposition`] for what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// The pool does not say yet what the event says.
    #[error("the old pool does not show what the event says, or not yet")]
    TooEarly,
    /// Another mirror may be making the user under an earlier name: it is given [`crate::INTENT_LASTS`].
    #[error("the user may be being made under an earlier name")]
    BeingMade,
    /// Nobody told that the user was deleted whose name another has now: that is believed after a minute.
    #[error("the name is held by a user who seems to be deleted from the old pool")]
    OwnerVanished,
    /// Somebody is writing what changed of this user, or was when it died: it is left alone for
    /// [`WORK_LASTS`](twinpool_core::reverse::WORK_LASTS).
    #[error("what changed of the user is being written to the pools by somebody else")]
    AtWork,
    /// Changes began to travel both ways a moment ago, and somebody may still be writing who does not know of it
    /// ([`ROUTES_AFTER`](twinpool_core::phase::ROUTES_AFTER)).
    #[error("changes begin to travel both ways: nothing is written until everybody knows")]
    Settling,
    /// People use both pools, and this process may write the new one only.
    #[error("changes travel both ways, and this process may not write the old pool")]
    NoWayBack,
    /// Others wrote the link each time.
    #[error("others kept changing the link")]
    Contended,
    /// The event is of a pool that this stack does not mirror.
    #[error("the event is of neither pool")]
    OtherPool,
    /// The event has no sub, and the username is not in the pool.
    #[error("the event names no user that the old pool knows")]
    NoUser,
    /// A call failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl<P: Ports> Engine<P> {
    /// Brings the user of an event to what the old pool says now; an account of the new pool gets its user id. `delivery` counts
    /// from 1.
    ///
    /// Safe to repeat, to interrupt at any point, and to run beside itself for the same user.
    ///
    /// # Errors
    /// When a call fails, or the answer would be premature.
    pub async fn sync_user(&self, event: &ChangeEvent, delivery: u32) -> Result<Outcome, SyncError> {
        let standing = self.standing().await?;
        // After the move too: whoever reopens it is to know whose password the old pool does not have.
        self.note_password(event, &standing).await?;
        if Self::is_over(&standing) {
            return Ok(Outcome::plain(Kind::Over));
        }
        if event.cause.is_of_password_alone() {
            return Ok(Outcome::plain(Kind::Unchanged));
        }
        if event.pool == self.new_shape.id {
            // The rarer way, with the other in it: on the heap, so that both do not stand on every stack.
            return Box::pin(self.sync_account(event, delivery, &standing)).await;
        }
        if event.pool != self.old_shape.id {
            return Err(SyncError::OtherPool);
        }
        // On the heap: all that can become of a user is in it.
        Box::pin(self.sync_old_user(event, delivery, &standing)).await
    }

    pub(crate) async fn sync_old_user(
        &self,
        event: &ChangeEvent,
        delivery: u32,
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        if let Some(name) = &event.group_name {
            self.may_write(standing)?;
            return self.sync_group(name, &event.cause).await;
        }
        let who = event.user().ok_or(SyncError::NoUser)?;
        let mut thorough = delivery > 1 || event.cause.channel() == Channel::Operator;
        for _ in 0..ROUNDS {
            let result = self.round(event, &who, delivery, thorough, standing).await;
            match result {
                Err(SyncError::Port(error)) if error.class == Class::Stale => thorough = true,
                other => return other,
            }
        }
        Err(SyncError::Contended)
    }

    async fn round(
        &self,
        event: &ChangeEvent,
        who: &UserRef,
        delivery: u32,
        thorough: bool,
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        let old_sub = self.old_sub(event, who).await?;
        // The link first: a snapshot that is older than the last mirror could undo it.
        let mut link = self.ports.links().link(&old_sub).await?;
        let seen = Seen::of(event, link.as_mut());
        let says_nothing_new = |link: &Link| {
            !link.reverse.waits() && link.linked().is_some_and(|linked| self.says_nothing_new(event, linked))
        };
        if !thorough && link.as_ref().is_some_and(says_nothing_new) {
            self.note_seen(&old_sub, &seen).await;
            return Ok(Outcome::plain(Kind::Unchanged));
        }
        self.may_write(standing)?;
        if self.is_merged(link.as_ref()).await? {
            self.note_seen(&old_sub, &seen).await;
            return self.answer_merged(link, &event.cause).await;
        }
        if link.is_none() && self.is_of_new_pool(event, standing).await? {
            if !standing.phase.is_two_way() {
                return Ok(Outcome::plain(Kind::Unknown));
            }
            let mut event = event.clone();
            event.pool = self.new_shape.id.clone();
            return Box::pin(self.sync_account(&event, delivery, standing)).await;
        }
        let user = observe::source(self.ports.old(), who, &self.old_shape).await?;
        // A username may have been given to somebody else since.
        let Some(old) = user.filter(|user| user.sub.as_str() == old_sub.as_str()) else {
            let is_buried = matches!(&link, Some(link) if matches!(link.state, LinkState::Tombstone { .. }));
            if is_buried && !thorough {
                return Ok(Outcome::plain(Kind::Gone));
            }
            // Records of the audit trail may mean somebody of another pool: those are many, and not worth a second look.
            let is_ours = link.is_some() || event.cause.channel() == Channel::Trigger;
            if delivery < BELIEVED && is_ours && !is_buried && !event.cause.tells_of_deletion() {
                return Err(SyncError::TooEarly);
            }
            return self.gone(link, &old_sub, event).await;
        };
        let case = Case { seen, ..self.case(&event.cause, delivery, old, link.as_ref()) };
        match link {
            Some(link) if link.linked().is_some() => self.follow(link, &case, event, thorough).await,
            _ if case.old.status != Status::Unconfirmed => self.make(link, &case).await,
            _ if event.cause.implies_confirmed() => Err(SyncError::TooEarly),
            _ => Ok(Outcome::plain(Kind::NotConfirmed)),
        }
    }

    /// Records of the audit trail that name no pool may be of the new one, whose subs the table knows.
    async fn is_of_new_pool(&self, event: &ChangeEvent, standing: &Standing) -> Result<bool, SyncError> {
        match &event.sub {
            Some(sub) if event.cause.channel() == Channel::AuditTrail => {
                let (links, sub) = (self.ports.links(), NewSub::from(sub.clone()));
                let is_known = links.old_sub_of(&sub).await?.is_some();
                Ok(is_known || standing.phase.is_two_way() && links.birth(&sub).await?.is_some())
            }
            _ => Ok(false),
        }
    }

    /// Whether the user is one with another, who is alive, and nobody has decided otherwise since.
    async fn is_merged(&self, link: Option<&Link>) -> Result<bool, SyncError> {
        let Some((link, LinkState::Merged { into, .. })) = link.map(|link| (link, &link.state)) else {
            return Ok(false);
        };
        if link.decisions.get(&Subject::User) != Some(&Decision::MergeInto(into.clone())) {
            return Ok(false);
        }
        let other = self.ports.links().link(into).await?;
        Ok(other.is_some_and(|other| other.linked().is_some()))
    }

    async fn old_sub(&self, event: &ChangeEvent, who: &UserRef) -> Result<OldSub, SyncError> {
        if let Some(sub) = &event.sub {
            return Ok(OldSub::from(sub.clone()));
        }
        let user = self.ports.old().user(who).await?;
        user.map(|user| OldSub::from(user.sub)).ok_or(SyncError::NoUser)
    }

    /// The common case, for one read of the table, and once a day a small write: every digest is as at the last mirror, and
    /// nothing is missing that events of this pool usually show.
    fn says_nothing_new(&self, event: &ChangeEvent, linked: &Linked) -> bool {
        let base = &linked.base.old;
        // The audit trail and operators show nothing: they say that somebody should look.
        if event.sub.is_none() || event.cause.channel() != Channel::Trigger {
            return false;
        }
        // Paired, and did not follow yet.
        let fresh = base.is_empty();
        let missing = base
            .attributes
            .keys()
            .any(|name| !event.attributes.contains_key(name) && !linked.unseen.contains(name));
        let news = Told::of(event, base, &linked.unseen, &self.key).is_news();
        // Only who may sign in gets a token.
        let enabled_again = !base.enabled && event.cause.implies_confirmed();
        !(fresh || missing || news || enabled_again || waits(linked) || self.is_of_other_rules(linked))
    }
}
