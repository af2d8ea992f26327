//! A first sign-in at the new pool, by a user of the old one whom nobody has mirrored yet: Cognito asks, and makes the user as it is
//! told (F§8).
//!
//! What the user is made with, and under which name, is what the one plan says, so that the mirror would have made the same.
//! Nothing is made here. The intent is written down before the answer: a mirror that comes by looks for the user by the intended
//! name, and leaves it to Cognito for [`SIGN_IN_LASTS`] if there is none yet (`adopt.rs`). Cognito may ask again, fail after the
//! answer, or make the user and fail (F§8): an intent is what is left in each case, and whoever sees it next finishes the user.

use std::collections::BTreeSet;

use twinpool_core::arrival::{Allowance, ArrivalStore as _, Limit, Mark, Tried, Way};
use twinpool_core::id::{OldSub, Sub, Username};
use twinpool_core::password::{Checked, Password, PasswordChecker as _};
use twinpool_core::port::{Class, Clock as _, LinkReader as _, LinkStore as _};
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::Attributes;

use crate::entrant::Entrant;
use crate::gate::{Gate, GatePorts};
use crate::known::Known;
use crate::not_admitted::{No, NotAdmitted, NotNow};
use crate::observe;

/// How often a lost fence is answered by reading again.
const ROUNDS: usize = 5;

/// As whom the new pool is to make a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// All attributes, the marker among them. Personal.
    pub attributes: Attributes,
    /// The username, where an alias was typed, and only there (F§8).
    pub username: Option<Username>,
    /// Whether the typed password goes on working. Else the user has to reset it first.
    pub is_confirmed: bool,
    /// Whether a code by text message is asked from now on.
    pub sms_mfa: bool,
}

impl<P: GatePorts> Gate<P> {
    /// Whom the new pool is to make for somebody who signs in with this name and password.
    ///
    /// # Errors
    /// When it is to make nobody, or nobody now.
    pub async fn sign_in(&self, typed: &Username, password: &Password) -> Result<Newcomer, NotAdmitted> {
        if self.is_over().await {
            return Err(No::Nobody.into());
        }
        let known = self.known().await?;
        let entrant = self.entrant(known, typed).await?;
        let now = self.ports.clock().now();
        if entrant.way(known, now) != Way::Password {
            return Err(No::OtherWay.into());
        }
        let who = Sub::from(&entrant.link.old_sub);
        self.count(&who, Tried::Password, Limit::PASSWORDS).await?;
        let checked = self.ports.old().check(&entrant.old.username, password).await;
        let checked = checked.map_err(NotNow::OldPool)?;
        let second_factor = checked == Checked::Right { second_factor: true };
        let is_confirmed = match checked {
            // Where the new pool asks for no factor at this sign-in, the code of a reset stands in for it.
            Checked::Right { .. } => !second_factor || entrant.turns_sms_on(),
            Checked::Temporary => false,
            Checked::Wrong => return Err(No::WrongPassword.into()),
            Checked::Locked => return Err(No::Locked.into()),
            Checked::Disabled => return Err(No::Disabled.into()),
            Checked::NotConfirmed => return Err(No::NotConfirmed.into()),
            Checked::ResetRequired => return Err(No::ResetRequired.into()),
            Checked::Unclear(_) => return Err(No::Unclear.into()),
        };
        let newcomer = self.announce(known, entrant, typed, is_confirmed).await?;
        if second_factor && !newcomer.sms_mfa {
            // It was turned off while the intent was written.
            if is_confirmed {
                return Err(NotNow::Contended.into());
            }
            let noted = self.ports.table().note(&who, Mark::SecondFactor, self.ports.clock().now()).await;
            noted.map_err(NotNow::Table)?;
        }
        if is_confirmed {
            // Before the answer: the old password must never go over one that was chosen in the new pool.
            self.note(&who, Mark::Migrated).await?;
        }
        // The password was right, whatever becomes of the count: it runs out by itself.
        self.ports.table().forgive(&who, Tried::Password).await.unwrap_or_default();
        Ok(newcomer)
    }

    async fn note(&self, who: &Sub, mark: Mark) -> Result<(), NotAdmitted> {
        let noted = self.ports.table().note(who, mark, self.ports.clock().now()).await;
        Ok(noted.map_err(NotNow::Table)?)
    }

    /// Whom the new pool is to make for somebody who forgot the password of this name: it then sends a code to a verified
    /// contact. Open to everybody who has one, whatever the policy of ways.
    ///
    /// # Errors
    /// When it is to make nobody, or nobody now.
    pub async fn reset(&self, typed: &Username) -> Result<Newcomer, NotAdmitted> {
        if self.is_over().await {
            return Err(No::Nobody.into());
        }
        let known = self.known().await?;
        let entrant = self.entrant(known, typed).await?;
        entrant.newcomer(false)?;
        self.count(&Sub::from(&entrant.link.old_sub), Tried::Reset, Limit::RESETS).await?;
        self.announce(known, entrant, typed, false).await
    }

    /// Counted before the old pool is asked: whoever is cut off has tried all the same.
    async fn count(&self, who: &Sub, what: Tried, limit: Limit) -> Result<(), NotAdmitted> {
        let now = self.ports.clock().now();
        match self.ports.table().try_once(who, what, limit, now).await.map_err(NotNow::Table)? {
            Allowance::Go => Ok(()),
            Allowance::Wait(_) => Err(No::TooMany.into()),
        }
    }

    /// The user of the old pool who would come in under this name.
    async fn entrant(&self, known: Known<'_>, typed: &Username) -> Result<Entrant, NotAdmitted> {
        let users = self.old_users(known, true);
        if let Some(old) = users.named(typed).await?
            && let Some(entrant) = self.prepare(known, old, typed).await?
        {
            return Ok(entrant);
        }
        let (mut fitting, mut turned_away) = (Vec::new(), None);
        for old in users.alike(typed).await? {
            // The profile of a provider has no password.
            if old.status == Status::ExternalProvider {
                continue;
            }
            match self.prepare(known, old, typed).await {
                // Says nothing of who else has proven the contact; that the name is taken does.
                Err(NotAdmitted::No(no)) if no != No::Taken => turned_away = Some(no),
                found => fitting.extend(found?),
            }
        }
        match (fitting.pop(), fitting.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => Err(No::Several.into()),
            (None, _) => Err(turned_away.unwrap_or(No::Nobody).into()),
        }
    }

    /// The user as the new pool would make it; `None` where that would be under another name.
    async fn prepare(
        &self,
        known: Known<'_>,
        old: Snapshot,
        typed: &Username,
    ) -> Result<Option<Entrant>, NotAdmitted> {
        let now = self.ports.clock().now();
        let link = self.ports.table().link(&OldSub::from(old.sub.clone())).await.map_err(NotNow::Table)?;
        let Some(entrant) = Entrant::of(known, old, link, typed, now) else {
            return Ok(None);
        };
        entrant.check(now)?;
        let marker = known.marker_of(&entrant.link.old_sub);
        let intended = entrant.link.intended.iter().cloned();
        for name in intended.chain(entrant.names(known)).collect::<BTreeSet<_>>() {
            match observe::holder(self.ports.new_pool(), &name).await.map_err(NotNow::NewPool)? {
                Some(user) if marker.is_on(&user) => return Err(NotNow::MadeAlready.into()),
                Some(_) => return Err(No::Taken.into()),
                None => {}
            }
        }
        Ok(Some(entrant))
    }

    /// Writes the intent, over whatever nobody is at any more.
    async fn announce(
        &self,
        known: Known<'_>,
        mut entrant: Entrant,
        typed: &Username,
        is_confirmed: bool,
    ) -> Result<Newcomer, NotAdmitted> {
        for _ in 0..ROUNDS {
            let newcomer = entrant.newcomer(is_confirmed)?;
            let link = entrant.intent(self.ports.clock().now());
            match self.ports.table().write(&link).await {
                Ok(_) => return Ok(newcomer),
                Err(error) if error.class == Class::Stale => {}
                Err(error) => return Err(NotNow::Table(error).into()),
            }
            // The mirror, or the same person on another device.
            entrant = self.prepare(known, entrant.old, typed).await?.ok_or(No::Nobody)?;
        }
        Err(NotNow::Contended.into())
    }
}
