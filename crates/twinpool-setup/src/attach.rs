//! Puts a function of ours into its slots of a pool.
//!
//! [`plan`] reads, checks, and says what will change; [`Plan::carry_out`] does it. Both may be run again at any time: whatever
//! an earlier run did is found, and the rest is done.

use twinpool_core::port::PortError;

use crate::Ports;
use crate::chain::{self, Chained};
use crate::continuity::{Continuity, UnknownContinuity};
use crate::detach;
use crate::guest::Guest;
use crate::port::{Archive, FunctionArn, Functions, Json, Permission, PoolSettings, Saved};
use crate::prove::{Seen, Step, look};
use crate::self_test::{Probe, probes};
use crate::settings::{self, Change, Unsendable};
use crate::triggers::Slot;

pub use crate::prove::Unfinished;
pub use warning::{OldVersion, Warning};

mod check;
mod former;
mod run;
mod spare;
mod tokens;
mod warning;

pub use tokens::{NoVersion, TokenVersion};

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Which of ours.
    pub guest: Guest,
    /// The function, by its alias if it has one.
    pub function: FunctionArn,
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
    guest: Guest,
    function: FunctionArn,
    permission: Permission,
    step: Step,
    saved: Option<Saved>,
    saves: bool,
    mark: Option<Saved>,
    probes: Vec<Probe>,
    /// The slots that hold the function afterwards.
    pub slots: Vec<Slot>,
    /// The exact difference between the settings now and afterwards.
    pub changes: Vec<Change>,
    /// What the owner should know before saying yes.
    pub warnings: Vec<Warning>,
}

impl Plan {
    /// Whether the function is in all its slots already, and nothing waits to be put back.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.changes.is_empty()
    }

    /// The settings as they are now, whole: `UserPool` of DescribeUserPool.
    #[must_use]
    pub fn description(&self) -> &Json {
        &self.step.before.description
    }

    /// The statement that the function's policy gets.
    #[must_use]
    pub fn permission(&self) -> &Permission {
        &self.permission
    }
}

/// Why a pool is not touched. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The slot has a function, and ours would not call it.
    #[error("{slot} holds {function}: deploy with {parameter}={function}, so that {guest} calls it first", parameter = .guest.parameter(*.slot))]
    Taken {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
        /// The function in it.
        function: String,
    },
    /// The slot has a function, and two cannot share it.
    #[error(
        "{slot} holds {function}, and one function alone can serve that trigger: deploy with {parameter}={without}, which leaves \
         the slot alone, or take {function} out of it first", parameter = .guest.parameter(*.slot)
    )]
    NotShared {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
        /// The function in it.
        function: String,
        /// What is left without the slot.
        without: Continuity,
    },
    /// Ours is in the slot, and does not call what was there before.
    #[error("{function} was in {slot} before, and {guest} does not call it: deploy with {parameter}={function}", parameter = .guest.parameter(*.slot))]
    NotCalled {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
        /// The function that was in it.
        function: String,
    },
    /// Ours would call another function than the one in the slot.
    #[error("{slot} holds {function}, but {guest} calls {chained} first: deploy with {parameter}={function}", parameter = .guest.parameter(*.slot))]
    OtherFunction {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
        /// The function in it.
        function: String,
        /// The one that ours calls.
        chained: FunctionArn,
    },
    /// Ours would call a function that the pool does not call.
    #[error("{slot} is empty, but {guest} calls {chained} first: deploy with {parameter} empty", parameter = .guest.parameter(*.slot))]
    NobodyThere {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
        /// The one that ours calls.
        chained: FunctionArn,
    },
    /// Ours would call itself.
    #[error("{guest} would call itself for {slot}: deploy with another function, or none, in {parameter}", parameter = .guest.parameter(*.slot))]
    Loop {
        /// Which of ours.
        guest: Guest,
        /// The slot.
        slot: Slot,
    },
    /// A variable of the function names no function.
    #[error(transparent)]
    Chain(#[from] chain::Unreadable),
    /// Nobody knows which slots the function needs.
    #[error(transparent)]
    Continuity(#[from] UnknownContinuity),
    /// A slot that the function does not need any more cannot be given back.
    #[error(transparent)]
    NotGivenBack(#[from] detach::Refusal),
    /// A pool calls functions of its own Region.
    #[error("the pool is in {pool}, and {function} is not: {}", remedy(*.guest))]
    OtherRegion {
        /// Which of ours.
        guest: Guest,
        /// The Region of the pool.
        pool: String,
        /// The function.
        function: FunctionArn,
    },
    /// The sign-in function reads and writes the table of links, and is in its account.
    #[error("the pool is in the account {pool}, and {function} is not: {}", remedy(Guest::SignIn))]
    OtherAccount {
        /// The account of the pool.
        pool: String,
        /// The function.
        function: FunctionArn,
    },
    /// A slot takes a function or an alias, no version (F§2).
    #[error("{0} is a version: name the function, or an alias")]
    Version(FunctionArn),
    /// There is no such function.
    #[error("there is no function {0}: deploy the stack first")]
    NoFunction(FunctionArn),
    /// The function cannot run.
    #[error("{function} is {state}: wait until it is Active, or deploy the stack again")]
    NotReady {
        /// The function.
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

fn remedy(guest: Guest) -> &'static str {
    match guest {
        Guest::Capture => "deploy capture there",
        Guest::SignIn => {
            "the sign-in function serves a new pool in the account and Region of the stack alone, and the tokens of others hold no \
             user id: backends look it up"
        }
    }
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

/// Reads the pool and the function, and says what will be done.
///
/// # Errors
/// Why it must not be done, or the call that failed.
pub async fn plan<P: PoolSettings, F: Functions, A: Archive>(
    ports: &Ports<'_, P, F, A>,
    wish: &Wish,
) -> Result<Plan, NoPlan> {
    let before = look(ports.pool).await?;
    let permission = check::pool(ports.pool.id(), &before.description, wish)?;
    let configuration = ports.functions.configuration(&wish.function).await?;
    let (chained, slots) = check::function(wish, configuration.as_ref())?;
    let found = ports.archive.find(ports.pool.id()).await?;
    let former = former::Former::new(ports.pool.id(), &before, found, wish, &slots);
    let mut warnings = check::warnings(&before);
    let continuity = configuration.as_ref().and_then(|it| Continuity::of(it).ok()).unwrap_or_default();
    warnings.extend(check::slots(&before.description, wish, (&slots, continuity), &chained, &former)?);
    let (mut after, put_back) = former.after(&before, wish, &slots)?;
    let spare = spare::Spare { wish, wanted: &slots, before: &before, saved: former.saved() };
    warnings.extend(spare.give_back(ports.functions, &permission, &mut after).await?);
    warnings.extend(tokens::wish(&mut after.description, &chained, wish.token_version)?);
    warnings.extend(check::version(wish, &chained, &before, &after));
    warnings.extend(Some(put_back).filter(|paths| !paths.is_empty()).map(Warning::PutsBack));
    // Also the way back must be open.
    for seen in [&before, &after] {
        settings::update_body(&seen.description).map_err(Refusal::from)?;
    }
    let probes = probes(wish.guest, &permission, &slots, &chained);
    let changes = before.difference(&after);
    let mark = former.mark(ports.pool.id(), &before, wish).filter(|_| !changes.is_empty());
    let (saved, saves) = former.into_saved();
    let step = Step { before, after };
    let (guest, function) = (wish.guest, wish.function.clone());
    Ok(Plan { guest, function, permission, step, saved, saves, mark, probes, slots, changes, warnings })
}
