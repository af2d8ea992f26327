//! One user as the page shows it: names and reasons, and no value.

use twinpool_core::authority::authority;
use twinpool_core::held_back::Reason;
use twinpool_core::id::OldSub;
use twinpool_core::link::{Link, LinkState};
use twinpool_core::phase::Standing;
use twinpool_core::snapshot::Snapshot;
use twinpool_page::{Conflict, Person, Row, Side, Stands};

use super::Whole;
use super::compare::Line;
use super::password;
use crate::show;

impl Whole {
    /// For the page. `standing`: who has the say; `conflicts`: what the link holds back.
    pub(crate) fn person(&self, standing: Option<&Standing>, conflicts: Vec<Conflict>) -> Person {
        let lines = self.lines();
        let link = self.link.as_ref();
        let old_sub = link.map(|link| link.old_sub.clone());
        Person {
            user_id: self.primary.as_ref().or(link).map(|link| link.user_id.clone()),
            old_sub: old_sub.or_else(|| self.old.as_ref().map(|old| OldSub::from(old.sub.clone()))),
            new_sub: link.and_then(Link::counterpart).cloned(),
            merged_into: self.merged_into().cloned(),
            state: link.map_or_else(|| "no link yet".to_owned(), show::state_in_words),
            in_short: self.why(&lines),
            say: standing.zip(link).map(|(standing, link)| authority(standing, link)),
            old: self.old.as_ref().map(|old| side(old, password::in_the_old_pool(old.status))),
            new: self.new.as_ref().map(|new| side(new, password::in_the_new_pool(new.status))),
            rows: lines.iter().map(row).collect(),
            conflicts,
            history: link.into_iter().flat_map(|link| link.history.entries()).cloned().collect(),
        }
    }

    /// The link that was found.
    pub(crate) fn link(&self) -> Option<&Link> {
        self.link.as_ref().filter(|link| !matches!(link.state, LinkState::Tombstone { .. }))
    }
}

fn side(user: &Snapshot, password: &'static str) -> Side {
    Side { status: user.status, enabled: user.enabled, password }
}

fn row(line: &Line) -> Row {
    let has = |shown: &str| !matches!(shown, "-" | "no");
    let reason = line.verdict.strip_prefix("held back: ").and_then(Reason::from_code);
    let stands = match reason {
        Some(reason) => Stands::HeldBack(reason),
        None if line.verdict == "same" => Stands::Same,
        None if line.differs => Stands::Differs(line.verdict.clone()),
        None => Stands::Settled(line.verdict.clone()),
    };
    // A rule may say besides what it made of a value: that stays here.
    let source = line.rule.as_deref().and_then(|rule| rule.strip_prefix("from "));
    let made_of = source.and_then(|source| source.split(", as ").next()).map(str::to_owned);
    Row {
        kind: line.kind,
        name: line.name.clone(),
        in_old: has(&line.old),
        in_new: has(&line.new),
        stands,
        made_of,
    }
}
