//! What the commands share that change the phase: what they look at first, who they are, and how they end.

use std::time::Duration;

use twinpool_aws::account;
use twinpool_aws::client::Config;
use twinpool_core::check::Check;
use twinpool_core::phase::Standing;
use twinpool_core::port::{Class, PortError};
use twinpool_engine::{RollBackError, SwitchError};

use crate::show::prose;
use crate::{Exit, Outcome};

mod alarms;
mod around;
mod dead_letters;
mod forced;
mod look;
mod plain;
mod told;
mod walked;

pub(crate) use alarms::of_stack as alarms_of_stack;
pub(crate) use around::{Around, Reached};
pub(crate) use dead_letters::Dlq;
pub(crate) use forced::{Forced, Held};
pub(crate) use look::{Brief, Seen, soon};
pub(crate) use plain::{Made, Plain};
pub(crate) use told::{answer, checks, cohorts, moment, readiness};

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
    (prose(&format!("refused: {why}")), Exit::Blocked)
}

/// How a command ends whose question was answered with no.
pub(crate) fn declined(standing: Option<&Standing>, checks: &[Check], json: bool) -> (String, Exit) {
    const WHY: &str = "nothing was changed";
    let text = if json { answer(false, Some(WHY), standing, checks) } else { format!("{WHY}\n") };
    (text, Exit::Failed)
}

/// How a command ends whose claim or change did not come about.
pub(crate) fn not_changed(error: SwitchError, table: &str, json: bool) -> Outcome {
    match error {
        SwitchError::Table(error) => Err(table_problem(table, error)),
        SwitchError::Busy(_)
        | SwitchError::Stale
        | SwitchError::Refused(_)
        | SwitchError::YoungerHistory(_) => Ok(refused(&error.to_string(), None, &[], json)),
    }
}

/// How a rollback ends that did not come about.
pub(crate) fn not_rolled_back(error: RollBackError, table: &str, json: bool) -> Outcome {
    match error {
        RollBackError::Refused(why) => Ok(refused(&why.to_string(), None, &[], json)),
        RollBackError::Stopped(_) | RollBackError::YoungerHistory(_) => {
            Ok(refused(&error.to_string(), None, &[], json))
        }
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

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use twinpool_core::check::{Verdict, What};

    use super::*;

    #[test]
    fn whoever_is_refused_or_says_no_is_told_in_words_and_a_program_in_one_object() {
        let standing = Standing::default();
        let checks = [Check { what: What::Table, verdict: Verdict::Holds("it".to_owned()), hard: true }];
        let refusal = |json| refused("a clause", Some(&standing), &checks, json);
        let answer = |json| declined(Some(&standing), &checks, json);
        for ((text, exit), why, ended) in
            [(refusal(true), "a clause", Exit::Blocked), (answer(true), "nothing was changed", Exit::Failed)]
        {
            let told: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (&told["done"], told["problem"].as_str(), exit),
                (&Value::Bool(false), Some(why), ended)
            );
            assert_eq!(told["checks"][0]["check"], "table");
        }
        assert_eq!(refusal(false).0, "refused: a clause\n");
        assert_eq!(answer(false).0, "nothing was changed\n");
    }
}
