//! `twinpool sync`: brings one user into step now.

use clap::Args;
use twinpool_core::id::Sub;
use twinpool_core::link::{Link, LinkState};

use crate::ask::{self, Answer};
use crate::options::{self, Consent, Mirror, Table};
use crate::resolve::{find, not_found, primary};
use crate::{Exit, Outcome};

/// Whom to bring into step.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE, override_usage = "twinpool sync [OPTIONS] <SUB OR USER ID>")]
pub(crate) struct Arguments {
    /// A sub of the old pool, a sub of the new pool, or a user id.
    #[arg(value_name = "SUB OR USER ID", value_parser = options::an_id)]
    id: Sub,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    mirror: Mirror,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws().await?;
    let operator = arguments.mirror.connect(&config, &arguments.table, None).await?;
    let problem = |error| arguments.table.problem(error);
    let Some(asked) = find(&operator.links, &arguments.id).await.map_err(problem)? else {
        return Ok(if arguments.json { not_found(true) } else { (NOT_SEEN.to_owned(), Exit::NotFound) });
    };
    // Merged: the mirror looks at the one who counts.
    let counts = primary(&operator.links, &asked).await.map_err(problem)?;
    let as_named = whose(&arguments.id, &asked, counts.as_ref());
    let link = counts.filter(|link| link.linked().is_some()).unwrap_or(asked);
    let what = as_named.clone() + &intent(&link);
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown if arguments.json => {
            let shown = serde_json::json!({ "old_sub": link.old_sub.as_str(), "answer": "dry run" });
            return Ok((format!("{shown:#}\n"), Exit::Done));
        }
        Answer::Shown => return Ok((what, Exit::Done)),
        Answer::Declined => return Ok(("nothing was done\n".to_owned(), Exit::Failed)),
    }
    operator.send(&link, "Sync").await?;
    let answer = operator.answer(&link).await?;
    let text =
        if arguments.json { format!("{:#}\n", answer.json(&link)) } else { as_named + &answer.words(&link) };
    Ok((text, answer.exit()))
}

const NOT_SEEN: &str = "no link with this id. If it is right, twinpool has not seen this user yet:\nthe next sign-in brings it over, sync does not.\n";

/// Who that is, where it is not the old sub that was typed.
fn whose(id: &Sub, link: &Link, counts: Option<&Link>) -> String {
    let mut out = options::named(id, link);
    if let Some(counts) = counts.filter(|counts| counts.linked().is_some()) {
        let (sub, into) = (&link.old_sub, &counts.old_sub);
        out.push_str(&format!("{sub} is merged into {into}, so the mirror looks at {into}.\n"));
    }
    out
}

fn intent(link: &Link) -> String {
    let sub = &link.old_sub;
    let then = match &link.state {
        LinkState::Linked(linked) => format!("{} of the new pool is made to follow", linked.new_sub),
        LinkState::Pending { .. } | LinkState::Conflict { .. } | LinkState::Merged { .. } => {
            "a user of the new pool is made, if nothing stands in the way".to_owned()
        }
        LinkState::Tombstone { .. } => "a deletion is looked at again".to_owned(),
    };
    format!("The mirror reads {sub} in both pools again; {then}.\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{AT, in_state, linked, old};

    #[test]
    fn who_is_looked_at_is_said() {
        let id = |text: &str| Sub::parse(text).unwrap();
        let merged = in_state("old-2", LinkState::Merged { into: old("old-1"), since: AT });
        assert_eq!(whose(&id("old-1"), &linked(), None), "");
        assert_eq!(whose(&id("new-1"), &linked(), None), "new-1 is old-1 of the old pool.\n");
        assert_eq!(
            whose(&id("old-2"), &merged, Some(&linked())),
            "old-2 is merged into old-1, so the mirror looks at old-1.\n"
        );
    }
}
