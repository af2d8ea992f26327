//! The authorizer of API Gateway: a request's token in, whom it names and whether the request may go on out.
//!
//! API Gateway makes of its answer: an allow, the request goes on, with the user id in its context. The error `Unauthorized`,
//! 401; `isAuthorized: false`, 403 (HTTP APIs know no other refusal). Any other error, 500: that is what is said when it cannot
//! be told now who the user is. Never is that an allow.

mod answer;
mod event;
mod line;
mod start;

use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::value::RawValue;
use tokio::time::timeout;
use twinpool_core::port::Clock;
use twinpool_resolver::{Authenticate, Denied, NoPrincipal, Principal};

pub use answer::Answer;
pub use line::Line;
pub use start::{Aws, start};

use event::{Form, Unusable};

/// An API waits for its authorizer, and a client for the API: by then it is better to say that it should try again.
const PATIENCE: Duration = Duration::from_secs(4);

/// The function, as it runs for each request that API Gateway has no answer for.
#[derive(Debug)]
pub struct Authorizer<A, C> {
    authenticate: A,
    clock: C,
}

/// What API Gateway is told, and what the log is.
#[derive(Debug)]
pub struct Told {
    /// The answer, or the error that stands for one.
    pub answer: Result<Answer, Failed>,
    /// Where the request does not go on: why.
    pub line: Option<Line>,
}

/// How the function ends where API Gateway wants an error, or cannot be told anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// 401. The message is what API Gateway knows it by, to the letter.
    Unauthorized,
    /// 500, to be tried again.
    Unavailable,
}

impl From<Failed> for Diagnostic {
    fn from(failed: Failed) -> Self {
        let word = match failed {
            Failed::Unauthorized => "Unauthorized",
            Failed::Unavailable => "Unavailable",
        };
        Self { error_type: word.to_owned(), error_message: word.to_owned() }
    }
}

/// Why a request does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Why {
    #[error(transparent)]
    NoPrincipal(#[from] NoPrincipal),
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

impl<A: Authenticate, C: Clock> Authorizer<A, C> {
    /// An authorizer that believes this.
    #[must_use]
    pub fn new(authenticate: A, clock: C) -> Self {
        Self { authenticate, clock }
    }

    /// Answers one event of API Gateway, whichever of its forms it has.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Told {
        let (answer, why) = match event::read(event.payload.get()) {
            Err(unusable) => (Err(Failed::Unavailable), Some(unusable.into())),
            Ok((form, token)) => match self.principal(token).await {
                Ok(principal) => (Ok(Answer::allow(&form, &principal)), None),
                Err(why) => (refuse(&form, why), Some(why)),
            },
        };
        let context = &event.context;
        let line = why.map(|why| {
            Line::new(why, &context.env_config.function_name, &context.request_id, self.clock.now())
        });
        Told { answer, line }
    }

    async fn principal(&self, token: Result<String, Why>) -> Result<Principal, Why> {
        let token = token?;
        // Boxed: a client of AWS is in it.
        let asked = timeout(PATIENCE, Box::pin(self.authenticate.authenticate(&token))).await;
        let principal = asked.unwrap_or(Err(Denied::Unavailable)).map_err(NoPrincipal::from)?;
        Ok(principal)
    }
}

fn refuse(form: &Form, why: Why) -> Result<Answer, Failed> {
    match (why, form) {
        (Why::NoPrincipal(why), _) if why.passes() => Err(Failed::Unavailable),
        (Why::Unusable(_), _) => Err(Failed::Unavailable),
        (Why::NoPrincipal(_), Form::Simple) => Ok(Answer::not_authorized()),
        (Why::NoPrincipal(_), Form::Policy { .. }) => Err(Failed::Unauthorized),
    }
}

#[cfg(test)]
mod tests;
