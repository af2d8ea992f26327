"""What twinpool-capture does, as one would write it in Python with boto3: the yardstick of `cargo xtask bench`."""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid

import boto3
from botocore.config import Config
from lambda_runtime import serve

KEY = os.environ["TWINPOOL_DIGEST_KEY"].encode()
QUEUE = os.environ["TWINPOOL_QUEUE_URL"]

sqs = boto3.client("sqs", config=Config(connect_timeout=1, read_timeout=1, retries={"max_attempts": 0}))


def digest(*parts):
    mac = hmac.new(KEY, digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode()
        mac.update(len(data).to_bytes(8, "big"))
        mac.update(data)
    return base64.urlsafe_b64encode(mac.digest()[:16]).rstrip(b"=").decode()


def handle(event):
    attributes = event["request"]["userAttributes"]
    sub = attributes["sub"]
    change = {
        "v": 1,
        "id": str(uuid.uuid4()),
        "pool": event["userPoolId"],
        "sub": sub,
        "cause": event["triggerSource"],
        "at": int(time.time() * 1000),
        "attributes": {
            name: digest("attribute", sub, name, str(value)) for name, value in attributes.items() if name != "sub"
        },
    }
    groups = event["request"].get("groupConfiguration")
    if groups is not None:
        change["groups"] = digest("groups", sub, *sorted(groups.get("groupsToOverride") or []))
    sqs.send_message(
        QueueUrl=QUEUE,
        MessageBody=json.dumps(change),
        MessageGroupId=sub,
        MessageDeduplicationId=change["id"],
    )
    return event


serve(handle)
