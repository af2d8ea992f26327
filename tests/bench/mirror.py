"""A trigger of the old pool that writes its users straight into the new one, as it is mostly written with boto3: a yardstick of
`cargo xtask bench mirror`.

With care: it compares before it writes, so that a sign-in that changes nothing costs reads alone. What it has not: a record of who
is whom (a new e-mail address makes a second user), order (the later of two writers wins, whatever it read), a queue (a call that is
refused is a change that is lost, or a sign-in that fails), and a way back.
"""

import os
import secrets
import string

import boto3
from botocore.config import Config
from lambda_runtime import serve

OLD, NEW = os.environ["OLD_POOL_ID"], os.environ["NEW_POOL_ID"]
OWN = {"sub", "identities"}

cognito = boto3.client("cognito-idp", config=Config(connect_timeout=1, read_timeout=2, retries={"max_attempts": 2}))


def password():
    letters = string.ascii_letters + string.digits
    return "Aa1!" + "".join(secrets.choice(letters) for _ in range(28))


def pairs(attributes):
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def groups_of(pool, username):
    listed = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=username)
    return {group["GroupName"] for group in listed["Groups"]}


def write_profile(username, wanted):
    """Gives whether the user was made."""
    try:
        user = cognito.admin_get_user(UserPoolId=NEW, Username=username)
    except cognito.exceptions.UserNotFoundException:
        cognito.admin_create_user(
            UserPoolId=NEW, Username=username, UserAttributes=pairs(wanted), MessageAction="SUPPRESS"
        )
        cognito.admin_set_user_password(UserPoolId=NEW, Username=username, Password=password(), Permanent=True)
        return True
    has = {attribute["Name"]: attribute["Value"] for attribute in user["UserAttributes"]}
    changed = {name: value for name, value in wanted.items() if has.get(name) != value}
    if changed:
        cognito.admin_update_user_attributes(UserPoolId=NEW, Username=username, UserAttributes=pairs(changed))
    return False


def handle(event):
    attributes = event["request"]["userAttributes"].items()
    wanted = {name: value for name, value in attributes if name not in OWN and not name.startswith("cognito:")}
    username = wanted["email"]
    is_new = write_profile(username, wanted)
    wanted_groups = groups_of(OLD, event["userName"])
    groups = set() if is_new else groups_of(NEW, username)
    for group in wanted_groups - groups:
        cognito.admin_add_user_to_group(UserPoolId=NEW, Username=username, GroupName=group)
    for group in groups - wanted_groups:
        cognito.admin_remove_user_from_group(UserPoolId=NEW, Username=username, GroupName=group)
    return event


serve(handle)
