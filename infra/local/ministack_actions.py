"""Which role calls which action, in a local AWS that enforces roles. This file is ours, and tells nothing about AWS.

Every role, action and resource is written down once, as a line of JSON, in the file that TWINPOOL_ACTIONS names. Roles and resources
go by their names in the template, so that the lines of all stacks can be held against it. `cargo xtask test` does that.
"""

import contextvars
import json
import os
import re
import threading

from ministack.core import iam_evaluator
from ministack.services import cloudformation

# Of our stacks alone: those of former functions have roles of their own.
OURS = "CaptureRole"


def last(text):
    """The last part of an ARN, a URL or a name."""
    return re.split("[:/]", str(text))[-1]


def physical(resource):
    return last(resource.get("PhysicalResourceId", ""))


def stack_of(role):
    """The stack that has this role, and what the template calls it."""
    for stack in list(cloudformation._stacks._data.values()):
        resources = dict(stack.get("_resources", {}))
        if OURS not in resources:
            continue
        for name, resource in resources.items():
            if resource.get("ResourceType") == "AWS::IAM::Role" and physical(resource) == role:
                return stack, name
    return None, None


def name_in(stack, arn):
    """What the template calls a resource; empty where it has no name for it."""
    found = last(arn)
    if found in ("", "*"):
        return ""
    for name, value in stack.get("_resolved_params", {}).items():
        if last(value.get("Value", "")) == found:
            return name
    for name, resource in dict(stack["_resources"]).items():
        if physical(resource) == found:
            return name
    return ""


class Book:
    """The lines of this run."""

    def __init__(self, path):
        self.path, self.seen, self.lock = path, set(), threading.Lock()

    def note(self, asked, allowed):
        role = re.search(":assumed-role/([^/]+)/", asked.principal_arn)
        key = (asked.principal_arn, asked.action, asked.resource_arn, allowed)
        if role is None or key in self.seen:
            return
        stack, name = stack_of(role[1])
        if stack is None:
            return
        line = {"role": name, "action": asked.action, "on": name_in(stack, asked.resource_arn), "allowed": allowed}
        with self.lock:
            if key in self.seen:
                return
            self.seen.add(key)
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def install():
    path = os.environ.get("TWINPOOL_ACTIONS")
    if not path:
        return
    book, enforce, evaluate = Book(path), iam_evaluator.enforce, iam_evaluator.evaluate
    first = contextvars.ContextVar("twinpool_first_question", default=None)

    def evaluate_and_keep(asked, policies, *limits):
        # The first question is about the role; a policy of the resource may be asked after it.
        if first.get() is None:
            first.set(asked)
        return evaluate(asked, policies, *limits)

    def enforce_and_note(*arguments, **named):
        first.set(None)
        refused = enforce(*arguments, **named)
        if first.get() is not None:
            book.note(first.get(), refused is None)
        return refused

    iam_evaluator.evaluate, iam_evaluator.enforce = evaluate_and_keep, enforce_and_note
