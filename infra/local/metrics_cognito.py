"""What Cognito counts: sign-ins, and calls by quota category. This file is ours, and tells nothing about AWS.

A sign-in that ends with tokens counts 1, one that is refused 0, and one that goes on with a challenge nothing yet. What AWS counts of a
challenge is not known (docs/open-questions.md).
"""

import json

SIGN_INS = {"InitiateAuth", "AdminInitiateAuth", "RespondToAuthChallenge", "AdminRespondToAuthChallenge"}

# As crates/twinpool-core/src/quota.rs has them, with what products call besides.
CATEGORIES = {
    "UserAuthentication": [*SIGN_INS, "GetTokensFromRefreshToken"],
    "UserRead": ["AdminGetUser", "GetUser", "AdminGetUserAuthFactors"],
    "UserResourceRead": ["AdminListGroupsForUser", "AdminListDevices", "AdminGetDevice", "ResendConfirmationCode"],
    "UserCreation": ["SignUp", "ConfirmSignUp", "AdminCreateUser", "AdminConfirmSignUp"],
    "UserAccountRecovery": [
        "AdminSetUserPassword", "AdminResetUserPassword", "ChangePassword", "ForgotPassword", "ConfirmForgotPassword",
    ],
    "UserUpdate": [
        "AdminAddUserToGroup", "AdminRemoveUserFromGroup", "AdminUpdateUserAttributes", "AdminDeleteUserAttributes",
        "AdminDeleteUser", "AdminDisableUser", "AdminEnableUser", "AdminLinkProviderForUser", "AdminDisableProviderForUser",
        "VerifyUserAttribute", "DeleteUser", "DeleteUserAttributes", "UpdateUserAttributes", "GlobalSignOut",
        "AdminUserGlobalSignOut",
    ],
    "UserList": ["ListUsers", "ListUsersInGroup"],
    "UserResourceUpdate": ["AdminSetUserMFAPreference", "AssociateSoftwareToken", "VerifySoftwareToken"],
    "UserPoolRead": ["DescribeUserPool", "ListUserPools"],
    "UserPoolResourceRead": ["GetGroup", "ListGroups", "GetCSVHeader", "DescribeUserImportJob"],
    "UserPoolResourceUpdate": ["CreateGroup", "UpdateGroup", "DeleteGroup", "CreateUserImportJob", "StartUserImportJob"],
}
CATEGORY = {operation: category for category, operations in CATEGORIES.items() for operation in operations}


def outcome(action, data, status, body):
    """1, 0, or nothing where it was no sign-in or is none yet."""
    flow = data.get("AuthFlow", "")
    if action not in SIGN_INS or flow.startswith("REFRESH_TOKEN"):
        return None
    if status >= 400:
        return 0
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return 1 if answer.get("AuthenticationResult") else None


def pool_of(cognito, client):
    for id_, pool in cognito._user_pools.items():
        if client in (pool.get("_clients") or {}):
            return id_
    return None


def watch(cognito, tell):
    dispatch = cognito._dispatch_idp

    async def dispatch_and_count(action, data):
        answer = await dispatch(action, data)
        status, _, body = answer
        client = data.get("ClientId")
        signed_in = outcome(action, data, status, body)
        pool = data.get("UserPoolId") or pool_of(cognito, client)
        if signed_in is not None and pool:
            tell("AWS/Cognito", "SignInSuccesses", signed_in, {"UserPool": pool, "UserPoolClient": client})
        if action in CATEGORY:
            category = {"Service": "Cognito user pool", "Type": "API", "Resource": CATEGORY[action], "Class": "None"}
            tell("AWS/Usage", "CallCount", 1, category, "None")
        return answer

    cognito._dispatch_idp = dispatch_and_count
