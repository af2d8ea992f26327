//! What one walk over the table tells: whoever waits for a decision, who still uses the old pool, and what a rollback would mean.

use twinpool_core::check::{Look, Open};
use twinpool_core::id::Timestamp;
use twinpool_core::port::LinkScan;

use crate::conflicts::{Found, walk};
use crate::readiness::Walked;

/// All of it.
pub(super) async fn over(links: &impl LinkScan, now: Timestamp) -> Look<(Open, Walked)> {
    let (mut open, mut walked) = (Open::default(), Walked::default());
    let each = |page| {
        walked.add(&page, now);
        for found in Found::on(&page).into_iter().filter(|found| found.reason.is_open()) {
            *open.by_reason.entry(found.reason).or_default() += 1;
        }
    };
    let unreadable = walk(links, each).await.map_err(|error| error.to_string())?;
    walked.unreadable = unreadable;
    open.unreadable = u64::try_from(unreadable).unwrap_or(u64::MAX);
    Ok((open, walked))
}

#[cfg(test)]
mod tests {
    use twinpool_core::drain::Ago;
    use twinpool_core::held_back::Reason;
    use twinpool_core::link::Link;
    use twinpool_core::port::LinkStore as _;
    use twinpool_testkit::MemoryLinks;

    use super::*;
    use crate::readiness::Heard;
    use crate::samples::{AT, attribute, pair};

    #[tokio::test]
    async fn one_walk_tells_of_conflicts_of_the_old_pool_s_use_and_of_the_way_back() {
        let links = MemoryLinks::default();
        let link = pair("old-1", &[(attribute("email"), Reason::Taken)]);
        links.connect(&Link { version: 0, seen_at: Some(AT), ..link }, None).await.unwrap();
        let (open, mut walked) = over(&links, AT).await.unwrap();
        assert_eq!(open.by_reason, [(Reason::Taken, 1)].into());
        assert_eq!(walked.drain.total().count(Ago::Day), 1);
        assert_eq!(walked.readiness(Heard::Yes).fine, 1);
        assert_eq!(walked.readiness(Heard::No).unknown, 1);
    }
}
