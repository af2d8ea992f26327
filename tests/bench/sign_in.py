"""The triggers UserMigration and PostAuthentication of a new pool, as AWS's examples and most who follow them write them with boto3:
a yardstick of `cargo xtask bench sign-in`.

What it has not: a record of who is whom, so that a later change in the old pool has nobody to go to; a count of attempts, so that
anybody may try passwords at the old pool by way of the new one; a look at second factors; a claim with one user id.
"""

import os

import boto3
from botocore.config import Config
from lambda_runtime import serve

OLD, NEW, CLIENT = os.environ["OLD_POOL_ID"], os.environ["NEW_POOL_ID"], os.environ["OLD_POOL_CLIENT_ID"]
OWN = {"sub", "identities"}

cognito = boto3.client("cognito-idp", config=Config(connect_timeout=1, read_timeout=2, retries={"max_attempts": 2}))


def attributes_of(user):
    found = {attribute["Name"]: attribute["Value"] for attribute in user["UserAttributes"]}
    return {name: value for name, value in found.items() if name not in OWN}


def migrate(event):
    username = event["userName"]
    try:
        cognito.admin_initiate_auth(
            UserPoolId=OLD,
            ClientId=CLIENT,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": event["request"]["password"]},
        )
    except (cognito.exceptions.NotAuthorizedException, cognito.exceptions.UserNotFoundException):
        return event
    user = cognito.admin_get_user(UserPoolId=OLD, Username=username)
    event["response"]["userAttributes"] = attributes_of(user)
    event["response"]["finalUserStatus"] = "CONFIRMED"
    event["response"]["messageAction"] = "SUPPRESS"
    return event


def groups_of(pool, username):
    listed = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=username)
    return {group["GroupName"] for group in listed["Groups"]}


def bring_groups(event):
    email = event["request"]["userAttributes"]["email"]
    for group in groups_of(OLD, email) - groups_of(NEW, event["userName"]):
        cognito.admin_add_user_to_group(UserPoolId=NEW, Username=event["userName"], GroupName=group)
    return event


def handle(event):
    if event["triggerSource"] == "UserMigration_Authentication":
        return migrate(event)
    if event["triggerSource"] == "PostAuthentication_Authentication":
        return bring_groups(event)
    return event


serve(handle)
