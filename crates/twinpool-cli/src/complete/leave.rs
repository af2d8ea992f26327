//! What is left to do once the move is complete: who is who is written down, and capture goes. May be done again.

use anyhow::Context as _;
use twinpool_core::phase::Phase;
use twinpool_setup::guest::Guest;

use super::Arguments;
use crate::attach::Place;
use crate::detach;
use crate::export::links::{Files, Written};
use crate::options::Consent;
use crate::show::count;
use crate::steps::Reached;
use crate::{Exit, Outcome};

const STILL_ATTACHED: &str = "The move is complete, and capture is still in the triggers of the old pool: twinpool detach, when that is put right.\n";

/// `said`: what is to be said before.
pub(super) async fn leave(arguments: &Arguments, reached: &Reached<'_>, files: Files, said: &str) -> Outcome {
    let written = files.write(&reached.links).await;
    let written = written.context(
        "the move is complete; nothing was exported yet, and capture is still attached: the same command does the rest",
    )?;
    let left =
        Left { written: is_exported(arguments).then_some(written), detached: detached(arguments).await };
    match left.detached {
        // A program is told what is done in any case.
        Err(problem) if !arguments.json => Err(problem.context(left_attached(left.written.is_some()))),
        _ if arguments.json => Ok(left.json()),
        _ => Ok(left.words(said)),
    }
}

fn left_attached(exported: bool) -> String {
    let exported = if exported { " and exported" } else { "" };
    format!(
        "the move is complete{exported}; capture is still attached to the old pool: run `twinpool detach`, or the same command again"
    )
}

async fn detached(arguments: &Arguments) -> Outcome {
    let parts = &arguments.around.parts;
    let [old, _] = parts.pools.ids();
    let place = Place::of(
        Guest::Capture,
        old.clone(),
        parts.pools.old_endpoint(),
        parts.stack.capture.clone(),
        parts.table.table.clone(),
    );
    let how = detach::How::with(Consent { yes: true, dry_run: false });
    Box::pin(detach::from(&place, &how)).await
}

/// What was done.
struct Left {
    /// Nothing where no file was named.
    written: Option<Written>,
    detached: Outcome,
}

impl Left {
    /// What could not be read is in no file: that is a warning.
    fn exit(&self) -> Exit {
        let is_partial = self.written.is_some_and(|written| written.unreadable > 0);
        match &self.detached {
            Ok((_, Exit::Done)) if is_partial => Exit::Warned,
            Ok((_, exit)) => *exit,
            Err(_) => Exit::Failed,
        }
    }

    fn json(&self) -> (String, Exit) {
        let problem = match &self.detached {
            Ok((_, Exit::Done)) => None,
            Ok((why, _)) => Some(why.trim_end().to_owned()),
            Err(problem) => Some(format!("{}: {problem:#}", left_attached(self.written.is_some()))),
        };
        let all = serde_json::json!({
            "done": true,
            "phase": Phase::Complete.code(),
            "detached": problem.is_none(),
            "exported": self.written.map(|written| written.rows),
            "unreadable": self.written.map(|written| written.unreadable),
            "problem": problem,
        });
        (format!("{all:#}\n"), self.exit())
    }

    fn words(&self, said: &str) -> (String, Exit) {
        let rows = self.written.map(|written| format!("{}\n", count_of(&written))).unwrap_or_default();
        let (detached, next) = match &self.detached {
            Ok((told, Exit::Done)) => (
                told.as_str(),
                "Keep the table: it says who everybody is. twinpool remove deletes the stack without it.\n",
            ),
            Ok((told, _)) => (told.as_str(), STILL_ATTACHED),
            Err(_) => ("", STILL_ATTACHED),
        };
        (format!("{said}{rows}{detached}{next}"), self.exit())
    }
}

fn is_exported(arguments: &Arguments) -> bool {
    arguments.export.is_some() || arguments.sql.is_some()
}

fn count_of(written: &Written) -> String {
    let rows = usize::try_from(written.rows).unwrap_or(usize::MAX);
    let mut out = format!("{} exported", count(rows, "account"));
    if written.unreadable > 0 {
        out += &format!("; not in it: {} that cannot be read", count(written.unreadable, "item"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(detached: Outcome, unreadable: usize) -> Left {
        Left { written: Some(Written { rows: 3, unreadable }), detached }
    }

    #[test]
    fn what_is_complete_is_said_to_be_however_the_rest_ended() {
        let (text, exit) = left(Err(anyhow::anyhow!("your role lacks UpdateUserPool")), 0).json();
        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((exit, &told["done"], &told["detached"]), (Exit::Failed, &true.into(), &false.into()));
        let problem = told["problem"].as_str().unwrap();
        assert!(problem.contains("twinpool detach") && problem.contains("UpdateUserPool"), "{problem}");
        let (text, exit) =
            left(Ok(("CloudFormation manages the pool\n".to_owned(), Exit::Blocked)), 0).words("");
        assert!(
            exit == Exit::Blocked && text.contains("3 accounts exported") && text.contains("twinpool detach"),
            "{text}"
        );
    }

    #[test]
    fn an_export_that_lacks_what_cannot_be_read_is_a_warning() {
        let done = || Ok(("detached\n".to_owned(), Exit::Done));
        assert_eq!(left(done(), 0).json().1, Exit::Done);
        assert_eq!(left(done(), 1).json().1, Exit::Warned);
        assert_eq!(left(done(), 1).words("").1, Exit::Warned);
    }
}
