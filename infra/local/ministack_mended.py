"""MiniStack for large pools in motion, and for attributes that go: three of its slips mended. This file is ours, and tells nothing
about AWS.

It looks a user up by sub by walking through all users of the pool, so that with 20,000 of them each such call takes tens of
milliseconds: here an index is asked first, and its own look-up where that knows nobody. It leaves deleted users in the lists
of their groups, where whoever gets the username next takes their places. And it has no AdminDeleteUserAttributes.

Its CloudWatch is told what happens, as in ministack_metrics.py.
"""

from ministack.app import main
from ministack.services import cognito

import ministack_metrics

walk = cognito._resolve_user
usernames = {}


def sub_of(user):
    return next((pair["Value"] for pair in user.get("Attributes", []) if pair["Name"] == "sub"), None)


def index(pool):
    """Users stand in the order in which they came: those behind the last one known are new."""
    new = []
    # A copy: other threads add to it.
    for user in reversed(list(pool["_users"].values())):
        sub = sub_of(user)
        if usernames.get((pool["Id"], sub)) == user["Username"]:
            break
        new.append((sub, user["Username"]))
    for sub, username in reversed(new):
        usernames[pool["Id"], sub] = username


def resolve(pool, name):
    users = pool["_users"]
    if name is None or name in users:
        return walk(pool, name)
    if (pool["Id"], name) not in usernames:
        index(pool)
    user = users.get(usernames.get((pool["Id"], name)))
    # A username may have been given to somebody else since.
    if user is None or sub_of(user) != name:
        return walk(pool, name)
    return user, None


delete = cognito._admin_delete_user


def leave_and_delete(data):
    pool, error = cognito._resolve_pool(data.get("UserPoolId"))
    user = None if error else resolve(pool, data.get("Username"))[0]
    for group in pool["_groups"].values() if user else ():
        if user["Username"] in group.get("_members", []):
            group["_members"].remove(user["Username"])
    return delete(data)


def delete_attributes(data):
    pool, error = cognito._resolve_pool(data.get("UserPoolId"))
    user, error = (None, error) if error else resolve(pool, data.get("Username"))
    if error:
        return error
    schema = cognito._ensure_schema_attributes(pool)["SchemaAttributes"]
    deletable = {one["Name"] for one in schema if one.get("Mutable", True) and not one.get("Required")}
    names = set(data.get("UserAttributeNames", []))
    if names - deletable:
        return cognito.error_response_json("InvalidParameterException", "An attribute cannot be deleted.", 400)
    user["Attributes"] = [pair for pair in user.get("Attributes", []) if pair["Name"] not in names]
    user["UserLastModifiedDate"] = cognito._now_epoch()
    return cognito.json_response({})


dispatch = cognito._dispatch_idp


async def dispatch_all(action, data):
    if action == "AdminDeleteUserAttributes":
        return await cognito.run_reentrant(cognito._run_idp_handler, delete_attributes, action, data)
    return await dispatch(action, data)


cognito._dispatch_idp = dispatch_all
cognito._resolve_user = resolve
cognito._admin_delete_user = leave_and_delete
ministack_metrics.install()
main()
