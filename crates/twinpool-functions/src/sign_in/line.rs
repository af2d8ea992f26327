//! One line of log, which CloudWatch also counts. Nothing personal: subs, words and reasons.

use std::fmt;

use twinpool_core::arrival::Mark;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::{Sub, Timestamp};

use super::arrivals::Lost;
use super::hint::Told;
use super::source::Source;
use super::told_back::NotTold;
use super::{Missing, Refused};
use crate::emf;

/// What a line says of the event that it is about.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    pub(super) source: &'a Source,
    pub(super) sub: Option<&'a Sub>,
    pub(super) function: &'a str,
    pub(super) request_id: &'a str,
    pub(super) at: Timestamp,
}

impl<'a> Call<'a> {
    /// With the sub that the event says.
    pub(super) fn about<'b>(&self, event: Option<&'b ChangeEvent>) -> Call<'b>
    where
        'a: 'b,
    {
        Call { sub: event.and_then(|event| event.sub.as_ref()), ..self.clone() }
    }
}

/// The line, in CloudWatch's embedded metric format, in the namespace `twinpool`, with one of these metrics:
///
/// | metric | |
/// | --- | --- |
/// | `ClaimMissing` | a token without user id |
/// | `HintLost` | the token has its claim, and only the mirror does not know of a new pair |
/// | `GroupsLate` | a first token has its claim, and not the groups |
/// | `CaptureLost` | the mirror could not be told what an event shows, where both pools are kept in step |
/// | `ArrivalLost` | it could not be written down that somebody came, or chose a password |
/// | `Bridged` | somebody was let in by the password of the old pool, or by a code; `reason` says by which |
/// | `BridgeRefused` | somebody was not; `reason` says why |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Line {
    pub(super) fn missing(missing: &Missing, told: Told, call: &Call<'_>) -> Self {
        let mirror = match told {
            Told::Nothing => "",
            Told::Sent => "; the mirror looks at the account",
            Told::Lost => "; the mirror could not be told",
        };
        let message = format!("a token was issued without user id: {missing}{mirror}");
        Self::of("ClaimMissing", missing.level(), message, missing.reason(), call)
    }

    pub(super) fn hint_lost(call: &Call<'_>) -> Self {
        let message =
            "the mirror could not be told of a pair: it is made when the user next shows in the old pool";
        Self::of("HintLost", "WARN", message.to_owned(), "hint_lost", call)
    }

    pub(super) fn groups_late(call: &Call<'_>) -> Self {
        let message =
            "a first token was issued without the groups: the mirror is at them, and the next token has them";
        Self::of("GroupsLate", "WARN", message.to_owned(), "groups_late", call)
    }

    /// `who`: under whom it would have been kept.
    pub(super) fn arrival_lost(mark: Mark, lost: &Lost, who: &Sub, call: &Call<'_>) -> Self {
        if mark == Mark::Chosen {
            return Self::nobodys_password(lost, &Call { sub: Some(who), ..call.clone() });
        }
        let message = format!("that the user came could not be written down: {lost}; the next token does it");
        Self::of("ArrivalLost", "WARN", message, lost.reason(), &Call { sub: Some(who), ..call.clone() })
    }

    /// Whoever knows the old password could have it carried over the one that the user chose.
    pub(super) fn nobodys_password(lost: &Lost, call: &Call<'_>) -> Self {
        let message = format!(
            "that the user chose a password could not be written down: {lost}; until it is, the one of the old pool could be carried over it"
        );
        Self::of("ArrivalLost", "ERROR", message, lost.reason(), call)
    }

    pub(super) fn not_told_back(why: &NotTold, call: &Call<'_>) -> Self {
        let message = format!(
            "the mirror could not be told what the new pool shows: {why}; the change arrives with the user's next event, or with a sweep"
        );
        Self::of("CaptureLost", "WARN", message, why.reason(), call)
    }

    /// `by`: what was asked for.
    pub(super) fn bridged(by: &str, call: &Call<'_>) -> Self {
        Self::by_reason("Bridged", "INFO", "a user of the old pool was let in".to_owned(), by, call)
    }

    pub(super) fn refused(refused: &Refused, call: &Call<'_>) -> Self {
        Self::by_reason("BridgeRefused", refused.level(), refused.to_string(), refused.reason(), call)
    }

    fn of(metric: &'static str, level: &'static str, message: String, reason: &str, call: &Call<'_>) -> Self {
        Self(Self::counted(metric, level, &message, reason, call).to_string())
    }

    /// Of `reason` the watch and people ask, of a dimension only CloudWatch.
    fn by_reason(
        metric: &'static str,
        level: &'static str,
        message: String,
        reason: &str,
        call: &Call<'_>,
    ) -> Self {
        Self(Self::counted(metric, level, &message, reason, call).also_by_reason(reason).to_string())
    }

    fn counted<'a>(
        metric: &'static str,
        level: &'static str,
        message: &'a str,
        reason: &'a str,
        call: &Call<'a>,
    ) -> emf::Line<'a> {
        emf::Line::of(call.function, call.at)
            .text("level", level)
            .text("message", message)
            .text("reason", reason)
            .maybe_text("trigger_source", call.source.word())
            .text("request_id", call.request_id)
            .maybe_text("sub", call.sub.map(Sub::as_str))
            .count(metric, 1)
    }
}
