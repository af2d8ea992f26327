//! `twinpool attach`: puts capture into the trigger slots of the old pool, or the sign-in function into those of the new pool,
//! and changes nothing else of it.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use twinpool_core::port::Clock as _;
use twinpool_setup::attach::{self, Attached, NoPlan, Plan, TokenVersion, Unfinished, Warning, Wish};
use twinpool_setup::chain::chained;
use twinpool_setup::continuity::Continuity;
use twinpool_setup::guest::Guest;
use twinpool_setup::managed::Manager;
use twinpool_setup::permission::permission;
use twinpool_setup::port::{Functions as _, Json, PoolSettings as _};
use twinpool_setup::triggers::{Held, Slot, in_slot};

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::options::{self, Consent};
use crate::show;
use crate::{Exit, Outcome};

mod asked;
mod file;
mod place;
mod print;

pub(crate) use asked::Asked;
pub(crate) use place::{Place, difference, difference_json};

use print::{Language, Wanted};

/// Which pool, and how.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// Changes nothing, and prints what to put into the template that manages the pool instead.
    #[arg(long, value_name = "LANGUAGE", conflicts_with_all = ["yes", "dry_run", "json"])]
    print: Option<Language>,
    /// Does it although CloudFormation, the CDK or Terraform manages the pool: its next deployment takes the triggers out again.
    #[arg(long)]
    even_if_managed: bool,
    /// What to do with settings that changed since an attaching that did not finish.
    #[arg(long, value_name = "WHAT")]
    changed_since: Option<ChangedSince>,
    /// The version of the events before tokens: V1_0, V2_0 or V3_0. With the last two, which need the plan Essentials or Plus,
    /// the user id can go into access tokens. A function that was there before keeps its own; unless said, a free slot gets
    /// V1_0 in the old pool, and in the new one V2_0 where the plan has it.
    #[arg(long, value_name = "VERSION")]
    token_version: Option<TokenVersion>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ChangedSince {
    /// Somebody changed them on purpose: they stay.
    Keep,
    /// They become again what they were.
    PutBack,
}

impl From<ChangedSince> for Unfinished {
    fn from(what: ChangedSince) -> Self {
        match what {
            ChangedSince::Keep => Self::Keep,
            ChangedSince::PutBack => Self::PutBack,
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let place = &arguments.asked.place()?;
    if let Some(language) = arguments.print {
        return snippet(place, language, arguments.token_version).await;
    }
    let reached = place.reach().await?;
    let wish = Wish {
        guest: place.guest,
        function: place.function.clone(),
        unfinished: arguments.changed_since.map(Unfinished::from),
        token_version: arguments.token_version,
        at: SystemClock.now().0,
    };
    let plan = match attach::plan(&reached.ports(), &wish).await {
        Ok(plan) => plan,
        Err(NoPlan::Refused(refusal)) => {
            let hint = match refusal {
                attach::Refusal::Unfinished(_) => {
                    ": --changed-since keep, or --changed-since put-back".to_owned()
                }
                attach::Refusal::NotGivenBack(_) => format!(
                    " (the slot is not needed any more: `{}` takes the function out of all of them, and then attach again)",
                    place.command("detach")
                ),
                _ => String::new(),
            };
            return Ok(refused(arguments, &format!("{refusal}{hint}")));
        }
        Err(NoPlan::Port(error)) => return Err(place.problem(error)),
    };
    if let Some(manager) = managed(&plan).filter(|_| !arguments.even_if_managed && !plan.is_done()) {
        return Ok(refused(arguments, &instead(manager, place)));
    }
    match ask::before(&arguments.consent, &intent(&plan, place))? {
        Answer::Go => {}
        Answer::Shown if arguments.json => return Ok((told_json(&plan, place, None), Exit::Done)),
        Answer::Shown => return Ok((intent(&plan, place), Exit::Done)),
        Answer::Declined => return Ok(("nothing was done\n".to_owned(), Exit::Failed)),
    }
    let attached = Box::pin(plan.carry_out(&reached.ports())).await;
    let attached = attached.map_err(|trouble| place.trouble(&trouble, &reached))?;
    let told =
        if arguments.json { told_json(&plan, place, Some(&attached)) } else { told(&plan, place, &attached) };
    Ok((told, Exit::Done))
}

/// For the template that manages the pool.
async fn snippet(place: &Place, language: Language, version: Option<TokenVersion>) -> Outcome {
    let reached = place.reach().await?;
    let description = reached.pool.describe().await.map_err(|error| place.problem(error))?;
    let Some(permission) = permission(&description) else {
        return Ok((
            format!("the description of {} has no ARN that can be read\n", place.pool),
            Exit::Blocked,
        ));
    };
    let is_other = |held: &Held| !held.is(&place.function);
    let held = |slot: &Slot| Some((*slot, in_slot(&description, *slot).filter(is_other)?.function));
    let configuration = reached.ports().functions.configuration(&place.function).await;
    let configuration = configuration.map_err(|error| place.problem(error))?.unwrap_or_default();
    let slots = place.guest.wanted(&configuration)?;
    let former: Vec<_> = slots.iter().filter_map(held).collect();
    let held_version = in_slot(&description, Slot::PreTokenGeneration).and_then(|held| held.version);
    let held_version = held_version.unwrap_or_else(|| place.guest.version(&description).to_owned());
    let asked = version.filter(|version| version.as_str() != held_version);
    let made_for = match asked {
        Some(_) => called_before_tokens(place, &configuration, &former)?,
        None => None,
    };
    let version = match asked.filter(|_| made_for.is_none()) {
        Some(version) => {
            if let Err(refusal) = version.check(&description) {
                return Ok((format!("{refusal}\n"), Exit::Blocked));
            }
            version.to_string()
        }
        None => held_version,
    };
    let wanted = Wanted {
        guest: place.guest,
        slots: &slots,
        function: &place.function,
        permission: &permission,
        version: &version,
        made_for: made_for.as_deref(),
        former: &former,
    };
    Ok((wanted.snippet(language), Exit::Done))
}

/// The former function, which gets the events before tokens first: the one in the slot, or the one that ours calls.
fn called_before_tokens(
    place: &Place,
    configuration: &Json,
    former: &[(Slot, String)],
) -> anyhow::Result<Option<String>> {
    let slot = Slot::PreTokenGeneration;
    if let Some((_, function)) = former.iter().find(|(held, _)| *held == slot) {
        return Ok(Some(function.clone()));
    }
    Ok(chained(configuration, place.guest)?.remove(&slot).map(|function| function.to_string()))
}

fn managed(plan: &Plan) -> Option<Manager> {
    plan.warnings.iter().find_map(|warning| match warning {
        Warning::Managed(manager) => Some(*manager),
        _ => None,
    })
}

fn instead(manager: Manager, place: &Place) -> String {
    let language = match manager {
        Manager::CloudFormation => "cloudformation",
        Manager::Cdk => "cdk",
        Manager::Terraform | Manager::Pulumi => "terraform",
    };
    format!(
        "the pool is managed by {manager}, whose next deployment would take the triggers out again: put there what \
         `{} --print {language}` prints, or say --even-if-managed",
        place.command("attach")
    )
}

fn refused(arguments: &Arguments, why: &str) -> (String, Exit) {
    if arguments.json {
        return (format!("{:#}\n", json!({ "refused": true, "problem": why })), Exit::Blocked);
    }
    (format!("{why}\nnothing was changed\n"), Exit::Blocked)
}

fn intent(plan: &Plan, place: &Place) -> String {
    let (pool, guest) = (&place.pool, place.guest);
    let mut out = if plan.is_done() {
        format!("The triggers of {pool} name {guest} already. Its permission is checked, and it is tested.\n")
    } else {
        format!("These settings of {pool} change, and no other:\n{}", difference(&plan.changes))
    };
    if !plan.is_done() {
        let permission = plan.permission();
        out += &format!(
            "Before that, all settings as they are now are saved in {}\nand in the table {}, and the policy of {guest} lets in \
             this pool of account {}:\n  {}\nAfterwards the pool is described again. If anything else is not as it was, or {guest} \
             fails its test,\nthe former state is put back.\n",
            place.file().path().display(),
            place.table(),
            permission.source_account,
            permission.source_arn
        );
    }
    for warning in &plan.warnings {
        out += &format!("warning: {warning}\n");
    }
    out
}

fn told(plan: &Plan, place: &Place, attached: &Attached) -> String {
    let mut out = if attached.did_update {
        format!(
            "{} is attached: {}, proved, and {} passed its test\n{}",
            place.pool,
            show::count(plan.slots.len(), "trigger"),
            place.guest,
            difference(&plan.changes)
        )
    } else {
        format!("{} was attached already, and {} passed its test\n", place.pool, place.guest)
    };
    if place.file().path().exists() {
        out += &format!("the former settings stand in {}\n", place.file().path().display());
    }
    if !attached.noticed.is_empty() {
        out += &format!("this moved meanwhile, and is no setting: {}\n", attached.noticed.join(", "));
    }
    for warning in &plan.warnings {
        out += &format!("warning: {warning}\n");
    }
    let has_ways_in = plan.slots.iter().any(|slot| !Continuity::None.wants(*slot));
    if place.guest == Guest::SignIn && has_ways_in {
        // Whether the app clients allow the flows of the ways in, no trigger tells.
        out += "then: twinpool doctor\n";
    }
    out
}

fn told_json(plan: &Plan, place: &Place, attached: Option<&Attached>) -> String {
    let warnings: Vec<_> = plan.warnings.iter().map(ToString::to_string).collect();
    let mut all = json!({
        "pool": place.pool.as_str(),
        "function": place.function.as_str(),
        "changes": difference_json(&plan.changes),
        "warnings": warnings,
        "attached": attached.is_some() || plan.is_done(),
    });
    if let Some(attached) = attached {
        all["did_update"] = Value::Bool(attached.did_update);
        all["noticed"] = json!(attached.noticed);
        all["saved"] = json!(place.file().path().display().to_string());
    }
    format!("{all:#}\n")
}
