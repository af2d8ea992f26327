"""Carries a user pool over with boto3 and 10 threads, as one would write it: a yardstick of `cargo xtask bench backfill`."""

import secrets
import string
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

OLD, NEW = sys.argv[1:]
THREADS = 10
OWN = {"sub", "identities"}

cognito = boto3.client("cognito-idp", config=Config(max_pool_connections=THREADS))


def pages(operation, key, **arguments):
    for page in cognito.get_paginator(operation).paginate(UserPoolId=OLD, **arguments):
        yield from page[key]


def password():
    letters = string.ascii_letters + string.digits
    return "Aa1!" + "".join(secrets.choice(letters) for _ in range(28))


def carry_over(user, groups):
    attributes = [attribute for attribute in user["Attributes"] if attribute["Name"] not in OWN]
    email = next(attribute["Value"] for attribute in attributes if attribute["Name"] == "email")
    cognito.admin_create_user(
        UserPoolId=NEW, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
    )
    cognito.admin_set_user_password(UserPoolId=NEW, Username=email, Password=password(), Permanent=True)
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=NEW, Username=email, GroupName=group)


def main():
    groups = defaultdict(list)
    for group in list(pages("list_groups", "Groups")):
        cognito.create_group(UserPoolId=NEW, GroupName=group["GroupName"])
        for member in pages("list_users_in_group", "Users", GroupName=group["GroupName"]):
            groups[member["Username"]].append(group["GroupName"])
    with ThreadPoolExecutor(THREADS) as threads:
        work = [threads.submit(carry_over, user, groups[user["Username"]]) for user in pages("list_users", "Users")]
    for one in work:
        one.result()


main()
