//! `twinpool resolve`: who is this?

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::{NewSub, OldSub, Sub, Timestamp};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{Answer, LinkReader};

use crate::{Exit, Table};

/// What to resolve.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A sub of the old pool, a sub of the new pool, or a user id.
    #[arg(value_name = "SUB OR USER ID", value_parser = an_id)]
    id: Sub,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
}

fn an_id(text: &str) -> Result<Sub, &'static str> {
    let problem =
        "a sub or user id looks like 9441f38c-d64d-45d1-8401-ec94ab328c6d; links hold no names or addresses";
    Sub::parse(text.trim()).map_err(|_| problem)
}

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<(String, Exit)> {
    let config = client::load(Patience::MIRROR).await;
    anyhow::ensure!(
        config.region().is_some(),
        "no AWS Region: set AWS_REGION, or AWS_PROFILE to a profile that has one"
    );
    let links = Links::connect(&config, arguments.table.table.clone(), None);
    let found = find(&links, &arguments.id).await.with_context(|| {
        format!(
            "cannot read the table {}: check its name, the Region, and your credentials and permissions",
            arguments.table.table
        )
    })?;
    Ok(match (found, arguments.json) {
        (Some(link), true) => (format!("{:#}\n", to_json(&link)), Exit::Done),
        (Some(link), false) => (to_table(&link), Exit::Done),
        (None, true) => ("null\n".to_owned(), Exit::NotFound),
        (None, false) => (
            "no link: not a sub or user id that twinpool has seen. Users appear with their first event.\n"
                .to_owned(),
            Exit::NotFound,
        ),
    })
}

/// A user id is the old sub of a user born in the old pool, so two look-ups tell all three kinds.
async fn find(links: &impl LinkReader, id: &Sub) -> Answer<Option<Link>> {
    if let Some(link) = links.link(&OldSub::from(id.clone())).await? {
        return Ok(Some(link));
    }
    match links.old_sub_of(&NewSub::from(id.clone())).await? {
        Some(old_sub) => links.link(&old_sub).await,
        None => Ok(None),
    }
}

fn state(link: &Link) -> &'static str {
    match link.state {
        LinkState::Pending { .. } => "pending",
        LinkState::Linked(_) => "linked",
        LinkState::Conflict { .. } => "conflict",
        LinkState::Tombstone { .. } => "tombstone",
        LinkState::Merged { .. } => "merged",
    }
}

fn to_json(link: &Link) -> serde_json::Value {
    let linked = link.linked();
    let held_back = linked.map(|linked| {
        let one = |held: &twinpool_core::held_back::HeldBack| json!({ "what": held.subject.to_string(), "reason": held.reason.code() });
        linked.held_back.iter().map(one).collect::<Vec<_>>()
    });
    let reason = match link.state {
        LinkState::Conflict { reason, .. } => Some(reason.code()),
        LinkState::Pending { .. }
        | LinkState::Linked(_)
        | LinkState::Tombstone { .. }
        | LinkState::Merged { .. } => None,
    };
    json!({
        "user_id": link.user_id.as_str(),
        "old_sub": link.old_sub.as_str(),
        "new_sub": linked.map(|linked| linked.new_sub.as_str()),
        "state": state(link),
        "reason": reason,
        "mirrored_at": linked.map(|linked| rfc3339(linked.mirrored_at)),
        "held_back": held_back.unwrap_or_default(),
        "version": link.version,
    })
}

fn to_table(link: &Link) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: &str| out.push_str(&format!("{name:<12} {value}\n"));
    row("user id", link.user_id.as_str());
    row("old sub", link.old_sub.as_str());
    match &link.state {
        LinkState::Linked(linked) => {
            row("new sub", linked.new_sub.as_str());
            row("link", "linked: the user is in both pools");
            row("mirrored at", &rfc3339(linked.mirrored_at));
            for held in &linked.held_back {
                row("held back", &held.to_string());
            }
        }
        LinkState::Pending { since } => {
            row("link", "pending: a user of the new pool is being made");
            row("since", &rfc3339(*since));
        }
        LinkState::Conflict { reason, since, .. } => {
            row("link", &format!("conflict: {}", reason.remedy()));
            row("since", &rfc3339(*since));
        }
        LinkState::Tombstone { since, .. } => {
            row("link", "tombstone: the user was deleted from the old pool");
            row("since", &rfc3339(*since));
        }
        LinkState::Merged { into, since } => {
            row("link", &format!("merged: one person with {into}"));
            row("since", &rfc3339(*since));
        }
    }
    out
}

fn rfc3339(at: Timestamp) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(at.0);
    humantime::format_rfc3339_millis(time).to_string()
}

#[cfg(test)]
mod tests {
    use twinpool_core::digest::Digest;
    use twinpool_core::held_back::{HeldBack, Reason, Subject};
    use twinpool_core::id::{AttributeName, UserId};
    use twinpool_core::link::{Base, Linked, Names, Side};

    use super::*;

    fn link() -> Link {
        let side = Side {
            attributes: [(AttributeName::parse("email").unwrap(), Digest::stored("d"))].into(),
            groups: [].into(),
            ..Side::default()
        };
        let held = HeldBack {
            subject: Subject::Attribute(AttributeName::parse("email").unwrap()),
            reason: Reason::Taken,
        };
        Link {
            intended: None,
            old_sub: OldSub::parse("old-1").unwrap(),
            user_id: UserId::parse("old-1").unwrap(),
            version: 2,
            announced: Names::default(),
            decisions: [].into(),
            history: twinpool_core::history::History::default(),
            state: LinkState::Linked(Box::new(Linked {
                new_sub: NewSub::parse("new-1").unwrap(),
                base: Base { old: side.clone(), new: side },
                held_back: vec![held],
                unseen: [].into(),
                mirrored_at: Timestamp(1_795_219_200_123),
                rules: String::new(),
            })),
        }
    }

    #[test]
    fn an_address_is_no_id() {
        assert!(an_id("jane@example.com").is_err());
        assert!(an_id(" ").is_err());
        assert!(an_id(" old-1\n").is_ok_and(|id| id.as_str() == "old-1"));
    }

    #[test]
    fn a_table_for_people() {
        insta::assert_snapshot!(to_table(&link()), @r"
        user id      old-1
        old sub      old-1
        new sub      new-1
        link         linked: the user is in both pools
        mirrored at  2026-11-21T00:00:00.123Z
        held back    attribute email: another user of the new pool signs in with it: find out whose it is, and free it
        ");
    }

    #[test]
    fn json_for_programs() {
        insta::assert_snapshot!(format!("{:#}", to_json(&link())), @r#"
        {
          "held_back": [
            {
              "reason": "taken",
              "what": "attribute email"
            }
          ],
          "mirrored_at": "2026-11-21T00:00:00.123Z",
          "new_sub": "new-1",
          "old_sub": "old-1",
          "reason": null,
          "state": "linked",
          "user_id": "old-1",
          "version": 2
        }
        "#);
    }
}
