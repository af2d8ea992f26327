"""A backend in Python: takes tokens of both pools, and asks the HTTP API who it is.

Reads JSON on standard input: {"api": …, "pools": [{"pool", "endpoint", "id", "client_id", "issuer"}],
"usernames": [… one per pool], "password": …}. Prints one JSON line per pool: {"pool", "sub", "user_id", "again", "claim"}.
"""

import json
import sys
import urllib.error
import urllib.request

from joserfc import jwt
from joserfc.jwk import KeySet


def call(request):
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), None


def sign_in(pool, username, password):
    body = {
        "ClientId": pool["client_id"],
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": username, "PASSWORD": password},
    }
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
    }
    request = urllib.request.Request(pool["endpoint"] + "/", json.dumps(body).encode(), headers)
    status, _, answer = call(request)
    assert status == 200, f"sign-in to the {pool['pool']} pool: {status}"
    return answer["AuthenticationResult"]["AccessToken"]


def verified(pool, token):
    _, _, keys = call(f"{pool['endpoint']}/{pool['id']}/.well-known/jwks.json")
    claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": pool["issuer"]},
        exp={"essential": True},
        client_id={"essential": True, "value": pool["client_id"]},
        token_use={"essential": True, "value": "access"},
    )
    rules.validate(claims)
    return claims


def main():
    given = json.load(sys.stdin)
    for pool, username in zip(given["pools"], given["usernames"]):
        claims = verified(pool, sign_in(pool, username, given["password"]))
        url = f"{given['api']}/v1/subs/{claims['sub']}?pool={pool['pool']}"
        status, headers, answer = call(url)
        assert status == 200, f"{url}: {status}"
        etag = {name.lower(): value for name, value in headers.items()}["etag"]
        again, _, _ = call(urllib.request.Request(url, headers={"If-None-Match": etag}))
        found = {"pool": pool["pool"], "sub": claims["sub"], "user_id": answer["user_id"], "again": again}
        print(json.dumps({**found, "claim": claims.get("user_id")}))


main()
