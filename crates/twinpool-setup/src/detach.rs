//! Takes a function of ours out of its slots of a pool, and gives each what was in it before.
//!
//! What the owner changed since stays, and so does a function that somebody else has put into a slot meanwhile.

use std::collections::BTreeSet;
use std::fmt;

use twinpool_core::port::PortError;

use crate::Ports;
use crate::guest::Guest;
use crate::managed::{Manager, manager};
use crate::permission::permission;
use crate::port::{Archive, FunctionArn, Functions, Permission, PoolSettings, Saved};
use crate::prove::{Seen, Step, look};
use crate::settings::{self, Change, Unsendable};
use crate::triggers::{Held, Slot, held, is_clear};

pub use crate::prove::Unfinished;

pub(crate) mod former;
mod run;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Which of ours.
    pub guest: Guest,
    /// The function.
    pub function: FunctionArn,
    /// Slots that stay empty although there was a function in them.
    pub leave_empty: BTreeSet<Slot>,
    /// What to do with second factors that changed since a run that did not finish.
    pub unfinished: Option<Unfinished>,
    /// Also where somebody else's tool may put the triggers in again.
    pub even_if_managed: bool,
    /// Also a former function goes back whose policy does not let the pool in.
    pub even_if_not_allowed: bool,
    /// Now, in milliseconds since 1970.
    pub at: u64,
}

/// What will be done.
#[derive(Debug)]
pub struct Plan {
    function: FunctionArn,
    permission: Option<Permission>,
    step: Step,
    marks: Option<Saved>,
    /// The exact difference between the settings now and afterwards.
    pub changes: Vec<Change>,
    /// What becomes of each slot.
    pub slots: Vec<(Slot, Fate)>,
    /// What the owner should know before saying yes.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// Whether the function is in no slot any more. Carrying the plan out removes what else is left of it.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What becomes of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It gets its former function back: the one that was saved, or else the one that ours calls.
    GivenBack(Held),
    /// It is emptied: nothing was in it before, or the owner wants it so.
    Emptied,
    /// It is emptied, and what was in it before is not known: nothing was saved, and ours calls nobody.
    FormerUnknown,
    /// Ours is not in it, and it is as it was before.
    AsBefore,
    /// Somebody has put something else into it meanwhile, or emptied it. It stays so.
    Left(Option<Held>),
}

/// What the owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Somebody else's tool may put the triggers in again (F§6, trap 11).
    Managed(Manager),
    /// The former function does not let the pool in: the sign-ins would fail.
    NotAllowed(Slot, String),
    /// The function is in a slot where twinpool never puts it, and stays there; so does its permission.
    Elsewhere(Guest, String),
    /// Second factors changed since a run that did not finish, and are put back.
    PutsBack(Vec<String>),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Managed(manager) => {
                write!(
                    f,
                    "the pool is managed by {manager}: take the triggers out there too, or they come back"
                )
            }
            Self::NotAllowed(slot, function) => {
                write!(
                    f,
                    "{function} goes back into {slot}, and its policy does not let the pool in: add the permission"
                )
            }
            Self::Elsewhere(guest, slot) => {
                write!(f, "{guest} is also in {slot}, where twinpool did not put it: it stays there")
            }
            Self::PutsBack(paths) => write!(
                f,
                "an earlier run did not finish, and this was changed since and is put back: {}",
                paths.join(", ")
            ),
        }
    }
}

/// Why a pool is not touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// With it in the slot, every sign-in would fail (F§2).
    #[error(
        "{function} was in {slot} before, and is no more: deploy it again, or say that {slot} is to stay empty"
    )]
    FormerGone {
        /// The slot.
        slot: Slot,
        /// The function.
        function: String,
    },
    /// With it in the slot, every sign-in would fail (F§2).
    #[error(
        "{function} was in {slot} before, and its policy does not let the pool in: add the permission, or say that {slot} is to \
         stay empty"
    )]
    FormerNotAllowed {
        /// The slot.
        slot: Slot,
        /// The function.
        function: String,
    },
    /// Nothing was saved, and our function, which would name it, cannot be read.
    #[error(
        "what was in {slot} before is not known: nothing was saved, and the configuration of {guest} cannot be read; say that \
         {slot} is to stay empty if so it was"
    )]
    FormerUnknown {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
    },
    /// Somebody else's tool may put the triggers in again (F§6, trap 11).
    #[error(
        "the pool is managed by {0}, whose next deployment would put the triggers in again: take them out there"
    )]
    Managed(Manager),
    /// Second factors changed since a run that did not finish.
    #[error("an earlier run did not finish, and since then these settings changed: {}; say whether they are to stay or to be put back", .0.join(", "))]
    Unfinished(Vec<String>),
    /// `LambdaConfig` has a form that is not known.
    #[error("LambdaConfig of the pool cannot be read: nothing is changed that is not understood")]
    Unclear,
    /// The description cannot be sent back.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
}

/// Why there is no plan. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// The pool must not be touched.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A call failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detached {
    /// Whether the settings were changed now; false where the function was out already.
    pub did_update: bool,
    /// Parts of the description that moved meanwhile and are no settings.
    pub noticed: Vec<String>,
}

/// Reads the pool, and says what will be done.
///
/// # Errors
/// Why it must not be done, or the call that failed.
pub async fn plan<P: PoolSettings, F: Functions, A: Archive>(
    ports: &Ports<'_, P, F, A>,
    wish: &Wish,
) -> Result<Plan, NoPlan> {
    let before = look(ports.pool).await?;
    if !is_clear(&before.description, wish.guest.slots()) {
        return Err(Refusal::Unclear.into());
    }
    let saved = ports.archive.find(ports.pool.id()).await?;
    let fate = |slot: &Slot| (*slot, former::fate(&before, saved.as_ref(), wish, *slot));
    let mut slots: Vec<_> = wish.guest.slots().iter().map(fate).collect();
    former::ask_ours(ports.functions, wish, &before, &mut slots).await?;
    let permission = permission(&before.description);
    let mut warnings: Vec<_> = manager(&before.description).map(Warning::Managed).into_iter().collect();
    warnings.extend(former::check(ports.functions, wish, &slots, permission.as_ref()).await?);
    let mut after = before.clone();
    for (slot, fate) in &slots {
        former::settle(&mut after.description, *slot, fate, saved.as_ref());
    }
    let remains = held(&after.description).into_iter().filter(|(_, held)| held.is(&wish.function));
    warnings.extend(remains.map(|(slot, _)| Warning::Elsewhere(wish.guest, slot)));
    warnings.extend(factors(&before, saved.as_ref(), wish, &mut after)?);
    for seen in [&before, &after] {
        settings::update_body(&seen.description).map_err(Refusal::from)?;
    }
    let changes = before.difference(&after);
    if let Some(manager) =
        manager(&before.description).filter(|_| !changes.is_empty() && !wish.even_if_managed)
    {
        return Err(Refusal::Managed(manager).into());
    }
    let marks = (!changes.is_empty()).then(|| Saved {
        pool: ports.pool.id().clone(),
        description: after.description.clone(),
        mfa: after.mfa.clone(),
        attached: Vec::new(),
        at: wish.at,
    });
    let step = Step { before, after };
    Ok(Plan { function: wish.function.clone(), permission, step, marks, changes, slots, warnings })
}

/// Second factors that an earlier run may have lost between its update and its proof. Whoever changed them, only the owner says
/// whether they are put back: no update of this run has changed them.
fn factors(
    before: &Seen,
    saved: Option<&Saved>,
    wish: &Wish,
    after: &mut Seen,
) -> Result<Option<Warning>, Refusal> {
    let Some(saved) = saved.filter(|saved| saved.attached.is_empty()) else { return Ok(None) };
    let changes = settings::difference(&before.mfa, &saved.mfa);
    // Asking for a factor or not is a setting of the pool, which no update loses.
    if changes.is_empty() || before.mfa.get("MfaConfiguration") != saved.mfa.get("MfaConfiguration") {
        return Ok(None);
    }
    let paths = changes.iter().map(|change| format!("MFA.{}", change.path)).collect();
    match wish.unfinished {
        None => Err(Refusal::Unfinished(paths)),
        Some(Unfinished::Keep) => Ok(None),
        Some(Unfinished::PutBack) => {
            after.mfa = saved.mfa.clone();
            Ok(Some(Warning::PutsBack(paths)))
        }
    }
}
