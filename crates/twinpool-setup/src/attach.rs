//! Puts capture into the slots of a pool.
//!
//! [`plan`] reads, checks, and says what will change; [`Plan::carry_out`] does it. Both may be run again at any time: whatever
//! an earlier run did is found, and the rest is done.

use std::fmt;

use twinpool_core::port::PortError;

use crate::Ports;
use crate::chain::{self, Chained};
use crate::managed::Manager;
use crate::port::{Archive, FunctionArn, Functions, Json, Permission, PoolSettings, Saved};
use crate::prove::{Seen, Step, look};
use crate::settings::{self, Change, Unsendable};
use crate::triggers::Slot;

pub use crate::prove::Unfinished;

mod check;
mod former;
mod run;
mod tokens;

pub use tokens::{NoVersion, TokenVersion};

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Capture, by its alias if it has one.
    pub capture: FunctionArn,
    /// What to do with settings that changed since a run that did not finish.
    pub unfinished: Option<Unfinished>,
    /// The version of the events before tokens, where no former function has its own; `None` leaves it, or takes V1_0.
    pub token_version: Option<TokenVersion>,
    /// Now, in milliseconds since 1970.
    pub at: u64,
}

/// What will be done.
#[derive(Debug)]
pub struct Plan {
    capture: FunctionArn,
    permission: Permission,
    step: Step,
    saved: Option<Saved>,
    saves: bool,
    event: Json,
    /// The exact difference between the settings now and afterwards.
    pub changes: Vec<Change>,
    /// What the owner should know before saying yes.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// Whether capture is in all slots already, and nothing waits to be put back.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.changes.is_empty()
    }

    /// The settings as they are now, whole: `UserPool` of DescribeUserPool.
    #[must_use]
    pub fn description(&self) -> &Json {
        &self.step.before.description
    }

    /// The statement that capture's policy gets.
    #[must_use]
    pub fn permission(&self) -> &Permission {
        &self.permission
    }
}

/// What the owner should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Somebody else's tool will take the triggers out again with its next deployment (F§6, trap 11).
    Managed(Manager),
    /// The description does not name a setting that AWS sets to its default if it is not sent (F§6, trap 4).
    NotTold(&'static str),
    /// The pool has, or is, a replica: triggers are regional (F§6, trap 10).
    Replicated,
    /// Capture is in a slot, and what was there before was never saved: `detach` goes by what capture calls.
    NothingSaved(Slot),
    /// Capture calls another function first than the one that was in the slot.
    OtherFormer {
        /// The slot.
        slot: Slot,
        /// What was in it.
        former: String,
        /// What capture calls.
        chained: FunctionArn,
    },
    /// Another version of the events before tokens was wanted than the one that the former function gets.
    VersionStays {
        /// The one that stays.
        version: String,
        /// The former function.
        former: FunctionArn,
    },
    /// An earlier run did not finish; these were changed since, and are put back.
    PutsBack(Vec<String>),
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
            Self::NothingSaved(slot) => {
                write!(
                    f,
                    "what was in {slot} before is not known: detaching will give it the function that capture calls, or leave it empty"
                )
            }
            Self::OtherFormer { slot, former, chained } => {
                write!(f, "{former} was in {slot} before, and capture calls {chained} instead")
            }
            Self::VersionStays { version, former } => write!(
                f,
                "PreTokenGeneration stays at {version}, which {former} was made for: change both together"
            ),
            Self::PutsBack(paths) => write!(
                f,
                "an earlier run did not finish, and this was changed since and is put back: {}",
                paths.join(", ")
            ),
        }
    }
}

/// Why a pool is not touched. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The slot has a function, and capture would not call it.
    #[error("{slot} holds {function}: deploy with {parameter}={function}, so that capture calls it first", parameter = .slot.parameter())]
    Taken {
        /// The slot.
        slot: Slot,
        /// The function in it.
        function: String,
    },
    /// Capture is in the slot, and does not call what was there before.
    #[error("{function} was in {slot} before, and capture does not call it: deploy with {parameter}={function}", parameter = .slot.parameter())]
    NotCalled {
        /// The slot.
        slot: Slot,
        /// The function that was in it.
        function: String,
    },
    /// Capture would call another function than the one in the slot.
    #[error("{slot} holds {function}, but capture calls {chained} first: deploy with {parameter}={function}", parameter = .slot.parameter())]
    OtherFunction {
        /// The slot.
        slot: Slot,
        /// The function in it.
        function: String,
        /// The one that capture calls.
        chained: FunctionArn,
    },
    /// Capture would call a function that the pool does not call.
    #[error("{slot} is empty, but capture calls {chained} first: deploy with {parameter} empty", parameter = .slot.parameter())]
    NobodyThere {
        /// The slot.
        slot: Slot,
        /// The one that capture calls.
        chained: FunctionArn,
    },
    /// Capture would call itself.
    #[error("capture would call itself for {slot}: deploy with another function, or none, in {parameter}", parameter = .slot.parameter())]
    Loop {
        /// The slot.
        slot: Slot,
    },
    /// A variable of capture names no function.
    #[error(transparent)]
    Chain(#[from] chain::Unreadable),
    /// A pool calls functions of its own Region.
    #[error("the pool is in {pool}, and {function} is not: deploy capture there")]
    OtherRegion {
        /// The Region of the pool.
        pool: String,
        /// Capture.
        function: FunctionArn,
    },
    /// A slot takes a function or an alias, no version (F§2).
    #[error("{0} is a version: name the function, or an alias")]
    Version(FunctionArn),
    /// There is no such function.
    #[error("there is no function {0}: deploy the stack first")]
    NoCapture(FunctionArn),
    /// The function cannot run.
    #[error("{function} is {state}: wait until it is Active, or deploy the stack again")]
    NotReady {
        /// Capture.
        function: FunctionArn,
        /// What Lambda says of it.
        state: String,
    },
    /// The description is of another pool, or names none.
    #[error("the description of the pool has no ARN that can be read")]
    NoArn,
    /// `LambdaConfig` has a form that is not known.
    #[error("LambdaConfig of the pool cannot be read: nothing is changed that is not understood")]
    Unclear,
    /// The plan of the pool has no such events.
    #[error(
        "the pool is on the plan Lite, which has no {0} events before tokens: change its plan to Essentials, or take V1_0, with which ID tokens alone get the user id"
    )]
    Plan(TokenVersion),
    /// The description cannot be sent back.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// Settings changed since a run that did not finish.
    #[error("an earlier run did not finish, and since then these settings changed: {}; say whether they are to stay or to be put back", .0.join(", "))]
    Unfinished(Vec<String>),
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
pub struct Attached {
    /// Whether the settings were changed now; false where they were already.
    pub did_update: bool,
    /// Parts of the description that moved meanwhile and are no settings.
    pub noticed: Vec<String>,
}

/// Reads the pool and capture, and says what will be done.
///
/// # Errors
/// Why it must not be done, or the call that failed.
pub async fn plan<P: PoolSettings, F: Functions, A: Archive>(
    ports: &Ports<'_, P, F, A>,
    wish: &Wish,
) -> Result<Plan, NoPlan> {
    let before = look(ports.pool).await?;
    let permission = check::pool(ports.pool.id(), &before.description, &wish.capture)?;
    let configuration = ports.functions.configuration(&wish.capture).await?;
    let chained = check::capture(&wish.capture, configuration.as_ref())?;
    let found = ports.archive.find(ports.pool.id()).await?;
    let former = former::Former::new(ports.pool.id(), &before, found, wish);
    let mut warnings = check::warnings(&before);
    warnings.extend(check::slots(&before.description, &wish.capture, &chained, &former)?);
    let (mut after, put_back) = former.after(&before, wish)?;
    warnings.extend(tokens::wish(&mut after.description, &chained, wish.token_version)?);
    warnings.extend(Some(put_back).filter(|paths| !paths.is_empty()).map(Warning::PutsBack));
    // Also the way back must be open.
    for seen in [&before, &after] {
        settings::update_body(&seen.description).map_err(Refusal::from)?;
    }
    let event = check::event(&permission, &chained);
    let changes = before.difference(&after);
    let (saved, saves) = former.into_saved();
    let step = Step { before, after };
    Ok(Plan { capture: wish.capture.clone(), permission, step, saved, saves, event, changes, warnings })
}
