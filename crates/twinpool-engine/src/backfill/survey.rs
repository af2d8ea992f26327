//! What a run would do, without doing it.

use std::collections::BTreeMap;

use twinpool_core::held_back::Reason;
use twinpool_core::id::OldSub;
use twinpool_core::link::Link;
use twinpool_core::listing::LinkBatch;

use super::report::Broken;
use super::words::{Settled, settled};
use super::{Selection, Source};
use crate::engine::{Engine, Ports};
use crate::need::{Need, Zeal};
use crate::walk::{Listener, persist};

/// What a run would do, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Users who would be made.
    pub make: u64,
    /// Memberships, disablings and what else takes of UserUpdate, for those.
    pub updates: u64,
    /// Users of whom both pools would be read.
    pub look: u64,
    /// Users who could not be made, by reason.
    pub refuse: BTreeMap<Reason, u64>,
    /// Users who are in conflict already, and would stay so.
    pub conflicts: BTreeMap<Reason, u64>,
    /// Users for whom nothing would be done, by why not.
    pub nothing: BTreeMap<&'static str, u64>,
}

impl Survey {
    fn count(&mut self, need: Need) {
        match (need, settled(need)) {
            (_, Some(Settled::Done(word))) => *self.nothing.entry(word).or_default() += 1,
            (_, Some(Settled::Conflict(reason))) => *self.conflicts.entry(reason).or_default() += 1,
            (Need::Make(updates), None) => {
                self.make += 1;
                self.updates += updates as u64;
            }
            (Need::Refuse(reason), None) => *self.refuse.entry(reason).or_default() += 1,
            (_, None) => self.look += 1,
        }
    }
}

impl<P: Ports> Engine<P>
where
    P::Links: LinkBatch,
{
    /// Walks, and decides, and does nothing.
    ///
    /// # Errors
    /// When the walk cannot go on, or the links cannot be read.
    pub async fn survey<S: Source>(
        &self,
        source: &mut S,
        selection: &Selection,
        listener: &impl Listener,
    ) -> Result<Survey, Broken> {
        let mut survey = Survey::default();
        while let Some(stretch) = source.next().await? {
            if stretch.is_new_beginning {
                survey = Survey::default();
            }
            let links = persist(|| self.links_of(&stretch.users), listener).await.map_err(Broken::Links)?;
            for user in stretch.users.iter().filter(|user| selection.fits(user)) {
                let link: Option<&Option<Link>> = links.get(&OldSub::from(user.sub.clone()));
                survey.count(match link {
                    Some(None) => Need::Look,
                    link => self.need(user, link.and_then(Option::as_ref), Zeal::Everything),
                });
            }
        }
        Ok(survey)
    }
}
