//! What was found, for people and for programs.

use serde_json::json;
use twinpool_setup::doctor::{Step, Verdict};

use crate::Exit;
use crate::show;

const ROOM: usize = 15;

pub(super) fn words(steps: &[Step], has_walked: bool) -> String {
    let mut out = String::new();
    for step in steps {
        out.push_str(&show::beside(
            ROOM,
            &step.part.to_string(),
            &format!("{}: {}", step.verdict.word(), step.why),
        ));
        if let Some(remedy) = &step.remedy {
            out.push_str(&show::beside(ROOM, "", &format!("do: {remedy}")));
        }
    }
    let count = |verdict| steps.iter().filter(|step| step.verdict == verdict).count();
    let (broken, unseen) = (count(Verdict::Broken), count(Verdict::Unseen));
    out.push('\n');
    out.push_str(&match (broken, unseen) {
        (0, 0) => "nothing is broken".to_owned(),
        (0, unseen) => {
            format!("nothing that could be looked at is broken; {} could not", show::count(unseen, "thing"))
        }
        (broken, 0) => show::count(broken, "thing") + " broken",
        (broken, unseen) => {
            format!("{} broken, {unseen} could not be looked at", show::count(broken, "thing"))
        }
    });
    out.push('\n');
    if !has_walked {
        out.push_str(
            "--user <sub or username of a test user> also sends a hint through capture and follows it.\n",
        );
    }
    out
}

pub(super) fn json(steps: &[Step]) -> String {
    let rows: Vec<_> = steps
        .iter()
        .map(|step| json!({ "part": step.part.code(), "verdict": step.verdict.word(), "why": step.why, "do": step.remedy }))
        .collect();
    let is_broken = steps.iter().any(|step| step.verdict == Verdict::Broken);
    format!("{:#}\n", json!({ "broken": is_broken, "steps": rows }))
}

pub(super) fn nobody(json: bool) -> (String, Exit) {
    let text = if json { "null\n" } else { "the old pool has no such user: nothing was looked at\n" };
    (text.to_owned(), Exit::NotFound)
}
