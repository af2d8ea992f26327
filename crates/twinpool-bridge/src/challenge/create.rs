//! CreateAuthChallenge: asks.

use std::collections::BTreeMap;

use twinpool_core::arrival::Way;
use twinpool_core::attribute::Contact;
use twinpool_core::id::NewSub;
use twinpool_core::one_time_code::CodeSender;
use twinpool_core::value::Value;

use super::define::{After, after};
use super::kind::Kind;
use super::no_answer::NoAnswer;
use super::session::{Round, Step, step};
use crate::bridge::Bridge;
use crate::codes::{Codes, recipient};
use crate::ports::Ports;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked for.
    pub kind: Kind,
    /// Where the code went.
    pub destination: Option<Destination>,
}

/// Where a code went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// By which way.
    pub by: Contact,
    /// The address or the number, masked.
    pub masked: Value,
}

impl Question {
    fn of(kind: Kind) -> Self {
        Self { kind, destination: None }
    }

    /// `publicChallengeParameters`: what the client sees. Not for logs.
    #[must_use]
    pub fn public(&self) -> BTreeMap<&'static str, String> {
        let mut public = BTreeMap::from([("type", self.kind.code().to_owned())]);
        if let Some(destination) = &self.destination {
            let medium = match destination.by {
                Contact::Email => "EMAIL",
                Contact::Phone => "SMS",
            };
            public.insert("medium", medium.to_owned());
            public.insert("destination", destination.masked.reveal().to_owned());
        }
        public
    }

    /// `privateChallengeParameters`: what comes back with the answer.
    #[must_use]
    pub fn private(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([("kind", self.kind.metadata())])
    }
}

/// Makes the next question. Where a code is due and can be sent, it is sent, once in a session; else a password is asked for, of
/// everybody alike. So it is where too many codes were sent: anybody can have them sent, and must not keep the user out with it.
///
/// # Errors
/// When a pool, the table or the sender does not answer.
pub async fn create<P: Ports, S: CodeSender + Sync>(
    bridge: &Bridge<P>,
    codes: &Codes<S>,
    who: Option<&NewSub>,
    way: Way,
    rounds: &[Round],
) -> Result<Question, NoAnswer> {
    let ports = bridge.ports();
    match (step(rounds), who) {
        (Step::First, Some(who)) if way == Way::Code => {
            let Some(recipient) = recipient(bridge, codes, who).await? else {
                return Ok(Question::of(Kind::Password));
            };
            Ok(match codes.send(ports, &recipient).await? {
                Some(sent) => Question { kind: Kind::Code(sent), destination: Some(recipient.destination()) },
                None => Question::of(Kind::Password),
            })
        }
        (Step::Again(kind @ Kind::Code(_)), Some(who)) => {
            let recipient = recipient(bridge, codes, who).await?;
            Ok(Question { kind, destination: recipient.map(|recipient| recipient.destination()) })
        }
        (Step::Again(kind), _) => Ok(Question::of(kind)),
        (proof @ (Step::Proven | Step::Chosen), Some(who)) => {
            Ok(Question::of(match after(bridge, who, &proof).await? {
                After::NewPassword => Kind::NewPassword,
                After::SignIn | After::Tokens | After::Nothing => Kind::SignIn,
            }))
        }
        _ => Ok(Question::of(Kind::Password)),
    }
}
