//! VerifyAuthChallengeResponse: looks at an answer.

use twinpool_core::arrival::Way;
use twinpool_core::id::NewSub;
use twinpool_core::one_time_code::CodeSender;
use twinpool_core::password::Password;

use super::kind::Kind;
use super::no_answer::NoAnswer;
use crate::bridge::Bridge;
use crate::codes::Codes;
use crate::outcome::Outcome;
use crate::ports::Ports;

/// Says whether an answer is right. `asked`: what [`Kind::parse`] makes of `kind` among the private parameters; `way`: as the owner
/// says now. A password is only asked about where passwords go on working, or where a code could not be sent.
///
/// # Errors
/// When there were too many, or nothing can be said now.
pub async fn verify<P: Ports, S: CodeSender + Sync>(
    bridge: &Bridge<P>,
    codes: &Codes<S>,
    who: Option<&NewSub>,
    way: Way,
    asked: Option<&Kind>,
    answer: &Password,
) -> Result<bool, NoAnswer> {
    let takes_passwords = matches!(way, Way::Password | Way::Code);
    let (Some(who), Some(asked)) = (who, asked) else {
        return Ok(false);
    };
    let outcome = match asked {
        Kind::Password if takes_passwords => bridge.bridge(who, answer).await?,
        Kind::NewPassword if takes_passwords => bridge.set(who, answer).await?,
        Kind::Code(sent) => return codes.is_right(bridge, who, sent, answer).await,
        Kind::Password | Kind::NewPassword | Kind::SignIn => return Ok(false),
    };
    match (outcome, asked) {
        (Outcome::Bridged { .. }, _) | (Outcome::NewPasswordNeeded, Kind::Password) => Ok(true),
        (Outcome::NewPasswordNeeded | Outcome::Wrong, _) => Ok(false),
        (Outcome::TooMany { until }, _) => Err(NoAnswer::TooMany { until }),
    }
}
