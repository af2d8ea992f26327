//! What the owner should know before saying yes.

use std::fmt;

use crate::guest::Guest;
use crate::managed::Manager;
use crate::port::FunctionArn;
use crate::triggers::Slot;

/// What the owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Somebody else's tool will take the triggers out again with its next deployment (F§6, trap 11).
    Managed(Manager),
    /// The description does not name a setting that AWS sets to its default if it is not sent (F§6, trap 4).
    NotTold(&'static str),
    /// The pool has, or is, a replica: triggers are regional (F§6, trap 10).
    Replicated,
    /// The function is in a slot, and what was there before was never saved: `detach` goes by what the function calls.
    NothingSaved(Guest, Slot),
    /// The function does not need the slot any more, and what was in it before is not known.
    Emptied(Slot),
    /// It calls another function first than the one that was in the slot.
    OtherFormer {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
        /// What was in it.
        former: String,
        /// What it calls.
        chained: FunctionArn,
    },
    /// Another version of the events before tokens was wanted than the one that the former function gets.
    VersionStays {
        /// The one that stays.
        version: String,
        /// The former function.
        former: FunctionArn,
    },
    /// The slot's events are of a version with which ID tokens alone hold the user id (F§1.2).
    IdTokensOnly(OldVersion),
    /// An earlier run did not finish; these were changed since, and are put back.
    PutsBack(Vec<String>),
}

/// Why the events before tokens are of the first version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OldVersion {
    /// The pool's plan has no other, or nobody knows its plan.
    Plan,
    /// Somebody asks for it.
    Asked,
    /// The slot has it already.
    Kept,
    /// The slot has it already, and the former function was made for it.
    Former(FunctionArn),
}

impl fmt::Display for OldVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => f.write_str(
                "the plan of the pool is Lite, or not known, and others than Essentials and Plus have no other",
            ),
            Self::Asked => f.write_str(
                "it was asked for (on the plans Essentials and Plus, `twinpool attach --pool new --token-version V2_0` changes it)",
            ),
            Self::Kept => f.write_str(
                "the slot has this version, which stays (on the plans Essentials and Plus, `twinpool attach --pool new \
                 --token-version V2_0` changes it)",
            ),
            Self::Former(former) => {
                write!(f, "the slot has this version, which {former} was made for: change both together")
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Managed(manager) => write!(
                f,
                "the pool is managed by {manager}: its next deployment will take the triggers out again; put them there instead"
            ),
            Self::NotTold(field) => {
                write!(f, "the pool does not say its {field}: AWS sets it to the default with any update")
            }
            Self::Replicated => f.write_str(
                "the pool may have a replica: triggers belong to one Region, so attach in each of them",
            ),
            Self::NothingSaved(guest, slot) => {
                write!(
                    f,
                    "what was in {slot} before is not known: detaching will give it the function that {guest} calls, or leave it empty"
                )
            }
            Self::Emptied(slot) => {
                write!(
                    f,
                    "{slot} is not needed any more, and what was in it before is not known: it is emptied"
                )
            }
            Self::OtherFormer { guest, slot, former, chained } => {
                write!(f, "{former} was in {slot} before, and {guest} calls {chained} instead")
            }
            Self::VersionStays { version, former } => write!(
                f,
                "PreTokenGeneration stays at {version}, which {former} was made for: change both together"
            ),
            Self::IdTokensOnly(why) => {
                write!(f, "ID tokens alone will hold the user id, as the events are of version V1_0: {why}")
            }
            Self::PutsBack(paths) => write!(
                f,
                "an earlier run did not finish, and this was changed since and is put back: {}",
                paths.join(", ")
            ),
        }
    }
}
