//! Takes capture out of the slots of a pool, and gives each what was in it before.
//!
//! What the owner changed since stays, and so does a function that somebody else has put into a slot meanwhile.

use std::collections::BTreeSet;
use std::fmt;

use twinpool_core::port::{Class, PortError};

use crate::Ports;
use crate::managed::{Manager, manager};
use crate::permission::{allows, permission};
use crate::port::{Archive, FunctionArn, Functions, Json, Permission, PoolSettings, Saved};
use crate::prove::{Seen, Step, look};
use crate::settings::{self, Change, Unsendable};
use crate::triggers::{Held, Slot, empty, give_back, held, in_slot, is_clear};

mod run;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Capture.
    pub capture: FunctionArn,
    /// Slots that stay empty although there was a function in them.
    pub leave_empty: BTreeSet<Slot>,
    /// Now, in milliseconds since 1970.
    pub at: u64,
}

/// What will be done.
#[derive(Debug)]
pub struct Plan {
    capture: FunctionArn,
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
    /// Whether capture is in no slot any more. Carrying the plan out removes what else is left of it.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What becomes of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It gets its former function back.
    GivenBack(Held),
    /// It is emptied: nothing was in it before, or the owner wants it so.
    Emptied,
    /// It is emptied, and what was in it before is not known: nothing was saved.
    FormerUnknown,
    /// Capture is not in it, and it is as it was before.
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
    /// Capture is in a slot where twinpool never puts it, and stays there; so does its permission.
    Elsewhere(String),
    /// Second factors changed since a detaching that did not finish, and are put back.
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
            Self::Elsewhere(slot) => {
                write!(f, "capture is also in {slot}, where twinpool did not put it: it stays there")
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
    /// Whether the settings were changed now; false where capture was out already.
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
    if !is_clear(&before.description) {
        return Err(Refusal::Unclear.into());
    }
    let saved = ports.archive.find(ports.pool.id()).await?;
    let slots: Vec<_> =
        Slot::ALL.into_iter().map(|slot| (slot, fate(&before, saved.as_ref(), wish, slot))).collect();
    let permission = permission(&before.description);
    let mut warnings: Vec<_> = manager(&before.description).map(Warning::Managed).into_iter().collect();
    warnings.extend(former_functions(ports.functions, &slots, permission.as_ref()).await?);
    let mut after = before.clone();
    for (slot, fate) in &slots {
        match (fate, &saved) {
            (Fate::GivenBack(_), Some(saved)) => give_back(&mut after.description, *slot, &saved.description),
            (Fate::Emptied | Fate::FormerUnknown | Fate::GivenBack(_), _) => {
                empty(&mut after.description, *slot);
            }
            (Fate::AsBefore | Fate::Left(_), _) => {}
        }
    }
    let remains = held(&after.description).into_iter().filter(|(_, held)| held.is(&wish.capture));
    warnings.extend(remains.map(|(slot, _)| Warning::Elsewhere(slot)));
    warnings.extend(lost_factors(&before, saved.as_ref(), &slots).map(|(mfa, paths)| {
        after.mfa = mfa;
        Warning::PutsBack(paths)
    }));
    for seen in [&before, &after] {
        settings::update_body(&seen.description).map_err(Refusal::from)?;
    }
    let changes = before.difference(&after);
    let marks = (!changes.is_empty()).then(|| Saved {
        pool: ports.pool.id().clone(),
        description: after.description.clone(),
        mfa: after.mfa.clone(),
        attached: Vec::new(),
        at: wish.at,
    });
    let step = Step { before, after };
    Ok(Plan { capture: wish.capture.clone(), permission, step, marks, changes, slots, warnings })
}

fn fate(before: &Seen, saved: Option<&Saved>, wish: &Wish, slot: Slot) -> Fate {
    let now = in_slot(&before.description, slot);
    let former = saved.map(|saved| in_slot(&saved.description, slot));
    if !now.as_ref().is_some_and(|held| held.is(&wish.capture)) {
        let was = former
            .is_none_or(|former| former.map(|it| it.function) == now.as_ref().map(|it| it.function.clone()));
        return if was { Fate::AsBefore } else { Fate::Left(now) };
    }
    match former {
        _ if wish.leave_empty.contains(&slot) => Fate::Emptied,
        None => Fate::FormerUnknown,
        Some(Some(former)) if former.is(&wish.capture) => Fate::FormerUnknown,
        Some(Some(former)) => Fate::GivenBack(former),
        Some(None) => Fate::Emptied,
    }
}

/// A former function that is no more would fail every sign-in.
async fn former_functions<F: Functions>(
    functions: &F,
    slots: &[(Slot, Fate)],
    permission: Option<&Permission>,
) -> Result<Vec<Warning>, NoPlan> {
    let mut warnings = Vec::new();
    for (slot, fate) in slots {
        let Fate::GivenBack(former) = fate else { continue };
        let Ok(arn) = FunctionArn::parse(&former.function) else { continue };
        let is_there = match functions.configuration(&arn).await {
            Ok(found) => found.is_some(),
            // Another account's function may not be looked at.
            Err(error) if error.class == Class::Denied => continue,
            Err(error) => return Err(error.into()),
        };
        if !is_there {
            return Err(Refusal::FormerGone { slot: *slot, function: former.function.clone() }.into());
        }
        match (functions.policy(&arn).await, permission) {
            (Ok(policy), Some(permission)) if !allows(policy.as_ref(), permission) => {
                warnings.push(Warning::NotAllowed(*slot, former.function.clone()));
            }
            (Err(error), _) if error.class != Class::Denied => return Err(error.into()),
            (Ok(_) | Err(_), _) => {}
        }
    }
    Ok(warnings)
}

/// Second factors that an earlier run may have lost between its update and its proof: capture is out, and what was kept then,
/// just before the update, is not what there is.
fn lost_factors(before: &Seen, saved: Option<&Saved>, slots: &[(Slot, Fate)]) -> Option<(Json, Vec<String>)> {
    let is_out = slots.iter().all(|(_, fate)| matches!(fate, Fate::AsBefore | Fate::Left(_)));
    let saved = saved.filter(|saved| is_out && saved.attached.is_empty())?;
    let changes = settings::difference(&before.mfa, &saved.mfa);
    // Asking for a factor or not is a setting of the pool, which no update loses.
    let is_asked_alike = before.mfa.get("MfaConfiguration") == saved.mfa.get("MfaConfiguration");
    (is_asked_alike && !changes.is_empty()).then(|| {
        let paths = changes.iter().map(|change| format!("MFA.{}", change.path)).collect();
        (saved.mfa.clone(), paths)
    })
}
