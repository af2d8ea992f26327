//! What the commands share that change the phase: what they look at first, who they are, and how they end.

use std::time::Duration;

use twinpool_aws::account;
use twinpool_aws::client::Config;
use twinpool_core::check::Check;
use twinpool_core::phase::Standing;
use twinpool_core::port::{Class, PortError};
use twinpool_engine::{RollBackError, SwitchError};

use crate::{Exit, Outcome};

mod around;
mod forced;
mod look;
mod told;

pub(crate) use around::{Around, Reached};
pub(crate) use forced::{Forced, Held};
pub(crate) use look::Brief;
pub(crate) use told::{answer, checks, cohorts, moment};

/// Who calls, for the history. Not to know it stops nobody: AWS's own audit trail does.
pub(crate) async fn who(config: &Config) -> String {
    const PATIENCE: Duration = Duration::from_secs(5);
    match tokio::time::timeout(PATIENCE, account::caller(config)).await {
        Ok(Ok(who)) => who,
        Ok(Err(_)) | Err(_) => "somebody whom AWS does not name".to_owned(),
    }
}

/// The words of a reason: some, and not too many.
pub(crate) fn a_reason(text: &str) -> Result<String, String> {
    const MOST: usize = 500;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST || text.chars().any(char::is_control) {
        return Err(format!("say it in one line of up to {MOST} characters; it is kept in the history"));
    }
    Ok(text.to_owned())
}

/// How a command ends that has changed nothing, for a reason that is not a failure.
pub(crate) fn refused(
    why: &str,
    standing: Option<&Standing>,
    checks: &[Check],
    json: bool,
) -> (String, Exit) {
    if json {
        return (answer(false, Some(why), standing, checks), Exit::Blocked);
    }
    (format!("refused: {why}\n"), Exit::Blocked)
}

/// How a command ends whose claim or change did not come about.
pub(crate) fn not_changed(error: SwitchError, table: &str, json: bool) -> Outcome {
    match error {
        SwitchError::Table(error) => Err(table_problem(table, error)),
        SwitchError::Busy(_) | SwitchError::Stale | SwitchError::Refused(_) | SwitchError::YoungerHistory => {
            Ok(refused(&error.to_string(), None, &[], json))
        }
    }
}

/// How a rollback ends that did not come about.
pub(crate) fn not_rolled_back(error: RollBackError, table: &str, json: bool) -> Outcome {
    match error {
        RollBackError::Refused(why) => Ok(refused(&why.to_string(), None, &[], json)),
        RollBackError::Table(error) if error.class == Class::Stale => {
            Ok(refused(&SwitchError::Stale.to_string(), None, &[], json))
        }
        RollBackError::Table(error) => Err(table_problem(table, error)),
    }
}

/// What to say when the phase cannot be read or written.
pub(crate) fn table_problem(table: &str, error: PortError) -> anyhow::Error {
    if error.code == "NewerFormat" {
        return anyhow::Error::new(error).context(format!(
            "a newer twinpool wrote the phase into the table {table}: nothing was changed; use that version, or a later one"
        ));
    }
    crate::options::table_problem(table, error)
}
