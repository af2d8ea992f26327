//! What would await people in the old pool if everybody were sent back to it now. Pure: from a link, and from what is known of how
//! the user came into the new pool.

use std::collections::BTreeMap;

use crate::arrival::{Arrival, Invitation};
use crate::held_back::{Reason, Subject};
use crate::id::{Pool, Timestamp};
use crate::link::{Left, Link, LinkState, Linked};

/// What the password that a user has in the old pool is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OldPassword {
    /// It is the one that the user knows, as far as twinpool can know.
    Works,
    /// The user would type another one: it must be reset there, or carried back.
    Reset(Because),
    /// The same, and the old pool asks for a reset already.
    PutToReset(Because),
}

/// Why a user would type a password that the old pool does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// Chose or reset one in the new pool.
    Chosen,
    /// Came with a temporary one that was sent, and so chose one.
    Invited,
    /// Was born in the new pool: nobody knows the one that the old pool has.
    Born,
    /// A password was being set when somebody died, and the user came after that.
    Unclear,
}

impl Because {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Chosen, Self::Invited, Self::Born, Self::Unclear];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Invited => "invited",
            Self::Born => "born",
            Self::Unclear => "unclear",
        }
    }
}

/// Why a user is in the new pool only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewOnly {
    /// Born there, and not made in the old pool, or not yet.
    Born,
    /// The old pool deleted its user, and the one of the new pool was kept.
    Deleted,
}

impl NewOnly {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Born, Self::Deleted];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Born => "born",
            Self::Deleted => "deleted",
        }
    }
}

/// Where a user is, as the link says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InOld {
    /// In the old pool, and was born there, or signs in there without a password.
    Own,
    /// In the old pool, and was born in the new one: twinpool gave the user a password that nobody knows.
    Made,
    /// In the old pool, and disabled.
    Disabled,
    /// In the new pool only.
    Gone,
    /// Nobody, or one person with somebody else who counts.
    Nobody,
}

impl InOld {
    /// What a link says.
    #[must_use]
    pub fn of(link: &Link) -> Self {
        match &link.state {
            LinkState::Pending { .. } | LinkState::Conflict { .. } => Self::Own,
            LinkState::Linked(_) if is_gone(link) => Self::Gone,
            LinkState::Linked(linked) if is_disabled(linked) => Self::Disabled,
            LinkState::Linked(linked) if is_made(link, linked) => Self::Made,
            LinkState::Linked(_) => Self::Own,
            LinkState::Tombstone { by: Pool::Old, left: Left::Kept, .. } => Self::Gone,
            LinkState::Tombstone { .. } | LinkState::Merged { .. } => Self::Nobody,
        }
    }
}

/// Whether the user was deleted from the old pool while the new one had the say.
fn is_gone(link: &Link) -> bool {
    let mut held = link.reverse.held_back.iter();
    held.any(|held| held.subject == Subject::User && held.reason == Reason::GoneFromOld)
}

/// What a side without attributes says of a pair that did not follow yet is nothing.
fn is_disabled(linked: &Linked) -> bool {
    let old = &linked.base.old;
    !old.enabled && !old.attributes.is_empty()
}

/// A profile of an identity provider has no password.
fn is_made(link: &Link, linked: &Linked) -> bool {
    link.is_birth_of(&linked.new_sub) && linked.base.old.identities.is_empty()
}

impl OldPassword {
    /// What is known of it. `born`: the user was born in the new pool ([`InOld::Made`]).
    #[must_use]
    pub fn of(arrival: &Arrival, born: bool) -> Self {
        let Some((because, since)) = other(arrival, born) else {
            return Self::Works;
        };
        let known = arrival.back_at.max(arrival.old_password_at);
        // A reset ends whatever was known before it.
        let is_reset = arrival.reset_in_old_at.is_some_and(|reset| reset >= since && Some(reset) > known);
        if is_reset {
            return Self::PutToReset(because);
        }
        if known.is_some_and(|known| known >= since) {
            return Self::Works;
        }
        Self::Reset(because)
    }

    /// Why the user would type another one.
    #[must_use]
    pub fn because(self) -> Option<Because> {
        match self {
            Self::Works => None,
            Self::Reset(because) | Self::PutToReset(because) => Some(because),
        }
    }
}

/// Since when, and why, the user knows a password that the old pool may not know.
fn other(arrival: &Arrival, born: bool) -> Option<(Because, Timestamp)> {
    if let Some(chosen) = arrival.chosen_at {
        return Some((Because::Chosen, chosen));
    }
    if let Some(came) = arrival.came_at.filter(|_| arrival.bridged_at.is_none()) {
        let invited = match arrival.invitation() {
            Invitation::Begun(at) | Invitation::Sent(at) => came >= at,
            Invitation::None | Invitation::Withdrawn => false,
        };
        if invited {
            return Some((Because::Invited, came));
        }
        if arrival.bridging_at.is_some_and(|bridging| came >= bridging) {
            return Some((Because::Unclear, came));
        }
    }
    born.then_some((Because::Born, Timestamp(0)))
}

/// What would await everybody in the old pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Users of the old pool who sign in there as ever.
    pub fine: u64,
    /// Users of the old pool who would need a password reset.
    pub reset: BTreeMap<Because, u64>,
    /// How many of those the old pool asks for a reset already.
    pub put_to_reset: u64,
    /// Users of the new pool who are in that one only.
    pub new_only: BTreeMap<NewOnly, u64>,
    /// Users of the old pool who are disabled, and counted nowhere else.
    pub disabled: u64,
    /// Of users in both pools: how many have something in the new pool that the old one lacks.
    pub behind: u64,
    /// Users of the old pool of whom nobody knows: they may have chosen a password in the new pool, where nobody hears of it.
    pub unknown: u64,
    /// Items of the table that could not be read: nobody knows about these.
    pub unreadable: u64,
}

impl Readiness {
    /// Takes a user of the old pool in, whose password there is worth that.
    pub fn add(&mut self, where_to: InOld, password: OldPassword) {
        match where_to {
            InOld::Nobody => {}
            InOld::Disabled => self.disabled += 1,
            InOld::Gone => self.add_new_only(NewOnly::Deleted),
            InOld::Own | InOld::Made => match password {
                OldPassword::Works => self.fine += 1,
                OldPassword::Reset(because) => *self.reset.entry(because).or_default() += 1,
                OldPassword::PutToReset(because) => {
                    *self.reset.entry(because).or_default() += 1;
                    self.put_to_reset += 1;
                }
            },
        }
    }

    /// Takes somebody in whom the old pool does not have.
    pub fn add_new_only(&mut self, why: NewOnly) {
        *self.new_only.entry(why).or_default() += 1;
    }

    /// The same where sign-ins to the new pool are not heard of: of whoever counts as fine nobody knows.
    #[must_use]
    pub fn unheard(self) -> Self {
        Self { unknown: self.unknown + self.fine, fine: 0, ..self }
    }

    /// How many would need a password reset.
    #[must_use]
    pub fn resets(&self) -> u64 {
        self.reset.values().sum()
    }

    /// How many are in the new pool only.
    #[must_use]
    pub fn only_in_new(&self) -> u64 {
        self.new_only.values().sum()
    }
}

#[cfg(test)]
mod tests;
