//! `twinpool backfill`: carries over everybody who is not there yet.

use clap::Args;
use twinpool_core::listing::PoolList as _;
use twinpool_core::run::RunKind;
use twinpool_engine::{Ending, OfPool, Ports as _, Report, Walk, memberships};

use crate::carry::{self, Carrying};
use crate::failure::Misuse;
use crate::options;
use crate::progress::Progress;
use crate::{Exit, Outcome};

mod csv;
mod told;

/// Whom to carry over, and how.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// calls: one user after the other. csv: by import jobs of Cognito first, which make nobody a monthly active user and
    /// take nothing of the quotas; then by calls whoever cannot come so.
    #[arg(long, value_enum, default_value_t = Via::Calls)]
    via: Via,
    /// For --via csv, the role with which Cognito writes the log of a job: the stack's output `ImportRoleArn`.
    #[arg(long, env = "TWINPOOL_IMPORT_ROLE_ARN", hide_env_values = true, value_name = "ARN", value_parser = a_role)]
    import_role: Option<String>,
    #[command(flatten)]
    carrying: Carrying,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Via {
    Calls,
    Csv,
}

fn a_role(text: &str) -> Result<String, &'static str> {
    let is_role = text.starts_with("arn:") && text.contains(":iam::") && text.contains(":role/");
    is_role.then(|| text.to_owned()).ok_or("the ARN of a role looks like arn:aws:iam::123456789012:role/name")
}

impl Arguments {
    /// The role, where import jobs are wanted.
    fn role(&self) -> Result<Option<&str>, Misuse> {
        if self.via == Via::Calls {
            return Ok(None);
        }
        if self.carrying.limit.is_some() {
            return Err(Misuse(
                "--limit does not go with --via csv: a job takes whoever fits; select with --only".to_owned(),
            ));
        }
        let none = || {
            Misuse(
                "--via csv needs the stack's output ImportRoleArn: say --import-role / TWINPOOL_IMPORT_ROLE_ARN"
                    .to_owned(),
            )
        };
        self.import_role.as_deref().map(Some).ok_or_else(none)
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let (role, carrying) = (arguments.role()?, &arguments.carrying);
    let connected = carrying.bulk.connect().await?;
    if let Some(refused) = carrying.refused(&connected).await? {
        return Ok(refused);
    }
    let old = connected.engine.ports().old();
    let size = old.size().await.map_err(|error| carrying.bulk.pools.old_problem(error))?;
    if carrying.consent.dry_run {
        let progress = Progress::new(Some(size));
        progress.say("reading who is in which group");
        let groups = memberships(old, &progress).await?;
        let source = OfPool::new(Walk::new(old, None, &progress), &groups);
        return carrying.survey(&connected, source, &progress).await;
    }
    let intent = told::intent(size, role, connected.engine.list_tells_all(), carrying.bulk.percent);
    if let Some(declined) = carrying.declined(&intent)? {
        return Ok(declined);
    }
    let progress = Progress::new(carrying.total(size));
    progress.say("reading who is in which group");
    let groups = memberships(old, &progress).await?;
    let selection = carrying.selection();
    let kind = if role.is_some() { RunKind::Csv } else { RunKind::Backfill };
    let mut keeper = carrying.keeper(&connected, kind, selection.to_string()).await?;
    progress.say(&carry::beginning(&keeper.run));
    carry::groups(&connected, groups.names(), &mut keeper, &progress).await?;
    let mut also = None;
    // With a place, the jobs were over before.
    if let Some(role) = role.filter(|_| keeper.run.place.is_none()) {
        let whom = (&selection, &groups);
        match csv::import((&connected, &carrying.bulk), role, whom, &mut keeper).await? {
            csv::Imported::All(told) => also = Some(told),
            csv::Imported::Partly(told) => {
                progress.say(told::NOT_BY_CALLS.trim_end());
                let report = Report { run: keeper.run, ending: Ending::Stopped };
                return Ok(carry::report(&report, Some(told), carrying.json));
            }
            csv::Imported::Stopped(job) => {
                let text = told::stopped(&keeper.run.id, job.as_ref());
                if !carrying.json {
                    return Ok((text, Exit::Failed));
                }
                progress.say(text.trim_end());
                return Ok((format!("{:#}\n", carry::run_json(&keeper.run)), Exit::Failed));
            }
        }
    }
    let source = OfPool::new(Walk::new(old, keeper.run.place.clone(), &progress), &groups);
    match carrying.carry(&connected, source, keeper, &progress).await {
        Ok(report) => Ok(carry::report(&report, also, carrying.json)),
        Err(problem) => {
            // What the jobs did would not be told otherwise.
            if let Some(also) = also {
                progress.say(&also.words);
            }
            Err(problem)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_by_its_arn() {
        for role in ["arn:aws:iam::123456789012:role/import", "arn:aws-cn:iam::123456789012:role/a/b"] {
            assert_eq!(a_role(role), Ok(role.to_owned()));
        }
        for odd in ["", "import", "arn:aws:iam::123456789012:user/jane", "arn:aws:s3:::role/x"] {
            assert!(a_role(odd).is_err(), "{odd}");
        }
    }
}
