//! UserMigration and PreSignUp: who is made in the new pool, and who may not take an old user's name. As it came where first sign-ins
//! do not migrate.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use lambda_runtime::Diagnostic;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::gate::{Outcome, Refusal, Said as Admitted};
use super::line::Line;
use super::source::pool_of;
use super::{Asked, LET_IN_BY, Outside, Refused, Said, SignIn, Ways, guard, migrate};

impl<X: Outside, F> SignIn<X, F> {
    /// The answer to UserMigration.
    pub(super) async fn migration(&self, asked: &Asked<'_>, lines: &mut Vec<Line>) -> Said {
        let work = async {
            match self.gate(asked.raw)? {
                Some(ways) => {
                    let answer = migrate::answer(&ways.gate, asked.raw, asked.after(LET_IN_BY)).await;
                    answer.map(Some).map_err(Refused::Gate)
                }
                None => Ok(None),
            }
        };
        match AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Refused::Panicked)) {
            Ok(None) => Ok(None),
            Ok(Some(Admitted { event, outcome })) => {
                lines.extend(match outcome {
                    Outcome::LetIn => Some(Line::bridged("migration", &asked.call)),
                    Outcome::ResetFirst => None,
                    Outcome::Nobody(no) => Some(Line::refused(&Refused::Newcomer(no), &asked.call)),
                });
                Ok(Some(event))
            }
            Err(refused) => Err(self.refuse(&refused, asked, lines)),
        }
    }

    /// The answer to PreSignUp.
    pub(super) async fn sign_up(&self, asked: &Asked<'_>, lines: &mut Vec<Line>) -> Said {
        let checked = AssertUnwindSafe(self.checked(asked, asked.after(LET_IN_BY))).catch_unwind().await;
        checked.unwrap_or(Err(Refused::Panicked)).map_err(|refused| self.refuse(&refused, asked, lines))
    }

    async fn checked(&self, asked: &Asked<'_>, until: Instant) -> Result<Option<Box<RawValue>>, Refused> {
        let Some(ways) = self.gate(asked.raw)? else {
            return Ok(None);
        };
        let said = RawValue::from_string(asked.said.to_owned()).map_err(|_| Refused::Unreadable)?;
        guard::answer(&ways.gate, asked.raw, said, until).await.map(Some).map_err(Refused::Gate)
    }

    /// `None`: first sign-ins do not migrate here.
    fn gate(&self, raw: &str) -> Result<Option<&Ways<X>>, Refused> {
        let wiring = self.wiring.as_ref().map_err(|why| Refused::Misconfigured(why.clone()))?;
        let ways = wiring.ways.as_ref().map_err(|why| Refused::Misconfigured(why.clone()))?;
        let Some(ways) = ways.as_ref().filter(|ways| ways.continuity.migrates()) else {
            return Ok(None);
        };
        match pool_of(raw) {
            Some(pool) if pool == wiring.pool => Ok(Some(ways)),
            Some(_) => Err(Refused::OtherPool),
            None => Err(Refused::Unreadable),
        }
    }

    fn refuse(&self, refused: &Refused, asked: &Asked<'_>, lines: &mut Vec<Line>) -> Diagnostic {
        lines.push(Line::refused(refused, &asked.call));
        match refused {
            Refused::Gate(refusal) => refusal.into(),
            Refused::Unreadable => (&Refusal::Unreadable).into(),
            _ => (&Refusal::TooSlow).into(),
        }
    }
}
