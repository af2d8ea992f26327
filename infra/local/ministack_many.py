"""MiniStack for pools of many users.

MiniStack looks a user up by sub by walking through all users of the pool, so that with 20,000 of them each such call takes tens
of milliseconds. Here an index is asked first, and the look-up of MiniStack itself where that knows nobody. This file is ours,
and tells nothing about AWS.
"""

from ministack.app import main
from ministack.services import cognito

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


cognito._resolve_user = resolve
main()
