//! `twinpool detach`: takes twinpool's function out of the trigger slots of the old or the new pool, and gives each what was in it
//! before.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use twinpool_core::port::Clock as _;
use twinpool_setup::detach::{self, Detached, Fate, NoPlan, Plan, Refusal, Unfinished, Wish};
use twinpool_setup::triggers::Slot;

use crate::ask::{self, Answer};
use crate::attach::{Asked, ChangedSince, Place, difference, difference_json};
use crate::clock::SystemClock;
use crate::options::{self, Consent};
use crate::{Exit, Outcome};

/// Which pool.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    how: How,
}

/// What may be done to the pool, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Leaves this slot empty although a function was in it before. May be said again.
    #[arg(long, value_name = "SLOT")]
    leave_empty: Vec<SlotName>,
    /// Does it although CloudFormation, the CDK or Terraform manages the pool: its next deployment puts the triggers in again.
    #[arg(long)]
    even_if_managed: bool,
    /// Puts a former function back although its policy does not let the pool in: sign-ins fail until it does.
    #[arg(long)]
    even_if_not_allowed: bool,
    /// What to do with second factors that changed since a run that did not finish.
    #[arg(long, value_name = "WHAT")]
    changed_since: Option<ChangedSince>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
}

impl How {
    /// As nobody said anything, but for this.
    pub(crate) fn with(consent: Consent) -> Self {
        Self {
            leave_empty: Vec::new(),
            even_if_managed: false,
            even_if_not_allowed: false,
            changed_since: None,
            json: false,
            consent,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SlotName {
    #[value(name = "PostConfirmation")]
    PostConfirmation,
    #[value(name = "PreTokenGeneration")]
    PreTokenGeneration,
    #[value(name = "CustomMessage")]
    CustomMessage,
    #[value(name = "PreSignUp")]
    PreSignUp,
    #[value(name = "UserMigration")]
    UserMigration,
    #[value(name = "DefineAuthChallenge")]
    DefineAuthChallenge,
    #[value(name = "CreateAuthChallenge")]
    CreateAuthChallenge,
    #[value(name = "VerifyAuthChallengeResponse")]
    VerifyAuthChallengeResponse,
}

impl From<SlotName> for Slot {
    fn from(name: SlotName) -> Self {
        match name {
            SlotName::PostConfirmation => Self::PostConfirmation,
            SlotName::PreTokenGeneration => Self::PreTokenGeneration,
            SlotName::CustomMessage => Self::CustomMessage,
            SlotName::PreSignUp => Self::PreSignUp,
            SlotName::UserMigration => Self::UserMigration,
            SlotName::DefineAuthChallenge => Self::DefineAuthChallenge,
            SlotName::CreateAuthChallenge => Self::CreateAuthChallenge,
            SlotName::VerifyAuthChallengeResponse => Self::VerifyAuthChallengeResponse,
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    from(&arguments.asked.place()?, &arguments.how).await
}

/// From one pool.
pub(crate) async fn from(place: &Place, arguments: &How) -> Outcome {
    let reached = place.reach().await?;
    let wish = Wish {
        guest: place.guest,
        function: place.function.clone(),
        leave_empty: arguments.leave_empty.iter().copied().map(Slot::from).collect::<BTreeSet<_>>(),
        unfinished: arguments.changed_since.map(Unfinished::from),
        even_if_managed: arguments.even_if_managed,
        even_if_not_allowed: arguments.even_if_not_allowed,
        at: SystemClock.now().0,
    };
    let plan = match detach::plan(&reached.ports(), &wish).await {
        Ok(plan) => plan,
        Err(NoPlan::Refused(refusal)) => {
            let why = format!("{refusal}{}", hint(&refusal, &place.command("detach")));
            return Ok(refused(arguments, place, &why));
        }
        Err(NoPlan::Port(error)) => return Err(place.problem(error)),
    };
    match ask::before(&arguments.consent, &intent(&plan, place))? {
        Answer::Go => {}
        Answer::Shown if arguments.json => return Ok((told_json(&plan, place, None), Exit::Done)),
        Answer::Shown => return Ok((intent(&plan, place), Exit::Done)),
        Answer::Declined => return Ok((format!("nothing was done to {}\n", place.pool), Exit::Failed)),
    }
    let detached = Box::pin(plan.carry_out(&reached.ports())).await;
    let detached = detached.map_err(|trouble| place.trouble(&trouble, &reached))?;
    let told =
        if arguments.json { told_json(&plan, place, Some(&detached)) } else { told(&plan, place, &detached) };
    Ok((told, Exit::Done))
}

/// What to say on the command line. `remove` detaches too, and has none of these.
fn hint(refusal: &Refusal, detach: &str) -> String {
    match refusal {
        Refusal::FormerGone { slot, .. } | Refusal::FormerUnknown { slot, .. } => {
            format!(": `{detach} --leave-empty {slot}`")
        }
        Refusal::FormerNotAllowed { slot, .. } => {
            format!(": `{detach} --leave-empty {slot}`, or --even-if-not-allowed")
        }
        Refusal::Managed(_) => format!(", or say `{detach} --even-if-managed`"),
        Refusal::Unfinished(_) => {
            format!(": `{detach} --changed-since keep`, or --changed-since put-back")
        }
        Refusal::Unclear | Refusal::Unsendable(_) => String::new(),
    }
}

fn refused(arguments: &How, place: &Place, why: &str) -> (String, Exit) {
    if arguments.json {
        return (format!("{:#}\n", json!({ "refused": true, "problem": why })), Exit::Blocked);
    }
    (format!("{why}\nnothing was changed in {}\n", place.pool), Exit::Blocked)
}

fn intent(plan: &Plan, place: &Place) -> String {
    let (pool, guest) = (&place.pool, place.guest);
    let out = if plan.is_done() {
        format!(
            "No trigger of {pool} names {guest}. What else is left of it (permission, saved settings) is removed.\n"
        )
    } else {
        format!("These settings of {pool} change, and no other:\n{}", difference(&plan.changes))
    };
    out + &rest(plan)
}

/// What becomes of the slots, as far as the difference does not say it, and the warnings.
fn rest(plan: &Plan) -> String {
    let slots = plan.slots.iter().filter_map(|(slot, fate)| match fate {
        Fate::FormerUnknown => {
            Some(format!("warning: what was in {slot} before is not known: it is emptied\n"))
        }
        Fate::Left(Some(held)) => {
            Some(format!("warning: {slot} holds {} by now, which stays there\n", held.function))
        }
        Fate::Left(None) => Some(format!("warning: somebody has emptied {slot}, and it stays empty\n")),
        Fate::GivenBack(_) | Fate::Emptied | Fate::AsBefore => None,
    });
    let warnings = plan.warnings.iter().map(|warning| format!("warning: {warning}\n"));
    slots.chain(warnings).collect()
}

fn told(plan: &Plan, place: &Place, detached: &Detached) -> String {
    let mut out = if detached.did_update {
        format!(
            "{} is detached, and proved: each slot is as planned\n{}",
            place.pool,
            difference(&plan.changes)
        )
    } else {
        format!("{} was detached already\n", place.pool)
    };
    if !detached.noticed.is_empty() {
        out += &format!("this moved meanwhile, and is no setting: {}\n", detached.noticed.join(", "));
    }
    out + &rest(plan)
}

fn told_json(plan: &Plan, place: &Place, detached: Option<&Detached>) -> String {
    let warnings: Vec<_> =
        rest(plan).lines().map(|line| line.trim_start_matches("warning: ").to_owned()).collect();
    let mut all = json!({
        "pool": place.pool.as_str(),
        "function": place.function.as_str(),
        "changes": difference_json(&plan.changes),
        "warnings": warnings,
        "detached": detached.is_some() || plan.is_done(),
    });
    if let Some(detached) = detached {
        all["did_update"] = Value::Bool(detached.did_update);
        all["noticed"] = json!(detached.noticed);
    }
    format!("{all:#}\n")
}
