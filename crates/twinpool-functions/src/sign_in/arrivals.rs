//! That somebody came, or chose a password, is written down: once for each user, and never at the cost of a sign-in.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, timeout};
use twinpool_core::account::AccountStore as _;
use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::id::{NewSub, Sub};
use twinpool_core::port::{Answer, Clock as _, PortError};

use super::line::{Call, Line};
use super::{Outside, SignIn, Wiring};
use crate::wiring::SystemClock;

/// A sign-in waits this long for a mark. What could not be written comes with the next token.
const PATIENCE: Duration = Duration::from_millis(500);

/// … and for this one longer: nothing comes to say it again, and until it is written the old password could go over the new one.
pub(super) const PATIENCE_FOR_A_PASSWORD: Duration = Duration::from_secs(2);

/// Somebody who shows in the new pool.
#[derive(Debug, Clone)]
pub(super) struct Arriving {
    /// The account.
    pub(super) new: NewSub,
    /// Under whom arrivals are kept.
    pub(super) who: Sub,
    /// Whether the table says that it is written down.
    pub(super) came: bool,
}

/// Why something could not be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    #[error("the table refused: {0}")]
    Table(PortError),
    #[error("the table did not answer in time")]
    TooSlow,
    #[error("there was no time left")]
    NoTimeLeft,
    #[error("the function has a defect: it panicked")]
    Panicked,
    #[error("it is not known whose account it is: {0}")]
    NotKnown(super::Missing),
}

impl Lost {
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Table(_) => "table",
            Self::TooSlow => "too_slow",
            Self::NoTimeLeft => "no_time_left",
            Self::Panicked => "panicked",
            Self::NotKnown(missing) => missing.reason(),
        }
    }
}

impl<X: Outside, F> SignIn<X, F> {
    /// Writes these marks down, if there is time; that somebody came only where the table does not say so. Nothing is remembered
    /// here: the bridge takes that word back, for the next token to count. The lines of what was lost.
    pub(super) async fn write_down(
        &self,
        wiring: &Wiring<X>,
        arriving: &Arriving,
        marks: &[Mark],
        until: Instant,
        call: &Call<'_>,
    ) -> Vec<Line> {
        let mut lines = Vec::new();
        for mark in marks {
            let is_known = *mark == Mark::Came && arriving.came;
            if is_known {
                continue;
            }
            if let Err(lost) = noted(wiring, arriving, *mark, until).await {
                lines.push(Line::arrival_lost(*mark, &lost, &arriving.who, call));
            }
        }
        lines
    }
}

async fn noted<X: Outside>(
    wiring: &Wiring<X>,
    arriving: &Arriving,
    mark: Mark,
    until: Instant,
) -> Result<(), Lost> {
    let patience = if mark == Mark::Chosen { PATIENCE_FOR_A_PASSWORD } else { PATIENCE };
    let patience = patience.min(until.saturating_duration_since(Instant::now()));
    if patience.is_zero() {
        return Err(Lost::NoTimeLeft);
    }
    let work = async {
        wiring.table.note(&arriving.who, mark, SystemClock.now()).await?;
        if mark == Mark::Came {
            // Else whichever function sees the user next writes it down again, which changes nothing.
            wiring.table.note_came(&arriving.new).await.unwrap_or_default();
        }
        Answer::Ok(())
    };
    match AssertUnwindSafe(timeout(patience, work)).catch_unwind().await {
        Ok(Ok(answer)) => answer.map_err(Lost::Table),
        Ok(Err(_)) => Err(Lost::TooSlow),
        Err(_) => Err(Lost::Panicked),
    }
}
