"""The loop of Lambda's own runtime for Python, for the handlers here: an event in, the answer out."""

import http.client
import json
import os

API = "/2018-06-01/runtime/invocation/"


def serve(handle):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", API + "next")
        reply = api.getresponse()
        request, body = reply.headers["lambda-runtime-aws-request-id"], reply.read()
        answer = json.dumps(handle(json.loads(body)))
        api.request("POST", f"{API}{request}/response", body=answer)
        api.getresponse().read()
