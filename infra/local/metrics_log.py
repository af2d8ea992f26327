"""What lines of logs count: the embedded metric format, and the patterns of metric filters that infra/template.yaml uses. This file is
ours, and tells nothing about AWS.
"""

import functools
import json
import re
from collections import namedtuple

# A point: what CloudWatch would be told by PutMetricData. `samples`: values, each with how often it was seen.
Point = namedtuple("Point", "namespace name dimensions unit at samples")


class PatternError(ValueError):
    """A pattern that is not understood here."""


def parsed(line):
    """The object that a line is, if it is one."""
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def embedded(line):
    """The points of a line in the embedded metric format; times are seconds."""
    if '"CloudWatchMetrics"' not in line:
        return []
    root = parsed(line) or {}
    about = root.get("_aws")
    if not isinstance(about, dict):
        return []
    at = about.get("Timestamp", 0) / 1_000
    return [point for one in about.get("CloudWatchMetrics") or [] for point in directed(root, one, at)]


def directed(root, directive, at):
    for metric in directive.get("Metrics") or []:
        samples = samples_of(root.get(metric.get("Name")))
        for names in directive.get("Dimensions") or [[]]:
            # As on AWS: a set with a dimension that the line lacks counts nothing.
            if samples and all(name in root for name in names):
                dimensions = {name: str(root[name]) for name in names}
                yield Point(directive.get("Namespace", ""), metric["Name"], dimensions, metric.get("Unit", "None"), at, samples)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def samples_of(value):
    """A number, some numbers, or numbers with how often each was seen."""
    if is_number(value):
        return [(float(value), 1.0)]
    if isinstance(value, list):
        return [(float(one), 1.0) for one in value if is_number(one)]
    if isinstance(value, dict):
        values = value.get("Values") or []
        counts = value.get("Counts") or [1] * len(values)
        return [(float(one), float(count)) for one, count in zip(values, counts) if is_number(one) and is_number(count)]
    return []


TOKEN = re.compile(r'\s*(\$(?:\.[A-Za-z_][\w-]*)+|"[^"]*"|&&|\|\||!=|[()=*]|-?\d+(?:\.\d+)?)')


@functools.lru_cache
def pattern(text):
    """A test of a line: of its JSON in braces, else one of some quoted words with a question mark each."""
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        test = Tests(text[1:-1]).whole()
        return lambda line: (lambda value: value is not None and test(value))(parsed(line))
    if re.fullmatch(r'(\?"[^"]+"\s*)+', text):
        words = re.findall(r'"([^"]+)"', text)
        return lambda line: any(word in line for word in words)
    raise PatternError(f"the pattern {text} is not known here")


class Tests:
    """Fields compared with texts, numbers or anything, joined by && and ||."""

    def __init__(self, text):
        self.text, self.tokens, at = text, [], 0
        while text[at:].strip():
            match = TOKEN.match(text, at)
            if not match:
                raise PatternError(f"the pattern {{{text}}} is not known here")
            self.tokens.append(match.group(1))
            at = match.end()
        self.tokens.reverse()

    def whole(self):
        test = self.any()
        if self.tokens:
            raise PatternError(f"the pattern {{{self.text}}} is not known here")
        return test

    def take(self):
        if not self.tokens:
            raise PatternError(f"the pattern {{{self.text}}} ends too early")
        return self.tokens.pop()

    def next_is(self, token):
        if self.tokens and self.tokens[-1] == token:
            return bool(self.tokens.pop())
        return False

    def any(self):
        tests = [self.all()]
        while self.next_is("||"):
            tests.append(self.all())
        return lambda value: any(test(value) for test in tests)

    def all(self):
        tests = [self.one()]
        while self.next_is("&&"):
            tests.append(self.one())
        return lambda value: all(test(value) for test in tests)

    def one(self):
        if self.next_is("("):
            test = self.any()
            if self.take() != ")":
                raise PatternError(f"the pattern {{{self.text}}} is not known here")
            return test
        field, sign, wanted = self.take(), self.take(), self.take()
        if not field.startswith("$") or sign not in ("=", "!="):
            raise PatternError(f"the pattern {{{self.text}}} is not known here")
        compare = comparison(wanted)
        return lambda value: (lambda found: found is not None and compare(found) == (sign == "="))(field_of(value, field))


def field_of(value, path):
    """What stands at `$.a.b`, if anything does."""
    for name in path.split(".")[1:]:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def comparison(wanted):
    if wanted == "*":
        return lambda found: True
    if wanted.startswith('"'):
        parts = (re.escape(part) for part in wanted[1:-1].split("*"))
        like = re.compile(".*".join(parts), re.DOTALL)
        return lambda found: isinstance(found, str) and like.fullmatch(found) is not None
    number = float(wanted)
    return lambda found: is_number(found) and found == number


def filtered(test, transformation, lines):
    """The samples that some lines give by a filter: one for each that matches, else its default value once."""
    matching = [line for line in lines if test(line)]
    value = str(transformation.get("metricValue", "1"))
    if not value.startswith("$"):
        samples = [(float(value), 1.0) for _ in matching]
    else:
        found = (field_of(parsed(line), value) for line in matching)
        samples = [(float(one), 1.0) for one in found if is_number(one)]
    default = transformation.get("defaultValue")
    return samples or ([(float(default), 1.0)] if default is not None and lines else [])
