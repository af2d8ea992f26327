//! What the users themselves will notice (F§0.5, F§7, F§8).

use twinpool_core::forecast::{Crowd, Way};

use super::sheet::short;

/// Of one way.
pub(super) fn notice(way: Way) -> &'static str {
    match way {
        Way::Events => {
            "whoever has acted is there, and sets a new password with \"forgot password\"; whoever has not is not there"
        }
        Way::Create => {
            "nothing until the switch, no message is sent; then the old password does not work, and \"forgot password\" sets a new one"
        }
        Way::Csv => {
            "nothing until the switch; then the sign-in itself asks to reset the password, or a code is enough where the new pool lets people sign in with one"
        }
        Way::FirstSignIn => {
            "nothing: the password works at once, if the app sends it to Cognito (not SRP); until then a user has no new sub. The stack needs SignInContinuity=migration"
        }
    }
}

/// Whichever way.
pub(super) fn everywhere(crowd: &Crowd, unreachable: u64) -> Vec<String> {
    let mut all = vec!["everybody signs in anew at the switch".to_owned()];
    if unreachable > 0 {
        all.push(format!(
            "about {} users have no verified address or number: they cannot reset a password, and an import job does not take them",
            short(unreachable)
        ));
    }
    if crowd.has_factors {
        all.push("authenticator apps, passkeys and remembered devices have to be set up again".to_owned());
    }
    all
}
