//! Whether a function of ours is in a pool's slots.

use crate::chain::Chained;
use crate::guest::Guest;
use crate::port::{FunctionArn, Json};
use crate::triggers::{Held, Slot, in_slot};

/// What is in one of the slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Empty,
    /// Ours, and the former function that it calls first, if any.
    Ours(Option<FunctionArn>),
    /// Ours by another alias or version than the one asked for.
    OtherAlias(Held),
    /// Another function.
    Other(Held),
}

/// How far a pool is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attachment {
    /// In no slot.
    Not,
    /// In some of the slots, or by another alias.
    Partly,
    /// In all of them.
    Whole,
    /// In all of them, and in some it calls a former function first.
    Chained,
}

/// The slots that a function of ours goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Which of ours.
    pub guest: Guest,
    /// What is in each of those that it needs, and in others that it is in all the same.
    pub places: Vec<(Slot, Place)>,
}

impl Status {
    /// In one word.
    #[must_use]
    pub fn attachment(&self) -> Attachment {
        let count = |is: fn(&Place) -> bool| self.places.iter().filter(|(_, place)| is(place)).count();
        let exact = count(|place| matches!(place, Place::Ours(_)));
        let ours = exact + count(|place| matches!(place, Place::OtherAlias(_)));
        match ours {
            0 => Attachment::Not,
            _ if exact < self.places.len() => Attachment::Partly,
            _ if count(|place| matches!(place, Place::Ours(Some(_)))) > 0 => Attachment::Chained,
            _ => Attachment::Whole,
        }
    }
}

/// What the slots hold. `wanted` is what [`Guest::wanted`] says of the function, and `chained` what [`crate::chain::chained`] does.
#[must_use]
pub fn status(
    description: &Json,
    guest: Guest,
    ours: &FunctionArn,
    wanted: &[Slot],
    chained: &Chained,
) -> Status {
    let place = |slot| match in_slot(description, slot) {
        None => Place::Empty,
        Some(held) if held.function == ours.as_str() => Place::Ours(chained.get(&slot).cloned()),
        Some(held) if held.is(ours) => Place::OtherAlias(held),
        Some(held) => Place::Other(held),
    };
    let is_ours = |slot: Slot| in_slot(description, slot).is_some_and(|held| held.is(ours));
    let slots = guest.slots().iter().copied().filter(|slot| wanted.contains(slot) || is_ours(*slot));
    Status { guest, places: slots.map(|slot| (slot, place(slot))).collect() }
}
