//! Many links at once.

use std::collections::BTreeMap;

use twinpool_core::account::Apart;
use twinpool_core::born::Birth;
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::link::Link;
use twinpool_core::listing::{Found, LinkBatch, Listing, Pair, Stage, Tied};
use twinpool_core::port::{Answer, LinkScan, Page, Place};

use super::{Back, MemoryLinks};

/// As a walk shows it: without the name.
fn shown(birth: &Birth) -> Birth {
    Birth { intended: None, ..birth.clone() }
}

impl MemoryLinks {
    /// One link a page, and all else after them.
    fn page_after(&self, after: Option<&Place>) -> Page {
        let tables = self.tables();
        let is_after = |link: &&Link| after.is_none_or(|place| link.old_sub.as_str() > place.0.as_str());
        match tables.links.values().find(is_after) {
            Some(link) => Page {
                links: vec![Link { intended: None, ..link.clone() }],
                next: Some(Place(link.old_sub.to_string())),
                ..Page::default()
            },
            None => Page {
                groups: tables.groups.values().cloned().collect(),
                arrivals: tables.arrivals.all(),
                apart: tables.back.iter().filter_map(apart).collect(),
                births: tables.births.values().map(shown).collect(),
                ..Page::default()
            },
        }
    }
}

fn apart((new_sub, back): (&NewSub, &Back)) -> Option<Apart> {
    let of = back.old_sub.clone().filter(|_| back.further);
    let is_apart = back.old_sub.is_none() || back.further;
    is_apart.then(|| Apart { new_sub: new_sub.clone(), user_id: back.user_id.clone(), of })
}

impl LinkScan for MemoryLinks {
    async fn page(&self, after: Option<&Place>) -> Answer<Page> {
        self.process.enter("Scan").await?;
        let page = self.page_after(after);
        self.process.leave("Scan").await?;
        Ok(page)
    }
}

impl LinkBatch for MemoryLinks {
    async fn links(&self, subs: &[OldSub]) -> Answer<Found> {
        self.process.enter("BatchGetItem").await?;
        let links = subs.iter().filter_map(|sub| self.tables().links.get(sub).cloned()).collect();
        self.process.leave("BatchGetItem").await?;
        Ok(Found { links, unreadable: Vec::new() })
    }

    async fn tied(&self, subs: &[NewSub]) -> Answer<BTreeMap<NewSub, Tied>> {
        self.process.enter("BatchGetItem").await?;
        let one = |sub: &NewSub| {
            let tables = self.tables();
            let back = tables.back.get(sub)?;
            let tied = match back.old_sub.clone() {
                Some(old) if back.further => Tied::Further(old),
                Some(old) => Tied::To(old),
                None => Tied::Born,
            };
            Some((sub.clone(), tied))
        };
        let tied = subs.iter().filter_map(one).collect();
        self.process.leave("BatchGetItem").await?;
        Ok(tied)
    }

    async fn pairs(&self, after: Option<&Place>) -> Answer<Listing<Pair>> {
        let page = self.page(after).await?;
        let pair = |link: Link| Pair {
            stage: Stage::of(&link.state),
            new_sub: link.counterpart().cloned(),
            moved_in: link.reverse.moved_in,
            is_gone_from_old: link.reverse.is_gone_from_old(),
            old_sub: link.old_sub,
        };
        Ok(Listing { items: page.links.into_iter().map(pair).collect(), unreadable: 0, next: page.next })
    }
}
