//! Who has a link and was not seen in a pool.

use twinpool_core::listing::{LinkBatch, Pair};
use twinpool_core::port::Place;

use super::{Sweep, SweepError};
use crate::engine::{Engine, Ports};
use crate::walk::{Listener, WalkError, each_page};

/// A list is late with some; with this share of everybody, and more than a few, something else is wrong.
const MOST_PERCENT: u64 = 10;
const A_FEW: u64 = 100;

/// Who was not seen.
pub(super) struct Absent<T> {
    pub(super) who: Vec<T>,
    /// More than a list can be late with.
    pub(super) are_too_many: bool,
}

impl<P: Ports> Engine<P>
where
    P::Links: LinkBatch,
{
    /// Walks over the pairs. `absent` gives whom it has not seen; `None`: the time was over first.
    pub(super) async fn absent<T, S, I>(
        &self,
        sweep: &Sweep<S, I>,
        is_expected: impl Fn(&Pair) -> bool,
        absent: impl Fn(Pair) -> Option<T>,
        listener: &impl Listener,
    ) -> Result<Option<Absent<T>>, SweepError> {
        let (mut who, mut all) = (Vec::new(), 0_u64);
        let page = async |place: Option<Place>| self.ports.links().pairs(place.as_ref()).await;
        let walk = each_page(page, listener, |part| {
            if part.is_new_beginning {
                who.clear();
                all = 0;
            }
            for pair in part.items.into_iter().filter(&is_expected) {
                all += 1;
                who.extend(absent(pair));
            }
        });
        let Some(walked) = sweep.in_time(walk).await else {
            return Ok(None);
        };
        walked.map_err(|(WalkError::Port(error) | WalkError::Forgets(error))| SweepError::Links(error))?;
        let count = who.len() as u64;
        let are_too_many = count > A_FEW && count * 100 > all * MOST_PERCENT;
        Ok(Some(Absent { who, are_too_many }))
    }
}
