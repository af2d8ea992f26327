//! The state of the password, in plain words.

use twinpool_core::snapshot::Status;

/// Of the old pool.
pub(super) fn in_the_old_pool(status: Status) -> &'static str {
    match status {
        Status::Confirmed => {
            "the user's own password; Cognito gives it to nobody, so it cannot be carried over"
        }
        Status::Unconfirmed => "the sign-up is not confirmed: the user is mirrored once it is",
        Status::ForceChangePassword => {
            "made by an administrator, with a temporary password: the user has not signed in yet"
        }
        Status::ResetRequired => {
            "an administrator asked for a new password: the user must reset it to sign in"
        }
        Status::ExternalProvider => "no password: an identity provider says who it is",
        Status::Other => "Cognito says something that this twinpool does not know",
    }
}

/// Of the new pool.
pub(super) fn in_the_new_pool(status: Status) -> &'static str {
    match status {
        Status::Confirmed => {
            "either the random one that twinpool set and nobody knows, or one that the user has set since: Cognito does not tell which. The user gets an own one with \"forgot password\", given a verified contact"
        }
        // F§0.5.
        Status::ForceChangePassword => {
            "a temporary one, and \"forgot password\" is refused: before the link says linked, twinpool sync finishes that; later somebody did this, and admin-set-user-password --permanent helps"
        }
        Status::ResetRequired => "somebody asked for a new password: the user must reset it to sign in",
        Status::Unconfirmed => "not confirmed: the user was not made by twinpool, or was changed since",
        Status::ExternalProvider => "no password: an identity provider says who it is",
        Status::Other => "Cognito says something that this twinpool does not know",
    }
}
