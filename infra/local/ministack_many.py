"""MiniStack for pools of many users.

MiniStack looks a user up by sub by walking through all users of the pool, so that with 20,000 of them every call takes tens of
milliseconds. Here the same look-up begins with the newest user and remembers where it found somebody. What it answers is the
same: a user whose sub is no longer the one asked for is looked up as before. This file is ours and tells nothing about AWS.
"""

from ministack.app import main
from ministack.services import cognito

walk = cognito._resolve_user
found = {}


def has_sub(user, sub):
    return any(pair["Name"] == "sub" and pair["Value"] == sub for pair in user.get("Attributes", []))


def resolve(pool, name):
    users = pool["_users"]
    if name is None or name in users or len(name) != 36:
        return walk(pool, name)
    key = (pool["Id"], name)
    user = users.get(found.get(key))
    if user is None or not has_sub(user, name):
        # A copy: other threads add to it.
        user = next((user for user in reversed(list(users.values())) if has_sub(user, name)), None)
    if user is None:
        return walk(pool, name)
    found[key] = user["Username"]
    return user, None


cognito._resolve_user = resolve
main()
