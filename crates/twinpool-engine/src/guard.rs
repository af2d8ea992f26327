//! A sign-up at the new pool must not take the name of somebody who has an account in the old one (F§8): Cognito would not ask for
//! that user any more, and the mirror could not make it.

use std::collections::BTreeSet;

use twinpool_core::id::{OldSub, Username};
use twinpool_core::plan::Marker;
use twinpool_core::pool::SignIn;
use twinpool_core::port::LinkReader as _;
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_core::value::Attributes;

use crate::bury::was_deleted_in_new;
use crate::entrant::cause;
use crate::gate::{Gate, GatePorts};
use crate::known::Known;
use crate::not_admitted::NotNow;

/// What somebody signs up with.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The username: chosen, or made up by the pool.
    pub username: Option<Username>,
    /// The attributes.
    pub attributes: Attributes,
}

/// Why a sign-up is refused.
#[derive(Debug, thiserror::Error)]
pub enum Barred {
    /// A user of the old pool has the name: the person signs in with the password of there.
    #[error("a user of the old pool has this name")]
    Held,
    /// It could not be found out.
    #[error(transparent)]
    NotNow(#[from] NotNow),
}

impl<P: GatePorts> Gate<P> {
    /// Whether somebody may sign up so.
    ///
    /// A name counts as held where a user of the old pool signs in with it, whether its address is verified or not; and an address
    /// where it is no name there, only if that user has proven it: else anybody could keep others out by writing down
    /// their address. Where the new pool does not tell upper from lower case, other letters of the same name are held too, as far as they
    /// can be looked up. Who never confirmed the sign-up, or is left out, will not come, so holds nothing. Contacts
    /// that are no names in the new pool can be shared, and are not looked at.
    ///
    /// # Errors
    /// When the name is held, or nobody knows.
    pub async fn sign_up(&self, sign_up: &SignUp) -> Result<(), Barred> {
        if self.is_over().await {
            return Ok(());
        }
        let known = self.known().await.map_err(NotNow::Start)?;
        let pool = &known.old_shape.id;
        // A migration shows up here as well, after the answer (F§8). Nobody else can write the marker.
        let owner = Marker::owner_in(known.marker, pool, &sign_up.attributes, known.key);
        let users = self.old_users(known, known.rules.leaves_out_by_group());
        for name in names(known, sign_up) {
            if let Some(holder) = users.named(&name).await?
                && self.holds(known, holder, owner.as_ref()).await?
            {
                return Err(Barred::Held);
            }
            for holder in users.alike(&name).await? {
                if self.holds(known, holder, owner.as_ref()).await? {
                    return Err(Barred::Held);
                }
            }
        }
        Ok(())
    }

    async fn holds(
        &self,
        known: Known<'_>,
        holder: Snapshot,
        owner: Option<&OldSub>,
    ) -> Result<bool, NotNow> {
        let sub = OldSub::from(holder.sub.clone());
        if owner == Some(&sub) || holder.status == Status::Unconfirmed {
            return Ok(false);
        }
        // A person may have left the user out.
        let link = self.ports.table().link(&sub).await.map_err(NotNow::Table)?;
        // Whoever deleted the account in the new pool may come again.
        if link.as_ref().is_some_and(was_deleted_in_new) {
            return Ok(false);
        }
        Ok(!known.case(&cause(), 1, holder, link.as_ref()).view.left_out)
    }
}

/// What the person would sign in with. A pool that makes usernames up shows one that nobody types.
fn names(known: Known<'_>, sign_up: &SignUp) -> BTreeSet<Username> {
    let ways = sign_up.attributes.iter().filter(|(name, _)| known.new_shape.sign_in.is_unique(name));
    let ways: BTreeSet<_> = ways.filter_map(|(_, value)| Username::parse(value.reveal()).ok()).collect();
    let is_made_up = matches!(known.new_shape.sign_in, SignIn::Contact(_)) && !ways.is_empty();
    let username = sign_up.username.iter().filter(|_| !is_made_up);
    username.cloned().chain(ways).collect()
}
