"""Verifies access tokens of two pools with PyJWT until three seconds of CPU are over: tokens verified, seconds of CPU.

The issuer is chosen by the key id, so that no token is decoded twice.
"""

import sys
import time

import jwt

path, base = sys.argv[1:3]
POOLS = {"eu-west-1_Old": "oldclient", "eu-west-1_New": "newclient"}
keys = {}
for pool, client in POOLS.items():
    issuer = f"https://cognito-idp.eu-west-1.amazonaws.com/{pool}"
    for found in jwt.PyJWKClient(f"{base}/{pool}/.well-known/jwks.json").get_signing_keys():
        keys[found.key_id] = (found, issuer, client)


def verify(token):
    key, issuer, client = keys[jwt.get_unverified_header(token)["kid"]]
    options = {"require": ["exp", "iat", "iss", "sub"], "verify_aud": False}
    claims = jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, options=options)
    if claims["token_use"] != "access" or claims["client_id"] != client:
        raise ValueError("not a token of this client")


with open(path, encoding="ascii") as file:
    tokens = file.read().split()
for token in tokens:
    verify(token)
count, started = 0, time.process_time()
while time.process_time() < started + 3:
    for token in tokens:
        verify(token)
    count += len(tokens)
print(count, time.process_time() - started)
