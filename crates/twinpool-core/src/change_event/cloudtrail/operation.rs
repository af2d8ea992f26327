//! Which records of the audit trail tell of a change to a user or a group.

/// Calls of the API, and submitted forms of the hosted pages, that change one user (F§3). What only signs a user in is left
/// out: it ends in a token, and the trigger tells of that sooner. So are devices, which cannot be carried over, and of which some
/// clients confirm one at every sign-in. Passwords cannot either; but who chose one in the new pool has to be known before a rollback.
pub const USER_OPERATIONS: [&str; 41] = [
    "SignUp",
    "ConfirmSignUp",
    "AdminConfirmSignUp",
    "AdminCreateUser",
    "AdminDeleteUser",
    "DeleteUser",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminUpdateUserAttributes",
    "UpdateUserAttributes",
    "AdminDeleteUserAttributes",
    "DeleteUserAttributes",
    "VerifyUserAttribute",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "AdminSetUserPassword",
    "AdminResetUserPassword",
    "ChangePassword",
    "ConfirmForgotPassword",
    "AdminSetUserMFAPreference",
    "SetUserMFAPreference",
    "AdminSetUserSettings",
    "SetUserSettings",
    "VerifySoftwareToken",
    "AdminDeleteSoftwareToken",
    "CompleteWebAuthnRegistration",
    "DeleteWebAuthnCredential",
    "AdminLinkProviderForUser",
    "AdminDisableProviderForUser",
    // The classic hosted pages.
    "Signup_POST",
    "Confirm_POST",
    "Confirm_With_Link_GET",
    "ConfirmForgotPassword_POST",
    "ResetPassword_POST",
    "MfaRegister_POST",
    // The pages of managed login.
    "signup_POST",
    "signup_confirm_POST",
    "confirmUser_GET",
    "forgotPassword_POST",
    "mfa_phone_register_POST",
    "passkeys_add_POST",
];

/// Calls that change a group itself.
pub const GROUP_OPERATIONS: [&str; 3] = ["CreateGroup", "UpdateGroup", "DeleteGroup"];

/// What an operation changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changes {
    User,
    Group,
}

/// The operation by its name, as this file spells it; nothing if it changes neither users nor groups.
pub(super) fn find(name: &str) -> Option<(&'static str, Changes)> {
    let users = USER_OPERATIONS.into_iter().map(|operation| (operation, Changes::User));
    let groups = GROUP_OPERATIONS.into_iter().map(|operation| (operation, Changes::Group));
    users.chain(groups).find(|(operation, _)| *operation == name)
}
