//! What is held back, as the page and the report show it.

use twinpool_core::link::Link;
use twinpool_core::port::{Answer, LinkReader, LinkScan, Page};
use twinpool_page::{Choice, Conflict, Conflicts};

use super::check::Asked;
use super::shown::with_holders;
use super::{Found, Whose, helps, walk};

/// All that waits for a decision, from a walk over the whole table.
pub(crate) async fn open(links: &impl LinkScan) -> Answer<Conflicts> {
    let mut all = Vec::new();
    let each = |page: Page| {
        let found = Found::on(&page).into_iter().filter(|found| found.reason.is_open());
        all.extend(found.map(|found| listed(&page.links, found)));
    };
    let unreadable = walk(links, each).await?;
    all.sort_by(|one: &Conflict, other| {
        (one.reason, &one.whose, &one.subject).cmp(&(other.reason, &other.whose, &other.subject))
    });
    Ok(Conflicts { all, unreadable: u64::try_from(unreadable).unwrap_or(u64::MAX) })
}

/// All that one link holds back, with what can be decided.
pub(crate) async fn held(links: &impl LinkReader, link: &Link) -> Answer<Vec<Conflict>> {
    let all = with_holders(links, link).await?;
    let one = |(found, holder): (Found, Option<_>)| {
        let choices = helps(link, &found, holder.as_ref()).into_iter().map(choice).collect();
        Conflict { holder_old: holder, choices, ..listed(std::slice::from_ref(link), found) }
    };
    Ok(all.into_iter().map(one).collect())
}

fn choice(asked: Asked) -> Choice {
    match asked {
        Asked::Decide(decision) => Choice::Decide(decision),
        Asked::Forget => Choice::Forget,
    }
}

/// Without what can be decided, which takes further reads.
fn listed(links: &[Link], found: Found) -> Conflict {
    let (whose, is_pair) = match found.whose {
        Whose::User(sub) => {
            let is_pair = links.iter().any(|link| link.old_sub == sub && link.linked().is_some());
            (twinpool_page::Whose::User(sub), is_pair)
        }
        Whose::Group(name) => (twinpool_page::Whose::Group(name), false),
        Whose::Born(sub) => (twinpool_page::Whose::Born(sub), false),
    };
    Conflict {
        whose,
        subject: found.subject,
        reason: found.reason,
        at: found.at,
        is_pair,
        holder: found.holder,
        holder_old: None,
        decided: found.decision,
        choices: Vec::new(),
    }
}
