"""What GetMetricData answers. This file is ours, and tells nothing about AWS.

A store gives points: `store.points(namespace, name, dimensions)` a list of (time, value, count), and `store.metrics()` every
(namespace, name, dimensions) that there is.
"""

import re

from metrics_math import MathError, evaluate, of

# What a page of an answer holds at most, as on AWS.
MOST_POINTS = 100_800


def statistic(samples, name):
    """One number for samples of (value, count); nothing where there is none."""
    samples = [(value, count) for value, count in samples if count > 0]
    if not samples:
        return None
    count = sum(count for _, count in samples)
    total = sum(value * count for value, count in samples)
    plain = {
        "Sum": lambda: total,
        "SampleCount": lambda: count,
        "Average": lambda: total / count,
        "Minimum": lambda: min(value for value, _ in samples),
        "Maximum": lambda: max(value for value, _ in samples),
    }
    if name in plain:
        return plain[name]()
    if re.fullmatch(r"p\d+(\.\d+)?", name) and float(name[1:]) <= 100:
        return percentile(samples, float(name[1:]), count)
    raise MathError(f"the statistic {name} is not known here")


def percentile(samples, wanted, count):
    """The least value that so many of a hundred do not exceed."""
    seen = 0
    for value, times in sorted(samples):
        seen += times
        if seen >= count * wanted / 100:
            return value
    return max(samples)[0]


def floor(at, period):
    return int(at // period) * period


class Span:
    """From when to when, in steps."""

    def __init__(self, start, end, period):
        self.start, self.end, self.period = floor(start, period), end, period

    def grid(self):
        return range(self.start, max(self.start, -int(-self.end // 1)), self.period)

    def series(self, points, stat, metric):
        places = {}
        for at, value, count in points:
            place = floor(at, self.period)
            if self.start <= place < self.end:
                places.setdefault(place, []).append((value, count))
        return of({place: statistic(samples, stat) for place, samples in places.items()}, metric)


def dimensions_of(metric):
    return {one["Name"]: one.get("Value", "") for one in metric.get("Dimensions") or []}


class Asked:
    """The queries of one call, each computed once."""

    def __init__(self, store, queries, start, end):
        self.store, self.start, self.end = store, start, end
        self.queries = {query.get("Id", ""): query for query in queries}
        periods = [int(query["MetricStat"].get("Period", 60)) for query in queries if query.get("MetricStat")]
        self.period, self.known = min(periods, default=60), {}

    def value(self, id_):
        if id_ not in self.known:
            if id_ not in self.queries:
                raise MathError(f"no query has the id {id_}")
            # Until it is known: who asks for itself gets nowhere.
            self.known[id_] = None
            self.known[id_] = self.compute(self.queries[id_])
        if self.known[id_] is None:
            raise MathError(f"{id_} is asked for by itself, or is in error")
        return self.known[id_]

    def compute(self, query):
        if query.get("Expression"):
            span = Span(self.start, self.end, int(query.get("Period") or self.period))
            value = evaluate(query["Expression"], self.value, span.grid(), self.search)
            return of(dict.fromkeys(span.grid(), value)) if isinstance(value, (int, float)) else value
        stat = query["MetricStat"]
        metric = stat["Metric"]
        which = (metric.get("Namespace", ""), metric.get("MetricName", ""), dimensions_of(metric))
        span = Span(self.start, self.end, int(stat.get("Period", 60)))
        return span.series(self.store.points(*which), stat.get("Stat", "Average"), which)

    def search(self, text, stat, period=None):
        span = Span(self.start, self.end, int(period or self.period))
        found = (metric for metric in self.store.metrics() if matches(text, *metric))
        series = [span.series(self.store.points(*metric), stat, metric) for metric in found]
        # As on AWS: a series without a point in the span is not found.
        return sorted((one for one in series if one), key=lambda one: str(one.metric))

    def results(self):
        for id_, query in self.queries.items():
            if query.get("ReturnData") is False:
                continue
            try:
                value = self.value(id_)
            except MathError as error:
                yield {"Id": id_, "Label": id_, "StatusCode": "InternalError", "Messages": [message(error)]}
                continue
            several = value if isinstance(value, list) else [value]
            for series in several:
                points = sorted(series.items())
                yield {"Id": id_, "Label": label(query, series), "points": points}
            if not several:
                yield {"Id": id_, "Label": label(query, None), "points": []}


def message(error):
    return {"Code": "Unsupported", "Value": str(error)}


SCHEMA = re.compile(r"\s*\{([^}]*)\}\s*")
TEXT = r'"[^"]*"'
TERM = re.compile(rf"\s*(?:AND\s+)?([\w.]+)\s*=\s*({TEXT}|\(\s*{TEXT}(?:\s+OR\s+{TEXT})*\s*\))")


def matches(text, namespace, name, dimensions):
    """Whether a SEARCH means this metric: a schema in braces, and properties with the values that they may have. Nothing else is
    understood."""
    schema = SCHEMA.match(text)
    if schema:
        wanted, *names = [part.strip().strip('"') for part in schema.group(1).split(",")]
        if namespace != wanted or set(dimensions) != set(names):
            return False
        text = text[schema.end():]
    has = {**dimensions, "Namespace": namespace, "MetricName": name}
    at = 0
    while text[at:].strip():
        term = TERM.match(text, at)
        if not term:
            raise MathError(f"the search {text[at:].strip()!r} is not understood here")
        if has.get(term.group(1)) not in [text[1:-1] for text in re.findall(TEXT, term.group(2))]:
            return False
        at = term.end()
    return True


def label(query, series):
    metric = series.metric if series is not None else None
    plain = metric[1] if metric else query.get("Id", "")
    wanted = query.get("Label")
    if not wanted:
        return plain
    namespace, name, dimensions = metric or ("", "", {})
    parts = {"LABEL": plain, "PROP('Namespace')": namespace, "PROP('MetricName')": name}
    parts.update({f"PROP('Dim.{key}')": value for key, value in dimensions.items()})
    return re.sub(r"\$\{([^}]*)\}", lambda match: parts.get(match.group(1), match.group(0)), wanted)


def answer(store, body, start, end):
    """The answer to a call, page by page: the token is the number of points before."""
    results = list(Asked(store, body.get("MetricDataQueries") or [], start, end).results())
    most = int(body.get("MaxDatapoints") or MOST_POINTS)
    before = int(body.get("NextToken") or 0)
    ascending = body.get("ScanBy") == "TimestampAscending"
    told, seen = [], 0
    for result in results:
        points = result.pop("points", [])
        points = points if ascending else points[::-1]
        low, high = max(before - seen, 0), min(before + most - seen, len(points))
        seen += len(points)
        if low < high or (not points and before == 0):
            told.append({**cut(points, low, high), **result})
    told = {"MetricDataResults": told, "Messages": []}
    return {**told, "NextToken": str(before + most)} if seen > before + most else told


def cut(points, low, high):
    shown = points[low:high]
    status = "Complete" if high >= len(points) else "PartialData"
    return {"Timestamps": [at for at, _ in shown], "Values": [value for _, value in shown], "StatusCode": status}
