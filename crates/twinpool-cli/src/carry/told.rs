//! What a run says while it goes on and after.

use serde_json::{Value, json};
use twinpool_core::id::RunId;
use twinpool_core::run::{Run, RunState};
use twinpool_engine::{Ending, Report, Survey};

use crate::Exit;
use crate::show::{field, thousands};

/// What a command says besides what became of the run.
pub(crate) struct Also {
    /// For people, before that.
    pub(crate) words: String,
    /// For programs, as a field of its own.
    pub(crate) json: Option<(&'static str, Value)>,
    /// Somebody has to look at it.
    pub(crate) is_warning: bool,
}

/// Which run it is.
pub(crate) fn beginning(run: &Run) -> String {
    let dealt = run.tally.all();
    match (&run.place, dealt) {
        (None, 0) => format!("run {}", run.id),
        (None, _) => format!("run {} begins anew: whoever is there already is passed over", run.id),
        (Some(_), _) => format!("run {} goes on behind the first {} users", run.id, thousands(dealt)),
    }
}

/// At the end. What failed or waits for a person is no success.
pub(crate) fn report(report: &Report, also: Option<Also>, as_json: bool) -> (String, Exit) {
    let tally = &report.run.tally;
    let is_warning = !tally.conflicts.is_empty() || also.as_ref().is_some_and(|also| also.is_warning);
    let exit = match (report.ending, tally.failed.is_empty(), is_warning) {
        (_, false, _) | (Ending::Stopped, ..) => Exit::Failed,
        (_, true, true) => Exit::Warned,
        (_, true, false) => Exit::Done,
    };
    if as_json {
        let mut all = run_json(&report.run);
        if let (Some(all), Some((name, value))) = (all.as_object_mut(), also.and_then(|also| also.json)) {
            all.insert(name.to_owned(), value);
        }
        return (format!("{all:#}\n"), exit);
    }
    let mut out = also.map_or_else(String::new, |also| also.words) + &run_words(&report.run);
    if !tally.conflicts.is_empty() {
        out += "`twinpool conflicts list` shows who is in conflict, and what helps.\n";
    }
    if !tally.failed.is_empty() {
        out += "Who failed was named above: the next run that begins at the beginning tries again.\n";
    }
    match report.ending {
        Ending::Finished => {}
        Ending::Stopped => {
            out += "Stopped before the end: the same command goes on from here, on any machine.\n";
        }
        Ending::AtLimit => out += "As many as were asked for: the same command goes on from here.\n",
    }
    (out, exit)
}

/// One run.
pub(crate) fn run_words(run: &Run) -> String {
    let mut out = field("run", run.id.as_str());
    out += &field("state", run.state.code());
    for (word, count) in &run.tally.done {
        out += &field(word, &thousands(*count));
    }
    for (reason, count) in &run.tally.conflicts {
        out += &field("conflict", &format!("{} {}", thousands(*count), reason.code()));
    }
    for (code, count) in &run.tally.failed {
        out += &field("failed", &format!("{} {code}", thousands(*count)));
    }
    out
}

/// One run, for programs.
pub(crate) fn run_json(run: &Run) -> Value {
    let conflicts: serde_json::Map<_, _> =
        run.tally.conflicts.iter().map(|(reason, count)| (reason.code().to_owned(), json!(count))).collect();
    json!({
        "run": run.id.as_str(),
        "kind": run.kind.code(),
        "scope": run.scope,
        "state": run.state.code(),
        "started_at": crate::show::rfc3339(run.started_at),
        "seen_at": crate::show::rfc3339(run.seen_at),
        "finished": run.state == RunState::Finished,
        "done": run.tally.done,
        "conflicts": conflicts,
        "failed": run.tally.failed,
        "job": run.job,
        "waits": run.waits,
    })
}

/// When there is no going on.
pub(crate) fn broken(id: &RunId) -> String {
    format!("the run {id} is stopped; what was done is kept, and the same command goes on from there")
}

/// What would be done.
pub(super) fn survey(survey: &Survey, as_json: bool) -> String {
    let by_reason = |all: &std::collections::BTreeMap<twinpool_core::held_back::Reason, u64>| {
        all.iter()
            .map(|(reason, count)| (reason.code().to_owned(), *count))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let (refuse, conflicts) = (by_reason(&survey.refuse), by_reason(&survey.conflicts));
    if as_json {
        let all = json!({
            "make": survey.make,
            "updates": survey.updates,
            "look": survey.look,
            "refuse": refuse,
            "conflicts": conflicts,
            "nothing": survey.nothing,
        });
        return format!("{all:#}\n");
    }
    let mut out = "A backfill would deal with these users. Nothing was done.\n\n".to_owned();
    out += &field("make", &thousands(survey.make));
    out +=
        &field("", &format!("with {} calls for groups, disabling and the like", thousands(survey.updates)));
    out += &field("compare", &format!("{} whom something may have changed", thousands(survey.look)));
    for (reason, count) in &refuse {
        out += &field("refuse", &format!("{} {reason}", thousands(*count)));
    }
    for (reason, count) in &conflicts {
        out += &field("conflict", &format!("{} {reason}, as before", thousands(*count)));
    }
    for (word, count) in &survey.nothing {
        out += &field(word, &thousands(*count));
    }
    out
}
