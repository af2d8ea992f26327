//! `twinpool conflicts show`: one user's, with what helps.

use clap::Args;
use serde_json::json;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{NewSub, OldSub, Sub};
use twinpool_core::link::Link;
use twinpool_core::port::{Answer, LinkReader};

use super::Found;
use super::check::option_of;
use super::helps;
use crate::options::{self, Table};
use crate::resolve::{find, not_found};
use crate::show::{self, field};
use crate::{Exit, Outcome};

/// Whose conflicts to show.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// A sub of the old pool, a sub of the new pool, or a user id.
    #[arg(value_name = "SUB OR USER ID", value_parser = options::an_id)]
    id: Sub,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let problem = |error| arguments.table.problem(error);
    let Some(link) = find(&links, &arguments.id).await.map_err(problem)? else {
        return Ok(not_found(arguments.json));
    };
    let all = with_holders(&links, &link).await.map_err(problem)?;
    let text = if arguments.json { to_json(&link, &all) } else { to_text(&link, &all) };
    Ok((text, Exit::Done))
}

/// All that a link holds back, each with the old user whose counterpart stands in the way.
pub(crate) async fn with_holders(
    links: &impl LinkReader,
    link: &Link,
) -> Answer<Vec<(Found, Option<OldSub>)>> {
    let mut all = Vec::new();
    for found in Found::of(link) {
        let holder = match &found.holder {
            Some(holder) => links.old_sub_of(holder).await?,
            None => None,
        };
        all.push((found, holder));
    }
    Ok(all)
}

/// Each with the old user whose counterpart stands in the way.
type All = [(Found, Option<OldSub>)];

/// The decisions that can help, as options to copy.
fn options_for(link: &Link, found: &Found, holder: Option<&OldSub>) -> Vec<String> {
    let subject = option_of(&found.subject);
    let options = helps(link, found, holder).into_iter();
    options.map(|asked| format!("{} {subject}", asked.option()).trim_end().to_owned()).collect()
}

fn to_json(link: &Link, all: &All) -> String {
    let one = |(found, holder): &(Found, Option<OldSub>)| {
        let mut json = found.json();
        json["holder_old_sub"] = holder.as_ref().map(OldSub::as_str).into();
        json["helps"] = options_for(link, found, holder.as_ref()).into();
        json
    };
    let conflicts: Vec<_> = all.iter().map(one).collect();
    let decisions = link
        .decisions
        .iter()
        .map(|(subject, decision)| json!({ "what": subject.to_string(), "decision": decision.to_string() }));
    let all = json!({
        "old_sub": link.old_sub.as_str(),
        "new_sub": link.linked().map(|linked| linked.new_sub.as_str()),
        "state": show::state(link),
        "conflicts": conflicts,
        "decisions": decisions.collect::<Vec<_>>(),
    });
    format!("{all:#}\n")
}

fn to_text(link: &Link, all: &All) -> String {
    let mut out = field("old sub", link.old_sub.as_str());
    if let Some(linked) = link.linked() {
        out.push_str(&field("new sub", linked.new_sub.as_str()));
    }
    if all.is_empty() {
        out.push_str(&field("link", &show::state_in_words(link)));
        out.push_str("nothing is held back\n");
    }
    for (found, holder) in all {
        out.push('\n');
        out.push_str(&field(
            &what(&found.subject),
            &format!("{}: {}", found.reason.code(), found.reason.remedy()),
        ));
        let when = if link.linked().is_some() { "seen" } else { "since" };
        out.push_str(&field(when, &show::rfc3339(found.at)));
        if let Some(text) = found.holder.as_ref().map(|new| held_by(new, holder.as_ref())) {
            out.push_str(&field("held by", &text));
        }
        if let Some(decision) = &found.decision {
            out.push_str(&field("decided", &decision.to_string()));
        }
        for option in options_for(link, found, holder.as_ref()) {
            let caution = if says_who(&option) { "  # only if both are one person" } else { "" };
            out.push_str(&format!("  twinpool conflicts resolve {} {option}{caution}\n", link.old_sub));
        }
    }
    out
}

/// The same person can sign in as both from then on: twinpool cannot know whether it is.
fn says_who(option: &str) -> bool {
    ["--merge-into", "--link-to"].iter().any(|start| option.starts_with(start))
}

fn what(subject: &Subject) -> String {
    match subject {
        Subject::User => "user".to_owned(),
        other => other.to_string(),
    }
}

fn held_by(new: &NewSub, old: Option<&OldSub>) -> String {
    match old {
        Some(old) => format!("{new} of the new pool, the counterpart of {old}"),
        None => format!("{new} of the new pool, a stranger to twinpool"),
    }
}

#[cfg(test)]
mod tests {
    use twinpool_core::decision::Decision;
    use twinpool_core::held_back::Reason;

    use super::*;
    use crate::samples::{attribute, conflict, old, pair};

    fn with_holder(link: &Link, holder: Option<&str>) -> Vec<(Found, Option<OldSub>)> {
        Found::of(link).into_iter().map(|found| (found, holder.map(old))).collect()
    }

    #[test]
    fn what_helps_is_there_to_be_copied() {
        let mut held = pair(
            "old-1",
            &[
                (attribute("email"), Reason::Taken),
                (attribute("name"), Reason::NewWins),
                (attribute("custom:tenant"), Reason::NotInSchema),
                (Subject::User, Reason::SignInNameFixed),
            ],
        );
        held.decisions.insert(attribute("name"), Decision::KeepNew);
        let all = [
            to_text(&held, &with_holder(&held, None)),
            to_text(&conflict(), &with_holder(&conflict(), Some("old-1"))),
            to_text(&conflict(), &with_holder(&conflict(), None)),
            to_text(&pair("old-5", &[]), &[]),
        ];
        insta::assert_snapshot!(all.join("\n"), @r"
        old sub      old-1
        new sub      new-1

        attribute email
                     taken: another user of the new pool signs in with the name, address
                     or number: find out whose it is, and free it
        seen         2026-11-21T00:00:00.123Z
          twinpool conflicts resolve old-1 --keep-old --attribute email
          twinpool conflicts resolve old-1 --keep-new --attribute email
          twinpool conflicts resolve old-1 --leave-out --attribute email

        attribute name
                     new_wins: the new pool's own value stands: a rule of twinpool.toml
                     or a decision says so
        seen         2026-11-21T00:00:00.123Z
        decided      keep new
          twinpool conflicts resolve old-1 --forget --attribute name

        attribute custom:tenant
                     not_in_schema: the new pool has no such attribute: add it with
                     add-custom-attributes
        seen         2026-11-21T00:00:00.123Z
          twinpool conflicts resolve old-1 --keep-new --attribute custom:tenant
          twinpool conflicts resolve old-1 --leave-out --attribute custom:tenant

        user         sign_in_name_fixed: people sign in to the new pool with the address
                     they had when they were mirrored: a pool with e-mail or phone as
                     alias follows
        seen         2026-11-21T00:00:00.123Z

        old sub      old-2

        user         twin: another user of the old pool has the same name in the new
                     pool, and came first: merge them, or rename one in the old pool
        since        2026-11-21T00:00:00.123Z
        held by      new-1 of the new pool, the counterpart of old-1
          twinpool conflicts resolve old-2 --merge-into old-1  # only if both are one person
          twinpool conflicts resolve old-2 --leave-out

        old sub      old-2

        user         twin: another user of the old pool has the same name in the new
                     pool, and came first: merge them, or rename one in the old pool
        since        2026-11-21T00:00:00.123Z
        held by      new-1 of the new pool, a stranger to twinpool
          twinpool conflicts resolve old-2 --link-to new-1  # only if both are one person
          twinpool conflicts resolve old-2 --leave-out

        old sub      old-5
        new sub      new-5
        link         linked: the user is in both pools
        nothing is held back
        ");
    }

    #[test]
    fn json_for_programs() {
        insta::assert_snapshot!(to_json(&conflict(), &with_holder(&conflict(), Some("old-1"))), @r#"
        {
          "conflicts": [
            {
              "at": "2026-11-21T00:00:00.123Z",
              "born_in_new": null,
              "decision": null,
              "group": null,
              "helps": [
                "--merge-into old-1",
                "--leave-out"
              ],
              "holder": "new-1",
              "holder_old_sub": "old-1",
              "old_sub": "old-2",
              "open": true,
              "reason": "twin",
              "remedy": "another user of the old pool has the same name in the new pool, and came first: merge them, or rename one in the old pool",
              "what": "user"
            }
          ],
          "decisions": [],
          "new_sub": null,
          "old_sub": "old-2",
          "state": "conflict"
        }
        "#);
    }
}
