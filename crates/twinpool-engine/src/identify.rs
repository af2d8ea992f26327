//! Which user id an account of the new pool has. Whoever has none is given one.
//!
//! Only three things decide: what the table says, the marker that twinpool wrote, and the word of an identity provider whose
//! users the old pool knows. Never an e-mail address or a username: those can be given to somebody else, or be claimed.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::account::{Account, IdStore};
use twinpool_core::change_event::{About, UserRef};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, NewSub, OldSub, PoolId, Sub, Timestamp, UserId, Username};
use twinpool_core::plan::Marker;
use twinpool_core::port::{Answer, PoolReader, PortError};
use twinpool_core::snapshot::{Identity, Snapshot, Status};
use twinpool_rules::Rules;

use crate::resolve::{is_profile_of, profile_name};

/// What is asked, and what is known beside it.
#[derive(Debug)]
pub struct Identify<'a, O, N, I> {
    /// The old pool.
    pub old: &'a O,
    /// The new pool.
    pub new_pool: &'a N,
    /// The table.
    pub ids: &'a I,
    /// Which pool the old one is.
    pub old_pool: &'a PoolId,
    /// For markers and digests of identities.
    pub key: &'a DigestKey,
    /// The attribute that proves whose user a user is.
    pub marker: &'a AttributeName,
    /// How the new pool names the identity providers of the old one.
    pub rules: &'a Rules,
}

/// An account with its user id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The user id.
    pub id: UserId,
    /// Set where the account was found to be that of a user of the old pool just now: the mirror should make a pair of them.
    pub follows: Option<About>,
}

/// Why an account has no user id yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotYet {
    /// No such user, or another one by this name.
    #[error("the new pool has no such user")]
    Gone,
    /// Twinpool made the user for this one of the old pool, and the link is on its way.
    #[error("the link of this user is on its way: the mirror makes it, for the old sub {of}")]
    LinkPending {
        /// The user of the old pool.
        of: OldSub,
        /// When the user was made in the new pool; 0 where the pool does not say.
        made: Timestamp,
    },
    /// The sign-up is not confirmed: it may be anybody's, and never be used.
    #[error("the user has not confirmed the sign-up")]
    NotConfirmed,
    /// The identities of the account are of several users of the old pool, who are not known to be one person.
    #[error(
        "the identities of the account are of several users of the old pool: say that these are one person (`twinpool resolve`)"
    )]
    SeveralUsers,
    /// The old pool could not be asked whether it knows the user: nothing is guessed.
    #[error("the old pool could not be asked: {0}")]
    OldPool(PortError),
    /// The new pool could not be asked.
    #[error("the new pool could not be asked: {0}")]
    NewPool(PortError),
    /// The table could not be read or written.
    #[error("the table could not be asked: {0}")]
    Table(PortError),
}

/// A user of the old pool.
struct Owner {
    sub: OldSub,
    /// Its username, where only that reaches the user.
    profile: Option<Username>,
}

impl From<Snapshot> for Owner {
    fn from(user: Snapshot) -> Self {
        let is_profile = user.status == Status::ExternalProvider;
        Self { sub: OldSub::from(user.sub), profile: is_profile.then_some(user.username) }
    }
}

impl Owner {
    fn about(self) -> About {
        let sub = Sub::from(&self.sub);
        match self.profile {
            Some(username) => About::Profile(sub, username),
            None => About::User(sub),
        }
    }
}

impl<O: PoolReader, N: PoolReader, I: IdStore> Identify<'_, O, N, I> {
    /// The user id of an account of the new pool: one read of the table, where it has one. Else the account is read under `who`,
    /// and is given the id of the user of the old pool who has one of its identities, or else its own sub. Safe to repeat, to
    /// interrupt at any point, and to run beside itself: the table takes one answer.
    ///
    /// # Errors
    /// When there is no id yet.
    pub async fn user_id(&self, sub: &NewSub, who: &UserRef) -> Result<Named, NotYet> {
        if let Some(id) = self.known(Account::from(sub)).await? {
            return Ok(Named { id, follows: None });
        }
        self.newcomer(sub, who).await
    }

    /// The same, for an account that the table did not know a moment ago.
    ///
    /// # Errors
    /// When there is no id yet.
    pub async fn newcomer(&self, sub: &NewSub, who: &UserRef) -> Result<Named, NotYet> {
        let user = self.new_pool.user(who).await.map_err(NotYet::NewPool)?;
        // A name may have been given to somebody else since.
        let user = user.filter(|user| user.sub.as_str() == sub.as_str()).ok_or(NotYet::Gone)?;
        if let Some(owner) = Marker::owner(self.marker, self.old_pool, &user, self.key) {
            return Err(NotYet::LinkPending { of: owner, made: user.created_at });
        }
        if user.status == Status::Unconfirmed {
            return Err(NotYet::NotConfirmed);
        }
        let (id, owner) = match self.owner(&user.identities).await? {
            Some((id, owner)) => (id, Some(owner)),
            None => (UserId::from(sub), None),
        };
        let of = owner.as_ref().map(|owner| &owner.sub);
        // Who was faster is right.
        let id = self.ids.assign(sub, &id, of).await.map_err(NotYet::Table)?;
        Ok(Named { id, follows: owner.map(Owner::about) })
    }

    async fn known(&self, account: Account) -> Result<Option<UserId>, NotYet> {
        let answer = self.ids.user_ids(&[account]).await.map_err(NotYet::Table)?;
        Ok(answer.into_iter().next().flatten())
    }

    /// The user of the old pool who has one of these identities, and which user id that is.
    async fn owner(&self, identities: &BTreeSet<Identity>) -> Result<Option<(UserId, Owner)>, NotYet> {
        let mut owners = BTreeMap::new();
        for identity in identities {
            let Some(provider) = self.rules.old_provider(&identity.provider) else {
                continue;
            };
            let identity = Identity { provider, subject: identity.subject.clone() };
            let Some(owner) = self.owner_of(&identity).await? else {
                continue;
            };
            // Born in the old pool, and nothing written down: the sub is the user id.
            let id = self.known(Account::from(&owner.sub)).await?.unwrap_or_else(|| (&owner.sub).into());
            owners.entry(id).or_insert(owner);
        }
        if owners.len() > 1 {
            return Err(NotYet::SeveralUsers);
        }
        Ok(owners.pop_first())
    }

    /// Who has this identity in the old pool: its own profile there, or the local user whom it is linked to. What is noted
    /// of an identity tells where to look, and the old pool whether it is still so.
    async fn owner_of(&self, identity: &Identity) -> Result<Option<Owner>, NotYet> {
        if let Some(owner) = self.profile(identity).await.map_err(NotYet::OldPool)? {
            return Ok(Some(owner));
        }
        let digest = self.key.any_identity(identity);
        let Some(noted) = self.ids.owner_of_identity(&digest).await.map_err(NotYet::Table)? else {
            return Ok(None);
        };
        let user = self.in_old_pool(UserRef::Sub(Sub::from(&noted))).await.map_err(NotYet::OldPool)?;
        let is_owner =
            |user: &Snapshot| user.sub.as_str() == noted.as_str() && user.identities.contains(identity);
        Ok(user.filter(is_owner).map(Owner::from))
    }

    /// The profile that a provider made in the old pool.
    async fn profile(&self, identity: &Identity) -> Answer<Option<Owner>> {
        let Some(name) = profile_name(identity) else {
            return Ok(None);
        };
        let profile = self.in_old_pool(UserRef::Username(name)).await?;
        Ok(profile.filter(|user| is_profile_of(user, identity)).map(Owner::from))
    }

    /// A name that Cognito does not take for one is nobody's. Whatever else it refuses says nothing of the user.
    async fn in_old_pool(&self, who: UserRef) -> Answer<Option<Snapshot>> {
        let is_name = matches!(who, UserRef::Username(_));
        match self.old.user(&who).await {
            Err(error) if is_name && error.code == "InvalidParameterException" => Ok(None),
            answer => answer,
        }
    }
}
