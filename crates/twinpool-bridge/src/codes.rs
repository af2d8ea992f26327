//! One-time codes.

use std::time::Duration;

use twinpool_core::arrival::{Allowance, ArrivalStore as _, Limit, Mark, Tried};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{NewSub, Timestamp};
use twinpool_core::one_time_code::{CodeSender, Message};
use twinpool_core::password::Password;
use twinpool_core::port::Clock as _;
use twinpool_core::value::Value;

use crate::bridge::Bridge;
use crate::challenge::{NoAnswer, SentCode};
use crate::outcome::Trouble;
use crate::ports::Ports;

mod digits;
mod mask;
mod recipient;
mod seal;
mod terms;

pub(crate) use recipient::{Recipient, recipient};
use seal::Seal;
pub use terms::{BadTerms, CodeTerms};

/// For how long a code is taken.
const LIVES: Duration = Duration::from_secs(5 * 60);

/// Sends codes and knows them again, and keeps none.
#[derive(Debug)]
pub struct Codes<S> {
    sender: S,
    seal: Seal,
    terms: CodeTerms,
}

impl<S: CodeSender + Sync> Codes<S> {
    /// Codes that go out by this sender. `key`: of it a key of its own is made for the digests.
    #[must_use]
    pub fn new(sender: S, key: &DigestKey, terms: CodeTerms) -> Self {
        Self { sender, seal: Seal::new(key), terms }
    }

    pub(crate) fn sender(&self) -> &S {
        &self.sender
    }

    /// Sends a new code; `None` where this user was sent too many.
    pub(crate) async fn send(&self, ports: &impl Ports, to: &Recipient) -> Result<Option<SentCode>, Trouble> {
        let now = ports.clock().now();
        let counted = ports.table().try_once(&to.kept_by, Tried::Code, Limit::CODES, now).await;
        if let Allowance::Wait(_) = counted.map_err(Trouble::Table)? {
            return Ok(None);
        }
        let code = digits::draw()?;
        let message = Message {
            by: to.by,
            to: to.address.clone(),
            subject: self.terms.subject().to_owned(),
            text: Value::new(self.terms.text(&code)),
        };
        self.sender.send(&message).await.map_err(Trouble::Message)?;
        let until = Timestamp(now.0.saturating_add(LIVES.as_secs() * 1_000));
        Ok(Some(SentCode { until, digest: self.seal.digest(&to.sub, until, code.reveal()) }))
    }

    /// Whether this is the code. After a right one the user is read once more in both pools: who was disabled or deleted in either, or
    /// has set up a second factor since, does not come in by a code.
    pub(crate) async fn is_right<P: Ports>(
        &self,
        bridge: &Bridge<P>,
        who: &NewSub,
        sent: &SentCode,
        answer: &Password,
    ) -> Result<bool, NoAnswer> {
        let ports = bridge.ports();
        let now = ports.clock().now();
        if now > sent.until {
            return Ok(false);
        }
        let Some(kept_by) = recipient::kept_by(ports, who).await? else {
            return Ok(false);
        };
        let table = ports.table();
        let counted = table.try_once(&kept_by, Tried::Answer, Limit::ANSWERS, now).await;
        if let Allowance::Wait(until) = counted.map_err(Trouble::Table)? {
            return Err(NoAnswer::TooMany { until });
        }
        if !self.seal.is_of(sent, who, answer.reveal()) {
            return Ok(false);
        }
        let Some(to) = recipient(bridge, self, who).await? else {
            return Ok(false);
        };
        if !recipient::old_pool_lets_in(ports, &to).await? {
            return Ok(false);
        }
        table.note(&kept_by, Mark::Code, now).await.map_err(Trouble::Table)?;
        // That it could not be forgiven changes nothing of the answer: the count runs out by itself.
        table.forgive(&kept_by, Tried::Answer).await.unwrap_or_default();
        Ok(true)
    }
}
