//! An app client in a CUSTOM_AUTH session, with Cognito in between.

use std::future::Future;

use twinpool_bridge::challenge::{Kind, Next, NoAnswer, Question, Round, create, define, verify};
use twinpool_core::arrival::Way;
use twinpool_core::id::NewSub;
use twinpool_core::password::Password;

use crate::bench::{Bench, new_sub};

/// How a session ends for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Tokens.
    Tokens,
    /// NotAuthorizedException.
    NotAuthorized,
    /// UserLambdaValidationException with this text.
    Error(String),
    /// The client left, having been asked this last.
    Left(&'static str),
}

/// What a client saw: every `type`, and the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) asked: Vec<&'static str>,
    pub(crate) end: End,
}

pub(crate) fn seen(asked: &[&'static str], end: End) -> Seen {
    Seen { asked: asked.to_vec(), end }
}

/// Jane's client gives these answers one after the other, and leaves when it has no more.
pub(crate) async fn answers(bench: &Bench, way: Way, answers: &[&str]) -> Seen {
    let mut answers = answers.iter();
    session(bench, Some(&new_sub()), way, |_| {
        std::future::ready(answers.next().map(|answer| (*answer).to_owned()))
    })
    .await
}

/// Asks `answer` for the answer to each question.
pub(crate) async fn session<A, F>(bench: &Bench, who: Option<&NewSub>, way: Way, mut answer: A) -> Seen
where
    A: FnMut(Question) -> F,
    F: Future<Output = Option<String>>,
{
    let (bridge, codes) = (bench.bridge(), bench.codes());
    let mut rounds = Vec::new();
    let mut asked = Vec::new();
    let error = |error: NoAnswer| End::Error(error.to_string());
    let end = loop {
        match define(&bridge, who, &rounds).await {
            Ok(Next::Ask) => {}
            Ok(Next::Tokens) => break End::Tokens,
            Ok(Next::Fail) => break End::NotAuthorized,
            Err(text) => break error(text),
        }
        let question = match create(&bridge, &codes, who, way, &rounds).await {
            Ok(question) => question,
            Err(text) => break error(text),
        };
        asked.push(question.kind.code());
        let metadata = question.kind.metadata();
        let private = Kind::parse(&question.private()["kind"]);
        let Some(given) = answer(question).await else {
            break End::Left(asked.last().copied().unwrap_or_default());
        };
        let given = Password::new(given);
        let verified = verify(&bridge, &codes, who, way, private.as_ref(), &given).await;
        match verified {
            Ok(is_right) => rounds.push(Round::read("CUSTOM_CHALLENGE", Some(&metadata), is_right)),
            Err(text) => break error(text),
        }
    };
    Seen { asked, end }
}
