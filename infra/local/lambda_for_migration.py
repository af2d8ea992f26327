"""Stands between cognito-local, as new pool, and the Lambda of the local AWS. This file is ours, and tells nothing about AWS.

cognito-local 5.3.0 makes a user of whatever the user migration trigger answers: without a sub, which Cognito gives to each, and even
where the function answered nothing, which Cognito takes for a wrong password. So the sub is put among the attributes of such an
answer, and an answer without attributes is turned into an error. Everything else passes through as it is.

Arguments: the port to listen on, and where Lambda answers.
"""

import json
import sys
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAILED = "X-Amz-Function-Error"


def mended(asked, headers, answer):
    if not asked.get("triggerSource", "").startswith("UserMigration_") or FAILED in headers:
        return headers, answer
    event = json.loads(answer)
    attributes = (event.get("response") or {}).get("userAttributes")
    if not attributes:
        return {**headers, FAILED: "Unhandled"}, b'{"errorMessage": "nobody to migrate"}'
    attributes["sub"] = str(uuid.uuid4())
    return headers, json.dumps(event).encode()


class Between(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {}, b"{}")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type", "X-Amz-Date") if name in self.headers}
        request = urllib.request.Request(sys.argv[2] + self.path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                kept = {name: response.headers[name] for name in (FAILED,) if name in response.headers}
                self.answer(response.status, *mended(json.loads(body), kept, response.read()))
        except urllib.error.HTTPError as error:
            self.answer(error.code, {}, error.read())

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Between).serve_forever()
