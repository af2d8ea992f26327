//! `twinpool resolve`: who is this?

use clap::Args;
use serde_json::json;
use twinpool_core::held_back::HeldBack;
use twinpool_core::id::{NewSub, OldSub, Sub};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{Answer, LinkReader};

use crate::options::{self, Table};
use crate::show::{self, field, rfc3339};
use crate::{Exit, Outcome};

/// What to resolve.
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
    let counts = primary(&links, &link).await.map_err(problem)?;
    let text = if arguments.json {
        format!("{:#}\n", to_json(&link, counts.as_ref()))
    } else {
        to_table(&link, counts.as_ref())
    };
    Ok((text, Exit::Done))
}

/// What to say of somebody who has no link.
pub(crate) fn not_found(json: bool) -> (String, Exit) {
    let text = if json {
        "null\n"
    } else {
        "no link: twinpool has seen no user with this sub or user id.\nUsers appear with their first sign-in or change; twinpool explain <sub or username>\nlooks into the old pool too.\n"
    };
    (text.to_owned(), Exit::NotFound)
}

/// A user id is the old sub of a user born in the old pool, so two look-ups tell all three kinds.
pub(crate) async fn find(links: &impl LinkReader, id: &Sub) -> Answer<Option<Link>> {
    if let Some(link) = links.link(&OldSub::from(id.clone())).await? {
        return Ok(Some(link));
    }
    match links.old_sub_of(&NewSub::from(id.clone())).await? {
        Some(old_sub) => links.link(&old_sub).await,
        None => Ok(None),
    }
}

/// The one whom a merged user is one person with.
pub(crate) async fn primary(links: &impl LinkReader, link: &Link) -> Answer<Option<Link>> {
    match &link.state {
        LinkState::Merged { into, .. } => links.link(into).await,
        LinkState::Pending { .. }
        | LinkState::Linked(_)
        | LinkState::Conflict { .. }
        | LinkState::Tombstone { .. } => Ok(None),
    }
}

/// For programs. `counts`: of a merged user, the one whose user id counts.
pub(crate) fn to_json(link: &Link, counts: Option<&Link>) -> serde_json::Value {
    let effective = counts.unwrap_or(link);
    let linked = effective.linked();
    let one = |held: &HeldBack| json!({ "what": held.subject.to_string(), "reason": held.reason.code() });
    let held_back: Vec<_> = linked.into_iter().flat_map(|linked| &linked.held_back).map(one).collect();
    let decisions = link
        .decisions
        .iter()
        .map(|(subject, decision)| json!({ "what": subject.to_string(), "decision": decision.to_string() }));
    let mut all = json!({
        "user_id": effective.user_id.as_str(),
        "own_user_id": link.user_id.as_str(),
        "alias_of": null,
        "old_sub": link.old_sub.as_str(),
        "new_sub": linked.map(|linked| linked.new_sub.as_str()),
        "state": show::state(link),
        "reason": null,
        "holder": null,
        "left": null,
        "since": link.unpaired_since().map(rfc3339),
        "mirrored_at": linked.map(|linked| rfc3339(linked.mirrored_at)),
        "held_back": held_back,
        "decisions": decisions.collect::<Vec<_>>(),
        "version": link.version,
    });
    match &link.state {
        LinkState::Conflict { reason, holder, .. } => {
            all["reason"] = reason.code().into();
            all["holder"] = holder.as_ref().map(NewSub::as_str).into();
        }
        LinkState::Tombstone { new_sub, by, left, .. } => {
            all["deleted_by"] = by.code().into();
            all["new_sub"] = new_sub.as_ref().map(NewSub::as_str).into();
            all["left"] = left.code().into();
        }
        LinkState::Merged { into, .. } => all["alias_of"] = into.as_str().into(),
        LinkState::Pending { .. } | LinkState::Linked(_) => {}
    }
    all
}

/// Who the user is, in rows.
pub(crate) fn to_table(link: &Link, counts: Option<&Link>) -> String {
    let mut out = field("user id", counts.unwrap_or(link).user_id.as_str());
    let mut row = |name: &str, value: &str| out.push_str(&field(name, value));
    row("old sub", link.old_sub.as_str());
    match &link.state {
        LinkState::Linked(linked) => row("new sub", linked.new_sub.as_str()),
        LinkState::Tombstone { new_sub: Some(new_sub), .. } => row("new sub", new_sub.as_str()),
        LinkState::Merged { into, .. } => {
            if let Some(linked) = counts.and_then(Link::linked) {
                row("new sub", linked.new_sub.as_str());
            }
            let theirs = counts.map_or("not known: there is no such link", |link| link.user_id.as_str());
            row("link", &format!("merged: one person with {into}: user id {theirs}"));
            row("alias", &format!("the own user id {} stands for the same person", link.user_id));
        }
        LinkState::Pending { .. }
        | LinkState::Conflict { .. }
        | LinkState::Tombstone { new_sub: None, .. } => {}
    }
    if !matches!(link.state, LinkState::Merged { .. }) {
        row("link", &show::state_in_words(link));
    }
    if let LinkState::Conflict { holder: Some(holder), .. } = &link.state {
        row("holder", &format!("{holder} of the new pool"));
    }
    if let Some(since) = link.unpaired_since() {
        row("since", &rfc3339(since));
    }
    if let Some(linked) = link.linked() {
        row("mirrored at", &rfc3339(linked.mirrored_at));
        for held in &linked.held_back {
            row("held back", &held.to_string());
        }
    }
    for (subject, decision) in &link.decisions {
        row("decided", &format!("{subject}: {decision}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use twinpool_core::decision::Decision;
    use twinpool_core::held_back::Subject;
    use twinpool_core::id::Pool;
    use twinpool_core::link::Left;

    use super::*;
    use crate::samples::{AT, conflict, in_state, linked, new, old};

    fn merged() -> Link {
        let mut link = in_state("old-2", LinkState::Merged { into: old("old-1"), since: AT });
        link.decisions.insert(Subject::User, Decision::MergeInto(old("old-1")));
        link
    }

    #[test]
    fn an_address_is_no_id() {
        assert!(options::an_id("jane@example.com").is_err());
        assert!(options::an_id(" ").is_err());
        let upper = options::an_id("9441F38C-D64D-45D1-8401-EC94AB328C6D").unwrap();
        assert_eq!(upper.as_str(), "9441f38c-d64d-45d1-8401-ec94ab328c6d");
        assert!(options::an_id(" old-1\n").is_ok_and(|id| id.as_str() == "old-1"));
    }

    #[test]
    fn every_state_for_people() {
        let tombstone = |new_sub, left| {
            in_state("old-3", LinkState::Tombstone { new_sub, by: Pool::Old, left, since: AT })
        };
        let first = linked();
        let all = [
            to_table(&first, None),
            to_table(&in_state("old-4", LinkState::Pending { since: AT }), None),
            to_table(&conflict(), None),
            to_table(&tombstone(Some(new("new-3")), Left::Disabled), None),
            to_table(&tombstone(None, Left::Nobody), None),
            to_table(&merged(), Some(&first)),
            to_table(&merged(), None),
        ];
        insta::assert_snapshot!(all.join("\n"), @r"
        user id      old-1
        old sub      old-1
        new sub      new-1
        link         linked: the user is in both pools
        mirrored at  2026-11-21T00:00:00.123Z
        held back    attribute email: another user of the new pool signs in with the
                     name, address or number: find out whose it is, and free it

        user id      old-4
        old sub      old-4
        link         pending: a user of the new pool is being made
        since        2026-11-21T00:00:00.123Z

        user id      old-2
        old sub      old-2
        link         conflict: another user of the old pool has the same name in the new
                     pool, and came first: merge them, or rename one in the old pool
        holder       new-1 of the new pool
        since        2026-11-21T00:00:00.123Z

        user id      old-3
        old sub      old-3
        new sub      new-3
        link         tombstone: deleted from the old pool; the user of the new pool was
                     disabled
        since        2026-11-21T00:00:00.123Z

        user id      old-3
        old sub      old-3
        link         tombstone: deleted from the old pool; there was nobody in the new
                     pool
        since        2026-11-21T00:00:00.123Z

        user id      old-1
        old sub      old-2
        new sub      new-1
        link         merged: one person with old-1: user id old-1
        alias        the own user id old-2 stands for the same person
        since        2026-11-21T00:00:00.123Z
        decided      user: merge into old-1

        user id      old-2
        old sub      old-2
        link         merged: one person with old-1: user id not known: there is no such
                     link
        alias        the own user id old-2 stands for the same person
        since        2026-11-21T00:00:00.123Z
        decided      user: merge into old-1
        ");
    }

    #[test]
    fn json_for_programs() {
        insta::assert_snapshot!(format!("{:#}", to_json(&linked(), None)), @r#"
        {
          "alias_of": null,
          "decisions": [],
          "held_back": [
            {
              "reason": "taken",
              "what": "attribute email"
            }
          ],
          "holder": null,
          "left": null,
          "mirrored_at": "2026-11-21T00:00:00.123Z",
          "new_sub": "new-1",
          "old_sub": "old-1",
          "own_user_id": "old-1",
          "reason": null,
          "since": null,
          "state": "linked",
          "user_id": "old-1",
          "version": 2
        }
        "#);
    }

    #[test]
    fn an_alias_gives_the_user_id_that_counts() {
        insta::assert_snapshot!(format!("{:#}", to_json(&merged(), Some(&linked()))), @r#"
        {
          "alias_of": "old-1",
          "decisions": [
            {
              "decision": "merge into old-1",
              "what": "user"
            }
          ],
          "held_back": [
            {
              "reason": "taken",
              "what": "attribute email"
            }
          ],
          "holder": null,
          "left": null,
          "mirrored_at": "2026-11-21T00:00:00.123Z",
          "new_sub": "new-1",
          "old_sub": "old-2",
          "own_user_id": "old-2",
          "reason": null,
          "since": "2026-11-21T00:00:00.123Z",
          "state": "merged",
          "user_id": "old-1",
          "version": 2
        }
        "#);
    }

    #[test]
    fn a_conflict_and_a_tombstone_for_programs() {
        let gone =
            LinkState::Tombstone { new_sub: Some(new("new-3")), by: Pool::Old, left: Left::Kept, since: AT };
        let all = [to_json(&conflict(), None), to_json(&in_state("old-3", gone), None)];
        let part = |json: &serde_json::Value| {
            ["state", "reason", "holder", "left", "new_sub", "since"].map(|key| json[key].clone())
        };
        insta::assert_snapshot!(format!("{}", serde_json::json!(all.each_ref().map(part))), @r#"[["conflict","twin","new-1",null,null,"2026-11-21T00:00:00.123Z"],["tombstone",null,null,"kept","new-3","2026-11-21T00:00:00.123Z"]]"#);
    }
}
