//! PreTokenGeneration: the user id, and at the first token the groups.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout};
use twinpool_core::arrival::Mark;
use twinpool_core::change_event::{About, ChangeEvent};
use twinpool_core::claim::{in_answer, with_groups};
use twinpool_core::id::{NewSub, Sub};
use twinpool_engine::NotYet;

use super::arrivals::Arriving;
use super::first_token::Pair;
use super::hint::{Hint, Told};
use super::identify::Whose;
use super::line::Line;
use super::{ANSWERED_BY, Asked, Missing, Outside, SignIn, Wiring};

/// How a token goes.
#[derive(Debug)]
pub(super) struct Claimed {
    /// The answer with the claim.
    text: Box<RawValue>,
    /// A user of the old pool who should be paired.
    pub(super) follows: Option<About>,
    /// The pair was found, and the groups that go with it were not.
    groups_are_late: bool,
}

/// What is known by the time that something goes wrong.
#[derive(Debug, Default)]
struct SoFar {
    event: Option<ChangeEvent>,
    /// Whether the mirror was told already.
    told: Option<Told>,
    arriving: Option<Arriving>,
}

impl<X: Outside, F> SignIn<X, F> {
    /// The answer with the claim; `None` where there is none. Never fails.
    pub(super) async fn token(&self, asked: &Asked<'_>, lines: &mut Vec<Line>) -> Option<Box<RawValue>> {
        let until = asked.after(ANSWERED_BY);
        let mut so_far = SoFar::default();
        let work = AssertUnwindSafe(self.claimed(asked, until, &mut so_far));
        let result = work.catch_unwind().await.unwrap_or(Err(Missing::Panicked));
        let told = match so_far.told {
            Some(told) => told,
            None => self.tell(Hint::of(&result, so_far.event.as_ref()), until).await,
        };
        if let (Ok(wiring), Some(arriving)) = (&self.wiring, &so_far.arriving) {
            lines.extend(self.write_down(wiring, arriving, &[Mark::Came], until, &asked.call).await);
        }
        let call = &asked.call.about(so_far.event.as_ref());
        lines.extend(match (&result, told) {
            (Err(missing), told) => Some(Line::missing(missing, told, call)),
            (Ok(claimed), _) if claimed.groups_are_late => Some(Line::groups_late(call)),
            (Ok(_), Told::Lost) => Some(Line::hint_lost(call)),
            (Ok(_), Told::Nothing | Told::Sent) => None,
        });
        result.ok().map(|claimed| claimed.text)
    }

    /// What a former function answered to an event, with the claim.
    async fn claimed(
        &self,
        asked: &Asked<'_>,
        until: Instant,
        so_far: &mut SoFar,
    ) -> Result<Claimed, Missing> {
        let wiring = self.wiring.as_ref().map_err(|why| Missing::Misconfigured(why.clone()))?;
        let SoFar { event, told, arriving } = so_far;
        let event = &*event.insert(wiring.read(asked.raw)?);
        let new = event.sub.clone().map(NewSub::from).ok_or(Missing::Unreadable)?;
        let pair = match wiring.whose_in_time(event, until).await {
            Ok(whose) => {
                let Whose { id, arrives_as, came, follows } = whose;
                *arriving = Some(Arriving { new, who: arrives_as, came });
                let text = in_answer(asked.raw, asked.said, &wiring.claim, &id).map_err(Missing::NotAdded)?;
                return Claimed::of(text, follows, false);
            }
            Err(Missing::NotYet(NotYet::LinkPending { of, made })) => {
                *arriving = Some(Arriving { new: new.clone(), who: Sub::from(&of), came: false });
                *told = Some(self.tell(Some(Hint::about_old(&of)), until).await);
                let pair = wiring.awaited(&of, &new, made, until).await;
                pair.ok_or(Missing::NotYet(NotYet::LinkPending { of, made }))?
            }
            Err(missing) => return Err(missing),
        };
        let Pair { id, groups } = pair;
        let text = in_answer(asked.raw, asked.said, &wiring.claim, &id).map_err(Missing::NotAdded)?;
        let with = groups.as_ref().map(|groups| with_groups(asked.raw, &text, groups));
        match with {
            Some(Ok(Some(with))) => Claimed::of(with, None, false),
            Some(Ok(None)) => Claimed::of(text, None, false),
            Some(Err(_)) | None => Claimed::of(text, None, true),
        }
    }
}

impl<X: Outside> Wiring<X> {
    async fn whose_in_time(&self, event: &ChangeEvent, until: Instant) -> Result<Whose, Missing> {
        let left = until.saturating_duration_since(Instant::now());
        let deadline = self.deadline.min(left);
        match timeout(deadline, self.whose(event)).await {
            Ok(whose) => whose,
            Err(_) if deadline < self.deadline => Err(Missing::NoTimeLeft),
            Err(_) => Err(Missing::TooSlow(deadline)),
        }
    }
}

impl Claimed {
    fn of(text: String, follows: Option<About>, groups_are_late: bool) -> Result<Self, Missing> {
        let text = RawValue::from_string(text).map_err(|_| Missing::Unreadable)?;
        Ok(Self { text, follows, groups_are_late })
    }
}
