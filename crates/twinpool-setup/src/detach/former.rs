//! What becomes of each slot, and whether its former function would do.

use twinpool_core::port::Class;

use super::{Fate, NoPlan, Refusal, Warning, Wish};
use crate::chain::chained;
use crate::permission::allows;
use crate::port::{FunctionArn, Functions, Json, Permission, Saved};
use crate::prove::Seen;
use crate::triggers::{Held, Slot, empty, give_back, in_slot, put};

/// As far as the saved state tells.
pub(crate) fn fate(before: &Seen, saved: Option<&Saved>, wish: &Wish, slot: Slot) -> Fate {
    let now = in_slot(&before.description, slot);
    let former = saved.map(|saved| in_slot(&saved.description, slot));
    if !now.as_ref().is_some_and(|held| held.is(&wish.function)) {
        let was = former
            .is_none_or(|former| former.map(|it| it.function) == now.as_ref().map(|it| it.function.clone()));
        return if was { Fate::AsBefore } else { Fate::Left(now) };
    }
    match former {
        _ if wish.leave_empty.contains(&slot) => Fate::Emptied,
        None => Fate::FormerUnknown,
        Some(Some(former)) if former.is(&wish.function) => Fate::FormerUnknown,
        Some(Some(former)) => Fate::GivenBack(former),
        Some(None) => Fate::Emptied,
    }
}

/// Where the saved state does not tell, the function that ours calls first was in the slot.
pub(crate) async fn ask_ours<F: Functions>(
    functions: &F,
    wish: &Wish,
    before: &Seen,
    slots: &mut [(Slot, Fate)],
) -> Result<(), NoPlan> {
    let mut unknown = slots.iter_mut().filter(|(_, fate)| *fate == Fate::FormerUnknown).peekable();
    let Some(slot) = unknown.peek().map(|(slot, _)| *slot) else { return Ok(()) };
    let configuration = match functions.configuration(&wish.function).await {
        Err(error) if error.class != Class::Denied => return Err(error.into()),
        found => found.ok().flatten(),
    };
    let chained = configuration.and_then(|configuration| chained(&configuration, wish.guest).ok());
    let chained = chained.ok_or(Refusal::FormerUnknown { guest: wish.guest, slot })?;
    for (slot, fate) in unknown {
        let Some(called) = chained.get(slot) else { continue };
        let version = in_slot(&before.description, *slot).and_then(|held| held.version);
        let former = Held { function: called.as_str().to_owned(), version };
        if former.is(&wish.function) {
            return Err(Refusal::FormerUnknown { guest: wish.guest, slot: *slot }.into());
        }
        *fate = Fate::GivenBack(former);
    }
    Ok(())
}

/// A former function that is no more, or does not let the pool in, would fail every sign-in.
pub(crate) async fn check<F: Functions>(
    functions: &F,
    wish: &Wish,
    slots: &[(Slot, Fate)],
    permission: Option<&Permission>,
) -> Result<Vec<Warning>, NoPlan> {
    let mut warnings = Vec::new();
    for (slot, fate) in slots {
        let Fate::GivenBack(former) = fate else { continue };
        let Ok(arn) = FunctionArn::parse(&former.function) else { continue };
        let function = former.function.clone();
        let is_there = match functions.configuration(&arn).await {
            Ok(found) => found.is_some(),
            // Another account's function may not be looked at.
            Err(error) if error.class == Class::Denied => continue,
            Err(error) => return Err(error.into()),
        };
        if !is_there {
            return Err(Refusal::FormerGone { slot: *slot, function }.into());
        }
        match (functions.policy(&arn).await, permission) {
            (Ok(policy), Some(permission)) if !allows(policy.as_ref(), permission) => {
                if !wish.even_if_not_allowed {
                    return Err(Refusal::FormerNotAllowed { slot: *slot, function }.into());
                }
                warnings.push(Warning::NotAllowed(*slot, function));
            }
            (Err(error), _) if error.class != Class::Denied => return Err(error.into()),
            (Ok(_) | Err(_), _) => {}
        }
    }
    Ok(warnings)
}

/// Does to a slot what becomes of it.
pub(crate) fn settle(description: &mut Json, slot: Slot, fate: &Fate, saved: Option<&Saved>) {
    let saved = saved.map(|saved| &saved.description);
    match fate {
        Fate::GivenBack(former) => match saved.filter(|it| in_slot(it, slot).as_ref() == Some(former)) {
            Some(saved) => give_back(description, slot, saved),
            // Nothing was saved: the version that the slot has stays.
            None => put(description, slot, &former.function, "V1_0"),
        },
        Fate::Emptied | Fate::FormerUnknown => empty(description, slot),
        Fate::AsBefore | Fate::Left(_) => {}
    }
}
