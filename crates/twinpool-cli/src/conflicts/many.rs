//! One decision about many users at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::OldSub;
use twinpool_core::link::Link;
use twinpool_core::port::LinkReader;

use super::check::{Asked, check_decision, is_decided};
use super::decide::{Arguments, carry_out, others};
use super::{Found, Whose, walk};
use crate::ask::{self, Answer};
use crate::failure::Misuse;
use crate::operator::{self, Operator};
use crate::{Exit, Outcome, show};

/// Who did not get the decision, or of whom nobody knows what came of it; each with why.
#[derive(Default)]
struct Rest {
    /// Nothing was written.
    skipped: Vec<(String, String)>,
    failed: Vec<(String, String)>,
}

/// One of many.
struct One {
    old_sub: OldSub,
    subject: Subject,
    asked: Asked,
}

pub(super) async fn run(arguments: &Arguments, operator: &Operator) -> Outcome {
    let problem = |error| arguments.table.problem(error);
    if let Some(reason) =
        arguments.reason.filter(|reason| arguments.twins_into_first && *reason != Reason::Twin)
    {
        let why = format!("--twins-into-first is about twins: leave out --reason {}", reason.code());
        return Err(Misuse(why).into());
    }
    let reason = arguments.reason.unwrap_or(Reason::Twin);
    let mut found = Vec::new();
    let wanted = |found: &Found| found.reason == reason;
    walk(&operator.links, |page| found.extend(Found::on(&page).into_iter().filter(wanted)))
        .await
        .map_err(problem)?;
    found.sort_by(|one, other| (&one.whose, &one.subject).cmp(&(&other.whose, &other.subject)));
    let (mut ready, mut rest) = (Vec::new(), Rest::default());
    for found in &found {
        match prepare(&operator.links, arguments, found).await.map_err(problem)? {
            Ok(one) => ready.push(one),
            Err(why) => rest.skipped.push((whose(found), why)),
        }
    }
    let what = preview(reason, &ready, &rest.skipped);
    if ready.is_empty() {
        return Ok((told(arguments, "nothing to decide", &[], &rest, &what), Exit::Done));
    }
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown => {
            let would: Vec<_> = ready.iter().map(line).collect();
            let all: Vec<_> = would.iter().map(|text| json!({ "would": text })).collect();
            return Ok((told(arguments, "dry run", &all, &rest, &what), Exit::Done));
        }
        Answer::Declined => return Ok(("nothing was done\n".to_owned(), Exit::Failed)),
    }
    Ok(decide_all(arguments, operator, ready, rest).await)
}

fn whose(found: &Found) -> String {
    match &found.whose {
        Whose::User(sub) => sub.to_string(),
        Whose::Group(name) => format!("group {name}"),
        Whose::Born(sub) => format!("{sub}, born in the new pool"),
    }
}

/// What is to be decided about one, or why nothing can be.
async fn prepare(
    links: &impl LinkReader,
    arguments: &Arguments,
    found: &Found,
) -> twinpool_core::port::Answer<Result<One, String>> {
    let old_sub = match &found.whose {
        Whose::User(old_sub) => old_sub,
        Whose::Group(_) => {
            return Ok(Err(
                "this is about the group itself and not about a user: correct the group".to_owned()
            ));
        }
        Whose::Born(_) => {
            let what = "nobody can be made in the old pool for this account: remove what stands in the way, and the sweep tries again";
            return Ok(Err(what.to_owned()));
        }
    };
    let asked = match (arguments.asked(), &found.holder) {
        (Some(asked), _) => asked,
        (None, Some(holder)) if found.subject == Subject::User => match links.old_sub_of(holder).await? {
            Some(first) => Asked::Decide(Decision::MergeInto(first)),
            None => {
                return Ok(Err(format!(
                    "{holder} is nobody's counterpart any more: say twinpool sync {old_sub}"
                )));
            }
        },
        (None, _) => return Ok(Err(format!("the user is a pair: decide about {} alone", found.subject))),
    };
    let Some(link) = links.link(old_sub).await? else {
        return Ok(Err("the link is gone".to_owned()));
    };
    let subject = found.subject.clone();
    if is_decided(&link, &subject, &asked) {
        return Ok(Err("decided so already".to_owned()));
    }
    let others = others(links, &asked).await?;
    let checked = check_decision(&link, &subject, &asked, &others);
    Ok(checked.map(|_| One { old_sub: old_sub.clone(), subject, asked }))
}

async fn decide_all(
    arguments: &Arguments,
    operator: &Operator,
    ready: Vec<One>,
    mut rest: Rest,
) -> (String, Exit) {
    let mut sent = Vec::new();
    for one in ready {
        match decide(arguments, operator, &one).await {
            Ok(Ok(link)) => sent.push(link),
            Ok(Err(why)) => rest.skipped.push((one.old_sub.to_string(), why)),
            // The others are not to wait for one.
            Err(problem) => rest.failed.push((one.old_sub.to_string(), format!("{problem:#}"))),
        }
    }
    let start = Instant::now();
    let (mut answers, mut worst) = (Vec::new(), Exit::Done);
    let mut words = String::new();
    for link in &sent {
        let left =
            operator.wait.map(|wait| wait.saturating_sub(start.elapsed()).max(Duration::from_millis(1)));
        match operator.answer_within(link, left).await {
            Ok(answer) => {
                worst = worse(worst, answer.exit());
                answers.push(answer.json(link));
                words.push_str(&format!("{}  {}\n", link.old_sub, short(&answer)));
            }
            Err(problem) => rest.failed.push((link.old_sub.to_string(), format!("decided, but {problem:#}"))),
        }
    }
    let (answer, exit) = if rest.failed.is_empty() { ("done", worst) } else { ("failed", Exit::Failed) };
    words.push_str(&tell("failed", &rest.failed));
    words.push_str(&tell(LEFT, &rest.skipped));
    (told(arguments, answer, &answers, &rest, &words), exit)
}

/// Decides about one, as it is by now: two things of one user are two writes. Or why it is left as it is.
async fn decide(
    arguments: &Arguments,
    operator: &Operator,
    one: &One,
) -> anyhow::Result<Result<Link, String>> {
    let problem = |error| arguments.table.problem(error);
    let Some(link) = operator.links.link(&one.old_sub).await.map_err(problem)? else {
        return Ok(Err("the link is gone".to_owned()));
    };
    let others = others(&operator.links, &one.asked).await.map_err(problem)?;
    match check_decision(&link, &one.subject, &one.asked, &others) {
        Ok(decisions) => {
            carry_out(operator, &link, &decisions, &arguments.table).await?;
            Ok(Ok(link))
        }
        Err(why) => Ok(Err(why)),
    }
}

/// No answer is worse than a conflict, of which at least something is known.
fn worse(one: Exit, other: Exit) -> Exit {
    if one == Exit::Unanswered || other == Exit::Done { one } else { other }
}

fn short(answer: &operator::Answer) -> &'static str {
    match answer {
        operator::Answer::NotWaited => "asked",
        operator::Answer::Late => "no answer in time",
        operator::Answer::Here(link) => match answer.exit() {
            Exit::StillInConflict => "still in conflict",
            _ => show::state(link),
        },
    }
}

fn line(one: &One) -> String {
    let decision = match &one.asked {
        Asked::Decide(decision) => decision.to_string(),
        Asked::Forget => "forget what was decided".to_owned(),
    };
    format!("{}  {}: {decision}", one.old_sub, one.subject)
}

/// At most so many are shown before a person is asked.
const SHOWN: usize = 20;

fn preview(reason: Reason, ready: &[One], skipped: &[(String, String)]) -> String {
    let all = show::count(ready.len() + skipped.len(), "conflict");
    let mut out = match (ready.len(), skipped.len()) {
        (0, 0) => return format!("no conflict has the reason {}\n", reason.code()),
        (0, _) => format!("{all} with the reason {}; this changes none of them:\n", reason.code()),
        (_, 0) => format!("{all} with the reason {}:\n", reason.code()),
        (number, _) => {
            format!("{all} with the reason {}; this changes {number} of them:\n", reason.code())
        }
    };
    for one in ready.iter().take(SHOWN) {
        out.push_str(&format!("{}\n", line(one)));
    }
    if ready.len() > SHOWN {
        out.push_str(&format!("and {} more\n", ready.len() - SHOWN));
    }
    let consequences: BTreeSet<_> = ready.iter().filter_map(consequence).collect();
    out.extend(consequences.into_iter().map(|text| format!("{text}\n")));
    out + &tell(LEFT, skipped)
}

/// What a person should know before agreeing to many at once.
fn consequence(one: &One) -> Option<&'static str> {
    match (&one.asked, &one.subject) {
        (Asked::Decide(Decision::KeepOld), _) => {
            Some("whoever signs in with one of these in the new pool now loses it")
        }
        (Asked::Decide(Decision::MergeInto(_)), _) => {
            Some("the user id of each who is merged stands for the other person from now on")
        }
        (Asked::Decide(Decision::LeaveOut | Decision::KeepNew), Subject::User) => {
            Some("of whoever is left out nothing is mirrored any more, not even a disabling or a deletion")
        }
        (Asked::Decide(Decision::LeaveOut | Decision::KeepNew | Decision::LinkTo(_)) | Asked::Forget, _) => {
            None
        }
    }
}

const LEFT: &str = "left as it is";

fn tell(what: &str, users: &[(String, String)]) -> String {
    users.iter().map(|(whose, why)| format!("{whose}  {what}: {why}\n")).collect()
}

fn told(
    arguments: &Arguments,
    answer: &str,
    users: &[serde_json::Value],
    rest: &Rest,
    words: &str,
) -> String {
    if !arguments.json {
        return words.to_owned();
    }
    let each = |all: &[(String, String)]| -> Vec<_> {
        all.iter().map(|(whose, why)| json!({ "whose": whose, "why": why })).collect()
    };
    let (skipped, failed) = (each(&rest.skipped), each(&rest.failed));
    let all = json!({ "answer": answer, "users": users, "left_as_they_are": skipped, "failed": failed });
    format!("{all:#}\n")
}

#[cfg(test)]
mod tests;
