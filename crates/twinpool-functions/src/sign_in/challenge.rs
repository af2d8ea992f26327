//! The three triggers of CUSTOM_AUTH. Nobody is let in on a doubt: on any trouble the trigger fails, and the client is told to try
//! later (docs/sign-in.md).

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use lambda_runtime::Diagnostic;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::timeout_at;
use twinpool_bridge::challenge::{Kind, create, define, verify};
use twinpool_core::id::Sub;
use twinpool_trigger::with_response;

use super::line::{Call, Line};
use super::source::Step;
use super::{Asked, LET_IN_BY, Outside, Refused, Said, SignIn, Ways, Wiring};

mod event;
mod response;
mod way;

use event::Event;
use response::{Created, Defined, Verified};

/// What clients read in a UserLambdaValidationException.
const TRY_LATER: &str = "TRY_LATER";
const TOO_MANY: &str = "TOO_MANY";

/// What is to be written down about a round.
enum Counted {
    Nothing,
    /// Somebody is let in; by what.
    Bridged(&'static str),
    Refused(Refused),
}

impl<X: Outside, F> SignIn<X, F> {
    /// The answer to one trigger of the challenge. As it came where the challenge is not switched on here.
    pub(super) async fn challenge(&self, step: Step, asked: &Asked<'_>, lines: &mut Vec<Line>) -> Said {
        let mut who = None;
        let work = self.round(step, asked.raw, &mut who);
        let work = AssertUnwindSafe(timeout_at(asked.after(LET_IN_BY), work)).catch_unwind();
        let answer = match work.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Refused::TooSlow),
            Err(_) => Err(Refused::Panicked),
        };
        let call = &Call { sub: who.as_ref(), ..asked.call.clone() };
        let (said, counted) = match answer {
            Ok(None) => (Ok(None), Counted::Nothing),
            Ok(Some((text, counted))) => (Ok(Some(text)), counted),
            Err(refused) => (Err(told(&refused)), Counted::Refused(refused)),
        };
        lines.extend(match counted {
            Counted::Nothing => None,
            Counted::Bridged(by) => Some(Line::bridged(by, call)),
            Counted::Refused(refused) => Some(Line::refused(&refused, call)),
        });
        said
    }

    async fn round(
        &self,
        step: Step,
        raw: &str,
        who: &mut Option<Sub>,
    ) -> Result<Option<(Box<RawValue>, Counted)>, Refused> {
        let wiring = self.wiring.as_ref().map_err(|why| Refused::Misconfigured(why.clone()))?;
        let ways = wiring.ways.as_ref().map_err(|why| Refused::Misconfigured(why.clone()))?;
        let Some(ways) = ways.as_ref().filter(|ways| ways.continuity.challenges()) else {
            return Ok(None);
        };
        let event = Event::read(raw).ok_or(Refused::Unreadable)?;
        if event.pool != wiring.pool {
            return Err(Refused::OtherPool);
        }
        *who = event.who.as_ref().map(Sub::from);
        match step {
            Step::Define => ways.define(raw, &event).await,
            Step::Create => ways.create(wiring, raw, &event).await,
            Step::Verify => ways.verify(wiring, raw, &event).await,
        }
        .map(Some)
    }
}

impl<X: Outside> Ways<X> {
    async fn define(&self, raw: &str, event: &Event) -> Result<(Box<RawValue>, Counted), Refused> {
        let next = define(&self.bridge, event.who.as_ref(), &event.rounds).await?;
        let defined = Defined::of(next);
        let counted = match (defined.issue_tokens, &event.latest) {
            (true, Some(latest)) => Counted::Bridged(by(latest)),
            _ => Counted::Nothing,
        };
        Ok((spliced(raw, &defined)?, counted))
    }

    async fn create(
        &self,
        wiring: &Wiring<X>,
        raw: &str,
        event: &Event,
    ) -> Result<(Box<RawValue>, Counted), Refused> {
        let way = wiring.way(event).await.map_err(Refused::Table)?;
        let question = create(&self.bridge, &self.codes, event.who.as_ref(), way, &event.rounds).await?;
        let counted = match question.kind {
            Kind::NewPassword if event.latest == Some(Kind::Password) => {
                Counted::Refused(Refused::NewPasswordNeeded)
            }
            Kind::SignIn => Counted::Bridged("second_factor"),
            Kind::NewPassword | Kind::Password | Kind::Code(_) => Counted::Nothing,
        };
        Ok((spliced(raw, &Created::of(&question))?, counted))
    }

    async fn verify(
        &self,
        wiring: &Wiring<X>,
        raw: &str,
        event: &Event,
    ) -> Result<(Box<RawValue>, Counted), Refused> {
        let way = wiring.way(event).await.map_err(Refused::Table)?;
        let asked = event.asked.as_ref();
        let is_right = match &event.answer {
            Some(answer) => verify(&self.bridge, &self.codes, event.who.as_ref(), way, asked, answer).await?,
            None => false,
        };
        let counted = match (is_right, asked) {
            (true, _) => Counted::Nothing,
            (false, Some(asked)) => Counted::Refused(Refused::Wrong(asked.clone())),
            (false, None) => Counted::Refused(Refused::NoQuestion),
        };
        Ok((spliced(raw, &Verified::of(is_right))?, counted))
    }
}

fn spliced(raw: &str, response: &impl Serialize) -> Result<Box<RawValue>, Refused> {
    with_response(raw, response).ok_or(Refused::Unreadable)
}

fn by(kind: &Kind) -> &'static str {
    match kind {
        Kind::Password => "password",
        Kind::NewPassword => "new_password",
        Kind::Code(_) => "code",
        Kind::SignIn => "sign_in",
    }
}

fn told(refused: &Refused) -> Diagnostic {
    let text = if matches!(refused, Refused::TooMany) { TOO_MANY } else { TRY_LATER };
    Diagnostic { error_type: "NoAnswer".to_owned(), error_message: text.to_owned() }
}
