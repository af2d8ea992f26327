//! DefineAuthChallenge: what comes next.

use twinpool_core::arrival::ArrivalStore as _;
use twinpool_core::id::{NewSub, Sub};

use super::no_answer::NoAnswer;
use super::session::{MOST_ROUNDS, Round, Step, step};
use crate::bridge::Bridge;
use crate::outcome::Trouble;
use crate::ports::Ports;
use crate::second_factor;
use crate::standing::{Standing, standing};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// `challengeName` = `CUSTOM_CHALLENGE`.
    Ask,
    /// `issueTokens`.
    Tokens,
    /// `failAuthentication`.
    Fail,
}

/// Says what comes after these rounds. Three reads of the table after a right password, and what the pools demand where that is not
/// known; otherwise none.
///
/// # Errors
/// When the table does not answer.
pub async fn define<P: Ports>(
    bridge: &Bridge<P>,
    who: Option<&NewSub>,
    rounds: &[Round],
) -> Result<Next, NoAnswer> {
    let may_ask = rounds.len() < MOST_ROUNDS;
    let next = match (step(rounds), who) {
        (Step::First | Step::Again(_), _) if may_ask => Next::Ask,
        (Step::ByCode, Some(_)) => Next::Tokens,
        (proof @ (Step::Proven | Step::Chosen), Some(who)) => match after(bridge, who, &proof).await? {
            After::Tokens => Next::Tokens,
            After::NewPassword | After::SignIn if may_ask => Next::Ask,
            After::NewPassword | After::SignIn | After::Nothing => Next::Fail,
        },
        _ => Next::Fail,
    };
    Ok(next)
}

/// What follows a password that was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Tokens,
    SignIn,
    NewPassword,
    Nothing,
}

/// Asks the table, and what the pools ask of everybody; goes by nothing that was derived from the password.
pub(super) async fn after<P: Ports>(
    bridge: &Bridge<P>,
    who: &NewSub,
    proof: &Step,
) -> Result<After, Trouble> {
    let ports = bridge.ports();
    let Standing::Twin { old, linked, of_sign_in } =
        standing(ports.table(), who).await.map_err(Trouble::Table)?
    else {
        return Ok(After::Nothing);
    };
    let arrival = ports.table().arrival(&Sub::from(&old)).await.map_err(Trouble::Table)?;
    let has_factor = arrival.factor_at.is_some() || second_factor::is_linked(&linked);
    // Where a newer one is to be carried over, that an older one was says nothing.
    let is_bridged = arrival.bridged_at.is_some() && arrival.as_made(of_sign_in).keeps_password();
    Ok(match (is_bridged, proof) {
        (true, _) if has_factor || bridge.demands().of_either(ports).await => After::SignIn,
        (true, _) => After::Tokens,
        (false, Step::Proven) => After::NewPassword,
        (false, _) => After::Nothing,
    })
}
